/* What must not stand in a log or a cron job's mail: of a URL the user and password, and the values of parameters that
 * open a door. */
#include "cmd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char stars[] = "***";

static bool has(const char *name, size_t n, const char *part)
{
	size_t k = strlen(part);
	for (size_t i = 0; i + k <= n; i++)
		if (strncasecmp(name + i, part, k) == 0)
			return true;
	return false;
}

/* "access_token", "X-Amz-Signature", "key"; not "author" or "keyword". */
static bool is_key(const char *name, size_t n)
{
	static const char *const parts[] = { "token", "secret", "passw", "signature", "apikey", "api_key", "api-key",
		"credential", "oauth" };
	static const char *const whole[] = { "key", "auth", "sig", "pwd", "pw", "pass", "sid", "session", "sessionid",
		"phpsessid", "jsessionid", "jwt" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (has(name, n, parts[i]))
			return true;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strlen(whole[i]) == n && strncasecmp(name, whole[i], n) == 0)
			return true;
	return false;
}

/* Where an authority begins: behind "//", or behind "http:" and "https:" with any slashes, as people mistype them; @p
 * when there is none. */
static const char *behind_scheme(const char *text, const char *p)
{
	static const char *const schemes[] = { "http:", "https:" };
	bool begins = p == text || !isalpha((unsigned char)p[-1]);
	size_t n = p[0] == '/' && p[1] == '/' ? 2 : 0;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && begins && !n; i++)
		if (strncasecmp(p, schemes[i], strlen(schemes[i])) == 0)
			n = strlen(schemes[i]);
	return n ? p + n + strspn(p + n, "/\\") : p;
}

/* The end of "user:password@" at @p; @p when there is none. What is no port behind a colon is a password, though it
 * holds what would end it. */
static const char *behind_user(const char *p)
{
	static const char ends[] = "/\\?# \t\n\"<>", *const outside = ends + 4; /* of any URL */
	const char *end = p + strcspn(p, ends), *colon = memchr(p, ':', (size_t)(end - p)), *at;
	if (colon && !memchr(p, '@', (size_t)(end - p)) && *p != '[' &&
		colon + 1 + strspn(colon + 1, "0123456789") < end)
		end = p + strcspn(p, outside);
	for (at = end; at > p && at[-1] != '@';)
		at--;
	return at;
}

char *hide_secrets(const char *text)
{
	/* Three bytes for at least one. */
	char *hidden = malloc(strlen(text) * 3 + 1), *out = hidden;
	if (!hidden)
		return NULL;
	for (const char *p = text; *p;) {
		const char *authority = behind_scheme(text, p);
		if (authority > p) {
			const char *host = behind_user(authority);
			out = mempcpy(out, p, (size_t)(authority - p));
			if (host > authority) {
				out = stpcpy(out, stars);
				*out++ = '@';
			}
			p = host;
			continue;
		}
		bool parameter = strchr("?&;#", *p) != NULL;
		*out++ = *p++;
		if (!parameter)
			continue;
		size_t n = strcspn(p, "=?&;#/ \t\n\"<>");
		if (p[n] != '=' || !p[n + 1] || !is_key(p, n))
			continue;
		memcpy(out, p, n + 1);
		out += n + 1;
		p += n + 1;
		size_t value = strcspn(p, "&;# \t\n\"<>");
		if (value)
			out = stpcpy(out, stars);
		p += value;
	}
	*out = 0;
	return hidden;
}
