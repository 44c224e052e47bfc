/* A page as a flat table of nodes in document order (preorder). The parser behind it can change;
 * nothing outside dom/ knows it. Node 0 is the document. Walks are loops over indices:
 *   for (uint32_t i = 1; i < dom->count; i++)         all nodes
 *   for (i = n + 1; i < node[n].end; i = node[i].end) children of n
 * Left out: comments, and the elements script, style and template with all that is in them; what is needed of
 * scripts stands in dom->scripts. svg, iframe, noframes and noembed are there, but empty; of a page of frames, what
 * stands in noframes is the page. Texts with only such things between them are one text. Elements inside math are
 * DOM_OTHER; svg and math have no attributes.
 * Control characters and noncharacters read as U+FFFD, CR LF and CR as LF. */
#ifndef GARNER_DOM_DOM_H
#define GARNER_DOM_DOM_H

#include <stdbool.h>
#include <stdint.h>
#include "page.h"
#include "util/view.h"

/* Elements garner tells apart; all others are DOM_OTHER (their name is not kept). */
#define DOM_TAGS(X)                                                                                                    \
	X(html)                                                                                                        \
	X(head)                                                                                                        \
	X(title)                                                                                                       \
	X(base)                                                                                                        \
	X(link) X(meta) X(style) X(script) X(noscript) X(template) X(body) X(article) X(section) X(nav) X(aside) X(    \
		h1) X(h2) X(h3) X(h4) X(h5) X(h6) X(hgroup) X(header) X(footer) X(address) X(main) X(p) X(hr) X(pre)   \
		X(blockquote) X(ol) X(ul) X(li) X(dl) X(dt) X(dd) X(figure) X(figcaption) X(div) X(a) X(em) X(         \
			strong) X(small) X(s) X(cite) X(q) X(dfn) X(abbr) X(data) X(time) X(code) X(var) X(samp)       \
			X(kbd) X(sub) X(sup) X(i) X(b) X(u) X(mark) X(ruby) X(rt) X(rp) X(bdi) X(bdo) X(span) X(br) X( \
				wbr) X(ins) X(del) X(img) X(picture) X(source) X(iframe) X(embed) X(object) X(param)   \
				X(video) X(audio) X(track) X(map) X(area) X(table) X(caption) X(colgroup) X(col) X(    \
					tbody) X(thead) X(tfoot) X(tr) X(td) X(th) X(form) X(label) X(input) X(button) \
					X(select) X(datalist) X(optgroup) X(option) X(textarea)                        \
						X(output) X(progress) X(meter) X(fieldset) X(legend) X(details)        \
							X(summary) X(dialog) X(menu) X(center) X(font) X(strike) X(tt) \
								X(big) X(frameset) X(frame) X(noframes) X(dir)         \
									X(acronym) X(marquee) X(nobr) X(svg) X(math)   \
										X(canvas) X(search) X(slot) X(applet)  \
											X(listing) X(xmp) X(plaintext)

enum dom_tag {
	DOM_OTHER = 0,
#define DOM_TAG_ENUM(name) DOM_##name,
	DOM_TAGS(DOM_TAG_ENUM)
#undef DOM_TAG_ENUM
		DOM_TAG_COUNT
};

/* Attributes that are kept. X(ENUM, "name") */
#define DOM_ATTRS(X)                                                                                                   \
	X(CLASS, "class")                                                                                              \
	X(ID, "id")                                                                                                    \
	X(ROLE, "role")                                                                                                \
	X(HREF, "href")                                                                                                \
	X(SRC, "src") X(REL, "rel") X(NAME, "name") X(CONTENT, "content") X(PROPERTY, "property") X(                   \
		ITEMPROP, "itemprop") X(ITEMTYPE, "itemtype") X(ITEMSCOPE, "itemscope") X(TYPEOF, "typeof")            \
		X(DATETIME, "datetime") X(LANG, "lang") X(XML_LANG, "xml:lang") X(DIR, "dir") X(HIDDEN, "hidden")      \
			X(ARIA_HIDDEN, "aria-hidden") X(ARIA_LABEL, "aria-label") X(STYLE, "style") X(TYPE, "type") X( \
				TITLE, "title") X(ALT, "alt") X(COLSPAN, "colspan") X(ROWSPAN, "rowspan")              \
				X(CHARSET, "charset") X(HTTP_EQUIV, "http-equiv") X(VALUE, "value") X(START, "start")  \
					X(OPEN, "open") X(PUBDATE, "pubdate") X(MEDIA, "media")                        \
						X(HREFLANG, "hreflang") X(DATA_TESTID, "data-testid")                  \
							X(DATA_COMPONENT, "data-component") X(DATA_SRC, "data-src")

