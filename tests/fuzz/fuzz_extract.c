/* Raw HTML bytes through parse, evidence, blocks, model, decision, explanation, Markdown and the facts. */
#include <stdio.h>
#include <stdlib.h>
#include "extract/html.h"
#include "meta/meta.h"
#include "util/limits.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct engine engine;
static struct page page;
static void *state, *facts;

static void begin(void)
{
	struct error error = { 0 };
	engine.options = (struct garner_options){ .markdown = true, .explain = true };
	if (engine.model)
		return;
	if (model_load(&engine.model, &error) || extract_html_stage.open(&engine, &state, &error) ||
		meta_decide_stage.open(&engine, &facts, &error)) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &engine.options;
}

static void check(void)
{
	for (size_t i = 0; i < page.block_count; i++) {
		const struct block *b = &page.blocks[i];
		if (!b->text.n || !utf8_is_valid(b->text) || b->at != i || (b->cut && !b->reason))
			abort();
	}
}

/* The facts of the page are valid UTF-8 and never empty. */
static void check_facts(void)
{
	int result = meta_decide_stage.run(facts, &page);
	if (result < 0)
		abort();
	const struct garner_document *d = &page.document;
	const char *const values[] = { d->title, d->site, d->published, d->modified, d->url_canonical, d->section,
		d->description, d->image, d->licence };
	for (size_t i = 0; !result && i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i] && (!values[i][0] || !utf8_is_valid(view_of(values[i]))))
			abort();
	for (size_t i = 0; !result && i < d->author_count; i++)
		if (!d->authors[i][0] || !utf8_is_valid(view_of(d->authors[i])))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	page_reset(&page);
	page.kind = PAGE_HTML;
	engine.options.explain = size % 32 == 0; /* costs as much as all the rest */
	page.capture.url = VIEW("https://example.org/2024/05/a-page.html?x=1");
	struct view text = { (const char *)data, size };
	page.utf8 = view_first(text, utf8_valid_prefix(text));
	int result = dom_parse(&page);
	if (!result && !meta_read_stage.open)
		result = meta_read_stage.run(NULL, &page);
	if (!result)
		result = extract_html_stage.run(state, &page);
	if (result < 0)
		abort();
	if (result)
		return 0;
	check();
	if (markdown_render(&page, &text) == 0 && !utf8_is_valid(text))
		abort();
	check_facts();
	return 0;
}
