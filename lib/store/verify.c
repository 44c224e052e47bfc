/* Proof of a store: what the catalogue acknowledges is there, byte for byte, and what is derived is what the manifests
 * give. */
#include "store/verify_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/gone.h"
#include "store/lock.h"
#include "store/search.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

void verify_find(struct verify *verify, const char *place, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	verify->findings++;
	if (verify->fn)
		verify->fn(verify->user, place, text);
}

int verify_failed(struct verify *verify, const char *place, int result, struct error *why)
{
	if (result >= 0)
		return 0;
	if (result == -ENOMEM)
		return error_set(verify->error, result, "%s", why->text);
	/* The words begin with the place where they come from deeper down. */
	size_t n = strlen(place);
	bool named = strncmp(why->text, place, n) == 0 && strncmp(why->text + n, ": ", 2) == 0;
	verify_find(verify, place, "%s", named ? why->text + n + 2 : why->text);
	*why = (struct error){ 0 };
	return 0;
}

/* ---- logs ---------------------------------------------------------------------------------- */

static int add_run(void *user, struct view line, int64_t offset)
{
	struct proof *proof = user;
	struct error why = { 0 };
	int result = index_count_run(&proof->count, line, &why);
	if (result)
		verify_find(proof->verify, STORE_RUNS_NAME, "offset %lld: %s", (long long)offset, why.text);
	return 0;
}

static int add_gone(void *user, struct view line, int64_t offset)
{
	struct proof *proof = user;
	struct gone gone;
	proof->count.head.gone++;
	if (gone_read(line, &gone)) {
		verify_find(proof->verify, STORE_GONE_NAME, "offset %lld: not a line of it", (long long)offset);
		return 0;
	}
	struct error why = { 0 };
	bool known = gone.lost;
	if (!known && catalogue_is_gone(proof->reader->catalogue, gone.id, &known, &why) == 0 && !known)
		verify_find(proof->verify, STORE_GONE_NAME,
			"offset %lld: document %lld: the catalogue would take it in again", (long long)offset,
			(long long)gone.n);
	uint64_t *value = map_put(&proof->gone, view_make((char *)&gone.n, sizeof(gone.n)));
	return value ? 0 : proof_no_memory(proof);
}

/* Where it was seen leads to it, or to a newer one. */
static int add_seen(void *user, struct view line, int64_t offset)
{
	struct proof *proof = user;
	struct garner_document d;
	struct error why = { 0 };
	int64_t newest = GARNER_NO_NUMBER;
	arena_reset(&proof->arena);
	if (document_read(&proof->arena, line, &d, NULL) || d.n < 0) {
		verify_find(proof->verify, STORE_SEEN_NAME, "offset %lld: not a line of it", (long long)offset);
		return 0;
	}
	if (!d.url || !proof->reader->keys || map_get(&proof->gone, view_make((char *)&d.n, sizeof(d.n))))
		return 0;
	int result = keys_find_url(proof->reader->keys, catalogue_url_key(d.url), &newest, &why);
	if (!result && newest < d.n)
		verify_find(proof->verify, STORE_SEEN_NAME, "offset %lld: the catalogue does not know the URL %s",
			(long long)offset, d.url);
	return result < 0 ? verify_failed(proof->verify, STORE_SEEN_NAME, result, &why) : 0;
}

static int read_log(struct proof *proof, int number, segment_line_fn *fn)
{
	char name[64];
	struct catalogue_file file;
	struct error why = { 0 };
	store_file_name(CATALOGUE_LOG, number, name);
	int result = catalogue_file(proof->reader->catalogue, CATALOGUE_LOG, number, &file, &why);
	if (result)
		return result < 0 ? verify_failed(proof->verify, name, result, &why) : 0;
	char *path = proof_path(proof, name);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0)
		result = segment_each(fd, path, file.size, fn, proof, &why);
	if (result < 0)
		result = verify_failed(proof->verify, path, result, &why);
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

/* ---- documents ------------------------------------------------------------------------------ */

struct gap {
	struct proof *proof;
	int64_t bytes;
};

/* A line that no row points at is right where its document was taken out. */
static int add_gap(void *user, struct view line, int64_t offset)
{
	struct gap *gap = user;
	struct proof *proof = gap->proof;
	struct garner_document d;
	(void)offset;
	arena_reset(&proof->arena);
	if (document_read(&proof->arena, line, &d, NULL) == 0 &&
		map_get(&proof->gone, view_make((char *)&d.n, sizeof(d.n))))
		gap->bytes += (int64_t)line.n + 1;
	return 0;
}

static int64_t bytes_of_gone(struct proof *proof, const char *name, int64_t size)
{
	struct gap gap = { .proof = proof };
	struct error why = { 0 };
	char *path = proof_path(proof, name);
	int fd = path && proof->gone.count ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		segment_each(fd, path, size, add_gap, &gap, &why);
		close(fd);
	}
	free(path);
	return gap.bytes;
}

