/* Whether what was captured is the article at all. Conservative: without evidence a page counts as open. */
#include "meta/decide.h"
#include "meta/fold.h"

/* Longer texts than this are no error pages and no walls, whatever their title says. */
enum { WALL_TEXT_BYTES = 1500, TITLE_BYTES = 200 };

static bool is_false(struct view v)
{
	return view_eq_nocase(v, VIEW("false")) || view_eq_nocase(v, VIEW("no")) || view_eq(v, VIEW("0"));
}

/* Schema.org's isAccessibleForFree of this page's item, or the content tier "locked" (Facebook's article tags). A
 * metered article is open to whoever comes first. */
static bool has_paywall(const struct decide *d)
{
	if (d->main && d->main->is_free == 0)
		return true;
	for (size_t i = 0; i < d->detail->count; i++) {
		const struct clue *c = &d->detail->clues[i];
		if (c->fact != CLUE_TIER)
			continue;
		if (c->origin == FROM_ITEMPROP ? is_false(c->value) && !decide_is_aside(d, c->node)
					       : view_eq_nocase(c->value, VIEW("locked")))
			return true;
	}
	return false;
}

static size_t text_bytes(const struct page *page)
{
	size_t n = 0;
	for (size_t i = 0; i < page->block_count; i++)
		n += page->blocks[i].cut ? 0 : page->blocks[i].text.n;
	return n;
}

/* @title (folded) begins or ends with one of @phrases, which are folded too. */
static bool says(struct view title, const char *const *phrases)
{
	for (; *phrases; phrases++) {
		struct view phrase = view_of(*phrases);
		if (view_starts(title, phrase) || view_ends(title, phrase))
			return true;
	}
	return false;
}

static bool is_error(struct view title)
{
	static const char *const phrases[] = { "error 404", "404 not found", "page not found", "not found",
		"page cannot be found", "page can't be found", "page doesn't exist", "page does not exist",
		"internal server error", "service unavailable", "403 forbidden", "bad gateway", "seite nicht gefunden",
		"fehler 404", "seite wurde nicht gefunden", "page introuvable", "page non trouvee",
		"pagina no encontrada", "pagina nao encontrada", "pagina non trovata", "pagina niet gevonden",
		"sidan hittades inte", "siden blev ikke fundet", "siden ble ikke funnet", "sivua ei loytynyt",
		"nie znaleziono strony", "strona nie istnieje", "stranka nenalezena", "страница не найдена",
		"сторінку не знайдено", "sayfa bulunamadi", "ページが見つかりません", "页面不存在", "找不到网页",
		"페이지를 찾을 수 없습니다", NULL };
	return says(title, phrases);
}

static bool is_wall(struct view title)
{
	static const char *const phrases[] = { "just a moment", "attention required", "are you a robot",
		"are you human", "access denied", "verify you are human", "verifying you are human",
		"before you continue", "checking your browser", "security check", "bot verification", "robot check",
		"ddos-guard", "enable javascript and cookies", "please enable javascript", "cookie consent",
		"we value your privacy", "your privacy choices", "bevor sie fortfahren", "zustimmung",
		"bitte bestatigen sie", "avant de continuer", "antes de continuar", "prima di continuare",
		"voordat je verdergaat", "innan du fortsatter", NULL };
	return says(title, phrases);
}

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

/* "404 Not Found", "Error 404", "503 - …": a status of failure opens the title. */
static bool shows_status(struct view title)
{
	static const struct {
		const char *number, *phrase;
	} statuses[] = { { "400", "bad request" }, { "401", "unauthorized" }, { "403", "forbidden" },
		{ "404", "not found" }, { "404", "page not found" }, { "410", "gone" }, { "429", "too many" },
		{ "500", "internal" }, { "502", "bad gateway" }, { "503", "service" }, { "504", "gateway" } };
	static const char *const openings[] = { "http error", "error", "http" };
	title = view_trim(title);
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		if (view_starts_nocase(title, view_of(openings[i])))
			title = view_trim(view_from(title, strlen(openings[i])));
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (view_starts(title, view_of(statuses[i].number)) &&
			ends_status(view_from(title, 3), view_of(statuses[i].phrase)))
			return true;
	return false;
}

int access_decide(struct decide *d)
{
	struct garner_document *doc = &d->page->document;
	if (!doc->access && led_to_consent(&d->page->capture))
		doc->access = "consent";
	if (!d->detail || doc->access)
		return 0;
	char folded[TITLE_BYTES];
	struct view title = view_of(doc->title);
	title = view_make(folded, fold_word(title, folded, sizeof(folded)));
	bool little = text_bytes(d->page) < WALL_TEXT_BYTES;
	if (little && (d->page->capture.status >= 400 || is_error(title) || shows_status(view_of(doc->title))))
		doc->access = "error";
	else if (little && is_wall(title))
		doc->access = "consent";
	else if (has_paywall(d))
		doc->access = "paywall";
	return 0;
}
