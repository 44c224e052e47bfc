#include "dom/tree.h"

#include <gumbo.h>
#include <setjmp.h>
#include "dom/names.h"
#include "dom/table.h"

/* gumbo's memory comes from the scratch arena. It takes no NULL for an answer, so a spent budget leaves by
 * longjmp; everything that it holds is in the arena and goes with the next reset. */
struct tree {
	struct dom_scratch *scratch;
	struct table table;
	bool skeleton;
	uint32_t html, body; /* nodes' own events plus one, when made from tags */
	size_t mark;	     /* the last one that was found: the next is mostly behind it */
	jmp_buf stop;
	void *last;	     /* newest allocation, which alone can be given back */
	void *open_elements; /* gumbo's stack, see watch_release */
	size_t open_bytes;
	uint8_t tags[GUMBO_TAG_LAST + 1]; /* enum dom_tag plus one of gumbo's tags met so far */
};

/* gumbo's stack of open elements starts as the first allocation of 10 pointers and doubles by a new allocation
 * before the old one is given back. Its time is quadratic in the stack's depth, and markup exists
 * (<a><b></a> again and again) that makes it deep without being nested, so its size is watched. */
enum { STACK_START = 10 * sizeof(void *), STACK_LIMIT = STACK_START << 7 };

static void watch_release(struct tree *tree, void *p)
{
	if (p != tree->open_elements)
		return;
	tree->open_elements = tree->last;
	tree->open_bytes *= 2;
	if (tree->open_bytes > STACK_LIMIT)
		longjmp(tree->stop, TREE_DEEP);
}

static void *tree_alloc(void *user, size_t n)
{
	struct tree *tree = user;
	struct arena *arena = &tree->scratch->tree;
	size_t size = n ? (n + 15) & ~(size_t)15 : 16;
	void *p = arena->at;
	if ((size_t)(arena->end - arena->at) >= size && p)
		arena->at += size;
	else
		p = arena_alloc(arena, n);
	if (!p)
		longjmp(tree->stop, TREE_FULL);
	if (!tree->open_elements && n == STACK_START)
		tree->open_elements = p;
	tree->last = p;
	return p;
}

static void tree_release(void *user, void *p)
{
	struct tree *tree = user;
	if (!p)
		return;
	watch_release(tree, p);
	if (p == tree->last) {
		tree->scratch->tree.at = p;
		tree->last = NULL;
	}
}

static enum dom_tag tag_of(struct tree *tree, const GumboElement *element)
{
	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return element->tag == GUMBO_TAG_SVG ? DOM_svg : element->tag == GUMBO_TAG_MATH ? DOM_math : DOM_OTHER;
	if (element->tag >= GUMBO_TAG_UNKNOWN) {
		GumboStringPiece name = element->original_tag;
		gumbo_tag_from_original_text(&name);
		return names_tag(name.data, name.length);
	}
	if (tree->tags[element->tag] == 0) {
		const char *name = gumbo_normalized_tagname(element->tag);
		tree->tags[element->tag] = (uint8_t)(names_tag(name, strlen(name)) + 1);
	}
	return (enum dom_tag)(tree->tags[element->tag] - 1);
}

static bool is_skipped(enum dom_tag tag)
{
	return tag == DOM_script || tag == DOM_style || tag == DOM_template;
}

/* Elements that stand in the table without what is inside: text of other documents, drawings. */
static bool is_leaf(const GumboElement *element, enum dom_tag tag)
{
	return tag == DOM_svg || tag == DOM_iframe || tag == DOM_noframes ||
	       (element->tag == GUMBO_TAG_NOEMBED && element->tag_namespace == GUMBO_NAMESPACE_HTML);
}

/* ---- skeletons ---------------------------------------------------------------------------------------- */

/* The mark at skeleton offset @at, or NULL. */
static const struct mark *find_mark(struct tree *tree, size_t at)
{
	const struct dom_scratch *s = tree->scratch;
	if (tree->mark + 1 < s->mark_count && s->marks[tree->mark + 1].at == at)
		return &s->marks[++tree->mark];
	size_t low = 0, high = s->mark_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->marks[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low >= s->mark_count || s->marks[low].at != at)
		return NULL;
	tree->mark = low;
	return &s->marks[low];
}

