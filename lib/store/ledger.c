#include "store/ledger.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "garner.h"
#include "util/hash.h"
#include "util/utf8.h"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS fetch_source(id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, kind INTEGER NOT "
	"NULL,"
	" parent INTEGER NOT NULL, depth INTEGER NOT NULL, backfill INTEGER NOT NULL, title TEXT, added INTEGER NOT "
	"NULL,"
	" checked INTEGER NOT NULL, changed INTEGER NOT NULL, due INTEGER NOT NULL, interval INTEGER NOT NULL,"
	" lastmod INTEGER NOT NULL, weight REAL NOT NULL, failures INTEGER NOT NULL, etag TEXT, last_modified TEXT,"
	" body_key INTEGER NOT NULL, state TEXT);"
	"CREATE INDEX IF NOT EXISTS fetch_source_parent ON fetch_source(parent) WHERE parent<>0;"
	"CREATE TABLE IF NOT EXISTS fetch_item(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, url TEXT NOT NULL,"
	" url_key INTEGER NOT NULL, guid TEXT, guid_key INTEGER NOT NULL, title TEXT, title_key INTEGER NOT NULL,"
	" published TEXT, updated INTEGER NOT NULL, text_key INTEGER NOT NULL, state INTEGER NOT NULL,"
	" turn INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL, etag TEXT, last_modified TEXT,"
	" body_key INTEGER NOT NULL, document TEXT, seen INTEGER NOT NULL, file_size INTEGER, file_time INTEGER);"
	"CREATE INDEX IF NOT EXISTS fetch_item_url ON fetch_item(url_key);"
	"CREATE INDEX IF NOT EXISTS fetch_item_guid ON fetch_item(source, guid_key) WHERE guid_key<>0;"
	"CREATE INDEX IF NOT EXISTS fetch_item_published ON fetch_item(source, published) WHERE published IS NOT NULL;"
	"CREATE INDEX IF NOT EXISTS fetch_item_source ON fetch_item(source);"
	"CREATE INDEX IF NOT EXISTS fetch_item_waiting ON fetch_item(turn, id) WHERE state=0;"
	"CREATE TABLE IF NOT EXISTS fetch_host(name TEXT PRIMARY KEY, last_ms INTEGER NOT NULL, blocked INTEGER NOT "
	"NULL,"
	" crawl_delay REAL NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS fetch_robots(origin TEXT PRIMARY KEY, state INTEGER NOT NULL, until INTEGER NOT "
	"NULL,"
	" text BLOB) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS fetch_number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;";

#define SOURCE_COLUMNS                                                                                                 \
	"id,url,kind,parent,depth,backfill,title,added,checked,changed,due,interval,lastmod,weight,failures,etag,"     \
	"last_modified,body_key,state"
#define ITEM_COLUMNS                                                                                                   \
	"i.id,i.source,i.url,i.guid,i.title,i.published,s.url,i.etag,i.last_modified,i.document,i.body_key,i.tries,"   \
	"i.turn,i.state"
#define ITEM_FROM " FROM fetch_item i LEFT JOIN fetch_source s ON s.id=i.source "

enum statement {
	S_SOURCE_ADD,
	S_SOURCE_PUT,
	S_SOURCE_RENAME,
	S_SOURCE_GET,
	S_SOURCE_OF_URL,
	S_SOURCE_DUE,
	S_FOLDER_DUE,
	S_ITEM_BY_URL,
	S_ITEM_BY_GUID,
	S_ITEM_BY_DATE,
	S_ITEM_ADD,
	S_ITEM_SEEN,
	S_ITEM_CHANGED,
	S_ITEM_WAITING,
	S_ITEM_GET,
	S_ITEM_SETTLE,
	S_ITEM_ANSWER,
	S_ITEM_WAKE,
	S_FILE_GET,
	S_FILE_PUT,
	S_FILE_ADD,
	S_HOST_GET,
	S_HOST_PUT,
	S_ROBOTS_GET,
	S_ROBOTS_PUT,
	S_NUMBER_GET,
	S_NUMBER_PUT,
	STATEMENT_COUNT
};

