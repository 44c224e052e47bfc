/* What feeds and sitemaps of real servers get wrong and every reader forgives, undone before the XML is read:
 * a "&" that begins no reference ("?a=1&b=2") becomes "&amp;", names of HTML that no DTD here declares ("&nbsp;")
 * become numbers, control characters that XML does not allow become spaces. Bytes alone are looked at, what is written
 * is ASCII: right for UTF-8 and what extends ASCII; UTF-16 is left as it is. Line breaks stay where they are. */
#ifndef GARNER_CAPTURE_XML_REPAIR_H
#define GARNER_CAPTURE_XML_REPAIR_H

#include <stdbool.h>
#include <stdint.h>
#include "util/buf.h"
#include "util/view.h"

struct xml_repair {
	uint64_t count;	    /* repairs; after LIMIT_XML_REPAIRS all stays as it is */
	unsigned long line; /* of the first one */
	/* Ours. */
	unsigned long lines;
	int within;   /* enum of xml_repair.c */
	char last[2]; /* bytes before the next one */
	bool begun, off, declares;
	struct buf held, out;
};

void xml_repair_init(struct xml_repair *repair);
/* The next piece (at most 1 MiB), and what of it and of those before it can be read now: in @piece itself or in memory
 * of
 * @repair, until the next call. 0 or -ENOMEM. */
int xml_repair_push(struct xml_repair *repair, struct view piece, bool last, struct view *ret);
void xml_repair_free(struct xml_repair *repair);

#endif
