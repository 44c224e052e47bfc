/* From scores of blocks to the body of the page. */
#ifndef GARNER_EXTRACT_DECIDE_H
#define GARNER_EXTRACT_DECIDE_H

#include "extract/model.h"

/* Marks in @ret_keep (one byte a block) the set of blocks with the highest expected F1 of words, then
 * mends it; @p as of model_run. Returns the threshold that came out, 0 to 65535. */
uint16_t decide_body(const struct features *features, const uint16_t *p, uint8_t *ret_keep);

#endif
