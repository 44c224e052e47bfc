/* Passing over what nobody has to look at when references are resolved. */
#ifndef GARNER_DOM_CHARREF_SCAN_H
#define GARNER_DOM_CHARREF_SCAN_H

#include <stddef.h>

/* Bytes from @p on, of @n, before the first "&", control other than tab, LF and FF, DEL, 0xC2, 0xEF, or byte from
 * 0xF0 on: the leads of C1 controls and noncharacters. */
size_t charref_scan(const char *p, size_t n);
/* The same where @room bytes may be read: short texts, most of all, don't end where the memory does. */
size_t charref_scan_in(const char *p, size_t n, size_t room);
/* The same, a byte at a time. */
size_t charref_scan_plain(const char *p, size_t n);

#endif
