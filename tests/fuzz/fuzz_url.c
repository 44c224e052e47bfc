/* A base URL, LF, a reference: what is taken is plain ASCII, stable, and resolves to itself. */
#include <stdlib.h>
#include "dedup/dedup.h"
#include "normalise/normalise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_spelling(struct view url)
{
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || (unsigned char)url.p[i] >= 0x7F)
			abort();
	if (!view_starts(url, VIEW("http://")) && !view_starts(url, VIEW("https://")))
		abort();
	if (url_host(url).n == 0)
		abort();
}

static void check(struct arena *arena, struct view url)
{
	struct view once, twice, same;
	if (url_canonical(arena, url, &once) != 0)
		return;
	check_spelling(once);
	/* Escapes make a URL longer, so one near the ceiling may be refused the second time. */
	if (url_canonical(arena, once, &twice) == 0 && !view_eq(once, twice))
		abort();
	if (url_resolve(arena, once, VIEW(""), &same) == 0 && !view_eq(once, same))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct view in = { (const char *)data, size }, resolved;
	size_t end = view_find_byte(in, '\n');
	struct view base = view_first(in, end), reference = view_from(in, end + 1);
	uint8_t id[8];
	arena_init(&arena, (size_t)4 << 20);
	check(&arena, base);
	check(&arena, reference);
	if (url_resolve(&arena, base, reference, &resolved) == 0) {
		check_spelling(resolved);
		check(&arena, resolved);
	}
	if (identity_url(&arena, base, reference, &resolved) == 0)
		check_spelling(resolved);
	identity_of_name(reference, id);
	arena_free(&arena);
	return 0;
}
