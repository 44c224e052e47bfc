#include "store/catalogue.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/format.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/map.h"

/* Kinds of the table key: 64-bit hashes to numbers. */
enum { KEY_ID, KEY_TEXT, KEY_URL, KEY_GONE };

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS document(n INTEGER PRIMARY KEY, id INTEGER NOT NULL, sha256 BLOB NOT NULL,"
	" day INTEGER, host TEXT, lang TEXT, access TEXT, source TEXT, dup_of INTEGER, revision_of INTEGER,"
	" near INTEGER, words INTEGER NOT NULL, bytes INTEGER NOT NULL, pack INTEGER NOT NULL, frame INTEGER NOT NULL,"
	" at INTEGER NOT NULL, size INTEGER NOT NULL, line INTEGER NOT NULL, line_size INTEGER NOT NULL,"
	" raw INTEGER, raw_at INTEGER, urls BLOB);"
	"CREATE INDEX IF NOT EXISTS document_day ON document(day);"
	"CREATE INDEX IF NOT EXISTS document_host ON document(host);"
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

#define DOCUMENT_COLUMNS                                                                                               \
	"n,id,sha256,day,host,lang,access,source,dup_of,revision_of,near,words,bytes,pack,frame,at,size,line,"         \
	"line_size,raw,raw_at,urls"

/* Every statement that is run often, prepared when first used. */
enum statement {
	S_BEGIN,
	S_COMMIT,
	S_ROLLBACK,
	S_META_SET,
	S_META_GET,
	S_DOCUMENT_ADD,
	S_DOCUMENT_GET,
	S_DOCUMENT_MOVE,
	S_DOCUMENT_DROP,
	S_KEY_ADD,
	S_KEY_DROP,
	S_KEY_FIND,
	S_KEY_NEWEST,
	S_SHA256,
	S_FRAME_ADD,
	S_FRAME_GET,
	S_FILE_PUT,
	S_FILE_GET,
	S_TOTAL_ADD,
	STATEMENT_COUNT
};

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
	[S_DOCUMENT_DROP] = "DELETE FROM document WHERE n=?",
	[S_KEY_ADD] = "INSERT OR IGNORE INTO key VALUES(?,?,?)",
	[S_KEY_DROP] = "DELETE FROM key WHERE kind=? AND key=? AND n=?",
	[S_KEY_FIND] = "SELECT n FROM key WHERE kind=? AND key=? ORDER BY n",
	[S_KEY_NEWEST] = "SELECT max(n) FROM key WHERE kind=? AND key=?",
	[S_SHA256] = "SELECT sha256 FROM document WHERE n=?",
	[S_FRAME_ADD] = "INSERT OR REPLACE INTO frame VALUES(?,?,?,?)",
	[S_FRAME_GET] = "SELECT offset,packed,raw FROM frame WHERE pack=? AND offset=?",
	[S_FILE_PUT] = "INSERT OR REPLACE INTO file VALUES(?,?,?,?,?,?)",
	[S_FILE_GET] = "SELECT kind,number,size,sealed,sha256,since FROM file WHERE kind=? AND number=?",
	[S_TOTAL_ADD] =
		"INSERT INTO total VALUES(?,?,?) ON CONFLICT(kind,key) DO UPDATE SET value=value+excluded.value",
};

struct catalogue {
	sqlite3 *db;
	char *name;
	sqlite3_stmt *prepared[STATEMENT_COUNT];
	bool in_transaction;
	struct map counts;	/* kind NUL key -> change since the last commit */
	struct buf count_names; /* the same keys one after the other, each with its length */
	sqlite3_stmt *row;	/* holds the strings of catalogue_document */
};

