#include "dom/tree.h"

#include <gumbo.h>
#include <setjmp.h>
#include "dom/names.h"
#include "util/limits.h"

/* gumbo's memory comes from the page's arena. It takes no NULL for an answer, so a spent budget leaves by
 * longjmp; everything that it holds is in the arena and goes with it. */
struct tree {
	struct page *page;
	struct dom *dom;
	jmp_buf stop;
	void *last;	     /* newest allocation, which alone can be given back */
	void *open_elements; /* gumbo's stack, see watch_depth */
	size_t open_bytes;
	size_t node_cap, attr_cap;
	uint8_t tags[GUMBO_TAG_LAST + 1]; /* enum dom_tag plus one of gumbo's tags met so far */
};

/* gumbo's stack of open elements starts as the only early allocation of 10 pointers and doubles by a new
 * allocation before the old one is given back. Its time is quadratic in the stack's depth, and markup exists
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
	void *p = arena_alloc(&tree->page->arena, n);
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
	struct arena *arena = &tree->page->arena;
	if (p)
		watch_release(tree, p);
	if (p && p == tree->last) {
		arena->at = p;
		tree->last = NULL;
	}
}

static void *tree_grow(struct tree *tree, void *old, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return old;
	size_t more = *cap ? *cap * 2 : 1024;
	void *p = arena_grow(&tree->page->arena, old, *cap * size, more * size);
	if (!p)
		longjmp(tree->stop, TREE_FULL);
	*cap = more;
	return p;
}

static struct dom_node *add_node(struct tree *tree, uint32_t parent)
{
	struct dom *dom = tree->dom;
	if (dom->count >= LIMIT_DOM_NODES)
		longjmp(tree->stop, TREE_FULL);
	dom->nodes = tree_grow(tree, dom->nodes, dom->count, &tree->node_cap, sizeof(*dom->nodes));
	struct dom_node *node = &dom->nodes[dom->count++];
	unsigned depth = dom->count > 1 ? dom->nodes[parent].depth + 1u : 0;
	*node = (struct dom_node){ .parent = parent, .depth = (uint16_t)(depth < UINT16_MAX ? depth : UINT16_MAX) };
	return node;
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

static void add_attributes(struct tree *tree, struct dom_node *node, const GumboElement *element)
{
	struct dom *dom = tree->dom;
	node->attr_first = dom->attr_count;
	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return;
	for (unsigned i = 0; i < element->attributes.length; i++) {
		const GumboAttribute *attribute = element->attributes.data[i];
		enum dom_attr_name name = names_attr(attribute->name, strlen(attribute->name));
		if (name == DOM_ATTR_COUNT)
			continue;
		dom->attrs = tree_grow(tree, dom->attrs, dom->attr_count, &tree->attr_cap, sizeof(*dom->attrs));
		dom->attrs[dom->attr_count++] =
			(struct dom_attr){ .name = (uint8_t)name, .value = view_of(attribute->value) };
		node->attr_count++;
	}
}

/* Texts that nothing stands between any more are one text. */
static void add_text(struct tree *tree, uint32_t parent, struct view text)
{
	struct dom *dom = tree->dom;
	struct dom_node *last = &dom->nodes[dom->count - 1];
	if (text.n == 0)
		return;
	if (!last->is_text || last->parent != parent) {
		struct dom_node *node = add_node(tree, parent);
		node->is_text = 1;
		node->text = text;
		node->end = dom->count;
		return;
	}
	char *joined = arena_alloc(&tree->page->arena, last->text.n + text.n);
	if (!joined)
		longjmp(tree->stop, TREE_FULL);
	memcpy(joined, last->text.p, last->text.n);
	memcpy(joined + last->text.n, text.p, text.n);
	last->text = view_make(joined, last->text.n + text.n);
}

static bool is_skipped(enum dom_tag tag)
{
	return tag == DOM_script || tag == DOM_style || tag == DOM_template;
}

/* Elements that stand in the table without what is inside: text of other documents, drawings. */
static bool is_leaf(enum dom_tag tag)
{
	return tag == DOM_svg || tag == DOM_iframe || tag == DOM_noframes;
}

static bool is_noembed(const GumboElement *element)
{
	return element->tag == GUMBO_TAG_NOEMBED && element->tag_namespace == GUMBO_NAMESPACE_HTML;
}

/* Where the walk stands: the next child of an element that is open. */
struct place {
	const GumboVector *children;
	unsigned next;
	uint32_t node;
};

static uint32_t add_element(struct tree *tree, uint32_t parent, const GumboElement *element, enum dom_tag tag)
{
	struct dom *dom = tree->dom;
	struct dom_node *node = add_node(tree, parent);
	uint32_t at = dom->count - 1;
	node->tag = (uint8_t)tag;
	node->end = dom->count;
	add_attributes(tree, node, element);
	if (tag == DOM_head && !dom->head)
		dom->head = at;
	if (tag == DOM_body && !dom->body)
		dom->body = at;
	return at;
}

static void flatten(struct tree *tree, const GumboNode *document)
{
	struct dom *dom = tree->dom;
	struct place *stack = NULL;
	size_t depth = 0, cap = 0;
	add_node(tree, 0);
	stack = tree_grow(tree, stack, depth, &cap, sizeof(*stack));
	stack[depth++] = (struct place){ &document->v.document.children, 0, 0 };
	while (depth) {
		struct place *top = &stack[depth - 1];
		if (top->next >= top->children->length) {
			dom->nodes[top->node].end = dom->count;
			depth--;
			continue;
		}
		const GumboNode *child = top->children->data[top->next++];
		if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
			child->type == GUMBO_NODE_CDATA)
			add_text(tree, top->node, view_of(child->v.text.text));
		if (child->type != GUMBO_NODE_ELEMENT)
			continue;
		enum dom_tag tag = tag_of(tree, &child->v.element);
		if (is_skipped(tag))
			continue;
		uint32_t at = add_element(tree, top->node, &child->v.element, tag);
		if (is_leaf(tag) || is_noembed(&child->v.element))
			continue;
		stack = tree_grow(tree, stack, depth, &cap, sizeof(*stack));
		stack[depth++] = (struct place){ &child->v.element.children, 0, at };
	}
}

enum tree_result tree_build(struct page *page, struct view html)
{
	struct tree *tree = arena_calloc(&page->arena, 1, sizeof(*tree));
	if (!tree)
		return TREE_FULL;
	tree->page = page;
	tree->dom = page->dom;
	tree->open_bytes = STACK_START;
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
	flatten(tree, output->document);
	return TREE_DONE;
}
