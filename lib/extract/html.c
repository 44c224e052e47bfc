#include "extract/html.h"

static int run(void *state, struct page *page)
{
	(void)state;
	(void)page;
	return 0;
}

const struct stage extract_html_stage = { "extract", NULL, run, NULL };

int model_load(struct model **ret_model, struct error *error)
{
	(void)error;
	*ret_model = NULL;
	return 0;
}

struct model *model_free(struct model *model)
{
	(void)model;
	return NULL;
}

int markdown_render(struct page *page, struct view *ret_text)
{
	(void)page;
	*ret_text = VIEW_NONE;
	return 0;
}