static int failed(struct catalogue *catalogue, struct error *error)
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
	if (primary == SQLITE_IOERR && sqlite3_system_errno(catalogue->db) > 0) {
		result = -sqlite3_system_errno(catalogue->db);
		return error_set(
			error, result, "%s: %s: %s", catalogue->name, sqlite3_errmsg(catalogue->db), strerror(-result));
	}
	return error_set(error, result, "%s: %s%s", catalogue->name, sqlite3_errmsg(catalogue->db),
		result == -EBADMSG ? " (garner repair makes it again)" : "");
}

static sqlite3_stmt *statement(struct catalogue *catalogue, enum statement which)
{
	sqlite3_stmt **slot = &catalogue->prepared[which];
	if (!*slot)
		sqlite3_prepare_v3(catalogue->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
	return *slot;
}

static int run(struct catalogue *catalogue, sqlite3_stmt *st, struct error *error)
{
	if (!st)
		return failed(catalogue, error);
	int code = sqlite3_step(st), result = 0;
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		result = failed(catalogue, error);
	sqlite3_reset(st);
	return result;
}

/* 0: a row stands in @st, which the caller resets; 1: none. */
static int step(struct catalogue *catalogue, sqlite3_stmt *st, struct error *error)
{
	int code = st ? sqlite3_step(st) : SQLITE_ERROR;
	if (code == SQLITE_ROW)
		return 0;
	int result = code == SQLITE_DONE ? 1 : failed(catalogue, error);
	sqlite3_reset(st);
	return result;
}

static void bind_number(sqlite3_stmt *st, int i, int64_t value)
{
	if (value == GARNER_NO_NUMBER)
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_int64(st, i, value);
}

static int64_t column_number(sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_NULL ? GARNER_NO_NUMBER : sqlite3_column_int64(st, i);
}

static void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

/* ---- open, close, transactions ------------------------------------------------------------- */

static int execute(struct catalogue *catalogue, const char *sql, struct error *error)
{
	return sqlite3_exec(catalogue->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(catalogue, error);
}

static int check_version(struct catalogue *catalogue, int64_t *ret_version, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "PRAGMA user_version", -1, &st, NULL);
	int result = step(catalogue, st, error);
	if (result == 0)
		*ret_version = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (result == 0 && *ret_version > STORE_FORMAT)
		result = error_set(error, -EPROTONOSUPPORT,
			"%s: format %lld; this garner reads up to %d: take a newer one", catalogue->name,
			(long long)*ret_version, STORE_FORMAT);
	return result;
}

static int prepare_to_write(struct catalogue *catalogue, enum catalogue_mode mode, struct error *error)
{
	int64_t version = 0;
	int result = check_version(catalogue, &version, error);
	if (!result && mode == CATALOGUE_WRITE)
		result = execute(catalogue, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", error);
	if (!result && mode == CATALOGUE_MEMORY)
		result = execute(catalogue, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", error);
	if (!result)
		result = execute(catalogue, "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000", error);
	if (!result)
		result = execute(catalogue, schema, error);
	if (!result && version == 0) {
		char sql[64];
		snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", STORE_FORMAT);
		result = execute(catalogue, sql, error);
	}
	return result;
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
	else if (strpbrk(path, "?#%") || (stat(wal, &st) == 0 && st.st_size > 0))
		result = failed(catalogue, error);
	if (!result) {
		sqlite3_close(catalogue->db);
		catalogue->db = NULL;
		if (sqlite3_open_v2(uri, &catalogue->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
			result = failed(catalogue, error);
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
		return result ? result : check_version(catalogue, &version, error);
	}
	return result ? error_set(error, result, "%s", first.text) : 0;
}

int catalogue_open(const char *path, enum catalogue_mode mode, struct catalogue **ret_catalogue, struct error *error)
{
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
	int result = 0;
	if (sqlite3_open_v2(file, &catalogue->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		result = failed(catalogue, error);
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

static int begin(struct catalogue *catalogue, struct error *error)
{
	if (catalogue->in_transaction)
		return 0;
	int result = run(catalogue, statement(catalogue, S_BEGIN), error);
	catalogue->in_transaction = !result;
	return result;
}

int catalogue_begin(struct catalogue *catalogue, struct error *error)
{
	return begin(catalogue, error);
}

int catalogue_snapshot(struct catalogue *catalogue, struct error *error)
{
	int64_t ignored;
	int result = begin(catalogue, error);
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
		sqlite3_stmt *st = statement(catalogue, S_TOTAL_ADD);
		if (!st)
			return failed(catalogue, error);
		sqlite3_bind_text(st, 1, key.p, (int)kind, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, key.p + kind + 1, (int)(n - kind - 1), SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, (int64_t)*map_get(&catalogue->counts, key));
		result = run(catalogue, st, error);
		rest = view_from(rest, sizeof(n) + n);
	}
	forget_counts(catalogue);
	return result;
}

int catalogue_commit(struct catalogue *catalogue, struct error *error)
{
	int result = 0;
	if (catalogue->count_names.n) {
		result = begin(catalogue, error);
		if (!result)
			result = write_counts(catalogue, error);
	}
	if (!result && catalogue->in_transaction)
		result = run(catalogue, statement(catalogue, S_COMMIT), error);
	if (result)
		catalogue_rollback(catalogue);
	catalogue->in_transaction = false;
	return result;
}

void catalogue_rollback(struct catalogue *catalogue)
{
	if (catalogue->in_transaction)
		run(catalogue, statement(catalogue, S_ROLLBACK), NULL);
	catalogue->in_transaction = false;
	forget_counts(catalogue);
}

/* ---- small values, totals ------------------------------------------------------------------ */

int catalogue_set(struct catalogue *catalogue, const char *name, int64_t value, struct error *error)
{
	int result = begin(catalogue, error);
	sqlite3_stmt *st = statement(catalogue, S_META_SET);
	if (result || !st)
		return result ? result : failed(catalogue, error);
	bind_text(st, 1, name);
	sqlite3_bind_int64(st, 2, value);
	return run(catalogue, st, error);
}

int catalogue_get(
	struct catalogue *catalogue, const char *name, int64_t fallback, int64_t *ret_value, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_META_GET);
	if (!st)
		return failed(catalogue, error);
	bind_text(st, 1, name);
	int result = step(catalogue, st, error);
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
	int result = begin(catalogue, error);
	sqlite3_prepare_v2(catalogue->db, "DELETE FROM total WHERE kind=? AND key=?", -1, &st, NULL);
	if (st) {
		bind_text(st, 1, kind);
		bind_text(st, 2, key);
	}
	if (!result)
		result = run(catalogue, st, error);
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
		return failed(catalogue, error);
	bind_text(st, 1, kind);
	sqlite3_bind_int64(st, 2, limit ? limit : -1);
	int result;
	while ((result = step(catalogue, st, error)) == 0)
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
	int result = step(catalogue, st, error);
	if (result == 0)
		*ret_count = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return result;
}

static int one_number(struct catalogue *catalogue, const char *sql, int64_t *ret, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, sql, -1, &st, NULL);
	int result = step(catalogue, st, error);
	if (result == 0)
		*ret = column_number(st, 0);
	sqlite3_finalize(st);
	return result;
}

int catalogue_newest(struct catalogue *catalogue, int64_t *ret_n, struct error *error)
{
	return one_number(catalogue, "SELECT max(n) FROM document", ret_n, error);
}

int catalogue_days(struct catalogue *catalogue, int64_t *ret_first, int64_t *ret_last, struct error *error)
{
	int result = one_number(catalogue, "SELECT min(day) FROM document", ret_first, error);
	return result ? result : one_number(catalogue, "SELECT max(day) FROM document", ret_last, error);
}

/* ---- documents ----------------------------------------------------------------------------- */

uint64_t catalogue_url_key(const char *url)
{
	return hash64(view_of(url), 0);
}

static int64_t text_key(const uint8_t sha256[32])
{
	int64_t key;
	memcpy(&key, sha256, sizeof(key));
	return key;
}

static int change_key(
	struct catalogue *catalogue, enum statement which, int kind, int64_t key, int64_t n, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, which);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int(st, 1, kind);
	sqlite3_bind_int64(st, 2, key);
	sqlite3_bind_int64(st, 3, n);
	return run(catalogue, st, error);
}

static int change_keys(
	struct catalogue *catalogue, enum statement which, const struct catalogue_document *d, struct error *error)
{
	int result = change_key(catalogue, which, KEY_ID, (int64_t)d->id, d->n, error);
	if (!result)
		result = change_key(catalogue, which, KEY_TEXT, text_key(d->sha256), d->n, error);
	for (size_t i = 0; !result && i < d->url_count; i++)
		result = change_key(catalogue, which, KEY_URL, (int64_t)d->urls[i], d->n, error);
	return result;
}

int catalogue_add(struct catalogue *catalogue, const struct catalogue_document *d, struct error *error)
{
	int result = begin(catalogue, error);
	sqlite3_stmt *st = statement(catalogue, S_DOCUMENT_ADD);
	if (result || !st)
		return result ? result : failed(catalogue, error);
	const char *const texts[] = { d->host, d->lang, d->access, d->source };
	const int64_t numbers[] = { d->dup_of, d->revision_of, d->near, d->words, d->bytes, d->pack, d->frame, d->at,
		d->size, d->line, d->line_size, d->raw, d->raw_at };
	sqlite3_bind_int64(st, 1, d->n);
	sqlite3_bind_int64(st, 2, (int64_t)d->id);
	sqlite3_bind_blob(st, 3, d->sha256, 32, SQLITE_STATIC);
	bind_number(st, 4, d->day);
	for (int i = 0; i < 4; i++)
		bind_text(st, 5 + i, texts[i]);
	for (int i = 0; i < 13; i++)
		bind_number(st, 9 + i, numbers[i]);
	sqlite3_bind_blob(st, 22, d->urls, (int)(d->url_count * sizeof(d->urls[0])), SQLITE_STATIC);
	result = run(catalogue, st, error);
	return result ? result : change_keys(catalogue, S_KEY_ADD, d, error);
}

static void read_document(sqlite3_stmt *st, struct catalogue_document *d)
{
	*d = (struct catalogue_document){ .n = sqlite3_column_int64(st, 0),
		.id = (uint64_t)sqlite3_column_int64(st, 1) };
	const char **const texts[] = { &d->host, &d->lang, &d->access, &d->source };
	int64_t *const numbers[] = { &d->dup_of, &d->revision_of, &d->near, &d->words, &d->bytes, &d->pack, &d->frame,
		&d->at, &d->size, &d->line, &d->line_size, &d->raw, &d->raw_at };
	if (sqlite3_column_bytes(st, 2) == 32)
		memcpy(d->sha256, sqlite3_column_blob(st, 2), 32);
	d->day = column_number(st, 3);
	for (int i = 0; i < 4; i++)
		*texts[i] = (const char *)sqlite3_column_text(st, 4 + i);
	for (int i = 0; i < 13; i++)
		*numbers[i] = column_number(st, 8 + i);
	size_t n = (size_t)sqlite3_column_bytes(st, 21);
	if (n > sizeof(d->urls))
		n = sizeof(d->urls);
	if (n)
		memcpy(d->urls, sqlite3_column_blob(st, 21), n);
	d->url_count = n / sizeof(d->urls[0]);
}

int catalogue_document(
	struct catalogue *catalogue, int64_t n, struct catalogue_document *ret_document, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_DOCUMENT_GET);
	if (!st)
		return failed(catalogue, error);
	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, n);
	int result = step(catalogue, st, error);
	if (result == 0)
		read_document(st, ret_document);
	/* Not reset: the strings live until the statement runs again. A reader's snapshot may last as long. */
	return result;
}

int catalogue_move(struct catalogue *catalogue, const struct catalogue_document *place, struct error *error)
{
	int result = begin(catalogue, error);
	sqlite3_stmt *st = statement(catalogue, S_DOCUMENT_MOVE);
	if (result || !st)
		return result ? result : failed(catalogue, error);
	const int64_t numbers[] = { place->pack, place->frame, place->at, place->line, place->line_size, place->n };
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(st, i + 1, numbers[i]);
	return run(catalogue, st, error);
}

int catalogue_remove(struct catalogue *catalogue, int64_t n, struct error *error)
{
	struct catalogue_document d;
	int result = begin(catalogue, error);
	if (!result)
		result = catalogue_document(catalogue, n, &d, error);
	if (result)
		return result < 0 ? result : 0;
	sqlite3_reset(statement(catalogue, S_DOCUMENT_GET));
	result = change_keys(catalogue, S_KEY_DROP, &d, error);
	sqlite3_stmt *st = statement(catalogue, S_DOCUMENT_DROP);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int64(st, 1, n);
	return result ? result : run(catalogue, st, error);
}

static int has_text(struct catalogue *catalogue, int64_t n, const uint8_t sha256[32], struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_SHA256);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int64(st, 1, n);
	int result = step(catalogue, st, error);
	if (result)
		return result < 0 ? result : 0;
	result = sqlite3_column_bytes(st, 0) == 32 && memcmp(sqlite3_column_blob(st, 0), sha256, 32) == 0;
	sqlite3_reset(st);
	return result;
}

/* Walks the numbers of one key from the oldest; @ret_same is the first whose text is @sha256. */
static int find(struct catalogue *catalogue, int kind, int64_t key, const uint8_t sha256[32], int64_t *ret_newest,
	int64_t *ret_same, struct error *error)
{
	*ret_newest = *ret_same = GARNER_NO_NUMBER;
	sqlite3_stmt *st = statement(catalogue, S_KEY_FIND);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int(st, 1, kind);
	sqlite3_bind_int64(st, 2, key);
	int result;
	while ((result = step(catalogue, st, error)) == 0) {
		int64_t n = sqlite3_column_int64(st, 0);
		if (*ret_same == GARNER_NO_NUMBER) {
			result = has_text(catalogue, n, sha256, error);
			if (result < 0)
				break;
			if (result == 1)
				*ret_same = n;
		}
		*ret_newest = n;
	}
	sqlite3_reset(st);
	return result < 0 ? result : 0;
}

int catalogue_find_id(struct catalogue *catalogue, uint64_t id, const uint8_t sha256[32], int64_t *ret_newest,
	int64_t *ret_same, struct error *error)
{
	return find(catalogue, KEY_ID, (int64_t)id, sha256, ret_newest, ret_same, error);
}

int catalogue_find_text(struct catalogue *catalogue, const uint8_t sha256[32], int64_t *ret_first, struct error *error)
{
	int64_t newest;
	return find(catalogue, KEY_TEXT, text_key(sha256), sha256, &newest, ret_first, error);
}

int catalogue_find_url(struct catalogue *catalogue, uint64_t key, int64_t *ret_newest, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_KEY_NEWEST);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int(st, 1, KEY_URL);
	sqlite3_bind_int64(st, 2, (int64_t)key);
	int result = step(catalogue, st, error);
	if (result == 0) {
		*ret_newest = column_number(st, 0);
		sqlite3_reset(st);
	}
	return result;
}

