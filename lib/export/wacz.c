/* WACZ 1.1.1: a zip of captures that a browser replays (replayweb.page).
 *
 *	archive/data-000.warc.gz …  the captures of the documents, gzip a record, each at most once
 *	indexes/index.cdx           CDXJ: where each capture stands
 *	pages/pages.jsonl           the documents as pages
 *	datapackage.json            all of these with their digests; datapackage-digest.json: its own */
#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "capture/http.h"
#include "capture/warc_read.h"
#include "export/zip_write.h"
#include "page.h"
#include "store/warc_write.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/jsonw.h"
#include "util/limits.h"
#include "util/map.h"

enum { DATA_BYTES = 1 << 30 };

struct wacz {
	struct zip_writer *zip;
	struct warc_writer *warc;
	struct page page;
	struct map seen; /* "file offset" of captures that are in */
	struct buf pages, resources, records, key, raw;
	char **lines; /* of the index */
	size_t line_count, line_cap;
	char data[40];	    /* name of the open archive/data-NNN.warc.gz */
	uint64_t data_size; /* bytes in it */
	int data_number;
	char raw_name[64]; /* the capture file that is open */
	int raw_fd;
};

static int no_memory(struct error *error)
{
	return error_set(error, -ENOMEM, "no memory for a WACZ");
}

static int wacz_begin(struct exporter *exporter, struct error *error)
{
	struct wacz *w = calloc(1, sizeof(*w));
	if (!w)
		return no_memory(error);
	exporter->state = w;
	w->raw_fd = -1;
	w->pages = w->resources = w->records = w->key = w->raw = BUF_INIT(SIZE_MAX / 4);
	buf_puts(&w->pages, "{\"format\":\"json-pages-1.0\",\"id\":\"pages\",\"title\":\"All pages\"}\n");
	arena_init(&w->page.arena, LIMIT_PAGE_MEMORY);
	int result = warc_writer_new(WARC_PACK_GZIP, &w->warc, error);
	return result ? result : zip_new(exporter->fd, exporter->path, &w->zip, error);
}

static void wacz_close(struct exporter *exporter)
{
	struct wacz *w = exporter->state;
	if (!w)
		return;
	if (w->raw_fd >= 0)
		close(w->raw_fd);
	for (size_t i = 0; i < w->line_count; i++)
		free(w->lines[i]);
	free(w->lines);
	arena_free(&w->page.arena);
	zip_free(w->zip);
	warc_writer_free(w->warc);
	map_free(&w->seen);
	buf_free(&w->pages);
	buf_free(&w->resources);
	buf_free(&w->records);
	buf_free(&w->key);
	buf_free(&w->raw);
	free(w);
}

/* ---- datapackage ----------------------------------------------------------------------------- */

static void add_resource(struct wacz *w, const char *path, const char *sha256, uint64_t size)
{
	char hash[80];
	const char *slash = strrchr(path, '/');
	snprintf(hash, sizeof(hash), "sha256:%s", sha256);
	if (w->resources.n)
		buf_putc(&w->resources, ',');
	struct jsonw json = jsonw_begin(&w->resources);
	jsonw_object(&json, NULL);
	jsonw_text(&json, "name", slash ? slash + 1 : path);
	jsonw_text(&json, "path", path);
	jsonw_text(&json, "hash", hash);
	jsonw_uint(&json, "bytes", size);
	jsonw_close_object(&json);
}

static int finish_member(struct wacz *w, const char *path, struct error *error)
{
	char sha256[65];
	uint64_t size = 0;
	int result = zip_done(w->zip, sha256, &size, error);
	if (!result)
		add_resource(w, path, sha256, size);
	return result;
}

static int add_member(struct wacz *w, const char *path, struct view bytes, struct error *error)
{
	int result = zip_begin(w->zip, path, error);
	if (!result)
		result = zip_more(w->zip, bytes, error);
	return result ? result : finish_member(w, path, error);
}

/* ---- captures -------------------------------------------------------------------------------- */

static int open_data(struct wacz *w, int64_t clock, struct error *error)
{
	char path[64];
	snprintf(w->data, sizeof(w->data), "data-%03d.warc.gz", w->data_number++);
	snprintf(path, sizeof(path), "archive/%s", w->data);
	buf_reset(&w->records);
	int result = zip_begin(w->zip, path, error);
	if (!result && warc_write_info(w->warc, &w->records, view_of(w->data), clock, VIEW_NONE, NULL))
		result = no_memory(error);
	w->data_size = w->records.n;
	return result ? result : zip_more(w->zip, buf_view(&w->records), error);
}

static int close_data(struct wacz *w, struct error *error)
{
	char path[64];
	if (!w->data[0])
		return 0;
	snprintf(path, sizeof(path), "archive/%s", w->data);
	w->data[0] = 0;
	return finish_member(w, path, error);
}

