/* What the files behind repair.h share. */
#ifndef GARNER_STORE_REPAIR_INNER_H
#define GARNER_STORE_REPAIR_INNER_H

#include "store/inner.h"
#include "store/read.h"
#include "util/map.h"

/* A line without its member: lost, unless the member turns up in another pack. */
struct missing {
	int64_t n;
	uint64_t id;
	const char *pack, *name, *url; /* in repair->missing_arena; url may be NULL */
};

struct repair {
	struct store *store;
	garner_finding_fn *fn;
	void *user;
	uint64_t findings;
	struct error *error;
	int64_t *damaged;
	size_t damaged_count;
	int64_t open_pack;     /* -1 */
	int64_t raw_end[4096]; /* of the last record that a document refers to */
	struct map gone;       /* numbers */
	struct missing *missing;
	size_t missing_count, missing_cap;
	struct arena missing_arena;
	struct store_reader *reader;
	bool aside; /* the old catalogue is out of the way */
};

/* Values of repair->gone. */
enum { GONE_LOST = 1, GONE_TAKEN_OUT };

/* A finding. */
void repair_say(struct repair *repair, const char *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int repair_no_memory(struct repair *repair);
/* Before anything changes that the old catalogue points at: with none in place the next run says "repair". */
int repair_put_aside(struct repair *repair);
/* keys/ and near/ from the catalogue that is in work. */
int repair_near(struct repair *repair);
/* The counts of lines are removed where they are damaged. */
int repair_counts(struct repair *repair);
/* Before all else: 0, or -EISDIR or -ENOTDIR with the path and what to do. */
int repair_places(struct repair *repair);
/* Logs, manifests and captures against the digests in @old. 0, or no memory. */
int repair_digests(struct repair *repair, struct catalogue *old);
/* Frames, documents and manifest of one pack. */
int repair_pack(struct repair *repair, int64_t number);
/* A manifest segment whose pack is missing. */
int repair_orphan(struct repair *repair, int64_t number);
/* Notes a line of @pack's manifest whose member is not there. */
int repair_missing(struct repair *repair, const char *pack, const struct garner_document *d);
/* Behind all packs: what is in none of them is named, and noted. */
int repair_lost(struct repair *repair);

#endif