int catalogue_add_gone(struct catalogue *catalogue, uint64_t id, struct error *error)
{
	int result = begin(catalogue, error);
	return result ? result : change_key(catalogue, S_KEY_ADD, KEY_GONE, (int64_t)id, 0, error);
}

int catalogue_is_gone(struct catalogue *catalogue, uint64_t id, bool *ret_gone, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_KEY_NEWEST);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int(st, 1, KEY_GONE);
	sqlite3_bind_int64(st, 2, (int64_t)id);
	int result = step(catalogue, st, error);
	if (result == 0) {
		*ret_gone = sqlite3_column_type(st, 0) != SQLITE_NULL;
		sqlite3_reset(st);
	}
	return result;
}

int catalogue_add_url(struct catalogue *catalogue, uint64_t key, int64_t n, struct error *error)
{
	int result = begin(catalogue, error);
	return result ? result : change_key(catalogue, S_KEY_ADD, KEY_URL, (int64_t)key, n, error);
}

static int each(struct catalogue *catalogue, sqlite3_stmt *st, catalogue_fn *fn, void *user, struct error *error)
{
	int result = 0, said = 0;
	while (!said && (result = step(catalogue, st, error)) == 0) {
		struct catalogue_document d;
		read_document(st, &d);
		said = fn(user, &d);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

static int64_t day_of(const char *date)
{
	int year, month, day;
	if (!date || sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3 || !clock_date_valid(year, month, day))
		return GARNER_NO_NUMBER;
	return clock_days(year, month, day);
}

int catalogue_each(struct catalogue *catalogue, const struct garner_filter *filter, catalogue_fn *fn, void *user,
	struct error *error)
{
	static const struct garner_filter none;
	const struct garner_filter *f = filter ? filter : &none;
	struct buf sql = BUF_INIT(4096);
	buf_puts(&sql, "SELECT " DOCUMENT_COLUMNS " FROM document WHERE n>=:from");
	if (f->since)
		buf_puts(&sql, " AND day>=:since");
	if (f->until)
		buf_puts(&sql, " AND day<=:until");
	if (f->host)
		buf_puts(&sql, " AND host=:host");
	if (f->lang)
		buf_puts(&sql, " AND lang=:lang");
	if (f->source)
		buf_puts(&sql, " AND source=:source");
	if (f->access)
		buf_puts(&sql, strcmp(f->access, "open") ? " AND access=:access" : " AND access IS NULL");
	if (f->dup == 1)
		buf_puts(&sql, " AND dup_of IS NULL AND near IS NULL");
	if (f->dup == 2)
		buf_puts(&sql, " AND (dup_of IS NOT NULL OR near IS NOT NULL)");
	buf_puts(&sql, " ORDER BY n LIMIT :limit");
	sqlite3_stmt *st = NULL;
	if (buf_str(&sql))
		sqlite3_prepare_v2(catalogue->db, sql.p, -1, &st, NULL);
	buf_free(&sql);
	if (!st)
		return failed(catalogue, error);
	const struct {
		const char *name, *text;
	} texts[] = { { ":host", f->host }, { ":lang", f->lang }, { ":source", f->source }, { ":access", f->access } };
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":from"), f->from_n);
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":limit"), f->limit > 0 && !f->query ? f->limit : -1);
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":since"), day_of(f->since));
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":until"), day_of(f->until));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].text)
			bind_text(st, sqlite3_bind_parameter_index(st, texts[i].name), texts[i].text);
	return each(catalogue, st, fn, user, error);
}

