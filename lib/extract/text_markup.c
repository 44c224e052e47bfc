/* Markdown as tools dump it: what a reader of the page did not see goes. */
#include "extract/text_dump.h"
#include "util/utf8.h"

static bool is_mark(char c)
{
	return c > ' ' && c < 0x7F && !ascii_is_alpha(c) && !ascii_is_digit(c);
}

/* Longer ones are none: a line of brackets alone must not be read over and over. */
enum { BRACKET_BYTES = 2000, CLASS_BYTES = 200 };

/* Where what @open at @at opens is closed by @close, pairs within balanced; text.n: nowhere. */
static size_t closed_at(struct view text, size_t at, char open, char close)
{
	int depth = 0;
	for (size_t i = at; i < text.n && i < at + BRACKET_BYTES; i++) {
		if (text.p[i] == '\\')
			i++;
		else if (text.p[i] == open)
			depth++;
		else if (text.p[i] == close && --depth == 0)
			return i;
	}
	return text.n;
}

/* "(https://…)", "(/path)", "(#part)", "(mailto:…)", "(<…>)" and what pandoc writes behind it, "{.class}". Bytes. */
static size_t target_bytes(struct view text, size_t at)
{
	if (at + 1 >= text.n || text.p[at] != '(')
		return 0;
	struct view inside = view_from(text, at + 1);
	if (!view_starts(inside, VIEW("http")) && !view_starts(inside, VIEW("/")) && !view_starts(inside, VIEW("#")) &&
		!view_starts(inside, VIEW("<")) && !view_starts(inside, VIEW("mailto:")) &&
		!view_starts(inside, VIEW("javascript:")) && !view_starts(inside, VIEW("file:")) &&
		!view_starts(inside, VIEW("data:")) && !view_starts(inside, VIEW("./")) &&
		!view_starts(inside, VIEW("../")))
		return 0;
	size_t end = closed_at(text, at, '(', ')') + 1;
	if (end > text.n)
		return 0;
	if (end < text.n && text.p[end] == '{') {
		struct view class = view_first(view_from(text, end), CLASS_BYTES);
		size_t closed = view_find_byte(class, '}');
		end += closed < class.n ? closed + 1 : 0;
	}
	return end - at;
}

/* Of a text with @text.n bytes: no more brackets than these are looked at. */
enum { LINKS_DEEP = 8, BRACKETS_MOST = 400 };

struct writer {
	struct view in;
	char *out;
	size_t n;
	size_t ends[LINKS_DEEP]; /* brackets of open links */
	size_t deep, brackets;
};

static bool is_link(struct writer *writer, size_t at, size_t *ret_end)
{
	if (writer->deep == LINKS_DEEP || ++writer->brackets > BRACKETS_MOST)
		return false;
	*ret_end = closed_at(writer->in, at, '[', ']');
	return *ret_end < writer->in.n && target_bytes(writer->in, *ret_end + 1);
}

/* An image, a link's begin or end, an escaped mark: bytes read, 0: it is none. */
static size_t write_link(struct writer *writer, size_t at)
{
	struct view in = writer->in;
	size_t end;
	if (in.p[at] == '\\' && (at + 1 == in.n || is_mark(in.p[at + 1]))) {
		if (at + 1 < in.n)
			writer->out[writer->n++] = in.p[at + 1];
		return at + 1 < in.n ? 2 : 1;
	}
	if (in.p[at] == '!' && at + 1 < in.n && in.p[at + 1] == '[' && is_link(writer, at + 1, &end))
		return end + 1 + target_bytes(in, end + 1) - at;
	if (in.p[at] == '[' && is_link(writer, at, &end)) {
		writer->ends[writer->deep++] = end;
		return 1;
	}
	if (writer->deep && writer->ends[writer->deep - 1] == at) {
		writer->deep--;
		return 1 + target_bytes(in, at + 1);
	}
	return 0;
}

static bool is_wordy(struct view text, size_t at)
{
	return at < text.n &&
	       (ascii_is_alpha(text.p[at]) || ascii_is_digit(text.p[at]) || (unsigned char)text.p[at] >= 0x80);
}

/* A run of stars or underscores that opens or closes emphasis: bytes, 0: it is none. */
static size_t emphasis_bytes(struct view text, size_t at)
{
	enum { MARKS_MOST = 3 };
	char c = text.p[at];
	size_t n = 0;
	while (at + n < text.n && text.p[at + n] == c && n <= MARKS_MOST)
		n++;
	if (at && text.p[at - 1] == c)
		return 0;
	bool before = at && text.p[at - 1] != ' ', behind = at + n < text.n && text.p[at + n] != ' ';
	if (n > MARKS_MOST || (!before && !behind))
		return 0;
	return c == '*' || !is_wordy(text, at - (at > 0)) || !is_wordy(text, at + n) || at == 0 ? n : 0;
}

