#include "extract/rule_image.h"

#include <errno.h>
#include "extract/rule_literal.h"
#include "extract/rules.h"
#include "extract/text_fold.h"
#include "util/hash.h"

/* Rows that grow; what is left behind goes with the arena. */
struct rows {
	char *p;
	size_t count, room; /* rows */
};

/* Texts that are looked up, each with a chain of numbers. */
struct chain {
	uint32_t number, next; /* next: a place and 1 */
};
struct group {
	struct map by_text; /* -> place in @texts and 1 */
	struct rows texts;  /* struct image_text; until the end first and count are the chain's first and last and 1 */
	struct rows chains;
};

struct build {
	struct rules *rules;
	struct arena *arena;
	struct rule_image *image;
	struct rows strings, prefixes, four, two;
	struct group lines, words;
	uint32_t *prefix_from;
	uint8_t *pairs;
	uint64_t *folded, *exact, *by_words, *free, *closed, *four_bits, *two_bits, *listed;
	bool failed; /* no memory */
};

/* ---- rows ---------------------------------------------------------------------------------------- */

/* Room for @count more rows of @size bytes; NULL: no memory. */
static void *rows_add(struct build *build, struct rows *rows, size_t count, size_t size)
{
	if (rows->count + count > rows->room) {
		size_t room = rows->room ? rows->room * 2 : 64;
		while (room < rows->count + count)
			room *= 2;
		char *grown = arena_grow(build->arena, rows->p, rows->room * size, room * size);
		if (!grown) {
			build->failed = true;
			return NULL;
		}
		rows->p = grown;
		rows->room = room;
	}
	void *row = rows->p + rows->count * size;
	rows->count += count;
	return row;
}

static uint32_t add_string(struct build *build, struct view text)
{
	size_t at = build->strings.count;
	char *room = rows_add(build, &build->strings, text.n + 1, 1);
	if (!room)
		return 0;
	if (text.n)
		memcpy(room, text.p, text.n);
	room[text.n] = 0;
	return (uint32_t)at;
}