static int each_where(
	struct catalogue *catalogue, const char *sql, int64_t value, catalogue_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, sql, -1, &st, NULL);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int64(st, 1, value);
	return each(catalogue, st, fn, user, error);
}

int catalogue_each_in_pack(struct catalogue *catalogue, int64_t pack, catalogue_fn *fn, void *user, struct error *error)
{
	return each_where(catalogue,
		"SELECT " DOCUMENT_COLUMNS
		" FROM document INDEXED BY document_pack WHERE pack=? ORDER BY pack,frame,at",
		pack, fn, user, error);
}

int catalogue_each_by_place(struct catalogue *catalogue, catalogue_fn *fn, void *user, struct error *error)
{
	return each_where(catalogue,
		"SELECT " DOCUMENT_COLUMNS
		" FROM document INDEXED BY document_pack WHERE pack>=? ORDER BY pack,frame,at",
		0, fn, user, error);
}

int catalogue_each_of_id(struct catalogue *catalogue, uint64_t id, catalogue_fn *fn, void *user, struct error *error)
{
	return each_where(catalogue,
		"SELECT " DOCUMENT_COLUMNS
		" FROM document WHERE n IN (SELECT n FROM key WHERE kind=0 AND key=?) ORDER BY n",
		(int64_t)id, fn, user, error);
}

