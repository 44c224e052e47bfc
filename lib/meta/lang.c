/* Language of the text itself. The page's lang attribute is not looked at: templates carry the wrong one. */
#include "meta/meta.h"

#include <stdlib.h>
#include "normalise/unicode.h"
#include "util/utf8.h"
#ifdef HAVE_CLD2
#include "meta/cld2.h"
#endif

/* cld2 reads 21 MB/s; it was right on all of 126 news texts with their first 200 characters, so 256 bytes are plenty
 * where all of them are of one language. Others are read again with 512 (three times as much: another answer on 7 of
 * 2,660 pages, all of two languages or hardly any words; half as much, and sure: another on 2). Most from the middle: a
 * text may begin with a foreign quotation or a dateline. What has no language there is read further. */
enum { SAMPLE_BYTES = 512, SURE_BYTES = 256, MORE_BYTES = 4096 };
#define SURE_SHARE 0.9

/* Scripts that one living language writes, nearly alone. */
static const struct {
	uint32_t first, last;
	char code[4];
} scripts[] = { { 0x0370, 0x03FF, "el" }, { 0x0530, 0x058F, "hy" }, { 0x05D0, 0x05EA, "he" }, { 0x0A00, 0x0A7F, "pa" },
	{ 0x0A80, 0x0AFF, "gu" }, { 0x0B00, 0x0B7F, "or" }, { 0x0B80, 0x0BFF, "ta" }, { 0x0C00, 0x0C7F, "te" },
	{ 0x0C80, 0x0CFF, "kn" }, { 0x0D00, 0x0D7F, "ml" }, { 0x0D80, 0x0DFF, "si" }, { 0x0E00, 0x0E7F, "th" },
	{ 0x0E80, 0x0EFF, "lo" }, { 0x0F00, 0x0FFF, "bo" }, { 0x1000, 0x109F, "my" }, { 0x10A0, 0x10FF, "ka" },
	{ 0x1780, 0x17FF, "km" }, { 0x3040, 0x30FF, "ja" }, { 0xAC00, 0xD7AF, "ko" }, { 0x4E00, 0x9FFF, "zh" } };
enum { SCRIPT_COUNT = sizeof(scripts) / sizeof(scripts[0]) };

static size_t script_of(uint32_t cp)
{
	for (size_t i = 0; i < SCRIPT_COUNT; i++)
		if (cp >= scripts[i].first && cp <= scripts[i].last)
			return i;
	return SCRIPT_COUNT;
}

/* By script alone: the code, or NULL where the script has many languages. */
static const char *by_script(struct view text, double *ret_score)
{
	enum { JA = 17, ZH = 19 };
	size_t counts[SCRIPT_COUNT + 1] = { 0 }, letters = 0, best = 0;
	for (size_t at = 0; at < text.n;) {
		uint32_t cp = utf8_next(text, &at);
		if (cp == UTF8_BAD || !(unicode_entry(cp) & UNICODE_WORD) || (cp >= '0' && cp <= '9'))
			continue;
		letters++;
		counts[script_of(cp)]++;
	}
	/* Japanese is written with Han too, but never long without kana. */
	if (counts[JA] * 8 > counts[ZH]) {
		counts[JA] += counts[ZH];
		counts[ZH] = 0;
	}
	for (size_t i = 1; i < SCRIPT_COUNT; i++)
		if (counts[i] > counts[best])
			best = i;
	if (letters == 0 || counts[best] * 2 < letters)
		return NULL;
	*ret_score = (double)counts[best] / (double)letters;
	return scripts[best].code;
}

#ifdef HAVE_CLD2
/* The library keeps three codes that ISO 639 withdrew. */
static const char *current_code(const char *code)
{
	static const char *const renamed[][2] = { { "iw", "he" }, { "jw", "jv" }, { "in", "id" } };
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strcmp(code, renamed[i][0]) == 0)
			return renamed[i][1];
	return code;
}

/* At most MORE_BYTES. cld2 looks at some bytes behind the text, too: they are always the same here. */
static const char *by_words(struct view text, double *ret_score)
{
	enum { BEHIND = 64 };
	char room[MORE_BYTES + BEHIND];
	const char *code;
	double share;
	bool reliable;
	if (text.n)
		memcpy(room, text.p, text.n);
	memset(room + text.n, 0, BEHIND);
	if (!cld2_detect(room, text.n, &code, &share, &reliable))
		return NULL;
	*ret_score = reliable ? share : share / 2;
	return current_code(code);
}
#endif

/* At most @max bytes, three eighths of them from the beginning. */
static struct view sample(struct view text, char space[SAMPLE_BYTES], size_t max)
{
	if (text.n <= max)
		return text;
	struct view head = utf8_first(text, max / 8 * 3);
	size_t middle = text.n / 2;
	while (((unsigned char)text.p[middle] & 0xC0) == 0x80)
		middle--;
	struct view body = utf8_first(view_from(text, middle), max / 8 * 5);
	memcpy(space, head.p, head.n);
	memcpy(space + head.n, body.p, body.n);
	return view_make(space, head.n + body.n);
}

#ifdef HAVE_CLD2
static const char *by_samples(struct view text, double *ret_score)
{
	char space[SAMPLE_BYTES];
	struct view few = sample(text, space, SURE_BYTES);
	const char *code = by_words(few, ret_score);
	if (few.n == text.n || (code && *ret_score >= SURE_SHARE))
		return code;
	struct view more = sample(text, space, SAMPLE_BYTES);
	code = by_words(more, ret_score);
	return code || more.n == text.n ? code : by_words(utf8_first(text, MORE_BYTES), ret_score);
}
#endif

const char *lang_of(struct view text, double *ret_score)
{
	char space[SAMPLE_BYTES];
	const char *code = NULL;
#ifdef HAVE_CLD2
	code = by_samples(text, ret_score);
#endif
	return code ? code : by_script(sample(text, space, SAMPLE_BYTES), ret_score);
}

static int open_words(const struct engine *engine, void **ret_state, struct error *error)
{
	*ret_state = NULL;
#ifdef HAVE_CLD2
	return engine && engine->options.no_lang ? 0 : cld2_open(error);
#else
	(void)engine;
	(void)error;
	return 0;
#endif
}

static int run(void *state, struct page *page)
{
	(void)state;
	struct garner_document *d = &page->document;
	double score = 0;
	if (page->options && page->options->no_lang)
		return 0;
	d->lang = lang_of(view_make(d->text, d->text_size), &score);
	d->lang_score = d->lang ? score : 0;
	return 0;
}

const struct stage lang_stage = { "lang", open_words, run, NULL };
