#include "store/near.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "dedup/dedup.h"
#include "store/format.h"
#include "store/runs.h"
#include "store/segment.h"
#include "util/file.h"
#include "util/limits.h"

static const struct runs_shape shape = { .folder = "near",
	.kind = CATALOGUE_NEAR,
	.from = "near_from",
	.documents = NEAR_RUN_DOCUMENTS,
	.entries = NEAR_BANDS };

struct near {
	const char *root; /* NULL: temporary */
	struct catalogue *catalogue;
	struct segment signatures;
	int64_t next_n; /* of the next near_put */
	struct runs *runs;
};

/* One of near/signatures. All zero bytes: a text that is never matched. */
struct record {
	uint64_t id;
	struct minhash signature;
};
_Static_assert(sizeof(struct record) == 8 + MINHASH_BYTES, "records have no gaps");

static int no_memory(const struct near *near, struct error *error)
{
	return error_set(error, -ENOMEM, "%s: no memory for near duplicates", near->signatures.name);
}

static int add_keys(struct near *near, uint32_t n, const struct minhash *signature, struct error *error)
{
	for (uint32_t band = 0; band < NEAR_BANDS; band++)
		runs_add(near->runs, band, minhash_band(signature, band), n);
	return runs_added(near->runs, (int64_t)n + 1, error);
}

static int add_record(struct near *near, const struct record *record, struct error *error)
{
	if (buf_put(&near->signatures.pending, record, sizeof(*record)))
		return no_memory(near, error);
	near->signatures.size += (int64_t)sizeof(*record);
	near->next_n++;
	return near->signatures.pending.n > MIB(1) ? segment_write(&near->signatures, error) : 0;
}

int near_fill(struct near *near, int64_t next_n, struct error *error)
{
	struct record none = { .id = 0 };
	int result = 0;
	while (!result && near->next_n < next_n)
		result = add_record(near, &none, error);
	return result;
}

int near_add(struct near *near, int64_t n, uint64_t id, const struct minhash *signature, struct error *error)
{
	struct record record = { .id = id };
	int result = near_fill(near, n, error);
	if (signature)
		record.signature = *signature;
	if (!result)
		result = add_record(near, &record, error);
	return result || !signature ? result : add_keys(near, (uint32_t)n, signature, error);
}

void near_committed(struct near *near)
{
	runs_committed(near->runs);
}

int near_forget(struct near *near, int64_t n, struct error *error)
{
	struct record none = { .id = 0 };
	struct segment *s = &near->signatures;
	int result = segment_write(s, error);
	if (result || (n + 1) * (int64_t)sizeof(none) > s->size)
		return result;
	if (lseek(s->fd, n * (int64_t)sizeof(none), SEEK_SET) < 0)
		return error_set(error, -errno, "%s: seek: %s", s->name, strerror(errno));
	s->unsynced = true;
	return file_write(s->fd, &none, sizeof(none), error, s->name);
}

int near_sync(struct near *near, struct error *error)
{
	if (!near->root)
		return segment_write(&near->signatures, error);
	struct catalogue_file file = { .kind = CATALOGUE_NEAR, .number = 0, .size = near->signatures.size };
	int result = segment_sync(&near->signatures, error);
	return result || !file.size ? result : catalogue_put_file(near->catalogue, &file, error);
}

/* ---- search ---------------------------------------------------------------------------------- */

struct search {
	struct near *near;
	const struct minhash *signature;
	uint64_t id;
	int64_t best_n;
	double best;
	uint32_t seen[64]; /* candidates that were compared, by their low bits */
	struct error *error;
};

static int read_record(struct near *near, uint32_t n, struct record *ret, struct error *error)
{
	const struct segment *s = &near->signatures;
	int64_t at = (int64_t)n * (int64_t)sizeof(*ret), written = s->size - (int64_t)s->pending.n;
	if (at >= written) {
		memcpy(ret, s->pending.p + (at - written), sizeof(*ret));
		return 0;
	}
	return file_read_at(s->fd, ret, sizeof(*ret), at, error, s->name);
}

static int consider(void *user, uint32_t n)
{
	struct search *search = user;
	struct record other;
	uint32_t *slot = &search->seen[n % 64];
	if (*slot == n + 1)
		return 0;
	*slot = n + 1;
	int result = read_record(search->near, n, &other, search->error);
	if (result || other.id == search->id)
		return result;
	double score = minhash_similarity(search->signature, &other.signature);
	/* Ties go to the oldest, whatever order the runs are in. */
	if (score < NEAR_SCORE || score < search->best || (score == search->best && n >= search->best_n))
		return 0;
	search->best = score;
	search->best_n = n;
	return 0;
}

static int search_all(struct search *search)
{
	int result = 0;
	for (uint32_t band = 0; !result && band < NEAR_BANDS; band++) {
		uint32_t key = minhash_band(search->signature, band);
		result =
			runs_find(search->near->runs, band, key, key, NEAR_CANDIDATES, consider, search, search->error);
	}
	return result;
}

