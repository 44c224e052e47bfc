#include "normalise/space.h"

#include <errno.h>

/* Written without branches so that the compiler makes vectors of it: the whole check runs at several GB/s,
 * and most texts end here. */
static bool has_surplus_collapse(const char *p, size_t n)
{
	unsigned char any = 0;
	for (size_t i = 0; i + 2 < n; i++) {
		unsigned char space = p[i] == ' ', line = p[i] == '\n';
		unsigned char then_space = p[i + 1] == ' ', then_line = p[i + 1] == '\n', third = p[i + 2] == '\n';
		any |= (unsigned char)((space & (then_space | then_line)) |
				       (line & (then_space | (then_line & third))));
	}
	return any;
}

static bool has_surplus_keep(const char *p, size_t n)
{
	unsigned char any = 0;
	for (size_t i = 0; i + 2 < n; i++) {
		unsigned char space = (p[i] == ' ') | (p[i] == '\t'), line = p[i] == '\n';
		unsigned char then_line = p[i + 1] == '\n', third = p[i + 2] == '\n';
		any |= (unsigned char)((space & then_line) | (line & then_line & third));
	}
	return any;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct view trim_lines(enum space_mode mode, struct view v)
{
	while (v.n && (is_space(v.p[v.n - 1]) || v.p[v.n - 1] == '\n'))
		v.n--;
	/* In front: whole blank lines, and with COLLAPSE the indent of the first line too. */
	size_t start = 0;
	for (size_t i = 0; i < v.n && (is_space(v.p[i]) || v.p[i] == '\n'); i++)
		if (mode == SPACE_COLLAPSE || v.p[i] == '\n')
			start = i + 1;
	return view_from(v, start);
}

static size_t put_collapsed(struct view line, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = line.p[i];
	}
	while (n && out[n - 1] == ' ')
		n--;
	return n;
}

static size_t put_kept(struct view line, char *out)
{
	while (line.n && is_space(line.p[line.n - 1]))
		line.n--;
	if (line.n)
		memcpy(out, line.p, line.n);
	return line.n;
}

int space_lines(enum space_mode mode, struct arena *arena, struct view in, struct view *ret_text)
{
	in = trim_lines(mode, in);
	bool surplus = mode == SPACE_COLLAPSE ? has_surplus_collapse(in.p, in.n) : has_surplus_keep(in.p, in.n);
	if (!surplus) {
		*ret_text = in;
		return 0;
	}
	char *out = arena_alloc(arena, in.n + 1);
	if (!out)
		return -ENOMEM;
	size_t n = 0;
	bool blank = false; /* the line before was empty */
	for (struct view rest = in; rest.n;) {
		size_t end = view_find_byte(rest, '\n');
		struct view line = view_first(rest, end);
		rest = view_from(rest, end + 1);
		size_t written = mode == SPACE_COLLAPSE ? put_collapsed(line, out + n) : put_kept(line, out + n);
		n += written;
		if (written == 0 && blank)
			continue;
		blank = written == 0;
		out[n++] = '\n';
	}
	while (n && out[n - 1] == '\n')
		n--;
	*ret_text = view_make(out, n);
	return 0;
}
