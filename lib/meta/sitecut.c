#include "meta/decide.h"
#include "meta/fold.h"
#include "normalise/normalise.h"
#include "util/utf8.h"

/* One holds the other and is not much longer: "The Daily News Online" and "dailynews", but not a headline that
 * speaks of the Daily News. */
static bool alike(struct view segment, struct view name)
{
	if (segment.n > name.n + name.n / 2 + 6)
		return false;
	return view_find(segment, name) < segment.n || view_find(name, segment) < name.n;
}

/* Labels of the host without "www" and the public suffix: "news.example.co.uk" -> "news", "example". */
static bool host_says(struct view host, struct view squeezed)
{
	struct view label;
	bool found = false;
	char whole[256];
	size_t n = fold_squeeze(host, whole, sizeof(whole));
	if (squeezed.n >= 4 && view_eq(view_make(whole, n), squeezed))
		return true;
	while (!found && view_next_token(&host, '.', &label)) {
		char text[64];
		struct view s = { text, fold_squeeze(label, text, sizeof(text)) };
		if (host.n == 0 || s.n < 2 || view_eq(s, VIEW("www")))
			continue;
		found = view_eq(s, squeezed) ||
			(s.n >= 4 && squeezed.n >= 4 &&
				(view_find(squeezed, s) < squeezed.n || view_find(s, squeezed) < s.n));
	}
	return found;
}

bool decide_is_site(const struct decide *d, struct view segment)
{
	char text[256], other[256];
	struct view s = { text, fold_squeeze(segment, text, sizeof(text)) };
	if (s.n < 2)
		return true;
	if (utf8_count(segment) > 60)
		return false;
	for (size_t i = 0; i < d->site_count; i++) {
		struct view o = { other, fold_squeeze(d->sites[i], other, sizeof(other)) };
		if (view_eq(s, o) || (o.n >= 4 && s.n >= 4 && alike(s, o)))
			return true;
	}
	return host_says(url_host(d->page->capture.url), s);
}

static bool is_site_exactly(const struct decide *d, struct view segment)
{
	for (size_t i = 0; i < d->site_count; i++)
		if (title_same(segment, d->sites[i]))
			return true;
	return false;
}

size_t title_separator(struct view v, size_t at)
{
	/* Most letters begin none. */
	static const struct view spaced[] = { { " | ", 3 }, { " - ", 3 }, { " \xE2\x80\x93 ", 5 },
		{ " \xE2\x80\x94 ", 5 }, { " \xC2\xB7 ", 4 }, { " \xE2\x80\xA2 ", 5 }, { " \xC2\xBB ", 4 },
		{ " \xC2\xAB ", 4 }, { " :: ", 4 }, { " / ", 3 }, { " > ", 3 }, { " < ", 3 }, { " \xE2\x80\xBA ", 5 },
		{ " : ", 3 }, { " // ", 4 }, { " ~ ", 3 }, { " \xE2\x88\x92 ", 5 }, { " \xE2\x94\x82 ", 5 } };
	struct view rest = view_from(v, at);
	switch (rest.n ? rest.p[0] : 0) {
	case ' ':
		if (rest.n > 1 && (ascii_is_alpha(rest.p[1]) || ascii_is_digit(rest.p[1])))
			return 0;
		for (size_t i = 0; i < sizeof(spaced) / sizeof(spaced[0]); i++)
			if (view_starts(rest, spaced[i]))
				return spaced[i].n;
		return 0;
	case '_':
	case '|': return 1;
	case ':':
	case '-': return rest.n > 1 && rest.p[1] == ' ' ? 2 : 0;
	case '\xEF': return view_starts(rest, VIEW("\xEF\xBD\x9C")) ? 3 : 0;
	default: return 0;
	}
}

struct view title_cut(const struct decide *d, struct view title)
{
	for (int rounds = 0; rounds < 6; rounds++) {
		size_t last = SIZE_MAX, behind = 0, front = SIZE_MAX, front_n = 0;
		for (size_t at = 1; at < title.n; at++) {
			size_t n = title_separator(title, at);
			if (n == 0)
				continue;
			if (front == SIZE_MAX) {
				front = at;
				front_n = n;
			}
			last = at;
			behind = at + n;
			at += n - 1;
		}
		if (last == SIZE_MAX)
			break;
		struct view tail = view_trim(view_from(title, behind)), head = view_trim(view_first(title, front));
		/* A colon belongs to headlines: only the site's exact name is cut at one. */
		bool colon = title.p[front] == ':';
		if (decide_is_site(d, tail) && title.p[last] != ':' && view_trim(view_first(title, last)).n > 1)
			title = view_trim(view_first(title, last));
		else if ((colon ? is_site_exactly(d, head) : decide_is_site(d, head)) &&
			 view_trim(view_from(title, front + front_n)).n > 1)
			title = view_trim(view_from(title, front + front_n));
		else
			break;
	}
	return title;
}
