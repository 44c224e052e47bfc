/* Taking documents out, and making packs anew. For an open store. */
#ifndef GARNER_STORE_REPACK_H
#define GARNER_STORE_REPACK_H

#include "store/inner.h"

/* Merges small packs and leaves out what was forgotten; store_finish makes the derived files. */
int store_repack(struct store *store, struct error *error);
/* The documents of @packs into one new, sealed pack. Commits. */
int store_repack_packs(struct store *store, const int64_t *packs, size_t count, struct error *error);
/* Unlinks what was replaced: after a commit, and when a store is opened. */
int store_remove_doomed(struct store *store, struct error *error);
/* All texts of the document under @key are gone for readers at once; their bytes after store_repack. 1: not there. */
int store_forget(struct store *store, const char *key, const char *reason, struct error *error);
/* Overwrites the captures of what was forgotten. */
int forget_captures(struct store *store, struct error *error);
/* A line of gone.jsonl. @lost: by damage; otherwise the id does not come in again. */
int store_gone(struct store *store, int64_t n, uint64_t id, const struct garner_document *facts, const char *reason,
	bool lost, struct error *error);

#endif
