#include "extract/rule_image.h"

#include <errno.h>
#include "extract/rule_build.h"
#include "extract/text_fold.h"
#include "util/hash.h"

/* ---- rules for pages ----------------------------------------------------------------------------- */

bool rule_is_certain(const struct rule *rule)
{
	return !rule->marks_comment && !rule->takes_section && !rule->near && !rule->zone;
}

/* Kinds that are furniture on a page too. What the block model kept of the others is as often text: links to other
 * articles, prices, names of photographers. Of 78 blocks of these kinds that it kept on development pages 60 were none.
 */
bool rule_is_for_pages(const struct rule *rule)
{
	static const char *const kinds[] = { "captcha", "comments", "copyright", "donation", "navigation", "newsletter",
		"player", "share" };
	for (size_t i = 0; rule_is_certain(rule) && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(rule->kind, kinds[i]) == 0)
			return true;
	return false;
}
/* ---- rows ---------------------------------------------------------------------------------------- */

void *build_rows(struct build *build, struct rows *rows, size_t count, size_t size)
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

uint32_t build_string(struct build *build, struct view text)
{
	size_t at = build->strings.count;
	char *room = build_rows(build, &build->strings, text.n + 1, 1);
	if (!room)
		return 0;
	if (text.n)
		memcpy(room, text.p, text.n);
	room[text.n] = 0;
	return (uint32_t)at;
}

static void put_text(uint64_t *set, uint32_t bits, struct view text)
{
	uint64_t hash = image_text_hash(text);
	set[image_text_at(hash, bits)] |= image_text_marks(hash);
}

void *build_zeros(struct build *build, size_t count, size_t size)
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
		struct image_text *row = build_rows(build, &group->texts, 1, sizeof(*row));
		if (!row)
			return;
		*row = (struct image_text){ .text = build_string(build, text), .n = (uint32_t)text.n };
		*slot = group->texts.count;
	}
	struct chain *link = build_rows(build, &group->chains, 1, sizeof(*link));
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
	uint32_t *numbers = build_zeros(build, group->chains.count, sizeof(*numbers)), count = 0;
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
	uint32_t *slots = build_zeros(build, size, sizeof(*slots));
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
/* ---- lines and words ---------------------------------------------------------------------------------- */

/* Rules of one line stay in their order, so that the first of two equals wins everywhere. */
static void add_line(struct build *build, struct view text, uint32_t rule)
{
	char *folded = build_zeros(build, text.n, 1), end;
	struct view core = folded ? text_core(view_make(folded, text_fold(text, folded)), &end) : VIEW_NONE;
	/* Nothing visible: no line is asked that is like it. */
	if (core.n == 0)
		return;
	group_add(build, &build->lines, core, rule, false);
	put_text(build->listed, IMAGE_LINE_BITS, core);
	if (core.n > build->image->longest)
		build->image->longest = core.n;
}

/* Whatever stands behind this byte. */
static void put_byte(uint64_t *set, unsigned char c)
{
	for (uint32_t behind = 0; behind < 256; behind++)
		build_put(set, (uint32_t)c << 8 | behind);
}

/* A sum begins with a digit, a mark or a word that is a part of one. */
static void add_sum_words(struct build *build)
{
	for (unsigned c = 0; c < 256; c++)
		if (c >= 0x80 || !ascii_is_alpha((char)c))
			put_byte(build->sum_bits, (unsigned char)c);
	for (const struct rule_word *word = build->rules->words; word; word = word->next) {
		enum word_class class = word->word.class;
		if (word->text.n == 0 || (class != WORD_OPERATOR && class != WORD_NUMBER && class != WORD_SUM))
			continue;
		if (word->text.n == 1)
			put_byte(build->sum_bits, (unsigned char)word->text.p[0]);
		else if (word->text.n == 2)
			build_put(build->sum_bits, image_two(word->text.p));
		else
			build_put(build->sum_words, image_gram_hash(image_three(word->text.p), IMAGE_GRAM_SHORT));
	}
}

