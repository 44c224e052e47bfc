/* How a line finds its rules. Lines as they stand: one look-up. Patterns: those whose beginnings are known are found by
 * the first bytes, up to eight of them; some are then looked for a string that they need, or, if there are many, by a
 * walk over the line for the strings of all; the others (two dozen languages of "all rights reserved") by such a walk
 * alone. A walk looks where words begin, a fourth of the bytes: strings are found by four bytes that begin one. What is
 * left is asked in the order of the rules: on development pages 21 patterns for a hundred lines. */
#include "extract/rules.h"

#include <errno.h>
#include "extract/rule_literal.h"
#include "extract/rule_prefix.h"
#include "extract/text_lines.h"
#include "util/word_bits.h"

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

/* A bit for each pattern. Cells are made empty when something is put there first: most lines have little to put. */
struct set {
	uint64_t *cells;
	uint64_t touched; /* a bit for 1 << @shift cells */
	unsigned shift;
};

static void set_put(struct set *set, size_t i)
{
	size_t group = i / 64 >> set->shift;
	if (!(set->touched >> group & 1) && set->shift)
		memset(set->cells + (group << set->shift), 0, sizeof(*set->cells) << set->shift);
	else if (!(set->touched >> group & 1))
		set->cells[group] = 0;
	set->touched |= (uint64_t)1 << group;
	set->cells[i / 64] |= (uint64_t)1 << (i % 64);
}

static bool set_has(const struct set *set, size_t i)
{
	return set->touched >> (i / 64 >> set->shift) & 1 && set->cells[i / 64] >> (i % 64) & 1;
}

/* The next one, taken out: *@ret. In their order. */
static bool set_take(struct set *set, size_t *ret)
{
	while (set->touched) {
		size_t at = (size_t)__builtin_ctzll(set->touched) << set->shift, end = at + ((size_t)1 << set->shift);
		while (at < end && !set->cells[at])
			at++;
		if (at < end) {
			*ret = at * 64 + (size_t)__builtin_ctzll(set->cells[at]);
			set->cells[at] &= set->cells[at] - 1;
			return true;
		}
		set->touched &= set->touched - 1;
	}
	return false;
}

/* ---- asking -------------------------------------------------------------------------------------- */

struct search {
	const struct rules *rules;
	const struct rule_image *image;
	struct matcher *matcher;
	const struct line *line;
	const struct rule_asker *asker;
	void *user;
	bool page;    /* only what is for pages */
	bool prose;   /* long prose: what is asked for elsewhere in a line is for shorter ones */
	bool buttons; /* what may be a quotation is one unless it is made of the words of buttons */
	uint32_t begun_count;
	struct set begun;  /* patterns that begin so, and need a string that was not found yet */
	struct set wanted; /* patterns that may match */
};

/* False: nothing more is to be found. */
static bool tell(const struct search *search, const struct rule *rule)
{
	return (search->buttons && strcmp(rule->kind, "navigation") != 0) || search->asker->found(search->user, rule);
}

static inline bool in_bits(const uint64_t *bits, uint32_t hash)
{
	return bits[hash / 64] >> (hash % 64) & 1;
}

static inline struct view subject_of(const struct search *search, uint32_t exact)
{
	return exact ? search->line->text : search->line->core;
}

static void want(struct search *search, uint32_t i)
{
	const struct image_pattern *pattern = &search->image->patterns[i];
	struct view subject = subject_of(search, pattern->exact);
	if (!pattern->must || memchr(subject.p, (int)pattern->must, subject.n))
		set_put(&search->wanted, i);
}

static void begin(struct search *search, const struct image_prefix *prefix, struct view subject)
{
	uint32_t pattern = prefix->what & 0xFFFF, must = prefix->most >> 8 & 0xFF;
	if (must && !memchr(subject.p, (int)must, subject.n))
		return;
	if (!(prefix->what >> 24 & IMAGE_PREFIX_STRINGS)) {
		set_put(&search->wanted, pattern);
		return;
	}
	search->begun_count++;
	set_put(&search->begun, pattern);
}

