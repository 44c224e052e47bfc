/* A file a document: a plain folder, a tar.zst, and the folder in BagIt's skin (RFC 8493). All prove themselves with
 * `sha256sum -c`. */
#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/format.h"
#include "store/inner.h"
#include "store/pack.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

struct texts {
	struct pack *pack; /* tar.zst */
	struct buf member, manifest, sums, path;
	uint64_t bytes, count;
};

static int texts_begin(struct exporter *exporter, struct error *error)
{
	struct texts *t = calloc(1, sizeof(*t));
	if (!t)
		return error_set(error, -ENOMEM, "no memory");
	exporter->state = t;
	t->member = t->manifest = t->sums = t->path = BUF_INIT(SIZE_MAX / 4);
	return 0;
}

static void texts_close(struct exporter *exporter)
{
	struct texts *t = exporter->state;
	if (t) {
		pack_free(t->pack);
		buf_free(&t->member);
		buf_free(&t->manifest);
		buf_free(&t->sums);
		buf_free(&t->path);
		free(t);
	}
}

static void put_sum(struct buf *sums, struct view bytes, const char *folder, const char *name)
{
	uint8_t sum[32];
	char hex[65];
	sha256_of(bytes, sum);
	hex_of(sum, 32, hex);
	buf_printf(sums, "%s  %s%s\n", hex, folder, name);
}

static int no_memory(struct error *error)
{
	return error_set(error, -ENOMEM, "no memory for a document");
}

/* Readies the member's bytes, its digest and its line. */
static int take(struct texts *t, const struct garner_document *d, const char *folder, struct error *error)
{
	if (export_member(&t->member, d))
		return no_memory(error);
	put_sum(&t->sums, buf_view(&t->member), folder, d->path);
	struct garner_document facts = *d;
	facts.store.pack = NULL; /* speaks of the store, not of this copy */
	facts.raw.file = NULL;
	document_write(&t->manifest, &facts, DOCUMENT_MANIFEST);
	buf_putc(&t->manifest, '\n');
	t->bytes += t->member.n;
	t->count++;
	return t->sums.err || t->manifest.err ? no_memory(error) : 0;
}

static int64_t time_of(const struct exporter *exporter, const struct garner_document *d)
{
	int64_t at;
	return d->fetched && clock_parse(view_of(d->fetched), &at) ? at : exporter->clock;
}

/* ---- a folder -------------------------------------------------------------------------------- */

/* Not synced one by one: folder_end syncs the file system once. */
static int write_file(
	struct exporter *exporter, const char *folder, const char *name, struct view bytes, struct error *error)
{
	struct texts *t = exporter->state;
	buf_reset(&t->path);
	buf_printf(&t->path, "%s/%s%s", exporter->path, folder, name);
	const char *path = buf_str(&t->path);
	if (!path)
		return no_memory(error);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_set(error, -errno, "%s: create: %s", path, strerror(errno));
	int result = file_write(fd, bytes.p, bytes.n, error, path);
	if (close(fd) < 0 && !result)
		result = error_set(error, -errno, "%s: close: %s", path, strerror(errno));
	return result;
}

static int sync_folder(struct exporter *exporter, struct error *error)
{
	int fd = open(exporter->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 || syncfs(fd) < 0
			     ? error_set(error, -errno, "%s: sync: %s", exporter->path, strerror(errno))
			     : 0;
	if (fd >= 0)
		close(fd);
	return result;
}

static int txt_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct texts *t = exporter->state;
	int result = take(t, d, "", error);
	return result ? result : write_file(exporter, "", d->path, buf_view(&t->member), error);
}

static int txt_end(struct exporter *exporter, struct error *error)
{
	struct texts *t = exporter->state;
	put_sum(&t->sums, buf_view(&t->manifest), "", "manifest.jsonl");
	if (t->sums.err)
		return no_memory(error);
	int result = write_file(exporter, "", "manifest.jsonl", buf_view(&t->manifest), error);
	if (!result)
		result = write_file(exporter, "", "SHA256SUMS", buf_view(&t->sums), error);
	return result ? result : sync_folder(exporter, error);
}

const struct export_format export_txt = {
	.name = "txt", .kind = EXPORT_FOLDER, .begin = texts_begin, .put = txt_put, .end = txt_end, .close = texts_close
};

/* ---- tar.zst --------------------------------------------------------------------------------- */

static int tar_begin(struct exporter *exporter, struct error *error)
{
	int result = texts_begin(exporter, error);
	struct texts *t = exporter->state;
	return result ? result : pack_new(exporter->fd, exporter->path, 0, &t->pack, error);
}

