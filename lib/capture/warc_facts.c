#include "capture/warc_facts.h"

#include <stddef.h>
#include "util/limits.h"
#include "util/utf8.h"

/* The names are those of our own metadata records; the standard leaves them to the writer (ISO 28500, 6.6). */
static const struct {
	struct view name;
	size_t at;
} facts[] = {
	{ VIEW("url-requested"), offsetof(struct capture, url_requested) },
	{ VIEW("robots"), offsetof(struct capture, robots) },
	{ VIEW("feed-url"), offsetof(struct capture, feed_url) },
	{ VIEW("feed-guid"), offsetof(struct capture, feed_guid) },
	{ VIEW("feed-published"), offsetof(struct capture, feed_published) },
	{ VIEW("feed-title"), offsetof(struct capture, feed_title) },
	{ VIEW("title"), offsetof(struct capture, title_hint) },
	{ VIEW("published"), offsetof(struct capture, published_hint) },
};
enum { FACTS = sizeof(facts) / sizeof(facts[0]) };

static struct view *fact_of(struct capture *capture, size_t i)
{
	return (struct view *)((char *)capture + facts[i].at);
}

void warc_facts_write(struct buf *out, const struct capture *capture)
{
	struct capture copy = *capture;
	for (size_t i = 0; i < FACTS; i++) {
		struct view value = *fact_of(&copy, i);
		if (!value.n)
			continue;
		buf_putv(out, facts[i].name);
		buf_puts(out, ": ");
		for (size_t k = 0; k < value.n; k++)
			buf_putc(out, (unsigned char)value.p[k] < 0x20 ? ' ' : value.p[k]);
		buf_puts(out, "\r\n");
	}
}

void warc_facts_read(struct page *page, struct view fields)
{
	struct view line;
	while (view_next_line(&fields, &line)) {
		size_t colon = view_find_byte(line, ':');
		struct view name = view_first(line, colon), value = view_trim(view_from(line, colon + 1));
		value = view_first(value, LIMIT_FACT_BYTES);
		value.n = utf8_valid_prefix(value);
		for (size_t i = 0; i < FACTS && value.n; i++) {
			struct view *to = fact_of(&page->capture, i);
			if (!to->n && view_eq_nocase(name, facts[i].name))
				*to = view_of(page_str(page, value));
		}
	}
}
