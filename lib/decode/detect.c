/* Detection from the bytes themselves. The only file that knows uchardet. */
#include "decode/charset.h"

#include <stdlib.h>
#include <uchardet.h>

struct detector {
	struct decoder *decoder;
	uchardet_t uchardet;
};

struct detector *detector_new(struct decoder *decoder)
{
	struct detector *detector = calloc(1, sizeof(*detector));
	if (!detector)
		return NULL;
	detector->decoder = decoder;
	detector->uchardet = uchardet_new();
	return detector->uchardet ? detector : detector_free(detector);
}

struct detector *detector_free(struct detector *detector)
{
	if (detector && detector->uchardet)
		uchardet_delete(detector->uchardet);
	free(detector);
	return NULL;
}

/* Script and style hold no words of the page. */
static size_t skip_raw(struct view rest)
{
	struct view end;
	if (view_starts_nocase(rest, VIEW("<script")))
		end = VIEW("</script");
	else if (view_starts_nocase(rest, VIEW("<style")))
		end = VIEW("</style");
	else
		return 0;
	return view_find_nocase(rest, end);
}

static bool has_high(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] >= 0x80)
			return true;
	return false;
}

struct view detect_sample(struct arena *arena, struct view body, size_t max)
{
	char *out = arena_alloc(arena, max);
	size_t n = 0;
	for (size_t at = 0; out && at < body.n && n < max;) {
		struct view rest = view_from(body, at);
		if (rest.p[0] == '<' && rest.n > 1 &&
			(ascii_is_alpha(rest.p[1]) || rest.p[1] == '/' || rest.p[1] == '!')) {
			size_t raw = skip_raw(rest);
			at += raw;
			at += view_find_byte(view_from(rest, raw), '>') + 1;
			continue;
		}
		size_t end = 1 + view_find_byte(view_from(rest, 1), '<');
		struct view run = view_first(rest, end);
		at += end;
		if (!has_high(run))
			continue;
		run = view_first(run, max - n);
		memcpy(out + n, run.p, run.n);
		n += run.n;
		if (n < max)
			out[n++] = ' ';
	}
	return view_make(out, n);
}

enum encoding detect_encoding(
	struct detector *detector, struct arena *arena, struct view sample, enum encoding declared)
{
	(void)arena;
	(void)declared;
	uchardet_reset(detector->uchardet);
	if (sample.n == 0 || uchardet_handle_data(detector->uchardet, sample.p, sample.n) != 0)
		return ENCODING_NONE;
	uchardet_data_end(detector->uchardet);
	return encoding_of_label(view_of(uchardet_get_charset(detector->uchardet)));
}
