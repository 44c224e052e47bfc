/* The functions of libarchive that are called here, loaded when the first of them is needed (util/late.h). */
#ifndef GARNER_UTIL_LATE_ARCHIVE_H
#define GARNER_UTIL_LATE_ARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include "util/error.h"

#define ARCHIVE_FUNCTIONS(X)                                                                                           \
	X(entry_clear)                                                                                                 \
	X(entry_filetype)                                                                                              \
	X(entry_free)                                                                                                  \
	X(entry_hardlink)                                                                                              \
	X(entry_is_encrypted)                                                                                          \
	X(entry_new)                                                                                                   \
	X(entry_pathname)                                                                                              \
	X(entry_pathname_utf8)                                                                                         \
	X(entry_set_filetype)                                                                                          \
	X(entry_set_mtime)                                                                                             \
	X(entry_set_pathname)                                                                                          \
	X(entry_set_perm)                                                                                              \
	X(entry_set_size)                                                                                              \
	X(entry_size)                                                                                                  \
	X(error_string)                                                                                                \
	X(filter_bytes)                                                                                                \
	X(format)                                                                                                      \
	X(read_data)                                                                                                   \
	X(read_data_block)                                                                                             \
	X(read_free)                                                                                                   \
	X(read_header_position)                                                                                        \
	X(read_new)                                                                                                    \
	X(read_next_header)                                                                                            \
	X(read_open1)                                                                                                  \
	X(read_open_memory)                                                                                            \
	X(read_set_callback_data)                                                                                      \
	X(read_set_format_option)                                                                                      \
	X(read_set_read_callback)                                                                                      \
	X(read_set_seek_callback)                                                                                      \
	X(read_set_skip_callback)                                                                                      \
	X(read_support_filter_bzip2)                                                                                   \
	X(read_support_filter_compress)                                                                                \
	X(read_support_filter_gzip)                                                                                    \
	X(read_support_filter_lz4)                                                                                     \
	X(read_support_filter_lzip)                                                                                    \
	X(read_support_filter_xz)                                                                                      \
	X(read_support_filter_zstd)                                                                                    \
	X(read_support_format_raw)                                                                                     \
	X(read_support_format_tar)                                                                                     \
	X(read_support_format_zip)                                                                                     \
	X(set_error)                                                                                                   \
	X(write_data)                                                                                                  \
	X(write_finish_entry)                                                                                          \
	X(write_free)                                                                                                  \
	X(write_header)                                                                                                \
	X(write_new)                                                                                                   \
	X(write_open)                                                                                                  \
	X(write_set_bytes_in_last_block)                                                                               \
	X(write_set_bytes_per_block)                                                                                   \
	X(write_set_format_pax_restricted)

struct archive_functions {
#define ARCHIVE_MEMBER(name) __typeof__(&archive_##name) name;
	ARCHIVE_FUNCTIONS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
	__typeof__(&archive_errno) code; /* archive_errno: errno is a macro */
};

/* NULL, with -ELIBACC and words in @error (which may be NULL), when libarchive can't be loaded. Any thread. */
const struct archive_functions *late_archive(struct error *error);

#endif
