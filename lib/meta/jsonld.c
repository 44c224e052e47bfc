#include "meta/jsonld.h"

#include <errno.h>
#include "meta/ldrepair.h"
#include "meta/ldvalue.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { NODES_AT_ONCE = 512, VALUES = 8 };

struct reader {
	struct ld *ld;
	struct arena *arena;
	const struct ld_value *root;
	bool full;
};

#define GET(object, name) ldvalue_get(object, VIEW(name))

/* The first member of a list; NULL of what is no list. */
static const struct ld_value *items_of(const struct ld_value *list)
{
	return ldvalue_is(list, LD_LIST) ? list->first : NULL;
}

/* Strings of a value that may be one, a list of them, {"@value": …} or something with a name or URL. */
static struct view text_of(const struct ld_value *v, struct view member)
{
	for (int hops = 0; hops < 3 && v; hops++) {
		if (ldvalue_is(v, LD_LIST)) {
			v = v->first;
		} else if (ldvalue_is(v, LD_OBJECT)) {
			const struct ld_value *inner = GET(v, "@value");
			v = inner ? inner : ldvalue_get(v, member);
		} else {
			break;
		}
	}
	return ldvalue_text(v);
}

static struct view keep(struct reader *r, struct view v, size_t max)
{
	if (view_trim(v).n == 0)
		return VIEW_NONE;
	struct view plain = ld_plain(r->arena, v, max);
	r->full |= !plain.p;
	return plain;
}

static struct view fact(
	struct reader *r, const struct ld_value *object, struct view key, struct view member, size_t max)
{
	return keep(r, text_of(ldvalue_get(object, key), member), max);
}

/* "http://schema.org/NewsArticle", "schema:NewsArticle" -> "NewsArticle" */
static struct view type_name(struct view type)
{
	for (size_t i = type.n; i-- > 0;)
		if (type.p[i] == '/' || type.p[i] == '#' || type.p[i] == ':')
			return view_from(type, i + 1);
	return type;
}

static bool one_of(struct view v, const char *const *list)
{
	for (; *list && v.n; list++)
		if ((*list)[0] == v.p[0] && view_eq(v, view_of(*list)))
			return true;
	return false;
}

static enum ld_class class_of(struct view type)
{
	static const char *const article[] = { "BlogPosting", "LiveBlogPosting", "Report", "DiscussionForumPosting",
		"SocialMediaPosting", "NewsArticle", NULL };
	static const char *const work[] = { "CreativeWork", "Recipe", "HowTo", "VideoObject", "AudioObject", "Product",
		"Event", "Book", "Course", "JobPosting", "PodcastEpisode", "Episode", "TVEpisode", "RadioEpisode",
		"Movie", "SoftwareApplication", "Dataset", "Review", "ClaimReview", "CriticReview", "Question", "Blog",
		"ImageGallery", "MediaObject", "Guide", "Thesis", "Chapter", "Photograph", "Clip", "DigitalDocument",
		"Game", "TouristTrip", NULL };
	if (view_ends(type, VIEW("Article")) || one_of(type, article))
		return LD_ARTICLE;
	if (one_of(type, work))
		return LD_WORK;
	if (view_eq(type, VIEW("WebSite")))
		return LD_SITE;
	if (view_eq(type, VIEW("BreadcrumbList")))
		return LD_BREADCRUMB;
	return view_ends(type, VIEW("Page")) ? LD_PAGE : LD_OTHER;
}

/* The most telling of the types of a node. */
static enum ld_class node_class(const struct ld_value *node, struct view *ret_type)
{
	const struct ld_value *type = GET(node, "@type");
	enum ld_class best = LD_OTHER;
	*ret_type = VIEW_NONE;
	const struct ld_value *name = ldvalue_is(type, LD_LIST) ? type->first : type;
	for (size_t i = 0; name && i < VALUES; i++) {
		struct view own = type_name(ldvalue_text(name));
		enum ld_class class = class_of(own);
		if (i == 0 || class < best) {
			best = class;
			*ret_type = own;
		}
		name = name == type ? NULL : name->next;
	}
	return best;
}

