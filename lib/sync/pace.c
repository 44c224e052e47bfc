#include "sync/pace.h"

#include <errno.h>

int pace_open(struct garner *garner, struct store *store, const char *path, struct pace *ret_pace)
{
	struct error *error = &garner->error;
	struct pace pace = { 0 };
	void *database;
	int64_t running = 0;
	int result = store_change(store, &database, error);
	if (!result)
		result = ledger_open(database, path, &pace.writer, error);
	if (!result)
		result = ledger_number(pace.writer, "running", 0, &running, error);
	if (!result)
		result = ledger_set_number(pace.writer, "running", 1, error);
	if (!result)
		result = store_commit_change(store, error);
	if (!result)
		result = ledger_open_reader(path, &pace.reader, error);
	if (!result && !(pace.hosts = hosts_new(&garner->engine.options)))
		result = error_set(error, -ENOMEM, "no memory for hosts");
	if (!result)
		hosts_remember(pace.hosts, pace.reader, running != 0);
	*ret_pace = pace;
	return result;
}

int pace_close(struct garner *garner, struct store *store, struct pace *pace, int result)
{
	struct error *error = &garner->error;
	void *database;
	if (!result)
		result = store_change(store, &database, error);
	if (!result)
		result = hosts_save(pace->hosts, pace->writer, error);
	if (!result)
		result = ledger_set_number(pace->writer, "running", 0, error);
	if (!result)
		result = store_commit_change(store, error);
	hosts_free(pace->hosts);
	ledger_close(pace->reader);
	ledger_close(pace->writer);
	*pace = (struct pace){ 0 };
	return result;
}

int pace_note(struct store *store, struct pace *pace, struct error *error)
{
	void *database;
	if (!hosts_has_news(pace->hosts))
		return 0;
	int result = store_change(store, &database, error);
	return result ? result : hosts_note(pace->hosts, pace->writer, error);
}
