/* What a store's catalogue tells at once, of one pack or archive: the texts of a document, counts and sizes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/read.h"
#include "util/limits.h"

struct history {
	char id[17];
	garner_document_fn *fn;
	void *user;
};

static int take_id(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct history *history = user;
	(void)reason;
	(void)detail;
	snprintf(history->id, sizeof(history->id), "%s", d->id ? d->id : "");
	return 0;
}

static int tell(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct history *history = user;
	return d->id && strcmp(d->id, history->id) == 0 ? history->fn(history->user, d, reason, detail) : 0;
}

int pack_file_history(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error)
{
	struct history history = { .fn = fn, .user = user };
	int result = pack_file_show(path, key, take_id, &history, error);
	return result ? result : pack_file_list(path, NULL, NULL, tell, &history, error);
}

/* ---- counts ------------------------------------------------------------------------------------ */

struct counting {
	struct index_count count;
	struct error *error;
};

static int count_document(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct counting *counting = user;
	(void)reason;
	(void)detail;
	return index_count_document(&counting->count, d, counting->error);
}

/* The runs that the pack was made by, and the bytes of its manifest. */
static int count_closing(int fd, const char *path, int64_t size, struct index_count *count, struct garner_stats *stats,
	struct error *error)
{
	struct pack_frame *frames = NULL;
	struct closing closing = { .raw = BUF_INIT(0) };
	size_t frame_count;
	int result = pack_frames(fd, path, size, &frames, &frame_count, error);
	if (!result)
		result = closing_read(fd, path, frames, frame_count, &closing, error);
	if (!result)
		stats->manifest_bytes = closing.manifest.n;
	for (struct view rest = closing.runs, line; !result && view_next_line(&rest, &line);)
		result = index_count_run(count, line, error);
	closing_free(&closing);
	free(frames);
	return result;
}

int pack_file_stats(const char *path, struct garner_stats *ret_stats, struct error *error)
{
	struct garner_stats stats = { .packs = 1 };
	struct counting counting = { .error = error };
	struct stat st;
	index_count_init(&counting.count);
	/* First: it says what is wrong with a file that is no archive. */
	int result = pack_file_list(path, NULL, NULL, count_document, &counting, error);
	int fd = result ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (!result && (fd < 0 || fstat(fd, &st) < 0))
		result = error_set(error, -errno, "%s: open: %s", path, strerror(errno));
	if (!result)
		result = count_closing(fd, path, st.st_size, &counting.count, &stats, error);
	if (fd >= 0)
		close(fd);
	if (!result) {
		index_count_end(&counting.count);
		stats_of_head(&counting.count.head, &stats);
		stats.pack_bytes = (uint64_t)st.st_size;
		*ret_stats = stats;
	}
	index_count_free(&counting.count);
	return result;
}
