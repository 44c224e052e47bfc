/* The captures of a store: raw/000000.warc.gz, appended like packs, sealed by size. */
#ifndef GARNER_STORE_RAW_H
#define GARNER_STORE_RAW_H

#include "store/inner.h"

struct raw_writer;

enum { RAW_SEAL_BYTES = 256 << 20, RAW_WRITE_BYTES = 1 << 20 };

/* Appends the page's capture and sets document.raw; nothing when captures are not kept. */
int raw_put(struct store *store, struct page *page, int64_t *ret_number, struct error *error);
/* Appends a revisit of @row's capture when @page was answered with the very same bytes or with 304, and sets
 * document.raw; nothing where the capture is not kept, or its bytes were others. */
int raw_put_revisit(struct store *store, struct page *page, const struct catalogue_document *row, struct error *error);
/* To the medium, and its size into the catalogue; seals a large one. */
int raw_sync(struct store *store, struct error *error);
/* Cuts what an interrupted run left behind the acknowledged bytes. */
int raw_recover(struct store *store, struct error *error);
/* Decodes the capture of a document, checksums and all. 0; 1: it is damaged, @error says how; or -ENOMEM. */
int raw_check(const char *root, const struct garner_document *document, struct error *error);
struct raw_writer *raw_free(struct raw_writer *raw);

#endif
