/* Counts of lines: what nothing can make again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "extract/line_memory.h"
#include "store/repair_inner.h"
#include "store/verify.h"
#include "util/file.h"

int store_check_counts(const char *path, struct error *why)
{
	struct buf bytes = BUF_INIT(LINE_MEMORY_BYTES_MAX);
	struct line_memory *memory = NULL;
	int result = file_read(path, LINE_MEMORY_BYTES_MAX, &bytes, why);
	if (!result && (result = line_memory_new(buf_view(&bytes), &memory, why)) == 0)
		line_memory_free(memory);
	buf_free(&bytes);
	return result == -ENOENT ? 0 : result;
}

int repair_counts(struct repair *repair)
{
	struct error why = { 0 };
	char *path = store_path(repair->store, STORE_COUNTS_NAME);
	int result = path ? store_check_counts(path, &why) : repair_no_memory(repair);
	if (result == -EBADMSG) {
		repair_say(repair, path, "%s: removed, they begin anew", why.text);
		result = unlink(path) < 0 ? error_set(repair->error, -errno, "%s: %s", path, strerror(errno)) : 0;
	} else if (path && result < 0) {
		*repair->error = why;
	}
	free(path);
	return result;
}
