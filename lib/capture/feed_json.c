#include "capture/feed_json.h"

#include <errno.h>
#include <jansson.h>
#include "garner.h"
#include "util/hash.h"
#include "util/limits.h"

static struct view text_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return VIEW_NONE;
	struct view v = view_trim(view_make(json_string_value(value), json_string_length(value)));
	return v.n ? v : VIEW_NONE;
}

static int give(const json_t *item, feed_entry_fn *fn, void *user)
{
	static const char *const texts[] = { "summary", "content_text", "content_html" };
	char room[2][FEED_DATE_BYTES];
	struct feed_entry entry = {
		.guid = text_of(item, "id"), .url = text_of(item, "url"), .title = text_of(item, "title")
	};
	entry.published = feed_date(text_of(item, "date_published"), room[0], &entry.published_at);
	feed_date(text_of(item, "date_modified"), room[1], &entry.updated_at);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct view text = text_of(item, texts[i]);
		if (text.n)
			entry.text_key = hash64(text, entry.text_key | 1);
	}
	if (!entry.url.n)
		entry.url = text_of(item, "external_url");
	if (!entry.url.n && view_starts(entry.guid, VIEW("http")))
		entry.url = entry.guid;
	return entry.url.n ? fn(user, &entry) : 0;
}

int feed_json_read(struct view utf8, feed_entry_fn *fn, void *user, struct feed_head *ret_head, struct error *error)
{
	json_error_t words;
	/* jansson itself stops at 2,048 levels. */
	json_t *root = json_loadb(utf8.p, utf8.n, 0, &words);
	if (!root) {
		error_set(error, GARNER_BAD_FEED, "line %d: %s", words.line, words.text);
		return GARNER_BAD_FEED;
	}
	const json_t *items = json_object_get(root, "items");
	int result = 0;
	if (view_find(text_of(root, "version"), VIEW("jsonfeed.org/version/")) == text_of(root, "version").n ||
		!json_is_array(items))
		result = GARNER_BAD_FEED;
	if (result)
		error_set(error, result, "JSON that is no feed");
	ret_head->kind = FEED_JSON;
	feed_set_title(ret_head, text_of(root, "title"));
	for (size_t i = 0; !result && i < json_array_size(items) && ++ret_head->entries <= LIMIT_FEED_ENTRIES; i++)
		result = give(json_array_get(items, i), fn, user);
	json_decref(root);
	return result;
}
