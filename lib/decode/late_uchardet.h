/* The functions of uchardet that are called here, loaded when the first of them is needed (util/late.h): few pages ask
 * for it, and it brings the C++ library along. */
#ifndef GARNER_DECODE_LATE_UCHARDET_H
#define GARNER_DECODE_LATE_UCHARDET_H

#include <uchardet.h>
#include "util/error.h"

#define UCHARDET_FUNCTIONS(X)                                                                                          \
	X(data_end)                                                                                                    \
	X(delete)                                                                                                      \
	X(get_charset)                                                                                                 \
	X(handle_data)                                                                                                 \
	X(new)                                                                                                         \
	X(reset)

struct uchardet_functions {
#define UCHARDET_MEMBER(name) __typeof__(&uchardet_##name) name;
	UCHARDET_FUNCTIONS(UCHARDET_MEMBER)
#undef UCHARDET_MEMBER
};

/* NULL, with -ELIBACC and words in @error (which may be NULL), when uchardet can't be loaded. Any thread. */
const struct uchardet_functions *late_uchardet(struct error *error);

#endif
