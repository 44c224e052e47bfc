#include "store/raw_pack.h"

#include <errno.h>
#include <stdlib.h>
#include "util/buf.h"
#include "util/clock.h"
#include "util/limits.h"

struct raw_packer {
	struct warc_writer *warc;
	int64_t clock;
};

enum warc_packing raw_packing(const struct garner_options *options)
{
	return options->raw == GARNER_RAW_ZSTD ? WARC_PACK_ZSTD : WARC_PACK_GZIP;
}

int raw_packer_new(const struct engine *engine, struct raw_packer **ret_packer, struct error *error)
{
	struct raw_packer *packer = calloc(1, sizeof(*packer));
	if (!packer)
		return error_set(error, -ENOMEM, "no memory for packing captures");
	packer->clock = clock_now(&engine->options);
	int result = warc_writer_new(raw_packing(&engine->options), &packer->warc, error);
	if (result) {
		raw_packer_free(packer);
		return result;
	}
	*ret_packer = packer;
	return 0;
}

/* More than the fields of three records with all their strings; what does not fit all the same is packed by the writer.
 */
static size_t record_bytes(const struct capture *c)
{
	return c->head.n + c->body.n + c->request_head.n + 8 * c->url.n + KIB(64);
}

void raw_pack(struct raw_packer *packer, struct page *page, struct arena *scratch)
{
	const struct capture *capture = &page->capture;
	struct warc_place group, main;
	if (!capture->keep_raw)
		return;
	size_t plain_n = record_bytes(capture), out_n = warc_packed_bound(packer->warc, plain_n) + KIB(64);
	char *plain = arena_alloc(scratch, plain_n), *room = arena_alloc(scratch, out_n);
	struct buf out = { .p = room, .cap = out_n, .max = out_n };
	if (!plain || !room)
		return;
	warc_writer_lend(packer->warc, plain, plain_n);
	int result = warc_write_capture(packer->warc, &out, capture, packer->clock, NULL, &group, &main);
	warc_writer_lend(packer->warc, NULL, 0);
	const char *bytes = result ? NULL : arena_strdup_view(&page->arena, buf_view(&out));
	struct raw_packed *packed = bytes ? arena_alloc(&page->arena, sizeof(*packed)) : NULL;
	if (packed)
		*packed = (struct raw_packed){ view_make(bytes, out.n), group, main };
	page->packed = packed;
}

struct raw_packer *raw_packer_free(struct raw_packer *packer)
{
	if (packer) {
		warc_writer_free(packer->warc);
		free(packer);
	}
	return NULL;
}
