#include "extract/text_detect.h"

#include "util/utf8.h"

/* Scripts in which a word is one character here: Han, kana. */
static bool stands_alone(uint32_t c)
{
	return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF);
}

static char kind_of(uint32_t c)
{
	if (c < 0x80) {
		if (ascii_is_digit((char)c))
			return 'd';
		return ascii_is_alpha((char)c) ? 'w' : (char)c;
	}
	if (c == 0xD7)
		return '*';
	if (c == 0xF7)
		return '/';
	if (c == 0xBF || c == 0xA1 || c == 0xB7 || c == 0x2022 || c == 0x61F || c == 0x60C || c == 0x3001 ||
		c == 0x3002 || c == 0xA9 || c == 0xAB || c == 0xBB || c == 0x1F550)
		return '.';
	return 'w';
}

bool token_next(struct view *rest, struct token *ret_token)
{
	bool glued = true;
	while (rest->n && rest->p[0] == ' ') {
		*rest = view_from(*rest, 1);
		glued = false;
	}
	if (rest->n == 0)
		return false;
	size_t at = 0;
	/* Most tokens are words of ASCII. */
	while (at < rest->n && ascii_is_alpha(rest->p[at]))
		at++;
	if (at && (at == rest->n || (unsigned char)rest->p[at] < 0x80)) {
		*ret_token = (struct token){ .text = view_first(*rest, at), .kind = 'w', .glued = glued };
		*rest = view_from(*rest, at);
		return true;
	}
	at = 0;
	uint32_t c = utf8_next(*rest, &at);
	char kind = kind_of(c);
	if ((kind == 'd' || kind == 'w') && !stands_alone(c)) {
		while (at < rest->n) {
			size_t next = at;
			c = utf8_next(*rest, &next);
			if (c == ' ' || kind_of(c) != kind || stands_alone(c))
				break;
			at = next;
		}
	}
	*ret_token = (struct token){ .text = view_first(*rest, at), .kind = kind, .glued = glued };
	*rest = view_from(*rest, at);
	return true;
}

const struct word *rules_senses(const struct rules *rules, struct view folded, size_t *ret_count)
{
	const struct rule_image *image = &rules->image;
	*ret_count = 0;
	if (!folded.n || !image_text_in(image->lexicon_bits, IMAGE_WORD_BITS, folded))
		return NULL;
	const struct image_text *text =
		rule_image_look(image, image->lexicon, image->lexicon_slots, image->lexicon_slots_count, folded);
	*ret_count = text ? text->count : 0;
	return text ? &image->senses[text->first] : NULL;
}

const struct word *rules_word(const struct rules *rules, struct view folded, enum word_class class)
{
	size_t count;
	const struct word *senses = rules_senses(rules, folded, &count);
	for (size_t i = 0; i < count; i++)
		if (senses[i].class == class)
			return &senses[i];
	return NULL;
}

bool detect(
	const struct rules *rules, enum rule_detector detector, const struct line *line, struct date_found *ret_date)
{
	struct date_found date;
	bool whole = line->flags & LINE_WHOLE, digits = line->flags & LINE_DIGITS; /* no date is without one */
	switch (detector) {
	case DETECT_SUM: return whole && detect_sum(rules, line->key);
	case DETECT_DATE: return whole && digits && detect_date(rules, line->key, ret_date ? ret_date : &date);
	case DETECT_STAMP: return whole && digits && detect_stamp(rules, line->key, ret_date ? ret_date : &date);
	case DETECT_LEADING_DATE: return detect_leading_date(rules, line->key, ret_date ? ret_date : &date);
	case DETECT_GLUED: return whole && (line->flags & LINE_JOINTS) && detect_glued(line->text);
	case DETECT_SCORER:
	case DETECT_REPEATED:
	case DETECT_PASSAGE:
	case DETECT_NEXT:
	case DETECT_TEASERS:
	case DETECT_MENU:
	case DETECT_LINKS:
	case DETECT_PAGES:
	case DETECT_MARKUP:
	case DETECT_NONE:
	case DETECT_COUNT: break;
	}
	return false;
}
