/* Three results, never mixed: 0 done; < 0 fatal (a negative errno), passed up untouched, its words
 * in struct error; > 0 an outcome of one page or input (enum garner_reason), handled by the caller. */
#ifndef GARNER_UTIL_ERROR_H
#define GARNER_UTIL_ERROR_H

struct error {
	int code;	/* negative errno, 0 while nothing failed; > 0: why one input has no other end */
	char text[512]; /* names the file, the place and the reason; no secrets; of longer words begin and end */
};

/* Notes the first error and returns @code. A NULL @error is allowed. */
int error_set(struct error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
