#include "extract/fallback.h"

#include "extract/state_text.h"
#include "meta/meta.h"
#include "util/limits.h"
#include "util/utf8.h"

enum {
	FEW_CHARS = 400,      /* a page that keeps more is believed */
	BODY_CHARS = 500,     /* a body of another source has at least so many */
	DECLARED_CHARS = 100, /* one that JSON-LD calls so, on a page without any */
	TIMES = 4,	      /* and so many times what was kept */
};

static size_t weight(struct view text)
{
	size_t n = utf8_count(text), spaces = 0;
	if (text.n <= 2 * n)
		return n;
	for (size_t i = 0; i < text.n; i++)
		spaces += text.p[i] == ' ';
	return spaces * 12 < n ? 3 * n : 2 * n; /* scripts of three bytes say more with a character, Han the most */
}

/* Counted no further than it is asked for. */
static size_t kept_weight(const struct page *page)
{
	size_t sum = 0;
	for (size_t i = 0; i < page->block_count && sum < FEW_CHARS; i++)
		if (!page->blocks[i].cut)
			sum += weight(page->blocks[i].text);
	return sum;
}

/* ---- markup inside strings ------------------------------------------------------------------ */

static bool is_paragraph_tag(struct view tag)
{
	static const struct view names[] = { VIEW("p"), VIEW("/p"), VIEW("br"), VIEW("div"), VIEW("/div"), VIEW("li"),
		VIEW("/li"), VIEW("h1"), VIEW("h2"), VIEW("h3"), VIEW("h4"), VIEW("/h2"), VIEW("/h3"),
		VIEW("blockquote"), VIEW("tr") };
	size_t n = 0;
	while (n < tag.n && tag.p[n] != ' ' && (n == 0 || tag.p[n] != '/'))
		n++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (view_eq_nocase(view_first(tag, n), names[i]))
			return true;
	return false;
}

static size_t reference(struct view v, char *out)
{
	static const struct {
		struct view name;
		const char *text;
	} names[] = { { VIEW("amp;"), "&" }, { VIEW("lt;"), "<" }, { VIEW("gt;"), ">" }, { VIEW("quot;"), "\"" },
		{ VIEW("apos;"), "'" }, { VIEW("nbsp;"), " " }, { VIEW("#39;"), "'" },
		{ VIEW("ldquo;"), "\xe2\x80\x9c" }, { VIEW("rdquo;"), "\xe2\x80\x9d" },
		{ VIEW("lsquo;"), "\xe2\x80\x98" }, { VIEW("rsquo;"), "\xe2\x80\x99" },
		{ VIEW("ndash;"), "\xe2\x80\x93" }, { VIEW("mdash;"), "\xe2\x80\x94" },
		{ VIEW("hellip;"), "\xe2\x80\xa6" } };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (view_starts(v, names[i].name)) {
			size_t n = strlen(names[i].text);
			memcpy(out, names[i].text, n);
			out[n] = 0;
			return names[i].name.n;
		}
	}
	return 0;
}

/* Tags out (those of paragraphs become line ends), the common references resolved. Never longer than @in. */
static struct view plain_text(struct page *page, struct view in)
{
	char *out = arena_alloc(&page->arena, in.n + 1), piece[8];
	size_t n = 0;
	if (!out)
		return VIEW_NONE;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		bool tag = c == '<' && i + 1 < in.n &&
			   (ascii_is_alpha(in.p[i + 1]) || in.p[i + 1] == '/' || in.p[i + 1] == '!');
		size_t end = tag ? view_find_byte(view_from(in, i), '>') : 0, used;
		if (tag && i + end < in.n) {
			if (is_paragraph_tag(view_make(in.p + i + 1, end - 1)))
				out[n++] = '\n';
			i += end;
		} else if (c == '&' && (used = reference(view_from(in, i + 1), piece))) {
			memcpy(out + n, piece, strlen(piece));
			n += strlen(piece);
			i += used;
		} else {
			out[n++] = c;
		}
	}
	return view_make(out, n);
}

static struct view squeeze(struct page *page, struct view line)
{
	char *out = arena_alloc(&page->arena, line.n + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < line.n; i++) {
		bool space = ascii_is_space(line.p[i]);
		if (!space || (n && out[n - 1] != ' '))
			out[n++] = space ? ' ' : line.p[i];
	}
	return view_trim(view_make(out, n));
}

/* The lines of @text stand behind all blocks of the page, which are cut. */
static int replace_body(struct page *page, struct view text, const char *from)
{
	struct view rest = text, line;
	size_t lines = 1, at = page->block_count;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	if (lines > LIMIT_BLOCKS)
		lines = LIMIT_BLOCKS;
	size_t count = page->block_count;
	struct block *blocks = arena_calloc(&page->arena, count + lines + 1, sizeof(*blocks));
	if (!blocks)
		return page_full(page);
	if (count)
		memcpy(blocks, page->blocks, count * sizeof(*blocks));
	for (size_t i = 0; i < count; i++) {
		if (!blocks[i].cut) {
			blocks[i].reason = "model: replaced";
			blocks[i].cut_kind = "replaced";
		}
		blocks[i].cut = true;
	}
	while (lines && view_next_line(&rest, &line)) {
		line = squeeze(page, line);
		if (!line.n)
			continue;
		blocks[at] = (struct block){
			.text = line, .kind = BLOCK_PARAGRAPH, .gap = true, .at = (uint32_t)at, .score = -1
		};
		at++;
		lines--;
	}
	page->blocks = blocks;
	page->block_count = at;
	page->document.text_from = from;
	return 0;
}

int fallback_body(struct page *page)
{
	size_t kept = kept_weight(page);
	if (kept >= FEW_CHARS)
		return 0;
	struct view body = page->evidence ? page->evidence->article_body : VIEW_NONE;
	const char *from = "json-ld";
	size_t least = kept ? BODY_CHARS : DECLARED_CHARS;
	if (weight(body) < least) {
		body = state_text(page);
		from = "state";
		least = BODY_CHARS;
	}
	if (!body.n)
		return 0;
	body = plain_text(page, body);
	if (!body.p)
		return page_full(page);
	size_t size = weight(body);
	return size < least || size < kept * TIMES ? 0 : replace_body(page, body, from);
}
