/* What the files behind catalogue.h share. Only they know the engine. */
#ifndef GARNER_STORE_CATALOGUE_INNER_H
#define GARNER_STORE_CATALOGUE_INNER_H

#include "store/catalogue.h"
#include "store/late_sqlite.h"
#include "util/buf.h"
#include "util/map.h"

/* Kinds of the table key: 64-bit hashes to numbers, of what no document's row says: further URLs under which it was
 * seen, and ids that were taken out. */
enum { KEY_URL = 2, KEY_GONE };

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
	S_DOCUMENT_DAY,
	S_KEY_ADD,
	S_KEY_DROP,
	S_KEY_NEWEST,
	S_FRAME_ADD,
	S_FRAME_GET,
	S_FILE_PUT,
	S_FILE_GET,
	S_TOTAL_ADD,
	STATEMENT_COUNT
};

struct catalogue {
	sqlite3 *db;
	char *name;
	sqlite3_stmt *prepared[STATEMENT_COUNT];
	bool in_transaction;
	bool none_gone;		/* a writer's: no id was taken out so far, none need be looked for */
	struct map counts;	/* kind NUL key -> change since the last commit */
	struct buf count_names; /* the same keys one after the other, each with its length */
};

/* The negative errno of what the engine said last, with words. */
int catalogue_failed(struct catalogue *catalogue, struct error *error);
/* NULL: it can't be prepared; catalogue_failed tells why. */
sqlite3_stmt *catalogue_statement(struct catalogue *catalogue, enum statement which);
/* To its end, reset. Takes NULL. */
int catalogue_run(struct catalogue *catalogue, sqlite3_stmt *st, struct error *error);
/* 0: a row stands in @st, which the caller resets; 1: none. */
int catalogue_step(struct catalogue *catalogue, sqlite3_stmt *st, struct error *error);
int catalogue_execute(struct catalogue *catalogue, const char *sql, struct error *error);

static inline void bind_number(sqlite3_stmt *st, int i, int64_t value)
{
	if (value == GARNER_NO_NUMBER)
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_int64(st, i, value);
}

static inline int64_t column_number(sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_NULL ? GARNER_NO_NUMBER : sqlite3_column_int64(st, i);
}

static inline void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

#endif
