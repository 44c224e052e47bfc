/* A kind of input is one file with one ops table; the best bid on first bytes and name reads it.
 *
 *	inputs ─> path, "-" ─> stream ─┬─ bids ─> text, html, jsonl, mail, warc, archive
 *	       ├> folder: sorted walk ─┘            └─ archive members bid again
 *	       └> URLs that follow each other, as one group ─> fetch
 *
 * One reader, one thread. What can't be read becomes a dropped input with its reason; the run goes on. */
#ifndef GARNER_CAPTURE_SOURCE_H
#define GARNER_CAPTURE_SOURCE_H

#include "page.h"
#include "capture/stream.h"
#include "stage.h"
#include "util/buf.h"

enum { SOURCE_END = 1000 }; /* of source_next: nothing more */
enum { SOURCE_PROBE_BYTES = 4096 };

struct source;

/* What a bid may look at: the name as given and the first bytes (all of them when fewer). */
struct source_probe {
	struct view name;
	struct view first; /* of the content: a gzip or zstd coding is undone */
	struct view raw;   /* as they stand in the file */
};

struct source_ops {
	const char *name;
	bool raw; /* reads the bytes as they stand: codings are not undone for it */
	/* 0: not mine; else how sure, up to 100. Content weighs more than a name. */
	int (*bid)(const struct source_probe *probe);
	/* source->stream is at its start. Sets source->state. 0 or -ENOMEM with words. */
	int (*open)(struct source *source, struct error *error);
	/* Fills page->capture in page's arena. 0: a page; SOURCE_END; another reason > 0: this input is
	 * dropped (page->capture names it, page->detail says why) and the source goes on; < 0: fatal. */
	int (*next)(struct source *source, struct page *page);
	void (*close)(struct source *source); /* takes the half-opened */
};

struct source {
	const struct source_ops *ops;
	const struct engine *engine;
	const char *name;	 /* path as given, "-" standard input; valid UTF-8, bad bytes as \xHH */
	struct stream *stream;	 /* the bytes; NULL for URLs */
	bool coded;		 /* a coding was undone: places in the stream are not places in the file */
	const char *const *urls; /* of source_fetch: the group, in order; NULL otherwise */
	size_t url_count;
	struct hosts *hosts; /* of source_fetch: shared by all groups */
	int depth; /* archives in archives */
	void *state;
	const char *in_work; /* set by next where it knows better than name; may be NULL */
};

/* Reads a list of inputs one after the other: paths, folders, URLs, "-". Folders are walked in the order of the bytes
 * of their paths; names that begin with a dot are passed over; a folder is entered once. @inputs stay the caller's
 * until capture_close. 0 or -ENOMEM. */
struct capture_reader;
int capture_open(const struct engine *engine, const char *const *inputs, size_t count,
	struct capture_reader **ret_reader, struct error *error);
/* URLs are asked for at the pace of @hosts, which stays the caller's; without it all of a reader's share one. */
void capture_share_hosts(struct capture_reader *reader, struct hosts *hosts);
/* Files that are no longer there are passed over, as if they had never been named. */
void capture_pass_gone(struct capture_reader *reader);
/* Whether one of @inputs is fetched. */
bool capture_fetches(const char *const *inputs, size_t count);
/* A reader of one source that is open already: @ops->next and close are called with source->state = @state. */
int capture_open_source(const struct engine *engine, const struct source_ops *ops, void *state,
	struct capture_reader **ret_reader, struct error *error);
/* As source_ops.next, over all inputs. */
int capture_next(struct capture_reader *reader, struct page *page);
/* What is read now, for the progress line; valid until the next call. */
const char *capture_in_work(const struct capture_reader *reader);
/* All inputs are regular files and folders: the next page is there as soon as it is asked for. */
bool capture_is_at_hand(const struct capture_reader *reader);
struct capture_reader *capture_close(struct capture_reader *reader);

/* Opens @source (name, depth, engine set) over @stream with the best bidder; takes the stream in every case.
 * Archives call it for their members. 0, or -ENOMEM. */
int source_begin(struct source *source, struct stream *stream, struct error *error);
void source_end(struct source *source);

/* @bytes as a name for reports: what is not UTF-8 becomes \xHH. -ENOMEM. */
int source_name(struct buf *out, struct view bytes);

/* The first line of @first is there to its end and is an object: JSON lines, whatever follows. A pipe may bring that
 * line and then nothing for hours, so nobody else is asked. */
bool json_lines_begin(struct view first);

extern const struct source_ops source_text, source_html, source_jsonl, source_warc, source_archive, source_fetch,
	source_mail;

#endif
