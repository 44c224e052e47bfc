#include "normalise/normalise.h"

int url_canonical(struct arena *arena, struct view url, struct view *ret_url)
{
	(void)arena;
	*ret_url = url;
	return 0;
}

int url_resolve(struct arena *arena, struct view base, struct view relative, struct view *ret_url)
{
	(void)arena;
	(void)base;
	*ret_url = relative;
	return 0;
}

struct view url_host(struct view url)
{
	(void)url;
	return VIEW_NONE;
}
