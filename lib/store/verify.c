#include "store/store.h"
int store_verify(const char *path, bool data, garner_finding_fn *fn, void *user, struct error *error);
#include <errno.h>
int store_verify(const char *path, bool data, garner_finding_fn *fn, void *user, struct error *error)
{
	(void)data;
	(void)fn;
	(void)user;
	return error_set(error, -ENOSYS, "%s: soon", path);
}
