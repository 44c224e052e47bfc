/* Encodings by the WHATWG Encoding Standard: labels, names, decoders. */
#ifndef GARNER_DECODE_ENCODING_H
#define GARNER_DECODE_ENCODING_H

#include <stdint.h>
#include "util/arena.h"
#include "util/view.h"

/* Indexes into the table of encodings. Single-byte ones come after ENCODING_SINGLE. */
enum encoding {
	ENCODING_NONE = -1, /* no such label */
	ENCODING_UTF8,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_GBK,
	ENCODING_GB18030,
	ENCODING_BIG5,
	ENCODING_EUC_JP,
	ENCODING_ISO_2022_JP,
	ENCODING_SHIFT_JIS,
	ENCODING_EUC_KR,
	ENCODING_ISO_2022_KR, /* WHATWG: "replacement"; archives hold such pages, so it is read */
	ENCODING_SINGLE,
	ENCODING_WINDOWS_1252 = ENCODING_SINGLE,
	ENCODING_WINDOWS_1250,
	ENCODING_WINDOWS_1251,
	ENCODING_WINDOWS_1253,
	ENCODING_WINDOWS_1254,
	ENCODING_WINDOWS_1255,
	ENCODING_WINDOWS_1256,
	ENCODING_WINDOWS_1257,
	ENCODING_WINDOWS_1258,
	ENCODING_WINDOWS_874,
	ENCODING_ISO_8859_2,
	ENCODING_ISO_8859_3,
	ENCODING_ISO_8859_4,
	ENCODING_ISO_8859_5,
	ENCODING_ISO_8859_6,
	ENCODING_ISO_8859_7,
	ENCODING_ISO_8859_8,
	ENCODING_ISO_8859_8_I,
	ENCODING_ISO_8859_10,
	ENCODING_ISO_8859_13,
	ENCODING_ISO_8859_14,
	ENCODING_ISO_8859_15,
	ENCODING_ISO_8859_16,
	ENCODING_KOI8_R,
	ENCODING_KOI8_U,
	ENCODING_IBM866,
	ENCODING_MACINTOSH,
	ENCODING_MAC_CYRILLIC,
	ENCODING_COUNT,
};

/* "utf-8", " Latin1" … -> its encoding, by section 4.2 (ASCII case ignored, spaces trimmed). */
enum encoding encoding_of_label(struct view label);
/* WHATWG name in lower case. */
const char *encoding_name(enum encoding encoding);

/* Decoders of one thread, opened when first used. */
struct decoder;
struct decoder *decoder_new(void);
struct decoder *decoder_free(struct decoder *decoder);

/* @in as @encoding -> valid UTF-8 in @arena, or @in itself when nothing changes. What does not decode
 * becomes U+FFFD, one for each bad sequence, counted in @ret_bad. 0 or -ENOMEM (budget spent, or the C
 * library lacks the table: -ENOENT). */
int decoder_run(struct decoder *decoder, struct arena *arena, enum encoding encoding, struct view in,
	struct view *ret_text, uint32_t *ret_bad);
/* The 256 code points of a single-byte @encoding (UTF8_BAD where undefined), or NULL. */
const uint32_t *decoder_table(struct decoder *decoder, enum encoding encoding);

#endif
