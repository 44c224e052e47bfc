/* Outside libraries that few commands need are loaded when they are first used: libcurl with the thirty libraries
 * behind it is half of what the dynamic linker does at every start (10.6 of 23.6 million instructions), libarchive
 * with libxml2 and ICU another eighth.
 *
 * A library has a table of functions whose types come from its own header, and one static struct late that fills it:
 *
 *     #define ZIP_FUNCTIONS(X) X(open) X(close)
 *     struct zip_functions {
 *     #define X(name) __typeof__(&zip_##name) name;
 *     	ZIP_FUNCTIONS(X)
 *     #undef X
 *     };
 *
 * The table is written once, under a lock, before the first caller gets it, and never again: it is constant to all
 * who read it. A static build (meson -Dprefer_static=true) has the table constant from the beginning and the library
 * linked in the usual way. */
#ifndef GARNER_UTIL_LATE_H
#define GARNER_UTIL_LATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include "util/error.h"

struct late {
	const char *file;	  /* "libcurl.so.4": what the dynamic linker looks for */
	const char *const *names; /* of the functions, as the library spells them */
	void **functions;	  /* their places in the table, in the same order */
	size_t count;
	pthread_mutex_t lock;
	atomic_bool ready;
	bool shared; /* its symbols serve the libraries that are loaded after it */
};
#define LATE_INIT(file, names, table)                                                                                  \
	{                                                                                                              \
		file, names, (void **)(void *)&(table), sizeof(names) / sizeof((names)[0]), PTHREAD_MUTEX_INITIALIZER, \
			false, false                                                                                   \
	}

/* Fills the table when this is the first call that can. 0, or -ELIBACC: the library, or a function of it, isn't
 * there; the words name it. Safe from any thread. */
int late_load(struct late *late, struct error *error);

#endif
