#include "store/warc_write.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>
#include "capture/http.h"
#include "capture/warc_facts.h"
#include "util/clock.h"
#include "util/hash.h"

enum {
	GZIP_LEVEL = 6, /* of 12; pages: 9 costs twice the time for 1 % */
	ZSTD_LEVEL = 3,
	PLAIN_KEEP_BYTES = 1 << 20,
};

struct warc_writer {
	enum warc_packing packing;
	struct libdeflate_compressor *gzip;
	ZSTD_CCtx *zstd;
	struct buf plain; /* the record before it is packed */
	bool lent;	  /* in the caller's room */
};

int warc_writer_new(enum warc_packing packing, struct warc_writer **ret_writer, struct error *error)
{
	struct warc_writer *writer = calloc(1, sizeof(*writer));
	if (!writer)
		return error_set(error, -ENOMEM, "no memory for a WARC writer");
	*writer = (struct warc_writer){ .packing = packing, .plain = BUF_INIT(SIZE_MAX / 4) };
	if (packing == WARC_PACK_GZIP)
		writer->gzip = libdeflate_alloc_compressor(GZIP_LEVEL);
	if (packing == WARC_PACK_ZSTD && (writer->zstd = ZSTD_createCCtx())) {
		ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
		ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_checksumFlag, 1);
	}
	if ((packing == WARC_PACK_GZIP && !writer->gzip) || (packing == WARC_PACK_ZSTD && !writer->zstd)) {
		warc_writer_free(writer);
		return error_set(error, -ENOMEM, "no memory for a compressor");
	}
	*ret_writer = writer;
	return 0;
}

struct warc_writer *warc_writer_free(struct warc_writer *writer)
{
	if (writer) {
		if (writer->gzip)
			libdeflate_free_compressor(writer->gzip);
		ZSTD_freeCCtx(writer->zstd);
		warc_writer_lend(writer, NULL, 0);
		buf_free(&writer->plain);
		free(writer);
	}
	return NULL;
}

void warc_writer_lend(struct warc_writer *writer, char *room, size_t n)
{
	if (!writer->lent)
		buf_free(&writer->plain);
	writer->lent = room != NULL;
	writer->plain = room ? (struct buf){ .p = room, .cap = n, .max = n } : BUF_INIT(SIZE_MAX / 4);
}

size_t warc_packed_bound(const struct warc_writer *writer, size_t n)
{
	return writer->packing == WARC_PACK_GZIP   ? libdeflate_gzip_compress_bound(writer->gzip, n)
	       : writer->packing == WARC_PACK_ZSTD ? ZSTD_compressBound(n)
						   : n;
}

static void digest_parts(const struct view *parts, size_t count, char ret_digest[WARC_DIGEST_BYTES])
{
	uint8_t sum[20];
	sha1_of_parts(parts, count, sum);
	memcpy(ret_digest, "sha1:", 5);
	base32_of(sum, 20, ret_digest + 5);
}

void warc_digest(struct view bytes, char ret_digest[WARC_DIGEST_BYTES])
{
	digest_parts(&bytes, 1, ret_digest);
}

/* ---- record ids ------------------------------------------------------------------------------ */

/* The name space of our version 5 UUIDs (RFC 9562, 5.5), itself drawn at random once. */
static const uint8_t id_space[16] = { 0x5c, 0x1f, 0x0b, 0x62, 0x8e, 0x3d, 0x4a, 0x97, 0xb2, 0x46, 0xd1, 0x7e, 0x90,
	0x2c, 0x6b, 0xf8 };

/* From type, time, URI and block: what two different records never share. */
static int make_id(const struct warc_record *record, const char *date, const char *digest, char ret_id[WARC_ID_BYTES])
{
	struct buf name = BUF_INIT(SIZE_MAX / 4);
	uint8_t sum[20];
	char hex[41];
	buf_put(&name, id_space, sizeof(id_space));
	buf_printf(&name, "%s %s %s ", record->type, date, digest);
	buf_putv(&name, record->uri);
	buf_putv(&name, record->concurrent_to);
	buf_putv(&name, record->refers_to);
	int result = name.err;
	sha1_of(buf_view(&name), sum);
	buf_free(&name);
	sum[6] = (uint8_t)((sum[6] & 0x0F) | 0x50);
	sum[8] = (uint8_t)((sum[8] & 0x3F) | 0x80);
	hex_of(sum, 16, hex);
	snprintf(ret_id, WARC_ID_BYTES, "<urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s>", hex, hex + 8, hex + 12, hex + 16,
		hex + 20);
	return result;
}

/* ---- one record ------------------------------------------------------------------------------ */

static void put_field(struct buf *out, const char *name, struct view value)
{
	if (!value.n)
		return;
	buf_printf(out, "%s: ", name);
	for (size_t i = 0, plain = 0; i <= value.n; i++) {
		bool control = i < value.n && ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F);
		if (!control && i < value.n)
			continue;
		buf_put(out, value.p + plain, i - plain);
		if (control)
			buf_printf(out, "%%%02X", (unsigned char)value.p[i]);
		plain = i + 1;
	}
	buf_puts(out, "\r\n");
}

