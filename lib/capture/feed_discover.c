#include "capture/feed.h"

#include "util/utf8.h"

/* Attributes of a <link> tag, as the HTML Standard's tokenizer would cut them (13.2.5.32 to 13.2.5.39), read only as
 * far as feeds need it. */
struct attribute {
	struct view name, value;
};

static bool is_name_end(char c)
{
	return ascii_is_space(c) || c == '=' || c == '>' || c == '/';
}

/* Cuts the next attribute off @tag, which ends before its ">". The first byte of a name may be any, or it would never
 * end: "<link a=b=\"> >\">". */
static bool next_attribute(struct view *tag, struct attribute *ret)
{
	size_t i = 0, n;
	while (i < tag->n && (ascii_is_space(tag->p[i]) || tag->p[i] == '/'))
		i++;
	*tag = view_from(*tag, i);
	if (tag->n == 0)
		return false;
	for (n = 1; n < tag->n && !is_name_end(tag->p[n]); n++)
		;
	ret->name = view_first(*tag, n);
	ret->value = VIEW_NONE;
	*tag = view_from(*tag, n);
	for (i = 0; i < tag->n && ascii_is_space(tag->p[i]); i++)
		;
	if (i == tag->n || tag->p[i] != '=')
		return true;
	for (i++; i < tag->n && ascii_is_space(tag->p[i]); i++)
		;
	*tag = view_from(*tag, i);
	char quote = tag->n ? tag->p[0] : 0;
	if (quote == '"' || quote == '\'') {
		*tag = view_from(*tag, 1);
		n = view_find_byte(*tag, quote);
		ret->value = view_first(*tag, n);
		*tag = view_from(*tag, n + 1);
	} else {
		for (n = 0; n < tag->n && !ascii_is_space(tag->p[n]); n++)
			;
		ret->value = view_first(*tag, n);
		*tag = view_from(*tag, n);
	}
	return true;
}

/* Bytes of a tag from behind its name to its ">", which quotes may hold too. */
static size_t tag_size(struct view v)
{
	char quote = 0;
	for (size_t i = 0; i < v.n; i++) {
		if (quote ? v.p[i] == quote : (v.p[i] == '"' || v.p[i] == '\'') && i && v.p[i - 1] == '=')
			quote = quote ? 0 : v.p[i];
		else if (!quote && v.p[i] == '>')
			return i;
	}
	return v.n;
}

/* URLs carry ampersands; nothing else of HTML's character references is of use in one. */
static struct view without_references(struct view v, char *room, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < v.n && n < size; i++) {
		struct view rest = view_from(v, i);
		room[n++] = v.p[i];
		if (view_starts(rest, VIEW("&amp;")))
			i += 4;
		else if (view_starts(rest, VIEW("&#38;")))
			i += 4;
		else if (view_starts_nocase(rest, VIEW("&#x26;")))
			i += 5;
	}
	return view_make(room, n);
}

static bool has_word(struct view list, struct view word)
{
	struct view token;
	while (view_next_token(&list, ' ', &token))
		if (view_eq_nocase(view_trim(token), word))
			return true;
	return false;
}

static bool feed_type(struct view type)
{
	static const char *const types[] = { "application/rss+xml", "application/atom+xml", "application/feed+json",
		"application/rdf+xml" };
	type = view_trim(view_first(type, view_find_byte(type, ';')));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (view_eq_nocase(type, view_of(types[i])))
			return true;
	return false;
}

struct view feed_discover(struct view html, char *room, size_t size)
{
	for (size_t at; (at = view_find_byte(html, '<')) < html.n;) {
		html = view_from(html, at);
		if (view_starts(html, VIEW("<!--"))) {
			html = view_from(html, 4 + view_find(view_from(html, 4), VIEW("-->")));
			continue;
		}
		if (!view_starts_nocase(html, VIEW("<link")) || html.n < 6 || !ascii_is_space(html.p[5])) {
			html = view_from(html, 1);
			continue;
		}
		html = view_from(html, 5);
		struct view tag = view_first(html, tag_size(html)), rel = VIEW_NONE, type = VIEW_NONE, href = VIEW_NONE;
		struct attribute a;
		while (next_attribute(&tag, &a)) {
			if (view_eq_nocase(a.name, VIEW("rel")))
				rel = a.value;
			else if (view_eq_nocase(a.name, VIEW("type")))
				type = a.value;
			else if (view_eq_nocase(a.name, VIEW("href")))
				href = view_trim(a.value);
		}
		if (href.n && has_word(rel, VIEW("alternate")) && feed_type(type) && utf8_is_valid(href))
			return without_references(href, room, size);
	}
	return VIEW_NONE;
}
