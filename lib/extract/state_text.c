/* Systems send a body as one string of markup, as a list of paragraphs, or as a list of blocks: objects with their text
 * under a key, in some of them as runs of other objects. A list is one body when its elements are text and nothing
 * else: what has an author or an address beside its text is an entry of a list of comments or teasers. */
#include "extract/state_text.h"

#include <jansson.h>
#include "dom/dom.h"
#include "util/buf.h"
#include "util/limits.h"

enum {
	BLOCKS_MIN = 3,
	BLOCK_BYTES = 30,      /* in the mean */
	SECTIONS_BYTES = 1500, /* of a list of lists: shorter ones are tabs of a product */
	FIRST_BYTES = 500,     /* the page's own text stands before those of others: of two lists so long ... */
	FIRST_TIMES = 3,       /* ... the later one is taken when it has more than so many times the text */
	LIST_TIMES = 2, /* a list has more than so many times the text of the longest string that is none of its own */
};

/* What a text is made of, in bytes. */
struct prose {
	size_t n, spaces, stops, odd, high;
};

static struct prose prose_of(const json_t *string)
{
	const char *s = json_string_value(string);
	struct prose prose = { .n = json_string_length(string) };
	for (size_t i = 0; i < prose.n; i++) {
		prose.spaces += s[i] == ' ';
		prose.stops += s[i] == '.' || s[i] == '!' || s[i] == '?';
		prose.odd += s[i] == '{' || s[i] == '}' || s[i] == ';' || s[i] == '=' || s[i] == '\\';
		prose.high += (unsigned char)s[i] >= 0x80;
	}
	return prose;
}

static void prose_add(struct prose *sum, const struct prose *more)
{
	sum->n += more->n;
	sum->spaces += more->spaces;
	sum->stops += more->stops;
	sum->odd += more->odd;
	sum->high += more->high;
}

/* Enough spaces or wide scripts, no data and no code. */
static bool is_prose(const struct prose *p)
{
	return p->odd * 25 < p->n &&
	       ((p->spaces * 12 > p->n && p->spaces * 3 < p->n && p->stops * 400 > p->n) || p->high * 2 > p->n);
}

/* ---- what is text of an object ------------------------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(key, *names) == 0)
			return true;
	return false;
}

static bool is_text_key(const char *key)
{
	static const char *const names[] = { "text", "content", "html", "value", "body", "paragraph", "paragraphs",
		"markup", "data", "children", "items", "nodes", "blocks", NULL };
	return is_one_of(key, names);
}

/* One of many that stand beside each other. */
static bool is_entry(const json_t *object)
{
	static const char *const names[] = { "author", "authors", "user", "username", "slug", "permalink", "byline",
		NULL },
				 *const heads[] = { "title", "headline", NULL },
				 *const places[] = { "url", "link", "href", "path", NULL };
	bool head = false, place = false;
	for (const char *const *name = names; *name; name++)
		if (json_object_get(object, *name))
			return true;
	for (const char *const *name = heads; *name; name++)
		head = head || json_object_get(object, *name);
	for (const char *const *name = places; *name; name++)
		place = place || json_object_get(object, *name);
	return head && place;
}

/* Lists of what stands around a body. */
static bool is_aside(const char *key)
{
	static const char *const words[] = { "comment", "repl", "related", "recommend", "teaser" };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (view_find_nocase(view_of(key), view_of(words[i])) < strlen(key))
			return true;
	return false;
}

/* ---- the walk --------------------------------------------------------------------------------------- */

struct found {
	const json_t *text, *list; /* NULL: none */
	size_t text_n, list_n;
	size_t longest; /* string of the list */
};

/* What a value says as a part of the one that holds it. */
struct part {
	struct prose prose;
	size_t longest;	      /* string */
	size_t blocks, whole; /* how many there are, and the bytes of those that are a list of some */
	bool run;	      /* it is one block: a string, or runs of one */
	const json_t *string; /* it is nothing else */
};

static struct part part_of(const json_t *value, int depth, struct found *best);