static void put_date(struct buf *out, const char *name, int64_t date)
{
	char text[CLOCK_TEXT_BYTES];
	if (date != GARNER_NO_NUMBER && clock_format(date, text))
		put_field(out, name, view_of(text));
}

/* The fields of the record, in the order of the standard's list; the blank line with them. */
static void put_head(struct buf *out, const struct warc_record *r, const char *id, const char *block_digest)
{
	char payload[WARC_DIGEST_BYTES];
	buf_puts(out, "WARC/1.1\r\n");
	put_field(out, "WARC-Type", view_of(r->type));
	put_field(out, "WARC-Record-ID", view_of(id));
	put_date(out, "WARC-Date", r->date);
	put_field(out, "WARC-Target-URI", r->uri);
	put_field(out, "WARC-IP-Address", r->ip);
	put_field(out, "WARC-Protocol", r->protocol); /* no field of the standard's, but the one in use */
	put_field(out, "WARC-Concurrent-To", r->concurrent_to);
	put_field(out, "WARC-Refers-To", r->refers_to);
	put_field(out, "WARC-Refers-To-Target-URI", r->refers_to_uri);
	put_date(out, "WARC-Refers-To-Date", r->refers_to_date);
	put_field(out, "WARC-Profile", r->profile);
	put_field(out, "WARC-Filename", r->filename);
	put_field(out, "WARC-Truncated", r->truncated);
	put_field(out, "WARC-Block-Digest", view_of(block_digest));
	if (r->payload_digest.n) {
		put_field(out, "WARC-Payload-Digest", r->payload_digest);
	} else if (r->head.n && r->body.n) {
		warc_digest(r->body, payload);
		put_field(out, "WARC-Payload-Digest", view_of(payload));
	}
	put_field(out, "Content-Type", r->content_type);
	buf_printf(out, "Content-Length: %zu\r\n\r\n", r->head.n + r->lead.n + r->body.n + r->tail.n);
}

static int pack(struct warc_writer *writer, struct buf *out, struct view plain)
{
	if (writer->packing == WARC_PACK_NONE)
		return buf_putv(out, plain);
	size_t bound = warc_packed_bound(writer, plain.n);
	char *room = buf_room(out, bound);
	if (!room)
		return out->err;
	size_t n = writer->packing == WARC_PACK_GZIP
			   ? libdeflate_gzip_compress(writer->gzip, plain.p, plain.n, room, bound)
			   : ZSTD_compress2(writer->zstd, room, bound, plain.p, plain.n);
	if (n == 0 || (writer->packing == WARC_PACK_ZSTD && ZSTD_isError(n)))
		return -ENOMEM;
	buf_added(out, n);
	return 0;
}

/* What a record is called by others, known before it is written. */
struct names {
	char id[WARC_ID_BYTES], digest[WARC_DIGEST_BYTES];
};

static int make_names(const struct warc_record *record, struct names *ret)
{
	const struct view block[] = { record->head, record->lead, record->body, record->tail };
	char date[CLOCK_TEXT_BYTES] = "";
	clock_format(record->date, date);
	digest_parts(block, sizeof(block) / sizeof(block[0]), ret->digest);
	return make_id(record, date, ret->digest, ret->id);
}

static int write_named(struct warc_writer *writer, struct buf *out, const struct warc_record *record,
	const struct names *names, struct warc_place *ret_place)
{
	struct buf *plain = &writer->plain;
	size_t before = out->n;
	buf_reset(plain);
	put_head(plain, record, names->id, names->digest);
	buf_putv(plain, record->head);
	buf_putv(plain, record->lead);
	buf_putv(plain, record->body);
	buf_putv(plain, record->tail);
	buf_puts(plain, "\r\n\r\n");
	int result = plain->err ? plain->err : pack(writer, out, buf_view(plain));
	if (!writer->lent && plain->cap > PLAIN_KEEP_BYTES)
		buf_free(plain);
	if (!result && ret_place) {
		*ret_place = (struct warc_place){ .offset = before, .length = out->n - before };
		memcpy(ret_place->record, names->id, sizeof(names->id));
	}
	return result;
}

int warc_write_record(
	struct warc_writer *writer, struct buf *out, const struct warc_record *record, struct warc_place *ret_place)
{
	struct names names;
	int result = make_names(record, &names);
	return result ? result : write_named(writer, out, record, &names, ret_place);
}