/* ---- frames, files -------------------------------------------------------------------------- */

int catalogue_add_frame(struct catalogue *catalogue, int64_t pack, const struct pack_frame *frame, struct error *error)
{
	int result = begin(catalogue, error);
	sqlite3_stmt *st = statement(catalogue, S_FRAME_ADD);
	if (result || !st)
		return result ? result : failed(catalogue, error);
	sqlite3_bind_int64(st, 1, pack);
	sqlite3_bind_int64(st, 2, frame->offset);
	sqlite3_bind_int64(st, 3, frame->packed);
	sqlite3_bind_int64(st, 4, frame->raw);
	return run(catalogue, st, error);
}

static struct pack_frame read_frame(sqlite3_stmt *st)
{
	return (struct pack_frame){ sqlite3_column_int64(st, 0), (uint32_t)sqlite3_column_int64(st, 1),
		(uint32_t)sqlite3_column_int64(st, 2) };
}

int catalogue_frame(
	struct catalogue *catalogue, int64_t pack, int64_t offset, struct pack_frame *ret_frame, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_FRAME_GET);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int64(st, 1, pack);
	sqlite3_bind_int64(st, 2, offset);
	int result = step(catalogue, st, error);
	if (result == 0) {
		*ret_frame = read_frame(st);
		sqlite3_reset(st);
	}
	return result;
}

