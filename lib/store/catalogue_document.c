/* Rows of documents. */
#include <stdio.h>
#include <string.h>
#include "store/catalogue_inner.h"
#include "util/clock.h"
#include "util/hash.h"

uint64_t catalogue_url_key(const char *url)
{
	return hash64(view_of(url), 0);
}

static int add_key(struct catalogue *catalogue, int kind, uint64_t key, int64_t n, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	sqlite3_stmt *st = catalogue_statement(catalogue, S_KEY_ADD);
	if (result || !st)
		return result ? result : catalogue_failed(catalogue, error);
	sqlite3_bind_int(st, 1, kind);
	sqlite3_bind_int64(st, 2, (int64_t)key);
	sqlite3_bind_int64(st, 3, n);
	return catalogue_run(catalogue, st, error);
}

int catalogue_add(struct catalogue *catalogue, const struct catalogue_document *d, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	sqlite3_stmt *st = catalogue_statement(catalogue, S_DOCUMENT_ADD);
	if (result || !st)
		return result ? result : catalogue_failed(catalogue, error);
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
	return catalogue_run(catalogue, st, error);
}

static void read_urls(sqlite3_stmt *st, int i, struct catalogue_document *d)
{
	size_t n = (size_t)sqlite3_column_bytes(st, i);
	if (n > sizeof(d->urls))
		n = sizeof(d->urls);
	if (n)
		memcpy(d->urls, sqlite3_column_blob(st, i), n);
	d->url_count = n / sizeof(d->urls[0]);
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
	read_urls(st, 21, d);
}

int catalogue_document(
	struct catalogue *catalogue, int64_t n, struct catalogue_document *ret_document, struct error *error)
{
	sqlite3_stmt *st = catalogue_statement(catalogue, S_DOCUMENT_GET);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, n);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0)
		read_document(st, ret_document);
	/* Not reset: the strings live until the statement runs again. A reader's snapshot may last as long. */
	return result;
}

int catalogue_move(struct catalogue *catalogue, const struct catalogue_document *place, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	sqlite3_stmt *st = catalogue_statement(catalogue, S_DOCUMENT_MOVE);
	if (result || !st)
		return result ? result : catalogue_failed(catalogue, error);
	const int64_t numbers[] = { place->pack, place->frame, place->at, place->line, place->line_size, place->n };
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(st, i + 1, numbers[i]);
	return catalogue_run(catalogue, st, error);
}

static int run_with(struct catalogue *catalogue, enum statement which, int64_t n, struct error *error)
{
	sqlite3_stmt *st = catalogue_statement(catalogue, which);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, 1, n);
	return catalogue_run(catalogue, st, error);
}

int catalogue_remove(struct catalogue *catalogue, int64_t n, struct error *error)
{
	int result = catalogue_begin(catalogue, error);
	if (!result)
		result = run_with(catalogue, S_KEY_DROP, n, error);
	return result ? result : run_with(catalogue, S_DOCUMENT_DROP, n, error);
}

int catalogue_day(struct catalogue *catalogue, int64_t n, int64_t *ret_day, struct error *error)
{
	sqlite3_stmt *st = catalogue_statement(catalogue, S_DOCUMENT_DAY);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, 1, n);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0) {
		*ret_day = column_number(st, 0);
		sqlite3_reset(st);
	}
	return result;
}

static int newest_of(struct catalogue *catalogue, int kind, uint64_t key, int64_t *ret_n, struct error *error)
{
	sqlite3_stmt *st = catalogue_statement(catalogue, S_KEY_NEWEST);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int(st, 1, kind);
	sqlite3_bind_int64(st, 2, (int64_t)key);
	int result = catalogue_step(catalogue, st, error);
	if (result == 0) {
		*ret_n = column_number(st, 0);
		sqlite3_reset(st);
	}
	return result;
}

int catalogue_find_url(struct catalogue *catalogue, uint64_t key, int64_t *ret_newest, struct error *error)
{
	return newest_of(catalogue, KEY_URL, key, ret_newest, error);
}

int catalogue_add_url(struct catalogue *catalogue, uint64_t key, int64_t n, struct error *error)
{
	return add_key(catalogue, KEY_URL, key, n, error);
}

int catalogue_add_gone(struct catalogue *catalogue, uint64_t id, struct error *error)
{
	catalogue->none_gone = false;
	return add_key(catalogue, KEY_GONE, id, 0, error);
}

int catalogue_is_gone(struct catalogue *catalogue, uint64_t id, bool *ret_gone, struct error *error)
{
	int64_t n = GARNER_NO_NUMBER;
	int result = catalogue->none_gone ? 0 : newest_of(catalogue, KEY_GONE, id, &n, error);
	*ret_gone = n != GARNER_NO_NUMBER;
	return result;
}

