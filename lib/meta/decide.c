#include "meta/decide.h"

#include "meta/fold.h"

double title_overlap(struct view a, struct view b)
{
	uint32_t wa[TITLE_WORDS], wb[TITLE_WORDS];
	size_t na = fold_hashes(a, wa, TITLE_WORDS), nb = fold_hashes(b, wb, TITLE_WORDS), hits = 0;
	if (na == 0 || nb == 0)
		return 0;
	const uint32_t *few = na < nb ? wa : wb;
	uint32_t *many = na < nb ? wb : wa;
	size_t few_n = na < nb ? na : nb, many_n = na < nb ? nb : na;
	for (size_t i = 0; i < few_n; i++) {
		for (size_t k = 0; k < many_n; k++) {
			if (many[k] != few[i])
				continue;
			hits++;
			many[k] = many[--many_n];
			break;
		}
	}
	return (double)hits / (double)few_n;
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