static void end_segment(struct proof *proof)
{
	char name[64];
	struct catalogue_file file;
	struct error why = { 0 };
	if (proof->pack < 0)
		return;
	store_file_name(CATALOGUE_MANIFEST, proof->pack, name);
	int found = catalogue_file(proof->reader->catalogue, CATALOGUE_MANIFEST, proof->pack, &file, &why);
	if (found == 0 && file.size > proof->manifest_bytes)
		proof->manifest_bytes += bytes_of_gone(proof, name, file.size);
	if (found != 0 || file.size != proof->manifest_bytes)
		verify_find(proof->verify, name, "%lld bytes of lines are in the catalogue, %lld were acknowledged",
			(long long)proof->manifest_bytes, found == 0 ? (long long)file.size : 0LL);
}

/* @d NULL: its facts can't be read. */
static int check_member(struct proof *proof, const struct catalogue_document *row, const struct garner_document *d)
{
	const char *path = d && d->path ? d->path : "?";
	struct error why = { 0 };
	struct view member;
	uint8_t digest[32];
	int result = store_reader_member(proof->reader, row, &member, &why);
	if (result) {
		char words[700];
		snprintf(words, sizeof(words), "document %lld (%s): %s", (long long)row->n, path, why.text);
		why = (struct error){ .code = result };
		snprintf(why.text, sizeof(why.text), "%.500s", words);
		return verify_failed(
			proof->verify, proof->reader->pack_path ? proof->reader->pack_path : proof->root, result, &why);
	}
	sha256_of(member, digest);
	if (memcmp(digest, row->sha256, 32) != 0)
		verify_find(proof->verify, proof->reader->pack_path, "document %lld (%s): its text has another SHA-256",
			(long long)row->n, path);
	if (!d || !proof->derived)
		return 0;
	return verify_signature(proof->verify, &proof->signatures, row, d, store_member_text(member, d->title));
}

static int check_document(void *user, const struct catalogue_document *row)
{
	struct proof *proof = user;
	struct garner_document d;
	struct error why = { 0 };
	int result = store_stopped(proof->verify->stop, proof->root, proof->verify->error);
	if (result)
		return result;
	if (row->pack != proof->pack) {
		end_segment(proof);
		proof->pack = row->pack;
		proof->manifest_bytes = 0;
	}
	proof->manifest_bytes += row->line_size + 1;
	arena_reset(&proof->arena);
	result = line_reader_read(&proof->reader->lines, row, &proof->arena, &d, &why);
	if (result) {
		const char *place = proof->reader->lines.name ? proof->reader->lines.name : proof->root;
		result = verify_failed(proof->verify, place, result, &why);
		return result ? result : proof->verify->data ? check_member(proof, row, NULL) : 0;
	}
	verify_row(proof->verify, proof->reader->lines.name, row, &d);
	result = index_count_document(&proof->count, &d, proof->verify->error);
	if (!result && proof->verify->data)
		result = check_member(proof, row, &d);
	if (!result && proof->verify->data)
		result = verify_keys(proof->verify, proof->reader, row);
	if (!result && proof->verify->data)
		result = verify_capture(proof->verify, proof->root, &d);
	return result;
}

static int check_documents(struct proof *proof)
{
	struct error why = { 0 };
	proof->pack = -1;
	int result = catalogue_each_by_place(proof->reader->catalogue, check_document, proof, &why);
	if (proof->verify->error->code != -EINTR)
		end_segment(proof);
	if (result < 0 && !proof->verify->error->code)
		return verify_failed(proof->verify, proof->root, result, &why);
	return result;
}

/* ---- derived files -------------------------------------------------------------------------- */

static int compare_file(struct proof *proof, const char *name, struct view bytes)
{
	struct buf had = BUF_INIT(0);
	struct error why = { 0 };
	char *path = proof_path(proof, name);
	if (!path)
		return proof_no_memory(proof);
	int result = file_read(path, bytes.n + MIB(1), &had, &why);
	if (result)
		result = verify_failed(proof->verify, path, result, &why);
	else if (!view_eq(buf_view(&had), bytes))
		verify_find(proof->verify, path, "is not what the manifests give");
	buf_free(&had);
	free(path);
	return result;
}

static int check_pages(struct proof *proof)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	int result = 0;
	for (int64_t page = 0; !result && page < proof->pages; page++) {
		if ((result = store_stopped(proof->verify->stop, proof->root, proof->verify->error)))
			break;
		char name[64];
		struct error why = { 0 };
		buf_reset(&out);
		store_file_name(CATALOGUE_INDEX, page, name);
		result = store_render_page(proof->reader->catalogue, &proof->reader->lines, page, &out, &why);
		result = result ? verify_failed(proof->verify, name, result, &why)
				: compare_file(proof, name, buf_view(&out));
	}
	buf_free(&out);
	return result;
}

