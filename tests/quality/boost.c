#include "boost.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <xgboost/c_api.h>

void forest_clear(struct forest *f)
{
	free((void *)f->features);
	free((void *)f->thresholds);
	free((void *)f->leaves);
	*f = (struct forest){ 0 };
}

static int16_t leaf_value(double logit)
{
	double v = round(logit * 1024);
	return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
}

static const json_t *child(const json_t *node, const char *side)
{
	json_int_t id = json_integer_value(json_object_get(node, side));
	const json_t *children = json_object_get(node, "children");
	for (size_t i = 0; i < json_array_size(children); i++)
		if (json_integer_value(json_object_get(json_array_get(children, i), "nodeid")) == id)
			return json_array_get(children, i);
	return NULL;
}

/* A tree that ends early is filled up: its leaf stands in all places below. */
static void fill(struct forest *f, size_t tree, size_t at, uint32_t level, const json_t *node)
{
	size_t nodes = ((size_t)1 << f->depth) - 1;
	const json_t *leaf = json_object_get(node, "leaf");
	if (level == f->depth) {
		((int16_t *)f->leaves)[tree * (nodes + 1) + at - nodes] = leaf_value(json_number_value(leaf));
		return;
	}
	const json_t *left = node, *right = node;
	if (!leaf) {
		double split = ceil(json_number_value(json_object_get(node, "split_condition")));
		((uint16_t *)f->features)[tree * nodes + at] =
			(uint16_t)atoi(json_string_value(json_object_get(node, "split")) + 1);
		((uint8_t *)f->thresholds)[tree * nodes + at] = (uint8_t)(split < 0 ? 0 : split > 255 ? 255 : split);
		left = child(node, "yes");
		right = child(node, "no");
	}
	fill(f, tree, 2 * at + 1, level + 1, left);
	fill(f, tree, 2 * at + 2, level + 1, right);
}

static int read_trees(BoosterHandle booster, struct forest *f)
{
	bst_ulong count = 0;
	const char **dump = NULL;
	if (XGBoosterDumpModelEx(booster, "", 0, "json", &count, &dump))
		return -1;
	size_t nodes = ((size_t)1 << f->depth) - 1;
	f->trees = (uint32_t)count;
	f->features = calloc(count * nodes + 1, sizeof(*f->features));
	f->thresholds = calloc(count * nodes + 1, 1);
	f->leaves = calloc(count * (nodes + 1) + 1, sizeof(*f->leaves));
	for (bst_ulong t = 0; t < count; t++) {
		json_error_t error;
		json_t *tree = json_loads(dump[t], 0, &error);
		if (!tree)
			return -1;
		fill(f, t, 0, 0, tree);
		json_decref(tree);
	}
	return 0;
}

static void set_number(BoosterHandle booster, const char *name, double value)
{
	char text[64];
	snprintf(text, sizeof(text), "%g", value);
	XGBoosterSetParam(booster, name, text);
}

int boost_train(const struct boost_settings *s, const float *x, const float *y, const float *w, size_t rows,
	size_t columns, struct forest *ret)
{
	DMatrixHandle matrix = NULL;
	BoosterHandle booster = NULL;
	*ret = (struct forest){ .depth = (uint32_t)s->depth };
	int failed = XGDMatrixCreateFromMat_omp(x, rows, columns, NAN, &matrix, s->threads) ||
		     XGDMatrixSetFloatInfo(matrix, "label", y, rows) ||
		     XGDMatrixSetFloatInfo(matrix, "weight", w, rows) || XGBoosterCreate(&matrix, 1, &booster);
	if (!failed) {
		XGBoosterSetParam(booster, "objective", "binary:logistic");
		XGBoosterSetParam(booster, "tree_method", "hist");
		XGBoosterSetParam(booster, "verbosity", "0");
		XGBoosterSetParam(booster, "seed", "7");
		set_number(booster, "base_score", 0.5);
		set_number(booster, "nthread", s->threads);
		set_number(booster, "max_depth", s->depth);
		set_number(booster, "eta", s->eta);
		set_number(booster, "subsample", s->subsample);
		set_number(booster, "colsample_bytree", s->columns);
		set_number(booster, "min_child_weight", s->min_weight);
		set_number(booster, "lambda", s->lambda);
	}
	for (int i = 0; i < s->trees && !failed; i++)
		failed = XGBoosterUpdateOneIter(booster, i, matrix);
	failed = failed || read_trees(booster, ret);
	if (failed)
		fprintf(stderr, "training: %s\n", XGBGetLastError());
	if (booster)
		XGBoosterFree(booster);
	if (matrix)
		XGDMatrixFree(matrix);
	return failed ? -1 : 0;
}