static bool has_id(const struct ld_value *node, struct view id)
{
	struct view own = ldvalue_text(GET(node, "@id"));
	return own.n && view_eq(own, id) && GET(node, "name");
}

/* The node that a reference {"@id": …} means: among the top nodes and those of the graph. */
static const struct ld_value *resolve(const struct reader *r, const struct ld_value *node)
{
	struct view id = ldvalue_text(GET(node, "@id"));
	if (id.n == 0 || GET(node, "name"))
		return node;
	const struct ld_value *lists[] = { r->root, GET(r->root, "@graph") };
	for (size_t k = 0; k < 2; k++) {
		size_t i = 0;
		for (const struct ld_value *item = items_of(lists[k]); item; item = item->next)
			if (i++ < NODES_AT_ONCE && has_id(item, id))
				return item;
	}
	return node;
}

static bool is_organisation(struct view type)
{
	return view_ends(type, VIEW("Organization")) || view_ends(type, VIEW("Corporation")) ||
	       view_ends(type, VIEW("Brand"));
}

static void add_author(struct reader *r, struct ld_item *item, struct view name, struct ld_author author)
{
	author.name = keep(r, name, LIMIT_FACT_BYTES);
	if (author.name.n && item->author_count < LD_AUTHORS)
		item->authors[item->author_count++] = author;
}

static void read_author(struct reader *r, struct ld_item *item, const struct ld_value *node)
{
	struct ld_author author = { .organisation = false };
	if (ldvalue_is(node, LD_STRING))
		add_author(r, item, ldvalue_text(node), author);
	if (!ldvalue_is(node, LD_OBJECT))
		return;
	struct view type;
	node = resolve(r, node);
	node_class(node, &type);
	author.organisation = is_organisation(type);
	author.person = view_eq(type, VIEW("Person"));
	author.page = GET(node, "url") || GET(node, "sameAs");
	const struct ld_value *name = GET(node, "name");
	if (ldvalue_is(name, LD_LIST)) {
		for (const struct ld_value *one = items_of(name); one && item->author_count < LD_AUTHORS;
			one = one->next)
			add_author(r, item, ldvalue_text(one), author);
		return;
	}
	struct view text = text_of(name, VIEW("name"));
	add_author(r, item, text.n ? text : text_of(GET(node, "alternateName"), VIEW("name")), author);
}

static void read_authors(struct reader *r, struct ld_item *item, const struct ld_value *authors)
{
	if (!ldvalue_is(authors, LD_LIST)) {
		read_author(r, item, authors);
		return;
	}
	size_t i = 0;
	for (const struct ld_value *author = items_of(authors); author; author = author->next)
		if (i++ < LD_AUTHORS)
			read_author(r, item, author);
}

static void add_tag(struct reader *r, struct ld_item *item, struct view tag)
{
	tag = keep(r, tag, 256);
	if (tag.n && item->tag_count < LD_TAGS)
		item->tags[item->tag_count++] = tag;
}

static void read_tags(struct reader *r, struct ld_item *item, const struct ld_value *keywords)
{
	if (ldvalue_is(keywords, LD_LIST)) {
		for (const struct ld_value *keyword = items_of(keywords); keyword; keyword = keyword->next)
			if (item->tag_count < LD_TAGS)
				add_tag(r, item, text_of(keyword, VIEW("name")));
		return;
	}
	struct view rest = utf8_first(ldvalue_text(keywords), LIMIT_FACT_BYTES), tag;
	while (view_next_token(&rest, ',', &tag))
		add_tag(r, item, view_trim(tag));
}

static int8_t read_free(const struct ld_value *v)
{
	if (v && (v->kind == LD_TRUE || v->kind == LD_FALSE))
		return v->kind == LD_TRUE;
	struct view text = view_trim(ldvalue_text(v));
	if (view_eq_nocase(text, VIEW("false")) || view_eq_nocase(text, VIEW("no")))
		return 0;
	return view_eq_nocase(text, VIEW("true")) || view_eq_nocase(text, VIEW("yes")) ? 1 : -1;
}