static const char *const statements[STATEMENT_COUNT] = {
	[S_SOURCE_ADD] =
		"INSERT INTO fetch_source(" SOURCE_COLUMNS ") VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[S_SOURCE_PUT] =
		"UPDATE fetch_source SET kind=?2,depth=?3,backfill=?4,title=?5,checked=?6,changed=?7,due=?8,"
		"interval=?9,lastmod=?10,weight=?11,failures=?12,etag=?13,last_modified=?14,body_key=?15,state=?16"
		" WHERE id=?1",
	[S_SOURCE_RENAME] = "UPDATE OR IGNORE fetch_source SET url=?2 WHERE id=?1",
	[S_SOURCE_GET] = "SELECT " SOURCE_COLUMNS " FROM fetch_source WHERE id=?",
	[S_SOURCE_OF_URL] = "SELECT id FROM fetch_source WHERE url=?",
	[S_SOURCE_DUE] =
		"SELECT " SOURCE_COLUMNS " FROM fetch_source WHERE id>?2 AND due<=?1 AND kind<>4 ORDER BY id LIMIT 1",
	[S_FOLDER_DUE] =
		"SELECT " SOURCE_COLUMNS " FROM fetch_source WHERE id>?2 AND due<=?1 AND kind=4 ORDER BY id LIMIT 1",
	[S_ITEM_BY_URL] =
		"SELECT id,state,url,guid_key,title_key,updated,text_key,source FROM fetch_item WHERE url_key=?1",
	[S_ITEM_BY_GUID] = "SELECT id,state,url,guid_key,title_key,updated,text_key,source FROM fetch_item"
			   " WHERE source=?1 AND guid_key=?2 AND guid_key<>0",
	[S_ITEM_BY_DATE] = "SELECT id,state,url,guid_key,title_key,updated,text_key,source,title FROM fetch_item"
			   " WHERE source=?1 AND published=?2 ORDER BY id LIMIT 20",
	[S_ITEM_ADD] =
		"INSERT INTO fetch_item(source,url,url_key,guid,guid_key,title,title_key,published,updated,text_key,"
		"state,turn,due,tries,body_key,seen) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,?)",
	[S_ITEM_SEEN] = "UPDATE fetch_item SET url=?2,url_key=?3,guid=?4,guid_key=?5,title=?6,title_key=?7,"
			"published=coalesce(?8,published),updated=?9,text_key=?10 WHERE id=?1",
	[S_ITEM_CHANGED] = "UPDATE fetch_item SET url=?2,url_key=?3,guid=?4,guid_key=?5,title=?6,title_key=?7,"
			   "published=coalesce(?8,published),updated=?9,text_key=?10,state=0,turn=?11,due=?12,tries=0"
			   " WHERE id=?1",
	[S_ITEM_WAITING] = "SELECT " ITEM_COLUMNS ITEM_FROM
			   "WHERE i.state=0 AND (i.turn,i.id)>(?2,?3) AND i.due<=?1 ORDER BY i.turn,i.id LIMIT 1",
	[S_ITEM_GET] = "SELECT " ITEM_COLUMNS ITEM_FROM "WHERE i.id=?",
	[S_ITEM_SETTLE] = "UPDATE fetch_item SET state=?2,due=?3,tries=?4 WHERE id=?1",
	[S_ITEM_ANSWER] = "UPDATE fetch_item SET state=?2,due=?3,tries=?4,etag=?5,last_modified=?6,body_key=?7,"
			  "document=coalesce(?8,document) WHERE id=?1",
	[S_ITEM_WAKE] = "UPDATE fetch_item SET state=0,due=?3,tries=0,turn=0 WHERE source=?1 AND url_key=?2",
	[S_FILE_GET] = "SELECT file_size,file_time FROM fetch_item WHERE url_key=?1 AND url=?2",
	[S_FILE_PUT] = "UPDATE fetch_item SET file_size=?3,file_time=?4,seen=?5 WHERE url_key=?1 AND url=?2",
	[S_FILE_ADD] =
		"INSERT INTO fetch_item(source,url,url_key,guid_key,title_key,updated,text_key,state,turn,due,tries,"
		"body_key,seen,file_size,file_time) VALUES(?6,?2,?1,0,0,0,0,1,0,0,0,0,?5,?3,?4)",
	[S_HOST_GET] = "SELECT last_ms,blocked,crawl_delay FROM fetch_host WHERE name=?",
	[S_HOST_PUT] = "INSERT OR REPLACE INTO fetch_host VALUES(?,?,?,?)",
	[S_ROBOTS_GET] = "SELECT state,until,text FROM fetch_robots WHERE origin=?",
	[S_ROBOTS_PUT] = "INSERT OR REPLACE INTO fetch_robots VALUES(?,?,?,?)",
	[S_NUMBER_GET] = "SELECT value FROM fetch_number WHERE name=?",
	[S_NUMBER_PUT] = "INSERT OR REPLACE INTO fetch_number VALUES(?,?)",
};

