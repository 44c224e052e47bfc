#include "store/raw_pack.h"

#include <errno.h>
#include <stdlib.h>
#include "util/buf.h"
#include "util/clock.h"

struct raw_packer {
	struct warc_writer *warc;
	struct buf out;
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
	packer->out = BUF_INIT(SIZE_MAX / 4);
	packer->clock = clock_now(&engine->options);
	int result = warc_writer_new(raw_packing(&engine->options), &packer->warc, error);
	if (result) {
		raw_packer_free(packer);
		return result;
	}
	*ret_packer = packer;
	return 0;
}

void raw_pack(struct raw_packer *packer, struct page *page)
{
	struct raw_packed *packed;
	struct warc_place group, main;
	if (!page->capture.keep_raw)
		return;
	buf_reset(&packer->out);
	if (warc_write_capture(packer->warc, &packer->out, &page->capture, packer->clock, NULL, &group, &main))
		return;
	const char *bytes = arena_strdup_view(&page->arena, buf_view(&packer->out));
	packed = bytes ? arena_alloc(&page->arena, sizeof(*packed)) : NULL;
	if (packed)
		*packed = (struct raw_packed){ view_make(bytes, packer->out.n), group, main };
	page->packed = packed;
}

struct raw_packer *raw_packer_free(struct raw_packer *packer)
{
	if (packer) {
		warc_writer_free(packer->warc);
		buf_free(&packer->out);
		free(packer);
	}
	return NULL;
}
