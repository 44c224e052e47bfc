/* JSON lines of other tools, an object a line: {"text": …} or {"html": …}, with url, title, published or date, fetched,
 * record or id (also as "src": {"record": …}). Our own export is read back the same way. */
#include "capture/source.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include "capture/url_parts.h"
#include "util/clock.h"
#include "util/limits.h"

struct json_lines {
	uint64_t line; /* number of the next one, from 1 */
};

static int lines_open(struct source *source, struct error *error)
{
	struct json_lines *lines = calloc(1, sizeof(*lines));
	if (!lines)
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	lines->line = 1;
	source->state = lines;
	return 0;
}

static void lines_close(struct source *source)
{
	free(source->state);
	source->state = NULL;
}

static bool is_lines_name(struct view name)
{
	static const struct view endings[] = { VIEW(".jsonl"), VIEW(".ndjson"), VIEW(".jsonl.gz"), VIEW(".jsonl.zst"),
		VIEW(".ndjson.gz"), VIEW(".ndjson.zst") };
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (name.n > endings[i].n && view_eq_nocase(view_from(name, name.n - endings[i].n), endings[i]))
			return true;
	return false;
}

/* An object begins on the first line: a brace, then a key; and, where the line is @whole, a closing brace. */
static bool is_object(struct view line, bool whole)
{
	line = view_trim(line);
	struct view key = view_trim(view_from(line, 1));
	return line.n >= 2 && line.p[0] == '{' && (key.p[0] == '"' || key.p[0] == '}') &&
	       (!whole || line.p[line.n - 1] == '}');
}

static struct view past_start(struct view first)
{
	while (first.n && ascii_is_space(first.p[0]))
		first = view_from(first, 1);
	return view_starts(first, VIEW("\xEF\xBB\xBF")) ? view_from(first, 3) : first;
}

bool json_lines_begin(struct view first)
{
	struct view rest = past_start(first);
	size_t end = view_find_byte(rest, '\n');
	return end < rest.n && is_object(view_first(rest, end), true);
}

static int lines_bid(const struct source_probe *probe)
{
	struct view rest = past_start(probe->first);
	size_t end = view_find_byte(rest, '\n');
	bool whole = end < rest.n || probe->first.n < SOURCE_PROBE_BYTES;
	return (is_object(view_first(rest, end), whole) ? 60 : 0) + (is_lines_name(probe->name) ? 30 : 0);
}

/* ---- one line ------------------------------------------------------------------------------ */

/* The next line, without its end. 0; SOURCE_END; TOO_LARGE (skipped). */
static int next_line(struct source *source, struct view *ret_line, size_t *ret_width)
{
	size_t looked = 0;
	/* A line is taken as soon as it is there: whoever writes into a pipe may wait for the answer. */
	while (looked <= LIMIT_LINE_BYTES) {
		struct view v = stream_more(source->stream, looked);
		size_t end = looked + view_find_byte(view_from(v, looked), '\n');
		if (end > LIMIT_LINE_BYTES)
			break;
		if (end < v.n || v.n == looked) {
			*ret_line = view_first(v, end);
			*ret_width = end < v.n ? end + 1 : v.n;
			return v.n ? 0 : SOURCE_END;
		}
		looked = v.n;
	}
	for (struct view v; (v = stream_some(source->stream)).n;) {
		size_t end = view_find_byte(v, '\n');
		stream_skip(source->stream, (int64_t)(end < v.n ? end + 1 : v.n));
		if (end < v.n)
			break;
	}
	return GARNER_TOO_LARGE;
}

static struct view string_of(struct page *page, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (json_is_string(value) && json_string_length(value)) {
		const char *copy = arena_strndup(&page->arena, json_string_value(value), json_string_length(value));
		return copy ? view_make(copy, json_string_length(value)) : VIEW_NONE;
	}
	if (json_is_integer(value))
		return view_of(arena_printf(&page->arena, "%lld", (long long)json_integer_value(value)));
	return VIEW_NONE;
}

static struct view first_of(struct page *page, const json_t *object, const char *const *keys)
{
	struct view v = VIEW_NONE;
	for (; *keys && !v.n; keys++)
		v = string_of(page, object, *keys);
	return v;
}

