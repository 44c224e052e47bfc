/* dom_dump [--full] < page.html: the node table of a page as text. */
#include <stdio.h>
#include <string.h>

#include "dom_text.h"
#include "util/limits.h"

int main(int argc, char **argv)
{
	struct garner_options options = { .full_parse = argc > 1 && strcmp(argv[1], "--full") == 0 };
	struct buf in = BUF_INIT(LIMIT_BODY_BYTES), out = BUF_INIT((size_t)1 << 30);
	struct page page;
	char *room;
	while ((room = buf_room(&in, 65536))) {
		size_t n = fread(room, 1, 65536, stdin);
		if (n == 0)
			break;
		buf_added(&in, n);
	}
	int result = dom_text_parse(&page, &options, buf_view(&in));
	if (result == 0)
		dom_text_write(page.dom, &out);
	else
		fprintf(stderr, "dom_dump: %s\n", garner_reason_name(result));
	fwrite(out.p, 1, out.n, stdout);
	arena_free(&page.arena);
	buf_free(&in);
	buf_free(&out);
	return result != 0;
}