enum dom_attr_name {
#define DOM_ATTR_ENUM(name, text) DOM_ATTR_##name,
	DOM_ATTRS(DOM_ATTR_ENUM)
#undef DOM_ATTR_ENUM
		DOM_ATTR_COUNT
};

struct dom_attr {
	struct view value; /* character references resolved */
	uint8_t name;	   /* enum dom_attr_name */
};

/* Of the attributes that an element has: what has to be known of each element, and few have. */
enum dom_mark { DOM_MARK_STYLE = 1, DOM_MARK_HIDDEN = 2 /* or aria-hidden */, DOM_MARK_HREF = 4 };

struct dom_node {
	uint32_t parent;
	uint32_t end; /* first node behind this one's subtree */
	uint8_t is_text;
	uint8_t tag;	/* enum dom_tag; of elements */
	uint16_t depth; /* document 0 */
	uint16_t attr_count;
	uint16_t marks; /* enum dom_mark */
	union {
		uint32_t attr_first; /* of elements: index into dom->attrs; the text of these is empty */
		struct view text;    /* of text nodes: character references resolved, spaces as they stood */
	};
};
_Static_assert(sizeof(struct dom_node) == 16 + sizeof(struct view), "thousands a page, walked again and again");

enum dom_script_type {
	DOM_SCRIPT_JSON_LD, /* application/ld+json */
	DOM_SCRIPT_JSON,    /* application/json: embedded state, id kept */
	DOM_SCRIPT_STATE,   /* a script whose source assigns a large JSON object (window.__X__ = {…}) */
};

struct dom_script {
	struct view text; /* source as it stands between the tags */
	struct view id;
	uint8_t type;
};

struct dom {
	struct dom_node *nodes;
	uint32_t count;
	struct dom_attr *attrs;
	uint32_t attr_count;
	struct dom_script *scripts;
	uint32_t script_count;
	uint32_t head, body; /* nodes; 0 when there is none */
	uint32_t text_count; /* text nodes */
	uint32_t depth;	     /* of the deepest node */
	size_t text_bytes;   /* of all texts */
	bool flattened;	     /* nesting was over LIMIT_DOM_DEPTH and was cut flat */
	bool skeleton;	     /* made by the skeleton parse */
};

/* Parses page->utf8 into page->dom. 0, GARNER_TOO_COMPLEX, or < 0. Time is linear in the input. */
int dom_parse(struct page *page);
/* The same with memory that is kept from page to page; one scratch, one thread. */
struct dom_scratch;
struct dom_scratch *dom_scratch_new(void);
struct dom_scratch *dom_scratch_free(struct dom_scratch *scratch);
int dom_parse_with(struct dom_scratch *scratch, struct page *page);

/* The attribute's value; VIEW_NONE (p == NULL) when it is not there, p != NULL with n == 0 when empty. */
struct view dom_attr(const struct dom *dom, uint32_t node, enum dom_attr_name name);
static inline bool dom_has_attr(const struct dom *dom, uint32_t node, enum dom_attr_name name)
{
	return dom_attr(dom, node, name).p != NULL;
}
const char *dom_tag_name(enum dom_tag tag);	    /* "" for DOM_OTHER */
const char *dom_attr_text(enum dom_attr_name name); /* "class", … */
enum dom_tag dom_tag_find(struct view name);	    /* ASCII case-insensitive */
/* In a heading or a term: a link to the place itself that says nothing ("#", a pilcrow, a picture), or a wiki's
 * button to edit the section. */
bool dom_is_anchor(const struct dom *dom, uint32_t node);
/* All text below @node, but for readings of ruby and anchors of headings, with spaces collapsed and trimmed, at most
 * @max bytes, in the arena. */
struct view dom_text(struct page *page, uint32_t node, size_t max);
/* @class_list holds @token as a whole token (ASCII case-insensitive). */
bool dom_has_token(struct view class_list, struct view token);

#endif
