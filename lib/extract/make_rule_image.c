/* Run at build time: reads our rule files as the library would and writes their look-up as C tables.
 * usage: make_rule_image OUT.c */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "extract/rules.h"

enum { NUMBERS_A_LINE = 24 };

/* @size bytes of @p as numbers of @width bytes; rows of several numbers in braces. */
static void write_table(
	FILE *out, const char *type, const char *name, const void *p, size_t size, size_t width, size_t columns)
{
	const unsigned char *at = p;
	size_t count = size / width;
	fprintf(out, "static const %s table_%s[] = {", type, name);
	for (size_t i = 0; i < count; i++, at += width) {
		uint64_t v64;
		uint32_t v32;
		memcpy(&v64, at, width == 8 ? 8 : 0);
		memcpy(&v32, at, width == 4 ? 4 : 0);
		uint64_t v = width == 8 ? v64 : width == 4 ? v32 : *at;
		fputs(i % NUMBERS_A_LINE ? "" : "\n", out);
		fprintf(out, "%s%" PRIu64 "u%s", columns > 1 && i % columns == 0 ? "{" : "", v,
			columns > 1 && i % columns == columns - 1 ? "}," : ",");
	}
	/* No table is empty in C. */
	fputs(count ? "\n};\n" : " 0 };\n", out);
}

/* char is signed on most machines. */
static void write_strings(FILE *out, const char *p, size_t n)
{
	fputs("static const char table_strings[] =", out);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		fputs(i % 64 ? "" : "\n\"", out);
		if (c < ' ' || c >= 0x7F || strchr("\"\\?", c))
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
		fputs(i % 64 == 63 || i + 1 == n ? "\"" : "", out);
	}
	fputs(";\n", out);
}

static void write_image(FILE *out, const struct rule_image *image)
{
	fputs("/* Made from the .rules files by make_rule_image. */\n// clang-format off\n"
	      "#include \"extract/rule_image.h\"\n\n",
		out);
	write_strings(out, image->strings, image->strings_count);
#define IMAGE_WRITE(type, name, columns)                                                                               \
	if (strcmp(#name, "strings") != 0)                                                                             \
		write_table(out, #type, #name, image->name, image->name##_count * sizeof(*image->name),                \
			sizeof(*image->name) / columns, columns);
	RULE_IMAGE_TABLES(IMAGE_WRITE)
#undef IMAGE_WRITE
	fputs("const struct rule_image rule_image_builtin = {\n", out);
#define IMAGE_REFER(type, name, columns)                                                                               \
	fprintf(out, "\t.%s = table_%s, .%s_count = %zu,\n", #name, #name, #name, image->name##_count);
	RULE_IMAGE_TABLES(IMAGE_REFER)
#undef IMAGE_REFER
	fprintf(out, "\t.cells = %zu, .longest = %zu, .anywhere = %zu, .always_words = %zu\n};\n", image->cells,
		image->longest, image->anywhere, image->always_words);
}

int main(int argc, char **argv)
{
	struct rules rules = { .trusted = true };
	struct error error = { 0 };
	int result = argc == 2 ? 0 : error_set(&error, -1, "usage: make_rule_image OUT.c");
	arena_init(&rules.arena, (size_t)256 << 20);
	rules.last = &rules.first;
	rules.last_word = &rules.words;
	for (size_t i = 0; i < rules_builtin_count && result == 0; i++)
		result = rule_file_read(
			&rules, rules_builtin[i].name, view_make(rules_builtin[i].text, rules_builtin[i].size), &error);
	struct rule_image image;
	if (result == 0 && (result = rule_image_make(&rules, &image)) != 0)
		error_set(&error, result, "no memory for the rules");
	FILE *out = result == 0 ? fopen(argv[1], "w") : NULL;
	if (out) {
		write_image(out, &image);
		if (ferror(out) | fclose(out))
			error_set(&error, -1, "%s: can't be written", argv[1]);
	} else if (result == 0) {
		error_set(&error, -1, "%s: can't be opened", argv[1]);
	}
	if (error.code)
		fprintf(stderr, "make_rule_image: %s\n", error.text);
	for (struct rule *rule = rules.first; rule; rule = rule->next)
		pattern_free(rule->pattern);
	map_free(&rules.by_id);
	arena_free(&rules.arena);
	return error.code ? 1 : 0;
}
