/* --include, --exclude and --max-age: which documents are wanted. */
#ifndef GARNER_SIEVE_H
#define GARNER_SIEVE_H

#include "stage.h"

struct sieve;

/* Compiles options->include and ->exclude (PCRE2, UTF-8). *ret NULL when there is nothing to filter. -EINVAL with words
 * for a pattern that is refused. */
int sieve_new(const struct garner_options *options, struct sieve **ret_sieve, struct error *error);
/* --max-age counts from options->clock from now on. Takes NULL. */
void sieve_set_clock(struct sieve *sieve, const struct garner_options *options);
struct sieve *sieve_free(struct sieve *sieve);
/* True when --exclude names this URL or title: it need not be fetched. Takes NULL. Any thread. */
bool sieve_excludes(const struct sieve *sieve, struct view url, struct view title);

/* Stage behind normalise. GARNER_FILTERED: --include matches none of URL, title and text, --exclude one of them, or the
 * document was published longer ago than --max-age. */
extern const struct stage sieve_stage;

#endif