/* Writes the events that @mark stands for below @parent. */
static void expand(struct tree *tree, const struct mark *mark, uint32_t parent)
{
	struct table *table = &tree->table;
	const struct dom_scratch *s = tree->scratch;
	const char *p = table->page->utf8.p;
	uint32_t node = parent;
	uint64_t seen;
	for (uint32_t i = mark->first; i < mark->first + mark->count && !table->failed; i++) {
		const struct event *event = &s->events[i];
		if (event->kind == EVENT_CLOSE) {
			table->dom->nodes[node].end = table->dom->count;
			node = table->dom->nodes[node].parent;
			continue;
		}
		if (event->kind == EVENT_NOTHING)
			continue;
		if (event->kind == EVENT_TEXT) {
			struct view text = view_make(p + event->at, event->end - event->at);
			if (event->context == CHARREF_SPACE ||
				table_resolve(table, text, (enum charref_context)event->context, &text))
				table_text(table, node, text);
			continue;
		}
		uint32_t at = table_element(table, node, (enum dom_tag)event->tag);
		seen = 0;
		if (event->name_n && event->tag != DOM_svg)
			table_source_attributes(table, at, s, event, &seen);
		if (event->kind == EVENT_OPEN)
			node = at;
	}
}

/* A text of stand-ins: each letter tells which mark it is. */
static void expand_text(struct tree *tree, const GumboText *text, uint32_t parent)
{
	const struct dom_scratch *s = tree->scratch;
	size_t at = (size_t)(text->original_text.data - s->skeleton);
	for (const char *c = text->text; *c && !tree->table.failed; c++) {
		const struct mark *mark = c == text->text ? find_mark(tree, at) : NULL;
		while (!mark && ++tree->mark < s->mark_count)
			if (s->marks[tree->mark].letter == *c)
				mark = &s->marks[tree->mark];
		if (mark && mark->letter == *c)
			expand(tree, mark, parent);
		else
			tree->table.failed = TREE_LOST;
	}
}

/* True: the element was a stand-in and is written. */
static bool expand_element(struct tree *tree, const GumboElement *element, uint32_t parent, const struct event **ret)
{
	const struct dom_scratch *s = tree->scratch;
	*ret = NULL;
	if (!element->original_tag.data)
		return false;
	const struct mark *mark = find_mark(tree, (size_t)(element->original_tag.data - s->skeleton));
	if (!mark)
		return false;
	if (mark->kind != MARK_TAG) {
		expand(tree, mark, parent);
		return true;
	}
	*ret = &s->events[mark->first];
	return false;
}

/* html and body: made from the tag that was meant to make them, with what later tags add. */
static void add_document_attributes(struct tree *tree, enum dom_tag tag, uint32_t node, const struct event *event)
{
	const struct dom_scratch *s = tree->scratch;
	uint32_t made = event ? (uint32_t)(event - s->events) + 1 : 0;
	uint64_t seen = 0;
	if (made != (tag == DOM_html ? s->html : s->body))
		tree->table.failed = TREE_LOST;
	if (event)
		table_source_attributes(&tree->table, node, s, event, &seen);
	for (uint32_t i = 0; i < s->later_count; i++)
		if (s->events[s->later[i]].tag == tag)
			table_source_attributes(&tree->table, node, s, &s->events[s->later[i]], &seen);
}

/* ---- the walk ----------------------------------------------------------------------------------------- */

static void add_attributes(struct tree *tree, uint32_t node, const GumboElement *element)
{
	struct table *table = &tree->table;
	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return;
	for (unsigned i = 0; i < element->attributes.length && !table->failed; i++) {
		const GumboAttribute *attribute = element->attributes.data[i];
		enum dom_attr_name name = names_attr(attribute->name, strlen(attribute->name));
		if (name == DOM_ATTR_COUNT)
			continue;
		char *value = arena_strndup(&table->page->arena, attribute->value, strlen(attribute->value));
		if (value)
			table_attribute(table, node, name, view_of(value));
		else
			table->failed = TREE_FULL;
	}
}

static void add_text(struct tree *tree, uint32_t parent, const GumboText *text)
{
	if (tree->skeleton) {
		expand_text(tree, text, parent);
		return;
	}
	char *copy = arena_strdup_view(&tree->table.page->arena, view_of(text->text));
	if (copy)
		table_text(&tree->table, parent, view_of(copy));
	else
		tree->table.failed = TREE_FULL;
}

/* The label of a drawing holds its text and nothing else, as the pre-pass took it. */
static bool is_label_whole(const GumboElement *svg)
{
	for (unsigned i = 0; i < svg->children.length; i++) {
		const GumboNode *label = svg->children.data[i];
		if (label->type != GUMBO_NODE_ELEMENT || svg->children.length != 1)
			return false;
		for (unsigned k = 0; k < label->v.element.children.length; k++)
			if (((const GumboNode *)label->v.element.children.data[k])->type == GUMBO_NODE_ELEMENT)
				return false;
	}
	return true;
}

