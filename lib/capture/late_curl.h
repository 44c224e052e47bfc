/* The functions of libcurl that exchange.c calls, loaded when the first of them is needed (util/late.h).
 * curl_easy_setopt is one of them: curl->easy_setopt(easy, CURLOPT_…, …). */
#ifndef GARNER_CAPTURE_LATE_CURL_H
#define GARNER_CAPTURE_LATE_CURL_H

#include <curl/curl.h>
#include "util/error.h"

#define CURL_FUNCTIONS(X)                                                                                              \
	X(easy_cleanup)                                                                                                \
	X(easy_getinfo)                                                                                                \
	X(easy_init)                                                                                                   \
	X(easy_pause)                                                                                                  \
	X(easy_setopt)                                                                                                 \
	X(easy_strerror)                                                                                               \
	X(free)                                                                                                        \
	X(global_cleanup)                                                                                              \
	X(global_init)                                                                                                 \
	X(multi_add_handle)                                                                                            \
	X(multi_cleanup)                                                                                               \
	X(multi_info_read)                                                                                             \
	X(multi_init)                                                                                                  \
	X(multi_perform)                                                                                               \
	X(multi_poll)                                                                                                  \
	X(multi_remove_handle)                                                                                         \
	X(multi_setopt)                                                                                                \
	X(multi_strerror)                                                                                              \
	X(slist_append)                                                                                                \
	X(slist_free_all)                                                                                              \
	X(url)                                                                                                         \
	X(url_cleanup)                                                                                                 \
	X(url_get)                                                                                                     \
	X(url_set)

struct curl_functions {
#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
	CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* NULL, with -ELIBACC and words in @error (which may be NULL), when libcurl can't be loaded. Any thread. */
const struct curl_functions *late_curl(struct error *error);

#endif
