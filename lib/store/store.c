#include "store/store.h"

#include <errno.h>

int store_open(const char *path, const struct engine *engine, struct store **ret_store, struct error *error)
{
	(void)engine;
	(void)ret_store;
	return error_set(error, -ENOSYS, "%s: not yet", path);
}

int store_open_archive(const char *path, const struct engine *engine, struct store **ret_store, struct error *error)
{
	(void)engine;
	(void)ret_store;
	return error_set(error, -ENOSYS, "%s: not yet", path);
}

int store_put(struct store *store, struct page *page, struct error *error)
{
	(void)store;
	(void)page;
	(void)error;
	return 0;
}

int store_note(struct store *store, int reason, const struct page *page, struct error *error)
{
	(void)store;
	(void)reason;
	(void)page;
	(void)error;
	return 0;
}

int store_commit(struct store *store, struct error *error)
{
	(void)store;
	(void)error;
	return 0;
}

int store_finish(struct store *store, struct error *error)
{
	(void)store;
	(void)error;
	return 0;
}

struct store *store_abort(struct store *store)
{
	(void)store;
	return NULL;
}

int store_list(
	const char *path, const struct garner_filter *filter, garner_document_fn *fn, void *user, struct error *error)
{
	(void)filter;
	(void)fn;
	(void)user;
	return error_set(error, -ENOSYS, "%s: not yet", path);
}

int store_show(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error)
{
	(void)key;
	(void)fn;
	(void)user;
	return error_set(error, -ENOSYS, "%s: not yet", path);
}

int store_verify(const char *path, bool data, garner_finding_fn *fn, void *user, struct error *error)
{
	(void)data;
	(void)fn;
	(void)user;
	return error_set(error, -ENOSYS, "%s: not yet", path);
}
