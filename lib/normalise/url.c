/* WHATWG URL Standard, 4.4, for the two schemes that pages have; then one spelling for identity. */
#include "normalise/normalise.h"

#include <errno.h>
#include <stdio.h>
#include "normalise/url_host.h"
#include "util/limits.h"
#include "util/sink.h"

/* A parsed URL. The host is in its one spelling; path, query and fragment are percent-encoded. */
struct url {
	bool secure;
	struct view host;
	int port; /* -1: the scheme's */
	struct view path, query, fragment;
	bool has_query, has_fragment;
};

enum spelling {
	SPELL_WHATWG,	 /* escapes stay as they are */
	SPELL_CANONICAL, /* RFC 3986, 6.2.2: upper-case escapes, none for unreserved characters */
};

/* Parameters that say where a reader came from and nothing about the page. A name that ends in '*' stands for
 * all that begin so; one with '=' for this value alone. */
static const char *const tracking[] = { "utm_*", "mtm_*", "matomo_*", "piwik_*", "pk_campaign", "pk_kwd", "pk_keyword",
	"pk_source", "pk_medium", "pk_content", "pk_cid", "hsa_*", "itm_*", "stm_*", "fbclid", "fb_action_ids",
	"fb_action_types", "fb_source", "fb_ref", "gclid", "gclsrc", "gbraid", "wbraid", "gad_source", "gad_campaignid",
	"dclid", "srsltid", "_ga", "_gl", "_gac", "msclkid", "yclid", "ysclid", "_openstat", "ymclid", "twclid",
	"ttclid", "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "ml_subscriber", "ml_subscriber_hash",
	"_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "hsctatracking", "vero_id", "vero_conv", "oly_anon_id",
	"oly_enc_id", "rb_clickid", "s_cid", "s_kwcid", "wickedid", "epik", "irclickid", "cjevent", "_branch_match_id",
	"_branch_referrer", "guccounter", "guce_referrer", "guce_referrer_sig", "at_medium", "at_campaign",
	"at_campaign_type", "at_link_*", "at_custom*", "at_ptr_*", "at_bbc_team", "at_format", "xtor", "xtref", "xtcr",
	"wt_mc", "wt_zmc", "wt.mc_id", "wt.mc_ev", "cmpid", "cmp_id", "ito", "ns_mchannel", "ns_source", "ns_campaign",
	"ns_linkname", "ns_fee", "trk", "trkcampaign", "sc_cid", "sc_campaign", "smid", "smtyp", "sr_share",
	"__twitter_impression", "amp_gsa", "amp_js_v", "usqp", "ref=rss", "ref=feed", "ref=twitter", "ref=facebook",
	"source=rss", "src=rss", "partner=rss", "from=rss", "jsessionid", "phpsessid" };

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* C0, space and above ASCII always; the rest by place: 1.3, percent-encode sets. */
static bool is_encoded(unsigned char c, const char *set)
{
	return c <= 0x20 || c >= 0x7F || strchr(set, c) != NULL;
}

static const char path_set[] = "\"#<>?`{}^", query_set[] = "\"#<>'", fragment_set[] = "\"<>`";

