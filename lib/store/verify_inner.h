/* What the files that prove a store share. */
#ifndef GARNER_STORE_VERIFY_INNER_H
#define GARNER_STORE_VERIFY_INNER_H

#include "store/near.h"
#include "store/verify.h"
#include "util/map.h"

struct proof {
	struct verify *verify;
	struct store_reader *reader;
	const char *root;
	bool writing; /* a run goes on: files may be ahead of the catalogue */
	bool derived; /* index and digests are of the present state */
	struct index_count count;
	struct arena arena;
	struct map gone; /* numbers that were taken out */
	struct near_file signatures;
	int64_t pack, manifest_bytes; /* of the segment in work */
	int64_t pages;
};

/* "ROOT/NAME", malloc'd; NULL: no memory. */
char *proof_path(const struct proof *proof, const char *name);
int proof_no_memory(struct proof *proof);
/* A file of the catalogue: size, digest, seek table. @user: the proof. */
int proof_file(void *user, const struct catalogue_file *file);
/* Files in @folder that nobody acknowledged. */
int proof_strays(struct proof *proof, enum catalogue_file_kind kind, const char *folder);

#endif
