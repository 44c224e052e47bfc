#include "store/newest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int newest_replace(struct newest *newest, int64_t n)
{
	if (n < 0)
		return 0;
	if (n / 8 >= newest->bytes) {
		int64_t bytes = n / 8 + n / 16 + 4096;
		uint8_t *grown = realloc(newest->replaced, (size_t)bytes);
		if (!grown)
			return -ENOMEM;
		memset(grown + newest->bytes, 0, (size_t)(bytes - newest->bytes));
		newest->replaced = grown;
		newest->bytes = bytes;
	}
	newest->replaced[n / 8] |= (uint8_t)(1 << n % 8);
	return 0;
}

bool newest_is_replaced(const struct newest *newest, int64_t n)
{
	return n >= 0 && n / 8 < newest->bytes && (newest->replaced[n / 8] >> n % 8 & 1);
}

static int take_revision(void *user, const struct catalogue_document *row)
{
	return newest_replace(user, row->revision_of);
}

int newest_read(struct newest *newest, struct catalogue *catalogue, struct error *error)
{
	int result = catalogue_each_revision(catalogue, take_revision, newest, error);
	return result == -ENOMEM ? error_set(error, result, "no memory for the list of revisions") : result;
}

void newest_free(struct newest *newest)
{
	free(newest->replaced);
	*newest = (struct newest){ 0 };
}