struct ledger {
	sqlite3 *db;
	bool own;
	bool empty; /* of a reader: nobody has added a source yet */
	char *name;
	sqlite3_stmt *prepared[STATEMENT_COUNT];
};

/* ---- statements -------------------------------------------------------------------------- */

static int failed(const struct ledger *l, struct error *error)
{
	int code = sqlite3_errcode(l->db) & 0xff, result = -EIO;
	if (code == SQLITE_FULL)
		result = -ENOSPC;
	else if (code == SQLITE_NOMEM)
		result = -ENOMEM;
	else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		result = -EBADMSG;
	else if (code == SQLITE_BUSY)
		result = -EAGAIN;
	else if (code == SQLITE_CANTOPEN)
		result = -EACCES;
	return error_set(error, result, "%s: %s", l->name, sqlite3_errmsg(l->db));
}

static sqlite3_stmt *statement(struct ledger *l, enum statement which)
{
	sqlite3_stmt **slot = &l->prepared[which];
	if (!*slot)
		sqlite3_prepare_v3(l->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
	return *slot;
}

/* Runs a change. */
static int run(struct ledger *l, sqlite3_stmt *st, struct error *error)
{
	int result = 0;
	if (!st || sqlite3_step(st) != SQLITE_DONE)
		result = failed(l, error);
	sqlite3_reset(st);
	return result;
}

/* 0: a row stands in @st, which the caller resets; 1: none. */
static int row(struct ledger *l, sqlite3_stmt *st, struct error *error)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;
	if (code == SQLITE_ROW)
		return 0;
	int result = code == SQLITE_DONE ? 1 : failed(l, error);
	sqlite3_reset(st);
	return result;
}

static void bind_view(sqlite3_stmt *st, int i, struct view v)
{
	if (v.p && v.n)
		sqlite3_bind_text(st, i, v.p, (int)v.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, i);
}

static struct view column(sqlite3_stmt *st, int i, struct arena *arena, bool *bad)
{
	const char *text = (const char *)sqlite3_column_text(st, i);
	struct view v = view_make(text, text ? (size_t)sqlite3_column_bytes(st, i) : 0);
	if (!v.n)
		return VIEW_NONE;
	if (arena)
		v.p = arena_strdup_view(arena, v);
	*bad |= !v.p;
	return v;
}

static uint64_t key_of(struct view v)
{
	uint64_t key = v.n ? hash64(v, 0) : 0;
	return v.n && !key ? 1 : key;
}

/* ---- open -------------------------------------------------------------------------------- */