static void begin_all(struct search *search, uint64_t bytes, uint32_t key, uint32_t hash, struct view subject)
{
	const struct rule_image *image = search->image;
	const uint32_t *from = image->prefix_from + hash % IMAGE_LISTS;
	uint32_t low = (uint32_t)bytes, high = (uint32_t)(bytes >> 32), words = search->line->words,
		 flags = (search->prose ? IMAGE_PREFIX_PROSE : 0u) | (search->page ? IMAGE_PREFIX_PAGE : 0u);
	for (const struct image_prefix *p = image->prefixes + from[0], *end = image->prefixes + from[1]; p < end; p++)
		if (p->low == low && p->high == high && (p->what >> 16 & 0xFF) == key && words <= (p->most & 0xFF) &&
			subject.n <= p->most >> 16 && (p->what >> 24 & flags) == flags)
			begin(search, p, subject);
}

static inline uint64_t first_bytes(uint64_t bytes, uint32_t n)
{
	return n < 8 ? bytes & (((uint64_t)1 << (8 * n)) - 1) : bytes;
}

static void begin_short(struct search *search, uint64_t bytes, uint32_t key, struct view subject)
{
	const uint64_t *bits = search->page ? search->image->page_bits : search->image->prefix_bits;
	uint32_t hash = image_prefix_hash(bytes, key);
	if (in_bits(bits, hash))
		begin_all(search, bytes, key, hash, subject);
}

/* @bytes: the first ones of @subject, @most. */
static void find_beginnings(struct search *search, struct view subject, uint64_t bytes, uint32_t most, uint32_t exact)
{
	const uint64_t *bits = search->page ? search->image->page_bits : search->image->prefix_bits;
	const struct image_byte *byte = &search->image->bytes[image_byte_at(bytes, exact)];
	if (search->line->words <= byte->words && subject.n <= byte->longest &&
		(!byte->must || memchr(subject.p, (int)byte->must, subject.n))) {
		uint32_t key = image_prefix_key(1, exact);
		begin_all(search, first_bytes(bytes, 1), key, image_prefix_hash(first_bytes(bytes, 1), key), subject);
	}
	for (uint32_t n = 2; byte->shorts && n < PREFIX_SHORT && n <= most; n++)
		if (byte->shorts >> n & 1)
			begin_short(search, first_bytes(bytes, n), image_prefix_key(n, exact), subject);
	if (most < PREFIX_SHORT || !in_bits(search->image->begin_bits, image_begin_hash((uint32_t)bytes, exact)))
		return;
	begin_short(search, (uint32_t)bytes, image_prefix_key(PREFIX_SHORT, exact), subject);
	if (most <= PREFIX_SHORT || !in_bits(bits, image_prefix_hash((uint32_t)bytes, image_prefix_key(0, exact))))
		return;
	for (uint32_t n = PREFIX_SHORT + 1; n <= most; n++) {
		uint64_t some = first_bytes(bytes, n);
		uint32_t key = image_prefix_key(n, exact), hash = image_long_hash(some, key);
		if (in_bits(search->image->long_bits, hash))
			begin_all(search, some, key, hash, subject);
	}
}

/* Patterns that begin as @subject does. Half of all lines as they are folded, and nine of ten as they stand, begin as
 * no pattern does. */
static inline void look_at_front(struct search *search, struct view subject, uint32_t exact)
{
	uint64_t bytes = 0;
	uint32_t most = subject.n < PREFIX_BYTES ? (uint32_t)subject.n : PREFIX_BYTES;
	if (subject.n >= PREFIX_BYTES)
		memcpy(&bytes, subject.p, PREFIX_BYTES);
	else
		memcpy(&bytes, subject.p, most);
	bytes = prefix_digits(bytes);
	const struct image_byte *byte = &search->image->bytes[image_byte_at(bytes, exact)];
	if (search->line->words <= byte->words || byte->shorts ||
		(most >= PREFIX_SHORT && in_bits(search->image->begin_bits, image_begin_hash((uint32_t)bytes, exact))))
		find_beginnings(search, subject, bytes, most, exact);
}

/* Strings that patterns need, as tables. */
struct grams {
	const uint64_t *bits, *twos;
	const uint32_t *from;
	const struct image_gram *rows;
	uint64_t anywhere; /* all bits set: see struct rule_image */
	bool begun;
};

static void take_string(struct search *search, uint32_t i, bool begun)
{
	const struct image_pattern *pattern = &search->image->patterns[i];
	const uint64_t *first = search->image->first + (size_t)i * IMAGE_FIRST;
	if (search->page && !pattern->page)
		return;
	if (begun ? set_has(&search->begun, i)
		  : search->line->words <= pattern->words &&
				in_bits(first, (unsigned char)subject_of(search, pattern->exact).p[0]))
		want(search, i);
}

