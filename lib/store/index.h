/* INDEX.md and its pages: a pure function of the manifest. GitHub-flavoured Markdown; what a page said of
 * itself (titles, URLs, hosts) is hostile and can't break or imitate a row. */
#ifndef GARNER_STORE_INDEX_H
#define GARNER_STORE_INDEX_H

#include "garner.h"
#include "store/format.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/map.h"

struct index_top {
	const char *key;
	int64_t value;
};

/* Everything that the head says. Strings are borrowed. */
struct index_head {
	bool pack;	  /* of one pack or archive: titles are linked to the members */
	const char *name; /* of the pack in its store; NULL: an archive, or a store */
	int64_t documents, words, bytes, duplicates, near, revisions, gone;
	const char *tool, *rules, *normaliser; /* of the newest document */
	const char *at;			       /* of the last run */
	int64_t first_day, last_day;
	struct index_top langs[INDEX_TOP], hosts[INDEX_TOP];
	size_t lang_count, host_count;
	int64_t lang_keys, host_keys;		/* how many there are in all */
	int64_t runs, inputs, known, dropped;	/* of all runs; inputs 0: not told */
	int64_t by_reason[GARNER_REASON_COUNT]; /* without stored */
	int64_t next_n;				/* one past the newest number */
};

/* Sums up a manifest line by line. */
struct index_count {
	struct index_head head;
	struct arena arena;
	struct map langs, hosts;
	const char **lang_names, **host_names;
};
void index_count_init(struct index_count *count);
int index_count_document(struct index_count *count, const struct garner_document *document, struct error *error);
/* A line of runs.jsonl. */
int index_count_run(struct index_count *count, struct view line, struct error *error);
/* Fills head.langs and head.hosts. */
void index_count_end(struct index_count *count);
void index_count_free(struct index_count *count);

/* published, else fetched, as days since 1970; GARNER_NO_NUMBER. */
int64_t index_day(const struct garner_document *document);
/* One row. @up: "../" in pages, "" at the top. */
void index_row(struct buf *out, const struct garner_document *document, bool pack, const char *up);
/* Page @page with its rows. */
void index_page(struct buf *out, int64_t page, struct view rows);
/* The top file with the rows of the newest documents, newest first. */
void index_file(struct buf *out, const struct index_head *head, struct view rows);
/* Title or other one-line text, escaped for a table cell; at most @max characters. */
void index_text(struct buf *out, const char *text, size_t max);
/* Target of a link, for between < and >. */
void index_link(struct buf *out, const char *url);

#endif
