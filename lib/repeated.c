#include "repeated.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "capture/source.h"
#include "decode/decode.h"
#include "extract/line_memory.h"
#include "extract/text_work.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

struct pass {
	struct engine *engine;
	struct line_memory *memory;
	struct matcher *matcher;
	void *decode;
	struct page page;
};

static int read_counts(const char *path, struct line_memory **ret, struct error *error)
{
	struct buf bytes = BUF_INIT(LINE_MEMORY_BYTES_MAX);
	struct error none = { 0 };
	int result = path ? file_read(path, LINE_MEMORY_BYTES_MAX, &bytes, &none) : 0;
	if (result == -ENOENT)
		result = 0;
	else if (result < 0)
		*error = none;
	if (result == 0 && line_memory_new(buf_view(&bytes), ret, &none) < 0)
		result = error_set(
			error, none.code, "%s: %s; 'garner repair' begins them anew", path ? path : "lines", none.text);
	buf_free(&bytes);
	return result;
}

/* A plain text, with the lines as cleaning will see them. */
static int count_page(struct pass *pass)
{
	struct page *page = &pass->page;
	struct work work = { .rules = pass->engine->rules, .matcher = pass->matcher, .page = page };
	int result = decode_stage.run(pass->decode, page);
	if (result || page->kind != PAGE_TEXT)
		return result;
	result = work_read(&work);
	if (result)
		return result;
	uint64_t host = line_memory_host(page->capture.url, page->capture.file);
	result = line_memory_add(pass->memory, host, page->utf8, work.lines, page->block_count);
	return result ? error_set(&page->error, result, "no memory for counts of lines") : 0;
}

static int count_pages(struct pass *pass, struct capture_reader *reader)
{
	for (;;) {
		page_reset(&pass->page);
		int result = capture_next(reader, &pass->page);
		if (result == SOURCE_END || (pass->engine->stop && atomic_load(pass->engine->stop)))
			return 0;
		if (result == 0)
			result = count_page(pass);
		/* A page that is dropped will be dropped, and named, in the run. */
		if (result < 0)
			return result;
	}
}

static bool is_readable_twice(const char *input)
{
	return strcmp(input, "-") != 0 && !strstr(input, "://");
}

static int count_inputs(struct pass *pass, const char *const *inputs, size_t count, struct error *error)
{
	struct capture_reader *reader = NULL;
	const char **files = calloc(count + 1, sizeof(*files));
	size_t n = 0;
	if (!files)
		return error_set(error, -ENOMEM, "no memory for %zu inputs", count);
	for (size_t i = 0; i < count; i++)
		if (is_readable_twice(inputs[i]))
			files[n++] = inputs[i];
	int result = n ? capture_open(pass->engine, files, n, &reader, error) : 0;
	if (!result && decode_stage.open)
		result = decode_stage.open(pass->engine, &pass->decode, error);
	if (!result && reader) {
		result = count_pages(pass, reader);
		if (result < 0)
			*error = pass->page.error;
	}
	if (decode_stage.close)
		decode_stage.close(pass->decode);
	capture_close(reader);
	free(files);
	return result;
}

int repeated_read(struct engine *engine, const char *path, const char *const *inputs, size_t count, struct error *error)
{
	struct pass pass = { .engine = engine, .matcher = matcher_new() };
	rules_remember(engine->rules, NULL, 0);
	int result = pass.matcher ? read_counts(path, &pass.memory, error)
				  : error_set(error, -ENOMEM, "no memory for matching rules");
	if (result == 0) {
		arena_init(&pass.page.arena, LIMIT_PAGE_MEMORY);
		pass.page.options = &engine->options;
		result = count_inputs(&pass, inputs, count, error);
		arena_free(&pass.page.arena);
	}
	matcher_free(pass.matcher);
	struct buf bytes = BUF_INIT(LINE_MEMORY_BYTES_MAX);
	if (result == 0)
		line_memory_write(pass.memory, &bytes);
	if (result == 0 && bytes.err)
		result = error_set(error, bytes.err, "no memory for counts of lines");
	if (result == 0)
		rules_remember(engine->rules, pass.memory, hash64(buf_view(&bytes), 0));
	else
		line_memory_free(pass.memory);
	buf_free(&bytes);
	return result;
}

int repeated_write(const struct engine *engine, const char *path, struct error *error)
{
	struct buf bytes = BUF_INIT(LINE_MEMORY_BYTES_MAX);
	line_memory_write(engine->rules->memory, &bytes);
	int result = bytes.err ? error_set(error, bytes.err, "no memory for counts of lines")
			       : file_publish(path, buf_view(&bytes), error);
	buf_free(&bytes);
	return result;
}
