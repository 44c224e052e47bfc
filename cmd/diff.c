/* Two texts line by line: what is gone, what came. */
#include "cmd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 4000 }; /* of each text between what both begin and end with: 32 MB of table */

struct lines {
	const char **at;
	size_t *n;
	size_t count;
};

static void free_lines(struct lines *lines)
{
	free(lines->at);
	free(lines->n);
}

static bool split(const char *text, struct lines *lines)
{
	size_t count = 1;
	for (const char *p = text; *p; p++)
		count += *p == '\n';
	*lines = (struct lines){ calloc(count, sizeof(*lines->at)), calloc(count, sizeof(*lines->n)), 0 };
	if (!lines->at || !lines->n)
		return false;
	for (const char *p = text;; p++) {
		size_t n = strcspn(p, "\n");
		lines->at[lines->count] = p;
		lines->n[lines->count++] = n;
		p += n;
		if (!*p)
			return true;
	}
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	return a->n[i] == b->n[j] && memcmp(a->at[i], b->at[j], a->n[i]) == 0;
}

static void print_line(char mark, const struct lines *lines, size_t i)
{
	printf("%c %.*s\n", mark, (int)lines->n[i], lines->at[i]);
}

/* Longest common subsequence of the middle; length[i][j] of what stands from i and j on. */
static bool print_middle(const struct lines *a, size_t i, size_t a_end, const struct lines *b, size_t j, size_t b_end)
{
	size_t rows = a_end - i, columns = b_end - j, i0 = i, j0 = j;
	bool small = rows <= LINES_MAX && columns <= LINES_MAX;
	uint16_t *length = small ? calloc((rows + 1) * (columns + 1), sizeof(*length)) : NULL;
	if (small && !length)
		return false;
#define LENGTH(x, y) length[(x) * (columns + 1) + (y)]
	for (size_t x = rows; small && x-- > 0;)
		for (size_t y = columns; y-- > 0;)
			LENGTH(x, y) = same(a, i0 + x, b, j0 + y)	     ? (uint16_t)(LENGTH(x + 1, y + 1) + 1)
				       : LENGTH(x + 1, y) > LENGTH(x, y + 1) ? LENGTH(x + 1, y)
									     : LENGTH(x, y + 1);
	while (i < a_end || j < b_end) {
		if (small && i < a_end && j < b_end && same(a, i, b, j)) {
			print_line(' ', a, i++);
			j++;
		} else if (i < a_end &&
			   (j == b_end || !small || LENGTH(i + 1 - i0, j - j0) >= LENGTH(i - i0, j + 1 - j0))) {
			print_line('-', a, i++);
		} else {
			print_line('+', b, j++);
		}
	}
#undef LENGTH
	free(length);
	return true;
}

bool diff_print(const char *before, const char *after)
{
	struct lines a, b = { 0 };
	bool done = split(before, &a) && split(after, &b);
	if (done) {
		size_t head = 0, a_end = a.count, b_end = b.count;
		while (head < a_end && head < b_end && same(&a, head, &b, head))
			print_line(' ', &a, head++);
		while (a_end > head && b_end > head && same(&a, a_end - 1, &b, b_end - 1)) {
			a_end--;
			b_end--;
		}
		done = print_middle(&a, head, a_end, &b, head, b_end);
		for (size_t i = a_end; done && i < a.count; i++)
			print_line(' ', &a, i);
	}
	free_lines(&a);
	free_lines(&b);
	return done;
}
