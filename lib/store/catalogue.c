#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/catalogue_inner.h"
#include "store/format.h"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS document(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, sha256 BLOB NOT NULL,"
	" day INTEGER, host TEXT, lang TEXT, access TEXT, source TEXT, dup_of INTEGER, revision_of INTEGER,"
	" near INTEGER, words INTEGER NOT NULL, bytes INTEGER NOT NULL, pack INTEGER NOT NULL, frame INTEGER NOT NULL,"
	" at INTEGER NOT NULL, size INTEGER NOT NULL, line INTEGER NOT NULL, line_size INTEGER NOT NULL,"
	" raw INTEGER, raw_at INTEGER, urls BLOB);"
	"CREATE INDEX IF NOT EXISTS document_pack ON document(pack, frame, at);"
	"CREATE TABLE IF NOT EXISTS key(kind INTEGER NOT NULL, key INTEGER NOT NULL, n INTEGER NOT NULL,"
	" PRIMARY KEY(kind, key, n)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS frame(pack INTEGER NOT NULL, offset INTEGER NOT NULL, packed INTEGER NOT NULL,"
	" raw INTEGER NOT NULL, PRIMARY KEY(pack, offset)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS file(kind INTEGER NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL,"
	" sealed INTEGER NOT NULL, sha256 BLOB, since INTEGER NOT NULL, PRIMARY KEY(kind, number)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS total(kind TEXT NOT NULL, key TEXT NOT NULL, value INTEGER NOT NULL,"
	" PRIMARY KEY(kind, key)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;";

static const char *const statements[STATEMENT_COUNT] = {
	[S_BEGIN] = "BEGIN",
	[S_COMMIT] = "COMMIT",
	[S_ROLLBACK] = "ROLLBACK",
	[S_META_SET] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
	[S_META_GET] = "SELECT value FROM meta WHERE name=?",
	[S_DOCUMENT_ADD] =
		"INSERT INTO document(" DOCUMENT_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[S_DOCUMENT_GET] = "SELECT " DOCUMENT_COLUMNS " FROM document WHERE n=?",
	[S_DOCUMENT_MOVE] = "UPDATE document SET pack=?,frame=?,at=?,line=?,line_size=? WHERE n=?",
	[S_DOCUMENT_DAY] = "SELECT day FROM document WHERE n=?",
	[S_DOCUMENT_DROP] = "DELETE FROM document WHERE n=?",
	[S_KEY_ADD] = "INSERT OR IGNORE INTO key VALUES(?,?,?)",
	[S_KEY_DROP] = "DELETE FROM key WHERE kind=2 AND n=?",
	[S_KEY_NEWEST] = "SELECT max(n) FROM key WHERE kind=? AND key=?",
	[S_FRAME_ADD] = "INSERT OR REPLACE INTO frame VALUES(?,?,?,?)",
	[S_FRAME_GET] = "SELECT offset,packed,raw FROM frame WHERE pack=? AND offset=?",
	[S_FILE_PUT] = "INSERT OR REPLACE INTO file VALUES(?,?,?,?,?,?)",
	[S_FILE_GET] = "SELECT kind,number,size,sealed,sha256,since FROM file WHERE kind=? AND number=?",
	[S_TOTAL_ADD] =
		"INSERT INTO total VALUES(?,?,?) ON CONFLICT(kind,key) DO UPDATE SET value=value+excluded.value",
};

int catalogue_failed(struct catalogue *catalogue, struct error *error)
{
	int code = sqlite3_extended_errcode(catalogue->db), primary = code & 0xFF;
	int result = -EIO;
	if (primary == SQLITE_FULL)
		result = -ENOSPC;
	else if (primary == SQLITE_NOMEM)
		result = -ENOMEM;
	else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
		result = -EBADMSG;
	else if (primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN || primary == SQLITE_PERM)
		result = -EACCES;
	else if (primary == SQLITE_BUSY)
		result = -EAGAIN;
	int why = sqlite3_system_errno(catalogue->db);
	if (primary == SQLITE_IOERR && why > 0)
		result = -why;
	if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && why > 0)
		return error_set(
			error, result, "%s: %s: %s", catalogue->name, sqlite3_errmsg(catalogue->db), strerror(why));
	return error_set(error, result, "%s: %s%s", catalogue->name, sqlite3_errmsg(catalogue->db),
		result == -EBADMSG ? " (garner repair makes it again)" : "");
}

