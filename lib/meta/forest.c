/* For few vectors at a time, as who wrote a page is asked of a handful of groups: there the walk is cheaper than what
 * oblivious.c does for 32 at once. */
#include "meta/forest.h"

void forest_score(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	size_t nodes = ((size_t)1 << f->depth) - 1;
	for (uint32_t i = 0; i < count; i++)
		ret_scores[i] = f->base;
	for (uint32_t t = 0; t < f->trees; t++) {
		const uint16_t *feature = f->features + t * nodes;
		const uint8_t *threshold = f->thresholds + t * nodes;
		const int16_t *leaf = f->leaves + t * (nodes + 1);
		for (uint32_t i = 0; i < count; i++) {
			const uint8_t *v = x + i * stride;
			size_t at = 0;
			for (uint32_t d = 0; d < f->depth; d++)
				at = 2 * at + 1 + (v[feature[at]] >= threshold[at]);
			ret_scores[i] += leaf[at - nodes];
		}
	}
}
