#include "store/ledger_inner.h"

#include <errno.h>
#include "garner.h"
#include "util/utf8.h"

/* ---- items ------------------------------------------------------------------------------- */

struct found {
	int64_t id, source, updated;
	int state;
	bool same_url;
	uint64_t guid_key, title_key, text_key, url_key;
};

static struct found found_in(sqlite3_stmt *st, struct view url)
{
	struct view had = view_make((const char *)sqlite3_column_text(st, 2), (size_t)sqlite3_column_bytes(st, 2));
	return (struct found){ .id = sqlite3_column_int64(st, 0),
		.state = sqlite3_column_int(st, 1),
		.same_url = view_eq(had, url),
		.guid_key = (uint64_t)sqlite3_column_int64(st, 3),
		.title_key = (uint64_t)sqlite3_column_int64(st, 4),
		.updated = sqlite3_column_int64(st, 5),
		.text_key = (uint64_t)sqlite3_column_int64(st, 6),
		.source = sqlite3_column_int64(st, 7),
		.url_key = (uint64_t)sqlite3_column_int64(st, 8) };
}

static int find_with(struct ledger *l, sqlite3_stmt *st, struct view url, struct found *ret, struct error *error)
{
	int result = ledger_row(l, st, error);
	if (result)
		return result;
	*ret = found_in(st, url);
	sqlite3_reset(st);
	return 0;
}

/* Words of @a that stand in @b, too. */
static size_t shared_words(struct view a, struct view b, size_t *ret_words)
{
	struct view word;
	size_t shared = 0;
	for (*ret_words = 0; view_next_token(&a, ' ', &word);) {
		struct view rest = b, other;
		bool found = false;
		while (!found && view_next_token(&rest, ' ', &other))
			found = view_eq(word, other);
		shared += found;
		++*ret_words;
	}
	return shared;
}

/* One title is an edit of the other: half of the words stay, or, where spaces don't part words, half of the bytes at
 * the two ends. */
static bool is_edit(struct view a, struct view b)
{
	size_t a_words, b_words, begin = 0, end = 0;
	size_t shared = shared_words(a, b, &a_words), back = shared_words(b, a, &b_words);
	size_t words = a_words > b_words ? a_words : b_words, bytes = a.n > b.n ? a.n : b.n,
	       least = a.n < b.n ? a.n : b.n;
	if (words > 1)
		return 2 * (shared < back ? shared : back) >= words;
	while (begin < least && a.p[begin] == b.p[begin])
		begin++;
	while (end < least - begin && a.p[a.n - 1 - end] == b.p[b.n - 1 - end])
		end++;
	return 2 * (begin + end) >= bytes;
}

/* It stands in the same document under its own address and another title: feeds date all of a day to its midnight, and
 * give all entries one GUID. */
static bool is_another(const struct ledger_sighting *s, const struct found *had)
{
	uint64_t own = ledger_key(s->key);
	bool shown = s->shown && had->url_key != own &&
		     map_get(s->shown, view_make((const char *)&had->url_key, sizeof(had->url_key)));
	return shown && !(s->title.n && ledger_key(s->title) == had->title_key);
}

enum { DATE_WITH_TIME = 19 };

/* The same second of publication and a title that is the same or an edit: feeds that renew address and GUID at once. */
static int find_by_date(struct ledger *l, const struct ledger_sighting *s, struct found *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_BY_DATE);
	int result;
	sqlite3_bind_int64(st, 1, s->source);
	ledger_bind(st, 2, s->published);
	while ((result = ledger_row(l, st, error)) == 0) {
		struct view had =
			view_make((const char *)sqlite3_column_text(st, 9), (size_t)sqlite3_column_bytes(st, 9));
		struct found found = found_in(st, s->url);
		if (!had.n || !is_edit(had, s->title) || is_another(s, &found))
			continue;
		*ret = found;
		sqlite3_reset(st);
		return 0;
	}
	return result;
}

static int find_by_guid(struct ledger *l, const struct ledger_sighting *s, struct found *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_BY_GUID);
	int result;
	sqlite3_bind_int64(st, 1, s->source);
	sqlite3_bind_int64(st, 2, (int64_t)ledger_key(s->guid));
	while ((result = ledger_row(l, st, error)) == 0) {
		struct found found = found_in(st, s->url);
		if (is_another(s, &found))
			continue;
		*ret = found;
		sqlite3_reset(st);
		return 0;
	}
	return result;
}

