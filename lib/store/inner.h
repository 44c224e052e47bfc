/* What the files behind store.h share: an open store with its writer's state. */
#ifndef GARNER_STORE_INNER_H
#define GARNER_STORE_INNER_H

#include "store/catalogue.h"
#include "store/index.h"
#include "store/keys.h"
#include "store/pack.h"
#include "store/segment.h"
#include "store/store.h"
#include "util/buf.h"

/* A document whose frame is not cut yet. Strings in store->waiting_arena. */
struct waiting {
	struct catalogue_document row;
	size_t line, line_size; /* in store->waiting_lines, without store.length */
};

enum store_log { LOG_RUNS, LOG_SEEN, LOG_GONE, LOG_COUNT };

struct store {
	const struct engine *engine;
	int64_t clock;
	char *root;   /* folder of the store, or path of the archive */
	bool archive; /* one sealed pack, published at root by store_finish */
	int lock_fd;
	struct catalogue *catalogue;
	int64_t next_n;

	int64_t pack_number; /* -1: none is open */
	int64_t next_pack;   /* first number that was never used */
	char pack_name[64];  /* relative to root */
	char *pack_path;
	int pack_fd;
	bool pack_unsynced, pack_new;
	int64_t pack_since; /* clock when its first document came */
	struct pack *pack;
	struct segment manifest;
	struct segment logs[LOG_COUNT];
	struct raw_writer *raw; /* NULL until the first capture */

	struct waiting *waiting;
	size_t waiting_count, waiting_cap;
	struct arena waiting_arena;
	struct buf waiting_lines;

	size_t frame_bytes; /* raw, of whole frames since the last commit */
	size_t input_count; /* since the last commit */
	uint64_t commit_at; /* clock_ticks of the last commit */
	bool changed;	    /* this run put, noted or saw something */
	uint64_t *commits;  /* what store_watch_commits was given; NULL */
	struct store_times times;
	struct near *near;
	struct keys *keys;
};

/* Nothing is open yet; NULL with words. */
/* ---- ground.c: what stands at a path before a store is opened there. */
/* A folder of other things, named by mistake, is not made a store: -EEXIST with words. */
int store_ground_foreign(const char *path, struct error *error);
/* The catalogue at @path has its tables before a pack or log has its first byte. Without it nothing in them is
 * acknowledged, and a run would cut them as torn tails: -ENOENT with words. */
int store_ground_lost(const struct store *store, const char *path, struct error *error);

struct store *store_make(const char *path, const struct engine *engine, struct error *error);
int store_make_folders(struct store *store, struct error *error);
/* Closes everything but the lock. */
void store_close(struct store *store);
struct store *store_dispose(struct store *store);
/* Not made when it is not there. */
int store_open_existing(const char *path, const struct engine *engine, struct store **ret_store, struct error *error);
/* A new text of document @n, made from the capture in raw file @raw that document.raw names. Not counted as input. */
int store_revise(struct store *store, struct page *page, int64_t n, int64_t raw, struct error *error);
/* "ROOT/NAME", malloc'd; NULL: no memory. */
char *store_path(const struct store *store, const char *name);
void store_file_name(enum catalogue_file_kind kind, int64_t number, char ret_name[64]);

/* Opens pack @number for appending behind what the catalogue acknowledges. */
int store_open_pack(struct store *store, int64_t number, struct error *error);
void store_close_pack(struct store *store);
/* Closing members, end, seek table, digest, catalogue row; commits. No pack is open afterwards. */
int store_seal(struct store *store, struct error *error);
/* The index of one pack from its manifest lines alone. @sums takes "digest  name" of each member in order: documents,
 * then what is rendered, which @fn gets. */
struct seal_source {
	int fd;
	const char *name;
	int64_t size;
	const char *pack_name; /* NULL: an archive */
	struct view runs;      /* runs.jsonl */
};
typedef int seal_emit_fn(void *user, const char *name, struct view bytes, struct error *error);
int seal_render(const struct seal_source *source, struct buf *sums, seal_emit_fn *fn, void *user, struct error *error);
/* What closes a pack: the index, manifest.jsonl, runs.jsonl, SHA256SUMS, the tar's end and the seek table. No frame is
 * pending. Times of the members are @clock. */
int seal_close(struct pack *pack, const struct seal_source *source, int64_t clock, struct error *error);
/* runs.jsonl of a pack that no run made: its name, where it has one, and how many documents it holds. */
int seal_runs(const struct seal_source *source, int64_t clock, struct buf *out, struct error *error);
/* Lines of the manifest. */
int seal_lines(const struct seal_source *source, size_t *ret_count, struct error *error);
/* Index pages that are full and of which nothing was written yet, so that the end of a long run has few to make.
 * Commits. */
int store_derive_pages(struct store *store, struct error *error);
/* Index pages that changed, INDEX.md, SHA256SUMS. */
int store_derive(struct store *store, struct error *error);
/* Removes what an interrupted run left of files that nothing points at. */
int store_sweep(struct store *store, struct error *error);
/* A line of runs.jsonl over the counts since the last one; taken into the totals. Not committed. */
int store_end_run(struct store *store, bool interrupted, struct error *error);
/* Renders the line of a run into @out without LF, from the counts in the catalogue. */
int store_run_line(struct store *store, bool interrupted, struct buf *out, struct error *error);

/* commit.c */
/* The first change of a run: the derived files are old from here on. */
int store_note_change(struct store *store, struct error *error);
/* One input that ended as @reason; the next commit has it. */
int store_count_input(struct store *store, int reason, struct error *error);
/* The document of @page stands in the frame in memory from @at on; its row and line follow when the frame is cut. */
int store_keep_waiting(struct store *store, struct page *page, size_t at, int64_t raw, struct error *error);
/* After each input: cuts, commits and seals when it is time. */
int store_step(struct store *store, bool network, struct error *error);
/* The open pack is to be sealed. */
bool store_is_full(const struct store *store);

/* Counts of one document into the totals; @sign -1 takes them back. */
int store_count(struct catalogue *catalogue, const struct catalogue_document *row, int sign, struct error *error);
/* The row of a document, without its place. Strings borrowed. */
void store_row(const struct garner_document *document, const uint8_t sha256[32], struct catalogue_document *ret_row);

/* SHA-256 of the first @size bytes of a file. */
int store_digest(int fd, const char *name, int64_t size, uint8_t ret_digest[32], struct error *error);
/* Page @page and INDEX.md as the catalogue and the manifests have it. Rows go through @reader. */
struct line_reader {
	const char *root;
	int64_t number; /* of the segment that is open */
	int fd;		/* -1 */
	char *name;
};
void line_reader_close(struct line_reader *reader);
/* Parses the manifest line of @row. */
int line_reader_read(struct line_reader *reader, const struct catalogue_document *row, struct arena *arena,
	struct garner_document *ret_document, struct error *error);
int store_render_page(
	struct catalogue *catalogue, struct line_reader *reader, int64_t page, struct buf *out, struct error *error);
/* Head from the catalogue's totals into @count (strings in its arena). */
int store_head(struct catalogue *catalogue, struct keys *keys, struct line_reader *reader, struct index_count *count,
	struct error *error);
int store_render_top(struct catalogue *catalogue, struct line_reader *reader, const struct index_head *head,
	struct buf *out, struct error *error);
/* SHA256SUMS of the whole store from the catalogue's file rows. */
int store_render_sums(struct catalogue *catalogue, struct view index_sha256, struct buf *out, struct error *error);

#endif