static int tar_add(struct texts *t, const char *name, struct view bytes, int64_t at, struct error *error)
{
	int result = pack_add(t->pack, name, bytes, at, NULL, error);
	if (!result && pack_pending(t->pack) >= PACK_FRAME_BYTES)
		result = pack_cut(t->pack, NULL, error);
	return result;
}

static int tar_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct texts *t = exporter->state;
	int result = take(t, d, "", error);
	return result ? result : tar_add(t, d->path, buf_view(&t->member), time_of(exporter, d), error);
}

/* The manifest as a file, which sealing reads twice. */
static int manifest_file(const struct exporter *exporter, int *ret_fd, struct error *error)
{
	const struct texts *t = exporter->state;
	int fd = memfd_create("manifest", MFD_CLOEXEC);
	if (fd < 0)
		return error_set(error, -errno, "%s: memory file: %s", exporter->path, strerror(errno));
	int result = file_write(fd, t->manifest.p, t->manifest.n, error, exporter->path);
	if (result)
		close(fd);
	else
		*ret_fd = fd;
	return result;
}

/* As an archive of garner build: list, show, verify and the others read it. */
static int tar_end(struct exporter *exporter, struct error *error)
{
	struct texts *t = exporter->state;
	struct seal_source source = { .fd = -1, .name = exporter->path, .size = (int64_t)t->manifest.n };
	struct buf runs = BUF_INIT(MIB(1));
	int result = pack_pending(t->pack) ? pack_cut(t->pack, NULL, error) : 0;
	if (!result)
		result = manifest_file(exporter, &source.fd, error);
	if (!result)
		result = seal_runs(&source, exporter->clock, &runs, error);
	source.runs = buf_view(&runs);
	if (!result)
		result = seal_close(t->pack, &source, exporter->clock, error);
	if (source.fd >= 0)
		close(source.fd);
	buf_free(&runs);
	return result;
}

const struct export_format export_tar = {
	.name = "tar.zst", .kind = EXPORT_FILE, .begin = tar_begin, .put = tar_put, .end = tar_end, .close = texts_close
};

/* ---- BagIt ----------------------------------------------------------------------------------- */

static int bagit_begin(struct exporter *exporter, struct error *error)
{
	int result = texts_begin(exporter, error);
	struct texts *t = exporter->state;
	if (result)
		return result;
	buf_printf(&t->path, "%s/data", exporter->path);
	return buf_str(&t->path) ? file_make_folder(t->path.p, error) : no_memory(error);
}

static int bagit_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct texts *t = exporter->state;
	int result = take(t, d, "data/", error);
	return result ? result : write_file(exporter, "data/", d->path, buf_view(&t->member), error);
}

/* A tag file, and its line in the manifest of tag files. */
static int put_tag(
	struct exporter *exporter, struct buf *tags, const char *name, struct view bytes, struct error *error)
{
	put_sum(tags, bytes, "", name);
	return write_file(exporter, "", name, bytes, error);
}

static int bagit_end(struct exporter *exporter, struct error *error)
{
	struct texts *t = exporter->state;
	struct buf tags = BUF_INIT(1 << 20), info = BUF_INIT(1 << 20);
	char now[CLOCK_TEXT_BYTES] = "";
	clock_format(exporter->clock, now);
	put_sum(&t->sums, buf_view(&t->manifest), "data/", "manifest.jsonl");
	t->bytes += t->manifest.n;
	buf_printf(&info,
		"Bag-Software-Agent: garner/" GARNER_VERSION "\nBagging-Date: %.10s\nPayload-Oxum: %" PRIu64 ".%" PRIu64
		"\n",
		now, t->bytes, t->count + 1);
	int result = write_file(exporter, "data/", "manifest.jsonl", buf_view(&t->manifest), error);
	if (!result)
		result = put_tag(exporter, &tags, "bagit.txt",
			VIEW("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), error);
	if (!result)
		result = put_tag(exporter, &tags, "bag-info.txt", buf_view(&info), error);
	if (!result)
		result = put_tag(exporter, &tags, "manifest-sha256.txt", buf_view(&t->sums), error);
	if (!result)
		result = write_file(exporter, "", "tagmanifest-sha256.txt", buf_view(&tags), error);
	if (!result && (t->sums.err || tags.err || info.err))
		result = no_memory(error);
	buf_free(&tags);
	buf_free(&info);
	return result ? result : sync_folder(exporter, error);
}

const struct export_format export_bagit = { .name = "bagit",
	.kind = EXPORT_FOLDER,
	.begin = bagit_begin,
	.put = bagit_put,
	.end = bagit_end,
	.close = texts_close };
