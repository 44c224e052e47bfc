/* Reading documents back: from a store's folder, or from one pack or archive. */
#ifndef GARNER_STORE_READ_H
#define GARNER_STORE_READ_H

#include "store/inner.h"
#include "store/newest.h"

/* A store that is open for reading, with the frame that was decoded last. */
struct store_reader {
	char *root;
	struct catalogue *catalogue;
	struct keys *keys; /* NULL: not asked for, or keys_error tells why */
	struct error keys_error;
	struct line_reader lines;
	int64_t pack;  /* number of the open pack */
	int64_t frame; /* offset of the decoded frame; -1 none */
	int fd;
	char *pack_path;
	struct buf raw;
	bool alone; /* one document is asked for: its frame is decoded as far as it goes, its digest proves it */
};
/* One snapshot of the catalogue, with @keys the keys that belong to it: files that a number alone does not need.
 * -ENOENT: no store there. */
int store_reader_open(const char *path, bool keys, struct store_reader *ret_reader, struct error *error);
void store_reader_close(struct store_reader *reader);
/* The member's bytes; valid until the next call. */
int store_reader_member(struct store_reader *reader, const struct catalogue_document *row, struct view *ret_member,
	struct error *error);
/* Facts, and with @text the text too. Strings in @arena. */
int store_reader_document(struct store_reader *reader, const struct catalogue_document *row, bool text,
	struct arena *arena, struct garner_document *ret_document, struct error *error);
/* As keys_each_of_id. */
int store_reader_each_of_id(
	struct store_reader *reader, uint64_t id, catalogue_fn *fn, void *user, struct error *error);
/* The number that a key is, or that a member's name begins with; GARNER_NO_NUMBER: an id or a URL. */
int64_t store_key_number(const char *key);
/* Number, id, member name or URL. 0; 1: not there. */
int store_reader_find(
	struct store_reader *reader, const char *key, struct catalogue_document *ret_row, struct error *error);
/* Why nothing was found under @key: GARNER_FORGOTTEN with words in @error, as gone_tell; 1: not known. */
int store_reader_missing(const struct store_reader *reader, const char *key, struct error *error);

/* The text of a member: what follows the title. */
struct view store_member_text(struct view member, const char *title);
/* Whether @filter has to see the text. */
bool store_filter_reads(const struct garner_filter *filter);
/* The parts of @filter that a document's facts answer, and its text where it has to be seen. */
bool store_filter_takes(const struct garner_filter *filter, const struct garner_document *document);

/* 0, or -EINTR with words when @stop (may be NULL) is set. */
int store_stopped(const atomic_bool *stop, const char *path, struct error *error);

/* Something that is no folder stands there: one pack or archive, by its place. */
bool is_pack_file(const char *path);
/* The same calls on a single pack. */
int pack_file_list(const char *path, const struct garner_filter *filter, const atomic_bool *stop,
	garner_document_fn *fn, void *user, struct error *error);
int pack_file_show(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error);
int pack_file_history(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error);
int pack_file_stats(const char *path, struct garner_stats *ret_stats, struct error *error);
void stats_of_head(const struct index_head *head, struct garner_stats *stats);

/* The first frame without documents. */
int pack_border(int fd, const char *name, const struct pack_frame *frames, size_t count, size_t *ret_first,
	struct error *error);
/* Decodes into @out the part of a sealed pack's manifest where the line of document @n stands, or all of it when @n is
 * GARNER_NO_NUMBER. @ret_lines begins with a whole line; what follows the manifest may follow it. -ENOENT without
 * words: it can't be found so. */
int pack_lines(int fd, const char *name, const struct pack_frame *frames, size_t border, size_t count, int64_t n,
	struct buf *out, struct view *ret_lines, struct error *error);

/* Closing members of a sealed pack. */
struct closing {
	struct buf raw; /* their tar bytes */
	struct view index, manifest, runs, sums;
	size_t first; /* frame with which they begin */
};
/* @frames: of the whole pack. -ENOENT without words: not sealed. */
int closing_read(int fd, const char *name, const struct pack_frame *frames, size_t count, struct closing *ret_closing,
	struct error *error);
void closing_free(struct closing *closing);
/* Frames by the seek table, or by walking over an unsealed pack. malloc'd. */
int pack_frames(
	int fd, const char *name, int64_t size, struct pack_frame **ret_frames, size_t *ret_count, struct error *error);
/* "000_10cd160a65ea45e7.txt" */
bool is_member_name(struct view name);

#endif
