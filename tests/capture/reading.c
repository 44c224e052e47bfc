#include "reading.h"

#include <assert.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>
#include <zstd.h>
#include "capture/source.h"
#include "util/limits.h"

static char *copy_of(struct view v)
{
	return v.p ? strndup(v.p, v.n) : NULL;
}

static void keep(struct reading *reading, const struct page *page, int reason)
{
	const struct capture *c = &page->capture;
	if (!(reading->count & (reading->count - 1))) /* at each power of two, twice the room */
		reading->items =
			realloc(reading->items, (reading->count ? 2 * reading->count : 1) * sizeof(*reading->items));
	struct taken *t = &reading->items[reading->count++];
	*t = (struct taken){ .reason = reason,
		.detail = page->detail ? strdup(page->detail) : NULL,
		.file = copy_of(c->file),
		.record = copy_of(c->record),
		.url = copy_of(c->url),
		.type = copy_of(c->content_type),
		.body = malloc(c->body.n + 1),
		.body_size = c->body.n,
		.error_count = page->document.error_count,
		.offset = c->offset,
		.length = c->length,
		.fetched = c->fetched,
		.truncated = c->truncated };
	if (c->body.n)
		memcpy(t->body, c->body.p, c->body.n);
	t->body[c->body.n] = 0;
}

struct reading read_inputs(const char *const *inputs, size_t count)
{
	struct reading reading = { 0 };
	struct engine engine = { .options = { .clock = 1 } };
	struct capture_reader *reader = NULL;
	struct error error = { 0 };
	struct page page = { 0 };
	int opened = capture_open(&engine, inputs, count, &reader, &error);
	assert(opened == 0);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &engine.options;
	for (;;) {
		page_reset(&page);
		reading.result = capture_next(reader, &page);
		if (reading.result == SOURCE_END || reading.result < 0)
			break;
		keep(&reading, &page, reading.result);
	}
	arena_free(&page.arena);
	capture_close(reader);
	return reading;
}

struct reading read_one(const char *input)
{
	return read_inputs(&input, 1);
}

struct reading read_piped(struct view bytes)
{
	int ends[2];
	if (pipe(ends) < 0)
		abort();
	pid_t writer = fork();
	if (writer == 0) {
		close(ends[0]);
		for (size_t done = 0; done < bytes.n;) {
			ssize_t n = write(ends[1], bytes.p + done, bytes.n - done);
			if (n <= 0)
				break;
			done += (size_t)n;
		}
		_exit(0);
	}
	close(ends[1]);
	int before = dup(STDIN_FILENO);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	struct reading reading = read_one("-");
	dup2(before, STDIN_FILENO);
	close(before);
	waitpid(writer, NULL, 0);
	return reading;
}

void reading_free(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		struct taken *t = &reading->items[i];
		free(t->detail);
		free(t->file);
		free(t->record);
		free(t->url);
		free(t->type);
		free(t->body);
	}
	free(reading->items);
	*reading = (struct reading){ 0 };
}

const struct taken *taken_of(const struct reading *reading, const char *record)
{
	for (size_t i = 0; i < reading->count; i++)
		if (reading->items[i].record && strcmp(reading->items[i].record, record) == 0)
			return &reading->items[i];
	return NULL;
}

size_t count_of(const struct reading *reading, int reason)
{
	size_t n = 0;
	for (size_t i = 0; i < reading->count; i++)
		n += reading->items[i].reason == reason;
	return n;
}

static char folder[64];

const char *folder_new(void)
{
	snprintf(folder, sizeof(folder), "%s/garner-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(folder);
}

void folder_gone(void)
{
	char command[256];
	snprintf(command, sizeof(command), "chmod -R u+rwx '%s' 2>/dev/null; rm -rf '%s'", folder, folder);
	if (folder[0] && system(command) != 0)
		abort();
}

int folder_begin(void **state)
{
	(void)state;
	return folder_new() ? 0 : -1;
}

int folder_end(void **state)
{
	(void)state;
	folder_gone();
	return 0;
}

const char *in_folder(const char *name)
{
	static char places[8][512];
	static unsigned next;
	char *place = places[next++ % 8];
	snprintf(place, sizeof(places[0]), "%s/%s", folder, name);
	return place;
}

const char *file_new(const char *name, struct view bytes)
{
	const char *path = in_folder(name);
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes.p, 1, bytes.n, file) != bytes.n || fclose(file) != 0)
		abort();
	return path;
}

struct buf gzip_of(struct view bytes)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	size_t bound = libdeflate_gzip_compress_bound(c, bytes.n);
	buf_added(&out, libdeflate_gzip_compress(c, bytes.p, bytes.n, buf_room(&out, bound), bound));
	libdeflate_free_compressor(c);
	return out;
}

struct buf zstd_of(struct view bytes, struct view dictionary)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(bytes.n);
	buf_added(&out, ZSTD_compress_usingDict(
				c, buf_room(&out, bound), bound, bytes.p, bytes.n, dictionary.p, dictionary.n, 3));
	ZSTD_freeCCtx(c);
	return out;
}

size_t peak_memory(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (size_t)usage.ru_maxrss * 1024;
}
