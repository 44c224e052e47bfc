#include "model_c.h"

FILE *code_open(const char *path, const char *made, const char *header)
{
	FILE *file = fopen(path, "w");
	if (file)
		fprintf(file, "/* Made by %s. */\n// clang-format off\n#include \"%s\"\n\n", made, header);
	else
		fprintf(stderr, "%s: can't be written\n", path);
	return file;
}

struct code_list code_list(FILE *file, const char *type, const char *name)
{
	fprintf(file, "static const %s %s[] = {\n", type, name);
	return (struct code_list){ .file = file };
}

void code_put(struct code_list *list, long value)
{
	fprintf(list->file, "%ld,%s", value, ++list->count % 32 ? "" : "\n");
}

void code_end(struct code_list *list)
{
	fputs("\n};\n", list->file);
}

static void put_tree(struct code_list *list, const struct oblivious_tree *tree)
{
	fputs("{{", list->file);
	for (int k = 0; k < OBLIVIOUS_DEPTH; k++)
		fprintf(list->file, "%d,", tree->features[k]);
	fputs("},{", list->file);
	for (int k = 0; k < OBLIVIOUS_DEPTH; k++)
		fprintf(list->file, "%d,", tree->thresholds[k]);
	fputs("},{\n", list->file);
	for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
		code_put(list, tree->leaves[i]);
	fputs("}},\n", list->file);
}

void code_forest(FILE *file, const char *name, const struct oblivious *f)
{
	struct code_list list = code_list(file, "struct oblivious_tree", name);
	for (const struct oblivious_tree *tree = f->tree; tree < f->tree + f->trees; tree++)
		put_tree(&list, tree);
	fputs("};\n", file);
}

void code_forest_member(FILE *file, const char *name, const struct oblivious *f)
{
	fprintf(file, "\t.%s = { .trees = %u, .columns = %u, .base = %d, .step = %d, .tree = %s },\n", name, f->trees,
		f->columns, f->base, f->step, name);
}

static void put_odds(FILE *file, const struct odds_table *odds)
{
	struct code_list list = code_list(file, "uint32_t", "hashes");
	for (uint32_t i = 0; i <= odds->mask; i++)
		code_put(&list, odds->hashes[i]);
	code_end(&list);
	list = code_list(file, "int8_t", "values");
	for (uint32_t i = 0; i <= odds->mask; i++)
		code_put(&list, odds->values[i]);
	code_end(&list);
}

int model_write_c(const char *path, const struct model *model)
{
	FILE *file = code_open(
		path, "tests/quality/train: the model of blocks; what it holds stands in model.h", "extract/model.h");
	if (!file)
		return -1;
	put_odds(file, &model->odds);
	code_forest(file, "first", &model->first);
	code_forest(file, "second", &model->second);
	fprintf(file,
		"const struct model model_builtin = {\n\t.features = %u,\n\t.number = %u,\n"
		"\t.odds = { hashes, values, %u },\n\t.decisions = { ",
		model->features, model->number, model->odds.mask);
	for (int i = 0; i < MODEL_DECISIONS; i++)
		fprintf(file, "%d%s", model->decisions[i], i + 1 < MODEL_DECISIONS ? ", " : " },\n");
	code_forest_member(file, "first", &model->first);
	code_forest_member(file, "second", &model->second);
	fputs("};\n", file);
	return fclose(file) ? -1 : 0;
}
