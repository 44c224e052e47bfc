#include "access.h"

enum { FEW_WORDS = 120 };

static bool has_token(struct view url, struct view token)
{
	size_t at = view_find_nocase(url, token);
	return at < url.n && (at == 0 || !ascii_is_alpha(url.p[at - 1]));
}

/* Asked for one page, led to another whose address speaks of consent or of a check. */
static bool led_to_consent(const struct capture *c)
{
	static const char *const tokens[] = { "consent", "captcha", "challenge", "privacy-gate", "cookiewall",
		"cookie-wall" };
	if (!c->url_requested.n)
		return false;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		if (has_token(view_first(c->url, view_find_byte(c->url, '?')), view_of(tokens[i])) &&
			!has_token(c->url_requested, view_of(tokens[i])))
			return true;
	return false;
}

/* Behind the status: nothing, a sign, or the phrase of RFC 9110 section 15. "404 people …" is a story. */
static bool ends_status(struct view rest, struct view phrase)
{
	if (rest.n && !ascii_is_space(rest.p[0]))
		return rest.p[0] == ':' || rest.p[0] == ',' || rest.p[0] == '.';
	rest = view_trim(rest);
	return !rest.n || rest.p[0] == '-' || rest.p[0] == '|' || (unsigned char)rest.p[0] == 0xe2 ||
	       view_starts_nocase(rest, phrase);
}

/* "404 Not Found", "Error 404", "503 - …": a status of failure opens the title of a page of few words. */
static bool shows_status(const struct garner_document *d)
{
	static const struct {
		const char *number, *phrase;
	} statuses[] = { { "400", "bad request" }, { "401", "unauthorized" }, { "403", "forbidden" },
		{ "404", "not found" }, { "404", "page not found" }, { "410", "gone" }, { "429", "too many" },
		{ "500", "internal" }, { "502", "bad gateway" }, { "503", "service" }, { "504", "gateway" } };
	static const char *const openings[] = { "http error", "error", "http" };
	struct view title = view_trim(view_of(d->title));
	if (!title.n || d->words > FEW_WORDS)
		return false;
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		if (view_starts_nocase(title, view_of(openings[i])))
			title = view_trim(view_from(title, strlen(openings[i])));
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (view_starts(title, view_of(statuses[i].number)) &&
			ends_status(view_from(title, 3), view_of(statuses[i].phrase)))
			return true;
	return false;
}

static int run(void *state, struct page *page)
{
	struct garner_document *d = &page->document;
	(void)state;
	if (!page->capture.network)
		return 0;
	if (!d->access && led_to_consent(&page->capture))
		d->access = "consent";
	if (!d->access && shows_status(d))
		d->access = "error";
	if (!d->access)
		return 0;
	struct view access = view_of(d->access);
	if (view_eq(access, VIEW("consent")))
		return page_drop(page, GARNER_CONSENT, "a consent or check page came instead");
	if (view_eq(access, VIEW("error")))
		return page_drop(page, GARNER_ERROR_PAGE, "an error page with status %d", page->capture.status);
	return view_eq(access, VIEW("paywall")) ? page_drop(page, GARNER_PAYWALL, "only the beginning is free to read")
						: 0;
}

const struct stage access_stage = { "access", NULL, run, NULL };
