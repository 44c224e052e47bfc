#include "store/ledger_inner.h"

#include <errno.h>
#include "garner.h"

/* ---- sources ----------------------------------------------------------------------------- */

static const char *const kind_names[LEDGER_KINDS] = { "auto", "feed", "sitemap", "page", "folder" };

const char *ledger_kind_name(enum ledger_kind kind)
{
	return kind_names[kind];
}

static int source_of_url(struct ledger *l, struct view url, int64_t *ret_id, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_SOURCE_OF_URL);
	if (st)
		ledger_bind(st, 1, url);
	int result = ledger_row(l, st, error);
	if (result == 0) {
		*ret_id = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return result;
}

int ledger_add(struct ledger *l, const struct ledger_source *s, int64_t *ret_id, struct error *error)
{
	int result = source_of_url(l, s->url, ret_id, error);
	if (result != 1)
		return result < 0 ? result : GARNER_KNOWN;
	sqlite3_stmt *st = ledger_statement(l, S_SOURCE_ADD);
	if (!st)
		return ledger_failed(l, error);
	const int64_t numbers[] = { s->added, s->checked, s->changed, s->due, s->interval, s->lastmod };
	ledger_bind(st, 1, s->url);
	sqlite3_bind_int(st, 2, s->kind);
	sqlite3_bind_int64(st, 3, s->parent);
	sqlite3_bind_int(st, 4, s->depth);
	sqlite3_bind_int(st, 5, s->backfill);
	ledger_bind(st, 6, s->title);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(st, 7 + i, numbers[i]);
	sqlite3_bind_double(st, 13, s->weight);
	sqlite3_bind_int64(st, 14, s->failures);
	ledger_bind(st, 15, s->etag);
	ledger_bind(st, 16, s->last_modified);
	sqlite3_bind_int64(st, 17, (int64_t)s->body_key);
	ledger_bind(st, 18, s->state);
	result = ledger_run(l, st, error);
	*ret_id = sqlite3_last_insert_rowid(l->db);
	return result;
}

int ledger_put(struct ledger *l, const struct ledger_source *s, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_SOURCE_PUT);
	if (!st)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_int(st, 2, s->kind);
	sqlite3_bind_int(st, 3, s->depth);
	sqlite3_bind_int(st, 4, s->backfill);
	ledger_bind(st, 5, s->title);
	const int64_t numbers[] = { s->checked, s->changed, s->due, s->interval, s->lastmod };
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(st, 6 + i, numbers[i]);
	sqlite3_bind_double(st, 11, s->weight);
	sqlite3_bind_int64(st, 12, s->failures);
	ledger_bind(st, 13, s->etag);
	ledger_bind(st, 14, s->last_modified);
	sqlite3_bind_int64(st, 15, (int64_t)s->body_key);
	ledger_bind(st, 16, s->state);
	return ledger_run(l, st, error);
}

int ledger_rename(struct ledger *l, int64_t id, const char *url, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_SOURCE_RENAME);
	if (!st)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, id);
	ledger_bind(st, 2, view_of(url));
	int result = ledger_run(l, st, error);
	return result ? result : sqlite3_changes(l->db) ? 0 : GARNER_KNOWN;
}

static int execute(struct ledger *l, const char *sql, int64_t id, struct error *error)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(l->db, sql, -1, &st, NULL) != SQLITE_OK)
		return ledger_failed(l, error);
	sqlite3_bind_int64(st, 1, id);
	int result = ledger_run(l, st, error);
	sqlite3_finalize(st);
	return result;
}

int ledger_mend_clock(struct ledger *l, int64_t now, int64_t item_wait, struct error *error)
{
	sqlite3_stmt *sources = ledger_statement(l, S_SOURCE_MEND), *items = ledger_statement(l, S_ITEM_MEND);
	if (!sources || !items)
		return ledger_failed(l, error);
	sqlite3_bind_int64(sources, 1, now);
	sqlite3_bind_int64(sources, 2, now + LEDGER_CLOCK_SLACK);
	sqlite3_bind_int64(sources, 3, LEDGER_NEVER);
	sqlite3_bind_int64(items, 1, now);
	sqlite3_bind_int64(items, 2, now + item_wait);
	int result = ledger_run(l, sources, error);
	return result ? result : ledger_run(l, items, error);
}

