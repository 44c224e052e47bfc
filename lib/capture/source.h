/* A kind of input is one file with one ops table; the best bid on name and first bytes reads it. */
#ifndef GARNER_CAPTURE_SOURCE_H
#define GARNER_CAPTURE_SOURCE_H

#include <stdio.h>
#include "page.h"

enum { SOURCE_END = 1000 }; /* of source_next: nothing more */
enum { SOURCE_PROBE_BYTES = 4096 };

struct source;

/* What a bid may look at: the name as given and the first bytes (all of them when fewer). */
struct source_probe {
	struct view name;
	struct view first;
};

struct source_ops {
	const char *name;
	/* 0: not mine; else how sure, up to 100. Content weighs more than a name. */
	int (*bid)(const struct source_probe *probe);
	/* source->file is open at its start. Sets source->state. */
	int (*open)(struct source *source, struct error *error);
	/* Fills page->capture in page's arena. 0: a page; SOURCE_END; another reason > 0: this input is
	 * dropped (page->capture names it) and the source goes on; < 0: fatal. */
	int (*next)(struct source *source, struct page *page);
	void (*close)(struct source *source); /* takes the half-opened */
};

struct source {
	const struct source_ops *ops;
	const struct engine *engine;
	const char *name;  /* path or URL as given; "-" standard input */
	int fd;		   /* of files; -1 */
	struct view first; /* bytes already read for the probe, in front of fd */
	int depth;	   /* archives in archives */
	void *state;
};

/* Reads a list of inputs one after the other: paths, folders (recursive, sorted by bytes), URLs, "-". */
struct capture_reader;
int capture_open(const struct engine *engine, const char *const *inputs, size_t count,
	struct capture_reader **ret_reader, struct error *error);
/* As source_ops.next, over all inputs. */
int capture_next(struct capture_reader *reader, struct page *page);
/* What is read now, for the progress line; valid until the next call. */
const char *capture_in_work(const struct capture_reader *reader);
struct capture_reader *capture_close(struct capture_reader *reader);

extern const struct source_ops source_text, source_html, source_jsonl, source_warc, source_archive, source_fetch;

#endif
