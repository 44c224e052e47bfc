/* Frames and files of a catalogue, and the check of the database itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "store/catalogue_inner.h"

int catalogue_add_frame(struct catalogue *catalogue, int64_t pack, const struct pack_frame *frame, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	sqlite3_stmt *st = catalogue_statement(catalogue, S_FRAME_ADD);
	if (result || !st)
		return result ? result : catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, 1, pack);
	sqlite3_bind_int64(st, 2, frame->offset);
	sqlite3_bind_int64(st, 3, frame->packed);
	sqlite3_bind_int64(st, 4, frame->raw);
	return catalogue_run(catalogue, st, error);
}

static struct pack_frame read_frame(sqlite3_stmt *st)
{
	return (struct pack_frame){ sqlite3_column_int64(st, 0), (uint32_t)sqlite3_column_int64(st, 1),
		(uint32_t)sqlite3_column_int64(st, 2) };
}

int catalogue_frame(
	struct catalogue *catalogue, int64_t pack, int64_t offset, struct pack_frame *ret_frame, struct error *error)
{
	sqlite3_stmt *st = catalogue_statement(catalogue, S_FRAME_GET);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, 1, pack);
	sqlite3_bind_int64(st, 2, offset);
	int result = catalogue_step(catalogue, st, error);
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
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, 1, pack);
	int result, said = 0;
	while (!said && (result = catalogue_step(catalogue, st, error)) == 0) {
		struct pack_frame frame = read_frame(st);
		said = fn(user, &frame);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

int catalogue_put_file(struct catalogue *catalogue, const struct catalogue_file *file, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	sqlite3_stmt *st = catalogue_statement(catalogue, S_FILE_PUT);
	if (result || !st)
		return result ? result : catalogue_failed(catalogue, error);
	sqlite3_bind_int(st, 1, (int)file->kind);
	sqlite3_bind_int64(st, 2, file->number);
	sqlite3_bind_int64(st, 3, file->size);
	sqlite3_bind_int(st, 4, file->sealed);
	if (file->has_sha256)
		sqlite3_bind_blob(st, 5, file->sha256, 32, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, 5);
	sqlite3_bind_int64(st, 6, file->since);
	return catalogue_run(catalogue, st, error);
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
	sqlite3_stmt *st = catalogue_statement(catalogue, S_FILE_GET);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int(st, 1, (int)kind);
	sqlite3_bind_int64(st, 2, number);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0) {
		*ret_file = read_file(st);
		sqlite3_reset(st);
	}
	return result;
}

int catalogue_drop_file(struct catalogue *catalogue, enum catalogue_file_kind kind, int64_t number, struct error *error)
{
	char sql[100];
	int result = catalogue_begin(catalogue, error);
	snprintf(sql, sizeof(sql), "DELETE FROM file WHERE kind=%d AND number=%lld", (int)kind, (long long)number);
	return result ? result : catalogue_execute(catalogue, sql, error);
}

int catalogue_drop_pack(struct catalogue *catalogue, int64_t pack, struct error *error)
{
	char sql[200];
	int result = catalogue_begin(catalogue, error);
	snprintf(sql, sizeof(sql),
		"DELETE FROM frame WHERE pack=%lld; DELETE FROM file WHERE number=%lld AND kind IN (%d,%d)",
		(long long)pack, (long long)pack, CATALOGUE_PACK, CATALOGUE_MANIFEST);
	return result ? result : catalogue_execute(catalogue, sql, error);
}

static int each_file(
	struct catalogue *catalogue, sqlite3_stmt *st, catalogue_file_fn *fn, void *user, struct error *error)
{
	if (!st)
		return catalogue_failed(catalogue, error);
	int result = 0, said = 0;
	while (!said && (result = catalogue_step(catalogue, st, error)) == 0) {
		struct catalogue_file file = read_file(st);
		said = fn(user, &file);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

int catalogue_each_file(struct catalogue *catalogue, catalogue_file_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "SELECT kind,number,size,sealed,sha256,since FROM file ORDER BY kind,number",
		-1, &st, NULL);
	return each_file(catalogue, st, fn, user, error);
}

int catalogue_each_file_of(struct catalogue *catalogue, enum catalogue_file_kind kind, catalogue_file_fn *fn,
	void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db,
		"SELECT kind,number,size,sealed,sha256,since FROM file WHERE kind=? ORDER BY number", -1, &st, NULL);
	if (st)
		sqlite3_bind_int(st, 1, (int)kind);
	return each_file(catalogue, st, fn, user, error);
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
	while ((result = catalogue_step(catalogue, st, error)) == 0) {
		const char *name = (const char *)sqlite3_column_text(st, 0),
			   *sql = (const char *)sqlite3_column_text(st, 1);
		char *copy = sqlite3_mprintf("INSERT INTO main.\"%w\" SELECT * FROM old.\"%w\"", name, name);
		bool table = strncmp(sql, "CREATE TABLE", 12) == 0;
		if (strncmp(name, "sqlite_", 7) == 0) {
			sqlite3_free(copy);
			continue;
		}
		result = copy ? catalogue_execute(catalogue, sql, error) : -ENOMEM;
		if (!result && table)
			result = catalogue_execute(catalogue, copy, error);
		sqlite3_free(copy);
		if (result)
			break;
	}
	sqlite3_finalize(st);
	return result > 0 ? 0 : result;
}

/* That an id was taken out is worth more than that it is derived: its line may be lost. */
static int copy_gone(struct catalogue *catalogue, struct error *error)
{
	char sql[128];
	snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO main.key SELECT kind,key,n FROM old.key WHERE kind=%d",
		KEY_GONE);
	catalogue->none_gone = false;
	return catalogue_execute(catalogue, sql, error);
}

int catalogue_copy_foreign(struct catalogue *catalogue, const char *path, struct error *error)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return 0;
	char *sql = sqlite3_mprintf("ATTACH %Q AS old", path);
	int result = sql ? catalogue_execute(catalogue, sql, error) : -ENOMEM;
	sqlite3_free(sql);
	if (result)
		return result;
	result = copy_tables(catalogue, error);
	int gone = copy_gone(catalogue, error);
	result = result ? result : gone;
	sqlite3_exec(catalogue->db, "DETACH old", NULL, NULL, NULL);
	return result;
}

int catalogue_check(struct catalogue *catalogue, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, "PRAGMA integrity_check(1)", -1, &st, NULL);
	int result = catalogue_step(catalogue, st, error);
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
