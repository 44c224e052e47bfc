#include "capture/sitemap.h"

#include <errno.h>
#include "capture/feed_json.h"
#include "capture/xml.h"
#include "garner.h"
#include "util/buf.h"
#include "util/limits.h"

#define NS_NEWS "http://www.google.com/schemas/sitemap-news/0.9"

enum field { F_NONE, F_LOC, F_LASTMOD, F_TITLE, F_PUBLISHED, FIELD_COUNT };

struct reader {
	struct sitemap_head *head;
	sitemap_entry_fn *fn;
	void *user;
	struct buf fields[FIELD_COUNT];
	enum field field;
	size_t depth, field_depth;
	unsigned long line; /* of a plain list, from its first one on */
	struct error *error;
};

static struct view field(const struct reader *r, enum field which)
{
	struct view v = view_trim(buf_view(&r->fields[which]));
	return v.n ? v : VIEW_NONE;
}

static int entry_give(struct reader *r)
{
	char room[2][FEED_DATE_BYTES];
	struct sitemap_entry entry = {
		.url = field(r, F_LOC), .title = field(r, F_TITLE), .child = r->head->kind == FEED_SITEMAP_INDEX
	};
	feed_date(field(r, F_LASTMOD), room[0], &entry.lastmod);
	entry.published = feed_date(field(r, F_PUBLISHED), room[1], &entry.published_at);
	for (int i = 0; i < FIELD_COUNT; i++)
		buf_reset(&r->fields[i]);
	if (!entry.url.n)
		return 0;
	if (++r->head->entries > LIMIT_SITEMAP_ENTRIES)
		return GARNER_TOO_LARGE;
	return r->fn(r->user, &entry);
}

static enum field field_of(struct xml_name name)
{
	bool news = view_eq(name.space, VIEW(NS_NEWS));
	if (!news && view_eq(name.local, VIEW("loc")))
		return F_LOC;
	if (!news && view_eq(name.local, VIEW("lastmod")))
		return F_LASTMOD;
	if (news && view_eq(name.local, VIEW("title")))
		return F_TITLE;
	return news && view_eq(name.local, VIEW("publication_date")) ? F_PUBLISHED : F_NONE;
}

static int on_open(void *user, struct xml_name name, struct xml_attributes attributes)
{
	struct reader *r = user;
	(void)attributes;
	if (++r->depth == 1) {
		if (view_eq(name.local, VIEW("urlset")))
			r->head->kind = FEED_SITEMAP;
		else if (view_eq(name.local, VIEW("sitemapindex")))
			r->head->kind = FEED_SITEMAP_INDEX;
		return r->head->kind ? 0 : GARNER_BAD_FEED;
	}
	enum field which = field_of(name);
	/* <loc> of an image or video extension stands deeper, in its own element. */
	if (r->field || which == F_NONE || ((which == F_LOC || which == F_LASTMOD) && r->depth != 3))
		return 0;
	r->field = which;
	r->field_depth = r->depth;
	buf_reset(&r->fields[which]);
	return 0;
}

static int on_close(void *user, struct xml_name name)
{
	struct reader *r = user;
	(void)name;
	if (r->field && r->depth == r->field_depth)
		r->field = F_NONE;
	return r->depth-- == 2 ? entry_give(r) : 0;
}

static int on_text(void *user, struct view text)
{
	struct reader *r = user;
	if (r->field && r->fields[r->field].n + text.n <= r->fields[r->field].max)
		buf_putv(&r->fields[r->field], text);
	return r->field && r->fields[r->field].err == -ENOMEM ? -ENOMEM : 0;
}

/* ---- plain lists ------------------------------------------------------------------------- */

static bool is_url(struct view line)
{
	return view_starts_nocase(line, VIEW("http://")) || view_starts_nocase(line, VIEW("https://"));
}

static int line_give(struct reader *r, struct view line)
{
	line = view_trim(line);
	r->line++;
	if (!line.n || line.p[0] == '#')
		return 0;
	if (!is_url(line))
		return error_set(r->error, GARNER_BAD_FEED, "line %lu: not a URL", r->line);
	buf_reset(&r->fields[F_LOC]);
	return buf_putv(&r->fields[F_LOC], line) ? 0 : entry_give(r);
}

static int lines_push(struct reader *r, struct buf *line, struct view piece, bool last)
{
	int result = 0;
	while (!result && piece.n) {
		size_t n = view_find_byte(piece, '\n');
		if (buf_putv(line, view_first(piece, n)))
			return line->err == -ENOMEM ? -ENOMEM : GARNER_BAD_FEED;
		piece = view_from(piece, n);
		if (!piece.n)
			break;
		piece = view_from(piece, 1);
		result = line_give(r, buf_view(line));
		buf_reset(line);
	}
	return result || !last ? result : line_give(r, buf_view(line));
}

