/* Proof of the index of words. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "store/search_inner.h"
#include "util/limits.h"

struct check {
	const char *root;
	struct catalogue *catalogue;
	int64_t next_n;
	struct search_index index, fresh;
	search_finding_fn *fn;
	void *user;
	bool found;
	struct error *error;
};

static void find(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void find(struct check *check, const char *format, ...)
{
	char words[600];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	check->found = true;
	check->fn(check->user, check->index.name, words);
}

/* What is wrong with the file is a finding; memory is not. */
static int found_or_failed(struct check *check, int result, const struct error *why)
{
	if (result == -ENOMEM)
		return error_set(check->error, result, "%s", why->text);
	size_t n = strlen(check->index.name);
	bool named = strncmp(why->text, check->index.name, n) == 0 && strncmp(why->text + n, ": ", 2) == 0;
	find(check, "%s", named ? why->text + n + 2 : why->text);
	return 0;
}

/* ---- the file ------------------------------------------------------------------------------- */

static int check_file(struct check *check)
{
	struct error why = { 0 };
	sqlite3_stmt *st = NULL;
	int64_t next = 0;
	sqlite3_prepare_v2(check->index.db, "PRAGMA integrity_check(1)", -1, &st, NULL);
	int result = st && sqlite3_step(st) == SQLITE_ROW ? 0 : search_failed(&check->index, &why);
	const char *said = result ? NULL : (const char *)sqlite3_column_text(st, 0);
	if (!result && (!said || strcmp(said, "ok") != 0))
		find(check, "%.200s (garner repair makes it again)", said ? said : "damaged");
	sqlite3_finalize(st);
	if (!result && !check->found)
		result = search_next(&check->index, &next, &why);
	if (result)
		return found_or_failed(check, result, &why);
	if (!check->found && next < check->next_n)
		find(check, "documents from %lld on are not in it: the next run adds them", (long long)next);
	else if (!check->found && next > check->next_n)
		find(check, "it has documents up to %lld, the store up to %lld: garner repair", (long long)next,
			(long long)check->next_n);
	return 0;
}

/* ---- its words ------------------------------------------------------------------------------ */

/* Where a word stands, in the order of the index: word, document, title or text, place. */
struct place {
	sqlite3_stmt *st;
	bool end;
	struct view word, column;
	int64_t n, offset;
};

static int next_place(const struct search_index *index, struct place *place, struct error *error)
{
	int code = sqlite3_step(place->st);
	place->end = code != SQLITE_ROW;
	if (place->end)
		return code == SQLITE_DONE ? 0 : search_failed(index, error);
	place->word = view_of((const char *)sqlite3_column_text(place->st, 0));
	place->n = sqlite3_column_int64(place->st, 1);
	place->column = view_of((const char *)sqlite3_column_text(place->st, 2));
	place->offset = sqlite3_column_int64(place->st, 3);
	return 0;
}

/* < 0: @a comes first. */
static int order(const struct place *a, const struct place *b)
{
	if (a->end || b->end)
		return a->end - b->end;
	int by_word = view_cmp(a->word, b->word), by_column = view_cmp(b->column, a->column); /* title, text */
	if (by_word)
		return by_word;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return by_column ? by_column : (a->offset > b->offset) - (a->offset < b->offset);
}

static int begin(const struct search_index *index, struct place *place, struct error *error)
{
	int result = search_execute(
		index, "CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'texts', 'instance')", error);
	if (!result)
		sqlite3_prepare_v2(index->db, "SELECT term, doc, col, offset FROM temp.words", -1, &place->st, NULL);
	if (!result && !place->st)
		result = search_failed(index, error);
	return result ? result : next_place(index, place, error);
}

static void tell(struct check *check, const struct place *place, const char *what)
{
	find(check, "document %lld: %s: the word \"%.*s\" at place %lld of its %.*s: garner repair",
		(long long)place->n, what, (int)(place->word.n < 60 ? place->word.n : 60), place->word.p,
		(long long)place->offset, (int)(place->column.n < 10 ? place->column.n : 10), place->column.p);
}

/* Words of a document that was taken out stay until a repack. */
static int is_gone(struct check *check, int64_t n, bool *ret_gone)
{
	int64_t day;
	int result = catalogue_day(check->catalogue, n, &day, check->error);
	*ret_gone = result == 1 && n >= 0 && n < check->next_n;
	return result < 0 ? result : 0;
}

static int compare(struct check *check, struct place *had, struct place *made, struct error *why)
{
	int result = 0;
	while (!result && !check->found && (!had->end || !made->end)) {
		int way = order(had, made);
		bool gone = false;
		if (way > 0)
			tell(check, made, "not in the index");
		else if (way < 0 && (result = is_gone(check, had->n, &gone)) == 0 && !gone)
			tell(check, had, "in the index, but not in the text");
		if (!result && !check->found && way <= 0)
			result = next_place(&check->index, had, why);
		if (!result && !check->found && way == 0)
			result = next_place(&check->fresh, made, why);
	}
	return result;
}

static int check_words(struct check *check)
{
	struct error why = { 0 };
	struct place had = { .st = NULL }, made = { .st = NULL };
	int result = sqlite3_open("", &check->fresh.db) == SQLITE_OK && (check->fresh.name = strdup("temporary index"))
			     ? 0
			     : error_set(check->error, -ENOMEM, "%s: no memory to check it", check->index.name);
	if (!result)
		result = search_schema(&check->fresh, check->error);
	if (!result)
		result = search_execute(&check->fresh, "PRAGMA cache_size=-8192; BEGIN", check->error);
	/* A document that can't be read is named where documents are checked. */
	if (!result && (result = search_fill(&check->fresh, check->root, check->catalogue, 0, &why)))
		result = found_or_failed(check, result, &why);
	if (!result && !check->found)
		result = search_execute(&check->fresh, "COMMIT", check->error);
	if (!result && !check->found)
		result = begin(&check->fresh, &made, check->error);
	if (!result && !check->found &&
		((result = begin(&check->index, &had, &why)) || (result = compare(check, &had, &made, &why))))
		result = why.code ? found_or_failed(check, result, &why) : result;
	sqlite3_finalize(had.st);
	sqlite3_finalize(made.st);
	search_close(&check->fresh);
	return result;
}

int search_check(const char *root, struct catalogue *catalogue, int64_t next_n, bool data, search_finding_fn *fn,
	void *user, struct error *error)
{
	struct check check = {
		.root = root, .catalogue = catalogue, .next_n = next_n, .fn = fn, .user = user, .error = error
	};
	struct error why = { 0 };
	int result = search_open(root, SQLITE_OPEN_READWRITE, &check.index, &why);
	if (result < 0)
		result = found_or_failed(&check, result, &why);
	else if (result == 0)
		result = check_file(&check);
	else
		data = false;
	if (!result && data && !check.found)
		result = check_words(&check);
	search_close(&check.index);
	return result < 0 ? result : 0;
}