int ledger_open(void *database, const char *name, struct ledger **ret_ledger, struct error *error)
{
	struct ledger *l = calloc(1, sizeof(*l));
	if (!l || !(l->name = strdup(name))) {
		free(l);
		return error_set(error, -ENOMEM, "%s: no memory", name);
	}
	l->db = database;
	if (sqlite3_exec(l->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
		int result = failed(l, error);
		ledger_close(l);
		return result;
	}
	*ret_ledger = l;
	return 0;
}

int ledger_open_reader(const char *store, struct ledger **ret_ledger, struct error *error)
{
	struct ledger *l = calloc(1, sizeof(*l));
	if (!l || asprintf(&l->name, "%s/catalogue.db", store) < 0) {
		free(l);
		return error_set(error, -ENOMEM, "%s: no memory", store);
	}
	l->own = true;
	if (sqlite3_open_v2(l->name, &l->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		int result = failed(l, error);
		ledger_close(l);
		return result;
	}
	sqlite3_busy_timeout(l->db, 10000);
	l->empty = sqlite3_table_column_metadata(l->db, NULL, "fetch_source", NULL, NULL, NULL, NULL, NULL, NULL) !=
		   SQLITE_OK;
	*ret_ledger = l;
	return 0;
}

struct ledger *ledger_close(struct ledger *l)
{
	if (!l)
		return NULL;
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(l->prepared[i]);
	if (l->own)
		sqlite3_close(l->db);
	free(l->name);
	free(l);
	return NULL;
}

/* ---- sources ----------------------------------------------------------------------------- */

static const char *const kind_names[LEDGER_KINDS] = { "auto", "feed", "sitemap", "page", "folder" };

const char *ledger_kind_name(enum ledger_kind kind)
{
	return kind_names[kind];
}

static int source_of_url(struct ledger *l, struct view url, int64_t *ret_id, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_SOURCE_OF_URL);
	if (st)
		bind_view(st, 1, url);
	int result = row(l, st, error);
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
	sqlite3_stmt *st = statement(l, S_SOURCE_ADD);
	if (!st)
		return failed(l, error);
	const int64_t numbers[] = { s->added, s->checked, s->changed, s->due, s->interval, s->lastmod };
	bind_view(st, 1, s->url);
	sqlite3_bind_int(st, 2, s->kind);
	sqlite3_bind_int64(st, 3, s->parent);
	sqlite3_bind_int(st, 4, s->depth);
	sqlite3_bind_int(st, 5, s->backfill);
	bind_view(st, 6, s->title);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(st, 7 + i, numbers[i]);
	sqlite3_bind_double(st, 13, s->weight);
	sqlite3_bind_int64(st, 14, s->failures);
	bind_view(st, 15, s->etag);
	bind_view(st, 16, s->last_modified);
	sqlite3_bind_int64(st, 17, (int64_t)s->body_key);
	bind_view(st, 18, s->state);
	result = run(l, st, error);
	*ret_id = sqlite3_last_insert_rowid(l->db);
	return result;
}

int ledger_put(struct ledger *l, const struct ledger_source *s, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_SOURCE_PUT);
	if (!st)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_int(st, 2, s->kind);
	sqlite3_bind_int(st, 3, s->depth);
	sqlite3_bind_int(st, 4, s->backfill);
	bind_view(st, 5, s->title);
	const int64_t numbers[] = { s->checked, s->changed, s->due, s->interval, s->lastmod };
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(st, 6 + i, numbers[i]);
	sqlite3_bind_double(st, 11, s->weight);
	sqlite3_bind_int64(st, 12, s->failures);
	bind_view(st, 13, s->etag);
	bind_view(st, 14, s->last_modified);
	sqlite3_bind_int64(st, 15, (int64_t)s->body_key);
	bind_view(st, 16, s->state);
	return run(l, st, error);
}

int ledger_rename(struct ledger *l, int64_t id, const char *url, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_SOURCE_RENAME);
	if (!st)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, id);
	bind_view(st, 2, view_of(url));
	int result = run(l, st, error);
	return result ? result : sqlite3_changes(l->db) ? 0 : GARNER_KNOWN;
}

static int execute(struct ledger *l, const char *sql, int64_t id, struct error *error)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(l->db, sql, -1, &st, NULL) != SQLITE_OK)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, id);
	int result = run(l, st, error);
	sqlite3_finalize(st);
	return result;
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
		.url = column(st, 1, arena, &bad),
		.kind = (enum ledger_kind)sqlite3_column_int(st, 2),
		.parent = sqlite3_column_int64(st, 3),
		.depth = sqlite3_column_int(st, 4),
		.backfill = sqlite3_column_int(st, 5) != 0,
		.title = column(st, 6, arena, &bad),
		.added = sqlite3_column_int64(st, 7),
		.checked = sqlite3_column_int64(st, 8),
		.changed = sqlite3_column_int64(st, 9),
		.due = sqlite3_column_int64(st, 10),
		.interval = sqlite3_column_int64(st, 11),
		.lastmod = sqlite3_column_int64(st, 12),
		.weight = sqlite3_column_double(st, 13),
		.failures = sqlite3_column_int64(st, 14),
		.etag = column(st, 15, arena, &bad),
		.last_modified = column(st, 16, arena, &bad),
		.body_key = (uint64_t)sqlite3_column_int64(st, 17),
		.state = column(st, 18, arena, &bad) };
	return bad ? error_set(error, -ENOMEM, "%s: no memory", l->name) : 0;
}

static int one_source(
	struct ledger *l, sqlite3_stmt *st, struct arena *arena, struct ledger_source *ret, struct error *error)
{
	int result = row(l, st, error);
	if (result == 0) {
		result = read_source(l, st, arena, ret, error);
		sqlite3_reset(st);
	}
	return result;
}

