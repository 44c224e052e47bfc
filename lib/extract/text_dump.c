#include "extract/text_dump.h"

#include "util/utf8.h"

bool dump_cuts(const struct work *work, enum rule_detector detector)
{
	const struct rule *rule = work->rules->detectors[detector];
	return rule && !rule->off;
}

void dump_cut(struct work *work, struct block *block, enum rule_detector detector)
{
	const struct rule *rule = work->rules->detectors[detector];
	if (!dump_cuts(work, detector))
		return;
	work->dumped++;
	block->cut = true;
	block->reason = rule->id;
	block->cut_kind = rule->kind;
}

size_t dump_indent(const struct work *work, const struct block *block)
{
	size_t at = work->as_written ? 0 : (size_t)(block->text.p - work->map.text.p), n = 0;
	for (; n < at && (block->text.p[-1 - (ptrdiff_t)n] == ' ' || block->text.p[-1 - (ptrdiff_t)n] == '\t'); n++)
		;
	return n;
}

size_t dump_bullet(struct view text)
{
	size_t at = 0;
	uint32_t c = text.n ? utf8_next(text, &at) : 0;
	if (ascii_is_digit((char)c) && c < 0x80) {
		while (at < text.n && ascii_is_digit(text.p[at]))
			at++;
		at += at < text.n && (text.p[at] == '.' || text.p[at] == ')');
		if (at > 4 || ascii_is_digit(text.p[at - 1]))
			return 0;
	} else if (c != '*' && c != '+' && c != '-' && c != '#' && c != 0x2022 && c != 0xB7 && c != 0x2013 &&
		   c != 0x25CF && c != 0x25AA && c != 0x25E6) {
		return 0;
	}
	if (at >= text.n || text.p[at] != ' ')
		return 0;
	while (at < text.n && text.p[at] == ' ')
		at++;
	return at;
}

/* Han, kana, their marks; Thai, Lao, Burmese, Khmer: written without spaces. */
bool dump_is_unspaced(uint32_t c)
{
	return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFFEF) ||
	       (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF);
}

static bool is_closing(uint32_t c)
{
	static const uint32_t marks[] = { ',', '.', ';', ':', '!', '?', ')', ']', 0xBB, 0x201D, 0x2026, 0x60C, 0x61B,
		0x61F, 0x964, 0x6D4 };
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (marks[i] == c)
			return true;
	return false;
}

/* Bytes that @text has in front of the next one. A hyphen that parts a word goes. */
static size_t head_bytes(struct view text, enum join_how how)
{
	size_t end = text.n;
	uint32_t last = utf8_prev(text, &end);
	return last == 0xAD || how == JOIN_HYPHEN ? end : text.n;
}

static bool has_space(struct view text, struct view next, enum join_how how)
{
	size_t end = text.n, at = 0;
	uint32_t last = utf8_prev(text, &end), start = utf8_next(next, &at);
	bool parted = last == 0xAD || (last == '-' && end && text.p[end - 1] != ' ');
	return how == JOIN_SPACE && !parted && last != '(' && last != '[' && !is_closing(start) &&
	       !(dump_is_unspaced(last) || dump_is_unspaced(start));
}

bool dump_begins_page(const struct work *work, const struct block *block)
{
	const char *p = work->map.text.p;
	size_t at = work->as_written ? 0 : (size_t)(block->text.p - p);
	while (at && ascii_is_space(p[at - 1]))
		if (p[--at] == '\f')
			return true;
	return false;
}

size_t dump_next(const struct work *work, size_t at)
{
	while (at < work->page->block_count && work->page->blocks[at].cut)
		at++;
	return at;
}

bool dump_ends_sentence(struct view text)
{
	struct line line;
	line_set(&line, text, text, 1, 0);
	return (line.flags & LINE_SENTENCE) != 0;
}

bool dump_is_small(struct view text)
{
	size_t at = 0;
	uint32_t c = text.n ? utf8_next(text, &at) : 0;
	return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7) || (c >= 0x3AC && c <= 0x3CE) ||
	       (c >= 0x430 && c <= 0x45F) || (c >= 0x561 && c <= 0x586);
}

static size_t copy_part(char *out, size_t n, struct view text, struct view next, enum join_how how)
{
	size_t bytes = next.n ? head_bytes(text, how) : text.n;
	memcpy(out + n, text.p, bytes);
	n += bytes;
	if (next.n && has_space(text, next, how))
		out[n++] = ' ';
	return n;
}

/* The run that begins at @from -> its text. False: no memory. */
static bool join_run(struct work *work, const struct join *joins, size_t from, struct view *ret_text, size_t *ret_end)
{
	const struct block *blocks = work->page->blocks;
	size_t size = blocks[from].text.n, last = from, n = 0;
	while (joins[last].how != JOIN_NOT) {
		last = dump_next(work, last + 1);
		size += blocks[last].text.n + 1;
	}
	*ret_end = last + 1;
	if (last == from)
		return true;
	char *out = arena_alloc(&work->page->arena, size);
	struct view text = blocks[from].text;
	for (size_t i = from; out && i <= last;) {
		size_t then = joins[i].how == JOIN_NOT ? last + 1 : dump_next(work, i + 1);
		struct view next = then <= last ? view_from(blocks[then].text, joins[i].skip) : VIEW_NONE;
		n = copy_part(out, n, text, next, joins[i].how);
		text = next;
		i = then;
	}
	*ret_text = view_make(out, n);
	return out != NULL;
}

