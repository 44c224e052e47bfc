/* What the command says: names and errors as one line, help, and whether what it printed reached its end. */
#include "cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

void print_name(FILE *out, const char *name)
{
	for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
		bool second = *c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0; /* U+0080 to U+009F */
		if (*c < ' ' || *c == 0x7F || second)
			fprintf(out, "\\x%02X", *c);
		else
			putc(*c, out);
		if (second)
			fprintf(out, "\\x%02X", *++c);
	}
}

void print_said(FILE *out, const char *words)
{
	char *hidden = hide_secrets(words);
	if (hidden)
		print_name(out, hidden);
	free(hidden);
}

/* Bytes of the valid sequence of UTF-8 at @c; 0: none. */
static size_t sequence(const unsigned char *c)
{
	static const unsigned char least[] = { 0, 0, 0x80, 0xA0, 0x90 };
	size_t n = *c < 0x80		     ? 1
		   : *c >= 0xC2 && *c < 0xE0 ? 2
		   : *c >= 0xE0 && *c < 0xF0 ? 3
		   : *c >= 0xF0 && *c < 0xF5 ? 4
					     : 0;
	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xC0) != 0x80)
			return 0;
	/* Longer than needed, a surrogate, or above U+10FFFF. */
	bool first = *c == 0xE0 || *c == 0xF0;
	if ((first && c[1] < least[n]) || (*c == 0xED && c[1] > 0x9F) || (*c == 0xF4 && c[1] > 0x8F))
		return 0;
	return n;
}

void print_json(FILE *out, const char *text)
{
	putc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c;) {
		size_t n = sequence(c);
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < ' ' || *c == 0x7F)
			fprintf(out, "\\u%04x", *c);
		else if (n)
			fwrite(c, 1, n, out);
		else
			fputs("\\ufffd", out);
		c += n ? n : 1;
	}
	putc('"', out);
}

void print_error(const char *words)
{
	fputs("garner: ", stderr);
	print_said(stderr, words);
	putc('\n', stderr);
}

/* @words as one line of standard error behind @who. */
static void say(const char *who, const char *format, va_list args)
{
	char *words = NULL;
	fprintf(stderr, "%s: ", who);
	if (vasprintf(&words, format, args) >= 0)
		print_said(stderr, words);
	putc('\n', stderr);
	free(words);
}

void print_errorf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say("garner", format, args);
	va_end(args);
}

bool can_write(const char *path)
{
	struct stat st;
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	bool good = folder && (access(path, F_OK) == 0 ? access(path, W_OK) == 0 : access(folder, W_OK | X_OK) == 0);
	if (good && (!*path || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))) {
		errno = *path ? EISDIR : ENOENT;
		good = false;
	}
	if (!good)
		print_errorf("%s: %s", path, strerror(errno));
	free(folder);
	return good;
}

void print_place(void *user, const char *place, const char *text)
{
	uint64_t *count = user;
	if (count)
		++*count;
	print_said(stdout, place);
	printf(": %s\n", text);
}

/* ---- help ------------------------------------------------------------------------------------ */

int usage_error(const struct verb *verb, const char *format, ...)
{
	char who[40];
	va_list args;
	snprintf(who, sizeof(who), "garner %s", verb->name);
	va_start(args, format);
	say(who, format, args);
	va_end(args);
	return option_error(verb);
}

bool is_misplaced(const struct verb *verb, const char *path, const char *what)
{
	if (strncasecmp(path, "http://", 7) != 0 && strncasecmp(path, "https://", 8) != 0)
		return false;
	usage_error(verb, "%s is a URL, not %s", path, what);
	return true;
}

int option_error(const struct verb *verb)
{
	fprintf(stderr, "usage: garner %s %s\n'garner %s --help' says more\n", verb->name, verb->usage, verb->name);
	return EXIT_USAGE;
}

int help(const struct verb *verb)
{
	printf("usage: garner %s %s\n\n%s.\n\n%s", verb->name, verb->usage, verb->summary, verb->help);
	if (verb->common)
		fputs(common_help, stdout);
	return EXIT_DONE;
}

int operands_only(const struct verb *verb, int argc, char **argv, int count, const char *wanted)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (c == 'h')
			return help(verb);
		return option_error(verb);
	}
	return argc - optind == count ? -1 : usage_error(verb, "%s", wanted);
}

/* Of the first write that failed: what comes later overwrites errno. */
static int output_error;

bool output_failed(void)
{
	return output_error != 0;
}

int output_state(void)
{
	if (!ferror(stdout))
		return 0;
	if (!output_error)
		output_error = errno ? errno : EIO;
	return -1;
}

bool close_output(FILE *out)
{
	if (fflush(out) == 0 && !ferror(out))
		return true;
	fprintf(stderr, "garner: standard output: %s\n", strerror(output_error ? output_error : errno));
	return false;
}