/* The head from the manifests alone; the catalogue's totals must say the same, for INDEX.md was made from them. */
static int check_top(struct proof *proof)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2), sums = BUF_INIT(SIZE_MAX / 2);
	struct error why = { 0 };
	int result = read_log(proof, LOG_RUNS, add_run);
	if (result)
		return result;
	index_count_end(&proof->count);
	result = store_render_top(proof->reader->catalogue, &proof->reader->lines, &proof->count.head, &out, &why);
	if (!result)
		result = store_render_sums(proof->reader->catalogue, buf_view(&out), &sums, &why);
	if (result)
		result = verify_failed(proof->verify, proof->root, result, &why);
	else
		result = compare_file(proof, "INDEX.md", buf_view(&out));
	if (!result && sums.n)
		result = compare_file(proof, "SHA256SUMS", buf_view(&sums));
	if (!result)
		result = verify_totals(proof->verify, proof->reader, &proof->count, buf_view(&out));
	buf_free(&out);
	buf_free(&sums);
	return result;
}

static int check_counts(struct proof *proof)
{
	struct error why = { 0 };
	char *path = proof_path(proof, STORE_COUNTS_NAME);
	int result = path ? store_check_counts(path, &why) : proof_no_memory(proof);
	if (path && result)
		result = verify_failed(proof->verify, path, result, &why);
	free(path);
	return result;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void find_word(void *user, const char *name, const char *words)
{
	verify_find(user, name, "%s", words);
}

static int check_search(struct proof *proof)
{
	int64_t next_n;
	struct verify *verify = proof->verify;
	int result = catalogue_get(proof->reader->catalogue, "next_n", 0, &next_n, verify->error);
	return result ? result
		      : search_check(proof->root, proof->reader->catalogue, next_n, verify->data, find_word, verify,
				verify->error);
}

static int check_all(struct proof *proof)
{
	struct verify *verify = proof->verify;
	struct catalogue *catalogue = proof->reader->catalogue;
	struct error why = { 0 };
	int64_t derived = 1;
	if (catalogue_check(catalogue, &why)) {
		verify_failed(verify, proof->root, -EBADMSG, &why);
		return 0;
	}
	int result = catalogue_get(catalogue, "derived", 1, &derived, verify->error);
	proof->derived = derived != 0;
	if (!result && !derived && !proof->writing)
		verify_find(verify, proof->root, "the last run did not come to its end: the next one finishes it");
	if (!result)
		result = catalogue_each_file(catalogue, proof_file, proof, verify->error);
	if (!result)
		result = proof_strays(proof, CATALOGUE_PACK, "packs");
	if (!result)
		result = proof_strays(proof, CATALOGUE_MANIFEST, "manifest");
	if (!result)
		result = proof_strays(proof, CATALOGUE_RAW, "raw");
	if (!result)
		result = read_log(proof, LOG_GONE, add_gone);
	if (!result)
		result = read_log(proof, LOG_SEEN, add_seen);
	if (!result)
		result = check_documents(proof);
	if (!result && proof->derived && !proof->writing)
		result = check_pages(proof);
	if (!result && proof->derived && !proof->writing)
		result = check_top(proof);
	if (!result && proof->derived && !proof->writing)
		result = check_search(proof);
	if (!result)
		result = check_counts(proof);
	return result;
}

static int verify_folder(struct verify *verify, const char *path)
{
	struct store_reader reader;
	struct error why = { 0 };
	char *lock = NULL;
	int there = store_must_exist(path, verify->error);
	if (there)
		return there;
	if (asprintf(&lock, "%s/lock", path) < 0)
		return error_set(verify->error, -ENOMEM, "%s: no memory", path);
	struct proof proof = { .verify = verify, .root = path, .writing = lock_is_held(lock), .pack = -1 };
	free(lock);
	int result = store_reader_open(path, true, &reader, &why);
	if (result == -EPROTONOSUPPORT || result == -ENOMEM || result == -EACCES)
		return error_set(verify->error, result, "%s", why.text);
	if (result)
		return verify_failed(verify, path, result, &why);
	proof.reader = &reader;
	result = near_file_open(path, &proof.signatures, verify->error);
	if (!reader.keys)
		result = verify_failed(verify, path, reader.keys_error.code, &reader.keys_error);
	arena_init(&proof.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	index_count_init(&proof.count);
	if (!result)
		result = check_all(&proof);
	near_file_close(&proof.signatures);
	map_free(&proof.gone);
	index_count_free(&proof.count);
	arena_free(&proof.arena);
	store_reader_close(&reader);
	return result;
}

int store_verify(
	const char *path, bool data, const atomic_bool *stop, garner_finding_fn *fn, void *user, struct error *error)
{
	struct verify verify = { .fn = fn, .user = user, .data = data, .stop = stop, .error = error };
	struct stat st;
	int result = stat(path, &st) == 0 && !S_ISDIR(st.st_mode) ? verify_pack(&verify, path)
								  : verify_folder(&verify, path);
	if (result < 0)
		return result;
	return verify.findings ? 1 : 0;
}