/* ---- whole ------------------------------------------------------------------------------- */

enum { FIRST_BYTES = 16 };

/* Without a byte order mark and the spaces behind it. */
static struct view after_spaces(struct view in)
{
	if (view_starts(in, VIEW("\xef\xbb\xbf")))
		in = view_from(in, 3);
	struct view trimmed = view_trim(in);
	return trimmed.n ? view_from(in, (size_t)(trimmed.p - in.p)) : view_from(in, in.n);
}

bool sitemap_is_list(struct view beginning, bool whole)
{
	struct view rest = after_spaces(beginning), line;
	bool torn = !whole && rest.n && rest.p[rest.n - 1] != '\n';
	size_t urls = 0;
	while (view_next_line(&rest, &line)) {
		line = view_trim(line);
		if (line.n && line.p[0] == '#')
			continue;
		if (!rest.n && torn && urls)
			break;
		if (line.n &&
			(!is_url(line) || view_find_byte(line, ' ') < line.n || view_find_byte(line, '<') < line.n))
			return false;
		urls += line.n != 0;
	}
	return urls != 0;
}

/* Enough to tell XML from a list, however small the pieces are: short ones are joined in @begin. Spaces in front are
 * counted, not kept. */
static struct view first_piece(struct view (*pull)(void *from), void *from, struct buf *begin, size_t *ret_spaces)
{
	struct view piece = pull(from), first = after_spaces(piece);
	*ret_spaces = 0;
	if (first.n >= FIRST_BYTES)
		return first;
	for (; piece.n && *ret_spaces <= LIMIT_SITEMAP_BYTES; piece = pull(from)) {
		buf_putv(begin, piece);
		first = after_spaces(buf_view(begin));
		if (first.n >= FIRST_BYTES)
			break;
		if (!first.n) { /* one stays: what comes next is no byte order mark */
			*ret_spaces += piece.n;
			buf_reset(begin);
			buf_putc(begin, ' ');
		}
	}
	return after_spaces(buf_view(begin));
}

static int read_all(struct reader *r, struct view (*pull)(void *from), void *from, struct error *error)
{
	struct xml_handler handler = { on_open, on_close, on_text, r };
	struct buf line = BUF_INIT(LIMIT_URL_BYTES);
	struct xml *xml = NULL;
	struct buf begin = BUF_INIT(MIB(2));
	size_t total;
	struct view piece = first_piece(pull, from, &begin, &total);
	int result = 0;
	bool lines = view_starts_nocase(piece, VIEW("http")) || view_starts(piece, VIEW("#"));
	if (lines)
		r->head->kind = FEED_SITEMAP;
	else if (!(xml = xml_new(&handler, false)))
		result = error_set(error, -ENOMEM, "no memory for a sitemap");
	while (!result) {
		total += piece.n;
		if (total > LIMIT_SITEMAP_BYTES)
			result = GARNER_TOO_LARGE;
		else
			result = lines ? lines_push(r, &line, piece, !piece.n) : xml_push(xml, piece, !piece.n, error);
		if (!piece.n)
			break;
		piece = pull(from);
	}
	if (xml) {
		r->head->repairs = xml_repaired(xml).count;
		r->head->repair_line = xml_repaired(xml).line;
	}
	xml_free(xml);
	buf_free(&line);
	buf_free(&begin);
	return result;
}

int sitemap_read(struct view (*pull)(void *from), void *from, sitemap_entry_fn *fn, void *user,
	struct sitemap_head *ret_head, struct error *error)
{
	struct reader reader = { .head = ret_head, .fn = fn, .user = user, .error = error };
	*ret_head = (struct sitemap_head){ 0 };
	for (int i = 0; i < FIELD_COUNT; i++)
		reader.fields[i] = BUF_INIT(LIMIT_URL_BYTES);
	int result = read_all(&reader, pull, from, error);
	if (result == GARNER_BAD_FEED)
		error_set(error, result, "not a sitemap");
	if (result == GARNER_TOO_LARGE)
		error_set(
			error, result, "more than %d entries or %d bytes", LIMIT_SITEMAP_ENTRIES, LIMIT_SITEMAP_BYTES);
	for (int i = 0; i < FIELD_COUNT; i++)
		buf_free(&reader.fields[i]);
	return result;
}
