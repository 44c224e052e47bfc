/* The archival store: packs, manifests, index pages, raw captures, catalogue. One writer, many readers. */
#ifndef GARNER_STORE_STORE_H
#define GARNER_STORE_STORE_H

#include "page.h"
#include "stage.h"

struct store;

/* Opens (and makes) a store for writing; takes the lock, recovers torn tails. -EWOULDBLOCK with words
 * (pid, host, start time of the holder) when another run holds the lock; -EEXIST: a folder of other things. */
int store_open(const char *path, const struct engine *engine, struct store **ret_store, struct error *error);
/* For verbs that change a store and never make one. -ENOENT, -ENOTDIR with words: none stands at @path, but what does.
 */
int store_must_exist(const char *path, struct error *error);
/* A file that begins as an archive or pack does. */
bool store_is_archive(const char *path);
/* The catalogue at @path can't be read, as @result and @why say: what stands there instead of a store, or these words.
 */
int store_not_read(const char *path, int result, const struct error *why, struct error *error);
/* A single archive instead: the same rules in memory, published at @path by store_finish. */
int store_open_archive(const char *path, const struct engine *engine, struct store **ret_store, struct error *error);
/* CPU time of the writer so far, in nanoseconds: compressing frames; lines, rows and keys; sync and COMMIT. */
struct store_times {
	uint64_t frames, rows, commit;
};
void store_times(const struct store *store, struct store_times *ret_times);
/* Whether captures of pages go into raw/. */
bool store_keeps_captures(const struct store *store);
/* The ordered writer's call. Sets document.n, path, dup_of, near, revision_of, store. 0 stored;
 * GARNER_KNOWN; < 0 with @error. Acknowledged only after store_commit or store_finish. */
int store_put(struct store *store, struct page *page, struct error *error);
/* Counts an input that ended without a document (for the manifest's totals). */
int store_note(struct store *store, int reason, struct page *page, struct error *error);
/* *@count grows with each commit that makes what was put and noted so far durable, also in store_finish. */
void store_watch_commits(struct store *store, uint64_t *count);
/* Everything put so far is durable afterwards: frames, fdatasync, COMMIT. */
int store_commit(struct store *store, struct error *error);
/* Commit, derived files (manifest, INDEX.md, SHA256SUMS), close. Releases the lock. */
int store_finish(struct store *store, struct error *error);
/* For the ledger, which stands in the same database: begins the transaction that the next commit ends, and hands
 * out the database's own handle (sqlite3 *), the store's. */
int store_change(struct store *store, void **ret_database, struct error *error);
/* As store_commit; when this run changed nothing but the ledger, no file of the store is touched. */
int store_commit_change(struct store *store, struct error *error);
/* Without finishing: what was committed stays, the rest goes. @why: the error, or 0; behind a full disk the store is
 * brought to its end all the same, if that can be. */
void store_abort(struct store *store, int why);

/* Reading, concurrent with a writer. @stop may be NULL; when it is set they end with -EINTR. */
int store_list(const char *path, const struct garner_filter *filter, const atomic_bool *stop, garner_document_fn *fn,
	void *user, struct error *error);
int store_search(const char *path, const char *words, const struct garner_filter *filter, const atomic_bool *stop,
	garner_document_fn *fn, void *user, struct error *error);
int store_search_index(const char *path, const struct engine *engine, struct error *error);
/* GARNER_FORGOTTEN: taken out or lost, @error says when and why; 1: not there. */
int store_show(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error);
/* All texts of one document, oldest first, without text. > 0 as store_show. */
int store_history(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error);
int store_stats(const char *path, struct garner_stats *ret_stats, struct error *error);
int store_verify(
	const char *path, bool data, const atomic_bool *stop, garner_finding_fn *fn, void *user, struct error *error);

/* Changing an existing store. */

/* Takes the documents of @keys out, all their texts; each outcome goes to @fn (may be NULL). 1: some were not there. */
int store_forget_keys(const char *path, const struct engine *engine, const char *const *keys, size_t count,
	const char *reason, garner_finding_fn *fn, void *user, struct error *error);
/* Makes small packs one, and drops the bytes of what was taken out. */
int store_repack_all(const char *path, const struct engine *engine, struct error *error);

#endif