int ledger_source(struct ledger *l, int64_t id, struct arena *arena, struct ledger_source *ret, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_SOURCE_GET);
	sqlite3_bind_int64(st, 1, id);
	return one_source(l, st, arena, ret, error);
}

static int due(struct ledger *l, enum statement which, int64_t now, int64_t after, struct arena *arena,
	struct ledger_source *ret, struct error *error)
{
	sqlite3_stmt *st = statement(l, which);
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
		return failed(l, error);
	sqlite3_bind_int(st, 1, all);
	while (result == 0) {
		struct ledger_source source;
		int code = sqlite3_step(st);
		if (code == SQLITE_DONE)
			break;
		result = code == SQLITE_ROW ? read_source(l, st, NULL, &source, error) : failed(l, error);
		if (result)
			break;
		source.items = sqlite3_column_int64(st, 19);
		source.waiting = sqlite3_column_int64(st, 20);
		result = fn(user, &source);
	}
	sqlite3_finalize(st);
	return result;
}

/* ---- items ------------------------------------------------------------------------------- */

struct found {
	int64_t id, source, updated;
	int state;
	bool same_url;
	uint64_t guid_key, title_key, text_key;
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
		.source = sqlite3_column_int64(st, 7) };
}

static int find_with(struct ledger *l, sqlite3_stmt *st, struct view url, struct found *ret, struct error *error)
{
	int result = row(l, st, error);
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

enum { DATE_WITH_TIME = 19 };

/* The same second of publication and a title that is the same or an edit: feeds that renew address and GUID at once. */
static int find_by_date(struct ledger *l, const struct ledger_sighting *s, struct found *ret, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ITEM_BY_DATE);
	int result;
	sqlite3_bind_int64(st, 1, s->source);
	bind_view(st, 2, s->published);
	while ((result = row(l, st, error)) == 0) {
		struct view had =
			view_make((const char *)sqlite3_column_text(st, 8), (size_t)sqlite3_column_bytes(st, 8));
		if (!had.n || !is_edit(had, s->title))
			continue;
		*ret = found_in(st, s->url);
		sqlite3_reset(st);
		return 0;
	}
	return result;
}

/* The same address is the same article; then the same GUID; then the date and the title. */
static int find(struct ledger *l, const struct ledger_sighting *s, struct found *ret, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ITEM_BY_URL);
	sqlite3_bind_int64(st, 1, (int64_t)key_of(s->key));
	int result = find_with(l, st, s->url, ret, error);
	if (result == 1 && s->guid.n) {
		st = statement(l, S_ITEM_BY_GUID);
		sqlite3_bind_int64(st, 1, s->source);
		sqlite3_bind_int64(st, 2, (int64_t)key_of(s->guid));
		result = find_with(l, st, s->url, ret, error);
	}
	if (result == 1 && s->title.n && s->published.n >= DATE_WITH_TIME)
		result = find_by_date(l, s, ret, error);
	return result;
}

static void bind_sighting(sqlite3_stmt *st, int first, const struct ledger_sighting *s)
{
	bind_view(st, first, s->url);
	sqlite3_bind_int64(st, first + 1, (int64_t)key_of(s->key));
	bind_view(st, first + 2, s->guid);
	sqlite3_bind_int64(st, first + 3, (int64_t)key_of(s->guid));
	bind_view(st, first + 4, s->title);
	sqlite3_bind_int64(st, first + 5, (int64_t)key_of(s->title));
	bind_view(st, first + 6, s->published);
	sqlite3_bind_int64(st, first + 7, s->updated);
	sqlite3_bind_int64(st, first + 8, (int64_t)s->text_key);
}

static int add_item(struct ledger *l, const struct ledger_sighting *s, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ITEM_ADD);
	sqlite3_bind_int64(st, 1, s->source);
	bind_sighting(st, 2, s);
	sqlite3_bind_int(st, 11, s->old ? LEDGER_SEEN : LEDGER_WAITING);
	sqlite3_bind_int64(st, 12, s->turn);
	sqlite3_bind_int64(st, 13, s->now);
	sqlite3_bind_int64(st, 14, s->now);
	int result = run(l, st, error);
	return result ? result : LEDGER_NEW;
}

