/* What the files behind ledger.h share: its statements. */
#ifndef GARNER_STORE_LEDGER_INNER_H
#define GARNER_STORE_LEDGER_INNER_H

#include "store/catalogue.h"
#include "store/late_sqlite.h"
#include "store/ledger.h"

/* Of a row, in the order in which it is read. */
#define SOURCE_COLUMNS                                                                                                 \
	"id,url,kind,parent,depth,backfill,title,added,checked,changed,due,interval,lastmod,weight,failures,etag,"     \
	"last_modified,body_key,state"

enum statement {
	S_SOURCE_ADD,
	S_SOURCE_PUT,
	S_SOURCE_RENAME,
	S_SOURCE_GET,
	S_SOURCE_OF_URL,
	S_SOURCE_DUE,
	S_SOURCE_MEND,
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
	S_ITEM_MEND,
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

struct ledger {
	sqlite3 *db;
	struct catalogue *own; /* of a reader: what @db belongs to */
	bool empty;	       /* of a reader: nobody has added a source yet */
	char *name;
	sqlite3_stmt *prepared[STATEMENT_COUNT];
};

/* Words for what the engine found wrong; < 0. */
int ledger_failed(const struct ledger *l, struct error *error);
/* Prepared when first used; NULL: it can't be, see ledger_failed. */
sqlite3_stmt *ledger_statement(struct ledger *l, enum statement which);
/* Runs a change. */
int ledger_run(struct ledger *l, sqlite3_stmt *st, struct error *error);
/* 0: a row stands in @st, which the caller resets; 1: none. */
int ledger_row(struct ledger *l, sqlite3_stmt *st, struct error *error);
/* An empty view is NULL in the database. */
void ledger_bind(sqlite3_stmt *st, int i, struct view v);
/* A copy in @arena; without one, until the next step. */
struct view ledger_column(sqlite3_stmt *st, int i, struct arena *arena, bool *bad);

#endif
