/* The URL parser of libcurl: what it will connect to, before it does. */
#ifndef GARNER_CAPTURE_URL_PARTS_H
#define GARNER_CAPTURE_URL_PARTS_H

#include "page.h"

/* A URL taken apart as libcurl will read it. Strings are malloc'd. */
struct url_parts {
	char *url;    /* the whole, spaces and raw bytes escaped */
	char *origin; /* "https://host:port" in lower case */
	char *host;   /* lower case, with brackets for IPv6 */
	char *target; /* path and query */
};
/* 0, GARNER_BAD_URL with words in @ret_why (static), -ENOMEM, or -ELIBACC (no libcurl). http and https only, no
 * credentials. */
int url_parts_read(struct view url, struct url_parts *ret_parts, const char **ret_why);
void url_parts_free(struct url_parts *parts);
/* @relative against @base. malloc'd; NULL: neither makes a URL. */
char *url_parts_join(const char *base, struct view relative);
/* The address of a capture as others give it, for as long as the page: page_keep() without credentials. */
struct view url_keep(struct page *page, struct view url);

#endif
