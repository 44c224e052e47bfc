/* Reading a store and changing it, without the pipeline. */
#include "inner.h"

#include <errno.h>
#include "export/export.h"
#include "store/repair.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/utf8.h"

/* ---- reading ----------------------------------------------------------------------------- */

bool garner_is_date(const char *text)
{
	int64_t days;
	return clock_parse_date(view_of(text), &days);
}

/* Whether @store and @fn are there, and the days of @filter (may be NULL) are days. 0 or -EINVAL. */
static int check_reading(struct garner *garner, const char *store, bool fn, const struct garner_filter *filter)
{
	const struct {
		const char *name, *day;
	} days[] = { { "since", filter ? filter->since : NULL }, { "until", filter ? filter->until : NULL } };
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = garner_need(garner, fn, "fn");
	if (result)
		return result;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (days[i].day && !garner_is_date(days[i].day))
			return error_set(&garner->error, -EINVAL, "%s: '%s' is not a date YYYY-MM-DD", days[i].name,
				days[i].day);
	return 0;
}

int garner_list(struct garner *garner, const char *store, const struct garner_filter *filter, garner_document_fn *fn,
	void *user)
{
	int result = check_reading(garner, store, fn, filter);
	if (!result)
		result = store_list(store, filter, &garner->stop, fn, user, &garner->error);
	return garner_leave(garner, result);
}

int garner_search(struct garner *garner, const char *store, const char *words, const struct garner_filter *filter,
	garner_document_fn *fn, void *user)
{
	int result = check_reading(garner, store, fn, filter);
	if (!result)
		result = garner_need(garner, words, "words");
	if (!result)
		result = store_search(store, words, filter, &garner->stop, fn, user, &garner->error);
	return garner_leave(garner, result);
}

int garner_search_index(struct garner *garner, const char *store)
{
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = store_must_exist(store, &garner->error);
	return result ? result : store_search_index(store, &garner->engine, &garner->error);
}

int garner_export(struct garner *garner, const char *store, const struct garner_export *wanted, garner_write_fn *write,
	void *user)
{
	garner_enter(garner);
	int result = garner_need(garner, wanted, "wanted");
	if (!result)
		result = garner_need(garner, !wanted->path || *wanted->path, "path");
	if (!result)
		result = check_reading(garner, store, true, &wanted->filter);
	if (!result)
		result = export_run(
			store, wanted, garner->engine.options.clock, &garner->stop, write, user, &garner->error);
	return garner_leave(garner, result);
}

static int check_key(struct garner *garner, const char *store, const char *key, garner_document_fn *fn)
{
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = garner_need(garner, key, "key");
	return result ? result : garner_need(garner, fn, "fn");
}

int garner_show(struct garner *garner, const char *store, const char *key, garner_document_fn *fn, void *user)
{
	garner_enter(garner);
	int result = check_key(garner, store, key, fn);
	return result ? result : store_show(store, key, fn, user, &garner->error);
}

int garner_verify(struct garner *garner, const char *path, bool data, garner_finding_fn *fn, void *user)
{
	garner_enter(garner);
	int result = garner_need(garner, path && *path, "path");
	if (!result)
		result = store_verify(path, data, &garner->stop, fn, user, &garner->error);
	return garner_leave(garner, result);
}

int garner_history(struct garner *garner, const char *store, const char *key, garner_document_fn *fn, void *user)
{
	garner_enter(garner);
	int result = check_key(garner, store, key, fn);
	return result ? result : store_history(store, key, fn, user, &garner->error);
}

int garner_stats(struct garner *garner, const char *store, struct garner_stats *ret_stats)
{
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = garner_need(garner, ret_stats, "ret_stats");
	return result ? result : store_stats(store, ret_stats, &garner->error);
}

/* ---- changing ---------------------------------------------------------------------------- */

int garner_repair(struct garner *garner, const char *store, garner_finding_fn *fn, void *user)
{
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	return result ? result : store_repair(store, &garner->engine, fn, user, &garner->error);
}

int garner_forget(struct garner *garner, const char *store, const char *const *keys, size_t count, const char *reason,
	garner_finding_fn *fn, void *user)
{
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = store_must_exist(store, &garner->error);
	if (!result)
		result = garner_need_list(garner, keys, count, "keys");
	if (!result && (!reason || !*reason))
		result = error_set(&garner->error, -EINVAL, "a document is taken out for a reason: none is given");
	if (!result && !utf8_is_valid(view_of(reason)))
		result = error_set(&garner->error, -EINVAL, "the reason is not UTF-8");
	return result ? result
		      : store_forget_keys(store, &garner->engine, keys, count, reason, fn, user, &garner->error);
}

int garner_repack(struct garner *garner, const char *store)
{
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = store_must_exist(store, &garner->error);
	return result ? result : store_repack_all(store, &garner->engine, &garner->error);
}
