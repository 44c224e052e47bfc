/* Any text through the profiles: valid, stable, never three times as long. The first byte chooses. */
#include <stdlib.h>
#include "decode/encoding.h"
#include "dedup/dedup.h"
#include "meta/meta.h"
#include "normalise/normalise.h"
#include "normalise/unicode.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int normalise_fn(enum garner_profile, struct arena *, struct view, struct view *);

static int line(enum garner_profile profile, struct arena *arena, struct view in, struct view *ret_text)
{
	return normalise_line(profile, arena, in, 40, ret_text);
}

static void check(struct arena *arena, normalise_fn *normalise, enum garner_profile profile, struct view in)
{
	struct view once, twice;
	if (normalise(profile, arena, in, &once) || normalise(profile, arena, once, &twice))
		return; /* the arena's budget */
	if (!utf8_is_valid(once) || once.n > 3 * in.n || !view_eq(once, twice))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static normalise_fn *const functions[] = { normalise_text, normalise_code, line };
	struct arena arena;
	struct view text;
	struct minhash signature;
	uint32_t bad;
	double score = 0;
	if (size < 1)
		return 0;
	arena_init(&arena, (size_t)64 << 20);
	if (decoder_run(NULL, &arena, ENCODING_UTF8, view_make((const char *)data + 1, size - 1), &text, &bad) == 0) {
		check(&arena, functions[data[0] / 3 % 3], (enum garner_profile)(data[0] % 3), text);
		minhash_of(text, &signature);
		if (minhash_similarity(&signature, &signature) != 1 || unicode_words(text) > text.n)
			abort();
		lang_of(text, &score);
		if (!(score >= 0 && score <= 1))
			abort();
	}
	arena_free(&arena);
	return 0;
}
