#include "model_c.h"

#include <stdio.h>

/* Numbers side by side, as many on a line as fit. */
struct list {
	FILE *file;
	uint32_t count;
};

static void put(struct list *list, long value)
{
	fprintf(list->file, "%ld,%s", value, ++list->count % 32 ? "" : "\n");
}

static void end(struct list *list)
{
	fputs("\n};\n", list->file);
	list->count = 0;
}

static void put_odds(struct list *list, const struct odds_table *odds)
{
	fprintf(list->file, "static const uint32_t hashes[] = {\n");
	for (uint32_t i = 0; i <= odds->mask; i++)
		put(list, odds->hashes[i]);
	end(list);
	fprintf(list->file, "static const int8_t values[] = {\n");
	for (uint32_t i = 0; i <= odds->mask; i++)
		put(list, odds->values[i]);
	end(list);
}

static void put_forest(struct list *list, const char *name, const struct oblivious *f)
{
	fprintf(list->file, "static const struct oblivious_tree %s[] = {\n", name);
	for (const struct oblivious_tree *tree = f->tree; tree < f->tree + f->trees; tree++) {
		fputs("{{", list->file);
		for (int k = 0; k < OBLIVIOUS_DEPTH; k++)
			fprintf(list->file, "%d,", tree->features[k]);
		fputs("},{", list->file);
		for (int k = 0; k < OBLIVIOUS_DEPTH; k++)
			fprintf(list->file, "%d,", tree->thresholds[k]);
		fputs("},{\n", list->file);
		for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
			put(list, tree->leaves[i]);
		fputs("}},\n", list->file);
	}
	fputs("};\n", list->file);
}

static void put_forest_head(FILE *file, const char *name, const struct oblivious *f)
{
	fprintf(file, "\t.%s = { .trees = %u, .columns = %u, .base = %d, .step = %d, .tree = %s },\n", name, f->trees,
		f->columns, f->base, f->step, name);
}

int model_write_c(const char *path, const struct model *model)
{
	struct list list = { .file = fopen(path, "w") };
	if (!list.file) {
		fprintf(stderr, "%s: can't be written\n", path);
		return -1;
	}
	fputs("/* Made by tests/quality/train: the model of blocks; what it holds stands in model.h. */\n"
	      "// clang-format off\n#include \"extract/model.h\"\n\n",
		list.file);
	put_odds(&list, &model->odds);
	put_forest(&list, "first", &model->first);
	put_forest(&list, "second", &model->second);
	fprintf(list.file,
		"const struct model model_builtin = {\n\t.features = %u,\n\t.number = %u,\n"
		"\t.odds = { hashes, values, %u },\n",
		model->features, model->number, model->odds.mask);
	fputs("\t.decisions = { ", list.file);
	for (int i = 0; i < MODEL_DECISIONS; i++)
		fprintf(list.file, "%d%s", model->decisions[i], i + 1 < MODEL_DECISIONS ? ", " : " },\n");
	put_forest_head(list.file, "first", &model->first);
	put_forest_head(list.file, "second", &model->second);
	fputs("};\n", list.file);
	return fclose(list.file) ? -1 : 0;
}