static int read_raw(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct wacz *w = exporter->state;
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", exporter->store, d->raw.file);
	if (w->raw_fd < 0 || strcmp(w->raw_name, d->raw.file) != 0) {
		if (w->raw_fd >= 0)
			close(w->raw_fd);
		w->raw_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (w->raw_fd < 0)
			return error_set(error, -errno, "%s: open: %s", path, strerror(errno));
		snprintf(w->raw_name, sizeof(w->raw_name), "%s", d->raw.file);
	}
	int64_t from = d->raw.group != GARNER_NO_NUMBER ? d->raw.group : d->raw.offset;
	size_t n = (size_t)(d->raw.offset + d->raw.length - from);
	buf_reset(&w->raw);
	char *room = buf_room(&w->raw, n);
	if (!room)
		return no_memory(error);
	buf_added(&w->raw, n);
	return file_read_at(w->raw_fd, room, n, from, error, path);
}

/* "org,example" of "example.org". */
static void put_reversed(struct buf *out, struct view host)
{
	for (size_t to = host.n, at = host.n; to > 0; at--) {
		if (at > 0 && host.p[at - 1] != '.')
			continue;
		for (size_t i = at; i < to; i++)
			buf_putc(out, ascii_lower(host.p[i]));
		if (at > 0)
			buf_putc(out, ',');
		to = at > 0 ? at - 1 : 0;
		if (at == 0)
			break;
	}
}

static size_t host_end(struct view v)
{
	size_t end = 0;
	while (end < v.n && v.p[0] == '[' && v.p[end] != ']')
		end++;
	while (end < v.n && !strchr("/?#:", v.p[end]))
		end++;
	return end;
}

/* The key of CDXJ: "org,example:8080)/path?query", lower case, without "www." and the scheme's own port (SURT). */
static void put_surt(struct buf *out, struct view url)
{
	struct view rest = view_from(url, view_find(url, VIEW("://")));
	rest = rest.n ? view_from(rest, 3) : url;
	struct view host = view_first(rest, host_end(rest)), path = view_from(rest, host.n);
	size_t n = 0;
	while (n < path.n && !strchr("/?#", path.p[n]))
		n++;
	struct view port = view_first(path, n);
	path = view_from(path, n);
	if (view_starts_nocase(host, VIEW("www.")))
		host = view_from(host, 4);
	put_reversed(out, host);
	if (port.n > 1 && !view_eq(port, view_starts_nocase(url, VIEW("https:")) ? VIEW(":443") : VIEW(":80")))
		buf_putv(out, port);
	buf_putc(out, ')');
	path = view_first(path, view_find_byte(path, '#'));
	if (!path.n || path.p[0] != '/')
		buf_putc(out, '/');
	for (size_t i = 0; i < path.n; i++)
		buf_putc(out, path.p[i] == ' ' ? '+' : ascii_lower(path.p[i]));
}

static int add_line(struct wacz *w, const struct capture *c, const struct warc_place *place, const char *time)
{
	struct buf line = BUF_INIT(1 << 20);
	char digest[WARC_DIGEST_BYTES], number[24];
	put_surt(&line, c->url);
	buf_printf(&line, " %.4s%.2s%.2s%.2s%.2s%.2s ", time, time + 5, time + 8, time + 11, time + 14, time + 17);
	struct jsonw json = jsonw_begin(&line);
	struct view type = http_type_essence(c->content_type);
	jsonw_object(&json, NULL);
	jsonw_string(&json, "url", c->url);
	warc_digest(c->body, digest);
	jsonw_text(&json, "digest", digest);
	jsonw_string(&json, "mime", type.n ? type : VIEW("unk"));
	snprintf(number, sizeof(number), "%d", c->status ? c->status : 200);
	jsonw_text(&json, "status", number);
	snprintf(number, sizeof(number), "%zu", place->length);
	jsonw_text(&json, "length", number);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)(w->data_size + place->offset));
	jsonw_text(&json, "offset", number);
	jsonw_text(&json, "filename", w->data);
	jsonw_close_object(&json);
	buf_putc(&line, '\n');
	if (!buf_str(&line))
		return -ENOMEM;
	if (w->line_count == w->line_cap) {
		size_t cap = w->line_cap ? w->line_cap * 2 : 256;
		char **grown = reallocarray(w->lines, cap, sizeof(*grown));
		if (!grown) {
			buf_free(&line);
			return -ENOMEM;
		}
		w->lines = grown;
		w->line_cap = cap;
	}
	w->lines[w->line_count++] = line.p;
	return 0;
}

