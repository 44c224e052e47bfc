#include "util/file.h"

#include <errno.h>
#include <unistd.h>

int file_sync(int fd, struct error *error, const char *name)
{
#ifdef GARNER_TEST_NO_SYNC
	/* Only for the test that shows that a missing sync is caught. */
	(void)fd;
	(void)error;
	(void)name;
	return 0;
#else
	if (fdatasync(fd) == 0)
		return 0;
	int code = errno ? errno : EIO;
	return error_set(error, -code, "%s: sync: %s", name, strerror(code));
#endif
}
