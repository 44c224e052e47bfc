/* The decision: byte order mark, HTTP, markup, then detection; and when the bytes prove a declaration wrong. */
#include "decode/charset.h"

#include <errno.h>
#include "decode/decode.h"
#include "util/utf8.h"
#include "util/utf8_survey.h"
#include "util/limits.h"

enum { SAMPLE_BYTES = 32 << 10 };

/* What the bytes themselves show about UTF-8. */
struct shown {
	bool ascii;
	bool valid;
	uint32_t good, bad; /* sequences beyond ASCII */
};

struct decision {
	enum encoding encoding;
	const char *from;
	bool sound; /* the body is known to be valid UTF-8: it need not be proved again */
};

/* ISO 2022 (RFC 1468, RFC 1557): the escapes into a set and, for Japanese, out of it. Nothing else has them. */
static enum encoding escaped_encoding(struct view body, const struct utf8_survey *seen)
{
	if (!seen->escape)
		return ENCODING_NONE;
	struct view rest = view_from(body, view_find_byte(body, 0x1B));
	if (view_find(rest, VIEW("\x1B$)C")) < rest.n)
		return ENCODING_ISO_2022_KR;
	bool in = view_find(rest, VIEW("\x1B$B")) < rest.n || view_find(rest, VIEW("\x1B$@")) < rest.n;
	bool out = view_find(rest, VIEW("\x1B(B")) < rest.n || view_find(rest, VIEW("\x1B(J")) < rest.n;
	return in && out ? ENCODING_ISO_2022_JP : ENCODING_NONE;
}

static bool is_multi(enum encoding encoding)
{
	return encoding > ENCODING_UTF16BE && encoding < ENCODING_SINGLE;
}

/* Nearly all bodies are valid; sequences are counted only where somebody asks. */
static struct shown look(struct view body, const struct utf8_survey *seen, enum encoding declared)
{
	struct shown shown = { .valid = seen->valid == body.n };
	if (shown.valid && !is_multi(declared)) {
		shown.ascii = seen->ascii;
		shown.good = !shown.ascii;
		return shown;
	}
	for (size_t at = 0; at < body.n;) {
		if ((unsigned char)body.p[at] < 0x80)
			at++;
		else if (utf8_next(body, &at) == UTF8_BAD)
			shown.bad++;
		else
			shown.good++;
	}
	shown.ascii = shown.good == 0 && shown.bad == 0;
	return shown;
}

/* A byte order mark, and how long it is. */
static enum encoding mark_of(struct view body, size_t *ret_n)
{
	*ret_n = view_starts(body, VIEW("\xEF\xBB\xBF")) ? 3 : 2;
	if (*ret_n == 3)
		return ENCODING_UTF8;
	if (view_starts(body, VIEW("\xFF\xFE")))
		return ENCODING_UTF16LE;
	return view_starts(body, VIEW("\xFE\xFF")) ? ENCODING_UTF16BE : ENCODING_NONE;
}

/* Sequences by accident: two bytes of a CJK encoding may look like one, so those need more. */
static bool proves_utf8(const struct shown *shown, enum encoding declared)
{
	if (!shown->valid)
		return false;
	return shown->good >= (is_multi(declared) ? 6u : 1u);
}

/* A cut character or a foreign snippet does not make a UTF-8 page another charset. */
static bool mostly_utf8(const struct shown *shown)
{
	return shown->good >= shown->bad * 10 && shown->good > 0;
}

/* What is called UTF-8, and mostly is, stays it: of another charset's text, at most one sequence of three fits by
 * accident (Thai), and the wrong charset for the rest spoils more than a sign for the bad bytes. */
static bool rather_utf8(const struct shown *shown)
{
	return shown->good >= shown->bad * 2 && shown->good > 0;
}

/* No declaration, or none that fits. */
static struct decision detect(
	struct detector *detector, struct page *page, const struct shown *shown, struct view sample)
{
	if (mostly_utf8(shown))
		return (struct decision){ ENCODING_UTF8, "detected", false };
	enum encoding found = detect_encoding(detector, &page->arena, sample, ENCODING_NONE);
	if (found != ENCODING_NONE)
		return (struct decision){ found, "detected", false };
	return (struct decision){ ENCODING_WINDOWS_1252, "default", false };
}

/* Something is declared, there are bytes beyond ASCII, and no proof of UTF-8. */
static struct decision weigh(struct detector *detector, struct page *page, const struct shown *shown,
	struct declared http, struct declared meta)
{
	bool by_http = http.encoding != ENCODING_NONE;
	struct declared first = by_http ? http : meta;
	const char *from = by_http ? "http" : "meta";
	if (first.encoding == ENCODING_UTF8 && rather_utf8(shown))
		return (struct decision){ ENCODING_UTF8, from, false };
	struct view sample = detect_sample(&page->arena, page->body, SAMPLE_BYTES);
	if (sample.n == 0)
		return (struct decision){ first.encoding, from, false };
	if (detect_fits(detector, &page->arena, first.encoding, sample))
		return (struct decision){ first.encoding, from, false };
	if (meta.encoding != first.encoding && detect_fits(detector, &page->arena, meta.encoding, sample))
		return (struct decision){ meta.encoding, "overruled", false };
	if (first.encoding == ENCODING_UTF8)
		return (struct decision){ detect(detector, page, shown, sample).encoding, "overruled", false };
	enum encoding found =
		mostly_utf8(shown) ? ENCODING_UTF8 : detect_encoding(detector, &page->arena, sample, first.encoding);
	if (found == ENCODING_NONE || found == first.encoding)
		return (struct decision){ first.encoding, from, false };
	return (struct decision){ found, "overruled", false };
}