/* At byte @at of @key @bytes stand that some strings have: @size of them. */
static void visit(
	struct search *search, const struct grams *grams, struct view key, size_t at, uint32_t bytes, uint32_t size)
{
	const uint32_t *from = grams->from + image_gram_hash(bytes, size) % IMAGE_GRAM_LISTS;
	uint32_t next = image_four(key.p + at + size);
	for (const struct image_gram *g = grams->rows + from[0], *end = grams->rows + from[1]; g < end; g++)
		if (g->bytes == bytes && g->size == size && (next & g->mask) == g->next && at >= g->offset &&
			at - g->offset + g->n <= key.n &&
			memcmp(key.p + at - g->offset, search->image->strings + g->text, g->n) == 0)
			take_string(search, g->pattern, grams->begun);
}

static void visit_all(struct search *search, const struct grams *grams, struct view key, size_t at, uint32_t four)
{
	if (in_bits(grams->bits, image_gram_hash(four, IMAGE_GRAM)))
		visit(search, grams, key, at, four, IMAGE_GRAM);
	if (!in_bits(grams->bits, image_gram_hash(four, IMAGE_GRAM_SHORT)))
		return;
	visit(search, grams, key, at, four & 0xFFFFFF, IMAGE_GRAM_SHORT);
	if (grams->twos[(four & 0xFF) / 64] >> (four % 64) & 1)
		visit(search, grams, key, at, four & 0xFFFF, LITERAL_BYTES_MIN);
}

/* Behind the key stand LINE_SLACK bytes that can be read. */
static void find_strings(struct search *search, const struct grams *grams)
{
	struct view key = search->line->key;
	uint64_t carry = 0;
	for (size_t from = 0; from < key.n; from += WORD_BITS_BYTES) {
		struct word_bits bits = word_bits_of(key.p + from);
		uint64_t left = word_bits_begins(&bits, &carry) | grams->anywhere;
		if (key.n - from < WORD_BITS_BYTES)
			left &= ((uint64_t)1 << (key.n - from)) - 1;
		for (; left; left &= left - 1) {
			size_t at = from + (size_t)__builtin_ctzll(left);
			uint32_t four = image_four(key.p + at);
			if (in_bits(grams->bits, image_gram_hash(four, IMAGE_GRAM)) |
				in_bits(grams->bits, image_gram_hash(four, IMAGE_GRAM_SHORT)))
				visit_all(search, grams, key, at, four);
		}
	}
}

static struct grams grams_of(const struct search *search, bool begun)
{
	const struct rule_image *image = search->image;
	if (begun)
		return (struct grams){ search->page ? image->begun_page_bits : image->begun_bits, image->begun_twos,
			image->begun_from, image->begun, 0, begun };
	return (struct grams){ search->page ? image->open_page_bits : image->open_bits, image->open_twos,
		image->open_from, image->open, image->anywhere ? UINT64_MAX : 0, begun };
}

static void find_open(struct search *search)
{
	const struct rule_image *image = search->image;
	const struct grams grams = grams_of(search, false);
	find_strings(search, &grams);
	for (size_t i = 0; search->line->words <= image->always_words && i < image->always_count; i++)
		take_string(search, image->always[i], false);
}

/* A string that @pattern needs stands in the line, or they are too many to look for. */
static bool has_need(const struct search *search, const struct image_pattern *pattern)
{
	const struct image_need *need = search->image->needs + pattern->need;
	struct view key = search->line->key;
	for (uint32_t i = 0; i < pattern->need_count; i++, need++)
		if (view_find(key, view_make(search->image->strings + need->text, need->n)) < key.n)
			return true;
	return pattern->need_count == 0;
}

/* Asking a few patterns is cheaper than a walk that meets the strings of all; one that meets those for pages alone
 * costs a third of asking one, and seven of eight that begin so are not asked then. A walk over a short line costs less
 * than asking a pattern that needs one of many strings. */
static void find_begun(struct search *search)
{
	enum { FEW = 10, SHORT_BYTES = 64 };
	bool walk = search->page || search->begun_count > FEW, is_short = search->line->key.n <= SHORT_BYTES;
	for (size_t at; !walk && set_take(&search->begun, &at);) {
		const struct image_pattern *pattern = &search->image->patterns[at];
		walk = !pattern->need_count && is_short;
		if (walk)
			set_put(&search->begun, at);
		else if (has_need(search, pattern))
			set_put(&search->wanted, at);
	}
	if (walk) {
		const struct grams grams = grams_of(search, true);
		find_strings(search, &grams);
	}
}