/* A value that is the text itself: articleBody keeps its spaces. */
static struct view copy(struct reader *r, struct view v)
{
	if (v.n == 0)
		return VIEW_NONE;
	char *p = arena_strndup(r->arena, v.p, v.n);
	r->full |= !p;
	return view_make(p, p ? v.n : 0);
}

static void read_publisher(struct reader *r, struct ld_item *item, const struct ld_value *publisher)
{
	if (ldvalue_is(publisher, LD_LIST))
		publisher = publisher->first;
	if (ldvalue_is(publisher, LD_OBJECT))
		publisher = GET(resolve(r, publisher), "name");
	item->publisher = keep(r, text_of(publisher, VIEW("name")), LIMIT_TITLE_BYTES);
}

static void read_times(struct reader *r, struct ld_item *item, const struct ld_value *node)
{
	item->published = fact(r, node, VIEW("datePublished"), VIEW("@value"), 64);
	if (item->published.n == 0) /* of jobs, houses */
		item->published = fact(r, node, VIEW("datePosted"), VIEW("@value"), 64);
	item->created = fact(r, node, VIEW("dateCreated"), VIEW("@value"), 64);
	item->modified = fact(r, node, VIEW("dateModified"), VIEW("@value"), 64);
	item->uploaded = fact(r, node, VIEW("uploadDate"), VIEW("@value"), 64);
}

/* The second crumb of "Home > Section > Page". */
static void read_crumbs(struct reader *r, struct ld_item *item, const struct ld_value *node)
{
	const struct ld_value *list = GET(node, "itemListElement");
	const struct ld_value *home = items_of(list);
	const struct ld_value *crumb = home ? home->next : NULL;
	if (!crumb || !crumb->next)
		return;
	const struct ld_value *name = GET(crumb, "name");
	item->section = keep(r, text_of(name ? name : GET(crumb, "item"), VIEW("name")), LIMIT_TITLE_BYTES);
}

static void read_node(
	struct reader *r, const struct ld_value *node, enum ld_class class, struct view type, size_t depth, bool aside)
{
	struct ld_item *item = arena_calloc(r->arena, 1, sizeof(*item));
	if (!item) {
		r->full = true;
		return;
	}
	item->class = (uint8_t) class;
	item->depth = (uint8_t)depth;
	item->aside = aside;
	item->type = keep(r, type, 64);
	item->is_free = read_free(GET(node, "isAccessibleForFree"));
	item->headline = fact(r, node, VIEW("headline"), VIEW("@value"), LIMIT_TITLE_BYTES);
	item->name = fact(r, node, VIEW("name"), VIEW("@value"), LIMIT_TITLE_BYTES);
	item->id = fact(r, node, VIEW("@id"), VIEW("@id"), LIMIT_URL_BYTES);
	item->url = fact(r, node, VIEW("url"), VIEW("@id"), LIMIT_URL_BYTES);
	if (item->url.n == 0)
		item->url = fact(r, node, VIEW("mainEntityOfPage"), VIEW("@id"), LIMIT_URL_BYTES);
	item->description = fact(r, node, VIEW("description"), VIEW("@value"), LIMIT_FACT_BYTES);
	item->section = fact(r, node, VIEW("articleSection"), VIEW("name"), LIMIT_TITLE_BYTES);
	item->licence = fact(r, node, VIEW("license"), VIEW("url"), LIMIT_URL_BYTES);
	item->image = fact(r, node, VIEW("image"), VIEW("url"), LIMIT_URL_BYTES);
	item->lang = fact(r, node, VIEW("inLanguage"), VIEW("alternateName"), 32);
	read_times(r, item, node);
	struct view body = text_of(GET(node, "articleBody"), VIEW("@value"));
	item->body = copy(r, body.n ? body : text_of(GET(node, "text"), VIEW("@value")));
	const struct ld_value *author = GET(node, "author");
	read_authors(r, item, author ? author : GET(node, "creator"));
	read_tags(r, item, GET(node, "keywords"));
	read_publisher(r, item, GET(node, "publisher"));
	if (class == LD_BREADCRUMB)
		read_crumbs(r, item, node);
	r->ld->items[r->ld->count++] = item;
}

