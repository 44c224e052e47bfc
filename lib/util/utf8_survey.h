/* One look at all bytes of a page: what they show about their encoding. */
#ifndef GARNER_UTIL_UTF8_SURVEY_H
#define GARNER_UTIL_UTF8_SURVEY_H

#include "util/view.h"

struct utf8_survey {
	size_t valid; /* length of the longest prefix of valid UTF-8 */
	bool ascii;   /* no byte above 0x7F */
	bool escape;  /* 0x1B stands somewhere */
	bool c3;      /* 0xC3 does */
};

/* The same answers, by vectors where the machine has AVX2, and byte by byte. */
struct utf8_survey utf8_survey(struct view v);
struct utf8_survey utf8_survey_plain(struct view v);

#endif
