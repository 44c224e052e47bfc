/* Seen before? */
#ifndef GARNER_DEDUP_DEDUP_H
#define GARNER_DEDUP_DEDUP_H

#include "stage.h"

/* Stage, all pages, last of the worker's: page->sha256 of page->member, document.sha256, sha256_raw, id,
 * id64 (see DESIGN: canonical URL, else raw bytes; a file named NNN_<16 hex>.* keeps its id), and the
 * near-duplicate signature page->minhash. */
extern const struct stage digest_stage;

/* Near-duplicate signature of a text: MinHash over word shingles. Fixed size, comparable across runs. */
enum { MINHASH_BYTES = 256 };
struct minhash {
	uint8_t bytes[MINHASH_BYTES];
};
void minhash_of(struct view text, struct minhash *ret_signature);
/* Estimated Jaccard similarity, 0 to 1. */
double minhash_similarity(const struct minhash *a, const struct minhash *b);

#endif