/* What the source says decides: its own date of change where it gives one, else title and text. */
static bool has_changed(const struct found *had, const struct ledger_sighting *s)
{
	if (s->updated && had->updated)
		return s->updated > had->updated ||
		       (s->title.n && had->title_key && key_of(s->title) != had->title_key);
	if (s->title.n && had->title_key && key_of(s->title) != had->title_key)
		return true;
	return s->text_key && had->text_key && s->text_key != had->text_key;
}

int ledger_see(struct ledger *l, const struct ledger_sighting *sighting, struct error *error)
{
	struct ledger_sighting s = *sighting;
	struct found had;
	if (!statement(l, S_ITEM_BY_URL) || !statement(l, S_ITEM_BY_GUID) || !statement(l, S_ITEM_BY_DATE) ||
		!statement(l, S_ITEM_ADD) || !statement(l, S_ITEM_SEEN) || !statement(l, S_ITEM_CHANGED))
		return failed(l, error);
	s.title = utf8_first(s.title, 300);
	int result = find(l, &s, &had, error);
	if (result)
		return result < 0 ? result : add_item(l, &s, error);
	/* Another source's view of the same article: theirs stands, or the two would take turns in changing it. */
	if (had.source != s.source)
		return LEDGER_SAME;
	bool changed = has_changed(&had, &s);
	bool noted = had.same_url && key_of(s.guid) == had.guid_key && key_of(s.title) == had.title_key &&
		     s.updated == had.updated && s.text_key == had.text_key;
	if (noted)
		return LEDGER_SAME;
	changed &= had.state != LEDGER_WAITING;
	sqlite3_stmt *st = statement(l, changed ? S_ITEM_CHANGED : S_ITEM_SEEN);
	sqlite3_bind_int64(st, 1, had.id);
	bind_sighting(st, 2, &s);
	if (changed) {
		sqlite3_bind_int64(st, 11, s.turn);
		sqlite3_bind_int64(st, 12, s.now);
	}
	result = run(l, st, error);
	return result ? result : changed ? LEDGER_CHANGED : LEDGER_SAME;
}

int ledger_waiting_of(struct ledger *l, struct view key, int64_t *ret_id, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ITEM_BY_URL);
	struct found had;
	if (!st)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, (int64_t)key_of(key));
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
	int result = row(l, st, error);
	if (result)
		return result;
	*ret = (struct ledger_item){ .id = sqlite3_column_int64(st, 0),
		.source = sqlite3_column_int64(st, 1),
		.url = column(st, 2, arena, &bad),
		.guid = column(st, 3, arena, &bad),
		.title = column(st, 4, arena, &bad),
		.published = column(st, 5, arena, &bad),
		.source_url = column(st, 6, arena, &bad),
		.etag = column(st, 7, arena, &bad),
		.last_modified = column(st, 8, arena, &bad),
		.document = column(st, 9, arena, &bad),
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
	sqlite3_stmt *st = statement(l, S_ITEM_WAITING);
	sqlite3_bind_int64(st, 1, now);
	sqlite3_bind_int64(st, 2, turn);
	sqlite3_bind_int64(st, 3, id);
	return one_item(l, st, arena, ret, error);
}

int ledger_item(struct ledger *l, int64_t id, struct arena *arena, struct ledger_item *ret, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ITEM_GET);
	sqlite3_bind_int64(st, 1, id);
	return one_item(l, st, arena, ret, error);
}

int ledger_settle(struct ledger *l, int64_t id, const struct ledger_outcome *o, struct error *error)
{
	sqlite3_stmt *st = statement(l, o->answered ? S_ITEM_ANSWER : S_ITEM_SETTLE);
	if (!st)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int(st, 2, o->state);
	sqlite3_bind_int64(st, 3, o->due);
	sqlite3_bind_int64(st, 4, o->tries);
	if (o->answered) {
		bind_view(st, 5, o->etag);
		bind_view(st, 6, o->last_modified);
		sqlite3_bind_int64(st, 7, (int64_t)o->body_key);
		bind_view(st, 8, o->document);
	}
	return run(l, st, error);
}

int ledger_wake(struct ledger *l, int64_t source, struct view key, int64_t now, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ITEM_WAKE);
	if (!st)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, source);
	sqlite3_bind_int64(st, 2, (int64_t)key_of(key));
	sqlite3_bind_int64(st, 3, now);
	int result = run(l, st, error);
	return result ? result : sqlite3_changes(l->db) ? 0 : 1;
}

