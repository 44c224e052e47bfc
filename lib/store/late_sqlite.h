/* The functions of SQLite that are called here, loaded when the first database is opened (util/late.h): cleaning needs
 * none, and they were two thirds of what the dynamic linker did at every start. They keep their names, as in
 * sqlite3ext.h. */
#ifndef GARNER_STORE_LATE_SQLITE_H
#define GARNER_STORE_LATE_SQLITE_H

#include <sqlite3.h>
#include "util/error.h"

/* 0, or -ELIBACC with words in @error (which may be NULL). Before anything else of SQLite. Any thread. */
int late_sqlite(struct error *error);

#ifdef GARNER_LATE
#define SQLITE_FUNCTIONS(X)                                                                                            \
	X(bind_blob)                                                                                                   \
	X(bind_double)                                                                                                 \
	X(bind_int)                                                                                                    \
	X(bind_int64)                                                                                                  \
	X(bind_null)                                                                                                   \
	X(bind_parameter_index)                                                                                        \
	X(bind_text)                                                                                                   \
	X(busy_timeout)                                                                                                \
	X(changes)                                                                                                     \
	X(close)                                                                                                       \
	X(column_blob)                                                                                                 \
	X(column_bytes)                                                                                                \
	X(column_double)                                                                                               \
	X(column_int)                                                                                                  \
	X(column_int64)                                                                                                \
	X(column_text)                                                                                                 \
	X(column_type)                                                                                                 \
	X(errcode)                                                                                                     \
	X(errmsg)                                                                                                      \
	X(exec)                                                                                                        \
	X(extended_errcode)                                                                                            \
	X(finalize)                                                                                                    \
	X(free)                                                                                                        \
	X(last_insert_rowid)                                                                                           \
	X(mprintf)                                                                                                     \
	X(open)                                                                                                        \
	X(open_v2)                                                                                                     \
	X(prepare_v2)                                                                                                  \
	X(prepare_v3)                                                                                                  \
	X(reset)                                                                                                       \
	X(step)                                                                                                        \
	X(system_errno)                                                                                                \
	X(table_column_metadata)

struct sqlite_functions {
#define SQLITE_MEMBER(name) __typeof__(&sqlite3_##name) name;
	SQLITE_FUNCTIONS(SQLITE_MEMBER)
#undef SQLITE_MEMBER
};
/* Written once, by late_sqlite. */
extern struct sqlite_functions sqlite_functions;

#define sqlite3_bind_blob	      sqlite_functions.bind_blob
#define sqlite3_bind_double	      sqlite_functions.bind_double
#define sqlite3_bind_int	      sqlite_functions.bind_int
#define sqlite3_bind_int64	      sqlite_functions.bind_int64
#define sqlite3_bind_null	      sqlite_functions.bind_null
#define sqlite3_bind_parameter_index  sqlite_functions.bind_parameter_index
#define sqlite3_bind_text	      sqlite_functions.bind_text
#define sqlite3_busy_timeout	      sqlite_functions.busy_timeout
#define sqlite3_changes		      sqlite_functions.changes
#define sqlite3_close		      sqlite_functions.close
#define sqlite3_column_blob	      sqlite_functions.column_blob
#define sqlite3_column_bytes	      sqlite_functions.column_bytes
#define sqlite3_column_double	      sqlite_functions.column_double
#define sqlite3_column_int	      sqlite_functions.column_int
#define sqlite3_column_int64	      sqlite_functions.column_int64
#define sqlite3_column_text	      sqlite_functions.column_text
#define sqlite3_column_type	      sqlite_functions.column_type
#define sqlite3_errcode		      sqlite_functions.errcode
#define sqlite3_errmsg		      sqlite_functions.errmsg
#define sqlite3_exec		      sqlite_functions.exec
#define sqlite3_extended_errcode      sqlite_functions.extended_errcode
#define sqlite3_finalize	      sqlite_functions.finalize
#define sqlite3_free		      sqlite_functions.free
#define sqlite3_last_insert_rowid     sqlite_functions.last_insert_rowid
#define sqlite3_mprintf		      sqlite_functions.mprintf
#define sqlite3_open		      sqlite_functions.open
#define sqlite3_open_v2		      sqlite_functions.open_v2
#define sqlite3_prepare_v2	      sqlite_functions.prepare_v2
#define sqlite3_prepare_v3	      sqlite_functions.prepare_v3
#define sqlite3_reset		      sqlite_functions.reset
#define sqlite3_step		      sqlite_functions.step
#define sqlite3_system_errno	      sqlite_functions.system_errno
#define sqlite3_table_column_metadata sqlite_functions.table_column_metadata
#endif

#endif