static bool is_unreserved(unsigned char c)
{
	return ascii_is_alpha((char)c) || ascii_is_digit((char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static bool put_escape(struct sink *out, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char text[3] = { '%', digits[c >> 4], digits[c & 15] };
	return sink_put(out, text, 3);
}

static bool encode(enum spelling spelling, struct view in, const char *set, struct sink *out)
{
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];
		if (c == '%' && spelling == SPELL_CANONICAL) {
			bool escape = i + 2 < in.n && hex_value(in.p[i + 1]) >= 0 && hex_value(in.p[i + 2]) >= 0;
			unsigned char value = '%';
			if (escape) {
				value = (unsigned char)(hex_value(in.p[i + 1]) << 4 | hex_value(in.p[i + 2]));
				i += 2;
			}
			if (!(is_unreserved(value) ? sink_byte(out, (char)value) : put_escape(out, value)))
				return false;
			continue;
		}
		if (!(is_encoded(c, set) ? put_escape(out, c) : sink_byte(out, (char)c)))
			return false;
	}
	return true;
}

/* "." or ".." in any of its escaped spellings: how many dots, 0 for none of them. */
static int dots_of(struct view segment)
{
	int dots = 0;
	for (size_t i = 0; i < segment.n; dots++) {
		if (segment.p[i] == '.')
			i++;
		else if (view_starts_nocase(view_from(segment, i), VIEW("%2e")))
			i += 3;
		else
			return 0;
	}
	return dots <= 2 ? dots : 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* Appends the segments of @in to the path in @out, which begins with '/' or is empty. */
static bool put_path(enum spelling spelling, struct view in, struct sink *out)
{
	size_t at = 0;
	if (at < in.n && is_slash(in.p[at]))
		at++;
	for (;;) {
		size_t end = at;
		while (end < in.n && !is_slash(in.p[end]))
			end++;
		bool last = end >= in.n;
		struct view segment = view_make(in.p + at, end - at);
		int dots = dots_of(segment);
		if (dots == 2)
			while (out->n && out->p[--out->n] != '/')
				;
		if (dots == 0 && !(sink_byte(out, '/') && encode(spelling, segment, path_set, out)))
			return false;
		if (last) {
			bool open = dots != 0 || out->n == 0; /* "/a/." and "/a/b/.." end in a slash */
			return !open || sink_byte(out, '/');
		}
		at = end + 1;
	}
}

static bool is_control_or_space(char c)
{
	return (unsigned char)c <= 0x20;
}

/* Trimmed; tabs and line ends taken out wherever they stand. */
static int strip(struct arena *arena, struct view in, struct view *ret)
{
	while (in.n && is_control_or_space(in.p[0]))
		in = view_from(in, 1);
	while (in.n && is_control_or_space(in.p[in.n - 1]))
		in.n--;
	*ret = in;
	if (in.n > LIMIT_URL_BYTES)
		return GARNER_BAD_URL;
	size_t n = 0, i = 0;
	while (i < in.n && in.p[i] != '\t' && in.p[i] != '\n' && in.p[i] != '\r')
		i++;
	if (i == in.n)
		return 0;
	char *copy = arena_alloc(arena, in.n);
	if (!copy)
		return -ENOMEM;
	for (i = 0; i < in.n; i++)
		if (in.p[i] != '\t' && in.p[i] != '\n' && in.p[i] != '\r')
			copy[n++] = in.p[i];
	*ret = view_make(copy, n);
	return 0;
}

/* "scheme:" at the start of @in, or VIEW_NONE. */
static struct view scheme_of(struct view in)
{
	size_t n = 0;
	while (n < in.n && (ascii_is_alpha(in.p[n]) || (n && (ascii_is_digit(in.p[n]) || in.p[n] == '+' ||
								     in.p[n] == '-' || in.p[n] == '.'))))
		n++;
	return n && n < in.n && in.p[n] == ':' ? view_first(in, n) : VIEW_NONE;
}

static int parse_port(struct view text, bool secure, int *ret_port)
{
	unsigned port = 0;
	*ret_port = -1;
	if (text.n == 0)
		return 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return GARNER_BAD_URL;
		port = port * 10 + (unsigned)(text.p[i] - '0');
		if (port > 65535)
			return GARNER_BAD_URL;
	}
	*ret_port = port == (secure ? 443 : 80) ? -1 : (int)port;
	return 0;
}

/* "user@host:port". Credentials are no part of a page's address, and secrets: refused. */
static int parse_authority(struct arena *arena, struct view in, struct url *url)
{
	if (view_find_byte(in, '@') < in.n)
		return GARNER_BAD_URL;
	size_t colon = in.n;
	bool bracket = false;
	for (size_t i = 0; i < in.n && colon == in.n; i++) {
		bracket = in.p[i] == '[' || (bracket && in.p[i] != ']');
		if (in.p[i] == ':' && !bracket)
			colon = i;
	}
	int result = parse_port(view_from(in, colon + 1), url->secure, &url->port);
	return result ? result : host_parse(arena, view_first(in, colon), &url->host);
}

/* Cuts "#fragment" and "?query" off @in. */
static void split_tail(struct view *in, struct url *url)
{
	size_t hash = view_find_byte(*in, '#');
	url->has_fragment = hash < in->n;
	url->fragment = url->has_fragment ? view_from(*in, hash + 1) : VIEW_NONE;
	*in = view_first(*in, hash);
	size_t mark = view_find_byte(*in, '?');
	url->has_query = mark < in->n;
	url->query = url->has_query ? view_from(*in, mark + 1) : VIEW_NONE;
	*in = view_first(*in, mark);
}

/* Everything behind "http:" or "//": slashes, authority, path. */
static int parse_absolute(struct arena *arena, enum spelling spelling, struct view in, struct url *url)
{
	size_t at = 0;
	while (at < in.n && is_slash(in.p[at]))
		at++;
	in = view_from(in, at);
	size_t end = 0;
	while (end < in.n && !is_slash(in.p[end]))
		end++;
	int result = parse_authority(arena, view_first(in, end), url);
	struct sink path = { .arena = arena };
	if (result)
		return result;
	if (!put_path(spelling, view_from(in, end), &path))
		return -ENOMEM;
	url->path = sink_view(&path);
	return 0;
}

/* 4.4, states "relative" and "relative slash", without a scheme in @in. */
static int parse_relative(
	struct arena *arena, enum spelling spelling, struct view in, const struct url *base, struct url *url)
{
	struct sink path = { .arena = arena };
	url->secure = base->secure;
	if (in.n >= 2 && is_slash(in.p[0]) && is_slash(in.p[1]))
		return parse_absolute(arena, spelling, in, url);
	url->host = base->host;
	url->port = base->port;
	if (in.n == 0) {
		url->path = base->path;
		if (!url->has_query) {
			url->has_query = base->has_query;
			url->query = base->query;
		}
		return 0;
	}
	if (!is_slash(in.p[0])) {
		size_t last = base->path.n;
		while (last > 0 && base->path.p[last - 1] != '/')
			last--;
		if (last > 1 && !sink_put(&path, base->path.p, last - 1))
			return -ENOMEM;
	}
	if (!put_path(spelling, in, &path))
		return -ENOMEM;
	url->path = sink_view(&path);
	return 0;
}

static int encode_tail(struct arena *arena, enum spelling spelling, struct url *url)
{
	struct sink query = { .arena = arena }, fragment = { .arena = arena };
	if (!encode(spelling, url->query, query_set, &query))
		return -ENOMEM;
	url->query = sink_view(&query);
	if (!encode(SPELL_WHATWG, url->fragment, fragment_set, &fragment))
		return -ENOMEM;
	url->fragment = sink_view(&fragment);
	return 0;
}

static int parse(struct arena *arena, enum spelling spelling, struct view text, const struct url *base, struct url *ret)
{
	struct url url = { .port = -1 };
	struct view in;
	int result = strip(arena, text, &in);
	if (result)
		return result;
	struct view scheme = scheme_of(in);
	url.secure = view_eq_nocase(scheme, VIEW("https"));
	if (scheme.n && !url.secure && !view_eq_nocase(scheme, VIEW("http")))
		return GARNER_BAD_URL;
	if (scheme.n)
		in = view_from(in, scheme.n + 1);
	split_tail(&in, &url);
	/* "http:page" under an http base is relative, by the standard. */
	bool same = scheme.n && base && base->secure == url.secure && !(in.n && is_slash(in.p[0]));
	if (scheme.n && !same)
		result = parse_absolute(arena, spelling, in, &url);
	else if (base)
		result = parse_relative(arena, spelling, in, base, &url);
	else
		return GARNER_BAD_URL;
	if (!result)
		result = encode_tail(arena, spelling, &url);
	if (!result)
		*ret = url;
	return result;
}

static int serialise(struct arena *arena, const struct url *url, struct view *ret)
{
	struct sink out = { .arena = arena };
	const char *scheme = url->secure ? "https://" : "http://";
	char port[8];
	int port_n = url->port >= 0 ? snprintf(port, sizeof(port), ":%d", url->port) : 0;
	bool good = sink_room(&out, url->host.n + url->path.n + url->query.n + url->fragment.n + 24) &&
		    sink_put(&out, scheme, strlen(scheme)) && sink_put(&out, url->host.p, url->host.n) &&
		    sink_put(&out, port, (size_t)port_n) && sink_put(&out, url->path.p, url->path.n);
	if (url->has_query)
		good = good && sink_byte(&out, '?') && sink_put(&out, url->query.p, url->query.n);
	if (url->has_fragment)
		good = good && sink_byte(&out, '#') && sink_put(&out, url->fragment.p, url->fragment.n);
	if (!good)
		return -ENOMEM;
	*ret = sink_view(&out);
	return 0;
}

static bool matches_rule(struct view pair, struct view rule)
{
	struct view name = view_first(pair, view_find_byte(pair, '='));
	if (rule.p[rule.n - 1] == '*')
		return view_starts_nocase(name, view_first(rule, rule.n - 1));
	bool valued = view_find_byte(rule, '=') < rule.n;
	return view_eq_nocase(valued ? pair : name, rule);
}

static bool is_tracking(struct view pair)
{
	for (size_t i = 0; i < sizeof(tracking) / sizeof(tracking[0]); i++)
		if (matches_rule(pair, view_of(tracking[i])))
			return true;
	return false;
}

/* The parameters that are left, in their order, over the old ones. */
static int cut_tracking(struct arena *arena, struct url *url)
{
	struct sink out = { .arena = arena };
	for (struct view rest = url->query; rest.n;) {
		struct view pair = view_first(rest, view_find_byte(rest, '&'));
		rest = view_from(rest, pair.n + 1);
		if (pair.n == 0 || is_tracking(pair))
			continue;
		if ((out.n && !sink_byte(&out, '&')) || !sink_put(&out, pair.p, pair.n))
			return -ENOMEM;
	}
	url->query = sink_view(&out);
	url->has_query = out.n != 0;
	return 0;
}

/* ";jsessionid=…" at the end of a path: Servlet specification, 7.1.3. */
static bool cut_session(struct url *url)
{
	size_t at = view_find_nocase(url->path, VIEW(";jsessionid=")), n = url->path.n;
	url->path = view_first(url->path, at);
	return at < n;
}

int url_canonical(struct arena *arena, struct view url, struct view *ret_url)
{
	struct url parsed;
	int result = parse(arena, SPELL_CANONICAL, url, NULL, &parsed);
	if (result)
		return result;
	parsed.has_fragment = false;
	parsed.fragment = VIEW_NONE;
	bool cut = cut_session(&parsed);
	result = cut_tracking(arena, &parsed);
	if (!result)
		result = serialise(arena, &parsed, ret_url);
	/* "/a/..;jsessionid=1" ends in dots now that say which path it is. */
	return result || !cut ? result : url_canonical(arena, *ret_url, ret_url);
}

int url_resolve(struct arena *arena, struct view base, struct view relative, struct view *ret_url)
{
	struct url from, url;
	int result = parse(arena, SPELL_WHATWG, base, NULL, &from);
	/* An absolute reference needs no base. */
	if (result < 0 || (result > 0 && scheme_of(view_trim(relative)).n == 0))
		return result;
	result = parse(arena, SPELL_WHATWG, relative, result ? NULL : &from, &url);
	return result ? result : serialise(arena, &url, ret_url);
}

bool url_is_front_page(struct view url)
{
	size_t at = view_find(url, VIEW("://"));
	struct view rest = view_from(url, at + 3);
	return rest.n > 0 && view_find_byte(rest, '/') + 1 >= rest.n;
}

struct view url_host(struct view url)
{
	struct view scheme = scheme_of(url);
	size_t at = scheme.n + 1, slashes = 0;
	if (scheme.n == 0)
		return VIEW_NONE;
	while (at + slashes < url.n && is_slash(url.p[at + slashes]))
		slashes++;
	/* Only of the web's addresses any number of slashes will do: "urn:isbn:1" and "file:///home" name no host. */
	bool web = view_eq_nocase(scheme, VIEW("http")) || view_eq_nocase(scheme, VIEW("https"));
	if (!web && slashes != 2)
		return VIEW_NONE;
	at += slashes;
	struct view rest = view_from(url, at);
	size_t end = 0;
	while (end < rest.n && !is_slash(rest.p[end]) && rest.p[end] != '?' && rest.p[end] != '#')
		end++;
	rest = view_first(rest, end);
	rest = view_from(rest, view_find_byte(rest, '@') < rest.n ? view_find_byte(rest, '@') + 1 : 0);
	if (rest.n && rest.p[0] == '[')
		return view_first(rest, view_find_byte(rest, ']') + 1);
	rest = view_first(rest, view_find_byte(rest, ':'));
	return rest.n ? rest : VIEW_NONE;
}

int url_host_canonical(struct arena *arena, struct view url, struct view *ret_host)
{
	struct view host = url_host(url);
	return host.n ? host_parse(arena, host, ret_host) : GARNER_BAD_URL;
}

size_t url_without_credentials(struct view url, char *out)
{
	size_t begin = 0, n;
	while (begin < url.n && url.p[begin] != ':' && url.p[begin] != '/' && url.p[begin] != '\\')
		begin++;
	/* A colon behind a slash ends no scheme. */
	begin = begin < url.n && url.p[begin] == ':' ? begin + 1 : 0;
	while (begin < url.n && (url.p[begin] == '/' || url.p[begin] == '\\'))
		begin++;
	size_t end = begin, at = begin;
	while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#' && url.p[end] != '\\')
		if (url.p[end++] == '@')
			at = end;
	memmove(out, url.p, begin);
	n = url.n - at;
	memmove(out + begin, url.p + at, n);
	return begin + n;
}
