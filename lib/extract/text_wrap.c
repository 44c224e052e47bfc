/* Lines that end where the next word had no room. */
#include "extract/text_dump.h"
#include "util/scan.h"
#include "util/utf8.h"

/* One line and the one below it. */
struct edge {
	uint16_t from, body, to; /* columns: where it begins, its text behind a bullet, its end */
	uint16_t first;		 /* of its first word */
	bool bullet;
	bool below;   /* the next line stands right below it, and may go on with it */
	bool goes_on; /* and does: as far as a sentence shows */
};

enum {
	INDENT_MOST = 2000,
	/* A line of more can't be full at any width that is looked for. */
	COLUMNS_MOST = 256,
};
_Static_assert(COLUMNS_MOST *(100 - WRAP_RAGGED) >= WRAP_COLUMNS_MAX * 100, "what is left uncounted is too long");

static unsigned columns_of(uint32_t c)
{
	if (c < 0x300)
		return c != 0xAD;
	if (c <= 0x36F || (c >= 0x591 && c <= 0x5C7) || (c >= 0x610 && c <= 0x61A) || (c >= 0x64B && c <= 0x65F) ||
		(c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069))
		return 0;
	return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
			       (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
			       (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6)
		       ? 2
		       : 1;
}

/* Of the first word, or of the first character where words have no spaces; *@ret_all of all. */
static unsigned columns(struct view text, unsigned *ret_all)
{
	unsigned all = 0, first = 0;
	text.n = text.n < COLUMNS_MOST || !scan_is_ascii(text.p, COLUMNS_MOST) ? text.n : COLUMNS_MOST;
	if (scan_is_ascii(text.p, text.n)) {
		*ret_all = (unsigned)text.n;
		return (unsigned)view_find_byte(text, ' ');
	}
	for (size_t at = 0; at < text.n && all < COLUMNS_MOST;) {
		uint32_t c = utf8_next(text, &at);
		unsigned wide = columns_of(c);
		if (!first && (c == ' ' || dump_is_unspaced(c)))
			first = all ? all : wide;
		all += wide;
	}
	*ret_all = all;
	return first ? first : all;
}

static void read_edge(const struct work *work, const struct block *block, struct edge *ret)
{
	size_t from = dump_indent(work, block), bullet = dump_bullet(block->text);
	unsigned all;
	from = from < INDENT_MOST ? from : INDENT_MOST;
	*ret = (struct edge){ .from = (uint16_t)from, .bullet = bullet != 0 };
	ret->first = (uint16_t)columns(block->text, &all);
	ret->to = (uint16_t)(from + all);
	ret->body = (uint16_t)(from + bullet);
}

/* A quotation's mark in letters and Markdown, on each of its lines: its bytes. */
static size_t quote_bytes(struct view text)
{
	return text.n > 2 && text.p[0] == '>' && text.p[1] == ' ' ? 2 : 0;
}

/* An address, a line of a program. */
static bool stands_alone(struct view text)
{
	return strchr("{};>=", text.p[text.n - 1]) ||
	       (view_starts(text, VIEW("http")) && view_find_byte(text, ' ') == text.n);
}

static bool may_go_on(const struct work *work, const struct block *block, const struct block *next,
	const struct edge *edge, const struct edge *below)
{
	size_t quote = quote_bytes(block->text);
	if ((next->gap && !dump_begins_page(work, next)) || below->bullet || quote != quote_bytes(next->text) ||
		block->text.p[block->text.n - 1] == '\\' || stands_alone(block->text) || stands_alone(next->text))
		return false;
	/* Deeper: a new paragraph, unless it hangs behind a bullet. Less deep: the first line of a paragraph was. */
	return edge->bullet ? below->from == edge->body || below->from == edge->from : below->from <= edge->from + 1u;
}

/* In the middle of a sentence. */
static bool goes_on(struct view text, struct view next)
{
	size_t at = 0;
	uint32_t c = utf8_next(next, &at);
	return !dump_ends_sentence(text) && (dump_is_small(next) || (c >= 0x590 && c < 0x2000) || c >= 0x3040);
}

static int read_edges(struct work *work, struct edge **ret_edges)
{
	const struct page *page = work->page;
	struct edge *edges = arena_calloc(&work->page->arena, page->block_count + 1, sizeof(*edges));
	if (!edges)
		return page_full(work->page);
	for (size_t i = dump_next(work, 0), before = SIZE_MAX; i < page->block_count; i = dump_next(work, i + 1)) {
		read_edge(work, &page->blocks[i], &edges[i]);
		if (before != SIZE_MAX) {
			const struct block *above = &page->blocks[before], *here = &page->blocks[i];
			edges[before].below = may_go_on(work, above, here, &edges[before], &edges[i]);
			edges[before].goes_on = edges[before].below && goes_on(above->text, here->text);
		}
		before = i;
	}
	*ret_edges = edges;
	return 0;
}

/* The widths at which a line could have been full and its next word without room. */
struct room {
	unsigned least, most;
};

static struct room room_of(const struct edge *edge, const struct edge *below, unsigned percent)
{
	return (struct room){ edge->to * (100 - percent) / 100, (edge->to + below->first) * (100 + percent) / 100 };
}

struct fit {
	unsigned width, percent; /* 0: none */
};

/* The width that most pairs have. */
static struct fit best_width(
	const struct work *work, const struct edge *edges, unsigned ragged, unsigned least, unsigned share)
{
	int32_t changes[WRAP_COLUMNS_MAX + 2] = { 0 };
	int32_t count = 0, best = 0;
	unsigned width = 0, pairs = 0;
	for (size_t i = dump_next(work, 0), next; i < work->page->block_count; i = next) {
		next = dump_next(work, i + 1);
		if (!edges[i].goes_on || edges[i].to < WRAP_COLUMNS_MIN)
			continue;
		struct room room = room_of(&edges[i], &edges[next], ragged);
		pairs++;
		changes[room.least < WRAP_COLUMNS_MAX ? room.least : WRAP_COLUMNS_MAX]++;
		changes[room.most < WRAP_COLUMNS_MAX ? room.most + 1 : WRAP_COLUMNS_MAX]--;
	}
	for (unsigned i = 0; i < WRAP_COLUMNS_MAX; i++) {
		count += changes[i];
		if (count > best) {
			best = count;
			width = i;
		}
	}
	bool found = (unsigned)best >= least && (unsigned)best * 100 >= pairs * share;
	return (struct fit){ found ? width : 0, ragged };
}

/* A letter, a hyphen, and a small letter below. */
static bool is_parted(struct view text, struct view next)
{
	return text.n > 2 && text.p[text.n - 1] == '-' &&
	       (ascii_is_alpha(text.p[text.n - 2]) || (unsigned char)text.p[text.n - 2] >= 0x80) && dump_is_small(next);
}

static bool is_full(const struct fit *fit, const struct edge *edge, const struct edge *below)
{
	struct room room = room_of(edge, below, fit->percent);
	return edge->below && room.least <= fit->width && fit->width <= room.most;
}

/* What is full goes on below. */
static int join_full(struct work *work, const struct edge *edges, const struct fit *fit, bool *ret_joined)
{
	enum { PARTED_LEAST = 3, PARTED_SHARE = 25 };
	struct page *page = work->page;
	struct join *joins = arena_calloc(&page->arena, page->block_count + 1, sizeof(*joins));
	size_t count = 0, parted = 0, bytes = 0, all = 0;
	if (!joins)
		return page_full(page);
	for (size_t i = dump_next(work, 0), next; i < page->block_count; i = next) {
		next = dump_next(work, i + 1);
		all += page->blocks[i].text.n;
		if (next == page->block_count || !is_full(fit, &edges[i], &edges[next]))
			continue;
		struct view text = page->blocks[i].text, below = page->blocks[next].text;
		joins[i] = (struct join){ JOIN_SPACE, (uint8_t)quote_bytes(below) };
		count++;
		bytes += text.n;
		if (is_parted(text, below)) {
			joins[i].how = JOIN_HYPHEN;
			parted++;
		}
	}
	if (bytes * 100 < all * (fit->percent ? WRAP_BYTES_RAGGED : WRAP_BYTES_PERCENT))
		return 0;
	/* Single hyphens are those of words that have one. */
	bool whole = parted >= PARTED_LEAST && parted * PARTED_SHARE >= count;
	for (size_t i = 0; i < page->block_count && !whole; i++)
		if (joins[i].how == JOIN_HYPHEN)
			joins[i].how = JOIN_TIGHT;
	*ret_joined = count > 0;
	return dump_join(work, joins);
}

/* Before columns are counted: lines that may be full, end in no full stop and go on with a small letter. */
static bool may_be_wrapped(const struct work *work)
{
	enum { BYTES_MIN = 30, BYTES_MAX = 500, SHARE = 10 };
	const struct page *page = work->page;
	size_t all = 0, bytes = 0, pairs = 0, before = 0;
	for (size_t i = 0; i < page->block_count; i++) {
		const struct block *block = &page->blocks[i];
		unsigned char c = (unsigned char)block->text.p[0];
		if (block->cut)
			continue;
		bool small = (c >= 'a' && c <= 'z') || (c >= 0x80 && c != 0xE2);
		if (before >= BYTES_MIN && before <= BYTES_MAX && small && !block->gap) {
			pairs++;
			bytes += before;
		}
		all += block->text.n;
		c = (unsigned char)block->text.p[block->text.n - 1];
		before = c == '.' || c == '!' || c == '?' || c == ':' ? 0 : block->text.n;
	}
	return pairs >= WRAP_PAIRS && bytes * SHARE >= all;
}

int wrap_join(struct work *work, bool *ret_wrapped)
{
	struct edge *edges = NULL;
	if (!may_be_wrapped(work))
		return 0;
	int result = read_edges(work, &edges);
	if (result)
		return result;
	struct fit fit = best_width(work, edges, 0, WRAP_PAIRS, WRAP_PERCENT);
	if (!fit.width)
		fit = best_width(work, edges, WRAP_RAGGED, WRAP_PAIRS_RAGGED, WRAP_PERCENT_RAGGED);
	return fit.width ? join_full(work, edges, &fit, ret_wrapped) : 0;
}
