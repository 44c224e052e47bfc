#include "cmd.h"

#include <stdlib.h>
#include <string.h>

static bool take_raw(struct common *common, const char *name)
{
	static const char *const names[] = { "gzip", "zst", "none", NULL };
	int i = choice_of(names, name);
	if (i >= 0)
		common->options.raw = (enum garner_raw)i;
	return i >= 0;
}

/* Bytes, or with K, M or G behind the number. */
static bool take_size(const char *text, size_t *ret)
{
	static const char units[] = "KMG";
	char *end;
	unsigned long long n = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (end == text || (*end && (!unit || end[1])))
		return false;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	if (n < 1 || n > (UINT64_C(1) << 40) >> shift)
		return false;
	*ret = (size_t)n << shift;
	return true;
}

bool writing_take(struct common *common, int c, const char *argument, const char **ret_wrong)
{
	*ret_wrong = NULL;
	switch (c) {
	case WRITING_DEDUP:
		if (!dedup_take(common, argument))
			*ret_wrong = "--dedup wants mark, skip or off";
		return true;
	case WRITING_RAW:
		if (!take_raw(common, argument))
			*ret_wrong = "--raw wants gzip, zst or none";
		return true;
	case WRITING_PACK_SIZE:
		if (!take_size(argument, &common->options.pack_bytes))
			*ret_wrong = "--pack-size wants a size like 64M";
		return true;
	default: return false;
	}
}
