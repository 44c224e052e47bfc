/* Evidence in the bytes, apart for single-byte encodings and those of East Asia. */
#ifndef GARNER_DECODE_DETECT_H
#define GARNER_DECODE_DETECT_H

#include <stdbool.h>
#include "decode/encoding.h"

/* What a sample has of each byte above 127, and beside what they stand. */
struct high_bytes {
	uint32_t count[256];
	uint32_t total;
	uint32_t beside_high;  /* pairs of two */
	uint32_t beside_ascii; /* pairs with an ASCII letter */
};
void high_bytes_of(struct view sample, struct high_bytes *ret_high);

/* Log-likelihood (nats) of the sample under the best language for @table; @ret_expected is what a text of that
 * language would have on average. */
double single_score(const uint32_t table[256], const struct high_bytes *high, double *ret_expected);
/* The best of all single-byte encodings; @ret_score as above, less for the rare ones. */
enum encoding single_best(struct decoder *decoder, const struct high_bytes *high, double *ret_score);

/* How much of @text, decoded from @encoding (one of East Asia), is what one expects there: kana and kanji, common
 * Hangul, Han of the first level. 0 to 1. @raw is the text before decoding. */
double asian_share(enum encoding encoding, struct view raw, struct view text);

#endif