static void put(uint64_t *set, size_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

static void *zeroed(struct build *build, size_t count, size_t size)
{
	void *p = arena_calloc(build->arena, count + 1, size);
	build->failed |= !p;
	return p;
}

/* ---- texts that are looked up ---------------------------------------------------------------------- */

/* One more number for @text, behind those it has or before them. */
static void group_add(struct build *build, struct group *group, struct view text, uint32_t number, bool front)
{
	uint64_t *slot = map_put(&group->by_text, text);
	if (!slot) {
		build->failed = true;
		return;
	}
	if (!*slot) {
		struct image_text *row = rows_add(build, &group->texts, 1, sizeof(*row));
		if (!row)
			return;
		*row = (struct image_text){ .text = add_string(build, text), .n = (uint32_t)text.n };
		*slot = group->texts.count;
	}
	struct chain *link = rows_add(build, &group->chains, 1, sizeof(*link));
	if (!link)
		return;
	struct image_text *row = (struct image_text *)(void *)group->texts.p + *slot - 1;
	struct chain *chains = (struct chain *)(void *)group->chains.p;
	uint32_t place = (uint32_t)group->chains.count;
	*link = (struct chain){ number, front ? row->first : 0 };
	if (!front && row->count)
		chains[row->count - 1].next = place;
	if (front || !row->first)
		row->first = place;
	row->count = place;
}

/* Numbers of one text stand side by side from now on. */
static uint32_t *group_end(struct build *build, struct group *group)
{
	struct image_text *texts = (struct image_text *)(void *)group->texts.p;
	const struct chain *chains = (const struct chain *)(const void *)group->chains.p;
	uint32_t *numbers = zeroed(build, group->chains.count, sizeof(*numbers)), count = 0;
	for (size_t i = 0; numbers && i < group->texts.count; i++) {
		uint32_t first = count;
		for (uint32_t at = texts[i].first; at; at = chains[at - 1].next)
			numbers[count++] = chains[at - 1].number;
		texts[i].first = first;
		texts[i].count = count - first;
	}
	return numbers;
}

static const uint32_t *make_slots(struct build *build, const struct group *group, size_t *ret_count)
{
	const struct image_text *texts = (const struct image_text *)(const void *)group->texts.p;
	size_t size = 64;
	while (size < group->texts.count * 2)
		size *= 2;
	uint32_t *slots = zeroed(build, size, sizeof(*slots));
	for (size_t i = 0; slots && i < group->texts.count; i++) {
		struct view text = view_make(build->strings.p + texts[i].text, texts[i].n);
		size_t at = (size_t)hash64(text, 0) & (size - 1);
		while (slots[at])
			at = (at + 1) & (size - 1);
		slots[at] = (uint32_t)i + 1;
	}
	*ret_count = size;
	return slots;
}

const struct image_text *rule_image_look(const struct rule_image *image, const struct image_text *texts,
	const uint32_t *slots, size_t slot_count, struct view key)
{
	for (size_t at = (size_t)hash64(key, 0) & (slot_count - 1); slots[at]; at = (at + 1) & (slot_count - 1)) {
		const struct image_text *text = &texts[slots[at] - 1];
		if (text->n == key.n && memcmp(image->strings + text->text, key.p, key.n) == 0)
			return text;
	}
	return NULL;
}

/* ---- strings that patterns need --------------------------------------------------------------------- */

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

static void add_gram(struct build *build, size_t pattern, const struct literal *literal)
{
	size_t size = literal->n >= 4 ? 4 : 2, offset = best_offset(literal, size);
	const char *from = literal->p + offset;
	struct image_gram *gram = rows_add(build, size == 4 ? &build->four : &build->two, 1, sizeof(*gram));
	if (!gram)
		return;
	*gram = (struct image_gram){ .bytes = size == 4 ? image_four(from) : image_two(from),
		.pattern = (uint32_t)pattern,
		.text = add_string(build, view_make(literal->p, literal->n)),
		.n = literal->n,
		.offset = (uint32_t)offset };
	put(size == 4 ? build->four_bits : build->two_bits, image_hash(gram->bytes));
	build->pairs[image_two(from)] |= size == 4 ? PAIR_FOUR : PAIR_TWO;
}

/* The same rows by hash, and where each hash begins. */
static const struct image_gram *sort_grams(struct build *build, const struct rows *rows, const uint32_t **ret_from)
{
	const struct image_gram *grams = (const struct image_gram *)(const void *)rows->p;
	uint32_t *from = zeroed(build, IMAGE_GRAM_LISTS + 1, sizeof(*from));
	struct image_gram *sorted = zeroed(build, rows->count, sizeof(*sorted));
	if (build->failed)
		return NULL;
	for (size_t i = 0; i < rows->count; i++)
		from[image_hash(grams[i].bytes) % IMAGE_GRAM_LISTS + 1]++;
	for (size_t i = 0; i < IMAGE_GRAM_LISTS; i++)
		from[i + 1] += from[i];
	/* Filled from behind, each place is counted down to its first. */
	for (size_t i = rows->count; i--;) {
		size_t hash = image_hash(grams[i].bytes) % IMAGE_GRAM_LISTS;
		sorted[--from[hash + 1]] = grams[i];
	}
	memmove(from, from + 1, IMAGE_GRAM_LISTS * sizeof(*from));
	from[IMAGE_GRAM_LISTS] = (uint32_t)rows->count;
	*ret_from = from;
	return sorted;
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

/* ---- patterns ----------------------------------------------------------------------------------------- */

/* The beginnings of a pattern, when all are known. */
static bool add_prefixes(struct build *build, const struct rule *rule)
{
	struct prefix set[PREFIX_SET_MAX];
	size_t n = pattern_prefixes(rule->source, set);
	for (size_t i = 0; i < n; i++) {
		uint8_t *row = rows_add(build, &build->prefixes, IMAGE_PREFIX, 1);
		if (!row)
			return false;
		row[0] = set[i].n;
		memset(row + 1, 0, IMAGE_PREFIX - 1);
		memcpy(row + 1, set[i].p, set[i].n);
	}
	return n != 0;
}

/* At place @k the prefixes of a pattern have this byte; where one ends before or none is known, any. */
static void add_places(struct build *build, size_t i, uint64_t *sets, bool closed)
{
	size_t cells = build->image->cells;
	size_t from = (size_t)build->prefix_from[i] * IMAGE_PREFIX;
	/* No pattern so far may have had any: then there is no memory. */
	const uint8_t *first = closed ? (const uint8_t *)build->prefixes.p + from : NULL;
	const uint8_t *end = closed ? first + (build->prefixes.count - from) : NULL;
	for (size_t k = 1; k < IMAGE_PLACES; k++) {
		bool any = !closed;
		uint64_t *place = sets + k * IMAGE_BYTES * cells;
		for (const uint8_t *row = first; !any && row < end; row += IMAGE_PREFIX) {
			any = row[0] <= k;
			put(place + row[1 + k] * cells, i);
		}
		for (size_t c = 0; any && c < IMAGE_BYTES; c++)
			put(place + c * cells, i);
	}
}

static void add_pattern(struct build *build, const struct rule *rule, size_t i)
{
	struct pattern_facts facts;
	size_t cells = build->image->cells;
	uint64_t *first = rule->exact ? build->exact : build->folded;
	pattern_read(rule->source, &facts);
	for (size_t c = 0; c < IMAGE_BYTES; c++)
		if (facts.first[c / 64] >> (c % 64) & 1)
			put(first + c * cells, i);
	for (size_t words = 0; words <= rule->words && words <= RULE_WORDS_MAX; words++)
		put(build->by_words + words * cells, i);
	bool closed = add_prefixes(build, rule);
	if (closed)
		put(build->closed, i);
	build->prefix_from[i + 1] = (uint32_t)(build->prefixes.count / IMAGE_PREFIX);
	add_places(build, i, first, closed && !build->failed);
	if (!fold_needed(rule, &facts.needed, closed))
		put(build->free, i);
	else
		for (size_t k = 0; k < facts.needed.n; k++)
			add_gram(build, i, &facts.needed.item[k]);
}

/* ---- lines and words ---------------------------------------------------------------------------------- */

/* Rules of one line stay in their order, so that the first of two equals wins everywhere. */
static void add_line(struct build *build, struct view text, uint32_t rule)
{
	char *folded = zeroed(build, text.n, 1), end;
	struct view core = folded ? text_core(view_make(folded, text_fold(text, folded)), &end) : VIEW_NONE;
	/* Nothing visible: no line is asked that is like it. */
	if (core.n == 0)
		return;
	group_add(build, &build->lines, core, rule, false);
	put(build->listed, image_line_hash(core));
	if (core.n > build->image->longest)
		build->image->longest = core.n;
}

/* Of two senses of one class the later one counts. */
static void add_words(struct build *build)
{
	struct rule_image *image = build->image;
	uint32_t count = 0;
	for (const struct rule_word *word = build->rules->words; word; word = word->next)
		group_add(build, &build->words, word->text, count++, true);
	struct word *all = zeroed(build, count, sizeof(*all)), *senses = zeroed(build, count, sizeof(*senses));
	const uint32_t *numbers = build->failed ? NULL : group_end(build, &build->words);
	if (build->failed)
		return;
	count = 0;
	for (const struct rule_word *word = build->rules->words; word; word = word->next)
		all[count++] = word->word;
	for (uint32_t i = 0; i < count; i++)
		senses[i] = all[numbers[i]];
	image->senses = senses;
	image->senses_count = count;
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

static struct image_rule row_of(struct build *build, const struct rule *rule)
{
	struct image_rule row = { .id = add_string(build, view_of(rule->id)),
		.kind = add_string(build, view_of(rule->kind)),
		.languages = add_string(build, view_of(rule->languages)),
		.place = add_string(build, view_of(rule->place)),
		.words = rule->words,
		.zone = rule->zone,
		.near = rule->near,
		.fact = rule->fact,
		.detector = rule->detector,
		.lines = rule->line_count };
	row.flags = (rule->exact ? IMAGE_EXACT : 0u) | (rule->takes_headlines ? IMAGE_HEADLINES : 0u) |
		    (rule->takes_rest ? IMAGE_REST : 0u) | (rule->pattern ? IMAGE_PATTERN : 0u);
	if (rule->pattern) {
		row.source = add_string(build, rule->source);
		row.source_n = (uint32_t)rule->source.n;
	}
	return row;
}

static void add_rules(struct build *build)
{
	struct rule_image *image = build->image;
	struct image_rule *rows = zeroed(build, build->rules->count, sizeof(*rows));
	uint32_t *patterns = zeroed(build, image->patterns_count, sizeof(*patterns));
	uint32_t number = 0, pattern = 0;
	for (const struct rule *rule = build->rules->first; rule && !build->failed; rule = rule->next, number++) {
		rows[number] = row_of(build, rule);
		for (const struct rule_text *line = rule->lines; line && !build->failed; line = line->next)
			add_line(build, line->text, number);
		if (!rule->pattern || build->failed)
			continue;
		patterns[pattern] = number;
		add_pattern(build, rule, pattern++);
	}
	image->rules = rows;
	image->rules_count = number;
	image->patterns = patterns;
}

static bool make_sets(struct build *build)
{
	struct rule_image *image = build->image;
	for (const struct rule *rule = build->rules->first; rule; rule = rule->next)
		image->patterns_count += rule->pattern != NULL;
	size_t cells = image->cells = image->patterns_count / 64 + 1;
	build->folded = zeroed(build, image->folded_count = IMAGE_PLACES * IMAGE_BYTES * cells, sizeof(uint64_t));
	build->exact = zeroed(build, image->exact_count = IMAGE_PLACES * IMAGE_BYTES * cells, sizeof(uint64_t));
	build->by_words = zeroed(build, image->words_count = (RULE_WORDS_MAX + 1) * cells, sizeof(uint64_t));
	build->free = zeroed(build, image->free_count = cells, sizeof(uint64_t));
	build->closed = zeroed(build, image->closed_count = cells, sizeof(uint64_t));
	build->four_bits = zeroed(build, image->four_bits_count = IMAGE_GRAM_BITS / 64, sizeof(uint64_t));
	build->two_bits = zeroed(build, image->two_bits_count = IMAGE_GRAM_BITS / 64, sizeof(uint64_t));
	build->listed = zeroed(build, image->listed_count = IMAGE_GRAM_BITS / 64, sizeof(uint64_t));
	build->pairs = zeroed(build, image->pairs_count = IMAGE_PAIRS, 1);
	build->prefix_from =
		zeroed(build, image->prefix_from_count = image->patterns_count + 1, sizeof(*build->prefix_from));
	add_string(build, VIEW("")); /* no table is empty */
	return !build->failed;
}

static void set_group(struct build *build, struct group *group, const struct image_text **ret_texts, size_t *ret_count,
	const uint32_t **ret_slots, size_t *ret_slot_count)
{
	*ret_texts = (const struct image_text *)(const void *)group->texts.p;
	*ret_count = group->texts.count;
	*ret_slots = make_slots(build, group, ret_slot_count);
}

static void set_tables(struct build *build)
{
	struct rule_image *image = build->image;
	image->line_rules = group_end(build, &build->lines);
	image->line_rules_count = build->lines.chains.count;
	set_group(
		build, &build->lines, &image->lines, &image->lines_count, &image->line_slots, &image->line_slots_count);
	set_group(build, &build->words, &image->lexicon, &image->lexicon_count, &image->lexicon_slots,
		&image->lexicon_slots_count);
	image->four = sort_grams(build, &build->four, &image->four_from);
	image->two = sort_grams(build, &build->two, &image->two_from);
	image->four_count = build->four.count;
	image->two_count = build->two.count;
	image->four_from_count = image->two_from_count = IMAGE_GRAM_LISTS + 1;
	image->strings = build->strings.p;
	image->strings_count = build->strings.count;
	image->prefixes = (const uint8_t *)build->prefixes.p;
	image->prefixes_count = build->prefixes.count;
	image->prefix_from = build->prefix_from;
	image->folded = build->folded;
	image->exact = build->exact;
	image->words = build->by_words;
	image->free = build->free;
	image->closed = build->closed;
	image->four_bits = build->four_bits;
	image->two_bits = build->two_bits;
	image->listed = build->listed;
	image->pairs = build->pairs;
}

int rule_image_make(struct rules *rules, struct rule_image *ret_image)
{
	struct rule_image image = { 0 };
	struct build build = { .rules = rules, .arena = &rules->arena, .image = &image };
	if (make_sets(&build))
		add_rules(&build);
	if (!build.failed)
		add_words(&build);
	if (!build.failed)
		set_tables(&build);
	map_free(&build.lines.by_text);
	map_free(&build.words.by_text);
	if (build.failed)
		return -ENOMEM;
	*ret_image = image;
	return 0;
}
