/* First line: a language. The rest as JSON-LD, as a date, as an address and as a byline: whatever comes out is
 * inside its ceilings, and a date that is found again in its own spelling is the same. */
#include <stdlib.h>
#include "meta/datetext.h"
#include "meta/jsonld.h"
#include "meta/ldrepair.h"
#include "meta/names.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_date(const struct months *months, struct view lang, struct view text)
{
	struct date_reader reader = { .months = months, .lang = lang, .year_max = 2030 };
	struct date date, again;
	struct view span;
	char spelling[DATE_TEXT_BYTES];
	if (date_find(&reader, text, &date, &span)) {
		if (span.p < text.p || span.p + span.n > text.p + text.n || date.day < 1 || date.month < 1)
			abort();
		date_format(&date, spelling);
		if (!date_read(&reader, view_of(spelling), &again) || date_compare_days(&date, &again) != 0)
			abort();
	}
	date_read(&reader, text, &date);
	date_in_url(text, 2030, &date);
}

static void check_names(struct arena *arena, struct view lang, struct view text)
{
	struct names names = { .count = 0 };
	names_read(&names, arena, text, lang, (int)(text.n % 16));
	for (size_t i = 0; i < names.count; i++)
		if (names.list[i].n == 0 || !utf8_is_valid(names.list[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = { (const char *)data, size };
	if (size > 1 << 16 || !utf8_is_valid(in))
		return 0;
	struct arena arena;
	struct months *months = months_new();
	arena_init(&arena, (size_t)16 << 20);
	size_t end = view_find_byte(in, '\n');
	struct view lang = view_first(in, end < 8 ? end : 0), text = view_from(in, end + 1);
	struct ld ld = { .count = 0 };
	if (months) {
		ld_read(&ld, &arena, text);
		ldrepair(&arena, text);
		check_date(months, lang, text);
		check_names(&arena, lang, text);
	}
	for (size_t i = 0; i < ld.count; i++)
		if (!utf8_is_valid(ld.items[i]->headline))
			abort();
	months_free(months);
	arena_free(&arena);
	return 0;
}
