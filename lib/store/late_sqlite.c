#include "store/late_sqlite.h"

#ifdef GARNER_LATE
#include "util/late.h"

struct sqlite_functions sqlite_functions;

int late_sqlite(struct error *error)
{
#define SQLITE_NAME(name) "sqlite3_" #name,
	static const char *const names[] = { SQLITE_FUNCTIONS(SQLITE_NAME) };
	static struct late late = LATE_INIT(GARNER_LATE_SQLITE, names, sqlite_functions);
	_Static_assert(sizeof(sqlite_functions) == sizeof(names), "one function a name");
	return late_load(&late, error);
}
#else
int late_sqlite(struct error *error)
{
	(void)error;
	return 0;
}
#endif
