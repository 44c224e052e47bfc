/* A sealed pack proves itself: every member against SHA256SUMS, INDEX.md against its manifest, the seek table
 * against the frames. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/verify.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

struct pack_proof {
	struct verify *verify;
	const char *path;
	int fd;
	int64_t size;
	struct pack_frame *frames;
	size_t count;
	struct closing closing;
	struct view sums; /* what is left of SHA256SUMS */
};

static int compare_member(void *user, const char *name, struct view bytes, size_t at)
{
	struct pack_proof *proof = user;
	struct view line;
	uint8_t digest[32];
	char hex[65], expected[200];
	(void)at;
	if (strcmp(name, "SHA256SUMS") == 0) {
		if (proof->sums.n)
			verify_find(proof->verify, proof->path, "SHA256SUMS names members that are not there");
		return 0;
	}
	sha256_of(bytes, digest);
	hex_of(digest, 32, hex);
	snprintf(expected, sizeof(expected), "%s  %s", hex, name);
	if (!view_next_line(&proof->sums, &line)) {
		verify_find(proof->verify, proof->path, "%s: stands in the pack, but not in SHA256SUMS", name);
		return 0;
	}
	if (view_eq(line, view_of(expected)))
		return 0;
	if (line.n > 66 && view_eq(view_from(line, 66), view_of(name)))
		verify_find(proof->verify, proof->path, "%s: has another digest than in SHA256SUMS", name);
	else
		verify_find(proof->verify, proof->path, "%s: SHA256SUMS has another member at its place", name);
	return 0;
}

/* After a frame that is lost the list goes on behind its members. */
static void skip_to(struct pack_proof *proof, const char *name)
{
	struct view rest = proof->sums, line, before = proof->sums;
	while (view_next_line(&rest, &line)) {
		if (line.n > 66 && view_eq(view_from(line, 66), view_of(name))) {
			for (struct view lost; before.p < line.p && view_next_line(&before, &lost);)
				verify_find(proof->verify, proof->path, "%.*s: lost with its frame",
					lost.n > 66 ? (int)(lost.n - 66) : 0, lost.n > 66 ? lost.p + 66 : "");
			proof->sums = view_make(line.p, proof->sums.n - (size_t)(line.p - proof->sums.p));
			return;
		}
	}
}

static int check_frame(struct pack_proof *proof, const struct pack_frame *frame, struct buf *raw, bool *lost)
{
	struct error why = { 0 };
	int result = pack_read(proof->fd, proof->path, frame->offset, frame->packed, raw, &why);
	if (!result && raw->n != frame->raw)
		verify_find(proof->verify, proof->path, "offset %lld: the seek table says %u bytes, the frame has %zu",
			(long long)frame->offset, frame->raw, raw->n);
	if (!result && *lost && raw->n >= 512) {
		char name[101] = "";
		memcpy(name, raw->p, 100);
		skip_to(proof, name);
		*lost = false;
	}
	if (!result)
		result = pack_members(buf_view(raw), compare_member, proof, &why);
	if (!result)
		return 0;
	*lost = true;
	return verify_failed(proof->verify, proof->path, result, &why);
}

static int check_documents(struct pack_proof *proof)
{
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	bool lost = false;
	int result = 0;
	for (size_t i = 0; !result && i < proof->closing.first; i++) {
		result = store_stopped(proof->verify->stop, proof->path, proof->verify->error);
		if (!result)
			result = check_frame(proof, &proof->frames[i], &raw, &lost);
	}
	if (lost && !result)
		skip_to(proof, "INDEX.md");
	buf_free(&raw);
	return result;
}

/* ---- the index again ------------------------------------------------------------------------ */

static int find_closing(void *user, const char *name, struct view bytes, size_t at)
{
	struct view *wanted = user;
	(void)at;
	/* wanted[0]: name in, wanted[1]: bytes out. */
	if (view_eq(view_of(name), wanted[0]))
		wanted[1] = bytes;
	return 0;
}

static int compare_rendered(void *user, const char *name, struct view bytes, struct error *error)
{
	struct pack_proof *proof = user;
	struct view wanted[2] = { view_of(name), VIEW_NONE };
	int result = pack_members(buf_view(&proof->closing.raw), find_closing, wanted, error);
	if (!result && !view_eq(wanted[1], bytes))
		verify_find(proof->verify, proof->path, "%s: is not what the manifest gives", name);
	return result;
}

/* What the pack calls itself in its runs.jsonl; empty for an archive. */
static void pack_name_of(struct view runs, char ret_name[64])
{
	static const char key[] = "\"pack\":\"";
	size_t at = view_find(runs, view_of(key));
	ret_name[0] = 0;
	if (at == runs.n)
		return;
	struct view name = view_from(runs, at + sizeof(key) - 1);
	name = view_first(name, view_find_byte(name, '"'));
	if (name.n < 64) {
		memcpy(ret_name, name.p, name.n);
		ret_name[name.n] = 0;
	}
}