int dump_join(struct work *work, const struct join *joins)
{
	struct page *page = work->page;
	size_t kept = 0;
	for (size_t i = 0, end; i < page->block_count; i = end) {
		struct block block = page->blocks[i];
		end = i + 1;
		if (!block.cut && !join_run(work, joins, i, &block.text, &end))
			return page_full(page);
		page->blocks[kept++] = block;
		for (size_t k = i + 1; k < end; k++)
			if (page->blocks[k].cut)
				page->blocks[kept++] = page->blocks[k];
	}
	work->dumped += page->block_count > kept;
	page->block_count = kept;
	return 0;
}

/* ---- what there may be ---------------------------------------------------------------------------------- */

/* Counts of 16 bits each, the last one of 15: more lines than that are miscounted, in every run alike. */
enum { SIGHT_BITS = 16 };

#define SMALL		((uint64_t)1)
#define STOP		((uint64_t)1 << SIGHT_BITS)
#define CLOSED		((uint64_t)1 << 2 * SIGHT_BITS)
#define MARK		((uint64_t)1 << 3 * SIGHT_BITS)
#define ADDRESS		((uint64_t)1 << 63)
#define IS(c, from, to) ((c) >= (from) && (c) <= (to))
/* Small letters, letters of other scripts; what ends a phrase; Markdown's marks. An address that ends in a digit. */
#define FIRST(c)                                                                                                       \
	((IS(c, 'a', 'z') || (IS(c, 0xC4, 0xEE) && (c) != 0xE2) ? SMALL : 0) +                                         \
		((c) == ',' || (c) == '.' || (c) == 0xE3 || (c) == 0xEF || (c) == 0xD8 ? STOP : 0) +                   \
		((c) == '[' || (c) == '!' || (c) == '#' || (c) == '*' || (c) == '-' ? MARK : 0) +                      \
		((c) == 'h' ? ADDRESS : 0))
#define LAST(c)	       ((c) == ')' ? CLOSED : IS(c, '0', '9') ? ADDRESS : 0)
#define FOUR(of, c)    of(c), of((c) + 1), of((c) + 2), of((c) + 3)
#define SIXTEEN(of, c) FOUR(of, c), FOUR(of, (c) + 4), FOUR(of, (c) + 8), FOUR(of, (c) + 12)
#define ALL(of, c)     SIXTEEN(of, c), SIXTEEN(of, (c) + 16), SIXTEEN(of, (c) + 32), SIXTEEN(of, (c) + 48)

const uint64_t dump_first[256] = { ALL(FIRST, 0), ALL(FIRST, 64), ALL(FIRST, 128), ALL(FIRST, 192) };
const uint64_t dump_last[256] = { ALL(LAST, 0), ALL(LAST, 64), ALL(LAST, 128), ALL(LAST, 192) };

static size_t count_of(uint64_t sights, uint64_t one)
{
	return sights / one & (((uint64_t)1 << SIGHT_BITS) - 1);
}

/* What there may be. */
enum { MAY_WRAP = 1, MAY_BREAK = 2, MAY_MARK = 4, MAY_PAGE = 8 };

static unsigned dump_may_be(const struct work *work)
{
	enum { SMALL_SHARE = 20 };
	uint64_t sights = work->sights;
	size_t lines = work->as_written ? work->live_count : work->page->block_count, small = count_of(sights, SMALL);
	return (small >= WRAP_PAIRS && small * SMALL_SHARE >= lines ? MAY_WRAP : 0u) |
	       (count_of(sights, STOP) >= BROKEN_MARKS ? MAY_BREAK : 0u) |
	       (count_of(sights, CLOSED) >= MARKUP_LINKS && count_of(sights, MARK) >= MARKUP_LINKS ? MAY_MARK : 0u) |
	       (work->addresses >> 63 || (work->map.others && !work->as_written) ? MAY_PAGE : 0u);
}

bool dump_is_asked(struct work *work)
{
	work->as_written = true;
	return links_may_be(work) || dump_may_be(work);
}

static void look_again(struct work *work)
{
	work->sights = work->addresses = 0;
	for (size_t i = 0; i < work->page->block_count; i++)
		if (!work->page->blocks[i].cut)
			dump_see(work, work->page->blocks[i].text);
}

int dump_read(struct work *work)
{
	bool wrapped = false;
	unsigned last_link = 0;
	int result = 0;
	if (work->as_written)
		look_again(work);
	unsigned may = dump_may_be(work);
	links_drop(work, &last_link);
	if (may & MAY_PAGE)
		result = pages_drop(work);
	if (result == 0 && may & MAY_WRAP)
		result = wrap_join(work, &wrapped);
	if (result == 0 && may & MAY_BREAK && !wrapped)
		result = broken_join(work);
	if (result == 0)
		result = links_unmark(work, last_link);
	if (result == 0 && may & MAY_MARK)
		result = markup_drop(work);
	return result;
}
