/* The whole look-up of our rules: whatever a rule's pattern matches is found by it, however it is sorted in, and each
 * example goes out of a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>
#include <stdio.h>
#include <string.h>
#include "extract/rules.h"
#include "extract/text_lines.h"
#include "extract/text_rules.h"
#include "extract/text_work.h"
#include "garner.h"
#include "util/limits.h"
#include "util/utf8.h"

/* ---- texts that a pattern may match --------------------------------------------------------------- */

/* Reads a pattern and writes at random what it could match: not always rightly, the pattern itself is asked then. */
struct sampler {
	const char *p, *end;
	uint64_t seed;
	char *out;
	size_t n, room;
};

static uint32_t chance(struct sampler *s, uint32_t count)
{
	s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->seed >> 33) % count;
}

static void put(struct sampler *s, const char *p, size_t n)
{
	if (s->n + n > s->room)
		return;
	memcpy(s->out + s->n, p, n);
	s->n += n;
}

static void put_some(struct sampler *s, const char *const *texts, uint32_t count)
{
	const char *text = texts[chance(s, count)];
	put(s, text, strlen(text));
}

static size_t char_bytes(const char *p, const char *end)
{
	size_t n = 1;
	while (p + n < end && ((unsigned char)p[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static void sample_branches(struct sampler *s, bool write);

/* Behind a backslash. */
static void sample_escape(struct sampler *s)
{
	static const char *const digits[] = { "0", "3", "7", "19", "5", "2", "๕", "५", "٣", "５" },
				 *const letters[] = { "a", "s", "o", "é", "я", "ا", "中", "ก", "x", "3" },
				 *const capitals[] = { "A", "M", "É", "Я", "S" }, *const spaces[] = { " " },
				 *const others[] = { "-", "!", " ", "…" };
	char c = s->p < s->end ? *s->p++ : 0;
	char property = 0;
	if (c == 'p' || c == 'P') {
		property = s->p < s->end ? *s->p : 0;
		if (property == '{') {
			property = s->p + 1 < s->end ? s->p[1] : 0;
			bool upper = s->p + 2 < s->end && s->p[2] == 'u';
			while (s->p < s->end && *s->p != '}')
				s->p++;
			put_some(s, upper ? capitals : letters, upper ? 5 : 10);
		} else if (property) {
			put_some(s, letters, 10);
		}
		s->p += s->p < s->end;
		return;
	}
	switch (c) {
	case 'd': put_some(s, digits, 10); break;
	case 'w': put_some(s, letters, 10); break;
	case 's':
	case 'h': put_some(s, spaces, 1); break;
	case 'D':
	case 'W':
	case 'S': put_some(s, others, 4); break;
	case 'b':
	case 'B': break;
	default: put(s, &c, 1);
	}
}

static void sample_class(struct sampler *s)
{
	static const char *const any[] = { "a", "7", "é", "я", "-", "ก", "o" };
	const char *from[64];
	uint32_t count = 0;
	bool negated = *s->p == '^';
	s->p += negated;
	for (bool first = true; s->p < s->end && (*s->p != ']' || first); first = false) {
		if (count < 64)
			from[count++] = s->p;
		if (*s->p == '\\') {
			s->p += 2;
			if (s->p < s->end && *s->p == '{')
				while (s->p < s->end && *s->p++ != '}')
					;
		} else {
			s->p += char_bytes(s->p, s->end);
		}
	}
	const char *behind = s->p + (s->p < s->end);
	if (negated || !count) {
		put_some(s, any, 7);
	} else {
		const char *one = from[chance(s, count)];
		if (*one == '\\') {
			s->p = one + 1;
			sample_escape(s);
		} else {
			put(s, one, char_bytes(one, s->end));
		}
	}
	s->p = behind;
}

static void sample_group(struct sampler *s)
{
	bool looks = false;
	if (s->p < s->end && *s->p == '?') {
		s->p++;
		if (*s->p == '<' && s->p[1] != '=' && s->p[1] != '!') {
			while (s->p < s->end && *s->p != '>')
				s->p++;
			s->p++;
		} else {
			looks = *s->p != ':' && *s->p != '>';
			s->p += *s->p == '<' ? 2 : 1;
		}
	}
	sample_branches(s, !looks);
	s->p += s->p < s->end;
}

static void sample_atom(struct sampler *s)
{
	static const char *const any[] = { "a", "e", " ", "7", "ü", "и", "ک", "日", "น", "t", "x", "o" };
	char c = *s->p;
	if (c == '(') {
		s->p++;
		sample_group(s);
	} else if (c == '[') {
		s->p++;
		sample_class(s);
	} else if (c == '\\') {
		s->p++;
		sample_escape(s);
	} else if (c == '.') {
		s->p++;
		put_some(s, any, 12);
	} else if (c == '^' || c == '$') {
		s->p++;
	} else {
		size_t n = char_bytes(s->p, s->end);
		put(s, s->p, n);
		s->p += n;
	}
}

static unsigned read_number(struct sampler *s)
{
	unsigned number = 0;
	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		number = number * 10 + (unsigned)(*s->p++ - '0');
	return number;
}

/* How often, of the quantifier at @s. */
static unsigned sample_times(struct sampler *s)
{
	unsigned min = 1, max = 1;
	if (s->p == s->end)
		return 1;
	switch (*s->p) {
	case '?': s->p++, min = 0; break;
	case '*': s->p++, min = 0, max = 4; break;
	case '+': s->p++, max = 4; break;
	case '{':
		s->p++;
		min = max = read_number(s);
		if (*s->p == ',') {
			s->p++;
			max = *s->p == '}' ? min + 4 : read_number(s);
			max = max > min + 6 ? min + 6 : max;
		}
		s->p++;
		break;
	default: return 1;
	}
	if (s->p < s->end && (*s->p == '?' || *s->p == '+'))
		s->p++;
	return min + chance(s, max - min + 1);
}

static void sample_branch(struct sampler *s)
{
	while (s->p < s->end && *s->p != '|' && *s->p != ')') {
		const char *atom = s->p;
		size_t before = s->n;
		sample_atom(s);
		const char *quantifier = s->p;
		unsigned times = sample_times(s);
		const char *behind = s->p;
		if (times == 0)
			s->n = before;
		for (; times > 1; times--) {
			s->p = atom;
			s->end = s->end > quantifier ? s->end : quantifier;
			sample_atom(s);
		}
		s->p = behind;
	}
}

/* One of the branches, each as likely; to the closing parenthesis or the end. */
static void sample_branches(struct sampler *s, bool write)
{
	char kept[LIMIT_RULE_LINE_BYTES];
	size_t from = s->n, kept_n = 0;
	for (uint32_t seen = 1;; seen++) {
		s->n = from;
		sample_branch(s);
		if (chance(s, seen) == 0) {
			kept_n = s->n - from;
			memcpy(kept, s->out + from, kept_n);
		}
		if (s->p >= s->end || *s->p != '|')
			break;
		s->p++;
	}
	s->n = from;
	if (write)
		put(s, kept, kept_n);
}

/* ---- the look-up ------------------------------------------------------------------------------------ */

static struct rules *builtin_from_text(void)
{
	struct rules *rules = NULL;
	struct error error = { 0 };
	struct rules_source source = { .from_text = true };
	if (rules_read(&source, &rules, &error))
		fail_msg("%s", error.text);
	return rules;
}

static bool take_certain(void *user, const struct rule *rule)
{
	const struct rule **first = user;
	if (rule_is_certain(rule))
		*first = rule;
	return !*first;
}

/* The look-up for pages leaves out what is not for them and nothing else. */
static bool is_the_same_for_pages(const struct rules *rules, struct matcher *matcher, const struct line *line)
{
	static const struct rule_asker asker = { .found = take_certain };
	const struct rule *first = NULL;
	rule_index_find(rules, matcher, line, &asker, &first);
	return rule_index_of_page(rules, matcher, line) == (first && rule_is_for_pages(first) ? first : NULL);
}

/* A text asks only the patterns that can still matter: what it makes of the line is what all of them say. Detectors may
 * add to it. */
static bool is_the_same_in_a_text(
	const struct rules *rules, struct matcher *matcher, const struct line *line, struct page *page)
{
	static const struct rule_asker asker = { .found = hits_note };
	struct hits all = { 0 };
	struct work work = { .rules = rules, .matcher = matcher, .page = page };
	rule_index_find(rules, matcher, line, &asker, &all);
	page_reset(page);
	page->kind = PAGE_TEXT;
	page->utf8 = line->text;
	assert_int_equal(work_read(&work), 0);
	if (work.live_count != 1 || !view_eq(line_at(&work, 0)->text, line->text))
		return true; /* a date before it was cut */
	const struct hits *hits = hits_at(&work, 0);
	bool same = hits->rest == all.rest && hits->section == all.section && hits->comment == all.comment;
	if (all.any)
		return same && hits->any == all.any;
	return same && (!all.weak || hits->weak == all.weak) && (!all.zoned || hits->zoned == all.zoned) &&
	       (!all.other || hits->other == all.other);
}

/* Each call gives one more text that the pattern of @rule matches, as a line in @arena. False: there is none this time.
 */
static bool next_match(
	struct arena *arena, struct matcher *matcher, const struct rule *rule, uint64_t round, struct line *ret_line)
{
	static char out[LIMIT_RULE_LINE_BYTES];
	struct sampler s = { .p = rule->source.p,
		.end = rule->source.p + rule->source.n,
		.seed = round * 0x9E3779B97F4A7C15u + 1,
		.out = out,
		.room = sizeof(out) };
	sample_branches(&s, true);
	arena_reset(arena);
	assert_true(line_read(arena, view_make(out, s.n), ret_line));
	return (ret_line->flags & LINE_WHOLE) && !(ret_line->flags & LINE_QUOTED) && ret_line->core.n &&
	       pattern_match(matcher, rule->pattern, rule->exact ? ret_line->text : ret_line->core);
}

/* What the look-up itself rules out: see rule_index.c. */
static bool is_asked(const struct rule *rule, const struct line *line)
{
	enum { OPEN_PROSE_WORDS = 24 };
	return line->words <= rule->words && !((line->flags & LINE_PROSE) && line->words >= OPEN_PROSE_WORDS);
}

enum { ROUNDS = 300, TEXT_ROUNDS = 20 };

static void whatever_a_pattern_matches_is_found_by_the_look_up(void **state)
{
	(void)state;
	struct rules *rules = builtin_from_text();
	struct matcher *matcher = matcher_new();
	static const struct garner_options options = { .jobs = 1 };
	struct page page = { .options = &options };
	struct arena arena;
	size_t lost = 0;
	arena_init(&arena, MIB(1));
	arena_init(&page.arena, MIB(16));
	for (const struct rule *rule = rules->first; rule; rule = rule->next) {
		size_t found = 0;
		for (uint64_t round = 0; rule->pattern && round < ROUNDS; round++) {
			struct line line;
			if (!next_match(&arena, matcher, rule, round, &line) || !is_asked(rule, &line))
				continue;
			if (rule_index_has(rules, matcher, &line, rule) &&
				is_the_same_for_pages(rules, matcher, &line) &&
				(round >= TEXT_ROUNDS || is_the_same_in_a_text(rules, matcher, &line, &page))) {
				found++;
				continue;
			}
			lost++;
			print_error("%s: rule %s is not asked: %.*s\n", rule->place, rule->id, (int)line.text.n,
				line.text.p);
		}
		if (rule->pattern && !found)
			fail_msg("%s: rule %s: no text was found that it matches", rule->place, rule->id);
	}
	assert_int_equal(lost, 0);
	arena_free(&page.arena);
	arena_free(&arena);
	matcher_free(matcher);
	rules_free(rules);
}

/* A pattern of which nothing is known is asked of every short line: then it is for single words and has a mark. */
static void no_pattern_is_asked_of_every_line(void **state)
{
	(void)state;
	const struct rule_image *image = &rule_image_builtin;
	size_t asked = 0;
	for (size_t i = 0; i < image->always_count; i++) {
		const struct image_pattern *pattern = &image->patterns[image->always[i]];
		if (pattern->must && pattern->words <= 1)
			continue;
		print_error("%s: no string, beginning or mark of it is known\n",
			image->strings + image->rules[pattern->rule].id);
		asked++;
	}
	assert_int_equal(asked, 0);
}

/* Else every byte of a short line would be looked at, not every word. */
static void no_string_of_ours_is_looked_for_within_words(void **state)
{
	(void)state;
	assert_int_equal(rule_image_builtin.anywhere, 0);
}

/* A user's pattern that knows no boundary of words is asked all the same, among thousands of others. */
static void a_string_within_a_word_is_found(void **state)
{
	(void)state;
	enum { OTHERS = 5000 };
	static const struct {
		const char *text;
		bool found;
	} cases[] = { { "Our Harbourletter for sailors", true }, { "Letters to sailors", true },
		{ "Harbour\xC3\xA9letter", true }, { "Our Harbour lette rs", false } };
	char path[] = "rules.XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	struct rules_source source = { .file = path, .without_builtin = true };
	struct rules *rules = NULL;
	struct error error = { 0 };
	struct arena arena;
	struct matcher *matcher = matcher_new();
	assert_non_null(file);
	fputs("language en\n", file);
	for (int i = 0; i < OTHERS; i++)
		fprintf(file, "rule x.r%d\nwords 9\nmatch r%dx .+\nyes r%dx y\nno z\n\n", i, i, i);
	fputs("rule x.in\nwords 9\nmatch .*letter.*\nyes newsletter\nno z\n", file);
	assert_int_equal(fclose(file), 0);
	int result = rules_read(&source, &rules, &error);
	unlink(path);
	assert_string_equal(error.text, "");
	assert_int_equal(result, 0);
	arena_init(&arena, MIB(1));
	assert_int_equal(rules->image.anywhere, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line line;
		assert_true(line_read(&arena, view_of(cases[i].text), &line));
		assert_int_equal(rule_index_has(rules, matcher, &line, rules->all[rules->count - 1]), cases[i].found);
	}
	struct line last;
	assert_true(line_read(&arena, VIEW("R4999x marks the spot"), &last));
	assert_true(rule_index_has(rules, matcher, &last, rules->all[rules->count - 2]));
	assert_false(rule_index_has(rules, matcher, &last, rules->all[rules->count - 3]));
	arena_free(&arena);
	matcher_free(matcher);
	rules_free(rules);
}

/* The fewest words of what begins so. */
struct beginning {
	char p[12];
	size_t n;
	uint32_t words;
	char example[LIMIT_RULE_LINE_BYTES + 1];
};

enum { BEGINNINGS = 512 };

static void note_beginning(struct beginning *all, size_t *count, const struct line *line)
{
	struct view begin = utf8_first(line->core, sizeof(all->p));
	size_t i = 0;
	while (i < *count && !view_eq(begin, view_make(all[i].p, all[i].n)))
		i++;
	if (i == BEGINNINGS)
		return;
	if (i == *count) {
		memcpy(all[i].p, begin.p, begin.n);
		all[i].n = begin.n;
		all[i].words = UINT32_MAX;
		*count += 1;
	}
	if (line->words < all[i].words) {
		all[i].words = line->words;
		snprintf(all[i].example, sizeof(all[i].example), "%.*s", (int)line->text.n, line->text.p);
	}
}

/* Scripts without spaces have a word in two characters: a ceiling made for others may be none of theirs. */
static bool is_wide(struct view text)
{
	size_t at = 0;
	uint32_t c = utf8_next(text, &at);
	return (c >= 0xE00 && c < 0x1000) || (c >= 0x3000 && c < 0xA000);
}

static void no_branch_of_a_pattern_has_more_words_than_its_rule_allows(void **state)
{
	(void)state;
	static struct beginning all[BEGINNINGS];
	struct rules *rules = builtin_from_text();
	struct matcher *matcher = matcher_new();
	struct arena arena;
	size_t lost = 0;
	arena_init(&arena, MIB(1));
	for (const struct rule *rule = rules->first; rule; rule = rule->next) {
		size_t count = 0;
		for (uint64_t round = 0; rule->pattern && round < ROUNDS; round++) {
			struct line line;
			if (next_match(&arena, matcher, rule, round, &line) && is_wide(line.core))
				note_beginning(all, &count, &line);
		}
		for (size_t i = 0; i < count; i++) {
			if (all[i].words <= rule->words)
				continue;
			lost++;
			print_error("%s: rule %s allows %u words, this has %u: %s\n", rule->place, rule->id,
				rule->words, all[i].words, all[i].example);
		}
	}
	assert_int_equal(lost, 0);
	arena_free(&arena);
	matcher_free(matcher);
	rules_free(rules);
}

/* ---- the whole way of a line ------------------------------------------------------------------------- */

#define PROSE                                                                                                          \
	"The old bridge was closed on Monday after an inspector had found rust in two of its nine piers.\n\n"          \
	"Residents of the island will have to take the ferry, which sails twice an hour until midnight."

struct outcome {
	struct view example;
	bool cut;
};

static int note_cut(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct outcome *o = user;
	(void)detail;
	for (size_t i = 0; reason == 0 && i < d->cut_count; i++)
		for (size_t k = 0; k < d->cuts[i].line_count; k++)
			o->cut |= strcmp(d->cuts[i].reason, "date.leading") != 0 &&
				  view_eq(view_of(d->cuts[i].lines[k]), o->example);
	return 0;
}

/* Rules that cut their line wherever it stands in their zone, or next to a button. */
static bool cuts_its_line(const struct rule *rule)
{
	return !rule->marks_comment && !rule->takes_section && !(rule->takes_rest && rule->near) && !rule->detector;
}

static bool is_cut_from(struct garner *garner, const struct rule *rule, struct view example)
{
	char text[4096];
	struct outcome o = { .example = example };
	const char *button = rule->near ? "Share on Facebook\n" : "";
	int n = (int)example.n;
	if (rule->zone == ZONE_HEAD)
		snprintf(text, sizeof(text), "%s%.*s\n\n" PROSE "\n", button, n, example.p);
	else
		snprintf(text, sizeof(text), PROSE "\n\n%s%.*s\n", button, n, example.p);
	assert_int_equal(garner_clean_bytes(garner, text, strlen(text), NULL, "text/plain", note_cut, &o), 0);
	return o.cut;
}

/* Without the scorer, which cuts what no rule knows. */
static void every_example_goes_out_of_a_text(void **state)
{
	(void)state;
	static const char *const keep[] = { "furniture.line" };
	struct garner_options options = { .jobs = 1, .keep = keep, .keep_count = 1 };
	struct garner *garner = garner_new(&options);
	struct rules *rules = builtin_from_text();
	size_t examples = 0, stay = 0;
	assert_null(garner_error(garner));
	for (const struct rule *rule = rules->first; rule; rule = rule->next) {
		if (!cuts_its_line(rule))
			continue;
		const struct rule_text *lists[] = { rule->lines, rule->yes };
		for (int i = 0; i < 2; i++)
			for (const struct rule_text *text = lists[i]; text; text = text->next) {
				examples++;
				if (is_cut_from(garner, rule, text->text))
					continue;
				stay++;
				print_error("%s: rule %s: this stays: %.*s\n", rule->place, rule->id, (int)text->text.n,
					text->text.p);
			}
	}
	assert_true(examples > 10000);
	assert_int_equal(stay, 0);
	rules_free(rules);
	garner_free(garner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_a_pattern_matches_is_found_by_the_look_up),
		cmocka_unit_test(no_pattern_is_asked_of_every_line),
		cmocka_unit_test(no_string_of_ours_is_looked_for_within_words),
		cmocka_unit_test(a_string_within_a_word_is_found),
		cmocka_unit_test(no_branch_of_a_pattern_has_more_words_than_its_rule_allows),
		cmocka_unit_test(every_example_goes_out_of_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