/* ---- files ------------------------------------------------------------------------------- */

static void bind_file(sqlite3_stmt *st, struct view path, int64_t size, int64_t mtime)
{
	sqlite3_bind_int64(st, 1, (int64_t)key_of(path));
	bind_view(st, 2, path);
	sqlite3_bind_int64(st, 3, size);
	sqlite3_bind_int64(st, 4, mtime);
}

int ledger_file_is_known(
	struct ledger *l, struct view path, int64_t size, int64_t mtime, bool *ret_known, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_FILE_GET);
	if (!st)
		return failed(l, error);
	sqlite3_bind_int64(st, 1, (int64_t)key_of(path));
	bind_view(st, 2, path);
	int result = row(l, st, error);
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
	sqlite3_stmt *st = statement(l, S_FILE_PUT), *add = statement(l, S_FILE_ADD);
	if (!st || !add)
		return failed(l, error);
	bind_file(st, path, size, mtime);
	sqlite3_bind_int64(st, 5, now);
	int result = run(l, st, error);
	if (result || sqlite3_changes(l->db))
		return result;
	bind_file(add, path, size, mtime);
	sqlite3_bind_int64(add, 5, now);
	sqlite3_bind_int64(add, 6, source);
	return run(l, add, error);
}

/* ---- hosts ------------------------------------------------------------------------------- */

static int get_by_name(
	struct ledger *l, enum statement which, const char *name, sqlite3_stmt **ret_st, struct error *error)
{
	*ret_st = statement(l, which);
	if (!*ret_st)
		return failed(l, error);
	bind_view(*ret_st, 1, view_of(name));
	return row(l, *ret_st, error);
}

int ledger_host(struct ledger *l, const char *name, struct ledger_host *ret_host, struct error *error)
{
	sqlite3_stmt *st;
	int result = get_by_name(l, S_HOST_GET, name, &st, error);
	if (result)
		return result;
	*ret_host = (struct ledger_host){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
		sqlite3_column_double(st, 2) };
	sqlite3_reset(st);
	return 0;
}

int ledger_put_host(struct ledger *l, const char *name, const struct ledger_host *host, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_HOST_PUT);
	if (!st)
		return failed(l, error);
	bind_view(st, 1, view_of(name));
	sqlite3_bind_int64(st, 2, host->last_ms);
	sqlite3_bind_int64(st, 3, host->blocked);
	sqlite3_bind_double(st, 4, host->crawl_delay);
	return run(l, st, error);
}

int ledger_robots(
	struct ledger *l, const char *origin, struct arena *arena, struct ledger_robots *ret, struct error *error)
{
	sqlite3_stmt *st;
	bool bad = false;
	int result = get_by_name(l, S_ROBOTS_GET, origin, &st, error);
	if (result)
		return result;
	*ret = (struct ledger_robots){ sqlite3_column_int(st, 0), sqlite3_column_int64(st, 1),
		column(st, 2, arena, &bad) };
	sqlite3_reset(st);
	return bad ? error_set(error, -ENOMEM, "%s: no memory", l->name) : 0;
}

int ledger_put_robots(struct ledger *l, const char *origin, const struct ledger_robots *robots, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_ROBOTS_PUT);
	if (!st)
		return failed(l, error);
	bind_view(st, 1, view_of(origin));
	sqlite3_bind_int(st, 2, robots->state);
	sqlite3_bind_int64(st, 3, robots->until);
	if (robots->text.n)
		sqlite3_bind_blob(st, 4, robots->text.p, (int)robots->text.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, 4);
	return run(l, st, error);
}

int ledger_number(struct ledger *l, const char *name, int64_t fallback, int64_t *ret_value, struct error *error)
{
	sqlite3_stmt *st;
	int result = get_by_name(l, S_NUMBER_GET, name, &st, error);
	*ret_value = fallback;
	if (result)
		return result < 0 ? result : 0;
	*ret_value = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return 0;
}

int ledger_set_number(struct ledger *l, const char *name, int64_t value, struct error *error)
{
	sqlite3_stmt *st = statement(l, S_NUMBER_PUT);
	if (!st)
		return failed(l, error);
	bind_view(st, 1, view_of(name));
	sqlite3_bind_int64(st, 2, value);
	return run(l, st, error);
}
