/* What must not stand in a log or a cron job's mail: of a URL the user and password, and the values of parameters that
 * open a door. */
#include "cmd.h"

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

/* The end of "user:password@" at @p, which stands behind "//"; @p when there is none. */
static const char *behind_user(const char *p)
{
	const char *end = p + strcspn(p, "/?# \t\n\"<>"), *at = end;
	while (at > p && at[-1] != '@')
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
		bool slashes = p[0] == '/' && p[1] == '/', parameter = strchr("?&;#", *p) != NULL;
		*out++ = *p++;
		if (slashes) {
			*out++ = *p++;
			const char *host = behind_user(p);
			if (host > p) {
				out = stpcpy(out, stars);
				*out++ = '@';
				p = host;
			}
		}
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
