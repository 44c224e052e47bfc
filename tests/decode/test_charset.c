/* Encodings x declarations x languages, made by iconv from our own texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include "../texts.h"
#include "decode/decode.h"
#include "normalise/unicode.h"
#include "util/limits.h"
#include "util/utf8.h"

/* An encoding by its WHATWG label, iconv's name for it, and the languages it was used for. */
static const struct {
	const char *label, *iconv, *languages;
} encodings[] = {
	{ "utf-8", "UTF-8",
		"en de fr es pt it nl sv da is fi pl cs hu ro tr lt lv et ru uk bg el he ar fa th vi ja ko zh hi" },
	{ "utf-16le", "UTF-16LE", "en de ru el ar ja zh hi" },
	{ "utf-16be", "UTF-16BE", "en de ru el ar ja zh hi" },
	{ "windows-1252", "CP1252", "en de fr es pt it nl sv da is fi" },
	{ "iso-8859-1", "ISO-8859-1", "en de fr es pt it nl sv da is fi" },
	{ "iso-8859-15", "ISO-8859-15", "de fr es pt it nl sv da is fi et" },
	{ "macintosh", "MACINTOSH", "de fr es pt it nl sv da fi" },
	{ "windows-1250", "CP1250", "pl cs hu de" },
	{ "iso-8859-2", "ISO-8859-2", "pl cs hu de" },
	{ "iso-8859-16", "ISO-8859-16", "ro" },
	{ "windows-1254", "CP1254", "tr" },
	{ "iso-8859-9", "ISO-8859-9", "tr" },
	{ "windows-1257", "CP1257", "lt lv et" },
	{ "iso-8859-13", "ISO-8859-13", "lt lv et" },
	{ "iso-8859-4", "ISO-8859-4", "lt lv et" },
	{ "windows-1251", "CP1251", "ru uk bg" },
	{ "koi8-r", "KOI8-R", "ru bg" },
	{ "koi8-u", "KOI8-U", "uk ru" },
	{ "iso-8859-5", "ISO-8859-5", "ru uk bg" },
	{ "ibm866", "IBM866", "ru bg" },
	{ "x-mac-cyrillic", "MAC-CYRILLIC", "ru bg" },
	{ "windows-1253", "CP1253", "el" },
	{ "iso-8859-7", "ISO-8859-7", "el" },
	{ "windows-1255", "CP1255", "he" },
	{ "iso-8859-8-i", "ISO-8859-8", "he" },
	{ "windows-1256", "CP1256", "ar" },
	{ "iso-8859-6", "ISO-8859-6", "ar" },
	{ "windows-874", "CP874", "th" },
	{ "tis-620", "TIS-620", "th" },
	{ "windows-1258", "CP1258", "vi" },
	{ "shift_jis", "CP932", "ja" },
	{ "euc-jp", "EUC-JP-MS", "ja" },
	{ "iso-2022-jp", "ISO-2022-JP", "ja" },
	{ "euc-kr", "UHC", "ko" },
	{ "iso-2022-kr", "ISO-2022-KR", "ko" },
	{ "gbk", "GBK", "zh zh-Hant" },
	{ "gb2312", "GB2312", "zh" },
	{ "gb18030", "GB18030", "zh" },
	{ "big5", "BIG5", "zh-Hant" },
};

/* What stands in the HTTP header and in <meta>; "=" is the right label, NULL nothing. */
static const struct {
	const char *name, *http, *meta;
} declarations[] = {
	{ "right in HTTP", "=", NULL },
	{ "right in meta", NULL, "=" },
	{ "missing", NULL, NULL },
	{ "unknown label", "x-unknown", "x-none" },
	{ "wrong: UTF-8", "utf-8", NULL },
	{ "wrong: Latin 1", NULL, "iso-8859-1" },
	{ "meta against HTTP's UTF-8", "utf-8", "=" },
	{ "meta against HTTP's Latin 1", "iso-8859-1", "=" },
	{ "HTTP against meta's UTF-8", "=", "utf-8" },
	{ "HTTP against meta's Shift_JIS", "=", "shift_jis" },
};
enum {
	ENCODINGS = sizeof(encodings) / sizeof(encodings[0]),
	DECLARATIONS = sizeof(declarations) / sizeof(declarations[0])
};

static bool lists(const char *languages, const char *lang)
{
	size_t n = strlen(lang);
	for (const char *at = languages; (at = strstr(at, lang)); at++)
		if ((at == languages || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0))
			return true;
	return false;
}

/* Typographic signs as older sets write them. */
static void plain_signs(const char *in, char *out)
{
	static const char *const pairs[][2] = { { "“", "\"" }, { "”", "\"" }, { "„", "\"" }, { "»", "\"" },
		{ "«", "\"" }, { "’", "'" }, { "–", "-" }, { "—", "-" }, { "ё", "ё" } };
	while (*in) {
		size_t i = 0, count = sizeof(pairs) / sizeof(pairs[0]);
		while (i < count && strncmp(in, pairs[i][0], strlen(pairs[i][0])) != 0)
			i++;
		if (i == count) {
			*out++ = *in++;
			continue;
		}
		out = stpcpy(out, pairs[i][1]);
		in += strlen(pairs[i][0]);
	}
	*out = 0;
}