sqlite3_stmt *catalogue_statement(struct catalogue *catalogue, enum statement which)
{
	sqlite3_stmt **slot = &catalogue->prepared[which];
	if (!*slot)
		sqlite3_prepare_v3(catalogue->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
	return *slot;
}

int catalogue_run(struct catalogue *catalogue, sqlite3_stmt *st, struct error *error)
{
	if (!st)
		return catalogue_failed(catalogue, error);
	int code = sqlite3_step(st), result = 0;
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		result = catalogue_failed(catalogue, error);
	sqlite3_reset(st);
	return result;
}

int catalogue_step(struct catalogue *catalogue, sqlite3_stmt *st, struct error *error)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;
	if (code == SQLITE_ROW)
		return 0;
	int result = code == SQLITE_DONE ? 1 : catalogue_failed(catalogue, error);
	sqlite3_reset(st);
	return result;
}

/* ---- open, close, transactions ------------------------------------------------------------- */

int catalogue_execute(struct catalogue *catalogue, const char *sql, struct error *error)
{
	return sqlite3_exec(catalogue->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : catalogue_failed(catalogue, error);
}

static int check_version(struct catalogue *catalogue, int64_t *ret_version, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "PRAGMA user_version", -1, &st, NULL);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0)
		*ret_version = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (result == 0 && *ret_version > STORE_FORMAT)
		result = error_set(error, -EPROTONOSUPPORT,
			"%s: format %lld; this garner reads up to %d: take a newer one", catalogue->name,
			(long long)*ret_version, STORE_FORMAT);
	return result;
}

/* In one transaction: the medium is waited for once, not for each table. */
static int make_tables(struct catalogue *catalogue, bool is_new, struct error *error)
{
	char sql[64];
	snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", STORE_FORMAT);
	int result = catalogue_execute(catalogue, "BEGIN", error);
	if (!result)
		result = catalogue_execute(catalogue, schema, error);
	if (!result && is_new)
		result = catalogue_execute(catalogue, sql, error);
	return result ? result : catalogue_execute(catalogue, "COMMIT", error);
}

/* One writer at a time: what it has not seen is not there. */
static int look_for_gone(struct catalogue *catalogue, struct error *error)
{
	char sql[64];
	sqlite3_stmt *st = NULL;
	snprintf(sql, sizeof(sql), "SELECT 1 FROM key WHERE kind=%d LIMIT 1", KEY_GONE);
	sqlite3_prepare_v2(catalogue->db, sql, -1, &st, NULL);
	int result = catalogue_step(catalogue, st, error);
	sqlite3_finalize(st);
	catalogue->none_gone = result == 1;
	return result < 0 ? result : 0;
}

