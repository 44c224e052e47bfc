#include "capture/url_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture/late_curl.h"
#include "garner.h"
#include "normalise/normalise.h"
#include "normalise/url_host.h"
#include "util/limits.h"
#include "util/scan.h"
#include "util/utf8.h"

void url_parts_free(struct url_parts *parts)
{
	free(parts->url);
	free(parts->origin);
	free(parts->host);
	free(parts->target);
	*parts = (struct url_parts){ 0 };
}

static char *part_of(const struct curl_functions *curl, CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy = NULL;
	if (curl->url_get(url, part, &text, flags) == CURLUE_OK && text)
		copy = strdup(text);
	curl->free(text);
	return copy;
}

static char *format_text(const char *format, const char *a, const char *b, const char *c)
{
	char *text = NULL;
	return asprintf(&text, format, a, b, c) < 0 ? NULL : text;
}

static int parts_fill(const struct curl_functions *curl, CURLU *url, struct url_parts *parts)
{
	char *scheme = part_of(curl, url, CURLUPART_SCHEME, 0),
	     *port = part_of(curl, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	char *path = part_of(curl, url, CURLUPART_PATH, 0), *query = part_of(curl, url, CURLUPART_QUERY, 0);
	parts->host = part_of(curl, url, CURLUPART_HOST, 0);
	curl->url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	parts->url = part_of(curl, url, CURLUPART_URL, 0);
	for (char *c = parts->host; c && *c; c++)
		*c = ascii_lower(*c);
	if (scheme && parts->host && port)
		parts->origin = format_text("%s://%s:%s", scheme, parts->host, port);
	if (path)
		parts->target = format_text("%s%s%s", path, query ? "?" : "", query ? query : "");
	free(scheme);
	free(port);
	free(path);
	free(query);
	return parts->url && parts->origin && parts->target ? 0 : GARNER_BAD_URL;
}

static const char *parts_check(const struct curl_functions *curl, CURLU *url)
{
	char *scheme = part_of(curl, url, CURLUPART_SCHEME, 0), *user = part_of(curl, url, CURLUPART_USER, 0);
	char *password = part_of(curl, url, CURLUPART_PASSWORD, 0), *host = part_of(curl, url, CURLUPART_HOST, 0);
	const char *why = NULL;
	if (!scheme || (strcmp(scheme, "http") && strcmp(scheme, "https")))
		why = "only http and https are fetched";
	else if (user || password)
		why = "a URL with a user name or password in it is not fetched";
	else if (!host || !*host)
		why = "no host";
	else if (!utf8_is_valid(view_of(host)))
		why = "a host that is not UTF-8";
	free(scheme);
	free(user);
	free(password);
	free(host);
	return why;
}

/* libcurl reads the letters of a host in the charset of the locale, and there is none: it gets the ASCII spelling. */
static int host_to_ascii(const struct curl_functions *curl, CURLU *url)
{
	char *host = part_of(curl, url, CURLUPART_HOST, 0);
	struct view ascii, name = view_of(host);
	int result = 0;
	if (name.n && !scan_is_ascii(name.p, name.n)) {
		struct arena arena;
		arena_init(&arena, ARENA_CHUNK_BYTES);
		result = host_parse(&arena, name, &ascii);
		if (!result && curl->url_set(url, CURLUPART_HOST, ascii.p, 0))
			result = GARNER_BAD_URL;
		arena_free(&arena);
	}
	free(host);
	return result;
}

/* A copy for curl, which writes a space of a query as "+"; the URL standard says "%20". */
static char *copy_url(struct view text)
{
	size_t query = view_find_byte(text, '?'), spaces = 0, n = 0;
	for (size_t i = query; i < text.n; i++)
		spaces += text.p[i] == ' ';
	char *copy = malloc(text.n + 2 * spaces + 1);
	for (size_t i = 0; i < text.n && copy; i++) {
		if (i < query || text.p[i] != ' ') {
			copy[n++] = text.p[i];
		} else {
			memcpy(copy + n, "%20", 3);
			n += 3;
		}
	}
	if (copy)
		copy[n] = 0;
	return copy;
}

int url_parts_read(struct view text, struct url_parts *ret_parts, const char **ret_why)
{
	const struct curl_functions *curl = late_curl(NULL);
	if (!curl)
		return -ELIBACC;
	char *copy = text.n <= LIMIT_URL_BYTES ? copy_url(text) : NULL;
	CURLU *url = curl->url();
	struct url_parts parts = { 0 };
	const char *why = NULL;
	int result = 0;
	if (text.n > LIMIT_URL_BYTES)
		why = "longer than the ceiling";
	else if (!copy || !url)
		result = -ENOMEM;
	else if (memchr(text.p, 0, text.n) ||
		 curl->url_set(url, CURLUPART_URL, copy, CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME))
		why = "not a URL";
	else
		why = parts_check(curl, url);
	if (!why && !result)
		result = host_to_ascii(curl, url);
	if (!why && !result)
		result = parts_fill(curl, url, &parts);
	free(copy);
	curl->url_cleanup(url);
	if (why || result) {
		url_parts_free(&parts);
		if (ret_why)
			*ret_why = why ? why : "not a URL";
		return why ? GARNER_BAD_URL : result;
	}
	*ret_parts = parts;
	return 0;
}

char *url_parts_join(const char *base, struct view relative)
{
	const struct curl_functions *curl = late_curl(NULL);
	if (!curl)
		return NULL;
	CURLU *url = curl->url();
	char *joined = NULL, *copy = copy_url(relative);
	if (url && copy && relative.n && relative.n <= LIMIT_URL_BYTES && !curl->url_set(url, CURLUPART_URL, base, 0) &&
		!curl->url_set(url, CURLUPART_URL, copy, CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME))
		joined = part_of(curl, url, CURLUPART_URL, 0);
	free(copy);
	curl->url_cleanup(url);
	return joined;
}

struct view url_keep(struct page *page, struct view url)
{
	struct view kept = page_keep(page, url, LIMIT_URL_BYTES);
	/* Without slashes the sign is part of a name: "mailto:", "urn:". */
	if (view_find_byte(kept, '@') == kept.n || view_find(kept, VIEW("://")) == kept.n)
		return kept;
	char *copy = arena_strdup_view(&page->arena, kept);
	if (!copy)
		return VIEW_NONE;
	size_t n = url_without_credentials(kept, copy);
	copy[n] = 0;
	return view_make(copy, n);
}