/* Length, 0 when @text has characters that the encoding lacks. */
static size_t encode(const char *encoding, const char *text, char *out, size_t max)
{
	iconv_t converter = iconv_open(encoding, "UTF-8");
	if (converter == (iconv_t)-1)
		return 0;
	char *from = (char *)text, *to = out;
	size_t left = strlen(text), space = max;
	size_t result = iconv(converter, &from, &left, &to, &space);
	if (result == 0)
		result = iconv(converter, NULL, NULL, &to, &space);
	iconv_close(converter);
	return result == 0 ? max - space : 0;
}

static const char *resolve(const char *declared, const char *right)
{
	return declared && strcmp(declared, "=") == 0 ? right : declared;
}

struct bench {
	struct page page;
	struct garner_options options;
	void *state;
};

/* The whole stage over one page; its text, NFC. */
static struct view decode(struct bench *bench, const char *type, struct view body)
{
	struct page *page = &bench->page;
	page_reset(page);
	page->capture.body = body;
	page->capture.content_type = view_of(type);
	page->capture.status = 200;
	if (decode_stage.run(bench->state, page) != 0)
		return VIEW_NONE;
	struct view text;
	assert_true(utf8_is_valid(page->utf8));
	assert_int_equal(unicode_nfc(&page->arena, page->utf8, &text), 0);
	return text;
}

static bool one_case(struct bench *bench, size_t e, size_t d, const char *text)
{
	const char *http = resolve(declarations[d].http, encodings[e].label);
	const char *meta = resolve(declarations[d].meta, encodings[e].label);
	char html[16384], bytes[32768], type[128];
	snprintf(html, sizeof(html),
		"<!doctype html><html><head>%s%s%s<title>A page</title></head><body><p "
		"class=\"first\">%s</p></body></html>",
		meta ? "<meta charset=\"" : "", meta ? meta : "", meta ? "\">" : "", text);
	size_t n = encode(encodings[e].iconv, html, bytes, sizeof(bytes));
	if (n == 0)
		return true; /* counted by the caller through can_encode */
	snprintf(type, sizeof(type), "text/html%s%s", http ? "; charset=" : "", http ? http : "");
	struct view out = decode(bench, type, view_make(bytes, n));
	bool good = out.n && view_find(out, view_of(text)) < out.n;
	if (!good && getenv("GARNER_TEST_VERBOSE"))
		print_message("    %s: declared %s, used %s from %s\n", declarations[d].name,
			bench->page.document.charset.declared, bench->page.document.charset.used,
			bench->page.document.charset.from);
	return good;
}

/* Every language of one encoding under every declaration. */
static void one_encoding(struct bench *bench, size_t e, size_t *cases, size_t *good)
{
	size_t own_cases = 0, own_good = 0;
	for (size_t t = 0; t < OWN_TEXTS; t++) {
		char text[8192], bytes[32768];
		if (!lists(encodings[e].languages, own_texts[t].lang))
			continue;
		strcpy(text, own_texts[t].text);
		if (!encode(encodings[e].iconv, text, bytes, sizeof(bytes)))
			plain_signs(own_texts[t].text, text);
		if (!encode(encodings[e].iconv, text, bytes, sizeof(bytes)))
			fail_msg("%s can't be written in %s", own_texts[t].lang, encodings[e].label);
		for (size_t d = 0; d < DECLARATIONS; d++) {
			bool right = one_case(bench, e, d, text);
			own_cases++;
			own_good += right;
			if (!right)
				print_message("  %-14s %-8s %s\n", encodings[e].label, own_texts[t].lang,
					declarations[d].name);
		}
	}
	print_message("%-16s %3zu of %3zu\n", encodings[e].label, own_good, own_cases);
	*cases += own_cases;
	*good += own_good;
}

static void decodes_the_table_of_encodings_and_declarations(void **state)
{
	(void)state;
	struct bench bench = { .state = NULL };
	struct engine engine = { .rules = NULL };
	size_t cases = 0, good = 0;
	arena_init(&bench.page.arena, LIMIT_PAGE_MEMORY);
	bench.page.options = &bench.options;
	assert_int_equal(decode_stage.open(&engine, &bench.state, NULL), 0);
	for (size_t e = 0; e < ENCODINGS; e++)
		one_encoding(&bench, e, &cases, &good);
	decode_stage.close(bench.state);
	arena_free(&bench.page.arena);
	print_message("%d encodings x %d declarations, %zu cases, %zu decoded exactly (%.4f)\n", ENCODINGS,
		DECLARATIONS, cases, good, (double)good / (double)cases);
	assert_true(ENCODINGS * DECLARATIONS >= 60);
	assert_true(good * 100 >= cases * 98);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_the_table_of_encodings_and_declarations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
