#include "util/late_archive.h"

#ifdef GARNER_LATE
#include "util/late.h"

const struct archive_functions *late_archive(struct error *error)
{
#define ARCHIVE_NAME(name) "archive_" #name,
	static const char *const names[] = { ARCHIVE_FUNCTIONS(ARCHIVE_NAME) "archive_errno" };
	static struct archive_functions functions;
	static struct late late = LATE_INIT(GARNER_LATE_ARCHIVE, names, functions);
	_Static_assert(sizeof(functions) == sizeof(names), "one function a name");
	return late_load(&late, error) ? NULL : &functions;
}
#else
const struct archive_functions *late_archive(struct error *error)
{
#define ARCHIVE_ADDRESS(name) .name = &archive_##name,
	static const struct archive_functions functions = { ARCHIVE_FUNCTIONS(ARCHIVE_ADDRESS).code = &archive_errno };
	(void)error;
	return &functions;
}
#endif
