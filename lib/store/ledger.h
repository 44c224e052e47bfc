/* The ledger: what is fetched, when it is due, what was seen. It stands in the store's catalogue, in tables of its own
 * (fetch_source, fetch_item, fetch_host, fetch_robots), and is the one part of it that can't be derived again.
 *
 * A source is a feed, sitemap, page or folder. An item is an article that a source named:
 *
 *	WAITING -> DONE [ledger_settle: a document, or unchanged]
 *	WAITING -> WAITING later [a failure that may pass]; WAITING -> DROPPED [one that will not]
 *	DONE, DROPPED -> WAITING [ledger_see: the source says that it changed]
 *	SEEN: known, but older than what is asked for; only a change makes it WAITING
 *
 * Changes go into the catalogue's open transaction: a document and its item are committed together. */
#ifndef GARNER_STORE_LEDGER_H
#define GARNER_STORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"
#include "util/error.h"
#include "util/map.h"
#include "util/view.h"

struct ledger;

/* @database: an sqlite3 * that stays the caller's (catalogue_handle), named @name in words. */
int ledger_open(void *database, const char *name, struct ledger **ret_ledger, struct error *error);
/* A second, reading handle on STORE/catalogue.db, for another thread. */
int ledger_open_reader(const char *store, struct ledger **ret_ledger, struct error *error);
struct ledger *ledger_close(struct ledger *ledger);

#define LEDGER_NEVER	   (INT64_MAX / 2) /* due when somebody says so */
#define LEDGER_CLOCK_SLACK 3600

/* What was noted while the clock was ahead would wait until it is there again. A source whose last look lies more than
 * the slack behind @now is due, and so is an item that is to wait longer than @item_wait, the longest any is told to.
 */
int ledger_mend_clock(struct ledger *ledger, int64_t now, int64_t item_wait, struct error *error);

/* ---- sources ---- */

enum ledger_kind { LEDGER_AUTO, LEDGER_FEED, LEDGER_SITEMAP, LEDGER_PAGE, LEDGER_FOLDER, LEDGER_KINDS };
const char *ledger_kind_name(enum ledger_kind kind);

/* A row. Views are borrowed: until the next call with this handle, or owned by the caller of a put. */
struct ledger_source {
	int64_t id;
	struct view url; /* or path of a folder */
	enum ledger_kind kind;
	int64_t parent; /* the sitemap index that named it; 0: a person added it */
	int depth;	/* of indexes above */
	bool backfill;	/* everything that it names, however old */
	struct view title;
	int64_t added, checked, changed; /* seconds since 1970; 0 never */
	int64_t due, interval;
	int64_t lastmod; /* that the index says; 0 unknown */
	double weight;	 /* of failures in a row */
	int64_t failures;
	struct view etag, last_modified;
	uint64_t body_key;
	struct view state;	/* short words for a person */
	int64_t items, waiting; /* filled by ledger_sources alone */
};

/* 0, or GARNER_KNOWN when the URL is there already. */
int ledger_add(struct ledger *ledger, const struct ledger_source *source, int64_t *ret_id, struct error *error);
/* With its children and items; documents stay. 0, or 1: not there. */
int ledger_remove(struct ledger *ledger, const char *url, struct error *error);
/* Writes back everything but url, parent and added. */
int ledger_put(struct ledger *ledger, const struct ledger_source *source, struct error *error);
/* The URL of a source that turned out to be another one (a page's feed). 0; GARNER_KNOWN: that one is there already. */
int ledger_rename(struct ledger *ledger, int64_t id, const char *url, struct error *error);
/* 0; 1: not there. Views in @arena. */
int ledger_source(
	struct ledger *ledger, int64_t id, struct arena *arena, struct ledger_source *ret_source, struct error *error);
/* The next source (not a folder) behind @after in order of number that is due at @now; 1: none. Views in @arena. */
int ledger_due(struct ledger *ledger, int64_t now, int64_t after, struct arena *arena, struct ledger_source *ret_source,
	struct error *error);
/* The same for folders. */
int ledger_due_folder(struct ledger *ledger, int64_t now, int64_t after, struct arena *arena,
	struct ledger_source *ret_source, struct error *error);
typedef int ledger_source_fn(void *user, const struct ledger_source *source);
/* In order of number, with counts; children of indexes too when @all. */
int ledger_sources(struct ledger *ledger, bool all, ledger_source_fn *fn, void *user, struct error *error);

