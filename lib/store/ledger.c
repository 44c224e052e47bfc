#include "store/ledger_inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "garner.h"
#include "store/lock.h"
#include "store/store.h"
#include "util/hash.h"

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

#define ITEM_COLUMNS                                                                                                   \
	"i.id,i.source,i.url,i.guid,i.title,i.published,s.url,i.etag,i.last_modified,i.document,i.body_key,i.tries,"   \
	"i.turn,i.state"
#define ITEM_FROM " FROM fetch_item i LEFT JOIN fetch_source s ON s.id=i.source "

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
	[S_SOURCE_MEND] = "UPDATE fetch_source SET due=?1 WHERE checked>?2 AND due>?1 AND due<?3",
	[S_ITEM_MEND] = "UPDATE fetch_item SET due=?1 WHERE state=0 AND due>?2",
	[S_ITEM_BY_URL] = "SELECT id,state,url,guid_key,title_key,updated,text_key,source,url_key FROM fetch_item "
			  "WHERE url_key=?1",
	[S_ITEM_BY_GUID] = "SELECT id,state,url,guid_key,title_key,updated,text_key,source,url_key FROM fetch_item"
			   " WHERE source=?1 AND guid_key=?2 AND guid_key<>0",
	[S_ITEM_BY_DATE] = "SELECT id,state,url,guid_key,title_key,updated,text_key,source,url_key,title"
			   " FROM fetch_item"
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

/* ---- statements -------------------------------------------------------------------------- */

int ledger_failed(const struct ledger *l, struct error *error)
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

sqlite3_stmt *ledger_statement(struct ledger *l, enum statement which)
{
	sqlite3_stmt **slot = &l->prepared[which];
	if (!*slot)
		sqlite3_prepare_v3(l->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
	return *slot;
}

int ledger_run(struct ledger *l, sqlite3_stmt *st, struct error *error)
{
	int result = 0;
	if (!st || sqlite3_step(st) != SQLITE_DONE)
		result = ledger_failed(l, error);
	sqlite3_reset(st);
	return result;
}

int ledger_row(struct ledger *l, sqlite3_stmt *st, struct error *error)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;
	if (code == SQLITE_ROW)
		return 0;
	int result = code == SQLITE_DONE ? 1 : ledger_failed(l, error);
	sqlite3_reset(st);
	return result;
}

void ledger_bind(sqlite3_stmt *st, int i, struct view v)
{
	if (v.p && v.n)
		sqlite3_bind_text(st, i, v.p, (int)v.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, i);
}

struct view ledger_column(sqlite3_stmt *st, int i, struct arena *arena, bool *bad)
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

uint64_t ledger_key(struct view v)
{
	uint64_t key = v.n ? hash64(v, 0) : 0;
	return v.n && !key ? 1 : key;
}

/* ---- open -------------------------------------------------------------------------------- */

int ledger_open(void *database, const char *name, struct ledger **ret_ledger, struct error *error)
{
	int result = late_sqlite(error);
	if (result)
		return result;
	struct ledger *l = calloc(1, sizeof(*l));
	if (!l || !(l->name = strdup(name))) {
		free(l);
		return error_set(error, -ENOMEM, "%s: no memory", name);
	}
	l->db = database;
	if (sqlite3_exec(l->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
		result = ledger_failed(l, error);
		ledger_close(l);
		return result;
	}
	*ret_ledger = l;
	return 0;
}

/* Nobody has added a source to a store without our tables; any other answer is a failure. */
static int look_for_tables(struct ledger *l, struct error *error)
{
	int code = sqlite3_table_column_metadata(l->db, NULL, "fetch_source", NULL, NULL, NULL, NULL, NULL, NULL);
	l->empty = code == SQLITE_ERROR;
	return code == SQLITE_OK || l->empty ? 0 : ledger_failed(l, error);
}

static int open_tables(struct ledger *l, struct error *error)
{
	l->own = catalogue_close(l->own);
	int result = catalogue_open(l->name, CATALOGUE_READ, &l->own, error);
	if (result)
		return result;
	l->db = catalogue_handle(l->own);
	return look_for_tables(l, error);
}

int ledger_open_reader(const char *store, struct ledger **ret_ledger, struct error *error)
{
	struct ledger *l = calloc(1, sizeof(*l));
	struct lock_wait wait = { 0 };
	struct error why = { 0 };
	if (!l || asprintf(&l->name, "%s/catalogue.db", store) < 0) {
		free(l);
		return error_set(error, -ENOMEM, "%s: no memory", store);
	}
	int result;
	while ((result = open_tables(l, &why)) && !(result = lock_wait(&wait, store, result, &why)))
		;
	if (result) {
		result = store_not_read(store, result, &why, error);
		ledger_close(l);
		return result;
	}
	*ret_ledger = l;
	return 0;
}

struct ledger *ledger_close(struct ledger *l)
{
	if (!l)
		return NULL;
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(l->prepared[i]);
	catalogue_close(l->own);
	free(l->name);
	free(l);
	return NULL;
}

/* ---- hosts ------------------------------------------------------------------------------- */

static int get_by_name(
	struct ledger *l, enum statement which, const char *name, sqlite3_stmt **ret_st, struct error *error)
{
	*ret_st = ledger_statement(l, which);
	if (!*ret_st)
		return ledger_failed(l, error);
	ledger_bind(*ret_st, 1, view_of(name));
	return ledger_row(l, *ret_st, error);
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
	sqlite3_stmt *st = ledger_statement(l, S_HOST_PUT);
	if (!st)
		return ledger_failed(l, error);
	ledger_bind(st, 1, view_of(name));
	sqlite3_bind_int64(st, 2, host->last_ms);
	sqlite3_bind_int64(st, 3, host->blocked);
	sqlite3_bind_double(st, 4, host->crawl_delay);
	return ledger_run(l, st, error);
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
		ledger_column(st, 2, arena, &bad) };
	sqlite3_reset(st);
	return bad ? error_set(error, -ENOMEM, "%s: no memory", l->name) : 0;
}

int ledger_put_robots(struct ledger *l, const char *origin, const struct ledger_robots *robots, struct error *error)
{
	sqlite3_stmt *st = ledger_statement(l, S_ROBOTS_PUT);
	if (!st)
		return ledger_failed(l, error);
	ledger_bind(st, 1, view_of(origin));
	sqlite3_bind_int(st, 2, robots->state);
	sqlite3_bind_int64(st, 3, robots->until);
	if (robots->text.n)
		sqlite3_bind_blob(st, 4, robots->text.p, (int)robots->text.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, 4);
	return ledger_run(l, st, error);
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
	sqlite3_stmt *st = ledger_statement(l, S_NUMBER_PUT);
	if (!st)
		return ledger_failed(l, error);
	ledger_bind(st, 1, view_of(name));
	sqlite3_bind_int64(st, 2, value);
	return ledger_run(l, st, error);
}