/* The same address is the same article; then the same GUID; then the date and the title. */
static int find(struct ledger *l, const struct ledger_sighting *s, struct found *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_BY_URL);
	sqlite3_bind_int64(st, 1, (int64_t)ledger_key(s->key));
	int result = find_with(l, st, s->url, ret, error);
	if (result == 1 && s->guid.n)
		result = find_by_guid(l, s, ret, error);
	if (result == 1 && s->title.n && s->published.n >= DATE_WITH_TIME)
		result = find_by_date(l, s, ret, error);
	return result;
}

static void bind_sighting(sqlite3_stmt *st, int first, const struct ledger_sighting *s)
{
	ledger_bind(st, first, s->url);
	sqlite3_bind_int64(st, first + 1, (int64_t)ledger_key(s->key));
	ledger_bind(st, first + 2, s->guid);
	sqlite3_bind_int64(st, first + 3, (int64_t)ledger_key(s->guid));
	ledger_bind(st, first + 4, s->title);
	sqlite3_bind_int64(st, first + 5, (int64_t)ledger_key(s->title));
	ledger_bind(st, first + 6, s->published);
	sqlite3_bind_int64(st, first + 7, s->updated);
	sqlite3_bind_int64(st, first + 8, (int64_t)s->text_key);
}

static int add_item(struct ledger *l, const struct ledger_sighting *s, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_ADD);
	sqlite3_bind_int64(st, 1, s->source);
	bind_sighting(st, 2, s);
	sqlite3_bind_int(st, 11, s->old ? LEDGER_SEEN : LEDGER_WAITING);
	sqlite3_bind_int64(st, 12, s->turn);
	sqlite3_bind_int64(st, 13, s->now);
	sqlite3_bind_int64(st, 14, s->now);
	int result = ledger_run(l, st, error);
	return result ? result : LEDGER_NEW;
}

/* What the source says decides: its own date of change where it gives one, else title and text. */
static bool has_changed(const struct found *had, const struct ledger_sighting *s)
{
	if (s->updated && had->updated)
		return s->updated > had->updated ||
		       (s->title.n && had->title_key && ledger_key(s->title) != had->title_key);
	if (s->title.n && had->title_key && ledger_key(s->title) != had->title_key)
		return true;
	return s->text_key && had->text_key && s->text_key != had->text_key;
}

int ledger_see(struct ledger *l, const struct ledger_sighting *sighting, struct error *error)
{
	struct ledger_sighting s = *sighting;
	struct found had;
	if (!ledger_statement(l, S_ITEM_BY_URL) || !ledger_statement(l, S_ITEM_BY_GUID) ||
		!ledger_statement(l, S_ITEM_BY_DATE) || !ledger_statement(l, S_ITEM_ADD) ||
		!ledger_statement(l, S_ITEM_SEEN) || !ledger_statement(l, S_ITEM_CHANGED))
		return ledger_failed(l, error);
	s.title = utf8_first(s.title, 300);
	int result = find(l, &s, &had, error);
	if (result)
		return result < 0 ? result : add_item(l, &s, error);
	/* Another source's view of the same article: theirs stands, or the two would take turns in changing it. */
	if (had.source != s.source)
		return LEDGER_SAME;
	bool changed = has_changed(&had, &s);
	bool noted = had.same_url && ledger_key(s.guid) == had.guid_key && ledger_key(s.title) == had.title_key &&
		     s.updated == had.updated && s.text_key == had.text_key;
	if (noted)
		return LEDGER_SAME;
	changed &= had.state != LEDGER_WAITING;
	sqlite3_stmt *st = ledger_statement(l, changed ? S_ITEM_CHANGED : S_ITEM_SEEN);
	sqlite3_bind_int64(st, 1, had.id);
	bind_sighting(st, 2, &s);
	if (changed) {
		sqlite3_bind_int64(st, 11, s.turn);
		sqlite3_bind_int64(st, 12, s.now);
	}
	result = ledger_run(l, st, error);
	return result ? result : changed ? LEDGER_CHANGED : LEDGER_SAME;
}

int ledger_waiting_of(struct ledger *l, struct view key, int64_t *ret_id, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_BY_URL);
	struct found had;
	if (!st)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, (int64_t)ledger_key(key));
	int result = find_with(l, st, key, &had, error);
	if (result)
		return result;
	*ret_id = had.id;
	return had.state == LEDGER_WAITING ? 0 : 1;
}

