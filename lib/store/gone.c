#include "store/gone.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int gone_read(struct view line, struct gone *ret_gone)
{
	json_t *root = json_loadb(line.p, line.n, 0, NULL);
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
	json_decref(root);
	return result;
}
