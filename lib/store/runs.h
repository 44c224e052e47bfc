/* Keys of documents to their numbers, for look-ups by the million without a random write: the newest documents in
 * memory, a certain number of them becomes a sorted run (run.h), RUNS_FAN runs of one size class are merged to one, as
 * in a log-structured merge tree. A search costs one bit test a run (the run's filter) and seldom more.
 * A key is 32 bits in one of several bands: who asks compares what it finds with the document.
 *
 * All of it is derived: repair makes it again. One writer; readers open the runs that their snapshot of the catalogue
 * lists. */
#ifndef GARNER_STORE_RUNS_H
#define GARNER_STORE_RUNS_H

#include "store/catalogue.h"
#include "store/run.h"

enum {
	RUNS_MAX = 256,
	RUNS_FAN = RUN_FAN_MAX,
	RUNS_LIMIT_MAX = 64,
	RUNS_ASKED_MIN = 64, /* filters that were asked as often are mapped, LIMIT_FILTERS_BYTES in all */
};

struct runs_shape {
	const char *folder; /* in the store */
	enum catalogue_file_kind kind;
	const char *from;   /* value of the catalogue: documents before it are in runs */
	uint32_t documents; /* of a run of the newest */
	uint32_t entries;   /* a document has at most */
};

struct runs;

/* @root NULL: of one build, in temporary files beside @path. The shape must outlive it. The caller adds the documents
 * from runs_from on. -ENOENT: a run is not there (any more). */
int runs_open(const struct runs_shape *shape, const char *root, const char *path, struct catalogue *catalogue,
	struct runs **ret_runs, struct error *error);
struct runs *runs_free(struct runs *runs);
int64_t runs_from(const struct runs *runs);
/* The keys of one document, then runs_added. */
void runs_add(struct runs *runs, uint32_t band, uint32_t key, uint32_t n);
/* Documents before @next_n are complete: enough of them become a run. Not committed. */
int runs_added(struct runs *runs, int64_t next_n, struct error *error);
/* After the commit: files that were merged away are removed. */
void runs_committed(struct runs *runs);
/* A number of a key from @low to @high, in order of key and number within one run. 0 to go on; > 0 ends this run;
 * < 0 ends the search. */
typedef int runs_fn(void *user, uint32_t n);
/* @limit: of one key, that many numbers of each run and of those in memory, the oldest ones; 0: all, those in memory in
 * any order. */
int runs_find(struct runs *runs, uint32_t band, uint32_t low, uint32_t high, size_t limit, runs_fn *fn, void *user,
	struct error *error);
/* Before several calls of runs_find: what each will look at first is on its way, so that the waits for memory overlap
 * (at 1,000,000 documents 300 of them for one document's bands). */
void runs_prefetch(const struct runs *runs, uint32_t band, uint32_t key);
/* How many there are, more or less. */
int runs_count(struct runs *runs, uint32_t band, uint32_t low, uint32_t high, uint64_t *ret_count, struct error *error);
/* From the smallest key of a band upwards, or with @last from the largest down; those in memory in any order. > 0 of
 * @fn ends one run. */
typedef int runs_edge_fn(void *user, uint32_t key, uint32_t n);
int runs_edge(struct runs *runs, uint32_t band, bool last, runs_edge_fn *fn, void *user, struct error *error);

/* Removes files in the folder that the catalogue does not list. */
int runs_sweep(const struct runs_shape *shape, const char *root, struct catalogue *catalogue, struct error *error);

#endif
