#include "meta/decide.h"

#include "meta/fold.h"

double title_words_overlap(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	uint32_t rest[TITLE_WORDS];
	size_t few_n = na < nb ? na : nb, many_n = na < nb ? nb : na, hits = 0;
	const uint32_t *few = na < nb ? a : b;
	if (few_n == 0)
		return 0;
	memcpy(rest, na < nb ? b : a, many_n * sizeof(rest[0]));
	for (size_t i = 0; i < few_n; i++) {
		for (size_t k = 0; k < many_n; k++) {
			if (rest[k] != few[i])
				continue;
			hits++;
			rest[k] = rest[--many_n];
			break;
		}
	}
	return (double)hits / (double)few_n;
}

double title_overlap(struct view a, struct view b)
{
	uint32_t wa[TITLE_WORDS], wb[TITLE_WORDS];
	size_t na = fold_hashes(a, wa, TITLE_WORDS), nb = fold_hashes(b, wb, TITLE_WORDS);
	return title_words_overlap(wa, na, wb, nb);
}

bool title_same(struct view a, struct view b)
{
	uint32_t wa[TITLE_WORDS], wb[TITLE_WORDS];
	size_t na = fold_hashes(a, wa, TITLE_WORDS), nb = fold_hashes(b, wb, TITLE_WORDS);
	return na == nb && na > 0 && memcmp(wa, wb, na * sizeof(wa[0])) == 0;
}

const char *decide_str(struct decide *d, struct view v)
{
	return page_str(d->page, v);
}
