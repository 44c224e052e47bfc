#include "truth.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>
#include <zlib.h>
#include "util/hash.h"
#include "util/utf8.h"

const char *const set_names[SET_COUNT] = { "newsroom", "wcxb-dev", "readability", "trafilatura" };

enum { LINE_MAX_BYTES = 8 << 20 };

/* example.co.uk and example.com: the last two labels, three when the second is short. */
uint32_t truth_site(struct view url)
{
	size_t at = view_find(url, VIEW("://"));
	struct view host = view_from(url, at < url.n ? at + 3 : 0);
	size_t n = 0;
	while (n < host.n && host.p[n] != '/' && host.p[n] != '?' && host.p[n] != ':')
		n++;
	host.n = n;
	size_t dots = 0, from = 0, last = n;
	for (size_t i = n; i-- > 0;) {
		if (host.p[i] != '.')
			continue;
		dots++;
		bool short_label = dots == 2 && last - i - 1 <= 3 && n - last <= 3;
		if (dots >= 2 && !short_label) {
			from = i + 1;
			break;
		}
		last = i;
	}
	return (uint32_t)hash64(view_from(host, from), 0);
}

static struct view json_view(struct arena *arena, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return VIEW_NONE;
	struct view v = { json_string_value(value), json_string_length(value) };
	return view_make(arena_strdup_view(arena, v), v.n);
}

static struct view *json_views(struct arena *arena, const json_t *object, const char *key, uint32_t *ret_count)
{
	const json_t *list = json_object_get(object, key);
	size_t n = json_array_size(list);
	struct view *views = arena_calloc(arena, n + 1, sizeof(*views));
	for (size_t i = 0; i < n; i++) {
		struct view v = view_of(json_string_value(json_array_get(list, i)));
		views[i] = view_make(arena_strdup_view(arena, v), v.n);
	}
	*ret_count = (uint32_t)n;
	return views;
}

static size_t separator(struct view v, size_t at)
{
	struct view rest = view_from(v, at);
	if (rest.p[0] == ';' || rest.p[0] == ',' || rest.p[0] == '|')
		return 1;
	return view_starts(rest, VIEW(" and ")) ? 5 : view_starts(rest, VIEW(" & ")) ? 3 : 0;
}

/* A list of names, or one string that holds them. */
static struct view *read_authors(struct arena *arena, const json_t *o, uint32_t *ret_count)
{
	const json_t *value = json_object_get(o, "authors");
	value = value ? value : json_object_get(o, "author");
	if (json_is_array(value))
		return json_views(arena, o, json_object_get(o, "authors") ? "authors" : "author", ret_count);
	struct view text = json_view(arena, o, json_object_get(o, "authors") ? "authors" : "author");
	struct view *names = arena_calloc(arena, text.n + 1, sizeof(*names));
	size_t from = 0;
	for (size_t at = 0; text.n && at <= text.n; at++) {
		size_t n = at < text.n ? separator(text, at) : 1;
		if (!n)
			continue;
		names[(*ret_count)++] = view_make(text.p + from, at - from);
		from = at + n;
		at += n - 1;
	}
	return names;
}

static int add(struct truths *t, int set, const char *line)
{
	json_error_t at;
	json_t *o = json_loads(line, 0, &at);
	if (!o)
		return -EBADMSG;
	struct truth *grown =
		arena_grow(&t->arena, t->items, t->count * sizeof(*grown), (t->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->items = grown;
	struct truth *row = &t->items[t->count++];
	*row = (struct truth){ .set = (uint8_t)set };
	row->record = json_view(&t->arena, o, "record");
	row->url = json_view(&t->arena, o, "url");
	row->body = json_view(&t->arena, o, "body");
	row->kind = json_view(&t->arena, o, json_object_get(o, "page_type") ? "page_type" : "country");
	row->with = json_views(&t->arena, o, "with", &row->with_count);
	row->without = json_views(&t->arena, o, "without", &row->without_count);
	row->authors = read_authors(&t->arena, o, &row->author_count);
	row->knows_authors = json_object_get(o, "authors") || json_object_get(o, "author");
	/* pages that all claim one made-up host are sites of their own */
	row->site = set == SET_READABILITY ? (uint32_t)hash64(row->record, 1) : truth_site(row->url);
	*map_put(&t->by_record, row->record) = t->count;
	json_decref(o);
	return 0;
}

int truths_read(struct truths *t, const char *data)
{
	char *line = malloc(LINE_MAX_BYTES);
	*t = (struct truths){ 0 };
	arena_init(&t->arena, (size_t)1 << 30);
	int result = line ? 0 : -ENOMEM;
	for (int set = 0; set < SET_COUNT && !result; set++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s.truth.jsonl.gz", data, set_names[set]);
		gzFile file = gzopen(path, "rb");
		if (!file)
			continue; /* a folder with some of the sets will do */
		while (!result && gzgets(file, line, LINE_MAX_BYTES))
			result = add(t, set, line);
		gzclose(file);
	}
	free(line);
	if (!result && !t->count) {
		fprintf(stderr, "%s: no data sets there\n", data);
		result = -ENOENT;
	}
	return result;
}

const struct truth *truths_find(const struct truths *t, struct view record)
{
	uint64_t *index = map_get(&t->by_record, record);
	return index ? &t->items[*index - 1] : NULL;
}

void truths_free(struct truths *t)
{
	map_free(&t->by_record);
	arena_free(&t->arena);
}

static bool is_single(uint32_t c)
{
	return (c >= 0xE00 && c <= 0xEFF) || (c >= 0x1780 && c <= 0x17FF) || (c >= 0x3040 && c <= 0x30FF) ||
	       (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF);
}

static bool is_word(uint32_t c)
{
	if (c < 0x80)
		return ascii_is_alpha((char)c) || ascii_is_digit((char)c) || c == '_';
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
	       (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

uint32_t score_word(struct view text, size_t *at)
{
	uint32_t hash = 0;
	while (*at < text.n) {
		size_t from = *at;
		uint32_t c = utf8_next(text, at);
		bool single = c != UTF8_BAD && is_single(c);
		if (single || c == UTF8_BAD || !is_word(c)) {
			if (hash) {
				*at = single ? from : *at;
				return hash | 1;
			}
			if (single)
				return c * 0x9E3779B1u | 1;
			continue;
		}
		c = c < 0x80 ? (uint32_t)(unsigned char)ascii_lower((char)c)
			     : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
		hash = ((hash ? hash : 0x811C9DC5u) ^ c) * 0x01000193u;
	}
	return hash ? hash | 1 : 0;
}

uint32_t fold_of(const struct truth *truth)
{
	return (truth->site ^ truth->site >> 15) % FOLDS;
}
