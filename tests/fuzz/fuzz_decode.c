/* Any bytes under any declaration: codings, kind, charset. The first two bytes choose the headers. */
#include <stdio.h>
#include <stdlib.h>
#include "decode/decode.h"
#include "util/limits.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct page page;
static struct garner_options options;
static void *state;

static void begin(void)
{
	struct engine engine = { .rules = NULL };
	struct error error = { 0 };
	if (state)
		return;
	if (decode_stage.open(&engine, &state, &error)) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &options;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { NULL, "text/html", "text/plain; charset=utf-8", "text/html; charset=utf-8",
		"text/html; charset=iso-8859-1", "text/html; charset=shift_jis", "text/html; charset=gb18030",
		"text/html; charset=big5", "text/html; charset=euc-jp", "text/html; charset=euc-kr",
		"text/html; charset=iso-2022-jp", "text/html; charset=utf-16le", "text/html; charset=windows-1258",
		"text/html; charset=iso-2022-kr", "application/xml", "image/png" };
	static const char *const codings[] = { NULL, "gzip", "deflate", "zstd", "br", "gzip, br", "x, ,gzip", "utf-8" };
	begin();
	if (size < 2)
		return 0;
	page_reset(&page);
	page.capture.body = view_make((const char *)data + 2, size - 2);
	page.capture.content_type = view_of(types[data[0] % (sizeof(types) / sizeof(types[0]))]);
	page.capture.content_encoding = view_of(codings[data[1] % (sizeof(codings) / sizeof(codings[0]))]);
	page.capture.status = data[0] & 0x80 ? 200 : 0;
	int result = decode_stage.run(state, &page);
	if (result < 0 || (result > 0 && !page.detail))
		abort();
	if (result > 0)
		return 0;
	if (!utf8_is_valid(page.utf8) || !page.document.charset.used || !page.document.charset.from ||
		(page.kind != PAGE_HTML && page.kind != PAGE_TEXT))
		abort();
	return 0;
}
