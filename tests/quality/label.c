#include "label.h"

#include <stdlib.h>
#include "extract/html.h"

enum {
	GRAM = 3,	 /* words that must agree for a place to be looked at */
	PLACES = 24,	 /* places of one block in the truth at most */
	LOOSE_WORDS = 6, /* blocks out of order need so many words */
};

struct words {
	uint32_t *at;
	uint32_t count;
};

static struct words read_words(struct arena *arena, struct view text)
{
	struct words w = { arena_alloc(arena, (text.n + 1) * sizeof(uint32_t)), 0 };
	size_t at = 0;
	for (uint32_t h; w.at && (h = score_word(text, &at));)
		w.at[w.count++] = h;
	return w;
}

/* Places of each gram of the truth: chains by hash. */
struct index {
	uint32_t *head, *next;
	uint32_t mask;
};

static uint32_t gram_hash(const uint32_t *w, uint32_t n)
{
	uint32_t h = 0;
	for (uint32_t i = 0; i < n; i++)
		h = (h ^ w[i]) * 0x9E3779B1u + (h >> 13);
	return h;
}

static bool index_make(struct arena *arena, const struct words *truth, uint32_t n, struct index *ret)
{
	uint32_t slots = 64;
	while (slots < truth->count * 2)
		slots *= 2;
	*ret = (struct index){ arena_calloc(arena, slots, 4), arena_calloc(arena, truth->count + 1, 4), slots - 1 };
	if (!ret->head || !ret->next)
		return false;
	for (uint32_t i = truth->count; i-- > 0;) {
		if (i + n > truth->count)
			continue;
		uint32_t *head = &ret->head[gram_hash(truth->at + i, n) & ret->mask];
		ret->next[i] = *head;
		*head = i + 1;
	}
	return true;
}

struct match {
	uint32_t block, at, end; /* words of the truth: [at, end) */
	uint32_t hits, best;	 /* best: chain that ends here */
	int32_t before;
};

static uint32_t count_hits(const struct words *truth, const struct words *block, uint32_t at, uint32_t *ret_end)
{
	/* equal words with small gaps on either side */
	uint32_t hits = 0, i = 0, j = at;
	while (i < block->count && j < truth->count) {
		if (block->at[i] == truth->at[j]) {
			hits++, i++, j++;
			continue;
		}
		uint32_t step = 1;
		for (; step <= 4; step++) {
			if (i + step < block->count && block->at[i + step] == truth->at[j]) {
				i += step;
				break;
			}
			if (j + step < truth->count && block->at[i] == truth->at[j + step]) {
				j += step;
				break;
			}
		}
		if (step > 4)
			i++, j++;
	}
	*ret_end = j;
	return hits;
}

static uint32_t find_matches(const struct words *truth, const struct index *index, const struct words *block,
	uint32_t number, struct match *ret, uint32_t gram)
{
	uint32_t count = 0;
	/* from the first words, and from others further in when the block begins with something else */
	uint32_t tries = block->count >= gram ? block->count - gram + 1 : 0, step = tries > 40 ? tries / 8 : 5;
	for (uint32_t from = 0; from < tries && from < step * 8 && !count; from += step) {
		uint32_t at = index->head[gram_hash(block->at + from, gram) & index->mask];
		for (; at && count < PLACES; at = index->next[at - 1]) {
			uint32_t place = at - 1;
			if (memcmp(truth->at + place, block->at + from, gram * sizeof(uint32_t)) != 0)
				continue;
			struct match *m = &ret[count];
			*m = (struct match){ .block = number, .at = place, .before = -1 };
			struct words rest = { block->at + from, block->count - from };
			m->hits = count_hits(truth, &rest, place, &m->end);
			count += m->hits * 2 >= rest.count || m->hits >= 12;
		}
	}
	return count;
}

/* The chain of matches in order of both sides with most hits. */
static int32_t best_chain(struct match *matches, uint32_t count)
{
	int32_t best = -1;
	for (uint32_t i = 0; i < count; i++) {
		struct match *m = &matches[i];
		m->best = m->hits;
		for (uint32_t back = 1; back <= i && back <= 1500; back++) {
			const struct match *o = &matches[i - back];
			if (o->block < m->block && o->end <= m->at + 2 && o->best + m->hits > m->best) {
				m->best = o->best + m->hits;
				m->before = (int32_t)(i - back);
			}
		}
		if (best < 0 || m->best > matches[best].best)
			best = (int32_t)i;
	}
	return best;
}

static bool align(struct arena *arena, const struct truth *truth, const struct text_blocks *blocks, struct labels *l)
{
	struct words t = read_words(arena, truth->body);
	struct words *b = arena_calloc(arena, blocks->count + 1, sizeof(*b));
	struct match *matches = arena_alloc(arena, sizeof(*matches) * ((size_t)blocks->count + 1) * PLACES);
	uint8_t *covered = arena_calloc(arena, t.count + 1, 1);
	struct index grams[GRAM];
	if (!b || !t.at || !matches || !covered)
		return false;
	for (uint32_t n = 1; n <= GRAM; n++)
		if (!index_make(arena, &t, n, &grams[n - 1]))
			return false;
	uint32_t count = 0;
	l->truth_words = t.count;
	for (uint32_t i = 0; i < blocks->count; i++) {
		b[i] = read_words(arena, blocks->items[i].text);
		l->words[i] = b[i].count;
		uint32_t gram = b[i].count < GRAM ? b[i].count : GRAM;
		if (gram)
			count += find_matches(&t, &grams[gram - 1], &b[i], i, matches + count, gram);
	}
	for (int32_t m = best_chain(matches, count); m >= 0; m = matches[m].before) {
		l->share[matches[m].block] = (float)matches[m].hits / (float)b[matches[m].block].count;
		l->matched += matches[m].hits;
		for (uint32_t w = matches[m].at; w < matches[m].end; w++)
			covered[w] = 1;
	}
	/* texts that stand elsewhere on the page than in the truth */
	for (uint32_t k = 0; k < count; k++) {
		struct match *m = &matches[k];
		uint32_t fresh = 0;
		if (l->share[m->block] > 0 || m->hits < LOOSE_WORDS)
			continue;
		for (uint32_t w = m->at; w < m->end; w++)
			fresh += !covered[w];
		if (fresh * 10 < (m->end - m->at) * 8)
			continue;
		l->share[m->block] = (float)m->hits / (float)b[m->block].count;
		l->matched += m->hits;
		for (uint32_t w = m->at; w < m->end; w++)
			covered[w] = 1;
	}
	return true;
}

static bool holds(struct view text, const struct view *snippets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (snippets[i].n >= 4 && view_find(text, snippets[i]) < text.n)
			return true;
	return false;
}

bool labels_make(struct arena *arena, const struct truth *truth, const struct text_blocks *blocks, struct labels *ret)
{
	*ret = (struct labels){ arena_calloc(arena, blocks->count + 1, sizeof(float)),
		arena_calloc(arena, blocks->count + 1, 4), 0, 0 };
	if (!ret->share || !ret->words)
		return false;
	if (truth->body.p)
		return align(arena, truth, blocks, ret);
	for (uint32_t i = 0; i < blocks->count; i++) {
		struct view text = blocks->items[i].text;
		size_t at = 0;
		while (score_word(text, &at))
			ret->words[i]++;
		bool in = holds(text, truth->with, truth->with_count),
		     out = holds(text, truth->without, truth->without_count);
		ret->share[i] = in == out ? -1 : in ? 1 : 0;
	}
	return true;
}
