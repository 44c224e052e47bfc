/* One run over the sources of a store:
 *
 *	watch.c: sources that are due -> fetch -> look.c reads feed, sitemap or page -> ledger: items that wait
 *	articles.c: items that wait -> fetch -> pipeline -> store; the ledger hears in the same transaction
 *	folders.c: files that are new or changed -> pipeline -> store
 *
 * The ledger's writer is the store's own database handle and belongs to the thread that runs; the reader is a second
 * handle, used by whichever thread fetches. */
#ifndef GARNER_SYNC_SYNC_H
#define GARNER_SYNC_SYNC_H

#include "capture/hosts.h"
#include "inner.h"
#include "store/ledger.h"

struct sync {
	struct garner *garner;
	struct store *store;
	const char *path; /* of the store */
	struct ledger *writer, *reader;
	struct hosts *hosts;
	struct garner_sync_options options;
	int64_t now;
};

/* ---- weigh.c ---- */
enum weight { WEIGHT_TEMPORARY = 1, WEIGHT_SOFT = 2, WEIGHT_HARD = 6 };
/* How bad a failure is: it may pass by itself (no answer, 5xx), it may be mended (404, a broken feed), it will stay
 * (410, a URL that can't be fetched). */
enum weight failure_weight(const struct page *page, int reason);
/* Notes a look that went well: @news had any. Sets interval, due, weight. */
void weigh_success(const struct sync *sync, struct ledger_source *source, bool news, int64_t ttl);
/* Notes a failure and its words in @arena. */
int weigh_failure(const struct sync *sync, struct ledger_source *source, const struct page *page, int reason);
/* "http-error: the server answered 404 (2 times)" and the like, in @arena. */
struct view state_words(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- look.c ---- */
struct look {
	struct sync *sync;
	struct ledger_source *source;
	struct page *page;
	int64_t fresh, changed, children, seen, turn;
	int64_t ttl;
	struct map shown;	     /* see ledger_sighting */
	struct ledger_source *found; /* of a page: its feed */
	int64_t article;	     /* the page itself is this item, which waits; 0: it is not */
	struct error error;
	uint64_t repairs; /* of what is not quite XML */
	unsigned long repair_line;
	int64_t refused;	       /* entries whose URL can't be fetched */
	char refused_first[200];       /* the first of them, without credentials */
	const char *why, *refused_why; /* what the last one was refused for, and that one */
};
/* Reads what a source answered and notes its articles. 0, or a reason with words by page_drop; < 0. Opens decoders of
 * its own. */
struct reading; /* decoders for many looks */
struct reading *reading_new(void);
struct reading *reading_free(struct reading *reading);
int look_at(struct reading *reading, struct look *look);

/* ---- the three parts; each < 0 with garner->error, or 0 ---- */
int sync_watch(struct sync *sync, struct run *run);
/* The article that a look brought already: item @item is not fetched again. */
int sync_article_at_hand(struct sync *sync, struct run *run, struct page *page, int64_t item);
int sync_articles(struct sync *sync, struct run *run);
/* Seconds until a failed article is asked for again: an hour, then 4, 16, 64 ... . */
int64_t article_backoff(int64_t tries);
int sync_folders(struct sync *sync, struct run *run);

/* Begins the transaction that the store's next commit ends. */
int sync_change(struct sync *sync, struct error *error);
void sync_log(const struct sync *sync, const char *event, struct view about, const char *words);

#endif
