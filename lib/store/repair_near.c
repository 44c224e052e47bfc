/* Keys and signatures again, from rows and texts. */
#include <stdlib.h>
#include <unistd.h>
#include "dedup/dedup.h"
#include "store/near.h"
#include "store/repair_inner.h"
#include "util/limits.h"

static int add_signature(void *user, const struct catalogue_document *row)
{
	struct repair *repair = user;
	struct arena arena;
	struct garner_document d;
	struct minhash signature;
	arena_init(&arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	int result = store_reader_document(repair->reader, row, true, &arena, &d, repair->error);
	bool fit = !result && d.words >= NEAR_WORDS_MIN && d.dup_of == GARNER_NO_NUMBER;
	if (fit)
		minhash_of(view_make(d.text, d.text_size), &signature);
	if (!result)
		result = near_add(repair->store->near, row->n, row->id, fit ? &signature : NULL, repair->error);
	arena_free(&arena);
	return result;
}

int repair_near(struct repair *repair)
{
	struct store *store = repair->store;
	struct store_reader reader = { .root = store->root,
		.catalogue = store->catalogue,
		.fd = -1,
		.frame = -1,
		.pack = -1,
		.raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1) };
	reader.lines = (struct line_reader){ .root = store->root, .fd = -1 };
	/* A writer adds the keys of all rows that are in no run yet. Old files stay until the new catalogue is in
	 * place. */
	int result = keys_open(store->root, store->root, store->catalogue, true, &store->keys, repair->error);
	if (!result)
		result = near_open_beside(store->root, store->catalogue, &store->near, repair->error);
	repair->reader = &reader;
	if (!result)
		result = catalogue_each(store->catalogue, NULL, add_signature, repair, repair->error);
	if (!result)
		result = near_fill(store->near, store->next_n, repair->error);
	line_reader_close(&reader.lines);
	if (reader.fd >= 0)
		close(reader.fd);
	free(reader.pack_path);
	buf_free(&reader.raw);
	return result;
}