static struct part string_part(const json_t *string, struct found *best)
{
	struct part part = { .prose = prose_of(string), .run = true, .string = string };
	part.longest = part.whole = part.prose.n;
	part.blocks = part.prose.n != 0;
	if (part.prose.n > best->text_n && is_prose(&part.prose)) {
		best->text = string;
		best->text_n = part.prose.n;
	}
	return part;
}

/* The same text may stand there in two spellings, as text and as markup: the longer one counts. */
static struct part object_part(const json_t *object, int depth, struct found *best)
{
	const char *key;
	json_t *inner;
	struct part most = { 0 };
	json_object_foreach((json_t *)object, key, inner)
	{
		struct found aside = { 0 };
		bool beside = is_aside(key);
		struct part part = part_of(inner, depth + 1, beside ? &aside : best);
		if (beside && aside.text_n > best->text_n) {
			best->text = aside.text;
			best->text_n = aside.text_n;
		}
		if (is_text_key(key) && part.prose.n > most.prose.n)
			most = part;
	}
	return most.prose.n && is_entry(object) ? (struct part){ 0 } : most;
}

/* Does a paragraph end between these two? */
static bool breaks(const json_t *before, const json_t *behind)
{
	static const char *const ends[] = { ".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f", "\"", "\u201d",
		"\u201c", "\u00bb", "\u300d", ":", ")", ">", "\u0964", "\u061f", "\n" };
	struct view text = view_make(json_string_value(before), json_string_length(before)),
		    next = view_make(json_string_value(behind), json_string_length(behind));
	if (next.n && ascii_is_space(next.p[0]) && next.p[0] != '\n')
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (view_ends(text, view_of(ends[i])))
			return true;
	return false;
}

/* The elements of a list one by one. */
struct elements {
	struct part all;
	size_t count;	     /* with text */
	size_t single;	     /* bytes of those that are one block */
	size_t joints, ends; /* between two strings of objects; those where a paragraph ends */
	bool strings, objects;
	const json_t *last;
};

static void elements_add(struct elements *e, const json_t *value, const struct part *part)
{
	if (!part->prose.n)
		return;
	prose_add(&e->all.prose, &part->prose);
	e->all.longest = part->longest > e->all.longest ? part->longest : e->all.longest;
	e->all.blocks += part->run ? 1 : part->blocks;
	e->all.whole += part->run ? part->prose.n : part->whole;
	e->single += part->run ? part->prose.n : 0;
	e->count++;
	e->strings |= json_is_string(value);
	e->objects |= part->string && json_is_object(value);
	if (e->last && part->string) {
		e->joints++;
		e->ends += breaks(e->last, part->string);
	}
	e->last = part->string;
}

/* A body is made of blocks, but for some lists and tables among them. */
static bool is_list_of_blocks(const struct elements *e)
{
	const struct part *all = &e->all;
	return e->count > 1 && all->whole * 4 >= all->prose.n * 3 && all->prose.n >= all->blocks * BLOCK_BYTES &&
	       is_prose(&all->prose);
}

/* @holds: the best one is a part of it. */
static void offer_list(struct found *best, const json_t *array, const struct elements *e, bool holds)
{
	size_t n = e->all.prose.n, least = best->list_n;
	if (!holds && best->list_n >= FIRST_BYTES)
		least = best->list_n * FIRST_TIMES;
	if (e->all.blocks < BLOCKS_MIN || n <= least || (e->single * 4 < n * 3 && n < SECTIONS_BYTES))
		return;
	best->list = array;
	best->list_n = n;
	best->longest = e->all.longest;
}

static struct part array_part(const json_t *array, int depth, struct found *best)
{
	struct elements e = { 0 };
	const json_t *before = best->list;
	json_t *inner;
	size_t i;
	json_array_foreach(array, i, inner)
	{
		struct part part = part_of(inner, depth + 1, best);
		elements_add(&e, inner, &part);
	}
	bool blocks = is_list_of_blocks(&e);
	if (blocks)
		offer_list(best, array, &e, best->list != before);
	e.all.run = e.objects && !e.strings && (e.ends == 0 || e.ends * 2 < e.joints);
	e.all.whole = blocks || e.all.run ? e.all.prose.n : 0;
	return e.all;
}

