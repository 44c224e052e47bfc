#include "extract/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "extract/line_memory.h"
#include "extract/line_model.h"
#include "extract/text_rules.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

enum { RULES_MEMORY = 64 << 20 };

static struct rules *rules_new(void)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	if (rules) {
		arena_init(&rules->arena, RULES_MEMORY);
		rules->last = &rules->first;
		rules->last_word = &rules->words;
	}
	return rules;
}

struct rules *rules_free(struct rules *rules)
{
	if (!rules)
		return NULL;
	for (struct rule *rule = rules->first; rule; rule = rule->next)
		rule->pattern = pattern_free(rule->pattern);
	map_free(&rules->by_id);
	line_memory_free(rules->memory);
	arena_free(&rules->arena);
	free(rules);
	return NULL;
}

/* Our own rules without reading them: their tables are constant, what a run changes of a rule is made here. */
static int take_image(struct rules *rules, const struct rule_image *image, struct error *error)
{
	struct rule *made = arena_calloc(&rules->arena, image->rules_count + 1, sizeof(*made));
	rules->all = arena_calloc(&rules->arena, image->rules_count + 1, sizeof(*rules->all));
	if (!made || !rules->all)
		return error_set(error, -ENOMEM, "no memory for rules");
	rules->image = *image;
	for (size_t i = 0; i < image->rules_count; i++) {
		const struct image_rule *row = &image->rules[i];
		struct rule *rule = rules->all[i] = &made[i];
		*rule = (struct rule){ .id = image->strings + row->id,
			.kind = image->strings + row->kind,
			.languages = image->strings + row->languages,
			.place = image->strings + row->place,
			.zone = (uint8_t)row->zone,
			.near = (uint8_t)row->near,
			.fact = (uint8_t)row->fact,
			.detector = (uint8_t)row->detector,
			.takes_headlines = row->flags & IMAGE_HEADLINES,
			.takes_rest = row->flags & IMAGE_REST,
			.takes_section = row->flags & IMAGE_SECTION,
			.marks_comment = row->flags & IMAGE_COMMENT,
			.exact = row->flags & IMAGE_EXACT,
			.words = (uint16_t)row->words,
			.line_count = row->lines };
		*rules->last = rule;
		rules->last = &rule->next;
		rules->count++;
		if (rule->detector)
			rules->detectors[rule->detector] = rule;
		if (!(row->flags & IMAGE_PATTERN))
			continue;
		rule->source = view_make(image->strings + row->source, row->source_n);
		int result = pattern_later(rule->source, rule->place, &rule->pattern, error);
		if (result)
			return result;
	}
	return 0;
}

static int read_builtin(struct rules *rules, struct error *error)
{
	int result = 0;
	rules->trusted = true;
	for (size_t i = 0; i < rules_builtin_count && result == 0; i++)
		result = rule_file_read(
			rules, rules_builtin[i].name, view_make(rules_builtin[i].text, rules_builtin[i].size), error);
	rules->trusted = false;
	return result;
}

static int read_user_file(struct rules *rules, const char *path, struct error *error)
{
	struct buf bytes = BUF_INIT(LIMIT_RULE_FILE_BYTES);
	uint8_t digest[32];
	char hex[9];
	int result = file_read(path, LIMIT_RULE_FILE_BYTES, &bytes, error);
	if (result == 0)
		result = rule_file_read(rules, path, buf_view(&bytes), error);
	if (result == 0) {
		size_t n = strlen(rules->version);
		sha256_of(buf_view(&bytes), digest);
		hex_of(digest, 4, hex);
		snprintf(rules->version + n, sizeof(rules->version) - n, "+user:%s", hex);
	}
	buf_free(&bytes);
	return result;
}

/* --keep: a rule's id, or a kind. A name that is neither is most likely a slip of the pen. */
static int keep(struct rules *rules, const char *name, struct error *error)
{
	bool known = false;
	for (struct rule *rule = rules->first; rule; rule = rule->next) {
		if (strcmp(rule->id, name) == 0 || strcmp(rule->kind, name) == 0) {
			rule->off = true;
			known = true;
		}
	}
	return known ? 0 : error_set(error, -EINVAL, "no rule and no kind is called %s (see garner rules list)", name);
}

/* A user's rules may replace ours by their ids: then all are read from text, in 20 ms instead of none. */
static int read_all(struct rules *rules, const struct rules_source *source, struct error *error)
{
	bool ours = !source->without_builtin;
	if (ours)
		snprintf(rules->version, sizeof(rules->version), "%s", rules_builtin_version);
	if (ours && !source->file && !source->from_text)
		return take_image(rules, &rule_image_builtin, error);
	int result = ours ? read_builtin(rules, error) : 0;
	if (result == 0 && source->file)
		result = read_user_file(rules, source->file, error);
	return result ? result : rule_index_build(rules, error);
}

int rules_read(const struct rules_source *source, struct rules **ret_rules, struct error *error)
{
	struct rules *rules = rules_new();
	int result = rules ? read_all(rules, source, error) : error_set(error, -ENOMEM, "no memory for rules");
	for (size_t i = 0; i < source->keep_count && result == 0; i++)
		result = keep(rules, source->keep[i], error);
	if (result < 0) {
		rules_free(rules);
		return result;
	}
	rules->scored = !source->without_builtin;
	*ret_rules = rules;
	return 0;
}

void rules_remember(struct rules *rules, struct line_memory *memory, uint64_t digest)
{
	if (!rules->memory && !rules->version_n)
		rules->version_n = strlen(rules->version);
	line_memory_free(rules->memory);
	rules->memory = memory;
	rules->version[rules->version_n] = 0;
	if (memory)
		snprintf(rules->version + rules->version_n, sizeof(rules->version) - rules->version_n, "+lines:%016llx",
			(unsigned long long)digest);
}

int rules_model(const struct rules *rules, const struct line_model **ret_model, struct error *error)
{
	*ret_model = NULL;
	return rules->scored ? line_model_load(ret_model, error) : 0;
}

int rules_load(const struct garner_options *options, struct rules **ret_rules, struct error *error)
{
	struct rules_source source = {
		.file = options->rules_file, .keep = options->keep, .keep_count = options->keep_count
	};
	return rules_read(&source, ret_rules, error);
}

const char *rules_version(const struct rules *rules)
{
	return rules->version;
}