static int take_object(struct page *page, const json_t *object, const char **ret_words)
{
	static const char *const record_keys[] = { "record", "id", NULL };
	static const char *const date_keys[] = { "published", "date", NULL };
	struct capture *c = &page->capture;
	c->record = string_of(page, json_object_get(object, "src"), "record");
	if (!c->record.n)
		c->record = first_of(page, object, record_keys);
	c->url = url_keep(page, string_of(page, object, "url"));
	c->title_hint = string_of(page, object, "title");
	c->published_hint = first_of(page, object, date_keys);
	if (!clock_parse(string_of(page, object, "fetched"), &c->fetched))
		c->fetched = GARNER_NO_NUMBER;
	const json_t *html = json_object_get(object, "html"), *text = json_object_get(object, "text");
	const json_t *body = json_is_string(html) ? html : text;
	if (!json_is_string(body)) {
		*ret_words = "neither text nor html";
		return GARNER_BAD_JSON;
	}
	size_t n = json_string_length(body);
	if (n > LIMIT_BODY_BYTES)
		return GARNER_TOO_LARGE;
	const char *copy = arena_strndup(&page->arena, json_string_value(body), n);
	if (!copy)
		return GARNER_TOO_COMPLEX;
	c->body = view_make(copy, n);
	c->content_type = body == html ? VIEW("text/html; charset=utf-8") : VIEW("text/plain; charset=utf-8");
	return 0;
}

static bool surrogate(struct view line, size_t at, char low, char high)
{
	return at + 6 <= line.n && line.p[at] == '\\' && line.p[at + 1] == 'u' && ascii_lower(line.p[at + 2]) == 'd' &&
	       ascii_lower(line.p[at + 3]) >= low && ascii_lower(line.p[at + 3]) <= high;
}

/* A half of a surrogate pair alone, as tools write bytes that they could not decode, becomes U+FFFD: its text is worth
 * more than its proof. Returns how many; @ret_line in the page's arena. */
static size_t mend_halves(struct page *page, struct view line, struct view *ret_line)
{
	char *copy = arena_strdup_view(&page->arena, line);
	size_t count = 0;
	for (size_t i = 0; copy && i < line.n; i++) {
		if (copy[i] != '\\')
			continue;
		if (surrogate(line, i, '8', 'b') && surrogate(line, i + 6, 'c', 'f')) {
			i += 11;
		} else if (surrogate(line, i, '8', 'f')) {
			memcpy(copy + i + 2, "fffd", 4);
			count++;
		} else {
			i++;
		}
	}
	*ret_line = view_make(copy, line.n);
	return count;
}

static int take_line(struct page *page, struct view line, uint64_t number)
{
	json_error_t where;
	json_t *root = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &where);
	size_t halves = root ? 0 : mend_halves(page, line, &line);
	if (halves && (root = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &where)))
		page_note(page, "line %llu: halves of characters replaced: %zu", (unsigned long long)number, halves);
	const char *words = root ? "not an object" : where.text;
	int reason = GARNER_BAD_JSON;
	if (json_is_object(root))
		reason = take_object(page, root, &words);
	json_decref(root);
	if (reason == GARNER_BAD_JSON)
		return page_drop(page, reason, "line %llu: %s", (unsigned long long)number, words);
	if (reason == GARNER_TOO_LARGE)
		return page_drop(
			page, reason, "line %llu: more than %d bytes", (unsigned long long)number, LIMIT_BODY_BYTES);
	return reason ? page_full(page) : 0;
}

static void place(struct source *source, struct page *page, int64_t at, size_t width)
{
	page->capture.offset = source->coded ? GARNER_NO_NUMBER : at;
	page->capture.length = source->coded ? GARNER_NO_NUMBER : (int64_t)width;
}

static int lines_next(struct source *source, struct page *page)
{
	struct json_lines *lines = source->state;
	struct stream *stream = source->stream;
	for (;;) {
		struct view line = VIEW_NONE;
		size_t width = 0;
		int64_t at = stream->offset;
		int result = next_line(source, &line, &width);
		if (result == SOURCE_END && stream->reason) {
			result = stream->reason;
			stream->reason = 0;
			return page_drop(
				page, result, "line %llu: %s", (unsigned long long)lines->line, stream->detail);
		}
		if (result == SOURCE_END)
			return SOURCE_END;
		uint64_t number = lines->line++;
		if (result) {
			place(source, page, at, (size_t)(stream->offset - at));
			return page_drop(page, result, "line %llu: more than %d bytes", (unsigned long long)number,
				LIMIT_LINE_BYTES);
		}
		if (number == 1 && view_starts(line, VIEW("\xEF\xBB\xBF")))
			line = view_from(line, 3);
		line = view_trim(line);
		if (line.n == 0) {
			stream_skip(stream, (int64_t)width);
			continue;
		}
		place(source, page, at, width);
		/* A line that the input's early end cut off is told of by that end, not as bad JSON. */
		bool cut = stream->reason && stream->end - stream->at == width && line.p[line.n - 1] != '}';
		if (!cut)
			result = take_line(page, line, number);
		stream_skip(stream, (int64_t)width);
		if (!cut)
			return result;
		lines->line = number;
	}
}

const struct source_ops source_jsonl = { "jsonl", false, lines_bid, lines_open, lines_next, lines_close };
