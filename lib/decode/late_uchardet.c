#include "decode/late_uchardet.h"

#ifdef GARNER_LATE
#include "util/late.h"

const struct uchardet_functions *late_uchardet(struct error *error)
{
#define UCHARDET_NAME(name) "uchardet_" #name,
	static const char *const names[] = { UCHARDET_FUNCTIONS(UCHARDET_NAME) };
	static struct uchardet_functions functions;
	static struct late late = LATE_INIT(GARNER_LATE_UCHARDET, names, functions);
	_Static_assert(sizeof(functions) == sizeof(names), "one function a name");
	return late_load(&late, error) ? NULL : &functions;
}
#else
const struct uchardet_functions *late_uchardet(struct error *error)
{
#define UCHARDET_ADDRESS(name) .name = &uchardet_##name,
	static const struct uchardet_functions functions = { UCHARDET_FUNCTIONS(UCHARDET_ADDRESS) };
	(void)error;
	return &functions;
}
#endif