static struct part part_of(const json_t *value, int depth, struct found *best)
{
	if (depth > LIMIT_JSON_DEPTH)
		return (struct part){ 0 };
	if (json_is_string(value))
		return string_part(value, best);
	if (json_is_object(value))
		return object_part(value, depth, best);
	return json_is_array(value) ? array_part(value, depth, best) : (struct part){ 0 };
}

/* ---- writing a list --------------------------------------------------------------------------------- */

static struct part part_again(const json_t *value, int depth)
{
	struct found none = { 0 };
	return part_of(value, depth, &none);
}

/* The value of @object that object_part() counted; NULL: none. */
static const json_t *text_of(const json_t *object, int depth)
{
	const char *key;
	json_t *inner;
	const json_t *most = NULL;
	size_t most_n = 0;
	json_object_foreach((json_t *)object, key, inner)
	{
		size_t n = is_text_key(key) ? part_again(inner, depth + 1).prose.n : 0;
		if (n > most_n) {
			most = inner;
			most_n = n;
		}
	}
	return most_n && !is_entry(object) ? most : NULL;
}

static void end_line(struct buf *out)
{
	if (out->n && out->p[out->n - 1] != '\n')
		buf_putc(out, '\n');
}

/* Each block is a line. What lies deeper is looked at again on each level, on LIST_DEPTH of them at most. */
static void write_text(struct buf *out, const json_t *value, int depth, bool run)
{
	enum { LIST_DEPTH = 12 };
	json_t *inner;
	size_t i;
	if (depth > LIST_DEPTH)
		return;
	if (json_is_string(value)) {
		buf_put(out, json_string_value(value), json_string_length(value));
	} else if (json_is_object(value)) {
		const json_t *text = text_of(value, depth);
		if (text)
			write_text(out, text, depth + 1, run || part_again(text, depth + 1).run);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, inner)
		{
			if (!run)
				end_line(out);
			write_text(out, inner, depth + 1, run);
			if (!run)
				end_line(out);
		}
	}
}

/* ---- scripts ------------------------------------------------------------------------------------------ */

/* A string that is an element of the list is less than the list. */
static bool prefers_list(const struct found *found)
{
	return found->list && (found->list_n > found->text_n * LIST_TIMES || found->longest >= found->text_n);
}

static struct view best_text(struct page *page, const struct found *found)
{
	struct buf out = BUF_INIT(LIMIT_STATE_BYTES);
	struct view text = VIEW_NONE;
	if (prefers_list(found))
		write_text(&out, found->list, 0, false);
	else if (found->text)
		buf_put(&out, json_string_value(found->text), found->text_n);
	if (!out.err && out.n)
		text = view_make(arena_strdup_view(&page->arena, buf_view(&out)), out.n);
	buf_free(&out);
	return text.p ? text : VIEW_NONE;
}

struct view state_text(struct page *page)
{
	struct view best = VIEW_NONE;
	size_t budget = LIMIT_STATE_BYTES;
	for (uint32_t i = 0; page->dom && i < page->dom->script_count; i++) {
		const struct dom_script *script = &page->dom->scripts[i];
		json_error_t error;
		size_t from = script->type == DOM_SCRIPT_STATE ? view_find_byte(script->text, '{') : 0;
		if (script->type == DOM_SCRIPT_JSON_LD || from >= script->text.n || script->text.n > budget)
			continue;
		budget -= script->text.n;
		json_t *root = json_loadb(script->text.p + from, script->text.n - from, JSON_DISABLE_EOF_CHECK, &error);
		struct found found = { 0 };
		part_of(root, 0, &found);
		struct view text = found.text_n > best.n || found.list_n > best.n ? best_text(page, &found) : VIEW_NONE;
		best = text.n > best.n ? text : best;
		json_decref(root);
	}
	return best;
}
