/* How a line finds its rules. Lines as they stand: one look-up. Patterns: three sets of bits are cut with each other
 * (as many words, such a first byte, a string that the pattern needs), and what is left is asked in the order of the
 * rules. On what extractors leave, 0.1 patterns a line are asked of 280; without the strings it was 56. */
#include "extract/rules.h"

#include <errno.h>
#include "extract/rule_literal.h"
#include "extract/text_fold.h"
#include "extract/text_lines.h"

enum { BYTES = 256, GRAM_BITS = 1 << 16, GRAM_LISTS = 1 << 12, OPEN_PROSE_WORDS = 24 };

/* A string that a pattern needs, found by four (or two) bytes of it. */
struct gram {
	uint32_t bytes;
	uint16_t offset; /* of these bytes in the string */
	uint16_t n;
	uint32_t pattern;
	const char *text;
	struct gram *next;
};

struct gram_table {
	uint64_t bits[GRAM_BITS / 64]; /* by hash: is there any */
	struct gram *lists[GRAM_LISTS];
};

/* What two bytes may be the beginning of. */
enum { PAIR_TWO = 1, PAIR_FOUR = 2, PAIRS = 1 << 16 };

struct rule_entry {
	const struct rule *rule;
	struct rule_entry *next;
};

struct rule_index {
	const struct rule **patterns; /* in the order of the rules */
	size_t count, cells;	      /* cells: 64-bit words of a set */
	uint64_t *folded, *exact;     /* 256 sets: may begin with this byte */
	uint64_t *words;	      /* RULE_WORDS_MAX + 1 sets: may have so many words */
	uint64_t *free;		      /* needs no string that is known */
	uint64_t *closed;	      /* of which all beginnings are known: */
	struct prefix **prefixes;
	uint16_t *prefix_counts;
	uint8_t pairs[PAIRS];
	struct gram_table four, two;
	uint64_t listed[GRAM_BITS / 64]; /* by beginning and length: may such a line be listed */
	size_t longest;			 /* bytes of the longest one */
};

/* ---- strings ----------------------------------------------------------------------------------- */

