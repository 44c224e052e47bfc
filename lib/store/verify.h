/* What verify.c and verify_pack.c share. */
#ifndef GARNER_STORE_VERIFY_H
#define GARNER_STORE_VERIFY_H

#include "store/read.h"

struct verify {
	garner_finding_fn *fn;
	void *user;
	uint64_t findings;
	bool data;
	const atomic_bool *stop; /* may be NULL */
	struct error *error;
};
void verify_find(struct verify *verify, const char *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A failure that is the file's fault (it can't be read, is short, does not decode) is a finding and 0; memory is not.
 */
int verify_failed(struct verify *verify, const char *place, int result, struct error *why);

/* ---- the catalogue against what it was made from (verify_rows.c) ---- */
/* A row against its manifest line at @place. */
void verify_row(struct verify *verify, const char *place, const struct catalogue_document *row,
	const struct garner_document *d);
/* Every key of the row leads to it. */
int verify_keys(struct verify *verify, struct store_reader *reader, const struct catalogue_document *row);
struct near_file;
/* Its capture can be decoded. */
int verify_capture(struct verify *verify, const char *root, const struct garner_document *d);
/* The signature of the document's @text (without its title). */
int verify_signature(struct verify *verify, const struct near_file *signatures, const struct catalogue_document *row,
	const struct garner_document *d, struct view text);
/* @lines: what the manifests' lines and runs.jsonl sum up to; @from_lines: INDEX.md as it follows. */
int verify_totals(
	struct verify *verify, struct store_reader *reader, const struct index_count *lines, struct view from_lines);

/* One sealed pack by itself. With @data every document's digest. < 0 only when the machine fails. */
int verify_pack(struct verify *verify, const char *path);

/* The file of counts at @path: 0 also where there is none; -EBADMSG: damaged; < 0. */
int store_check_counts(const char *path, struct error *why);

#endif