static int each(struct catalogue *catalogue, sqlite3_stmt *st, catalogue_fn *fn, void *user, struct error *error)
{
	int result = 0, said = 0;
	while (!said && (result = catalogue_step(catalogue, st, error)) == 0) {
		struct catalogue_document d;
		read_document(st, &d);
		said = fn(user, &d);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

int64_t catalogue_day_of(const char *date)
{
	int year, month, day;
	if (!date || sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3 || !clock_date_valid(year, month, day))
		return GARNER_NO_NUMBER;
	return clock_days(year, month, day);
}

/* @where: the condition on the number, and what follows it. */
static sqlite3_stmt *select_documents(
	struct catalogue *catalogue, const struct garner_filter *f, const char *where, const char *end)
{
	struct buf sql = BUF_INIT(4096);
	buf_printf(&sql, "SELECT " DOCUMENT_COLUMNS " FROM document WHERE %s", where);
	if (f->since)
		buf_puts(&sql, " AND day>=:since");
	if (f->until)
		buf_puts(&sql, " AND day<=:until");
	if (f->host)
		buf_puts(&sql, " AND (host=:host OR substr(host,-length(:host)-1)='.'||:host)");
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
	buf_puts(&sql, end);
	sqlite3_stmt *st = NULL;
	if (buf_str(&sql))
		sqlite3_prepare_v2(catalogue->db, sql.p, -1, &st, NULL);
	buf_free(&sql);
	const struct {
		const char *name, *text;
	} texts[] = { { ":host", f->host }, { ":lang", f->lang }, { ":source", f->source }, { ":access", f->access } };
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":since"), catalogue_day_of(f->since));
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":until"), catalogue_day_of(f->until));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].text)
			bind_text(st, sqlite3_bind_parameter_index(st, texts[i].name), texts[i].text);
	return st;
}

static const struct garner_filter no_filter;

/* What the caller looks at leaves out rows that would be counted here. */
static bool is_limit_ours(const struct garner_filter *f)
{
	return f->limit > 0 && !f->query && !f->newest;
}

int catalogue_each(struct catalogue *catalogue, const struct garner_filter *filter, catalogue_fn *fn, void *user,
	struct error *error)
{
	const struct garner_filter *f = filter ? filter : &no_filter;
	sqlite3_stmt *st = select_documents(catalogue, f, "n>=:from", " ORDER BY n LIMIT :limit");
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":from"), f->from_n);
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":limit"), is_limit_ours(f) ? f->limit : -1);
	return each(catalogue, st, fn, user, error);
}

int catalogue_each_of(struct catalogue *catalogue, const struct garner_filter *filter, const uint32_t *numbers,
	size_t count, catalogue_fn *fn, void *user, struct error *error)
{
	const struct garner_filter *f = filter ? filter : &no_filter;
	sqlite3_stmt *st = select_documents(catalogue, f, "n=:n", "");
	int64_t left = is_limit_ours(f) ? f->limit : INT64_MAX;
	int result = 0, said = 0;
	if (!st)
		return catalogue_failed(catalogue, error);
	for (size_t i = 0; !said && result >= 0 && left && i < count; i++) {
		struct catalogue_document d;
		sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":n"), numbers[i]);
		result = catalogue_step(catalogue, st, error);
		if (result)
			continue;
		read_document(st, &d);
		said = fn(user, &d);
		left--;
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

/* Only what the keys are made from: rows are read at every opening. */
int catalogue_each_key(struct catalogue *catalogue, int64_t from, catalogue_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	int result = 0, said = 0;
	sqlite3_prepare_v2(
		catalogue->db, "SELECT n,id,sha256,day,host,urls FROM document WHERE n>=? ORDER BY n", -1, &st, NULL);
	if (!st)
		return catalogue_failed(catalogue, error);
	sqlite3_bind_int64(st, 1, from);
	while (!said && (result = catalogue_step(catalogue, st, error)) == 0) {
		struct catalogue_document d = { .n = sqlite3_column_int64(st, 0),
			.id = (uint64_t)sqlite3_column_int64(st, 1) };
		if (sqlite3_column_bytes(st, 2) == 32)
			memcpy(d.sha256, sqlite3_column_blob(st, 2), 32);
		d.day = column_number(st, 3);
		d.host = (const char *)sqlite3_column_text(st, 4);
		read_urls(st, 5, &d);
		said = fn(user, &d);
	}
	sqlite3_finalize(st);
	return said ? said : result > 0 ? 0 : result;
}

static int each_where(
	struct catalogue *catalogue, const char *sql, int64_t value, catalogue_fn *fn, void *user, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(catalogue->db, sql, -1, &st, NULL);
	if (!st)
		return catalogue_failed(catalogue, error);
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

int catalogue_each_revision(struct catalogue *catalogue, catalogue_fn *fn, void *user, struct error *error)
{
	return each_where(
		catalogue, "SELECT " DOCUMENT_COLUMNS " FROM document WHERE revision_of>=?", 0, fn, user, error);
}

int catalogue_each_by_place(struct catalogue *catalogue, catalogue_fn *fn, void *user, struct error *error)
{
	return each_where(catalogue,
		"SELECT " DOCUMENT_COLUMNS
		" FROM document INDEXED BY document_pack WHERE pack>=? ORDER BY pack,frame,at",
		0, fn, user, error);
}