static void add_page(struct wacz *w, const struct garner_document *d, const char *time)
{
	struct jsonw json = jsonw_begin(&w->pages);
	jsonw_object(&json, NULL);
	jsonw_text(&json, "id", d->id);
	jsonw_text(&json, "url", d->url);
	jsonw_text(&json, "ts", time);
	jsonw_text(&json, "title", d->title);
	jsonw_close_object(&json);
	buf_putc(&w->pages, '\n');
}

/* Several texts may come from one capture (revisions under newer rules): it goes in once. */
static bool is_new(struct wacz *w, const struct garner_document *d)
{
	buf_reset(&w->key);
	buf_printf(&w->key, "%s %lld", d->raw.file, (long long)d->raw.offset);
	uint64_t *seen = map_put(&w->seen, buf_view(&w->key));
	if (!seen || *seen)
		return false;
	*seen = 1;
	return true;
}

static int copy_capture(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct wacz *w = exporter->state;
	struct warc_place place;
	char time[CLOCK_TEXT_BYTES] = "";
	page_reset(&w->page);
	int result = warc_read_group(buf_view(&w->raw), &w->page);
	if (result)
		return error_set(error, result < 0 ? result : -EBADMSG, "%s: capture at byte %lld: %s", d->raw.file,
			(long long)d->raw.offset, w->page.detail ? w->page.detail : w->page.error.text);
	const struct capture *c = &w->page.capture;
	clock_format(c->fetched != GARNER_NO_NUMBER ? c->fetched : exporter->clock, time);
	buf_reset(&w->records);
	if (warc_write_capture(w->warc, &w->records, c, exporter->clock, NULL, NULL, &place) ||
		add_line(w, c, &place, time))
		return no_memory(error);
	add_page(w, d, time);
	w->data_size += w->records.n;
	return zip_more(w->zip, buf_view(&w->records), error);
}

static int wacz_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct wacz *w = exporter->state;
	if (!d->raw.file || !d->url || !is_new(w, d))
		return 0;
	int result = read_raw(exporter, d, error);
	if (!result && w->data[0] && w->data_size + w->raw.n * 2 > DATA_BYTES)
		result = close_data(w, error);
	if (!result && !w->data[0])
		result = open_data(w, exporter->clock, error);
	return result ? result : copy_capture(exporter, d, error);
}

/* ---- the end --------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int write_index(struct wacz *w, struct error *error)
{
	if (w->line_count)
		qsort(w->lines, w->line_count, sizeof(*w->lines), compare);
	int result = zip_begin(w->zip, "indexes/index.cdx", error);
	for (size_t i = 0; i < w->line_count && !result; i++)
		result = zip_more(w->zip, view_of(w->lines[i]), error);
	return result ? result : finish_member(w, "indexes/index.cdx", error);
}

static int write_package(struct exporter *exporter, struct error *error)
{
	struct wacz *w = exporter->state;
	struct buf package = BUF_INIT(SIZE_MAX / 4), digest = BUF_INIT(4096);
	char created[CLOCK_TEXT_BYTES] = "", sha256[65];
	clock_format(exporter->clock, created);
	buf_printf(&package,
		"{\"profile\":\"data-package\",\"wacz_version\":\"1.1.1\",\"software\":\"garner/%s\","
		"\"created\":\"%s\",\"resources\":[",
		GARNER_VERSION, created);
	buf_putv(&package, buf_view(&w->resources));
	buf_puts(&package, "]}\n");
	int result = package.err || w->resources.err || w->pages.err ? no_memory(error) : 0;
	if (!result)
		result = zip_begin(w->zip, "datapackage.json", error);
	if (!result)
		result = zip_more(w->zip, buf_view(&package), error);
	if (!result)
		result = zip_done(w->zip, sha256, NULL, error);
	if (!result) {
		buf_printf(&digest, "{\"path\":\"datapackage.json\",\"hash\":\"sha256:%s\"}\n", sha256);
		result = add_member(w, "datapackage-digest.json", buf_view(&digest), error);
	}
	buf_free(&package);
	buf_free(&digest);
	return result;
}

static int wacz_end(struct exporter *exporter, struct error *error)
{
	struct wacz *w = exporter->state;
	if (w->line_count == 0)
		return error_set(error, -ENOENT, "%s: no capture of these documents is kept (raw/)", exporter->store);
	int result = close_data(w, error);
	if (!result)
		result = write_index(w, error);
	if (!result)
		result = add_member(w, "pages/pages.jsonl", buf_view(&w->pages), error);
	if (!result)
		result = write_package(exporter, error);
	return result ? result : zip_end(w->zip, error);
}

const struct export_format export_wacz = { .name = "wacz",
	.kind = EXPORT_FILE,
	.facts = true,
	.begin = wacz_begin,
	.put = wacz_put,
	.end = wacz_end,
	.close = wacz_close };