static void ask_wanted(struct search *search)
{
	for (size_t at; set_take(&search->wanted, &at);) {
		const struct image_pattern *pattern = &search->image->patterns[at];
		const struct rule *rule = search->rules->all[pattern->rule];
		if (rule->off || (search->asker->asks && !search->asker->asks(search->user, rule)))
			continue;
		if (pattern_match(search->matcher, rule->pattern, subject_of(search, pattern->exact)) &&
			!tell(search, rule))
			return;
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
		!image_text_in(image->listed, IMAGE_LINE_BITS, line->core))
		return true;
	const struct image_text *text =
		rule_image_look(image, image->lines, image->line_slots, image->line_slots_count, line->core);
	for (size_t i = 0; text && i < text->count; i++) {
		const struct rule *rule = search->rules->all[image->line_rules[text->first + i]];
		if (!rule->off && !tell(search, rule))
			return false;
	}
	return true;
}

/* The words of the line as a whole. False: no pattern need be asked. */
static bool search_begin(struct search *search)
{
	const struct line *line = search->line;
	if (!(line->flags & LINE_WHOLE) || line->core.n == 0)
		return false;
	search->buttons = line->flags & LINE_QUOTED;
	if (search->buttons && (!(line->flags & LINE_ARROWS) || view_find_byte(line->core, ' ') == line->core.n))
		return false;
	search->prose = (line->flags & LINE_PROSE) && line->words >= OPEN_PROSE_WORDS;
	return ask_lines(search) && line->words <= RULE_WORDS_MAX;
}

static void ask_patterns(struct search *search)
{
	look_at_front(search, search->line->core, 0);
	look_at_front(search, search->line->text, 1);
	if (search->begun_count)
		find_begun(search);
	if (!search->prose)
		find_open(search);
	ask_wanted(search);
}

static void find(const struct rules *rules, struct matcher *matcher, const struct line *line,
	const struct rule_asker *asker, void *user, bool page)
{
	enum { CELLS_NEAR = 16, GROUPS = 64 }; /* 1,024 patterns */
	uint64_t near[2 * CELLS_NEAR], *cells = near;
	size_t count = rules->image.cells;
	unsigned shift = 0;
	struct search search = { .rules = rules,
		.image = &rules->image,
		.matcher = matcher,
		.line = line,
		.asker = asker,
		.user = user,
		.page = page };
	if (!search_begin(&search))
		return;
	while (count > (size_t)GROUPS << shift)
		shift++;
	if (count > CELLS_NEAR) {
		count = (((count - 1) >> shift) + 1) << shift;
		cells = matcher_sets(matcher, 2 * count);
	}
	if (!cells)
		return;
	search.begun = (struct set){ .cells = cells, .shift = shift };
	search.wanted = (struct set){ .cells = cells + count, .shift = shift };
	ask_patterns(&search);
}

void rule_index_find(const struct rules *rules, struct matcher *matcher, const struct line *line,
	const struct rule_asker *asker, void *user)
{
	find(rules, matcher, line, asker, user, false);
}

struct wanted {
	const struct rule *rule;
	bool found;
};

static bool compare(void *user, const struct rule *rule)
{
	struct wanted *wanted = user;
	wanted->found |= rule == wanted->rule;
	return !wanted->found;
}

bool rule_index_has(
	const struct rules *rules, struct matcher *matcher, const struct line *line, const struct rule *rule)
{
	static const struct rule_asker asker = { .found = compare };
	struct wanted wanted = { .rule = rule };
	find(rules, matcher, line, &asker, &wanted, false);
	return wanted.found;
}

static bool take_certain(void *user, const struct rule *rule)
{
	const struct rule **first = user;
	if (rule_is_certain(rule))
		*first = rule;
	return !*first;
}

static bool take_for_pages(void *user, const struct rule *rule)
{
	bool *some = user;
	*some |= rule_is_for_pages(rule);
	return !*some;
}

const struct rule *rule_index_of_page(const struct rules *rules, struct matcher *matcher, const struct line *line)
{
	static const struct rule_asker for_pages = { .found = take_for_pages }, certain = { .found = take_certain };
	const struct rule *first = NULL;
	bool some = false;
	/* One line of two hundred goes: what comes before such a rule is asked when there is one. */
	find(rules, matcher, line, &for_pages, &some, true);
	if (some)
		find(rules, matcher, line, &certain, &first, false);
	return first && rule_is_for_pages(first) ? first : NULL;
}
