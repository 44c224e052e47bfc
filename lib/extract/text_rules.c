#include "extract/text_rules.h"

static int run_lines(void *state, struct page *page)
{
	(void)state;
	struct view rest = page->utf8, line;
	size_t count = 0;
	page->blocks = arena_calloc(&page->arena, 10000, sizeof(*page->blocks));
	bool gap = false;
	while (count < 10000 && view_next_line(&rest, &line)) {
		if (!view_trim(line).n) {
			gap = true;
			continue;
		}
		page->blocks[count++] = (struct block){ .text = line, .kind = BLOCK_LINE, .gap = gap, .score = -1 };
		gap = false;
	}
	page->block_count = count;
	return 0;
}

static int run_rules(void *state, struct page *page)
{
	(void)state;
	(void)page;
	return 0;
}

const struct stage text_lines_stage = { "text-lines", NULL, run_lines, NULL };
const struct stage text_rules_stage = { "text-rules", NULL, run_rules, NULL };

int rules_load(const struct garner_options *options, struct rules **ret_rules, struct error *error)
{
	(void)options;
	(void)error;
	*ret_rules = NULL;
	return 0;
}

struct rules *rules_free(struct rules *rules)
{
	(void)rules;
	return NULL;
}

const char *rules_version(const struct rules *rules)
{
	(void)rules;
	return "0";
}
