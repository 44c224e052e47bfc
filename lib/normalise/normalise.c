/* The stage, and the three passes of a profile: characters, NFC, lines. */
#include "normalise/normalise.h"

#include <errno.h>
#include "normalise/profile.h"
#include "normalise/space.h"
#include "normalise/unicode.h"
#include "util/limits.h"
#include "util/sink.h"

const char *normalise_version(enum garner_profile profile)
{
	switch (profile) {
	case GARNER_PROFILE_KEEP: return "keep/1";
	case GARNER_PROFILE_SEARCH: return "search/1";
	default: return "clean/1";
	}
}

/* A profile looks at letters one by one, so letter and mark have to be one first; what it drops may bring a
 * letter and its mark together. */
static int characters(enum filter filter, struct arena *arena, struct view in, struct view *ret_text)
{
	struct view composed, filtered;
	int result = unicode_nfc(arena, in, &composed);
	if (!result)
		result = profile_filter(filter, arena, composed, &filtered);
	if (result)
		return result;
	*ret_text = filtered;
	return filtered.p == composed.p ? 0 : unicode_nfc(arena, filtered, ret_text);
}

int normalise_text(enum garner_profile profile, struct arena *arena, struct view in, struct view *ret_text)
{
	enum space_mode mode = profile == GARNER_PROFILE_KEEP ? SPACE_KEEP : SPACE_COLLAPSE;
	int result = characters((enum filter)profile, arena, in, &in);
	return result ? result : space_lines(mode, arena, in, ret_text);
}

int normalise_code(enum garner_profile profile, struct arena *arena, struct view in, struct view *ret_text)
{
	enum filter filter = profile == GARNER_PROFILE_CLEAN ? FILTER_CODE : (enum filter)profile;
	int result = characters(filter, arena, in, &in);
	return result ? result : space_lines(SPACE_KEEP, arena, in, ret_text);
}

/* Line ends to spaces; @in itself when there are none. */
static int join_lines(struct arena *arena, struct view in, struct view *ret_text)
{
	*ret_text = in;
	if (view_find_byte(in, '\n') == in.n)
		return 0;
	char *out = arena_alloc(arena, in.n);
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < in.n; i++)
		out[i] = in.p[i] == '\n' ? ' ' : in.p[i];
	*ret_text = view_make(out, in.n);
	return 0;
}

int normalise_line(enum garner_profile profile, struct arena *arena, struct view in, size_t max, struct view *ret_text)
{
	enum space_mode mode = profile == GARNER_PROFILE_KEEP ? SPACE_KEEP : SPACE_COLLAPSE;
	for (;;) {
		int result = characters((enum filter)profile, arena, in, &in);
		if (!result)
			result = join_lines(arena, in, &in);
		if (!result)
			result = space_lines(mode, arena, view_trim(in), &in);
		if (result)
			return result;
		if (in.n <= max) {
			*ret_text = in;
			return 0;
		}
		/* What stood before the cut may have lost its reason: once more. */
		in = utf8_first(in, max);
	}
}

/* Kept blocks one under the other. */
static int join_blocks(enum garner_profile profile, struct page *page, struct sink *out)
{
	bool gap = false;
	for (size_t i = 0; i < page->block_count; i++) {
		const struct block *block = &page->blocks[i];
		struct view text;
		if (block->cut)
			continue;
		int result = block->kind == BLOCK_CODE ? normalise_code(profile, &page->arena, block->text, &text)
						       : normalise_text(profile, &page->arena, block->text, &text);
		if (result)
			return result;
		gap |= block->gap;
		if (text.n == 0)
			continue;
		if (out->n && !sink_put(out, "\n\n", gap ? 2 : 1))
			return -ENOMEM;
		if (!sink_put(out, text.p, text.n))
			return -ENOMEM;
		gap = false;
	}
	return 0;
}

/* Blocks are views all over the page, so the sum is known and the text is written once. */
static int make_text(enum garner_profile profile, struct page *page, struct sink *out)
{
	size_t n = 0;
	for (size_t i = 0; i < page->block_count; i++)
		n += page->blocks[i].cut ? 0 : page->blocks[i].text.n + 2;
	*out = (struct sink){ .arena = &page->arena };
	if (!sink_room(out, n + 2))
		return -ENOMEM;
	int result = join_blocks(profile, page, out);
	return result || sink_byte(out, 0) ? result : -ENOMEM;
}

static int fact(enum garner_profile profile, struct page *page, const char **fact, size_t max)
{
	struct view text;
	if (!*fact)
		return 0;
	int result = normalise_line(profile, &page->arena, view_of(*fact), max, &text);
	if (result)
		return result;
	*fact = text.n ? arena_strdup_view(&page->arena, text) : NULL;
	return text.n && !*fact ? -ENOMEM : 0;
}

/* A list in place of the old one, without what became empty. */
static int facts(enum garner_profile profile, struct page *page, const char *const **list, size_t *count)
{
	const char **kept = arena_calloc(&page->arena, *count + 1, sizeof(*kept));
	size_t n = 0;
	if (!kept)
		return -ENOMEM;
	for (size_t i = 0; i < *count; i++) {
		kept[n] = (*list)[i];
		int result = fact(profile, page, &kept[n], LIMIT_FACT_BYTES);
		if (result)
			return result;
		n += kept[n] != NULL;
	}
	*list = n ? kept : NULL;
	*count = n;
	return 0;
}

static int all_facts(enum garner_profile profile, struct page *page)
{
	struct garner_document *d = &page->document;
	const char **singles[] = { &d->site, &d->description, &d->section, &d->licence };
	int result = fact(profile, page, &d->title, LIMIT_TITLE_BYTES);
	for (size_t i = 0; !result && i < sizeof(singles) / sizeof(singles[0]); i++)
		result = fact(profile, page, singles[i], LIMIT_FACT_BYTES);
	if (!result && d->author_count)
		result = facts(profile, page, &d->authors, &d->author_count);
	if (!result && d->tag_count)
		result = facts(profile, page, &d->tags, &d->tag_count);
	return result;
}

/* The archive member: title, blank line, text. */
static bool make_member(struct page *page)
{
	const struct garner_document *d = &page->document;
	struct view title = view_of(d->title);
	size_t head = title.n ? title.n + 2 : 0, n = head + d->text_size + 1;
	char *member = arena_alloc(&page->arena, n + 1);
	if (!member)
		return false;
	if (title.n) {
		memcpy(member, title.p, title.n);
		memcpy(member + title.n, "\n\n", 2);
	}
	memcpy(member + head, d->text, d->text_size);
	memcpy(member + n - 1, "\n", 2);
	page->member = view_make(member, n);
	return true;
}

static int run(void *state, struct page *page)
{
	(void)state;
	enum garner_profile profile = page->options ? page->options->profile : GARNER_PROFILE_CLEAN;
	struct garner_document *d = &page->document;
	struct sink text;
	if (make_text(profile, page, &text) != 0 || all_facts(profile, page) != 0)
		return page_full(page);
	if (text.n <= 1)
		return page_drop(page, GARNER_NO_TEXT, "nothing is left after cleaning");
	d->text = text.p;
	d->text_size = text.n - 1;
	d->words = unicode_words(view_make(d->text, d->text_size));
	d->normaliser = normalise_version(profile);
	return make_member(page) ? 0 : page_full(page);
}

const struct stage normalise_stage = { "normalise", NULL, run, NULL };