/* Four bytes as they lie in memory: the tables are made and asked on one machine. */
static inline uint32_t load_four(const char *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t load_two(const char *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t hash_of(uint32_t bytes)
{
	return (bytes * 0x9E3779B1u) >> 16;
}

/* Of a line's beginning, end and length. */
static uint32_t hash_of_line(struct view core)
{
	uint32_t bytes = core.n >= 4 ? load_four(core.p) ^ load_four(core.p + core.n - 4) * 0x85EBCA6Bu
				     : (uint32_t)(unsigned char)core.p[0];
	return hash_of(bytes + (uint32_t)core.n * 0xC2B2AE35u);
}

/* Frequent letters are poor bait. */
static int rarity(char c)
{
	static const char frequent[] = " etaoinsrlhdcu";
	const char *at = memchr(frequent, c, sizeof(frequent) - 1);
	return at ? (int)(at - frequent) : (int)sizeof(frequent);
}

static size_t best_offset(const struct literal *literal, size_t size)
{
	size_t best = 0;
	int most = -1;
	for (size_t at = 0; at + size <= literal->n; at++) {
		int sum = 0;
		/* The first two are looked at first. */
		for (size_t i = 0; i < size; i++)
			sum += rarity(literal->p[at + i]) * (i < 2 ? 3 : 1);
		if (sum > most) {
			most = sum;
			best = at;
		}
	}
	return best;
}

static int add_gram(struct rules *rules, size_t pattern, const struct literal *literal)
{
	size_t size = literal->n >= 4 ? 4 : 2, offset = best_offset(literal, size);
	struct gram_table *table = size == 4 ? &rules->index->four : &rules->index->two;
	struct gram *gram = arena_alloc(&rules->arena, sizeof(*gram));
	const char *text = arena_strdup_view(&rules->arena, view_make(literal->p, literal->n));
	if (!gram || !text)
		return -ENOMEM;
	const char *from = literal->p + offset;
	uint32_t bytes = size == 4 ? load_four(from) : load_two(from), hash = hash_of(bytes);
	struct gram **list = &table->lists[hash % GRAM_LISTS];
	*gram = (struct gram){ bytes, (uint16_t)offset, literal->n, (uint32_t)pattern, text, *list };
	*list = gram;
	table->bits[hash / 64] |= (uint64_t)1 << (hash % 64);
	rules->index->pairs[load_two(from)] |= size == 4 ? PAIR_FOUR : PAIR_TWO;
	return 0;
}

/* A string of ASCII letters stands in the folded line as it stands in the line, but for capitals. */
static bool fold_literal(struct literal *literal)
{
	for (size_t i = 0; i < literal->n; i++) {
		unsigned char c = (unsigned char)literal->p[i];
		if (c < ' ' || c >= 0x7F)
			return false;
		literal->p[i] = ascii_lower((char)c);
	}
	return true;
}

/* False: lines can't be sorted out by strings. */
static bool fold_needed(const struct rule *rule, struct literal_set *set, bool closed)
{
	/* "By", "Von": where it must begin so, looking for it is of no use. */
	for (size_t i = 0; closed && i < set->n; i++)
		if (set->item[i].n < 4)
			return false;
	for (size_t i = 0; rule->exact && i < set->n; i++)
		if (!fold_literal(&set->item[i]))
			return false;
	return set->n != 0;
}

/* ---- building ------------------------------------------------------------------------------------ */

static void put(uint64_t *set, size_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

static int add_needed(struct rules *rules, size_t i, struct literal_set *set)
{
	int result = 0;
	if (!fold_needed(rules->index->patterns[i], set, rules->index->prefix_counts[i] != 0))
		put(rules->index->free, i);
	else
		for (size_t k = 0; k < set->n && result == 0; k++)
			result = add_gram(rules, i, &set->item[k]);
	return result;
}

/* The beginnings of a pattern, when all are known. */
static int add_prefixes(struct rules *rules, size_t i)
{
	struct prefix set[PREFIX_SET_MAX];
	struct rule_index *index = rules->index;
	size_t n = pattern_prefixes(index->patterns[i]->source, set);
	if (n == 0)
		return 0;
	put(index->closed, i);
	index->prefixes[i] = arena_alloc(&rules->arena, n * sizeof(*set));
	if (!index->prefixes[i])
		return -ENOMEM;
	memcpy(index->prefixes[i], set, n * sizeof(*set));
	index->prefix_counts[i] = (uint16_t)n;
	return 0;
}

static int add_pattern(struct rules *rules, size_t i)
{
	struct pattern_facts facts;
	struct rule_index *index = rules->index;
	const struct rule *rule = index->patterns[i];
	uint64_t *first = rule->exact ? index->exact : index->folded;
	pattern_read(rule->source, &facts);
	for (size_t c = 0; c < BYTES; c++)
		if (facts.first[c / 64] >> (c % 64) & 1)
			put(first + c * index->cells, i);
	for (size_t words = 0; words <= rule->words && words <= RULE_WORDS_MAX; words++)
		put(index->words + words * index->cells, i);
	int result = add_prefixes(rules, i);
	return result ? result : add_needed(rules, i, &facts.needed);
}

/* Entries stay in the order of the rules, so that the first of two equals wins everywhere. */
static int add_line(struct rules *rules, const struct rule *rule, struct view text)
{
	char *folded = arena_alloc(&rules->arena, text.n + 1), end;
	struct view core = folded ? text_core(view_make(folded, text_fold(text, folded)), &end) : VIEW_NONE;
	uint64_t *slot = core.n ? map_put(&rules->lines, core) : NULL;
	struct rule_entry *entry = arena_calloc(&rules->arena, 1, sizeof(*entry));
	if (!slot || !entry)
		return -ENOMEM;
	struct rule_entry *first = (struct rule_entry *)(uintptr_t)*slot, **list = &first;
	while (*list)
		list = &(*list)->next;
	entry->rule = rule;
	*list = entry;
	*slot = (uint64_t)(uintptr_t)first;
	uint32_t hash = hash_of_line(core);
	rules->index->listed[hash / 64] |= (uint64_t)1 << (hash % 64);
	if (core.n > rules->index->longest)
		rules->index->longest = core.n;
	return 0;
}

static bool make_sets(struct rules *rules)
{
	struct rule_index *index = rules->index;
	struct arena *arena = &rules->arena;
	size_t cells = index->cells = index->count / 64 + 1;
	index->patterns = arena_calloc(arena, index->count + 1, sizeof(*index->patterns));
	index->folded = arena_calloc(arena, BYTES * cells, sizeof(uint64_t));
	index->exact = arena_calloc(arena, BYTES * cells, sizeof(uint64_t));
	index->words = arena_calloc(arena, (RULE_WORDS_MAX + 1) * cells, sizeof(uint64_t));
	index->free = arena_calloc(arena, cells, sizeof(uint64_t));
	index->closed = arena_calloc(arena, cells, sizeof(uint64_t));
	index->prefixes = arena_calloc(arena, index->count + 1, sizeof(*index->prefixes));
	index->prefix_counts = arena_calloc(arena, index->count + 1, sizeof(*index->prefix_counts));
	return index->prefixes && index->prefix_counts && index->patterns && index->folded && index->exact &&
	       index->words && index->free && index->closed;
}

static int add_rules(struct rules *rules)
{
	struct rule_index *index = rules->index;
	int result = make_sets(rules) ? 0 : -ENOMEM;
	size_t count = 0;
	for (struct rule *rule = rules->first; rule && result == 0; rule = rule->next) {
		for (struct rule_text *line = rule->lines; line && result == 0; line = line->next)
			result = add_line(rules, rule, line->text);
		if (rule->detector)
			rules->detectors[rule->detector] = rule;
		if (!rule->pattern || result)
			continue;
		index->patterns[count] = rule;
		result = add_pattern(rules, count++);
	}
	return result;
}

int rule_index_build(struct rules *rules, struct error *error)
{
	rules->index = arena_calloc(&rules->arena, 1, sizeof(*rules->index));
	for (const struct rule *rule = rules->first; rule && rules->index; rule = rule->next)
		rules->index->count += rule->pattern != NULL;
	int result = rules->index ? add_rules(rules) : -ENOMEM;
	return result ? error_set(error, result, "no memory for the index of rules") : 0;
}

/* ---- asking -------------------------------------------------------------------------------------- */

struct search {
	const struct rule_index *index;
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

/* At byte @at of @key the bytes of some gram stand. */
static void visit(struct search *search, const struct gram_table *table, struct view key, size_t at, uint32_t bytes)
{
	for (const struct gram *g = table->lists[hash_of(bytes) % GRAM_LISTS]; g; g = g->next) {
		if (g->bytes != bytes || !(search->open[g->pattern / 64] >> (g->pattern % 64) & 1))
			continue;
		if (at >= g->offset && at - g->offset + g->n <= key.n &&
			memcmp(key.p + at - g->offset, g->text, g->n) == 0)
			put(search->wanted, g->pattern);
	}
}

static void scan(struct search *search, struct view key)
{
	const struct rule_index *index = search->index;
	const uint8_t *pairs = index->pairs;
	size_t i = 0;
	for (; i + 4 <= key.n; i++) {
		uint8_t pair = pairs[load_two(key.p + i)];
		if (__builtin_expect(!pair, 1))
			continue;
		uint32_t four = load_four(key.p + i);
		if ((pair & PAIR_FOUR) && in_bits(index->four.bits, hash_of(four)))
			visit(search, &index->four, key, i, four);
		if (pair & PAIR_TWO)
			visit(search, &index->two, key, i, load_two(key.p + i));
	}
	for (; i + 2 <= key.n; i++)
		if (pairs[load_two(key.p + i)] & PAIR_TWO)
			visit(search, &index->two, key, i, load_two(key.p + i));
}

/* Which patterns may match, by words and first bytes. False: none. */
static bool find_open(struct search *search)
{
	const struct rule_index *index = search->index;
	const struct line *line = search->line;
	const uint64_t *words = index->words + line->words * index->cells,
		       *folded = index->folded + (unsigned char)line->core.p[0] * index->cells,
		       *exact = index->exact + (unsigned char)line->text.p[0] * index->cells;
	/* In long prose, only patterns whose beginning is known: the others are for shorter lines. */
	bool prose = (line->flags & LINE_PROSE) && line->words >= OPEN_PROSE_WORDS;
	uint64_t any = 0;
	for (size_t i = 0; i < index->cells; i++) {
		search->open[i] = words[i] & (folded[i] | exact[i]) & (prose ? index->closed[i] : UINT64_MAX);
		search->wanted[i] = search->open[i] & index->free[i];
		any |= search->open[i];
	}
	return any != 0;
}

static bool begins(const struct rule_index *index, size_t pattern, struct view subject)
{
	const struct prefix *prefix = index->prefixes[pattern];
	for (size_t i = 0; i < index->prefix_counts[pattern]; i++, prefix++)
		if (prefix->p[0] == subject.p[0] && prefix->n <= subject.n &&
			memcmp(prefix->p, subject.p, prefix->n) == 0)
			return true;
	return index->prefix_counts[pattern] == 0;
}

static void ask_patterns(struct search *search)
{
	const struct rule_index *index = search->index;
	if (search->line->words > RULE_WORDS_MAX || !find_open(search))
		return;
	scan(search, search->line->key);
	for (size_t i = 0; i < index->cells; i++) {
		for (uint64_t left = search->wanted[i]; left; left &= left - 1) {
			size_t pattern = i * 64 + (size_t)__builtin_ctzll(left);
			const struct rule *rule = index->patterns[pattern];
			struct view subject = rule->exact ? search->line->text : search->line->core;
			if (!rule->off && begins(index, pattern, subject) &&
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

static bool ask_lines(struct search *search, const struct rules *rules)
{
	const struct line *line = search->line;
	if (one_word_sentence(line) || line->core.n > rules->index->longest ||
		!in_bits(rules->index->listed, hash_of_line(line->core)))
		return true;
	uint64_t *slot = map_get(&rules->lines, line->core);
	for (const struct rule_entry *e = slot ? (const struct rule_entry *)(uintptr_t)*slot : NULL; e; e = e->next)
		if (!e->rule->off && !search->found(search->user, e->rule))
			return false;
	return true;
}

void rule_index_find(
	const struct rules *rules, struct matcher *matcher, const struct line *line, rule_found_fn *found, void *user)
{
	enum { CELLS_NEAR = 16 }; /* 1,024 patterns */
	uint64_t near[2 * CELLS_NEAR], *sets = near;
	const struct rule_index *index = rules->index;
	if (!(line->flags & LINE_WHOLE) || (line->flags & LINE_QUOTED) || line->core.n == 0)
		return;
	if (index->cells > CELLS_NEAR)
		sets = matcher_sets(matcher, 2 * index->cells);
	struct search search = { .index = index,
		.matcher = matcher,
		.line = line,
		.found = found,
		.user = user,
		.open = sets,
		.wanted = sets + index->cells };
	if (ask_lines(&search, rules) && sets)
		ask_patterns(&search);
}