int catalogue_each_frame(
	struct catalogue *catalogue, int64_t pack, catalogue_frame_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(
		catalogue->db, "SELECT offset,packed,raw FROM frame WHERE pack=? ORDER BY offset", -1, &st, NULL);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int64(st, 1, pack);
	int result, said = 0;
	while (!said && (result = step(catalogue, st, error)) == 0) {
		struct pack_frame frame = read_frame(st);
		said = fn(user, &frame);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

int catalogue_put_file(struct catalogue *catalogue, const struct catalogue_file *file, struct error *error)
{
	int result = begin(catalogue, error);
	sqlite3_stmt *st = statement(catalogue, S_FILE_PUT);
	if (result || !st)
		return result ? result : failed(catalogue, error);
	sqlite3_bind_int(st, 1, (int)file->kind);
	sqlite3_bind_int64(st, 2, file->number);
	sqlite3_bind_int64(st, 3, file->size);
	sqlite3_bind_int(st, 4, file->sealed);
	if (file->has_sha256)
		sqlite3_bind_blob(st, 5, file->sha256, 32, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, 5);
	sqlite3_bind_int64(st, 6, file->since);
	return run(catalogue, st, error);
}

static struct catalogue_file read_file(sqlite3_stmt *st)
{
	struct catalogue_file file = { .kind = (enum catalogue_file_kind)sqlite3_column_int(st, 0),
		.number = sqlite3_column_int64(st, 1),
		.size = sqlite3_column_int64(st, 2),
		.sealed = sqlite3_column_int(st, 3) != 0,
		.since = sqlite3_column_int64(st, 5) };
	if (sqlite3_column_bytes(st, 4) == 32) {
		memcpy(file.sha256, sqlite3_column_blob(st, 4), 32);
		file.has_sha256 = true;
	}
	return file;
}

int catalogue_file(struct catalogue *catalogue, enum catalogue_file_kind kind, int64_t number,
	struct catalogue_file *ret_file, struct error *error)
{
	sqlite3_stmt *st = statement(catalogue, S_FILE_GET);
	if (!st)
		return failed(catalogue, error);
	sqlite3_bind_int(st, 1, (int)kind);
	sqlite3_bind_int64(st, 2, number);
	int result = step(catalogue, st, error);
	if (result == 0) {
		*ret_file = read_file(st);
		sqlite3_reset(st);
	}
	return result;
}

int catalogue_drop_file(struct catalogue *catalogue, enum catalogue_file_kind kind, int64_t number, struct error *error)
{
	char sql[100];
	int result = begin(catalogue, error);
	snprintf(sql, sizeof(sql), "DELETE FROM file WHERE kind=%d AND number=%lld", (int)kind, (long long)number);
	return result ? result : execute(catalogue, sql, error);
}

int catalogue_drop_pack(struct catalogue *catalogue, int64_t pack, struct error *error)
{
	char sql[200];
	int result = begin(catalogue, error);
	snprintf(sql, sizeof(sql),
		"DELETE FROM frame WHERE pack=%lld; DELETE FROM file WHERE number=%lld AND kind IN (%d,%d)",
		(long long)pack, (long long)pack, CATALOGUE_PACK, CATALOGUE_MANIFEST);
	return result ? result : execute(catalogue, sql, error);
}

int catalogue_each_file(struct catalogue *catalogue, catalogue_file_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "SELECT kind,number,size,sealed,sha256,since FROM file ORDER BY kind,number",
		-1, &st, NULL);
	if (!st)
		return failed(catalogue, error);
	int result = 0, said = 0;
	while (!said && (result = step(catalogue, st, error)) == 0) {
		struct catalogue_file file = read_file(st);
		said = fn(user, &file);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

/* Table by table: what can be read is kept. */
static int copy_tables(struct catalogue *catalogue, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db,
		"SELECT name, sql FROM old.sqlite_master WHERE sql IS NOT NULL AND type IN ('table','index') AND "
		"tbl_name NOT IN"
		" (SELECT tbl_name FROM main.sqlite_master) ORDER BY type DESC",
		-1, &st, NULL);
	int result;
	while ((result = step(catalogue, st, error)) == 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0),
			   *sql = (const char *)sqlite3_column_text(st, 1);
		char *copy = sqlite3_mprintf("INSERT INTO main.\"%w\" SELECT * FROM old.\"%w\"", name, name);
		bool table = strncmp(sql, "CREATE TABLE", 12) == 0;
		if (strncmp(name, "sqlite_", 7) == 0) {
			sqlite3_free(copy);
			continue;
		}
		result = copy ? execute(catalogue, sql, error) : -ENOMEM;
		if (!result && table)
			result = execute(catalogue, copy, error);
		sqlite3_free(copy);
		if (result)
			break;
	}
	sqlite3_finalize(st);
	return result > 0 ? 0 : result;
}

int catalogue_copy_foreign(struct catalogue *catalogue, const char *path, struct error *error)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return 0;
	char *sql = sqlite3_mprintf("ATTACH %Q AS old", path);
	int result = sql ? execute(catalogue, sql, error) : -ENOMEM;
	sqlite3_free(sql);
	if (result)
		return result;
	result = copy_tables(catalogue, error);
	sqlite3_exec(catalogue->db, "DETACH old", NULL, NULL, NULL);
	return result;
}

int catalogue_check(struct catalogue *catalogue, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "PRAGMA integrity_check(1)", -1, &st, NULL);
	int result = step(catalogue, st, error);
	if (result == 0) {
		const char *said = (const char *)sqlite3_column_text(st, 0);
		if (!said || strcmp(said, "ok")) {
			error_set(error, -EBADMSG, "%s: %s", catalogue->name, said ? said : "damaged");
			result = 1;
		}
	} else {
		result = 1;
	}
	sqlite3_finalize(st);
	return result;
}
