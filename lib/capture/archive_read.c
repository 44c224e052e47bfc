#include "capture/source.h"

static int archive_bid(const struct source_probe *probe)
{
	(void)probe;
	return 0;
}

const struct source_ops source_archive = { "archive", false, archive_bid, NULL, NULL, NULL };
