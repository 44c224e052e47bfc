/* What the files behind search.h share. */
#ifndef GARNER_STORE_SEARCH_INNER_H
#define GARNER_STORE_SEARCH_INNER_H

#include "store/late_sqlite.h"
#include "store/search.h"

struct search_index {
	sqlite3 *db;
	char *name;
};

/* 0; 1: there is none, and @flags (SQLite's) do not make one. search_close in every case. */
int search_open(const char *root, int flags, struct search_index *ret_index, struct error *error);
void search_close(struct search_index *index);
/* Makes the tables that are not there. */
int search_schema(const struct search_index *index, struct error *error);
int search_execute(const struct search_index *index, const char *sql, struct error *error);
/* The negative errno of what the engine said last, with words. */
int search_failed(const struct search_index *index, struct error *error);
/* Adds the documents from @from on. */
int search_fill(
	struct search_index *index, const char *root, struct catalogue *catalogue, int64_t from, struct error *error);
/* Documents before it are in the index. */
int search_next(const struct search_index *index, int64_t *ret_next, struct error *error);

#endif
