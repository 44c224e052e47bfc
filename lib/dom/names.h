/* Names of elements and attributes, from bytes as they stand in a page. */
#ifndef GARNER_DOM_NAMES_H
#define GARNER_DOM_NAMES_H

#include "dom/dom.h"

/* ASCII case-insensitive. @n bytes at @p; nothing behind them is read. */
enum dom_tag names_tag(const char *p, size_t n);
/* enum dom_attr_name, or DOM_ATTR_COUNT for a name that is not kept. */
enum dom_attr_name names_attr(const char *p, size_t n);

#endif
