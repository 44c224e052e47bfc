/* The documents of a store in the shapes that other tools read. One format, one file, one ops table.
 *
 *	store_list ─> put … put ─> end ─┬─ a stream: to the caller, or aside and then to its path by rename
 *	                                ├─ a file: the same, the format writes it itself
 *	                                └─ a folder: made new; never over one that holds something */
#ifndef GARNER_EXPORT_EXPORT_H
#define GARNER_EXPORT_EXPORT_H

#include <stdatomic.h>
#include "garner.h"
#include "util/buf.h"
#include "util/error.h"

enum export_kind { EXPORT_STREAM, EXPORT_FILE, EXPORT_FOLDER };

struct exporter {
	const char *store;  /* where the documents come from */
	const char *path;   /* of the folder; of a file while it is written aside; NULL: a stream */
	int fd;		    /* of the file; -1 */
	int64_t clock;	    /* for every time that is not a document's */
	const char *fields; /* jsonl: NULL our own keys */
	struct buf out;	    /* streams append here; emptied behind them */
	void *state;
};

struct export_format {
	const char *name;
	enum export_kind kind;
	bool facts; /* the texts are not needed */
	/* Each 0, or < 0 with words; may be NULL. @document is borrowed for the call. */
	int (*begin)(struct exporter *exporter, struct error *error);
	int (*put)(struct exporter *exporter, const struct garner_document *document, struct error *error);
	int (*end)(struct exporter *exporter, struct error *error);
	void (*close)(struct exporter *exporter); /* takes the half-begun */
};

extern const struct export_format export_jsonl, export_csv, export_vertical, export_wet, export_tar, export_txt,
	export_bagit, export_wacz;

/* Runs it all: -EINVAL for a format, fields or path that do not fit, -EEXIST for a folder that holds something. */
int export_run(const char *store, const struct garner_export *export, int64_t clock, const atomic_bool *stop,
	garner_write_fn *write, void *user, struct error *error);

/* What several formats share. The member's bytes: title, blank line, text, LF; into @out, emptied first. */
int export_member(struct buf *out, const struct garner_document *document);
/* @names: the keys of "trafilatura", "dolma", "schema". False: no such set. */
bool fields_known(const char *names);
void fields_write(struct buf *out, const struct garner_document *document, const char *names);

#endif
