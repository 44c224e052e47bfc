#include "meta/author.h"

#include "extract/quantise.h"
#include "meta/fold.h"
#include "util/scan.h"
#include "util/utf8.h"

enum { WINDOW = 6, LINE_BYTES = 300, LINE_WORDS = 64, NAME_WORDS = 8 };

/* Where the first of a group's names is seen. */
struct seen {
	unsigned head, foot; /* lines near the headline, behind the body */
	bool introduced, alone, kept, dated;
	size_t distance; /* lines from the headline */
	size_t more;	 /* other words of the shortest line */
};

static uint8_t bool_of(bool b)
{
	return b ? 255 : 0;
}

static bool has_run(const uint32_t *line, size_t n, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i + count <= n; i++)
		if (line[i] == words[0] && memcmp(line + i, words, count * sizeof(*words)) == 0)
			return true;
	return false;
}

/* Lines of a stretch of the page; the words are read once for all groups, when the first asks for them. */
struct line {
	size_t block;
	struct view text;
	uint32_t words[LINE_WORDS];
	size_t n, numbers;
	bool foot, ascii, read;
};

struct lines {
	struct line list[5 * WINDOW];
	size_t count;
};

/* Words that begin with a digit: of a day, a time. */
static size_t count_numbers(struct view text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += ascii_is_digit(text.p[i]) &&
		     (i == 0 || (!ascii_is_digit(text.p[i - 1]) && !ascii_is_alpha(text.p[i - 1])));
	return n;
}

static void read_lines(const struct decide *d, struct lines *lines, size_t from, size_t to, bool foot)
{
	for (size_t i = from; i < to && i < d->page->block_count && lines->count < 5 * WINDOW; i++) {
		struct line *line = &lines->list[lines->count++];
		line->block = i;
		line->foot = foot;
		line->text = utf8_first(d->page->blocks[i].text, LINE_BYTES);
		line->ascii = scan_is_ascii(line->text.p, line->text.n);
		line->read = false;
	}
}

static void read_words(struct line *line)
{
	if (line->read)
		return;
	line->read = true;
	line->n = fold_hashes(line->text, line->words, LINE_WORDS);
	line->numbers = count_numbers(line->text);
}

/* A name as it is looked for. */
struct wanted {
	struct view name, word; /* the longest word, where nothing but ASCII can be the same */
	uint32_t words[NAME_WORDS];
	size_t n;
};

static bool is_letters(struct view word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!ascii_is_alpha(word.p[i]))
			return false;
	return true;
}

static struct wanted wanted_of(struct view name)
{
	struct wanted w = { .name = name };
	struct view rest = name, word;
	w.n = fold_hashes(name, w.words, NAME_WORDS);
	bool ascii = scan_is_ascii(name.p, name.n) && w.n < NAME_WORDS;
	while (ascii && view_next_token(&rest, ' ', &word))
		if (word.n > w.word.n && is_letters(word))
			w.word = word;
	return w;
}

static bool holds_name(struct line *line, const struct wanted *w)
{
	/* Most lines do not even have the word, and so none of theirs has to be read. */
	if (!line->read && line->ascii && w->word.n && view_find_nocase(line->text, w->word) == line->text.n)
		return false;
	read_words(line);
	return has_run(line->words, line->n, w->words, w->n);
}

static bool has_line(const struct lines *lines, size_t block)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->list[i].block == block)
			return true;
	return false;
}

static void read_windows(const struct decide *d, struct lines *lines)
{
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	lines->count = 0;
	if (head == SIZE_MAX)
		return;
	size_t begin = head > 3 ? head - 3 : 0, end = head + WINDOW + 2;
	read_lines(d, lines, begin, end, false);
	if (d->first != SIZE_MAX && d->first + 5 > end) {
		size_t from = d->first > end + 6 ? d->first - 6 : end;
		read_lines(d, lines, from, d->first + 5, false);
		end = d->first + 5;
	}
	if (d->last != SIZE_MAX)
		read_lines(d, lines, d->last + 1 > end ? d->last : end, d->last + WINDOW, true);
}

/* A short line with a number of several digits: a day, a year, a time. */
static bool has_number(const struct block *b)
{
	unsigned digits = 0;
	for (size_t i = 0; b->text.n < 120 && i < b->text.n; i++)
		digits += ascii_is_digit(b->text.p[i]);
	return digits >= 4;
}

static bool is_dated(const struct page *page, size_t at)
{
	return has_number(&page->blocks[at]) || (at > 0 && has_number(&page->blocks[at - 1])) ||
	       (at + 1 < page->block_count && has_number(&page->blocks[at + 1]));
}

static void look(const struct decide *d, struct lines *lines, struct view name, struct seen *seen)
{
	const struct wanted want = wanted_of(name);
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	*seen = (struct seen){ .distance = 100, .more = 100 };
	for (size_t i = 0; i < lines->count && want.n; i++) {
		struct line *line = &lines->list[i];
		const struct block *b = &d->page->blocks[line->block];
		/* Elements side by side may leave no space: "ByAnn LeeBo Chu". */
		if (line->block == d->head_block ||
			(!holds_name(line, &want) && (b->text.n > LINE_BYTES || view_find(b->text, name) == b->text.n)))
			continue;
		size_t far = line->block > head ? line->block - head : head - line->block;
		*(line->foot ? &seen->foot : &seen->head) += 1;
		seen->introduced |=
			b->text.n < LINE_BYTES && (names_introduced(b->text) || names_of_reporter(b->text).n > 0);
		seen->dated |= is_dated(d->page, line->block);
		read_words(line);
		size_t more = line->n > want.n + line->numbers ? line->n - want.n - line->numbers : 0;
		seen->alone |= more <= 4;
		seen->kept |= !b->cut && b->text.n >= 60;
		if (far < seen->distance)
			seen->distance = far;
		if (more < seen->more)
			seen->more = more;
	}
}

static void read_seen(const struct decide *d, struct lines *lines, struct author_group *g)
{
	struct seen seen;
	look(d, lines, g->names.list[0], &seen);
	g->x[AUTHOR_X_SEEN_HEAD] = q_count(seen.head);
	g->x[AUTHOR_X_SEEN_FOOT] = q_count(seen.foot);
	g->x[AUTHOR_X_SEEN_BY] = bool_of(seen.introduced);
	g->x[AUTHOR_X_SEEN_ALONE] = bool_of(seen.alone);
	g->x[AUTHOR_X_SEEN_DISTANCE] = q_count(seen.distance);
	g->x[AUTHOR_X_SEEN_DATED] = bool_of(seen.dated);
	g->x[AUTHOR_X_SEEN_MORE] = q_count(seen.more);
	g->x[AUTHOR_X_SEEN_KEPT] = bool_of(seen.kept);
}

void author_look(struct authors *a)
{
	struct lines lines;
	if (a->count) {
		read_windows(a->d, &lines);
		if (a->label && !has_line(&lines, a->label))
			read_lines(a->d, &lines, a->label, a->label + 1, true);
		author_marks(a);
	}
	for (size_t i = 0; i < a->count; i++)
		read_seen(a->d, &lines, &a->groups[i]);
}