static bool is_even(struct view text, char c)
{
	size_t count = 0;
	for (size_t i = 0; i < text.n; i++) {
		size_t n = text.p[i] == c && (i == 0 || text.p[i - 1] != '\\') ? emphasis_bytes(text, i) : 0;
		count += n;
		i += n ? n - 1 : 0;
	}
	return count % 2 == 0;
}

/* "## Head {#head .class}" -> "Head" */
static struct view without_heading(struct view text)
{
	enum { LEVELS = 6 };
	size_t at = 0;
	while (at < text.n && text.p[at] == '#')
		at++;
	if (at == 0 || at > LEVELS || at == text.n || text.p[at] != ' ')
		return text;
	text = line_trim(view_from(text, at));
	size_t open = view_find(text, VIEW(" {"));
	return text.n && text.p[text.n - 1] == '}' ? line_trim(view_first(text, open)) : text;
}

/* Rules, fences of divisions, tags, the bar under a table's head. */
static bool is_bare_markup(struct view text)
{
	bool tag = text.p[0] == '<' && text.p[text.n - 1] == '>' && text.n > 2 &&
		   (ascii_is_alpha(text.p[1]) || text.p[1] == '/') && view_find_byte(text, '>') == text.n - 1 &&
		   view_find(text, VIEW("://")) == text.n;
	size_t marks = 0;
	for (size_t i = 0; i < text.n; i++)
		marks += strchr("*-_=:| #", text.p[i]) != NULL && text.p[i];
	return tag || view_starts(text, VIEW(":::")) || (marks == text.n && text.n >= 3);
}

static int drop_marks(struct work *work, struct block *block)
{
	struct view text = without_heading(block->text);
	if (is_bare_markup(block->text)) {
		dump_cut(work, block, DETECT_MARKUP);
		return 0;
	}
	struct writer writer = { .in = text, .out = arena_alloc(&work->page->arena, text.n + 1) };
	size_t bullet = text.n > 1 && text.p[0] == '*' && text.p[1] == ' ' ? 1 : 0;
	bool stars = is_even(view_from(text, bullet), '*'), lines = is_even(text, '_');
	if (!writer.out)
		return page_full(work->page);
	for (size_t i = 0; i < text.n;) {
		size_t read = write_link(&writer, i);
		if (!read && ((text.p[i] == '*' && stars && i >= bullet) || (text.p[i] == '_' && lines)))
			read = emphasis_bytes(text, i);
		if (!read)
			writer.out[writer.n++] = text.p[i++];
		i += read;
	}
	struct view rest = line_trim(view_make(writer.out, writer.n));
	work->dumped += !view_eq(rest, block->text);
	if (rest.n > dump_bullet(rest) && !(rest.n == 1 && is_mark(rest.p[0])))
		block->text = rest;
	else
		dump_cut(work, block, DETECT_MARKUP);
	return 0;
}

static size_t count_links(struct view text)
{
	size_t count = 0;
	for (size_t i = 1; i < text.n; i++) {
		i += view_find(view_from(text, i), VIEW("]("));
		count += i < text.n && target_bytes(text, i + 1);
	}
	return count;
}

/* A line that ends in a link: the lists of every page have some. */
static bool ends_in_link(struct view text)
{
	size_t at = text.n;
	if (text.p[at - 1] != ')')
		return false;
	while (at && text.p[at - 1] != '(')
		at--;
	return at > 1 && text.p[at - 2] == ']';
}

int markup_drop(struct work *work)
{
	struct page *page = work->page;
	size_t links = 0, first = 0;
	while (first < page->block_count && (page->blocks[first].cut || !ends_in_link(page->blocks[first].text)))
		first++;
	if (first == page->block_count)
		return 0;
	for (size_t i = 0; i < page->block_count && links < MARKUP_LINKS; i++)
		links += page->blocks[i].cut ? 0 : count_links(page->blocks[i].text);
	if (links < MARKUP_LINKS || !dump_cuts(work, DETECT_MARKUP))
		return 0;
	for (size_t i = 0; i < page->block_count; i++) {
		int result = page->blocks[i].cut ? 0 : drop_marks(work, &page->blocks[i]);
		if (result)
			return result;
	}
	return 0;
}
