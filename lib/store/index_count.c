/* The totals of an index from the manifest's lines alone: what verify compares and sealing writes. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/index.h"
#include "util/clock.h"
#include "util/limits.h"

int64_t index_day(const struct garner_document *d)
{
	const char *const dates[] = { d->published, d->fetched };
	for (int i = 0; i < 2; i++) {
		int year, month = 1, day = 1;
		if (dates[i] && sscanf(dates[i], "%4d-%2d-%2d", &year, &month, &day) >= 1 &&
			clock_date_valid(year, month, day))
			return clock_days(year, month, day);
	}
	return GARNER_NO_NUMBER;
}

void index_count_init(struct index_count *count)
{
	*count = (struct index_count){ 0 };
	arena_init(&count->arena, SIZE_MAX / 2);
	count->head.first_day = count->head.last_day = GARNER_NO_NUMBER;
}

/* @names in the order in which @map met them; the map's value is the count. */
static int count_key(struct index_count *count, struct map *map, const char ***names, const char *key)
{
	if (!key)
		return 0;
	size_t before = map->count;
	uint64_t *value = map_put(map, view_of(key));
	if (!value)
		return -ENOMEM;
	(*value)++;
	if (map->count == before)
		return 0;
	/* Room doubles: a power of two is full. */
	if ((before & (before - 1)) == 0) {
		const char **grown = realloc(*names, (before ? before * 2 : 1) * sizeof(**names));
		if (!grown)
			return -ENOMEM;
		*names = grown;
	}
	(*names)[before] = arena_strndup(&count->arena, key, strlen(key));
	return (*names)[before] ? 0 : -ENOMEM;
}

static int keep(struct index_count *count, const char **slot, const char *text)
{
	if (*slot && text && strcmp(*slot, text) == 0)
		return 0;
	*slot = NULL;
	if (!text)
		return 0;
	*slot = arena_strndup(&count->arena, text, strlen(text));
	return *slot ? 0 : -ENOMEM;
}

int index_count_document(struct index_count *count, const struct garner_document *d, struct error *error)
{
	struct index_head *head = &count->head;
	int64_t day = index_day(d);
	head->documents++;
	head->words += (int64_t)d->words;
	head->bytes += (int64_t)d->text_size;
	head->duplicates += d->dup_of != GARNER_NO_NUMBER;
	head->near += d->near.n != GARNER_NO_NUMBER;
	head->revisions += d->revision_of != GARNER_NO_NUMBER;
	if (day != GARNER_NO_NUMBER) {
		if (head->first_day == GARNER_NO_NUMBER || day < head->first_day)
			head->first_day = day;
		if (head->last_day == GARNER_NO_NUMBER || day > head->last_day)
			head->last_day = day;
	}
	int result = count_key(count, &count->langs, &count->lang_names, d->lang);
	if (!result)
		result = count_key(count, &count->hosts, &count->host_names, d->host);
	if (!result && d->n >= head->next_n) {
		head->next_n = d->n + 1;
		if (keep(count, &head->tool, d->tool) || keep(count, &head->rules, d->rules) ||
			keep(count, &head->normaliser, d->normaliser))
			result = -ENOMEM;
	}
	return result ? error_set(error, result, "no memory for the index") : 0;
}

static int64_t number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

int index_count_run(struct index_count *count, struct view line, struct error *error)
{
	struct index_head *head = &count->head;
	json_error_t where;
	json_t *root = json_loadb(line.p, line.n, 0, &where);
	if (!json_is_object(root)) {
		json_decref(root);
		return error_set(error, -EINVAL, "not a JSON object: column %d: %s", where.column, where.text);
	}
	const char *at = json_string_value(json_object_get(root, "at"));
	int64_t time;
	int result = 0;
	if (number(root, "format") > STORE_FORMAT)
		result = error_set(error, -EPROTONOSUPPORT, "format %lld; this garner reads up to %d: take a newer one",
			(long long)number(root, "format"), STORE_FORMAT);
	else if (at && !clock_parse(view_of(at), &time))
		result = error_set(error, -EINVAL, "'at' is no time");
	else if (number(root, "inputs") != number(root, "stored") + number(root, "known") + number(root, "dropped"))
		result = error_set(error, -EINVAL, "its counts do not add up");
	if (result) {
		json_decref(root);
		return result;
	}
	head->runs++;
	head->inputs += number(root, "inputs");
	head->known += number(root, "known");
	head->dropped += number(root, "dropped");
	const json_t *reasons = json_object_get(root, "reasons");
	for (int i = 1; i < GARNER_REASON_COUNT; i++)
		head->by_reason[i] += number(reasons, garner_reason_name(i));
	if (at && keep(count, &head->at, at))
		result = error_set(error, -ENOMEM, "no memory for the index");
	json_decref(root);
	return result;
}

static int by_value(const void *a, const void *b)
{
	const struct index_top *x = a, *y = b;
	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return strcmp(x->key, y->key);
}

static size_t take_top(const struct map *map, const char **names, struct index_top *top)
{
	struct index_top *all = calloc(map->count ? map->count : 1, sizeof(*all));
	size_t count = map->count < INDEX_TOP ? map->count : INDEX_TOP;
	if (!all)
		return 0;
	for (size_t i = 0; i < map->count; i++)
		all[i] = (struct index_top){ names[i], (int64_t)*map_get(map, view_of(names[i])) };
	qsort(all, map->count, sizeof(*all), by_value);
	memcpy(top, all, count * sizeof(*all));
	free(all);
	return count;
}

void index_count_end(struct index_count *count)
{
	struct index_head *head = &count->head;
	head->lang_count = take_top(&count->langs, count->lang_names, head->langs);
	head->host_count = take_top(&count->hosts, count->host_names, head->hosts);
	head->lang_keys = (int64_t)count->langs.count;
	head->host_keys = (int64_t)count->hosts.count;
}

void index_count_free(struct index_count *count)
{
	map_free(&count->langs);
	map_free(&count->hosts);
	free(count->lang_names);
	free(count->host_names);
	arena_free(&count->arena);
}