static struct decision decide(struct detector *detector, struct page *page, const struct utf8_survey *seen,
	struct declared http, struct declared meta)
{
	struct declared first = http.encoding != ENCODING_NONE ? http : meta;
	const char *from = http.encoding != ENCODING_NONE ? "http" : "meta";
	enum utf16_form form = sniff_utf16(view_first(page->body, SNIFF_BYTES));
	if (form != UTF16_NO) {
		enum encoding wide = form == UTF16_BIG ? ENCODING_UTF16BE : ENCODING_UTF16LE;
		if (first.encoding == ENCODING_NONE)
			return (struct decision){ wide, "detected", false };
		return (struct decision){ wide, first.encoding == wide ? from : "overruled", false };
	}
	enum encoding escaped = escaped_encoding(page->body, seen);
	if (escaped != ENCODING_NONE) {
		const char *found = first.encoding == ENCODING_NONE ? "detected" : "overruled";
		return (struct decision){ escaped, first.encoding == escaped ? from : found, false };
	}
	struct shown shown = look(page->body, seen, first.encoding);
	if (first.encoding == ENCODING_NONE) {
		if (shown.valid)
			return (struct decision){ ENCODING_UTF8, shown.ascii ? "default" : "detected", true };
		return detect(detector, page, &shown, detect_sample(&page->arena, page->body, SAMPLE_BYTES));
	}
	bool wide = first.encoding == ENCODING_UTF16LE || first.encoding == ENCODING_UTF16BE;
	/* No text in UTF-16 goes without a byte that is NUL or beyond ASCII. */
	if (shown.ascii && wide)
		return (struct decision){ ENCODING_UTF8, "overruled", true };
	if (shown.ascii || (shown.valid && first.encoding == ENCODING_UTF8))
		return (struct decision){ first.encoding, from, first.encoding == ENCODING_UTF8 };
	if (wide || proves_utf8(&shown, first.encoding))
		return shown.valid ? (struct decision){ ENCODING_UTF8, "overruled", true }
				   : (struct decision){ first.encoding, from, false };
	return weigh(detector, page, &shown, http, meta);
}

/* @single: nothing in it was encoded twice. */
static int convert(struct decoder *decoder, struct page *page, struct decision decision, struct view body, bool single)
{
	uint32_t bad = 0;
	int result = 0;
	if (decision.sound)
		page->utf8 = body;
	else
		result = decoder_run(decoder, &page->arena, decision.encoding, body, &page->utf8, &bad);
	if (result == -ENOENT)
		return page_drop(page, GARNER_UNSUPPORTED, "the C library has no table for %s",
			encoding_name(decision.encoding));
	if (result < 0)
		return page_full(page);
	/* Encoded in another charset's mark: U+FEFF in front is never text. */
	if (view_starts(page->utf8, VIEW("\xEF\xBB\xBF")))
		page->utf8 = view_from(page->utf8, 3);
	page->document.charset.used = encoding_name(decision.encoding);
	page->document.charset.from = decision.from;
	page->document.charset.replaced = bad;
	struct view repaired;
	if (decision.encoding == ENCODING_UTF8 && !single && mojibake_repair(&page->arena, page->utf8, &repaired)) {
		page->utf8 = repaired;
		page_note(page, "UTF-8 that was encoded twice is repaired");
	}
	return 0;
}

int charset_decode(struct decoder *decoder, struct detector *detector, struct page *page)
{
	struct declared http = declared_by_type(page->capture.content_type);
	struct declared meta = { .encoding = ENCODING_NONE };
	if (page->kind == PAGE_HTML)
		meta = declared_by_markup(page->body);
	page->document.charset.declared = page_keep(page, http.label.n ? http.label : meta.label, LIMIT_FACT_BYTES).p;
	size_t mark_size;
	struct decision decision = { mark_of(page->body, &mark_size), "bom", false };
	struct view body = page->body;
	bool single = false;
	if (decision.encoding != ENCODING_NONE) {
		body = view_from(body, mark_size);
	} else {
		struct utf8_survey seen = utf8_survey(body);
		decision = decide(detector, page, &seen, http, meta);
		single = decision.sound && !seen.c3;
	}
	const struct error *error = detector_error(detector);
	if (error)
		return error_set(&page->error, error->code, "%s", error->text);
	return convert(decoder, page, decision, body, single);
}