static int prepare_to_write(struct catalogue *catalogue, enum catalogue_mode mode, struct error *error)
{
	int64_t version = 0;
	int result = check_version(catalogue, &version, error);
	if (!result && mode == CATALOGUE_WRITE)
		result = catalogue_execute(catalogue, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", error);
	if (!result && mode == CATALOGUE_MEMORY)
		result = catalogue_execute(catalogue, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", error);
	if (!result)
		result = catalogue_execute(catalogue, "PRAGMA cache_size=-4096; PRAGMA wal_autocheckpoint=4000", error);
	if (!result)
		result = make_tables(catalogue, version == 0, error);
	return result ? result : look_for_gone(catalogue, error);
}

/* A store on a medium that can't be written has no place for SQLite's shared memory: with no log beside it the
 * database is whole, and may be read as one that does not change. */
static int open_unchanging(struct catalogue *catalogue, const char *path, struct error *error)
{
	char *wal = sqlite3_mprintf("%s-wal", path), *uri = sqlite3_mprintf("file:%s?immutable=1", path);
	struct stat st;
	int result = 0;
	if (!wal || !uri)
		result = error_set(error, -ENOMEM, "%s: no memory", path);
	else if (stat(wal, &st) == 0 && st.st_size > 0)
		result = error_set(error, -EACCES,
			"%s: a run was stopped and left its log (%s), which only who may write the store can read",
			path, wal);
	else if (strpbrk(path, "?#%"))
		result = catalogue_failed(catalogue, error);
	if (!result) {
		sqlite3_close(catalogue->db);
		catalogue->db = NULL;
		if (sqlite3_open_v2(uri, &catalogue->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
			result = catalogue_failed(catalogue, error);
	}
	sqlite3_free(wal);
	sqlite3_free(uri);
	return result;
}

static int prepare_to_read(struct catalogue *catalogue, const char *path, struct error *error)
{
	int64_t version = 0;
	struct error first = { 0 };
	sqlite3_exec(catalogue->db, "PRAGMA cache_size=-32768", NULL, NULL, NULL);
	int result = check_version(catalogue, &version, &first);
	if (result == -EACCES) {
		result = open_unchanging(catalogue, path, error);
		if (!result)
			result = check_version(catalogue, &version, error);
	} else if (result) {
		error_set(error, result, "%s", first.text);
	}
	if (!result && version == 0)
		result = error_set(error, -EBADMSG, "%s: empty (garner repair makes it again)", catalogue->name);
	return result;
}

int catalogue_open(const char *path, enum catalogue_mode mode, struct catalogue **ret_catalogue, struct error *error)
{
	int result = late_sqlite(error);
	if (result)
		return result;
	struct catalogue *catalogue = calloc(1, sizeof(*catalogue));
	if (!catalogue || !(catalogue->name = strdup(path))) {
		free(catalogue);
		return error_set(error, -ENOMEM, "%s: no memory", path);
	}
	catalogue->count_names = BUF_INIT(SIZE_MAX / 2);
	if (mode == CATALOGUE_READ && access(path, F_OK) < 0) {
		int code = errno;
		catalogue_close(catalogue);
		return error_set(error, -code, "%s: %s", path, strerror(code));
	}
	int flags = mode == CATALOGUE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	/* The empty name is a private temporary database that goes to disk when it grows. */
	const char *file = mode == CATALOGUE_MEMORY ? "" : path;
	if (sqlite3_open_v2(file, &catalogue->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		result = catalogue_failed(catalogue, error);
	if (!result) {
		sqlite3_busy_timeout(catalogue->db, 10000);
		result = mode == CATALOGUE_READ ? prepare_to_read(catalogue, path, error)
						: prepare_to_write(catalogue, mode, error);
	}
	if (result) {
		catalogue_close(catalogue);
		return result;
	}
	*ret_catalogue = catalogue;
	return 0;
}

struct catalogue *catalogue_close(struct catalogue *catalogue)
{
	if (!catalogue)
		return NULL;
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(catalogue->prepared[i]);
	sqlite3_close(catalogue->db);
	map_free(&catalogue->counts);
	buf_free(&catalogue->count_names);
	free(catalogue->name);
	free(catalogue);
	return NULL;
}

void *catalogue_handle(struct catalogue *catalogue)
{
	return catalogue->db;
}

int catalogue_begin(struct catalogue *catalogue, struct error *error)
{
	if (catalogue->in_transaction)
		return 0;
	int result = catalogue_run(catalogue, catalogue_statement(catalogue, S_BEGIN), error);
	catalogue->in_transaction = !result;
	return result;
}

int catalogue_snapshot(struct catalogue *catalogue, struct error *error)
{
	int64_t ignored;
	int result = catalogue_begin(catalogue, error);
	return result ? result : catalogue_get(catalogue, "n", 0, &ignored, error);
}

static void forget_counts(struct catalogue *catalogue)
{
	map_free(&catalogue->counts);
	catalogue->counts = (struct map){ 0 };
	buf_reset(&catalogue->count_names);
}

static int write_counts(struct catalogue *catalogue, struct error *error)
{
	struct view rest = buf_view(&catalogue->count_names);
	int result = 0;
	while (!result && rest.n) {
		uint32_t n;
		memcpy(&n, rest.p, sizeof(n));
		struct view key = view_make(rest.p + sizeof(n), n);
		size_t kind = strlen(key.p);
		sqlite3_stmt *st = catalogue_statement(catalogue, S_TOTAL_ADD);
		if (!st)
			return catalogue_failed(catalogue, error);
		sqlite3_bind_text(st, 1, key.p, (int)kind, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, key.p + kind + 1, (int)(n - kind - 1), SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, (int64_t)*map_get(&catalogue->counts, key));
		result = catalogue_run(catalogue, st, error);
		rest = view_from(rest, sizeof(n) + n);
	}
	forget_counts(catalogue);
	return result;
}

int catalogue_commit(struct catalogue *catalogue, struct error *error)
{
	int result = 0;
	if (catalogue->count_names.n) {
		result = catalogue_begin(catalogue, error);
		if (!result)
			result = write_counts(catalogue, error);
	}
	if (!result && catalogue->in_transaction)
		result = catalogue_run(catalogue, catalogue_statement(catalogue, S_COMMIT), error);
	if (result)
		catalogue_rollback(catalogue);
	catalogue->in_transaction = false;
	return result;
}

void catalogue_rollback(struct catalogue *catalogue)
{
	if (catalogue->in_transaction)
		catalogue_run(catalogue, catalogue_statement(catalogue, S_ROLLBACK), NULL);
	catalogue->in_transaction = false;
	forget_counts(catalogue);
}

/* ---- small values, totals ------------------------------------------------------------------ */

int catalogue_set(struct catalogue *catalogue, const char *name, int64_t value, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	sqlite3_stmt *st = catalogue_statement(catalogue, S_META_SET);
	if (result || !st)
		return result ? result : catalogue_failed(catalogue, error);
	bind_text(st, 1, name);
	sqlite3_bind_int64(st, 2, value);
	return catalogue_run(catalogue, st, error);
}

int catalogue_get(
	struct catalogue *catalogue, const char *name, int64_t fallback, int64_t *ret_value, struct error *error)
{
	sqlite3_stmt *st = catalogue_statement(catalogue, S_META_GET);
	if (!st)
		return catalogue_failed(catalogue, error);
	bind_text(st, 1, name);
	int result = catalogue_step(catalogue, st, error);
	if (result < 0)
		return result;
	*ret_value = result ? fallback : sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return 0;
}

int catalogue_count(struct catalogue *catalogue, const char *kind, const char *key, int64_t more, struct error *error)
{
	char small[256], *name = small;
	size_t kind_n = strlen(kind) + 1, key_n = strlen(key), n = kind_n + key_n;
	if (n > sizeof(small) && !(name = malloc(n)))
		return error_set(error, -ENOMEM, "%s: no memory", catalogue->name);
	memcpy(name, kind, kind_n);
	memcpy(name + kind_n, key, key_n);
	uint64_t *value = map_get(&catalogue->counts, view_make(name, n));
	if (!value) {
		uint32_t n32 = (uint32_t)n;
		value = map_put(&catalogue->counts, view_make(name, n));
		buf_put(&catalogue->count_names, &n32, sizeof(n32));
		buf_put(&catalogue->count_names, name, n);
	}
	if (value)
		*value += (uint64_t)more;
	if (name != small)
		free(name);
	if (!value || catalogue->count_names.err)
		return error_set(error, -ENOMEM, "%s: no memory", catalogue->name);
	return 0;
}

int catalogue_forget_total(struct catalogue *catalogue, const char *kind, const char *key, struct error *error)
{
	sqlite3_stmt *st = NULL;
	int result = catalogue_begin(catalogue, error);
	sqlite3_prepare_v2(catalogue->db, "DELETE FROM total WHERE kind=? AND key=?", -1, &st, NULL);
	if (st) {
		bind_text(st, 1, kind);
		bind_text(st, 2, key);
	}
	if (!result)
		result = catalogue_run(catalogue, st, error);
	sqlite3_finalize(st);
	return result;
}

int catalogue_each_total(struct catalogue *catalogue, const char *kind, int64_t limit, catalogue_total_fn *fn,
	void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db,
		"SELECT key,value FROM total WHERE kind=? AND value<>0 ORDER BY value DESC, key LIMIT ?", -1, &st,
		NULL);
	if (!st)
		return catalogue_failed(catalogue, error);
	bind_text(st, 1, kind);
	sqlite3_bind_int64(st, 2, limit ? limit : -1);
	int result;
	while ((result = catalogue_step(catalogue, st, error)) == 0)
		if ((result = fn(user, kind, (const char *)sqlite3_column_text(st, 0), sqlite3_column_int64(st, 1))))
			break;
	sqlite3_finalize(st);
	return result > 0 ? 0 : result;
}

int catalogue_total_keys(struct catalogue *catalogue, const char *kind, int64_t *ret_count, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "SELECT count(*) FROM total WHERE kind=? AND value<>0", -1, &st, NULL);
	if (st)
		bind_text(st, 1, kind);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0)
		*ret_count = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return result;
}

static int one_number(struct catalogue *catalogue, const char *sql, int64_t *ret, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, sql, -1, &st, NULL);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0)
		*ret = column_number(st, 0);
	sqlite3_finalize(st);
	return result;
}

int catalogue_newest(struct catalogue *catalogue, int64_t *ret_n, struct error *error)
{
	return one_number(catalogue, "SELECT max(n) FROM document", ret_n, error);
}
