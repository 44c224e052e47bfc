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

static bool host_says(const struct site_words *words, struct view squeezed)
{
	if (squeezed.n >= 4 && view_eq(words->host, squeezed))
		return true;
	for (size_t i = 0; i < words->label_count; i++) {
		struct view s = words->labels[i];
		if (view_eq(s, squeezed) ||
			(s.n >= 4 && squeezed.n >= 4 &&
				(view_find(squeezed, s) < squeezed.n || view_find(s, squeezed) < s.n)))
			return true;
	}
	return false;
}

enum { NAME_BYTES = 256, LABEL_BYTES = 64 };

static bool squeeze(struct decide *d, struct view text, size_t cap, struct view *ret)
{
	char out[NAME_BYTES];
	size_t n = fold_squeeze(text, out, cap);
	*ret = view_make(arena_strndup(&d->page->arena, out, n), n);
	return ret->p != NULL;
}

/* "www.news.example.co.uk" -> "news", "example", "co" */
static bool read_labels(struct decide *d, struct view host)
{
	struct site_words *words = &d->site_words;
	struct view label;
	while (words->label_count < DECIDE_LABELS && view_next_token(&host, '.', &label)) {
		struct view *s = &words->labels[words->label_count];
		if (!squeeze(d, label, LABEL_BYTES, s))
			return false;
		words->label_count += host.n > 0 && s->n >= 2 && !view_eq(*s, VIEW("www"));
	}
	return true;
}

int decide_site_words(struct decide *d)
{
	struct view host = url_host(page_address(d->page));
	bool done = squeeze(d, host, NAME_BYTES, &d->site_words.host) && read_labels(d, host);
	for (size_t i = 0; done && i < d->site_count; i++)
		done = squeeze(d, d->sites[i], NAME_BYTES, &d->site_words.names[i]);
	return done ? 0 : page_full(d->page);
}

bool decide_is_site(const struct decide *d, struct view segment)
{
	char text[NAME_BYTES];
	struct view s = { text, fold_squeeze(segment, text, sizeof(text)) };
	if (s.n < 2)
		return true;
	if (utf8_count(segment) > 60)
		return false;
	for (size_t i = 0; i < d->site_count; i++) {
		struct view o = d->site_words.names[i];
		if (view_eq(s, o) || (o.n >= 4 && s.n >= 4 && alike(s, o)))
			return true;
	}
	return host_says(&d->site_words, s);
}

static bool is_site_exactly(const struct decide *d, struct view segment)
{
	for (size_t i = 0; i < d->site_count; i++)
		if (title_same(segment, d->sites[i]))
			return true;
	return false;
}

static bool is_gap(struct view v, size_t at)
{
	return at >= v.n || v.p[at] == ' ';
}

/* One of the two underscores of "to _u_" or "_a word or two_ at sea": no separator. */
static bool is_emphasis(struct view v, size_t at)
{
	bool opens = (at == 0 || is_gap(v, at - 1)) && !is_gap(v, at + 1);
	size_t from = at, to = at;
	if (opens) {
		to = at + 1 + view_find_byte(view_from(v, at + 1), '_');
	} else {
		while (from > 0 && v.p[from - 1] != '_')
			from--;
		if (from == 0)
			return false;
		from--;
	}
	return to < v.n && to > from + 1 && (from == 0 || is_gap(v, from - 1)) && !is_gap(v, from + 1) &&
	       !is_gap(v, to - 1) && is_gap(v, to + 1);
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
	case '_': return is_emphasis(v, at) ? 0 : 1;
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
