/* Sentences that are broken where a link, a bold word, a line of HTML begins or ends. */
#include "extract/text_dump.h"
#include "util/utf8.h"

/* Of a line and the one right below it. */
enum seam { SEAM_NONE, SEAM_SPACE, SEAM_MARK, SEAM_SMALL, SEAM_COMMA };

static bool is_phrase_end(uint32_t c)
{
	static const uint32_t marks[] = { ',', '.', ';', ':', '!', '?', ')', 0xBB, 0x201D, 0x60C, 0x61B, 0x61F, 0x964,
		0x6D4, 0x3001, 0x3002, 0xFF0C, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF01, 0xFF09, 0x300D, 0x300F };
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (marks[i] == c)
			return true;
	return false;
}

/* Begins with what ends a phrase: ", said", ".", "。次に"; ".5" and "..." do not. */
static bool begins_with_mark(struct view text)
{
	size_t at = 0;
	uint32_t c = utf8_next(text, &at);
	return is_phrase_end(c) &&
	       (at == text.n || text.p[at] == ' ' || c >= 0x3001 || (unsigned char)text.p[at] >= 0x80 || c == ')');
}

static bool is_comma(uint32_t c)
{
	return c == ',' || c == 0x60C || c == 0x3001 || c == 0xFF0C;
}

static uint32_t last_point(struct view text)
{
	size_t at = text.n;
	return utf8_prev(text, &at);
}

/* A space stands behind the line, or before the one below: one that the page had between two words. */
static bool has_space(const struct work *work, const struct block *block, const struct block *next)
{
	if (work->as_written)
		return false;
	struct view all = work->map.text;
	size_t end = (size_t)(block->text.p - all.p) + block->text.n, start = (size_t)(next->text.p - all.p);
	bool behind = end + 1 < all.n && all.p[end] == ' ' && all.p[end + 1] == '\n';
	bool before = start > 1 && all.p[start - 1] == ' ' && all.p[start - 2] == '\n';
	return behind || before;
}

static enum seam seam_of(const struct work *work, const struct block *block, const struct block *next)
{
	if (next->gap || block->cut || next->cut)
		return SEAM_NONE;
	if (begins_with_mark(next->text))
		return SEAM_MARK;
	if (dump_ends_sentence(block->text) || dump_bullet(next->text))
		return SEAM_NONE;
	if (has_space(work, block, next))
		return SEAM_SPACE;
	if (is_comma(last_point(block->text)))
		return SEAM_COMMA;
	return dump_is_small(next->text) && last_point(block->text) != ':' ? SEAM_SMALL : SEAM_NONE;
}

static bool is_stop(struct view text)
{
	size_t at = 0;
	uint32_t c = utf8_next(text, &at);
	return c == '.' || c == 0x3002 || is_comma(c);
}

struct seams {
	uint8_t *of; /* of each block with the next one */
	size_t count[SEAM_COMMA + 1];
	size_t marks; /* commas and full stops alone tell that sentences are broken */
	size_t code;  /* lines that end as those of programs do */
};

static bool read_seams(struct work *work, struct seams *ret)
{
	const struct page *page = work->page;
	ret->of = arena_calloc(&work->page->arena, page->block_count + 1, 1);
	for (size_t i = 0; ret->of && i + 1 < page->block_count; i++) {
		ret->of[i] = (uint8_t)seam_of(work, &page->blocks[i], &page->blocks[i + 1]);
		ret->count[ret->of[i]]++;
		ret->marks += ret->of[i] == SEAM_MARK && is_stop(page->blocks[i + 1].text);
		ret->code += strchr("{};>=\\", page->blocks[i].text.p[page->blocks[i].text.n - 1]) != NULL;
	}
	return ret->of != NULL;
}

/* Words before a link that stands on a line of its own: "The council of". */
static bool leads_on(struct view text)
{
	enum { WORDS_LEAST = 3 };
	size_t spaces = 0, word = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ' ') {
			spaces++;
			word = i + 1;
		}
	return spaces + 1 >= WORDS_LEAST && dump_is_small(view_from(text, word)) && !dump_ends_sentence(text) &&
	       last_point(text) != ':';
}

/* Where spaces tell which lines belong together, nothing else is asked but marks. */
static bool joins_on(const struct work *work, const struct seams *seams, size_t i, bool spaces)
{
	enum { LINK_BYTES = 80 };
	const struct block *blocks = work->page->blocks;
	enum seam seam = seams->of[i];
	if (seam == SEAM_NONE && !spaces && !blocks[i + 1].gap && !blocks[i].cut && !blocks[i + 1].cut)
		return seams->of[i + 1] != SEAM_NONE && blocks[i + 1].text.n <= LINK_BYTES &&
		       !dump_ends_sentence(blocks[i + 1].text) && leads_on(blocks[i].text);
	return seam == SEAM_MARK || (spaces ? seam == SEAM_SPACE : seam == SEAM_SMALL || seam == SEAM_COMMA);
}

int broken_join(struct work *work)
{
	enum { SHARE = 100, CODE_SHARE = 25, SPACES_SHARE = 2 };
	struct page *page = work->page;
	size_t n = page->block_count;
	struct seams seams = { 0 };
	struct join *joins = arena_calloc(&page->arena, n + 1, sizeof(*joins));
	if (!joins || !read_seams(work, &seams))
		return page_full(page);
	if (seams.marks < BROKEN_MARKS || seams.marks * SHARE < n || seams.code * CODE_SHARE > n)
		return 0;
	/* Spaces at the ends of most lines say nothing. */
	size_t spaces = seams.count[SEAM_SPACE];
	bool told = spaces >= BROKEN_MARKS && spaces * SPACES_SHARE < n;
	for (size_t i = 0; i + 1 < n; i++)
		if (joins_on(work, &seams, i, told))
			joins[i].how = JOIN_SPACE;
	return dump_join(work, joins);
}
