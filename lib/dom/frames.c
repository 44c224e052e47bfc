#include "dom/frames.h"

bool frames_are_all(const struct dom *dom)
{
	return dom->body == 0 && dom->count > 1;
}

/* Bytes of the tag that begins at @v, 0: it is of no frame. */
static size_t frame_tag(struct view v, bool *ret_noframes)
{
	static const struct view names[] = { VIEW("noframes"), VIEW("frameset"), VIEW("frame") };
	struct view name = view_from(v, v.n > 1 && v.p[1] == '/' ? 2 : 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char after = name.n > names[i].n ? name.p[names[i].n] : '>';
		if (!view_starts_nocase(name, names[i]) || !(ascii_is_space(after) || after == '>' || after == '/'))
			continue;
		*ret_noframes |= i == 0;
		size_t end = view_find_byte(v, '>');
		return end < v.n ? end + 1 : v.n;
	}
	return 0;
}

struct view frames_opened(struct page *page)
{
	const struct view in = page->utf8;
	char *out = arena_alloc(&page->arena, in.n + 1);
	size_t n = 0;
	bool noframes = false;
	for (size_t at = 0; out && at < in.n;) {
		size_t tag = in.p[at] == '<' ? frame_tag(view_from(in, at), &noframes) : 0;
		size_t more = tag ? 0 : 1 + view_find_byte(view_from(in, at + 1), '<');
		memcpy(out + n, in.p + at, more);
		n += more;
		at += tag + more;
	}
	return noframes ? view_make(out, n) : VIEW_NONE;
}