/* Its node, or 0 when nothing inside is to be walked. */
static uint32_t add_element(struct tree *tree, uint32_t parent, const GumboElement *element)
{
	const struct event *event = NULL;
	if (tree->skeleton && expand_element(tree, element, parent, &event))
		return 0;
	enum dom_tag tag = tag_of(tree, element);
	if (is_skipped(tag))
		return 0;
	uint32_t at = table_element(&tree->table, parent, tag);
	uint64_t seen = 0;
	if (tree->skeleton && tag == DOM_svg && !is_label_whole(element))
		tree->table.failed = TREE_LOST;
	if (!tree->skeleton)
		add_attributes(tree, at, element);
	else if (tag == DOM_html || tag == DOM_body)
		add_document_attributes(tree, tag, at, event);
	else if (event && element->tag_namespace == GUMBO_NAMESPACE_HTML)
		table_source_attributes(&tree->table, at, tree->scratch, event, &seen);
	return is_leaf(element, tag) ? 0 : at;
}

/* Where the walk stands: the next child of an element that is open. */
struct place {
	const GumboVector *children;
	unsigned next;
	uint32_t node;
};

static struct place *place_push(struct tree *tree, struct place *stack, size_t depth, size_t *cap)
{
	if (depth < *cap)
		return stack;
	size_t more = *cap ? *cap * 2 : 256;
	struct place *p = arena_grow(&tree->scratch->tree, stack, *cap * sizeof(*p), more * sizeof(*p));
	if (!p)
		longjmp(tree->stop, TREE_FULL);
	*cap = more;
	return p;
}

static void flatten(struct tree *tree, const GumboNode *document)
{
	struct dom *dom = tree->table.dom;
	struct place *stack = NULL;
	size_t depth = 0, cap = 0;
	stack = place_push(tree, stack, depth, &cap);
	stack[depth++] = (struct place){ &document->v.document.children, 0, 0 };
	while (depth && !tree->table.failed) {
		struct place *top = &stack[depth - 1];
		if (top->next >= top->children->length) {
			dom->nodes[top->node].end = dom->count;
			depth--;
			continue;
		}
		const GumboNode *child = top->children->data[top->next++];
		if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
			child->type == GUMBO_NODE_CDATA)
			add_text(tree, top->node, &child->v.text);
		if (child->type != GUMBO_NODE_ELEMENT)
			continue;
		uint32_t at = add_element(tree, top->node, &child->v.element);
		if (!at)
			continue;
		stack = place_push(tree, stack, depth, &cap);
		stack[depth++] = (struct place){ &child->v.element.children, 0, at };
	}
}

static enum tree_result build(struct dom_scratch *scratch, struct page *page, struct view html, bool skeleton)
{
	arena_reset(&scratch->tree);
	struct tree *tree = arena_calloc(&scratch->tree, 1, sizeof(*tree));
	if (!tree)
		return TREE_FULL;
	tree->scratch = scratch;
	tree->skeleton = skeleton;
	tree->open_bytes = STACK_START;
	tree->mark = SIZE_MAX;
	table_begin(&tree->table, page, skeleton ? scratch->event_count + 16 : 0);
	int stopped = setjmp(tree->stop);
	if (stopped)
		return (enum tree_result)stopped;
	GumboOptions options = kGumboDefaultOptions;
	options.allocator = tree_alloc;
	options.deallocator = tree_release;
	options.userdata = tree;
	options.max_errors = 0; /* the default keeps one for each error: 786 MB for 50 KB */
	GumboOutput *output = gumbo_parse_with_options(&options, html.p ? html.p : "", html.n);
	tree->open_elements = NULL;
	if (!tree->table.failed)
		flatten(tree, output->document);
	return tree->table.failed;
}

enum tree_result tree_build(struct dom_scratch *scratch, struct page *page, struct view html)
{
	return build(scratch, page, html, false);
}

enum tree_result tree_build_skeleton(struct dom_scratch *scratch, struct page *page)
{
	return build(scratch, page, view_make(scratch->skeleton, scratch->skeleton_n), true);
}

bool tree_same_name(struct view a, struct view b)
{
	return gumbo_tagn_enum(a.p, (unsigned)a.n) == gumbo_tagn_enum(b.p, (unsigned)b.n);
}

bool tree_knows_name(struct view name)
{
	return gumbo_tagn_enum(name.p, (unsigned)name.n) != GUMBO_TAG_UNKNOWN;
}
