/* How a line finds its rules. Lines as they stand: one look-up. Patterns: three sets of bits are cut with each other
 * (as many words, such a first byte, a string that the pattern needs), and what is left is asked in the order of the
 * rules. On what extractors leave, 0.1 patterns a line are asked of 280; without the strings it was 56. */
#include "extract/rules.h"

#include <errno.h>
#include "extract/text_lines.h"

enum { OPEN_PROSE_WORDS = 24 };

int rule_index_build(struct rules *rules, struct error *error)
{
	size_t count = 0;
	rules->all = arena_calloc(&rules->arena, rules->count + 1, sizeof(*rules->all));
	int result = rules->all ? rule_image_make(rules, &rules->image) : -ENOMEM;
	for (struct rule *rule = rules->first; rule && result == 0; rule = rule->next) {
		rules->all[count++] = rule;
		if (rule->detector)
			rules->detectors[rule->detector] = rule;
	}
	return result ? error_set(error, result, "no memory for the index of rules") : 0;
}

static void put(uint64_t *set, size_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

/* ---- asking -------------------------------------------------------------------------------------- */

struct search {
	const struct rules *rules;
	const struct rule_image *image;
	struct matcher *matcher;
	const struct line *line;
	rule_found_fn *found;
	void *user;
	uint64_t *open;	  /* may match as far as words and first byte go */
	uint64_t *wanted; /* and a string that it needs stands there */
};

static inline bool in_bits(const uint64_t *bits, uint32_t hash)
{
	return bits[hash / 64] >> (hash % 64) & 1;
}

/* At byte @at of @key the bytes of some gram of this list stand. */
static void visit(struct search *search, const struct image_gram *g, const struct image_gram *end, struct view key,
	size_t at, uint32_t bytes)
{
	for (; g < end; g++) {
		if (g->bytes != bytes || !(search->open[g->pattern / 64] >> (g->pattern % 64) & 1))
			continue;
		if (at >= g->offset && at - g->offset + g->n <= key.n &&
			memcmp(key.p + at - g->offset, search->image->strings + g->text, g->n) == 0)
			put(search->wanted, g->pattern);
	}
}

static void visit_four(struct search *search, struct view key, size_t at)
{
	const struct rule_image *image = search->image;
	uint32_t bytes = image_four(key.p + at), hash = image_hash(bytes);
	const uint32_t *from = image->four_from + hash % IMAGE_GRAM_LISTS;
	if (in_bits(image->four_bits, hash))
		visit(search, image->four + from[0], image->four + from[1], key, at, bytes);
}

static void visit_two(struct search *search, struct view key, size_t at)
{
	const struct rule_image *image = search->image;
	uint32_t bytes = image_two(key.p + at);
	const uint32_t *from = image->two_from + image_hash(bytes) % IMAGE_GRAM_LISTS;
	visit(search, image->two + from[0], image->two + from[1], key, at, bytes);
}

static void scan(struct search *search, struct view key)
{
	const uint8_t *pairs = search->image->pairs;
	size_t i = 0;
	for (; i + 4 <= key.n; i++) {
		uint8_t pair = pairs[image_two(key.p + i)];
		if (__builtin_expect(!pair, 1))
			continue;
		if (pair & PAIR_FOUR)
			visit_four(search, key, i);
		if (pair & PAIR_TWO)
			visit_two(search, key, i);
	}
	for (; i + 2 <= key.n; i++)
		if (pairs[image_two(key.p + i)] & PAIR_TWO)
			visit_two(search, key, i);
}

/* The prefix itself is compared: what was cut before knows its bytes one by one. */
static bool begins(const struct rule_image *image, size_t pattern, struct view subject)
{
	size_t from = image->prefix_from[pattern], end = image->prefix_from[pattern + 1];
	const uint8_t *prefix = from < end ? image->prefixes + from * IMAGE_PREFIX : NULL;
	for (size_t i = from; i < end; i++, prefix += IMAGE_PREFIX)
		if (prefix[1] == (uint8_t)subject.p[0] && prefix[0] <= subject.n &&
			memcmp(prefix + 1, subject.p, prefix[0]) == 0)
			return true;
	return from == end;
}

/* Which patterns may match, by words and first bytes. False: none. */
static bool find_open(struct search *search)
{
	const struct rule_image *image = search->image;
	const struct line *line = search->line;
	const size_t cells = image->cells;
	const uint64_t *words = image->words + line->words * cells, *folded[IMAGE_PLACES], *exact[IMAGE_PLACES];
	/* In long prose, only patterns whose beginning is known: the others are for shorter lines. */
	bool prose = (line->flags & LINE_PROSE) && line->words >= OPEN_PROSE_WORDS;
	uint64_t any = 0;
	for (size_t k = 0; k < IMAGE_PLACES; k++) {
		size_t core = k < line->core.n ? (unsigned char)line->core.p[k] : 0,
		       text = k < line->text.n ? (unsigned char)line->text.p[k] : 0;
		folded[k] = image->folded + (k * IMAGE_BYTES + core) * cells;
		exact[k] = image->exact + (k * IMAGE_BYTES + text) * cells;
	}
	for (size_t i = 0; i < cells; i++) {
		uint64_t open = words[i] & ((folded[0][i] & folded[1][i] & folded[2][i] & folded[3][i]) |
						   (exact[0][i] & exact[1][i] & exact[2][i] & exact[3][i]));
		open &= prose ? image->closed[i] : UINT64_MAX;
		for (uint64_t left = prose ? open : 0; left; left &= left - 1) {
			size_t pattern = i * 64 + (size_t)__builtin_ctzll(left);
			bool stands = search->rules->all[image->patterns[pattern]]->exact;
			if (!begins(image, pattern, stands ? line->text : line->core))
				open &= ~(left & -left);
		}
		search->open[i] = open;
		search->wanted[i] = open & image->free[i];
		any |= open;
	}
	return any != 0;
}

static void ask_patterns(struct search *search)
{
	const struct rule_image *image = search->image;
	if (search->line->words > RULE_WORDS_MAX || !find_open(search))
		return;
	scan(search, search->line->key);
	for (size_t i = 0; i < image->cells; i++) {
		for (uint64_t left = search->wanted[i]; left; left &= left - 1) {
			size_t pattern = i * 64 + (size_t)__builtin_ctzll(left);
			const struct rule *rule = search->rules->all[image->patterns[pattern]];
			struct view subject = rule->exact ? search->line->text : search->line->core;
			if (!rule->off && begins(image, pattern, subject) &&
				pattern_match(search->matcher, rule->pattern, subject) &&
				!search->found(search->user, rule))
				return;
		}
	}
}

/* "Share." alone may be somebody's answer; "Share" is a button. */
static bool one_word_sentence(const struct line *line)
{
	return line->words == 1 && (line->flags & LINE_SENTENCE);
}

static bool ask_lines(struct search *search)
{
	const struct line *line = search->line;
	const struct rule_image *image = search->image;
	if (one_word_sentence(line) || line->core.n > image->longest ||
		!in_bits(image->listed, image_line_hash(line->core)))
		return true;
	const struct image_text *text =
		rule_image_look(image, image->lines, image->line_slots, image->line_slots_count, line->core);
	for (size_t i = 0; text && i < text->count; i++) {
		const struct rule *rule = search->rules->all[image->line_rules[text->first + i]];
		if (!rule->off && !search->found(search->user, rule))
			return false;
	}
	return true;
}

void rule_index_find(
	const struct rules *rules, struct matcher *matcher, const struct line *line, rule_found_fn *found, void *user)
{
	enum { CELLS_NEAR = 16 }; /* 1,024 patterns */
	uint64_t near[2 * CELLS_NEAR], *sets = near;
	const struct rule_image *image = &rules->image;
	if (!(line->flags & LINE_WHOLE) || (line->flags & LINE_QUOTED) || line->core.n == 0)
		return;
	if (image->cells > CELLS_NEAR)
		sets = matcher_sets(matcher, 2 * image->cells);
	struct search search = { .rules = rules,
		.image = image,
		.matcher = matcher,
		.line = line,
		.found = found,
		.user = user,
		.open = sets,
		.wanted = sets + image->cells };
	if (ask_lines(&search) && sets)
		ask_patterns(&search);
}
