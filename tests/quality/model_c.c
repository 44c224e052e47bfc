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

static void put_forest(struct list *list, const char *name, const struct forest *f)
{
	size_t leaves = (size_t)1 << f->depth, nodes = leaves - 1;
	fprintf(list->file, "static const uint16_t %s_features[] = {\n", name);
	for (size_t i = 0; i < f->trees * nodes; i++)
		put(list, f->features[i]);
	end(list);
	fprintf(list->file, "static const uint8_t %s_thresholds[] = {\n", name);
	for (size_t i = 0; i < f->trees * nodes; i++)
		put(list, f->thresholds[i]);
	end(list);
	fprintf(list->file, "static const int16_t %s_leaves[] = {\n", name);
	for (size_t i = 0; i < f->trees * leaves; i++)
		put(list, f->leaves[i]);
	end(list);
}

static void put_tree_count(FILE *file, const char *name, const struct forest *f)
{
	fprintf(file,
		"\t.%s = { .trees = %u,\n\t\t.depth = %u,\n\t\t.base = %d,\n\t\t.features = %s_features,\n"
		"\t\t.thresholds = %s_thresholds,\n\t\t.leaves = %s_leaves },\n",
		name, f->trees, f->depth, f->base, name, name, name);
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
	put_tree_count(list.file, "first", &model->first);
	put_tree_count(list.file, "second", &model->second);
	fputs("};\n", list.file);
	return fclose(list.file) ? -1 : 0;
}
