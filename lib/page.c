#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include "util/utf8.h"

/* Bytes that are no letter become @mark and two hex digits; beyond ASCII, letters begin at @letters. */
static struct view escape(struct page *page, struct view v, struct view mark, uint32_t letters)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(&page->arena, (mark.n + 2) * v.n + 1);
	if (!out)
		return VIEW_NONE;
	size_t n = 0;
	for (size_t at = 0; at < v.n;) {
		size_t from = at;
		uint32_t cp = utf8_next(v, &at);
		if (cp != UTF8_BAD && cp >= ' ' && (cp < 0x7F || cp >= letters)) {
			memcpy(out + n, v.p + from, at - from);
			n += at - from;
			continue;
		}
		for (; from < at; from++) {
			unsigned char c = (unsigned char)v.p[from];
			memcpy(out + n, mark.p, mark.n);
			n += mark.n;
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		}
	}
	out[n] = 0;
	return view_make(out, n);
}

/* Words may quote the input, be cut in a letter, or end their line, as those of libraries do. */
static const char *clean(struct page *page, struct view words)
{
	while (words.n && words.p[words.n - 1] == '\n')
		words.n--;
	return escape(page, words, VIEW("\\x"), 0xA0).p;
}

int page_drop(struct page *page, int reason, const char *format, ...)
{
	char words[512];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	page->reason = reason;
	page->detail = clean(page, view_of(words));
	return reason;
}

void page_note(struct page *page, const char *format, ...)
{
	char words[512];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	size_t n = page->document.error_count;
	const char **grown = arena_grow(&page->arena, page->errors, n * sizeof(*grown), (n + 1) * sizeof(*grown));
	const char *copy = clean(page, view_of(words));
	if (!grown || !copy)
		return;
	grown[n] = copy;
	page->errors = grown;
	page->document.errors = grown;
	page->document.error_count = n + 1;
}

int page_full(struct page *page)
{
	return page_drop(page, GARNER_TOO_COMPLEX, "needs more than %zu bytes of memory", page->arena.limit);
}

const char *page_str(struct page *page, struct view v)
{
	return v.n ? arena_strdup_view(&page->arena, v) : NULL;
}

static bool is_clean(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7F)
			return false;
	return utf8_is_valid(v);
}

struct view page_keep(struct page *page, struct view v, size_t max)
{
	v = view_first(v, max);
	if (is_clean(v))
		return view_of(page_str(page, v));
	return escape(page, v, VIEW("%"), 0x80);
}

void page_again(struct page *page)
{
	*page = (struct page){ .arena = page->arena, .options = page->options, .capture = page->capture };
	page->document.n = page->document.dup_of = page->document.near.n = GARNER_NO_NUMBER;
	page->document.revision_of = page->document.src.offset = page->document.src.length = GARNER_NO_NUMBER;
	page->document.store.offset = page->document.store.length = GARNER_NO_NUMBER;
}

void page_reset(struct page *page)
{
	arena_reset(&page->arena);
	page->capture =
		(struct capture){ .fetched = GARNER_NO_NUMBER, .offset = GARNER_NO_NUMBER, .length = GARNER_NO_NUMBER };
	page_again(page);
}
