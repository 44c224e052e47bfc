/* A program that speaks its user's language: what the library gives and writes is the same in any locale.
 * library_locale STORE INPUT... */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include "garner.h"

static int print(void *user, const struct garner_document *document, int reason, const char *detail)
{
	(void)user;
	char *json = garner_document_json(document);
	printf("%s %s %s\n", garner_reason_name(reason), detail ? detail : "", json ? json : "no memory");
	free(json);
	return 0;
}

int main(int argc, char **argv)
{
	const struct garner_options options = { .jobs = 1, .clock = 1700000000, .explain = true, .markdown = true };
	if (argc < 3 || !setlocale(LC_ALL, ""))
		return 2;
	struct garner *g = garner_new(&options);
	int result = garner_ingest(g, argv[1], (const char *const *)argv + 2, (size_t)(argc - 2), print, NULL);
	if (!result)
		result = garner_verify(g, argv[1], true, NULL, NULL);
	if (!result)
		result = garner_list(g, argv[1], NULL, print, NULL);
	if (result)
		fprintf(stderr, "%d %s\n", result, garner_error(g) ? garner_error(g) : "");
	printf("%.2f\n", 0.25);
	garner_free(g);
	return result != 0;
}