static int check_index(struct pack_proof *proof)
{
	char name[64];
	struct view manifest = proof->closing.manifest;
	struct error why = { 0 };
	struct buf sums = BUF_INIT(SIZE_MAX / 2);
	pack_name_of(proof->closing.runs, name);
	struct seal_source source = { .fd = memfd_create("manifest", MFD_CLOEXEC),
		.name = "manifest.jsonl",
		.size = (int64_t)manifest.n,
		.pack_name = *name ? name : NULL,
		.runs = proof->closing.runs };
	if (source.fd < 0)
		return error_set(proof->verify->error, -errno, "%s: memory file: %s", proof->path, strerror(errno));
	int result = file_write(source.fd, manifest.p, manifest.n, proof->verify->error, proof->path);
	if (!result) {
		result = seal_render(&source, &sums, compare_rendered, proof, &why);
		if (result)
			result = verify_failed(proof->verify, proof->path, result, &why);
		else if (!view_starts(proof->closing.sums, view_first(buf_view(&sums), sums.n)))
			verify_find(proof->verify, proof->path, "SHA256SUMS: is not what the manifest gives");
	}
	close(source.fd);
	buf_free(&sums);
	return result;
}

/* ---- the frames ----------------------------------------------------------------------------- */

/* The frames by walking; sound or not, each is found by the next magic number. */
static int check_walk(struct pack_proof *proof)
{
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	const char *why = NULL;
	int result = 0;
	size_t i = 0;
	for (int64_t at = 0; at < proof->size;) {
		struct pack_frame frame;
		result = pack_next(proof->fd, proof->path, at, proof->size, &raw, &frame, &why, proof->verify->error);
		if (result < 0)
			break;
		if (result == PACK_BAD) {
			verify_find(proof->verify, proof->path, "offset %lld: %s", (long long)at, why);
			result = pack_seek_frame(proof->fd, proof->path, at, proof->size, &at, proof->verify->error);
			if (result)
				break;
			continue;
		}
		if (result == PACK_DATA) {
			while (i < proof->count && proof->frames[i].offset < at)
				i++;
			if (proof->count && (i >= proof->count || proof->frames[i].offset != at ||
						    proof->frames[i].packed != frame.packed))
				verify_find(proof->verify, proof->path,
					"offset %lld: the seek table has another frame here", (long long)at);
		}
		at += frame.packed;
		result = 0;
	}
	buf_free(&raw);
	return result;
}

static int prove(struct pack_proof *proof)
{
	struct verify *verify = proof->verify;
	struct error why = { 0 };
	int result = pack_table(proof->fd, proof->path, proof->size, &proof->frames, &proof->count, &why);
	if (result == -ENOENT)
		verify_find(verify, proof->path, "no seek table: an open pack, or one that lost its end");
	else if (result && (result = verify_failed(verify, proof->path, result, &why)))
		return result;
	if (!proof->frames)
		return check_walk(proof);
	why = (struct error){ 0 };
	result = closing_read(proof->fd, proof->path, proof->frames, proof->count, &proof->closing, &why);
	if (result == -ENOENT)
		verify_find(verify, proof->path,
			"no closing members: neither an archive of garner build nor a sealed pack");
	else if (result)
		result = verify_failed(verify, proof->path, result, &why);
	if (result == 0 && !proof->closing.sums.p)
		return check_walk(proof);
	if (result)
		return result == -ENOENT ? check_walk(proof) : result;
	proof->sums = proof->closing.sums;
	if (verify->data)
		result = check_documents(proof);
	if (!verify->data)
		for (struct view line; proof->sums.n;) {
			/* Without @data the documents' lines are passed over. */
			struct view rest = proof->sums;
			if (!view_next_line(&rest, &line) || line.n < 67 || !is_member_name(view_from(line, 66)))
				break;
			proof->sums = rest;
		}
	if (!result)
		result = pack_members(buf_view(&proof->closing.raw), compare_member, proof, &why);
	if (!result)
		result = check_index(proof);
	return result;
}

int verify_pack(struct verify *verify, const char *path)
{
	struct pack_proof proof = { .verify = verify, .path = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct stat st;
	if (proof.fd < 0 || fstat(proof.fd, &st) < 0) {
		int code = errno;
		if (proof.fd >= 0)
			close(proof.fd);
		return error_set(verify->error, -code, "%s: open: %s", path, strerror(code));
	}
	proof.size = st.st_size;
	int result = prove(&proof);
	close(proof.fd);
	free(proof.frames);
	closing_free(&proof.closing);
	return result;
}
