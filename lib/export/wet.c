/* WET: a WARC of conversion records, one a document, that refer to the record the text was made from: the response, or
 * the conversion record of another's WET. A source may itself be a conversion, and what is named is "the prior material
 * converted" (WARC 1.1, 'conversion'; ISO 28500:2017), not where a chain of conversions began. */
#include "export/export.h"

#include <errno.h>
#include <stdlib.h>
#include "store/warc_write.h"
#include "util/clock.h"

struct wet {
	struct warc_writer *writer;
	struct buf member;
};

static int wet_begin(struct exporter *exporter, struct error *error)
{
	struct wet *wet = calloc(1, sizeof(*wet));
	if (!wet)
		return error_set(error, -ENOMEM, "no memory");
	exporter->state = wet;
	wet->member = BUF_INIT(SIZE_MAX / 4);
	int result = warc_writer_new(WARC_PACK_GZIP, &wet->writer, error);
	if (!result)
		result = warc_write_info(wet->writer, &exporter->out, VIEW_NONE, exporter->clock, VIEW_NONE, NULL);
	return result ? error_set(error, result, "no memory") : 0;
}

static int wet_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct wet *wet = exporter->state;
	struct buf urn = BUF_INIT(256);
	struct warc_record record = { .type = "conversion",
		.uri = view_of(d->url),
		.refers_to_date = GARNER_NO_NUMBER,
		.content_type = VIEW("text/plain; charset=utf-8") };
	if (!d->url) {
		buf_printf(&urn, "urn:x-garner:%s", d->id);
		record.uri = buf_view(&urn);
	}
	/* Of JSON lines and files there is no record to refer to. */
	if (d->src.record && view_starts(view_of(d->src.record), VIEW("<urn:")))
		record.refers_to = view_of(d->src.record);
	if (!d->fetched || !clock_parse(view_of(d->fetched), &record.date))
		record.date = exporter->clock;
	int result = export_member(&wet->member, d);
	record.body = buf_view(&wet->member);
	if (!result)
		result = warc_write_record(wet->writer, &exporter->out, &record, NULL);
	buf_free(&urn);
	return result ? error_set(error, result, "no memory for a document") : 0;
}

static void wet_close(struct exporter *exporter)
{
	struct wet *wet = exporter->state;
	if (wet) {
		warc_writer_free(wet->writer);
		buf_free(&wet->member);
		free(wet);
	}
}

const struct export_format export_wet = {
	.name = "wet", .kind = EXPORT_STREAM, .begin = wet_begin, .put = wet_put, .close = wet_close
};
