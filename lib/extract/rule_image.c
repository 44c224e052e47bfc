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

struct grams {
	struct rows rows;
	uint64_t *fours;
	uint8_t bit; /* in build.pairs */
};

struct build {
	struct rules *rules;
	struct arena *arena;
	struct rule_image *image;
	struct rows strings, prefixes, always;
	struct grams open, begun;
	struct group lines, words;
	uint64_t *first, *prefix_bits, *page_bits, *page_fours, *listed, *lexicon_bits;
	uint8_t *pairs;
	bool failed; /* no memory */
};

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
	static const char *const kinds[] = { "captcha", "comments", "copyright", "navigation", "newsletter", "player",
		"share" };
	for (size_t i = 0; rule_is_certain(rule) && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(rule->kind, kinds[i]) == 0)
			return true;
	return false;
}

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

/* Frequent pairs of letters are poor bait: the most frequent ones of news in English and German, in that order. */
static int rarity(const char *pair)
{
	static const char frequent[] = "e  t as intht eranred hen  sr eson ien corat oti, ngtendstouit w ptoaly ar "
				       "fntle mo  bg sede dedvecois "
				       "eneearomeurral a  rhaliio. riictaas hcech lmasiomofllcah fo yelf "
				       "yonsusprecacgeetlahipediilhoctberstrlo"
				       "ie gwi nssutnctssounmo ueertpllyninapaemowotm "
				       "aiviigs,adkefiweolmipos.mpamnoimossuidooulfewhabevopivagi"
				       "ru extudawaodblcity vshbuapifp k iackghayovaveifrdo  ryw e.";
	for (int i = 0; i + 1 < (int)sizeof(frequent) - 1; i += 2)
		if (memcmp(frequent + i, pair, 2) == 0)
			return i;
	return (int)sizeof(frequent);
}

/* Where @size bytes of @literal begin with its rarest pair. */
static size_t best_offset(const struct literal *literal, size_t size)
{
	size_t best = 0;
	int most = -1;
	for (size_t at = 0; at + size <= literal->n; at++) {
		int rare = rarity(literal->p + at);
		if (rare > most) {
			most = rare;
			best = at;
		}
	}
	return best;
}

static void add_gram(struct build *build, struct grams *grams, size_t pattern, bool page, const struct literal *literal)
{
	size_t size = literal->n >= 4 ? 4 : 2, offset = best_offset(literal, size);
	const char *from = literal->p + offset;
	struct image_gram *gram = rows_add(build, &grams->rows, 1, sizeof(*gram));
	if (!gram)
		return;
	*gram = (struct image_gram){ .bytes = size == 4 ? image_four(from) : image_two(from),
		.size = (uint32_t)size,
		.pattern = (uint32_t)pattern,
		.text = add_string(build, view_make(literal->p, literal->n)),
		.n = literal->n,
		.offset = (uint32_t)offset };
	if (size == 4)
		put(grams->fours, image_hash(gram->bytes));
	build->pairs[image_two(from)] |= (uint8_t)(size == 4 ? grams->bit : grams->bit | grams->bit << 1);
	if (page)
		build->pairs[image_two(from)] |= (uint8_t)(grams->bit << IMAGE_PAGE_SHIFT);
	if (page && size == 4)
		put(build->page_fours, image_hash(gram->bytes));
}

/* ---- rows by hash ---------------------------------------------------------------------------------------- */

static uint32_t gram_hash(const void *row)
{
	const struct image_gram *gram = row;
	return image_hash(gram->bytes);
}

static uint32_t prefix_hash(const void *row)
{
	const struct image_prefix *prefix = row;
	return image_prefix_hash(prefix->bytes, prefix->key);
}

