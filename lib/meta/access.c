#include "meta/decide.h"

int access_decide(struct decide *d)
{
	(void)d;
	return 0;
}
