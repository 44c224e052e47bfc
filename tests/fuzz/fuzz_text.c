/* Any text through the line rules, and any bytes as a rule file. The first byte chooses. */
#include <stdlib.h>
#include "decode/encoding.h"
#include "extract/rules.h"
#include "extract/text_rules.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct garner_options options = { .jobs = 1 };

static void ignore(void *user, const struct rule *rule, const char *words, struct view example)
{
	(void)user;
	(void)rule;
	(void)words;
	(void)example;
}

static void as_rules(struct view text)
{
	struct rules_source source = { .without_builtin = true };
	struct error error = { 0 };
	struct rules *rules = NULL;
	if (rules_read(&source, &rules, &error))
		return;
	int result = rule_file_read(rules, "fuzz", text, &error);
	if (result > 0)
		abort();
	/* Patterns are read for what they need, and asked of the file's own examples. */
	if (result == 0 && rule_index_build(rules, &error) == 0)
		rules_check(rules, ignore, NULL);
	rules_free(rules);
}

/* Blocks point at lines that stood there, in order, and a cut one has a reason. */
static void check(const struct page *page)
{
	for (size_t i = 0; i < page->block_count; i++) {
		const struct block *block = &page->blocks[i];
		if (block->text.n == 0 || !utf8_is_valid(block->text) || (block->cut && !block->reason))
			abort();
		if (i && block->at < page->blocks[i - 1].at)
			abort();
	}
}

static void as_text(const struct rules *rules, struct view bytes)
{
	struct engine engine = { .options = options, .rules = (struct rules *)rules };
	struct error error = { 0 };
	struct page page = { 0 };
	void *state = NULL;
	uint32_t bad;
	arena_init(&page.arena, (size_t)64 << 20);
	page.options = &options;
	page_reset(&page);
	page.kind = PAGE_TEXT;
	if (decoder_run(NULL, &page.arena, ENCODING_UTF8, bytes, &page.utf8, &bad) == 0 &&
		text_lines_stage.open(&engine, &state, &error) == 0) {
		if (text_lines_stage.run(state, &page) == 0)
			check(&page);
		text_lines_stage.close(state);
	}
	arena_free(&page.arena);
}

static struct rules *builtin;

/* Patterns hang on memory that the leak checker does not look into. */
static void drop_builtin(void)
{
	builtin = rules_free(builtin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = { 0 };
	if (!builtin && (rules_load(&options, &builtin, &error) || atexit(drop_builtin)))
		abort();
	if (size < 1)
		return 0;
	struct view rest = view_make((const char *)data + 1, size - 1);
	if (data[0] & 1)
		as_rules(rest);
	else
		as_text(builtin, rest);
	return 0;
}