/* ---- items ---- */

enum ledger_item_state { LEDGER_WAITING, LEDGER_DONE, LEDGER_DROPPED, LEDGER_SEEN };

/* What a source says of an article. */
struct ledger_sighting {
	int64_t source;
	struct view url; /* as it is fetched */
	struct view key; /* its canonical spelling: two of the same are one article */
	struct view guid, title, published;
	int64_t updated;   /* seconds since 1970, or 0: not said */
	uint64_t text_key; /* 0: none */
	int64_t now;
	int64_t turn; /* place among what this look found, for taking hosts in turns */
	bool old;     /* not to be fetched unless it changes */
	/* The 8 bytes of ledger_key of each address in the document that this one stands in; NULL: not known. What is
	 * there under its own address is not found by GUID or date. */
	const struct map *shown;
};
/* Of an address, a GUID or a title; 0 of none. */
uint64_t ledger_key(struct view v);
enum ledger_seen { LEDGER_SAME, LEDGER_NEW, LEDGER_CHANGED };
/* Finds the article again by its URL, its GUID in this source, or by its second of publication and a title that is the
 * same or an edit of it; notes what is new. enum ledger_seen, or < 0. */
int ledger_see(struct ledger *ledger, const struct ledger_sighting *sighting, struct error *error);

/* The item of this canonical spelling that waits. 0; 1: there is none. */
int ledger_waiting_of(struct ledger *ledger, struct view key, int64_t *ret_id, struct error *error);

struct ledger_item {
	int64_t id, source;
	struct view url, guid, title, published;
	struct view source_url;
	struct view etag, last_modified;
	struct view document; /* id of the document that it became; VIEW_NONE */
	uint64_t body_key;
	int64_t tries, turn;
	enum ledger_item_state state;
};
/* The next item behind (@turn, @id) that waits and is due at @now; 1: none. Views in @arena. */
int ledger_waiting(struct ledger *ledger, int64_t now, int64_t turn, int64_t id, struct arena *arena,
	struct ledger_item *ret_item, struct error *error);
int ledger_item(
	struct ledger *ledger, int64_t id, struct arena *arena, struct ledger_item *ret_item, struct error *error);

/* How a fetch of an item ended. */
struct ledger_outcome {
	enum ledger_item_state state;
	int64_t due, tries;
	bool answered; /* the facts below are new */
	struct view etag, last_modified, document;
	uint64_t body_key;
};
int ledger_settle(struct ledger *ledger, int64_t id, const struct ledger_outcome *outcome, struct error *error);
/* Makes the item of a page source wait again. @key as in ledger_sighting. 0; 1: there is none yet. */
int ledger_wake(struct ledger *ledger, int64_t source, struct view key, int64_t now, struct error *error);

/* Files of folders: true when path, size and time are the ones noted last. */
int ledger_file_is_known(
	struct ledger *ledger, struct view path, int64_t size, int64_t mtime, bool *ret_known, struct error *error);
int ledger_note_file(struct ledger *ledger, int64_t source, struct view path, int64_t size, int64_t mtime, int64_t now,
	struct error *error);

/* ---- hosts ---- */

struct ledger_host {
	int64_t last_ms;    /* the last request, milliseconds since 1970 by the real clock */
	int64_t blocked;    /* seconds since 1970 by the run's clock; 0 no */
	double crawl_delay; /* below 0: none */
};
int ledger_host(struct ledger *ledger, const char *name, struct ledger_host *ret_host, struct error *error);
int ledger_put_host(struct ledger *ledger, const char *name, const struct ledger_host *host, struct error *error);

struct ledger_robots {
	int state;     /* enum robots_state */
	int64_t until; /* seconds since 1970 by the run's clock */
	struct view text;
};
int ledger_robots(struct ledger *ledger, const char *origin, struct arena *arena, struct ledger_robots *ret_robots,
	struct error *error);
int ledger_put_robots(
	struct ledger *ledger, const char *origin, const struct ledger_robots *robots, struct error *error);

/* Small values, as catalogue_get and catalogue_set. */
int ledger_number(struct ledger *ledger, const char *name, int64_t fallback, int64_t *ret_value, struct error *error);
int ledger_set_number(struct ledger *ledger, const char *name, int64_t value, struct error *error);

#endif
