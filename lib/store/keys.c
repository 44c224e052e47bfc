#include "store/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "store/runs.h"
#include "util/hash.h"
#include "util/view.h"

enum band { BAND_ID, BAND_TEXT, BAND_URL, BAND_DAY, BAND_HOST };

static const struct runs_shape shape = { .folder = "keys",
	.kind = CATALOGUE_KEYS,
	.from = "keys_from",
	.documents = KEYS_RUN_DOCUMENTS,
	.entries = 3 + CATALOGUE_URLS + KEYS_HOSTS };

struct keys {
	struct catalogue *catalogue;
	struct runs *runs;
	bool loaded; /* the newest rows are in memory */
	struct error *error;
};

static uint32_t high_half(uint64_t key)
{
	return (uint32_t)(key >> 32);
}

static uint32_t key_of_text(const uint8_t sha256[32])
{
	uint32_t key;
	memcpy(&key, sha256, sizeof(key));
	return key;
}

/* In order from the oldest to the newest; @day may be anything. */
static uint32_t key_of_day(int64_t day)
{
	int64_t key = day + INT64_C(0x80000000);
	return key < 0 ? 0 : key > UINT32_MAX ? UINT32_MAX : (uint32_t)key;
}

static uint32_t key_of_host(const char *host)
{
	return high_half(hash64(view_of(host), 0));
}

/* ---- open, add ------------------------------------------------------------------------------ */

static int add(struct keys *keys, const struct catalogue_document *row, struct error *error)
{
	uint32_t n = (uint32_t)row->n;
	runs_add(keys->runs, BAND_ID, high_half(row->id), n);
	runs_add(keys->runs, BAND_TEXT, key_of_text(row->sha256), n);
	for (size_t i = 0; i < row->url_count; i++)
		runs_add(keys->runs, BAND_URL, high_half(row->urls[i]), n);
	if (row->day != GARNER_NO_NUMBER)
		runs_add(keys->runs, BAND_DAY, key_of_day(row->day), n);
	const char *host = row->host;
	for (int i = 0; host && i < KEYS_HOSTS; i++) {
		runs_add(keys->runs, BAND_HOST, key_of_host(host), n);
		host = strchr(host, '.');
		host = host ? host + 1 : NULL;
	}
	return runs_added(keys->runs, row->n + 1, error);
}

static int load_row(void *user, const struct catalogue_document *row)
{
	struct keys *keys = user;
	return add(keys, row, keys->error);
}

static int load(struct keys *keys, struct error *error)
{
	if (keys->loaded)
		return 0;
	keys->loaded = true;
	keys->error = error;
	return catalogue_each_key(keys->catalogue, runs_from(keys->runs), load_row, keys, error);
}

int keys_open(const char *root, const char *path, struct catalogue *catalogue, bool writing, struct keys **ret_keys,
	struct error *error)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	if (!keys)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	keys->catalogue = catalogue;
	int result = runs_open(&shape, root, path, catalogue, &keys->runs, error);
	if (!result && writing)
		result = load(keys, error);
	if (result) {
		keys_free(keys);
		return result;
	}
	*ret_keys = keys;
	return 0;
}

struct keys *keys_free(struct keys *keys)
{
	if (keys) {
		runs_free(keys->runs);
		free(keys);
	}
	return NULL;
}

int keys_add(struct keys *keys, const struct catalogue_document *row, struct error *error)
{
	return add(keys, row, error);
}

void keys_committed(struct keys *keys)
{
	runs_committed(keys->runs);
}

int keys_sweep(const char *root, struct catalogue *catalogue, struct error *error)
{
	return runs_sweep(&shape, root, catalogue, error);
}

/* ---- find ----------------------------------------------------------------------------------- */

struct numbers {
	uint32_t *all;
	size_t count, cap;
	int64_t from;
	struct error *error;
};

