#include "store/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "normalise/unicode.h"
#include "store/read.h"
#include "store/search_inner.h"
#include "util/file.h"
#include "util/limits.h"
#include "util/utf8.h"

static const char schema[] = "CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(title, text, content='',"
			     " tokenize='unicode61 remove_diacritics 2');"
			     "CREATE TABLE IF NOT EXISTS state(next INTEGER NOT NULL);"
			     "INSERT INTO state SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM state);";

int search_failed(const struct search_index *index, struct error *error)
{
	int code = sqlite3_errcode(index->db);
	int result = code == SQLITE_FULL ? -ENOSPC : code == SQLITE_NOMEM ? -ENOMEM : -EIO;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		result = -EBADMSG;
	return error_set(error, result, "%s: %s%s", index->name, sqlite3_errmsg(index->db),
		result == -EBADMSG ? " (garner repair makes it again)" : "");
}

int search_execute(const struct search_index *index, const char *sql, struct error *error)
{
	return sqlite3_exec(index->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : search_failed(index, error);
}

void search_close(struct search_index *index)
{
	if (index->db)
		sqlite3_close(index->db);
	free(index->name);
}

int search_schema(const struct search_index *index, struct error *error)
{
	return search_execute(index, schema, error);
}

static int open_file(const char *root, const char *file, int flags, struct search_index *index, struct error *error)
{
	*index = (struct search_index){ .db = NULL };
	int result = late_sqlite(error);
	if (result)
		return result;
	if (asprintf(&index->name, "%s/%s", root, file) < 0) {
		index->name = NULL;
		return error_set(error, -ENOMEM, "%s: no memory", root);
	}
	if (!(flags & SQLITE_OPEN_CREATE) && access(index->name, F_OK) < 0 && errno == ENOENT)
		return 1;
	if (sqlite3_open_v2(index->name, &index->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return search_failed(index, error);
	sqlite3_busy_timeout(index->db, 10000);
	return 0;
}

int search_open(const char *root, int flags, struct search_index *index, struct error *error)
{
	return open_file(root, "search.db", flags, index, error);
}

/* ---- filling -------------------------------------------------------------------------------- */

/* Characters that are words by themselves get spaces around them; bytes that are no UTF-8, of a question, become one.
 */
static int spaced(struct view text, struct buf *out)
{
	buf_reset(out);
	for (size_t at = 0; at < text.n;) {
		size_t before = at;
		uint32_t cp = (unsigned char)text.p[at] < 0x80 ? (unsigned char)text.p[at++] : utf8_next(text, &at);
		if (cp == UTF8_BAD) {
			buf_putc(out, ' ');
			continue;
		}
		bool alone = cp >= 0x80 && unicode_entry(cp) & (UNICODE_IDEOGRAPH | UNICODE_SPACELESS);
		if (alone)
			buf_putc(out, ' ');
		buf_put(out, text.p + before, at - before);
		if (alone)
			buf_putc(out, ' ');
	}
	return out->err;
}

struct filling {
	struct search_index *index;
	sqlite3_stmt *add;
	struct store_reader reader;
	struct arena arena;
	struct buf title, text;
	struct error *error;
};

static int add_document(void *user, const struct catalogue_document *row)
{
	struct filling *f = user;
	struct garner_document d;
	arena_reset(&f->arena);
	int result = store_reader_document(&f->reader, row, true, &f->arena, &d, f->error);
	if (result)
		return result;
	if (spaced(view_of(d.title), &f->title) || spaced(view_make(d.text, d.text_size), &f->text))
		return error_set(f->error, -ENOMEM, "%s: no memory", f->index->name);
	sqlite3_bind_int64(f->add, 1, row->n);
	sqlite3_bind_text(f->add, 2, f->title.n ? f->title.p : "", (int)f->title.n, SQLITE_STATIC);
	sqlite3_bind_text(f->add, 3, f->text.n ? f->text.p : "", (int)f->text.n, SQLITE_STATIC);
	result = sqlite3_step(f->add) == SQLITE_DONE ? 0 : search_failed(f->index, f->error);
	sqlite3_reset(f->add);
	return result;
}

int search_fill(
	struct search_index *index, const char *root, struct catalogue *catalogue, int64_t from, struct error *error)
{
	struct filling f = { .index = index, .error = error };
	struct garner_filter filter = { .from_n = from };
	f.reader = (struct store_reader){ .root = (char *)root,
		.catalogue = catalogue,
		.fd = -1,
		.frame = -1,
		.pack = -1,
		.raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1) };
	f.reader.lines = (struct line_reader){ .root = root, .fd = -1 };
	f.title = f.text = BUF_INIT((size_t)LIMIT_FRAME_BYTES * 4);
	arena_init(&f.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	sqlite3_prepare_v2(index->db, "INSERT INTO texts(rowid,title,text) VALUES(?,?,?)", -1, &f.add, NULL);
	int result = f.add ? catalogue_each(catalogue, &filter, add_document, &f, error) : search_failed(index, error);
	sqlite3_finalize(f.add);
	line_reader_close(&f.reader.lines);
	if (f.reader.fd >= 0)
		close(f.reader.fd);
	free(f.reader.pack_path);
	buf_free(&f.reader.raw);
	buf_free(&f.title);
	buf_free(&f.text);
	arena_free(&f.arena);
	return result;
}

int search_next(const struct search_index *index, int64_t *ret_next, struct error *error)
{
	sqlite3_stmt *st = NULL;
	sqlite3_prepare_v2(index->db, "SELECT next FROM state", -1, &st, NULL);
	int result = st && sqlite3_step(st) == SQLITE_ROW ? 0 : search_failed(index, error);
	*ret_next = result ? 0 : sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return result;
}

/* Adds what @index lacks up to @next_n, in one transaction. */
static int bring_up(
	struct search_index *index, const char *root, struct catalogue *catalogue, int64_t next_n, struct error *error)
{
	int64_t next = 0;
	char sql[80];
	int result = search_schema(index, error);
	if (!result)
		result = search_next(index, &next, error);
	if (result || next >= next_n)
		return result;
	result = search_execute(index, "BEGIN IMMEDIATE", error);
	if (!result)
		result = search_fill(index, root, catalogue, next, error);
	snprintf(sql, sizeof(sql), "UPDATE state SET next=%lld; COMMIT", (long long)next_n);
	return result ? result : search_execute(index, sql, error);
}

int search_update(const char *root, struct catalogue *catalogue, int64_t next_n, bool make, struct error *error)
{
	struct search_index index;
	int result = search_open(root, SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0), &index, error);
	if (!result)
		result = bring_up(&index, root, catalogue, next_n, error);
	search_close(&index);
	return result < 0 ? result : 0;
}

/* A file beside the index, with what a killed run left of its journal. */
static void remove_file(const struct search_index *index, const char *ending)
{
	char *name = NULL;
	if (index->name && asprintf(&name, "%s%s", index->name, ending) > 0)
		unlink(name);
	free(name);
}

static int replace(const char *root, const struct search_index *fresh, struct error *error)
{
	struct search_index old = { .db = NULL };
	if (asprintf(&old.name, "%s/search.db", root) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", root);
	/* Of the old one: for the new one it would be another's. */
	remove_file(&old, "-journal");
	int result = 0;
	if (rename(fresh->name, old.name) < 0)
		result = error_set(error, -errno, "%s: rename: %s", old.name, strerror(errno));
	if (!result)
		result = file_sync_folder(old.name, error);
	free(old.name);
	return result;
}

int search_remake(const char *root, struct catalogue *catalogue, int64_t next_n, struct error *error)
{
	struct search_index index;
	int result = search_open(root, SQLITE_OPEN_READWRITE, &index, error);
	search_close(&index);
	if (result)
		return result < 0 ? result : 0;
	index = (struct search_index){ .db = NULL };
	if (asprintf(&index.name, "%s/search.db.new", root) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", root);
	remove_file(&index, "");
	remove_file(&index, "-journal");
	free(index.name);
	result = open_file(root, "search.db.new", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &index, error);
	if (!result)
		result = bring_up(&index, root, catalogue, next_n, error);
	sqlite3_close(index.db);
	index.db = NULL;
	if (!result)
		result = replace(root, &index, error);
	if (result && index.name)
		remove_file(&index, "");
	search_close(&index);
	return result;
}

/* ---- asking --------------------------------------------------------------------------------- */

static bool has_word(struct view term)
{
	for (size_t i = 0; i < term.n; i++)
		if ((unsigned char)term.p[i] >= 0x80 || ascii_is_alpha(term.p[i]) || ascii_is_digit(term.p[i]))
			return true;
	return false;
}

/* Words, "phrases" and word* of a person become FTS5's strings: nothing in them is an operator, so nothing can be a
 * syntax error. All of them must be there. */
static int put_query(struct view words, struct buf *out)
{
	struct buf term = BUF_INIT(KIB(64));
	for (size_t at = 0; at < words.n && !out->err;) {
		bool phrase = words.p[at] == '"';
		at += phrase;
		struct view rest = view_from(words, at);
		size_t end = phrase ? view_find_byte(rest, '"') : 0;
		while (!phrase && end < rest.n && !ascii_is_space(rest.p[end]))
			end++;
		struct view word = view_first(rest, end);
		at += word.n + 1;
		bool prefix = !phrase && word.n > 1 && word.p[word.n - 1] == '*';
		word.n -= prefix;
		if (spaced(word, &term) || !has_word(buf_view(&term)))
			continue;
		buf_puts(out, out->n ? " \"" : "\"");
		for (size_t i = 0; i < term.n; i++)
			if (term.p[i] != '"')
				buf_putc(out, term.p[i]);
		buf_puts(out, prefix ? "\"*" : "\"");
	}
	buf_free(&term);
	return out->err;
}

struct telling {
	struct store_reader *reader;
	const struct garner_filter *filter;
	const atomic_bool *stop;
	garner_document_fn *fn;
	void *user;
	struct newest newest;
	struct arena arena;
	int64_t left;
	struct error *error;
};

static int tell(void *user, const struct catalogue_document *row)
{
	struct telling *t = user;
	struct garner_document d;
	if (newest_is_replaced(&t->newest, row->n))
		return 0;
	arena_reset(&t->arena);
	bool text = t->filter->with_text || store_filter_reads(t->filter);
	int result = store_reader_document(t->reader, row, text, &t->arena, &d, t->error);
	if (result || !store_filter_takes(t->filter, &d))
		return result;
	result = t->fn(t->user, &d, GARNER_STORED, NULL);
	t->left--;
	return result;
}

/* The best first; equals by number. What was taken out has no row any more. */
static int each_hit(struct search_index *index, const char *query, struct store_reader *reader,
	const struct garner_filter *filter, struct telling *t, struct error *error)
{
	sqlite3_stmt *st = NULL;
	int result = 0, code;
	sqlite3_prepare_v2(
		index->db, "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank, rowid", -1, &st, NULL);
	if (!st)
		return search_failed(index, error);
	sqlite3_bind_text(st, 1, query, -1, SQLITE_STATIC);
	while (!result && t->left && (code = sqlite3_step(st)) != SQLITE_DONE) {
		uint32_t n = (uint32_t)sqlite3_column_int64(st, 0);
		result = code != SQLITE_ROW ? search_failed(index, error) : store_stopped(t->stop, reader->root, error);
		if (!result)
			result = catalogue_each_of(reader->catalogue, filter, &n, 1, tell, t, error);
	}
	sqlite3_finalize(st);
	return result;
}

int store_search(const char *path, const char *words, const struct garner_filter *filter, const atomic_bool *stop,
	garner_document_fn *fn, void *user, struct error *error)
{
	struct garner_filter taken = filter ? *filter : (struct garner_filter){ .limit = 0 };
	struct telling t = {
		.stop = stop, .fn = fn, .user = user, .left = taken.limit > 0 ? taken.limit : -1, .error = error
	};
	struct store_reader reader;
	struct search_index index;
	struct buf query = BUF_INIT(KIB(64));
	if (store_is_archive(path))
		return error_set(error, -ENOTDIR,
			"%s: not a store: an archive has no index of words; `garner list --query WORDS` looks through "
			"its texts",
			path);
	int result = store_reader_open(path, false, &reader, error);
	if (result)
		return result;
	taken.limit = 0;
	t.reader = &reader;
	t.filter = &taken;
	arena_init(&t.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	/* What a killed run left half done is taken back by whoever opens it; a file that can't be written is only
	 * read.
	 */
	result = search_open(path, SQLITE_OPEN_READWRITE, &index, error);
	if (result == 1)
		result = error_set(
			error, -ENOENT, "%s: no index of words: `garner search --index %s` makes it", index.name, path);
	if (!result && (put_query(view_of(words), &query) || query.n == 0))
		result = error_set(error, -EINVAL, "'%.100s': no words to search for", words);
	if (!result && taken.newest)
		result = newest_read(&t.newest, reader.catalogue, error);
	if (!result)
		result = each_hit(&index, buf_str(&query), &reader, &taken, &t, error);
	newest_free(&t.newest);
	search_close(&index);
	buf_free(&query);
	arena_free(&t.arena);
	store_reader_close(&reader);
	return result;
}
