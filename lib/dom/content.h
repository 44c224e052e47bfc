/* How the tree construction of WHATWG 13.2.6, as gumbo 0.10.1 has it, treats each element. */
#ifndef GARNER_DOM_CONTENT_H
#define GARNER_DOM_CONTENT_H

#include <stdbool.h>
#include "dom/dom.h"
#include "dom/token.h"

enum content_class {
	CONTENT_INLINE, /* any element without rules of its own */
	CONTENT_FORMAT, /* formatting elements: a b em … */
	CONTENT_BLOCK,	/* closes a p; its end tag closes all that is open inside */
	CONTENT_HEADING,
	CONTENT_P,
	CONTENT_PRE, /* a block; a newline right behind it is dropped */
	CONTENT_LI,
	CONTENT_DD, /* and dt */
	CONTENT_HR,
	CONTENT_VOID,	   /* br img … */
	CONTENT_VOID_META, /* link meta base … : no formatting elements are opened before these */
	CONTENT_IMAGE,	   /* image, which is read as img */
	CONTENT_FORM,
	CONTENT_BUTTON,
	CONTENT_OBJECT,
	CONTENT_SELECT,
	CONTENT_OPTION, /* and optgroup */
	CONTENT_RUBY_TEXT,
	CONTENT_TABLE,
	CONTENT_TABLE_PART, /* caption colgroup col tbody thead tfoot tr td th */
	CONTENT_SCRIPT,
	CONTENT_STYLE,
	CONTENT_TEMPLATE,
	CONTENT_TITLE,
	CONTENT_TEXTAREA,
	CONTENT_FRAME_TEXT, /* iframe: raw text that is no text of the page */
	CONTENT_SVG,
	CONTENT_HTML,
	CONTENT_HEAD,
	CONTENT_BODY,
	CONTENT_ODD,  /* the pre-pass hands the tag on and knows nothing of what it does */
	CONTENT_STOP, /* the page is not for the pre-pass */
};

/* @p: the name in the source, of @n bytes, for elements that dom.h has no tag for. */
extern const unsigned char content_classes[DOM_TAG_COUNT];
enum content_class content_class_other(const char *p, size_t n);
static inline enum content_class content_class(enum dom_tag tag, const char *p, size_t n)
{
	return tag != DOM_OTHER ? (enum content_class)content_classes[tag] : content_class_other(p, n);
}
/* "Special" of 13.2.4.2: the search for an element to close by an end tag of no rule stops there. */
bool content_is_special(enum dom_tag tag);
/* gumbo has a number for it. False also for DOM_OTHER, where gumbo may know it. */
bool content_is_known(enum dom_tag tag);
/* 13.2.6.5: this start tag, of the source @p, is HTML and so ends an svg or math that is open. */
bool content_leaves_foreign(const char *p, const struct token *token);

#endif
