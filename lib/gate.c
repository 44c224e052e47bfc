#include "gate.h"

static int run(void *state, struct page *page)
{
	struct view access = view_of(page->document.access);
	(void)state;
	if (!page->capture.network || !access.n)
		return 0;
	if (view_eq(access, VIEW("consent")))
		return page_drop(page, GARNER_CONSENT, "a consent or check page came instead");
	if (view_eq(access, VIEW("error")))
		return page_drop(page, GARNER_ERROR_PAGE, "an error page with status %d", page->capture.status);
	return view_eq(access, VIEW("paywall")) ? page_drop(page, GARNER_PAYWALL, "only the beginning is free to read")
						: 0;
}

const struct stage gate_stage = { "access", NULL, run, NULL };
