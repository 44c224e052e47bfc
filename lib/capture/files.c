/* One file, one page: plain text and HTML. */
#include "capture/source.h"

#include "util/limits.h"

static int open_file(struct source *source, struct error *error)
{
	(void)source;
	(void)error;
	return 0;
}

static void close_file(struct source *source)
{
	source->state = NULL;
}

static int next_file(struct source *source, struct page *page, struct view type)
{
	if (source->state)
		return SOURCE_END;
	source->state = source;
	struct view body = stream_look(source->stream, LIMIT_BODY_BYTES + 1);
	if (body.n > LIMIT_BODY_BYTES)
		return page_drop(page, GARNER_TOO_LARGE, "more than %d bytes", LIMIT_BODY_BYTES);
	if (source->stream->reason)
		return page_drop(page, source->stream->reason, "%s", source->stream->detail);
	char *copy = arena_strndup(&page->arena, body.p, body.n);
	if (!copy)
		return page_full(page);
	page->capture.body = view_make(copy, body.n);
	page->capture.content_type = type;
	return 0;
}

/* ---- HTML ---------------------------------------------------------------------------------- */

static struct view past_bom(struct view v)
{
	return view_starts(v, VIEW("\xEF\xBB\xBF")) ? view_from(v, 3) : v;
}

static struct view past_space(struct view v)
{
	while (v.n && ascii_is_space(v.p[0]))
		v = view_from(v, 1);
	return v;
}

/* Past comments and processing instructions: a prolog says nothing about what follows. */
static struct view past_prolog(struct view v)
{
	v = past_space(past_bom(v));
	while (view_starts(v, VIEW("<!--")) || view_starts(v, VIEW("<?"))) {
		struct view mark = v.p[1] == '?' ? VIEW("?>") : VIEW("-->");
		v = past_space(view_from(v, view_find(v, mark) + mark.n));
	}
	return v;
}

/* The tags by which the WHATWG MIME Sniffing standard (7.1) knows HTML, without its comment row. */
static bool starts_with_html_tag(struct view v)
{
	static const struct view tags[] = { VIEW("<!DOCTYPE HTML"), VIEW("<HTML"), VIEW("<HEAD"), VIEW("<SCRIPT"),
		VIEW("<IFRAME"), VIEW("<H1"), VIEW("<DIV"), VIEW("<FONT"), VIEW("<TABLE"), VIEW("<A"), VIEW("<STYLE"),
		VIEW("<TITLE"), VIEW("<B"), VIEW("<BODY"), VIEW("<BR"), VIEW("<P") };
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (view_starts_nocase(v, tags[i]) && v.n > tags[i].n &&
			(ascii_is_space(v.p[tags[i].n]) || v.p[tags[i].n] == '>'))
			return true;
	return false;
}

static bool name_ends(struct view name, struct view ending)
{
	return name.n > ending.n && view_eq_nocase(view_from(name, name.n - ending.n), ending);
}

static bool is_html_name(struct view name)
{
	return name_ends(name, VIEW(".html")) || name_ends(name, VIEW(".htm")) || name_ends(name, VIEW(".xhtml")) ||
	       name_ends(name, VIEW(".html.gz")) || name_ends(name, VIEW(".html.zst"));
}

static int html_bid(const struct source_probe *probe)
{
	int bid = starts_with_html_tag(past_prolog(probe->first)) ? 60 : 0;
	if (bid == 0 &&
		view_find_nocase(view_first(probe->first, 1024), VIEW("<html")) < view_first(probe->first, 1024).n)
		bid = 20;
	return bid + (is_html_name(probe->name) ? 30 : 0);
}

static int html_next(struct source *source, struct page *page)
{
	return next_file(source, page, VIEW("text/html"));
}

const struct source_ops source_html = { "html", false, html_bid, open_file, html_next, close_file };

/* ---- plain text ---------------------------------------------------------------------------- */

static int text_bid(const struct source_probe *probe)
{
	return name_ends(probe->name, VIEW(".txt")) || name_ends(probe->name, VIEW(".text")) ? 25 : 1;
}

static int text_next(struct source *source, struct page *page)
{
	return next_file(source, page, VIEW("text/plain"));
}

const struct source_ops source_text = { "text", false, text_bid, open_file, text_next, close_file };
