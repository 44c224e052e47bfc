/* The records of a page's capture, packed by the worker that made the page: the ordered writer only appends them.
 * Packing takes as long as all that becomes of the page's text (libdeflate level 6, two SHA-1). The bytes are those
 * that the writer makes where it packs itself: a revisit, or a page that came without. */
#ifndef GARNER_STORE_RAW_PACK_H
#define GARNER_STORE_RAW_PACK_H

#include "page.h"
#include "stage.h"
#include "store/warc_write.h"

/* In the page's arena. Places are counted from the start of @bytes. */
struct raw_packed {
	struct view bytes;
	struct warc_place group, main;
};

struct raw_packer; /* one thread; keeps its compressor between pages */
int raw_packer_new(const struct engine *engine, struct raw_packer **ret_packer, struct error *error);
/* Sets page->packed where the page's capture is worth keeping; leaves it NULL where memory is short. @scratch takes the
 * record before and after it is packed; nothing stays there. */
void raw_pack(struct raw_packer *packer, struct page *page, struct arena *scratch);
struct raw_packer *raw_packer_free(struct raw_packer *packer);
/* How a store with these options packs its captures. */
enum warc_packing raw_packing(const struct garner_options *options);

#endif