static bool leads_aside(struct view key)
{
	static const char *const keys[] = { "itemListElement", "hasPart", "mentions", "citation", "comment", "review",
		"about", "video", "image", "associatedMedia", "subjectOf", "sharedContent", "liveBlogUpdate",
		"blogPost", "blogPosts", "reviews", "isRelatedTo", "isBasedOn", "workExample", "suggestedAnswer",
		"acceptedAnswer", NULL };
	return one_of(key, keys);
}

static bool leads_nowhere(struct view key)
{
	static const char *const keys[] = { "author", "publisher", "creator", "contributor", "editor", "logo",
		"address", "potentialAction", "offers", "aggregateRating", "speakable", "sameAs", "breadcrumb_", NULL };
	return one_of(key, keys);
}

static void walk(struct reader *r, const struct ld_value *v, size_t depth, bool aside)
{
	if (depth > LIMIT_JSON_DEPTH || r->full || r->ld->count == LD_ITEMS)
		return;
	if (ldvalue_is(v, LD_LIST)) {
		for (const struct ld_value *item = items_of(v); item; item = item->next)
			walk(r, item, depth + 1, aside);
		return;
	}
	if (!ldvalue_is(v, LD_OBJECT))
		return;
	struct view type;
	enum ld_class class = node_class(v, &type);
	if (class == LD_OTHER && GET(v, "headline") && GET(v, "datePublished"))
		class = LD_WORK;
	if (class != LD_OTHER)
		read_node(r, v, class, type, depth, aside);
	if (class == LD_BREADCRUMB)
		return;
	for (const struct ld_value *m = v->first; m; m = m->next)
		if ((m->kind == LD_OBJECT || m->kind == LD_LIST) && !leads_nowhere(m->key))
			walk(r, m, depth + 1, aside || leads_aside(m->key));
}

/* Each of the values that stand one behind another. 0 when there is one at least; else -EINVAL, -E2BIG or -ENOMEM. */
static int read_values(struct reader *r, struct view text)
{
	int result = -EINVAL;
	for (int i = 0; i < VALUES && text.n > 1; i++) {
		size_t end, left = LIMIT_JSONLD_VALUES - r->ld->values, begun = left;
		const struct ld_value *root;
		int read = ldvalue_read(r->arena, text, &left, &root, &end);
		r->ld->values += begun - left;
		if (read)
			return i == 0 || read == -ENOMEM ? read : 0;
		r->root = root;
		walk(r, root, 0, false);
		result = 0;
		text = view_trim(view_from(text, end));
		while (text.n && (text.p[0] == ',' || text.p[0] == ';'))
			text = view_trim(view_from(text, 1));
	}
	return result;
}

int ld_read(struct ld *ld, struct arena *arena, struct view script)
{
	struct view text = ldrepair_strip(script);
	if (!ld->items)
		ld->items = arena_calloc(arena, LD_ITEMS, sizeof(struct ld_item *));
	if (!ld->items)
		return -ENOMEM;
	if (text.n == 0)
		return 0;
	if (text.n > LIMIT_JSONLD_BYTES - ld->bytes) {
		ld->broken++;
		return 0;
	}
	ld->bytes += text.n;
	struct reader r = { .ld = ld, .arena = arena };
	int result = read_values(&r, text);
	if (result == -EINVAL) {
		struct view repaired = ldrepair(arena, text);
		result = repaired.p ? read_values(&r, repaired) : -ENOMEM;
	}
	ld->broken += result == -EINVAL || result == -E2BIG;
	return r.full || result == -ENOMEM ? -ENOMEM : 0;
}

const struct ld_item *ld_first(const struct ld *ld)
{
	const struct ld_item *best = NULL;
	for (size_t i = 0; i < ld->count; i++) {
		const struct ld_item *item = ld->items[i];
		if (item->class > LD_PAGE || item->aside)
			continue;
		if (!best || item->class < best->class)
			best = item;
	}
	return best;
}
