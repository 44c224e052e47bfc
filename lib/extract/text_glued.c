#include "extract/text_detect.h"

#include "util/utf8.h"

enum { GLUED_WORDS_MAX = 8, GLUED_JOINTS_MIN = 2, GLUED_PART_MIN = 3 };

static bool is_upper(uint32_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
	       (c >= 0x400 && c <= 0x42F);
}

static bool is_lower(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7) || (c >= 0x3B1 && c <= 0x3C9) ||
	       (c >= 0x430 && c <= 0x45F) || (c >= 0x100 && c < 0x180);
}

struct glue {
	int joints; /* of this word: a small letter and a capital meet, with enough letters on both sides */
	int most;   /* joints of the word that has most */
	int words;
	size_t part;  /* letters since the last joint or the word's start */
	bool pending; /* a joint whose right side is still too short */
	bool plain;   /* a word that begins small (but "and", "of" …: three letters or fewer) or holds other marks */
};

static void end_word(struct glue *glue)
{
	if (glue->pending && glue->part >= GLUED_PART_MIN)
		glue->joints++;
	glue->most = glue->joints > glue->most ? glue->joints : glue->most;
	glue->pending = false;
	glue->part = 0;
}

/* Most lines have no capital behind a small letter. */
static bool may_be_glued(struct view text)
{
	/* Without a branch: sixteen bytes at a time. */
	uint8_t found = 0;
	for (size_t i = 0; i + 1 < text.n; i++) {
		uint8_t c = (uint8_t)text.p[i], next = (uint8_t)text.p[i + 1];
		found |= (uint8_t)((c >= 0x80) | (((uint8_t)(c - 'a') < 26) & ((uint8_t)(next - 'A') < 26)));
	}
	return found;
}

/* A brand ("YouTube", "McDonald") has one joint; two in one word tell that links ran together. */
bool detect_glued(struct view text)
{
	if (!may_be_glued(text))
		return false;
	struct glue glue = { 0 };
	uint32_t before = ' ';
	bool small = false;
	for (size_t at = 0; at < text.n;) {
		uint32_t c = utf8_next(text, &at);
		bool letter = is_upper(c) || is_lower(c);
		if (!letter && c != ' ' && c != '&' && c != '-' && c != '/' && c != '\'')
			return false;
		if (!letter) {
			glue.plain |= small && glue.part > GLUED_PART_MIN;
			end_word(&glue);
			glue.joints = 0;
			small = false;
		} else {
			if (glue.part == 0 && !glue.pending) {
				glue.words++;
				small = is_lower(c);
			}
			if (is_upper(c) && is_lower(before) && glue.part >= GLUED_PART_MIN && !small) {
				end_word(&glue);
				glue.pending = true;
			}
			glue.part++;
		}
		before = c;
	}
	glue.plain |= small && glue.part > GLUED_PART_MIN;
	end_word(&glue);
	return !glue.plain && glue.words <= GLUED_WORDS_MAX && glue.most >= GLUED_JOINTS_MIN;
}
