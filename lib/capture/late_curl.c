#include "capture/late_curl.h"

#ifdef GARNER_LATE
#include "util/late.h"

const struct curl_functions *late_curl(struct error *error)
{
#define CURL_NAME(name) "curl_" #name,
	static const char *const names[] = { CURL_FUNCTIONS(CURL_NAME) };
	static struct curl_functions functions;
	static struct late late = LATE_INIT(GARNER_LATE_CURL, names, functions);
	_Static_assert(sizeof(functions) == sizeof(names), "one function a name");
	return late_load(&late, error) ? NULL : &functions;
}
#else
const struct curl_functions *late_curl(struct error *error)
{
#define CURL_ADDRESS(name) .name = &curl_##name,
	static const struct curl_functions functions = { CURL_FUNCTIONS(CURL_ADDRESS) };
	(void)error;
	return &functions;
}
#endif
