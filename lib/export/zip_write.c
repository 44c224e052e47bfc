#include "export/zip_write.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <unistd.h>
#include "util/file.h"
#include "util/hash.h"

struct zip_writer {
	int fd;
	const char *name;
	uint64_t at; /* bytes written */
	uint64_t count;
	struct buf directory, head;
	uint64_t member_at; /* its local header */
	uint64_t member_size;
	uint32_t crc;
	struct sha256 *sha256;
	char path[128];
};

enum {
	NEEDS_STORED = 20,
	NEEDS_ZIP64 = 45,
	NAMES_ARE_UTF8 = 1 << 11,
	DAY_ZERO = 0x21, /* 1 January 1980: the same input gives the same bytes */
};
#define IS_IN_ZIP64 0xFFFFFFFFu

static void put16(struct buf *out, uint32_t v)
{
	buf_put(out, (char[2]){ (char)v, (char)(v >> 8) }, 2);
}

static void put32(struct buf *out, uint32_t v)
{
	put16(out, v & 0xFFFF);
	put16(out, v >> 16);
}

static void put64(struct buf *out, uint64_t v)
{
	put32(out, (uint32_t)v);
	put32(out, (uint32_t)(v >> 32));
}

int zip_new(int fd, const char *name, struct zip_writer **ret_zip, struct error *error)
{
	struct zip_writer *zip = calloc(1, sizeof(*zip));
	if (!zip || !(zip->sha256 = sha256_new())) {
		free(zip);
		return error_set(error, -ENOMEM, "%s: no memory", name);
	}
	zip->fd = fd;
	zip->name = name;
	zip->directory = zip->head = BUF_INIT(SIZE_MAX / 4);
	*ret_zip = zip;
	return 0;
}

struct zip_writer *zip_free(struct zip_writer *zip)
{
	if (zip) {
		sha256_free(zip->sha256);
		buf_free(&zip->directory);
		buf_free(&zip->head);
		free(zip);
	}
	return NULL;
}

static int put(struct zip_writer *zip, struct view bytes, struct error *error)
{
	zip->at += bytes.n;
	return file_write(zip->fd, bytes.p, bytes.n, error, zip->name);
}

/* What the local header and the directory say alike. */
static void describe(const struct zip_writer *zip, struct buf *out)
{
	put16(out, NAMES_ARE_UTF8);
	put16(out, 0); /* stored */
	put16(out, 0);
	put16(out, DAY_ZERO);
	put32(out, zip->crc);
	put32(out, (uint32_t)zip->member_size);
	put32(out, (uint32_t)zip->member_size);
	put16(out, (uint32_t)strlen(zip->path));
}

static int local_header(struct zip_writer *zip, struct error *error)
{
	buf_reset(&zip->head);
	put32(&zip->head, 0x04034B50);
	put16(&zip->head, NEEDS_STORED);
	describe(zip, &zip->head);
	put16(&zip->head, 0);
	buf_puts(&zip->head, zip->path);
	return zip->head.err ? error_set(error, -ENOMEM, "%s: no memory", zip->name) : 0;
}

int zip_begin(struct zip_writer *zip, const char *path, struct error *error)
{
	size_t n = strlen(path);
	if (n >= sizeof(zip->path))
		return error_set(error, -ENAMETOOLONG, "%s: member %s", zip->name, path);
	memcpy(zip->path, path, n + 1);
	zip->member_at = zip->at;
	zip->member_size = 0;
	zip->crc = 0;
	int result = local_header(zip, error);
	return result ? result : put(zip, buf_view(&zip->head), error);
}

int zip_more(struct zip_writer *zip, struct view bytes, struct error *error)
{
	if (zip->member_size + bytes.n >= IS_IN_ZIP64)
		return error_set(error, -EFBIG, "%s: member %s is over 4 GiB", zip->name, zip->path);
	zip->crc = libdeflate_crc32(zip->crc, bytes.p, bytes.n);
	sha256_update(zip->sha256, bytes);
	zip->member_size += bytes.n;
	return put(zip, bytes, error);
}

static void directory_entry(struct zip_writer *zip)
{
	struct buf *out = &zip->directory;
	bool far = zip->member_at >= IS_IN_ZIP64;
	put32(out, 0x02014B50);
	put16(out, 3 << 8 | NEEDS_ZIP64);
	put16(out, far ? NEEDS_ZIP64 : NEEDS_STORED);
	describe(zip, out);
	put16(out, far ? 12 : 0);
	put16(out, 0); /* comment */
	put16(out, 0); /* disk */
	put16(out, 0);
	put32(out, (0100644u << 16));
	put32(out, far ? IS_IN_ZIP64 : (uint32_t)zip->member_at);
	buf_puts(out, zip->path);
	if (far) {
		put16(out, 1);
		put16(out, 8);
		put64(out, zip->member_at);
	}
}

/* Size and checksum are known only now: the local header is written again over its place. */
int zip_done(struct zip_writer *zip, char *ret_sha256, uint64_t *ret_size, struct error *error)
{
	uint8_t sum[32];
	sha256_final(zip->sha256, sum);
	if (ret_sha256)
		hex_of(sum, 32, ret_sha256);
	if (ret_size)
		*ret_size = zip->member_size;
	directory_entry(zip);
	zip->count++;
	int result = local_header(zip, error);
	if (result)
		return result;
	for (size_t done = 0; done < zip->head.n;) {
		ssize_t n = pwrite(zip->fd, zip->head.p + done, zip->head.n - done, (off_t)(zip->member_at + done));
		if (n < 0 && errno != EINTR)
			return error_set(error, -errno, "%s: write: %s", zip->name, strerror(errno));
		done += n < 0 ? 0 : (size_t)n;
	}
	return 0;
}

int zip_end(struct zip_writer *zip, struct error *error)
{
	uint64_t start = zip->at, size = zip->directory.n;
	struct buf *out = &zip->directory;
	bool far = start >= IS_IN_ZIP64 || zip->count >= 0xFFFF || size >= IS_IN_ZIP64;
	if (far) {
		put32(out, 0x06064B50); /* zip64 end of directory, and where it is */
		put64(out, 44);
		put16(out, 3 << 8 | NEEDS_ZIP64);
		put16(out, NEEDS_ZIP64);
		put64(out, 0); /* disks */
		put64(out, zip->count);
		put64(out, zip->count);
		put64(out, size);
		put64(out, start);
		put32(out, 0x07064B50);
		put32(out, 0);
		put64(out, start + size);
		put32(out, 1);
	}
	put32(out, 0x06054B50);
	put32(out, 0);
	put16(out, far ? 0xFFFF : (uint32_t)zip->count);
	put16(out, far ? 0xFFFF : (uint32_t)zip->count);
	put32(out, far ? IS_IN_ZIP64 : (uint32_t)size);
	put32(out, far ? IS_IN_ZIP64 : (uint32_t)start);
	put16(out, 0);
	return out->err ? error_set(error, -ENOMEM, "%s: no memory", zip->name) : put(zip, buf_view(out), error);
}