int warc_write_info(struct warc_writer *writer, struct buf *out, struct view filename, int64_t date, struct view fields,
	struct warc_place *ret_place)
{
	struct buf body = BUF_INIT(1 << 20);
	buf_puts(&body,
		"software: garner/" GARNER_VERSION "\r\nformat: WARC File Format 1.1\r\n"
		"conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n");
	buf_putv(&body, fields);
	struct warc_record record = { .type = "warcinfo",
		.date = date,
		.filename = filename,
		.refers_to_date = GARNER_NO_NUMBER,
		.content_type = VIEW("application/warc-fields"),
		.body = buf_view(&body) };
	int result = body.err ? body.err : warc_write_record(writer, out, &record, ret_place);
	buf_free(&body);
	return result;
}

/* ---- one capture ----------------------------------------------------------------------------- */

static void describe_revisit(
	struct warc_record *record, const struct capture *c, const struct warc_original *original, const char *payload)
{
	record->type = "revisit";
	record->refers_to = original->record;
	record->refers_to_uri = original->url;
	record->refers_to_date = original->date;
	record->body = VIEW_NONE;
	record->profile = VIEW("http://netpreserve.org/warc/1.1/revisit/identical-payload-digest");
	if (c->status == 304)
		record->profile = VIEW("http://netpreserve.org/warc/1.1/revisit/server-not-modified");
	else
		record->payload_digest = view_of(payload);
}

/* A body whose head says chunked is written as one chunk: the head stays as it was received, and every reader of
 * HTTP undoes it (RFC 9112, 7.1). @lead: room for its size. */
static void frame_chunk(struct warc_record *record, char lead[24])
{
	record->tail = VIEW("0\r\n\r\n");
	if (record->body.n == 0)
		return;
	int n = snprintf(lead, 24, "%zx\r\n", record->body.n);
	record->lead = view_make(lead, (size_t)n);
	record->tail = VIEW("\r\n0\r\n\r\n");
}

/* Strings of the record that its capture has not. */
struct main_strings {
	char payload[WARC_DIGEST_BYTES], lead[24];
};

static struct warc_record main_record(
	const struct capture *c, int64_t date, const struct warc_original *original, struct main_strings *strings)
{
	struct warc_record record = { .type = c->head.n ? "response" : "resource",
		.uri = c->url,
		.ip = c->ip,
		.protocol = c->protocol,
		.date = date,
		.refers_to_date = GARNER_NO_NUMBER,
		.content_type = c->head.n ? VIEW("application/http; msgtype=response") : c->content_type,
		.truncated = !c->truncated ? VIEW_NONE
			     : c->network  ? VIEW("disconnect")
					   : VIEW("unspecified"),
		.head = c->head,
		.body = c->body };
	if (original) {
		warc_digest(c->body, strings->payload);
		describe_revisit(&record, c, original, strings->payload);
	} else if (http_is_chunked(c->head)) {
		/* Readers differ on whether a payload is counted with its chunks: the block's digest says enough. */
		warc_digest(c->body, strings->payload);
		record.payload_digest = view_of(strings->payload);
		frame_chunk(&record, strings->lead);
	}
	return record;
}

static int write_facts(
	struct warc_writer *writer, struct buf *out, const struct capture *c, int64_t date, struct view main)
{
	struct buf fields = BUF_INIT(1 << 20);
	warc_facts_write(&fields, c);
	struct warc_record record = { .type = "metadata",
		.uri = c->url,
		.date = date,
		.concurrent_to = main,
		.refers_to_date = GARNER_NO_NUMBER,
		.content_type = VIEW("application/warc-fields"),
		.body = buf_view(&fields) };
	int result = fields.err;
	if (!result && fields.n)
		result = warc_write_record(writer, out, &record, NULL);
	buf_free(&fields);
	return result;
}

static int write_request(
	struct warc_writer *writer, struct buf *out, const struct capture *c, int64_t date, struct view main)
{
	struct warc_record record = { .type = "request",
		.uri = c->url,
		.ip = c->ip,
		.protocol = c->protocol,
		.date = date,
		.concurrent_to = main,
		.refers_to_date = GARNER_NO_NUMBER,
		.content_type = VIEW("application/http; msgtype=request"),
		.head = c->request_head };
	return c->request_head.n ? warc_write_record(writer, out, &record, NULL) : 0;
}

int warc_write_capture(struct warc_writer *writer, struct buf *out, const struct capture *capture, int64_t date,
	const struct warc_original *original, struct warc_place *ret_group, struct warc_place *ret_main)
{
	struct main_strings strings;
	struct names names;
	struct warc_place main;
	size_t before = out->n;
	if (capture->fetched != GARNER_NO_NUMBER)
		date = capture->fetched;
	struct warc_record record = main_record(capture, date, original, &strings);
	int result = make_names(&record, &names);
	if (!result)
		result = write_facts(writer, out, capture, date, view_of(names.id));
	if (!result)
		result = write_request(writer, out, capture, date, view_of(names.id));
	if (!result)
		result = write_named(writer, out, &record, &names, &main);
	if (result)
		return result;
	if (ret_main)
		*ret_main = main;
	if (ret_group) {
		*ret_group = main;
		ret_group->offset = before;
		ret_group->length = out->n - before;
	}
	return 0;
}
