/* Seen before? */
#ifndef GARNER_DEDUP_DEDUP_H
#define GARNER_DEDUP_DEDUP_H

#include "stage.h"

/* Stage, all pages, last of the worker's: page->sha256 of page->member, document.sha256, sha256_raw (of
 * capture.body), id, id64, document.rules, and the near-duplicate signature page->minhash.
 *
 * The id is the first 64 bits of SHA-256 of identity_url(); of the raw bytes where there is no URL; and a file
 * already named NNN_<16 hex>.* keeps the one it has. */
extern const struct stage digest_stage;

/* Begins the digests of two captures' bodies before their stages run: two at once cost little more than one
 * (sha256_update_two). What is left of each is done when its turn comes. The state stands in the arena that each page
 * has now; both bodies stay where they are. */
void digest_ahead(struct page *page, struct page *next);

/* The URL a page is known by: the canonical spelling of @answered, or of @canonical (the page's own word, may be
 * empty) where that names the same page on the same host. A page's word is not believed when it points to a front
 * page, to another article, or drops a parameter that may be an article's number: broken templates say the same
 * canonical URL on all their pages, and two articles under one id are worse than one under two. 0,
 * GARNER_BAD_URL, -ENOMEM. */
int identity_url(struct arena *arena, struct view answered, struct view canonical, struct view *ret_url);

/* The id in a name like "012_10cd160a65ea45e7.txt" (any folder before it); false when it is not one. */
bool identity_of_name(struct view path, uint8_t ret_id[8]);

/* Near-duplicate signature of a text: one-permutation MinHash with optimal densification (Shrivastava 2017) over
 * shingles of 3 words, or 5 characters in scripts without spaces; one byte a bin (b-bit MinHash, Li and Koenig
 * 2010). Case of letters and punctuation don't count. Comparable across runs, machines and versions with the same
 * MINHASH_VERSION. Any byte string that is valid UTF-8 has one. */
enum { MINHASH_BYTES = 256, MINHASH_VERSION = 1 };
struct minhash {
	uint8_t bytes[MINHASH_BYTES];
};
void minhash_of(struct view text, struct minhash *ret_signature);
/* Estimated Jaccard similarity of the shingle sets, 0 to 1; its standard error is at most 0.035 for texts of
 * 1,000 words and more, 0.06 for 100. */
double minhash_similarity(const struct minhash *a, const struct minhash *b);

/* For an index: texts that share a band are candidates. A pair of similarity s shares at least one of the 64 with
 * probability 1 - (1 - s^4)^64: 0.34 -> 0.57, 0.5 -> 0.98, 0.6 -> 0.9999. */
enum { MINHASH_BANDS = 64 };
uint32_t minhash_band(const struct minhash *signature, unsigned band);

#endif