static int one_item(
	struct ledger *l, sqlite3_stmt *st, struct arena *arena, struct ledger_item *ret, struct error *error)
{
	bool bad = false;
	int result = ledger_row(l, st, error);
	if (result)
		return result;
	*ret = (struct ledger_item){ .id = sqlite3_column_int64(st, 0),
		.source = sqlite3_column_int64(st, 1),
		.url = ledger_column(st, 2, arena, &bad),
		.guid = ledger_column(st, 3, arena, &bad),
		.title = ledger_column(st, 4, arena, &bad),
		.published = ledger_column(st, 5, arena, &bad),
		.source_url = ledger_column(st, 6, arena, &bad),
		.etag = ledger_column(st, 7, arena, &bad),
		.last_modified = ledger_column(st, 8, arena, &bad),
		.document = ledger_column(st, 9, arena, &bad),
		.body_key = (uint64_t)sqlite3_column_int64(st, 10),
		.tries = sqlite3_column_int64(st, 11),
		.turn = sqlite3_column_int64(st, 12),
		.state = (enum ledger_item_state)sqlite3_column_int(st, 13) };
	sqlite3_reset(st);
	return bad ? error_set(error, -ENOMEM, "%s: no memory", l->name) : 0;
}

int ledger_waiting(struct ledger *l, int64_t now, int64_t turn, int64_t id, struct arena *arena,
	struct ledger_item *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_WAITING);
	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, turn);
	sqlite3_bind_int64(st, 3, id);
	return one_item(l, st, arena, ret, error);
}

int ledger_item(struct ledger *l, int64_t id, struct arena *arena, struct ledger_item *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_GET);
	sqlite3_bind_int64(st, 1, id);
	return one_item(l, st, arena, ret, error);
}

int ledger_settle(struct ledger *l, int64_t id, const struct ledger_outcome *o, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, o->answered ? S_ITEM_ANSWER : S_ITEM_SETTLE);
	if (!st)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int(st, 2, o->state);
	sqlite3_bind_int64(st, 3, o->due);
	sqlite3_bind_int64(st, 4, o->tries);
	if (o->answered) {
		ledger_bind(st, 5, o->etag);
		ledger_bind(st, 6, o->last_modified);
		sqlite3_bind_int64(st, 7, (int64_t)o->body_key);
		ledger_bind(st, 8, o->document);
	}
	return ledger_run(l, st, error);
}

int ledger_wake(struct ledger *l, int64_t source, struct view key, int64_t now, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ITEM_WAKE);
	if (!st)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, source);
	sqlite3_bind_int64(st, 2, (int64_t)ledger_key(key));
	sqlite3_bind_int64(st, 3, now);
	int result = ledger_run(l, st, error);
	return result ? result : sqlite3_changes(l->db) ? 0 : 1;
}

/* ---- files ------------------------------------------------------------------------------- */

static void bind_file(sqlite3_stmt *st, struct view path, int64_t size, int64_t mtime)
{
	sqlite3_bind_int64(st, 1, (int64_t)ledger_key(path));
	ledger_bind(st, 2, path);
	sqlite3_bind_int64(st, 3, size);
	sqlite3_bind_int64(st, 4, mtime);
}

int ledger_file_is_known(
	struct ledger *l, struct view path, int64_t size, int64_t mtime, bool *ret_known, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_FILE_GET);
	if (!st)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, (int64_t)ledger_key(path));
	ledger_bind(st, 2, path);
	int result = ledger_row(l, st, error);
	*ret_known = false;
	if (result)
		return result < 0 ? result : 0;
	*ret_known = sqlite3_column_int64(st, 0) == size && sqlite3_column_int64(st, 1) == mtime;
	sqlite3_reset(st);
	return 0;
}

int ledger_note_file(struct ledger *l, int64_t source, struct view path, int64_t size, int64_t mtime, int64_t now,
	struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_FILE_PUT), *add = ledger_statement(l, S_FILE_ADD);
	if (!st || !add)
		return ledger_failed(l, error);
	bind_file(st, path, size, mtime);
	sqlite3_bind_int64(st, 5, now);
	int result = ledger_run(l, st, error);
	if (result || sqlite3_changes(l->db))
		return result;
	bind_file(add, path, size, mtime);
	sqlite3_bind_int64(add, 5, now);
	sqlite3_bind_int64(add, 6, source);
	return ledger_run(l, add, error);
}
