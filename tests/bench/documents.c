/* Documents made up for store_scale.py, as JSON lines: lengths are log-normal, words are drawn by rank as in a
 * language, and some stories are copies of earlier ones. usage: documents COUNT PAIRS PLANTED >LINES
 * PLANTED gets a line "KIND N M" for each story n that was made from story m: edit, wire, translation. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { VOCABULARY = 30000, HOSTS = 2000, WAITING = 1000, PARAGRAPHS = 40, WORDS = 4000 };
enum kind { EDIT, WIRE, TRANSLATION, KINDS };
static const char *const kinds[KINDS] = { "edit", "wire", "translation" };

static uint64_t state = 1;
static char vocabulary[VOCABULARY][12];

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

static unsigned below(unsigned n)
{
	return (unsigned)(draw() % n);
}

static double unit(void)
{
	return (double)(draw() >> 8) / (double)(UINT64_C(1) << 40);
}

/* Frequent words are frequent: the rank is a cube of what is drawn. */
static uint16_t word(void)
{
	double u = unit();
	return (uint16_t)(u * u * u * VOCABULARY);
}

struct story {
	unsigned n;
	enum kind kind;
	unsigned count;
	uint16_t starts[PARAGRAPHS + 1]; /* of paragraphs, in words */
	uint16_t words[WORDS];
};

static void add_paragraph(struct story *story)
{
	unsigned at = story->starts[story->count], n = 20 + below(60);
	for (unsigned i = 0; i < n && at < WORDS; i++)
		story->words[at++] = word();
	story->starts[++story->count] = (uint16_t)at;
}

static void tell(struct story *story)
{
	double normal = sqrt(-2 * log(unit() + 1e-12)) * cos(6.283185307 * unit());
	int paragraphs = (int)exp(1.6 + .6 * normal);
	story->count = 0;
	story->starts[0] = 0;
	for (int i = 0; i < (paragraphs < 2 ? 2 : paragraphs > PARAGRAPHS ? PARAGRAPHS : paragraphs); i++)
		add_paragraph(story);
}

/* Only a story whose lead is a fifth of it, or less: with another lead two thirds stay. */
static enum kind kind_of(const struct story *story)
{
	enum kind kind = (enum kind)below(KINDS);
	return kind == WIRE && story->starts[1] * 5 > story->starts[story->count] ? EDIT : kind;
}

/* One word in forty is another; another lead; the same lengths in other words. */
static void tell_again(const struct story *from, struct story *story)
{
	*story = *from;
	unsigned end = story->starts[from->kind == WIRE ? 1 : story->count];
	for (unsigned i = 0; i < end; i++)
		if (from->kind != EDIT || below(40) == 0)
			story->words[i] = word();
}

static void put(const struct story *story, unsigned n, unsigned count)
{
	unsigned year = 2005 + (unsigned)((uint64_t)n * 20 / count), month = 1 + below(12), day = 1 + below(28);
	printf("{\"url\":\"https://paper%u.example/%u\",\"title\":\"%s %s %s %s\",\"published\":\"%04u-%02u-%02u\","
	       "\"text\":\"",
		n % HOSTS, n, vocabulary[word()], vocabulary[word()], vocabulary[word()], vocabulary[word()], year,
		month, day);
	for (unsigned p = 0; p < story->count; p++) {
		if (p)
			fputs("\\n\\n", stdout);
		unsigned left = 0;
		for (unsigned i = story->starts[p]; i < story->starts[p + 1]; i++) {
			const char *w = vocabulary[story->words[i]];
			if (left == 0)
				putchar(w[0] - 32);
			fputs(left == 0 ? w + 1 : w, stdout);
			left = left == 0 ? 8 + story->words[i] % 13u : left - 1;
			if (left == 0 || i + 1 == story->starts[p + 1])
				putchar('.');
			if (i + 1 < story->starts[p + 1])
				putchar(' ');
		}
	}
	puts("\"}");
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	unsigned count = (unsigned)atol(argv[1]), pairs = (unsigned)atol(argv[2]), waiting_count = 0;
	FILE *planted = fopen(argv[3], "w");
	struct story *waiting = calloc(WAITING, sizeof(*waiting)), *story = calloc(1, sizeof(*story));
	if (!planted || !waiting || !story)
		return 1;
	for (unsigned i = 0; i < VOCABULARY; i++) {
		unsigned at = 0;
		for (unsigned n = 1 + below(i < 300 ? 2 : 4); n; n--) {
			vocabulary[i][at++] = "bcdfghklmnprstvw"[below(16)];
			vocabulary[i][at++] = "aeiou"[below(5)];
		}
	}
	double chance = 1.5 * pairs / count; /* of three kinds two are near duplicates */
	for (unsigned n = 0; n < count; n++) {
		if (waiting_count && unit() < chance) {
			unsigned i = below(waiting_count);
			tell_again(&waiting[i], story);
			fprintf(planted, "%s %u %u\n", kinds[waiting[i].kind], n, waiting[i].n);
			waiting[i] = waiting[--waiting_count];
		} else {
			tell(story);
			if (waiting_count < WAITING && story->count >= 5) {
				story->n = n;
				story->kind = kind_of(story);
				waiting[waiting_count++] = *story;
			}
		}
		put(story, n, count);
	}
	free(waiting);
	free(story);
	return fclose(planted) || fflush(stdout) ? 1 : 0;
}
