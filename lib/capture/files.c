#include "capture/source.h"

int capture_open(const struct engine *engine, const char *const *inputs, size_t count,
	struct capture_reader **ret_reader, struct error *error)
{
	(void)engine;
	(void)inputs;
	(void)count;
	(void)error;
	*ret_reader = NULL;
	return 0;
}

int capture_next(struct capture_reader *reader, struct page *page)
{
	(void)reader;
	(void)page;
	return SOURCE_END;
}

const char *capture_in_work(const struct capture_reader *reader)
{
	(void)reader;
	return NULL;
}

struct capture_reader *capture_close(struct capture_reader *reader)
{
	(void)reader;
	return NULL;
}
