#include "dedup/dedup.h"
#include "extract/text_rules.h"
#include "util/hash.h"

static int open_stage(const struct engine *engine, void **ret_state, struct error *error)
{
	(void)error;
	*ret_state = (void *)engine;
	return 0;
}

static const char *hex_in(struct page *page, const uint8_t *bytes, size_t n)
{
	char hex[65];
	hex_of(bytes, n, hex);
	return arena_strndup(&page->arena, hex, 2 * n);
}

/* Members of an archive and saved files may carry a number of ours; a WARC or a JSON line is not one document. */
static bool is_named(const struct capture *capture, uint8_t ret_id[8])
{
	return !capture->network && capture->record.n == 0 && identity_of_name(capture->file, ret_id);
}

/* A source may say that this is an article that it named before, under another address. */
static bool is_known(const struct capture *capture, uint8_t ret_id[8])
{
	struct view hex = capture->identity;
	for (size_t i = 0; hex.n == 16 && i < 16; i++) {
		int digit = ascii_is_digit(hex.p[i]) ? hex.p[i] - '0' : hex.p[i] - 'a' + 10;
		ret_id[i / 2] = (uint8_t)(i % 2 ? ret_id[i / 2] << 4 | digit : digit);
	}
	return hex.n == 16;
}

static int make_id(struct page *page, const uint8_t raw[32])
{
	const struct capture *capture = &page->capture;
	struct view url = VIEW_NONE;
	uint8_t digest[32];
	if (is_named(capture, page->id64) || is_known(capture, page->id64))
		return 0;
	int result = capture->url.n
			     ? identity_url(&page->arena, capture->url, view_of(page->document.url_canonical), &url)
			     : GARNER_BAD_URL;
	if (result < 0)
		return result;
	if (result == 0)
		sha256_of(url, digest);
	memcpy(page->id64, result == 0 ? digest : raw, sizeof(page->id64));
	return 0;
}

/* What is not digested yet. */
static struct view raw_rest(const struct page *page)
{
	return view_from(page->capture.body, page->raw_digested);
}

static bool begin_raw(struct page *page)
{
	if (!page->raw_digest && (page->raw_digest = arena_alloc(&page->arena, sha256_size())))
		sha256_init(page->raw_digest);
	return page->raw_digest != NULL;
}

void digest_ahead(struct page *page, struct page *next)
{
	if (!raw_rest(page).n || !raw_rest(next).n || !begin_raw(page) || !begin_raw(next))
		return;
	size_t n = sha256_update_two(page->raw_digest, raw_rest(page), next->raw_digest, raw_rest(next));
	page->raw_digested += n;
	next->raw_digested += n;
}

static bool end_raw(struct page *page, uint8_t ret_digest[32])
{
	if (!begin_raw(page))
		return false;
	sha256_update(page->raw_digest, raw_rest(page));
	sha256_final(page->raw_digest, ret_digest);
	page->raw_digested = 0;
	return true;
}

static int run(void *state, struct page *page)
{
	const struct engine *engine = state;
	struct garner_document *d = &page->document;
	uint8_t raw[32];
	sha256_of(page->member, page->sha256);
	if (!end_raw(page, raw) || make_id(page, raw) < 0)
		return page_full(page);
	d->sha256 = hex_in(page, page->sha256, sizeof(page->sha256));
	d->sha256_raw = hex_in(page, raw, sizeof(raw));
	d->id = hex_in(page, page->id64, sizeof(page->id64));
	if (!d->rules && engine && engine->rules)
		d->rules = rules_version(engine->rules);
	page->minhash = arena_alloc(&page->arena, sizeof(*page->minhash));
	if (!d->sha256 || !d->sha256_raw || !d->id || !page->minhash)
		return page_full(page);
	minhash_of(view_make(d->text, d->text_size), page->minhash);
	return 0;
}

const struct stage digest_stage = { "digest", open_stage, run, NULL };
