/* Facts of a whole page, through the library; for test programs that include cmocka.h before it. */
#ifndef GARNER_TESTS_META_FACTS_H
#define GARNER_TESTS_META_FACTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "garner.h"
#include "util/buf.h"

#define TEXT                                                                                                           \
	"<p>The harbour was quiet when the first boats came back in the morning, and nobody on the quay spoke of the " \
	"storm that had kept them out for three nights.</p><p>By noon the market was open again, the fish lay on "     \
	"ice, "                                                                                                        \
	"and the prices were twice those of the week before, as the buyers from the city found out.</p><p>The town "   \
	"has "                                                                                                         \
	"lived from the sea for six hundred years; whether it will do so for another ten is a question that few here " \
	"like to answer, least of all in front of strangers.</p>"

struct facts {
	char title[256], authors[256], published[64], from[32], precision[16], modified[64], site[64], canonical[256],
		image[256], licence[256], access[32], section[64], tags[256], text[256];
};

static void set(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "-");
}

static void join(char *out, size_t size, const char *const *list, size_t count)
{
	struct buf b = BUF_INIT(4096);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, "%s%s", i ? "; " : "", list[i]);
	set(out, size, count ? buf_str(&b) : NULL);
	buf_free(&b);
}

static int note(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct facts *f = user;
	(void)reason;
	(void)detail;
	set(f->title, sizeof(f->title), d->title);
	join(f->authors, sizeof(f->authors), d->authors, d->author_count);
	join(f->tags, sizeof(f->tags), d->tags, d->tag_count);
	set(f->published, sizeof(f->published), d->published);
	set(f->from, sizeof(f->from), d->published_from);
	set(f->precision, sizeof(f->precision), d->published_precision);
	set(f->modified, sizeof(f->modified), d->modified);
	set(f->site, sizeof(f->site), d->site);
	set(f->canonical, sizeof(f->canonical), d->url_canonical);
	set(f->image, sizeof(f->image), d->image);
	set(f->licence, sizeof(f->licence), d->licence);
	set(f->access, sizeof(f->access), d->access);
	set(f->section, sizeof(f->section), d->section);
	set(f->text, sizeof(f->text), d->text);
	return 0;
}

static struct facts read_page(const char *url, const char *head, const char *body)
{
	struct facts f = { .title = "" };
	struct buf page = BUF_INIT(1 << 20);
	struct garner *garner = garner_new(NULL);
	assert_non_null(garner);
	buf_printf(&page, "<!DOCTYPE html><html><head>%s</head><body>%s</body></html>", head, body);
	assert_int_equal(garner_clean_bytes(garner, page.p, page.n, url, "text/html; charset=utf-8", note, &f), 0);
	buf_free(&page);
	garner_free(garner);
	return f;
}

#endif