/* The same rows by hash, and where each hash begins; rows of one hash stay in their order. */
static const void *sort_rows(struct build *build, const struct rows *rows, size_t size, uint32_t (*hash)(const void *),
	const uint32_t **ret_from)
{
	uint32_t *from = zeroed(build, IMAGE_LISTS + 1, sizeof(*from));
	char *sorted = zeroed(build, rows->count, size);
	if (build->failed)
		return NULL;
	for (size_t i = 0; i < rows->count; i++)
		from[hash(rows->p + i * size) % IMAGE_LISTS + 1]++;
	for (size_t i = 0; i < IMAGE_LISTS; i++)
		from[i + 1] += from[i];
	/* Filled from behind, each place is counted down to its first. */
	for (size_t i = rows->count; i--;)
		memcpy(sorted + --from[hash(rows->p + i * size) % IMAGE_LISTS + 1] * size, rows->p + i * size, size);
	memmove(from, from + 1, IMAGE_LISTS * sizeof(*from));
	from[IMAGE_LISTS] = (uint32_t)rows->count;
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
static bool fold_needed(const struct rule *rule, struct literal_set *set)
{
	for (size_t i = 0; rule->exact && i < set->n; i++)
		if (!fold_literal(&set->item[i]))
			return false;
	return set->n != 0;
}

/* ---- patterns ----------------------------------------------------------------------------------------- */

/* The beginnings of a pattern, when all are known. */
static bool add_prefixes(struct build *build, const struct rule *rule, size_t pattern, bool *ret_looks)
{
	struct prefix set[PREFIX_SET_MAX];
	size_t n = pattern_prefixes(rule->source, set, ret_looks);
	for (size_t i = 0; i < n; i++) {
		struct image_prefix *row = rows_add(build, &build->prefixes, 1, sizeof(*row));
		if (!row)
			return false;
		*row = (struct image_prefix){ .key = image_prefix_key(set[i].n, rule->exact),
			.pattern = (uint32_t)pattern,
			.words = rule->words };
		memcpy(&row->bytes, set[i].p, set[i].n);
		put(build->prefix_bits, prefix_hash(row));
		if (rule_is_for_pages(rule))
			put(build->page_bits, prefix_hash(row));
	}
	return n != 0;
}

/* Bylines begin with the strings that they need: looking for them is of no use. */
static bool add_strings(
	struct build *build, size_t pattern, const struct rule *rule, bool begun, struct literal_set *needed)
{
	if ((begun && rule->exact) || !fold_needed(rule, needed))
		return false;
	for (size_t k = 0; k < needed->n; k++)
		add_gram(build, begun ? &build->begun : &build->open, pattern, rule_is_for_pages(rule),
			&needed->item[k]);
	return true;
}

static void add_pattern(struct build *build, const struct rule *rule, size_t i, struct image_pattern *row)
{
	struct pattern_facts facts;
	bool looks;
	pattern_read(rule->source, &facts);
	memcpy(build->first + i * IMAGE_FIRST, facts.first, sizeof(facts.first));
	row->words = rule->words;
	row->exact = rule->exact;
	row->page = rule_is_for_pages(rule);
	row->must = (unsigned char)facts.must;
	row->begun = add_prefixes(build, rule, i, &looks);
	row->prose = row->begun && !looks;
	row->strings = add_strings(build, i, rule, row->begun, &facts.needed);
	uint32_t *always = row->begun || row->strings ? NULL : rows_add(build, &build->always, 1, sizeof(*always));
	if (always)
		*always = (uint32_t)i;
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
	for (const struct rule_word *word = build->rules->words; word; word = word->next) {
		group_add(build, &build->words, word->text, count++, true);
		if (word->text.n)
			put(build->lexicon_bits, image_line_hash(word->text));
	}
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
		    (rule->takes_rest ? IMAGE_REST : 0u) | (rule->marks_comment ? IMAGE_COMMENT : 0u) |
		    (rule->takes_section ? IMAGE_SECTION : 0u) | (rule->pattern ? IMAGE_PATTERN : 0u);
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
	struct image_pattern *patterns = zeroed(build, image->patterns_count, sizeof(*patterns));
	uint32_t number = 0, pattern = 0;
	for (const struct rule *rule = build->rules->first; rule && !build->failed; rule = rule->next, number++) {
		rows[number] = row_of(build, rule);
		for (const struct rule_text *line = rule->lines; line && !build->failed; line = line->next)
			add_line(build, line->text, number);
		if (!rule->pattern || build->failed)
			continue;
		patterns[pattern].rule = number;
		add_pattern(build, rule, pattern, &patterns[pattern]);
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
	build->first = zeroed(build, image->first_count = image->patterns_count * IMAGE_FIRST, sizeof(uint64_t));
	build->prefix_bits = zeroed(build, image->prefix_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->page_bits = zeroed(build, image->page_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->page_fours = zeroed(build, image->page_fours_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->open.fours = zeroed(build, image->open_fours_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->begun.fours = zeroed(build, image->begun_fours_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->pairs = zeroed(build, image->pairs_count = IMAGE_PAIRS, 1);
	build->open.bit = IMAGE_OPEN;
	build->begun.bit = IMAGE_BEGUN;
	build->lexicon_bits = zeroed(build, image->lexicon_bits_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
	build->listed = zeroed(build, image->listed_count = IMAGE_HASH_BITS / 64, sizeof(uint64_t));
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
	image->open = sort_rows(build, &build->open.rows, sizeof(*image->open), gram_hash, &image->open_from);
	image->begun = sort_rows(build, &build->begun.rows, sizeof(*image->begun), gram_hash, &image->begun_from);
	image->prefixes =
		sort_rows(build, &build->prefixes, sizeof(*image->prefixes), prefix_hash, &image->prefix_from);
	image->open_count = build->open.rows.count;
	image->begun_count = build->begun.rows.count;
	image->prefixes_count = build->prefixes.count;
	image->open_from_count = image->begun_from_count = image->prefix_from_count = IMAGE_LISTS + 1;
	image->strings = build->strings.p;
	image->strings_count = build->strings.count;
	image->always = (const uint32_t *)(const void *)build->always.p;
	image->always_count = build->always.count;
	image->first = build->first;
	image->prefix_bits = build->prefix_bits;
	image->page_bits = build->page_bits;
	image->page_fours = build->page_fours;
	image->open_fours = build->open.fours;
	image->begun_fours = build->begun.fours;
	image->pairs = build->pairs;
	image->listed = build->listed;
	image->lexicon_bits = build->lexicon_bits;
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
