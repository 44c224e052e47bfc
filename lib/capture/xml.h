/* XML as it comes, element by element: the only file that knows expat. What a hostile document may do is
 * bounded: nesting, bytes of one text, entities (none within entities), nothing outside is ever loaded. */
#ifndef GARNER_CAPTURE_XML_H
#define GARNER_CAPTURE_XML_H

#include <stdbool.h>
#include <stdint.h>
#include "util/error.h"
#include "util/view.h"

struct xml_name {
	struct view space; /* namespace URI; empty for none */
	struct view local;
};

/* Name and value pairs of the element just opened; a NULL ends the list. */
struct xml_attributes {
	const char *const *pairs;
};
/* Value of the attribute @local without a namespace; VIEW_NONE. */
struct view xml_attribute(struct xml_attributes attributes, const char *local);
/* The same with namespace @space. */
struct view xml_attribute_in(struct xml_attributes attributes, const char *space, const char *local);

/* Each gives 0, or another number that ends the reading and is handed up. Views end with the call. */
struct xml_handler {
	int (*open)(void *user, struct xml_name name, struct xml_attributes attributes);
	int (*close)(void *user, struct xml_name name);
	int (*text)(void *user, struct view text);
	void *user;
};

struct xml;
/* @utf8: the bytes are UTF-8 whatever the XML declaration says. NULL: no memory. */
struct xml *xml_new(const struct xml_handler *handler, bool utf8);
/* The next piece; the last one may be empty. 0; what the handler gave; GARNER_BAD_FEED for XML that can't be read
 * further, with line and reason in @error; -ENOMEM. */
int xml_push(struct xml *xml, struct view piece, bool last, struct error *error);
/* What had to be undone of the servers' slips so far (capture/xml_repair.h): how many, and the line of the first. */
struct xml_repaired {
	uint64_t count;
	unsigned long line;
};
struct xml_repaired xml_repaired(const struct xml *xml);
struct xml *xml_free(struct xml *xml);

#endif
