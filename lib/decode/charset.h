/* Which charset a body is in: what it declares, what its bytes show, and the decision. */
#ifndef GARNER_DECODE_CHARSET_H
#define GARNER_DECODE_CHARSET_H

#include "decode/encoding.h"
#include "page.h"

/* A declaration: the label as found (VIEW_NONE: none) and its encoding (ENCODING_NONE: not a known label). */
struct declared {
	struct view label;
	enum encoding encoding;
};

/* "text/html; charset=…" (RFC 9110, 8.3). */
struct declared declared_by_type(struct view content_type);
/* <meta charset>, <meta http-equiv content>, <?xml encoding?> in the first PRESCAN_BYTES: HTML Standard,
 * 13.2.3.2 "prescan a byte stream", which stops at 1,024; browsers read on through the head. */
enum { PRESCAN_BYTES = 16 << 10 };
struct declared declared_by_markup(struct view body);

/* Text of @body for detection: runs between tags that hold a byte above 127, up to @max bytes. */
struct view detect_sample(struct arena *arena, struct view body, size_t max);
struct detector;
struct detector *detector_new(struct decoder *decoder);
struct detector *detector_free(struct detector *detector);
/* Why a detection could not be made, NULL while all could; fatal. */
const struct error *detector_error(const struct detector *detector);
/* The sample looks like text of some language when read as @encoding. */
bool detect_fits(struct detector *detector, struct arena *arena, enum encoding encoding, struct view sample);
/* The encoding that @sample shows best, among all that a page may have; ENCODING_NONE without evidence.
 * @declared (or ENCODING_NONE) is what the page says of itself, and stays unless the evidence is firm. */
enum encoding detect_encoding(
	struct detector *detector, struct arena *arena, struct view sample, enum encoding declared);

/* page->body -> page->utf8, document.charset. 0, a reason, or < 0. */
int charset_decode(struct decoder *decoder, struct detector *detector, struct page *page);

/* Text that was UTF-8, read as windows-1252 and written as UTF-8 again ("â€™"), made whole. True only when certain:
 * every run of the text above ASCII is valid UTF-8 underneath; or, where a sound template surrounds it, at least five
 * runs that nobody writes stand in words, and then only runs of that kind are touched. */
bool mojibake_repair(struct arena *arena, struct view text, struct view *ret_text);

#endif
