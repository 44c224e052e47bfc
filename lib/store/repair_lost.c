/* Documents that a manifest names and no pack holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "store/repack.h"
#include "store/repair_inner.h"

static const char *copy_of(struct repair *repair, const char *text)
{
	return arena_strndup(&repair->missing_arena, text, strlen(text));
}

int repair_missing(struct repair *repair, const char *pack, const struct garner_document *d)
{
	if (repair->missing_count == repair->missing_cap) {
		size_t cap = repair->missing_cap ? repair->missing_cap * 2 : 64;
		struct missing *grown = realloc(repair->missing, cap * sizeof(*grown));
		if (!grown)
			return repair_no_memory(repair);
		repair->missing = grown;
		repair->missing_cap = cap;
	}
	struct missing *missing = &repair->missing[repair->missing_count++];
	*missing = (struct missing){ .n = d->n,
		.id = strtoull(d->id, NULL, 16),
		.pack = copy_of(repair, pack),
		.name = copy_of(repair, d->path),
		.url = d->url ? copy_of(repair, d->url) : NULL };
	return missing->pack && missing->name && (missing->url || !d->url) ? 0 : repair_no_memory(repair);
}

/* 1: no pack holds it. */
static int is_lost(struct repair *repair, const struct missing *missing)
{
	struct catalogue_document row;
	if (map_get(&repair->gone, view_make((const char *)&missing->n, sizeof(missing->n))))
		return 0;
	return catalogue_document(repair->store->catalogue, missing->n, &row, repair->error);
}

static int note_lost(struct repair *repair, const struct missing *missing)
{
	repair_say(repair, missing->pack, "document %lld (%s)%s%s: lost", (long long)missing->n, missing->name,
		missing->url ? " " : "", missing->url ? missing->url : "");
	/* Two manifests may name it. */
	uint64_t *value = map_put(&repair->gone, view_make((const char *)&missing->n, sizeof(missing->n)));
	if (!value)
		return repair_no_memory(repair);
	*value = GONE_LOST;
	return store_gone(repair->store, missing->n, missing->id, NULL, "damaged", true, repair->error);
}

int repair_lost(struct repair *repair)
{
	int result = 0;
	for (size_t i = 0; result >= 0 && i < repair->missing_count; i++) {
		result = is_lost(repair, &repair->missing[i]);
		if (result > 0)
			result = note_lost(repair, &repair->missing[i]);
	}
	return result < 0 ? result : 0;
}