static int take_number(void *user, uint32_t n)
{
	struct numbers *numbers = user;
	if (n < numbers->from)
		return 0;
	if (numbers->count == numbers->cap) {
		size_t cap = numbers->cap ? numbers->cap * 2 : 256;
		uint32_t *grown = realloc(numbers->all, cap * sizeof(*grown));
		if (!grown)
			return error_set(numbers->error, -ENOMEM, "no memory for a list of documents");
		numbers->all = grown;
		numbers->cap = cap;
	}
	numbers->all[numbers->count++] = n;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* Sorted, each once. */
static int collect(
	struct keys *keys, uint32_t band, uint32_t low, uint32_t high, struct numbers *numbers, struct error *error)
{
	size_t kept = 0;
	numbers->error = error;
	int result = runs_find(keys->runs, band, low, high, 0, take_number, numbers, error);
	if (result)
		return result;
	if (numbers->count)
		qsort(numbers->all, numbers->count, sizeof(*numbers->all), by_number);
	for (size_t i = 0; i < numbers->count; i++)
		if (kept == 0 || numbers->all[kept - 1] != numbers->all[i])
			numbers->all[kept++] = numbers->all[i];
	numbers->count = kept;
	return 0;
}

static int row_of(struct keys *keys, uint32_t n, struct catalogue_document *ret_row, struct error *error)
{
	return catalogue_document(keys->catalogue, n, ret_row, error);
}

static bool has_url(const struct catalogue_document *row, uint64_t key)
{
	for (size_t i = 0; i < row->url_count; i++)
		if (row->urls[i] == key)
			return true;
	return false;
}

/* The last of @numbers whose row is of the id, or has the URL, @key. */
static int newest_of(struct keys *keys, const struct numbers *numbers, enum band band, uint64_t key,
	int64_t *ret_newest, struct error *error)
{
	int result = 0;
	for (size_t i = numbers->count; result >= 0 && *ret_newest == GARNER_NO_NUMBER && i-- > 0;) {
		struct catalogue_document row;
		result = row_of(keys, numbers->all[i], &row, error);
		if (!result && (band == BAND_ID ? row.id == key : has_url(&row, key)))
			*ret_newest = row.n;
	}
	return result < 0 ? result : 0;
}

/* The first of @numbers with this id and text. */
static int oldest_same(struct keys *keys, const struct numbers *numbers, uint64_t id, const uint8_t sha256[32],
	int64_t *ret_same, struct error *error)
{
	int result = 0;
	for (size_t i = 0; result >= 0 && *ret_same == GARNER_NO_NUMBER && i < numbers->count; i++) {
		struct catalogue_document row;
		result = row_of(keys, numbers->all[i], &row, error);
		if (!result && row.id == id && memcmp(row.sha256, sha256, 32) == 0)
			*ret_same = row.n;
	}
	return result < 0 ? result : 0;
}

/* Of @numbers those whose text may be @sha256, too. */
static int with_text(struct keys *keys, struct numbers *numbers, const uint8_t sha256[32], struct error *error)
{
	struct numbers texts = { .all = NULL };
	uint32_t key = key_of_text(sha256);
	size_t kept = 0;
	int result = collect(keys, BAND_TEXT, key, key, &texts, error);
	for (size_t i = 0, j = 0; !result && i < numbers->count; i++) {
		while (j < texts.count && texts.all[j] < numbers->all[i])
			j++;
		if (j < texts.count && texts.all[j] == numbers->all[i])
			numbers->all[kept++] = numbers->all[i];
	}
	numbers->count = kept;
	free(texts.all);
	return result;
}

/* A page that is looked at every hour has 8,760 texts after a year: no row is read but the newest, and those that have
 * this text. */
int keys_find_id(struct keys *keys, uint64_t id, const uint8_t sha256[32], int64_t *ret_newest, int64_t *ret_same,
	struct error *error)
{
	enum { FEW = 3 };
	struct numbers numbers = { .all = NULL };
	int result = load(keys, error);
	*ret_newest = *ret_same = GARNER_NO_NUMBER;
	if (!result)
		result = collect(keys, BAND_ID, high_half(id), high_half(id), &numbers, error);
	if (!result)
		result = newest_of(keys, &numbers, BAND_ID, id, ret_newest, error);
	if (!result && numbers.count > FEW)
		result = with_text(keys, &numbers, sha256, error);
	if (!result)
		result = oldest_same(keys, &numbers, id, sha256, ret_same, error);
	free(numbers.all);
	return result;
}

struct search {
	struct keys *keys;
	const uint8_t *sha256;
	int64_t oldest;
	struct error *error;
};

/* In order of number: the first that has it ends the run. */
static int see_text(void *user, uint32_t n)
{
	struct search *search = user;
	struct catalogue_document row;
	if (search->oldest != GARNER_NO_NUMBER && n >= search->oldest)
		return 1;
	int result = row_of(search->keys, n, &row, search->error);
	if (result || memcmp(row.sha256, search->sha256, 32) != 0)
		return result < 0 ? result : 0;
	search->oldest = row.n;
	return 1;
}

int keys_find_text(struct keys *keys, const uint8_t sha256[32], int64_t *ret_first, struct error *error)
{
	struct search search = { .keys = keys, .sha256 = sha256, .oldest = GARNER_NO_NUMBER, .error = error };
	uint32_t key = key_of_text(sha256);
	int result = load(keys, error);
	/* More than a few others with the same 32 bits before the first that has the text do not happen. */
	if (!result)
		result = runs_find(keys->runs, BAND_TEXT, key, key, RUNS_LIMIT_MAX, see_text, &search, error);
	*ret_first = search.oldest;
	return result;
}

int keys_find_url(struct keys *keys, uint64_t key, int64_t *ret_newest, struct error *error)
{
	struct numbers numbers = { .all = NULL };
	int64_t seen = GARNER_NO_NUMBER;
	int result = load(keys, error);
	*ret_newest = GARNER_NO_NUMBER;
	if (!result)
		result = collect(keys, BAND_URL, high_half(key), high_half(key), &numbers, error);
	if (!result)
		result = newest_of(keys, &numbers, BAND_URL, key, ret_newest, error);
	if (!result)
		result = catalogue_find_url(keys->catalogue, key, &seen, error);
	if (seen > *ret_newest)
		*ret_newest = seen;
	free(numbers.all);
	return result;
}

/* ---- many ----------------------------------------------------------------------------------- */

struct of_id {
	uint64_t id;
	catalogue_fn *fn;
	void *user;
};

static int tell_of_id(void *user, const struct catalogue_document *row)
{
	struct of_id *of_id = user;
	return row->id == of_id->id ? of_id->fn(of_id->user, row) : 0;
}

int keys_each_of_id(struct keys *keys, uint64_t id, catalogue_fn *fn, void *user, struct error *error)
{
	struct numbers numbers = { .all = NULL };
	struct of_id of_id = { id, fn, user };
	int result = load(keys, error);
	if (!result)
		result = collect(keys, BAND_ID, high_half(id), high_half(id), &numbers, error);
	if (!result)
		result =
			catalogue_each_of(keys->catalogue, NULL, numbers.all, numbers.count, tell_of_id, &of_id, error);
	free(numbers.all);
	return result;
}

struct span {
	uint32_t band, low, high;
	uint64_t count;
};

static int count_span(struct keys *keys, struct span *span, struct error *error)
{
	return runs_count(keys->runs, span->band, span->low, span->high, &span->count, error);
}

static int narrowest(struct keys *keys, const struct garner_filter *filter, struct span *ret_span, struct error *error)
{
	struct span host = { .band = BAND_HOST, .count = UINT64_MAX }, day = { .band = BAND_DAY, .count = UINT64_MAX };
	int result = 0;
	if (filter->host) {
		host.low = host.high = key_of_host(filter->host);
		result = count_span(keys, &host, error);
	}
	if (!result && (filter->since || filter->until)) {
		int64_t since = catalogue_day_of(filter->since), until = catalogue_day_of(filter->until);
		day.low = filter->since ? key_of_day(since) : 0;
		day.high = filter->until ? key_of_day(until) : UINT32_MAX;
		day.count = 0;
		if (day.low <= day.high)
			result = count_span(keys, &day, error);
	}
	*ret_span = host.count < day.count ? host : day;
	return result;
}

bool keys_help(const struct garner_filter *filter)
{
	return filter && (filter->host || filter->since || filter->until);
}

int keys_each(struct keys *keys, const struct garner_filter *filter, catalogue_fn *fn, void *user, struct error *error)
{
	struct span span = { .count = UINT64_MAX };
	int64_t newest = 0;
	int result = 0;
	if (keys_help(filter)) {
		result = load(keys, error);
		if (!result)
			result = catalogue_newest(keys->catalogue, &newest, error);
		if (!result)
			result = narrowest(keys, filter, &span, error);
	}
	if (result)
		return result;
	/* One by one a row costs several times what it costs in order. */
	if (newest <= 0 || span.count > (uint64_t)newest / 4)
		return catalogue_each(keys->catalogue, filter, fn, user, error);
	struct numbers numbers = { .from = filter->from_n };
	if (span.count)
		result = collect(keys, span.band, span.low, span.high, &numbers, error);
	if (!result)
		result = catalogue_each_of(keys->catalogue, filter, numbers.all, numbers.count, fn, user, error);
	free(numbers.all);
	return result;
}

/* ---- days ----------------------------------------------------------------------------------- */

struct edge {
	struct keys *keys;
	bool last;
	bool any;
	uint32_t key;
	struct error *error;
};

/* The first that is still there ends the run. */
static int see_day(void *user, uint32_t key, uint32_t n)
{
	struct edge *edge = user;
	int64_t day;
	if (edge->any && (edge->last ? key <= edge->key : key >= edge->key))
		return 1;
	int result = catalogue_day(edge->keys->catalogue, n, &day, edge->error);
	if (result || day == GARNER_NO_NUMBER || key_of_day(day) != key)
		return result < 0 ? result : 0;
	edge->any = true;
	edge->key = key;
	return 1;
}

static int find_edge(struct keys *keys, bool last, int64_t *ret_day, struct error *error)
{
	struct edge edge = { .keys = keys, .last = last, .error = error };
	int result = runs_edge(keys->runs, BAND_DAY, last, see_day, &edge, error);
	*ret_day = edge.any ? (int64_t)edge.key - INT64_C(0x80000000) : GARNER_NO_NUMBER;
	return result;
}

int keys_days(struct keys *keys, int64_t *ret_first, int64_t *ret_last, struct error *error)
{
	int result = load(keys, error);
	if (!result)
		result = find_edge(keys, false, ret_first, error);
	return result ? result : find_edge(keys, true, ret_last, error);
}

/* ---- proof ---------------------------------------------------------------------------------- */

static const char *const names[] = { "id", "text", "URL", "day", "host" };

const char *keys_name(int band)
{
	return band >= 0 && band < (int)(sizeof(names) / sizeof(names[0])) ? names[band] : "key";
}

struct looking {
	uint32_t n;
	bool found;
};

static int see_number(void *user, uint32_t n)
{
	struct looking *looking = user;
	looking->found |= n == looking->n;
	return looking->found;
}

/* 0; 1: it does not. */
static int leads(struct keys *keys, uint32_t band, uint32_t key, int64_t n, struct error *error)
{
	struct looking looking = { .n = (uint32_t)n };
	int result = runs_find(keys->runs, band, key, key, 0, see_number, &looking, error);
	return result ? result : !looking.found;
}

int keys_check(struct keys *keys, const struct catalogue_document *row, struct error *error)
{
	struct {
		uint32_t band, key;
	} all[4 + CATALOGUE_URLS];
	size_t count = 0;
	all[count].band = BAND_ID, all[count++].key = high_half(row->id);
	all[count].band = BAND_TEXT, all[count++].key = key_of_text(row->sha256);
	for (size_t i = 0; i < row->url_count; i++)
		all[count].band = BAND_URL, all[count++].key = high_half(row->urls[i]);
	if (row->host)
		all[count].band = BAND_HOST, all[count++].key = key_of_host(row->host);
	if (row->day != GARNER_NO_NUMBER)
		all[count].band = BAND_DAY, all[count++].key = key_of_day(row->day);
	int result = load(keys, error);
	for (size_t i = 0; !result && i < count; i++) {
		result = leads(keys, all[i].band, all[i].key, row->n, error);
		if (result > 0)
			return 1 + (int)all[i].band;
	}
	return result;
}