int ledger_remove(struct ledger *l, const char *url, struct error *error)
{
	static const char *const deletions[] = {
#define TREE                                                                                                           \
	"WITH RECURSIVE tree(id) AS (VALUES(?1) UNION SELECT s.id FROM fetch_source s JOIN tree t ON s.parent=t.id) "
		TREE "DELETE FROM fetch_item WHERE source IN (SELECT id FROM tree)",
		TREE "DELETE FROM fetch_source WHERE id IN (SELECT id FROM tree)",
#undef TREE
	};
	int64_t id = 0;
	int result = source_of_url(l, view_of(url), &id, error);
	for (size_t i = 0; result == 0 && i < 2; i++)
		result = execute(l, deletions[i], id, error);
	return result;
}

static int read_source(
	struct ledger *l, sqlite3_stmt *st, struct arena *arena, struct ledger_source *ret, struct error *error)
{
	bool bad = false;
	*ret = (struct ledger_source){ .id = sqlite3_column_int64(st, 0),
		.url = ledger_column(st, 1, arena, &bad),
		.kind = (enum ledger_kind)sqlite3_column_int(st, 2),
		.parent = sqlite3_column_int64(st, 3),
		.depth = sqlite3_column_int(st, 4),
		.backfill = sqlite3_column_int(st, 5) != 0,
		.title = ledger_column(st, 6, arena, &bad),
		.added = sqlite3_column_int64(st, 7),
		.checked = sqlite3_column_int64(st, 8),
		.changed = sqlite3_column_int64(st, 9),
		.due = sqlite3_column_int64(st, 10),
		.interval = sqlite3_column_int64(st, 11),
		.lastmod = sqlite3_column_int64(st, 12),
		.weight = sqlite3_column_double(st, 13),
		.failures = sqlite3_column_int64(st, 14),
		.etag = ledger_column(st, 15, arena, &bad),
		.last_modified = ledger_column(st, 16, arena, &bad),
		.body_key = (uint64_t)sqlite3_column_int64(st, 17),
		.state = ledger_column(st, 18, arena, &bad) };
	return bad ? error_set(error, -ENOMEM, "%s: no memory", l->name) : 0;
}

static int one_source(
	struct ledger *l, sqlite3_stmt *st, struct arena *arena, struct ledger_source *ret, struct error *error)
{
	int result = ledger_row(l, st, error);
	if (result == 0) {
		result = read_source(l, st, arena, ret, error);
		sqlite3_reset(st);
	}
	return result;
}

int ledger_source(struct ledger *l, int64_t id, struct arena *arena, struct ledger_source *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_SOURCE_GET);
	sqlite3_bind_int64(st, 1, id);
	return one_source(l, st, arena, ret, error);
}

static int due(struct ledger *l, enum statement which, int64_t now, int64_t after, struct arena *arena,
	struct ledger_source *ret, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, which);
	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, after);
	return one_source(l, st, arena, ret, error);
}

int ledger_due(struct ledger *l, int64_t now, int64_t after, struct arena *arena, struct ledger_source *ret,
	struct error *error)
{
	return due(l, S_SOURCE_DUE, now, after, arena, ret, error);
}

int ledger_due_folder(struct ledger *l, int64_t now, int64_t after, struct arena *arena, struct ledger_source *ret,
	struct error *error)
{
	return due(l, S_FOLDER_DUE, now, after, arena, ret, error);
}

int ledger_sources(struct ledger *l, bool all, ledger_source_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	int result = 0;
	if (l->empty)
		return 0;
	if (sqlite3_prepare_v2(l->db,
		    "SELECT " SOURCE_COLUMNS ",(SELECT count(*) FROM fetch_item i WHERE i.source=s.id),"
		    "(SELECT count(*) FROM fetch_item i WHERE i.source=s.id AND i.state=0)"
		    " FROM fetch_source s WHERE ?1 OR parent=0 ORDER BY id",
		    -1, &st, NULL) != SQLITE_OK)
		return ledger_failed(l, error);
	sqlite3_bind_int(st, 1, all);
	while (result == 0) {
		struct ledger_source source;
		int code = sqlite3_step(st);
		if (code == SQLITE_DONE)
			break;
		result = code == SQLITE_ROW ? read_source(l, st, NULL, &source, error) : ledger_failed(l, error);
		if (result)
			break;
		source.items = sqlite3_column_int64(st, 19);
		source.waiting = sqlite3_column_int64(st, 20);
		result = fn(user, &source);
	}
	sqlite3_finalize(st);
	return result;
}