int near_put(struct near *near, int64_t n, uint64_t id, const struct minhash *signature, int64_t *ret_n,
	double *ret_score, struct error *error)
{
	*ret_n = GARNER_NO_NUMBER;
	if (n != near->next_n || n >= UINT32_MAX)
		return error_set(error, -EINVAL, "%s: document %lld out of order", near->signatures.name, (long long)n);
	if (signature) {
		struct search search = {
			.near = near, .signature = signature, .id = id, .best_n = GARNER_NO_NUMBER, .error = error
		};
		int result = search_all(&search);
		if (result)
			return result;
		*ret_n = search.best_n;
		*ret_score = search.best;
	}
	return near_add(near, n, id, signature, error);
}

/* ---- open ------------------------------------------------------------------------------------- */

static int open_signatures(struct near *near, const char *path, const char *suffix, int64_t next_n, struct error *error)
{
	char *name = NULL, *folder = NULL;
	if (asprintf(&folder, "%s/%s", path, shape.folder) < 0 ||
		asprintf(&name, "%s/signatures%s", folder, suffix) < 0) {
		free(folder);
		return error_set(error, -ENOMEM, "%s: no memory", path);
	}
	int result = file_make_folder(folder, error);
	if (!result)
		result = segment_open(&near->signatures, name, next_n * (int64_t)sizeof(struct record), error);
	free(folder);
	free(name);
	return result;
}

static bool is_none(const struct minhash *signature)
{
	static const struct minhash none;
	return memcmp(signature, &none, sizeof(none)) == 0;
}

static int read_fresh(struct near *near, int64_t next_n, struct error *error)
{
	struct record record;
	int result = 0;
	for (int64_t n = runs_from(near->runs); !result && n < next_n; n++) {
		result = read_record(near, (uint32_t)n, &record, error);
		if (!result && !is_none(&record.signature))
			result = add_keys(near, (uint32_t)n, &record.signature, error);
	}
	near->next_n = next_n;
	return result;
}

static int open_near(const char *root, const char *path, const char *suffix, struct catalogue *catalogue,
	int64_t next_n, struct near **ret_near, struct error *error)
{
	struct near *near = calloc(1, sizeof(*near));
	if (!near)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	near->root = root;
	near->catalogue = catalogue;
	near->signatures = SEGMENT_NONE;
	int result = root ? open_signatures(near, path, suffix, next_n, error)
			  : segment_open_temporary(&near->signatures, path, error);
	if (!result)
		result = runs_open(&shape, root, path, catalogue, &near->runs, error);
	if (!result && root)
		result = read_fresh(near, next_n, error);
	if (result) {
		near_free(near);
		return result;
	}
	*ret_near = near;
	return 0;
}

int near_open(const char *root, const char *path, struct catalogue *catalogue, int64_t next_n, struct near **ret_near,
	struct error *error)
{
	return open_near(root, path, "", catalogue, next_n, ret_near, error);
}

int near_open_beside(const char *root, struct catalogue *catalogue, struct near **ret_near, struct error *error)
{
	return open_near(root, root, ".new", catalogue, 0, ret_near, error);
}

int near_publish(const char *root, struct error *error)
{
	char *from = NULL, *to = NULL;
	int result = 0;
	if (asprintf(&to, "%s/" STORE_SIGNATURES_NAME, root) < 0 || asprintf(&from, "%s.new", to) < 0)
		result = error_set(error, -ENOMEM, "%s: no memory", root);
	else if (rename(from, to) < 0)
		result = error_set(error, -errno, "%s: rename: %s", from, strerror(errno));
	else
		result = file_sync_folder(to, error);
	free(from);
	free(to);
	return result;
}

int near_sweep(const char *root, struct catalogue *catalogue, struct error *error)
{
	return runs_sweep(&shape, root, catalogue, error);
}

struct near *near_free(struct near *near)
{
	if (!near)
		return NULL;
	runs_free(near->runs);
	segment_close(&near->signatures);
	free(near);
	return NULL;
}

/* ---- proof ------------------------------------------------------------------------------------ */

int near_file_open(const char *root, struct near_file *ret_file, struct error *error)
{
	*ret_file = (struct near_file){ .fd = -1 };
	if (asprintf(&ret_file->path, "%s/" STORE_SIGNATURES_NAME, root) < 0) {
		ret_file->path = NULL;
		return error_set(error, -ENOMEM, "%s: no memory", root);
	}
	ret_file->fd = open(ret_file->path, O_RDONLY | O_CLOEXEC);
	return 0;
}

void near_file_close(struct near_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
}

int64_t near_offset(int64_t n)
{
	return n * (int64_t)sizeof(struct record);
}

int near_compare(
	const struct near_file *file, int64_t n, uint64_t id, const struct minhash *signature, struct error *error)
{
	struct record had, expected = { .id = id };
	if (signature)
		expected.signature = *signature;
	int result = file_read_at(file->fd, &had, sizeof(had), near_offset(n), error, file->path);
	return result ? result : memcmp(&had, &expected, sizeof(had)) != 0;
}
