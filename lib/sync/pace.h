/* The pace of hosts and what their robots.txt says, kept in a store from run to run. */
#ifndef GARNER_SYNC_PACE_H
#define GARNER_SYNC_PACE_H

#include "capture/hosts.h"
#include "inner.h"
#include "store/ledger.h"

struct pace {
	struct ledger *writer; /* the store's own database handle: of the thread that runs */
	struct ledger *reader; /* a second one: of whichever thread fetches */
	struct hosts *hosts;
};
/* The last run's pace holds on; after one that was cut off, when each host was asked is not known. @path: of the store.
 * 0, or < 0 with garner->error; pace_close is due in any case. */
int pace_open(struct garner *garner, struct store *store, const char *path, struct pace *ret_pace);
/* Writes it down when @result, how the run went, is 0. Gives @result, or what went wrong here. */
int pace_close(struct garner *garner, struct store *store, struct pace *pace, int result);
/* Writes down what came since the last call, into the transaction that the store's next commit ends. */
int pace_note(struct store *store, struct pace *pace, struct error *error);

#endif
