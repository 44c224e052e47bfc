/* What a store's files may hold after damage, or when somebody else made them, by the first byte: a line of a manifest
 * or export, a line of gone.jsonl or runs.jsonl, a pack proven alone, or its frames one after the other. Nothing is
 * read outside the input, and what is found in it is bounded by it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/gone.h"
#include "store/index.h"
#include "store/pack.h"
#include "store/verify.h"
#include "util/limits.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written, and what is written is read as the same. */
static void document(struct view in)
{
	struct arena arena;
	struct garner_document d;
	arena_init(&arena, MIB(64));
	if (document_read(&arena, in, &d, NULL) == 0) {
		struct buf first = BUF_INIT(MIB(64)), second = BUF_INIT(MIB(64));
		document_write(&first, &d, DOCUMENT_ALL);
		if (!utf8_is_valid(buf_view(&first)) || document_read(&arena, buf_view(&first), &d, NULL))
			abort();
		document_write(&second, &d, DOCUMENT_ALL);
		if (!view_eq(buf_view(&first), buf_view(&second)))
			abort();
		buf_free(&first);
		buf_free(&second);
	}
	arena_free(&arena);
}

static void log_line(struct view in)
{
	struct gone gone;
	struct index_count count;
	struct error error = { 0 };
	gone_read(in, &gone);
	index_count_init(&count);
	index_count_run(&count, in, &error);
	index_count_free(&count);
}

static int on_member(void *user, const char *name, struct view bytes, size_t at)
{
	const struct view *raw = user;
	if (!name || at > raw->n || bytes.n > raw->n - at)
		abort();
	return 0;
}

static void frames(int fd, int64_t size)
{
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	for (int64_t at = 0, step = 0; at < size && step < 64; step++) {
		struct pack_frame frame;
		const char *why = NULL;
		struct error error = { 0 };
		int result = pack_next(fd, "fuzz", at, size, &raw, &frame, &why, &error);
		if (result < 0)
			break;
		if (result == PACK_BAD) {
			int64_t next;
			if (!why || pack_seek_frame(fd, "fuzz", at, size, &next, &error) || next <= at)
				abort();
			at = next;
			continue;
		}
		struct view bytes = buf_view(&raw);
		if (result == PACK_DATA)
			pack_members(bytes, on_member, &bytes, &error);
		if (!frame.packed || frame.packed > size - at)
			abort();
		at += frame.packed;
	}
	buf_free(&raw);
}

static void on_finding(void *user, const char *place, const char *text)
{
	if (!place || !text || !*text)
		abort();
	++*(size_t *)user;
}

static void pack(struct view in, bool alone)
{
	char path[40];
	size_t findings = 0;
	struct error error = { 0 };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || (in.n && write(fd, in.p, in.n) != (ssize_t)in.n))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!alone)
		frames(fd, (int64_t)in.n);
	else if (store_verify(path, true, NULL, on_finding, &findings, &error) < 0 && !error.text[0])
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct view in = view_make((const char *)data + 1, size - 1);
	switch (data[0] % 4) {
	case 0: document(in); break;
	case 1: log_line(in); break;
	case 2: pack(in, true); break;
	default: pack(in, false); break;
	}
	return 0;
}