/* Of two senses of one class the later one counts. */
static void add_words(struct build *build)
{
	add_sum_words(build);
	struct rule_image *image = build->image;
	uint32_t count = 0;
	for (const struct rule_word *word = build->rules->words; word; word = word->next) {
		group_add(build, &build->words, word->text, count++, true);
		if (word->text.n)
			put_text(build->lexicon_bits, IMAGE_WORD_BITS, word->text);
	}
	struct word *all = build_zeros(build, count, sizeof(*all)),
		    *senses = build_zeros(build, count, sizeof(*senses));
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
	struct image_rule row = { .id = build_string(build, view_of(rule->id)),
		.kind = build_string(build, view_of(rule->kind)),
		.languages = build_string(build, view_of(rule->languages)),
		.place = build_string(build, view_of(rule->place)),
		.words = rule->words,
		.zone = rule->zone,
		.near = rule->near,
		.fact = rule->fact,
		.detector = rule->detector,
		.lines = rule->line_count };
	row.flags = (rule->exact ? IMAGE_EXACT : 0u) | (rule->takes_headlines ? IMAGE_HEADLINES : 0u) |
		    (rule->takes_rest ? IMAGE_REST : 0u) | (rule->marks_comment ? IMAGE_COMMENT : 0u) |
		    (rule->takes_section ? IMAGE_SECTION : 0u) | (rule->pattern ? IMAGE_PATTERN : 0u);
	if (rule->pattern) {
		row.source = build_string(build, rule->source);
		row.source_n = (uint32_t)rule->source.n;
	}
	return row;
}

static void add_rules(struct build *build)
{
	struct rule_image *image = build->image;
	struct image_rule *rows = build_zeros(build, build->rules->count, sizeof(*rows));
	struct image_pattern *patterns = build_zeros(build, image->patterns_count, sizeof(*patterns));
	uint32_t number = 0, pattern = 0;
	for (const struct rule *rule = build->rules->first; rule && !build->failed; rule = rule->next, number++) {
		rows[number] = row_of(build, rule);
		for (const struct rule_text *line = rule->lines; line && !build->failed; line = line->next)
			add_line(build, line->text, number);
		if (!rule->pattern || build->failed)
			continue;
		patterns[pattern].rule = number;
		build_pattern(build, rule, pattern, &patterns[pattern]);
		pattern++;
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
	image->cells = image->patterns_count / 64 + 1;
	build->first = build_zeros(build, image->first_count = image->patterns_count * IMAGE_FIRST, sizeof(uint64_t));
	build->begin_bits = build_zeros(build, image->begin_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->prefix_bits = build_zeros(build, image->prefix_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->bytes = build_zeros(build, image->bytes_count = IMAGE_BYTES, sizeof(struct image_byte));
	build->long_bits = build_zeros(build, image->long_bits_count = IMAGE_LONG_BITS / 64, sizeof(uint64_t));
	build->page_bits = build_zeros(build, image->page_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->open.bits = build_zeros(build, image->open_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->open.page_bits =
		build_zeros(build, image->open_page_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->open.twos = build_zeros(build, image->open_twos_count = IMAGE_FIRST, sizeof(uint64_t));
	build->begun.twos = build_zeros(build, image->begun_twos_count = IMAGE_FIRST, sizeof(uint64_t));
	build->begun.bits = build_zeros(build, image->begun_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->begun.page_bits =
		build_zeros(build, image->begun_page_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->sum_bits = build_zeros(build, image->sum_bits_count = IMAGE_TWO_BITS / 64, sizeof(uint64_t));
	build->sum_words = build_zeros(build, image->sum_words_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->lexicon_bits = build_zeros(build, image->lexicon_bits_count = IMAGE_WORD_BITS / 64, sizeof(uint64_t));
	build->listed = build_zeros(build, image->listed_count = IMAGE_LINE_BITS / 64, sizeof(uint64_t));
	build_string(build, VIEW("")); /* no table is empty */
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
	build_pattern_tables(build);
	image->strings = build->strings.p;
	image->strings_count = build->strings.count;
	image->always = (const uint32_t *)(const void *)build->always.p;
	image->always_count = build->always.count;
	image->first = build->first;
	image->begin_bits = build->begin_bits;
	image->prefix_bits = build->prefix_bits;
	image->bytes = build->bytes;
	image->long_bits = build->long_bits;
	image->page_bits = build->page_bits;
	image->open_bits = build->open.bits;
	image->open_page_bits = build->open.page_bits;
	image->open_twos = build->open.twos;
	image->begun_twos = build->begun.twos;
	image->begun_bits = build->begun.bits;
	image->begun_page_bits = build->begun.page_bits;
	image->listed = build->listed;
	image->lexicon_bits = build->lexicon_bits;
	image->sum_bits = build->sum_bits;
	image->sum_words = build->sum_words;
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
