/* Letters beyond ASCII of each language, with their share among them; letters.c is made by make_letters.py. */
#ifndef GARNER_DECODE_LETTERS_H
#define GARNER_DECODE_LETTERS_H

#include <stddef.h>
#include <stdint.h>

struct letter {
	uint16_t cp;
	uint8_t rarity; /* -4 ln(share) */
};

enum letter_script {
	LETTERS_LATIN,
	LETTERS_CYRILLIC,
	LETTERS_GREEK,
	LETTERS_HEBREW,
	LETTERS_ARABIC,
	LETTERS_THAI,
};

struct letter_language {
	char code[4];
	uint8_t script;	       /* enum letter_script */
	uint16_t start, count; /* in letters, ordered by cp */
};

extern const struct letter letters[];
extern const struct letter_language letter_languages[];
extern const size_t letter_language_count;

#endif
