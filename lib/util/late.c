#include "util/late.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

static int fill(struct late *late, struct error *error)
{
	/* Never closed: a library may have left threads and handlers behind. */
	void *library = dlopen(late->file, RTLD_LAZY | (late->shared ? RTLD_GLOBAL : RTLD_LOCAL));
	if (!library)
		return error_set(error, -ELIBACC, "%s can't be loaded: %s", late->file, dlerror());
	for (size_t i = 0; i < late->count; i++) {
		late->functions[i] = dlsym(library, late->names[i]);
		if (!late->functions[i])
			return error_set(error, -ELIBACC, "%s has no %s: it is too old", late->file, late->names[i]);
	}
	return 0;
}

int late_load(struct late *late, struct error *error)
{
	int result = 0;
	if (atomic_load_explicit(&late->ready, memory_order_acquire))
		return 0;
	pthread_mutex_lock(&late->lock);
	if (!atomic_load_explicit(&late->ready, memory_order_relaxed)) {
		result = fill(late, error);
		atomic_store_explicit(&late->ready, result == 0, memory_order_release);
	}
	pthread_mutex_unlock(&late->lock);
	return result;
}
