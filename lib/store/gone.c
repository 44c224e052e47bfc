#include "store/gone.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "garner.h"
#include "store/inner.h"

static int from_json(json_t *root, struct gone *ret_gone)
{
	const json_t *n = json_object_get(root, "n");
	const char *raw = json_string_value(json_object_get(root, "raw"));
	const char *id = json_string_value(json_object_get(root, "id"));
	/* A line of a manifest has the other two. */
	bool reason = json_is_string(json_object_get(root, "reason"));
	int result = json_is_integer(n) && id && reason ? 0 : -EINVAL;
	if (!result) {
		*ret_gone = (struct gone){ .n = (int64_t)json_integer_value(n),
			.id = strtoull(id, NULL, 16),
			.lost = json_is_true(json_object_get(root, "lost")),
			.from = (int64_t)json_integer_value(json_object_get(root, "from")),
			.to = (int64_t)json_integer_value(json_object_get(root, "to")) };
		snprintf(ret_gone->raw, sizeof(ret_gone->raw), "%s", raw ? raw : "");
	}
	return result;
}

int gone_read(struct view line, struct gone *ret_gone)
{
	json_t *root = json_loadb(line.p, line.n, 0, NULL);
	int result = from_json(root, ret_gone);
	json_decref(root);
	return result;
}

struct telling {
	const char *root;
	int64_t n;
	uint64_t id;
	struct error last;
};

/* The last line of an id counts: it may have come again after damage. */
static int tell_line(void *user, struct view line, int64_t offset)
{
	struct telling *telling = user;
	struct gone gone;
	json_t *root = json_loadb(line.p, line.n, 0, NULL);
	(void)offset;
	if (from_json(root, &gone) == 0 &&
		(telling->n != GARNER_NO_NUMBER ? gone.n == telling->n : gone.id == telling->id)) {
		const char *at = json_string_value(json_object_get(root, "at"));
		telling->last = (struct error){ 0 };
		error_set(&telling->last, GARNER_FORGOTTEN, "%s: document %lld: %s%s%s: %s", telling->root,
			(long long)gone.n, gone.lost ? "lost" : "taken out", at ? " at " : "", at ? at : "",
			json_string_value(json_object_get(root, "reason")));
	}
	json_decref(root);
	return 0;
}

int gone_tell(const char *root, int64_t n, uint64_t id, struct error *error)
{
	struct telling telling = { .root = root, .n = n, .id = id };
	struct stat st;
	char name[64], *path = NULL;
	store_file_name(CATALOGUE_LOG, LOG_GONE, name);
	if (asprintf(&path, "%s/%s", root, name) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", root);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	/* A damaged log does not hide that the document is not there. */
	int result = fd < 0 || fstat(fd, &st) < 0 ? 1 : segment_each(fd, path, st.st_size, tell_line, &telling, NULL);
	if (fd >= 0)
		close(fd);
	free(path);
	return result || !telling.last.code ? 1 : error_set(error, telling.last.code, "%s", telling.last.text);
}
