#include "meta/jsonld.h"

#include <errno.h>
#include <jansson.h>
#include "meta/ldrepair.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { NODES_AT_ONCE = 512, VALUES = 8 };

struct reader {
	struct ld *ld;
	struct arena *arena;
	const json_t *root;
	bool full;
};

static struct view string_of(const json_t *v)
{
	return json_is_string(v) ? view_make(json_string_value(v), json_string_length(v)) : VIEW_NONE;
}

/* Strings of a value that may be one, a list of them, {"@value": …} or something with a name or URL. */
static struct view text_of(const json_t *v, const char *member)
{
	for (int hops = 0; hops < 3 && v; hops++) {
		if (json_is_array(v)) {
			v = json_array_get(v, 0);
		} else if (json_is_object(v)) {
			const json_t *inner = json_object_get(v, "@value");
			v = inner ? inner : json_object_get(v, member);
		} else {
			break;
		}
	}
	return string_of(v);
}

static struct view keep(struct reader *r, struct view v, size_t max)
{
	if (view_trim(v).n == 0)
		return VIEW_NONE;
	struct view plain = ld_plain(r->arena, v, max);
	r->full |= !plain.p;
	return plain;
}

static struct view fact(struct reader *r, const json_t *object, const char *key, const char *member, size_t max)
{
	return keep(r, text_of(json_object_get(object, key), member), max);
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
	for (; *list; list++)
		if (view_eq(v, view_of(*list)))
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
static enum ld_class node_class(const json_t *node, struct view *ret_type)
{
	const json_t *type = json_object_get(node, "@type");
	enum ld_class best = LD_OTHER;
	*ret_type = VIEW_NONE;
	size_t count = json_is_array(type) ? json_array_size(type) : type ? 1 : 0;
	for (size_t i = 0; i < count && i < VALUES; i++) {
		struct view name = type_name(string_of(json_is_array(type) ? json_array_get(type, i) : type));
		enum ld_class class = class_of(name);
		if (i == 0 || class < best) {
			best = class;
			*ret_type = name;
		}
	}
	return best;
}

static bool has_id(const json_t *node, struct view id)
{
	struct view own = string_of(json_object_get(node, "@id"));
	return own.n && view_eq(own, id) && json_object_get(node, "name");
}

/* The node that a reference {"@id": …} means: among the top nodes and those of the graph. */
static const json_t *resolve(const struct reader *r, const json_t *node)
{
	struct view id = string_of(json_object_get(node, "@id"));
	if (id.n == 0 || json_object_get(node, "name"))
		return node;
	const json_t *lists[] = { r->root, json_object_get(r->root, "@graph") };
	for (size_t k = 0; k < 2; k++) {
		size_t count = json_array_size(lists[k]);
		for (size_t i = 0; i < count && i < NODES_AT_ONCE; i++)
			if (has_id(json_array_get(lists[k], i), id))
				return json_array_get(lists[k], i);
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

static void read_author(struct reader *r, struct ld_item *item, const json_t *node)
{
	struct ld_author author = { .organisation = false };
	if (json_is_string(node))
		add_author(r, item, string_of(node), author);
	if (!json_is_object(node))
		return;
	struct view type;
	node = resolve(r, node);
	node_class(node, &type);
	author.organisation = is_organisation(type);
	author.person = view_eq(type, VIEW("Person"));
	author.page = json_object_get(node, "url") || json_object_get(node, "sameAs");
	const json_t *name = json_object_get(node, "name");
	if (json_is_array(name)) {
		for (size_t i = 0; i < json_array_size(name) && i < LD_AUTHORS; i++)
			add_author(r, item, string_of(json_array_get(name, i)), author);
		return;
	}
	struct view text = text_of(name, "name");
	add_author(r, item, text.n ? text : text_of(json_object_get(node, "alternateName"), "name"), author);
}

static void read_authors(struct reader *r, struct ld_item *item, const json_t *authors)
{
	if (!json_is_array(authors)) {
		read_author(r, item, authors);
		return;
	}
	for (size_t i = 0; i < json_array_size(authors) && i < LD_AUTHORS; i++)
		read_author(r, item, json_array_get(authors, i));
}

static void add_tag(struct reader *r, struct ld_item *item, struct view tag)
{
	tag = keep(r, tag, 256);
	if (tag.n && item->tag_count < LD_TAGS)
		item->tags[item->tag_count++] = tag;
}

static void read_tags(struct reader *r, struct ld_item *item, const json_t *keywords)
{
	if (json_is_array(keywords)) {
		for (size_t i = 0; i < json_array_size(keywords) && i < LD_TAGS; i++)
			add_tag(r, item, text_of(json_array_get(keywords, i), "name"));
		return;
	}
	struct view rest = utf8_first(string_of(keywords), LIMIT_FACT_BYTES), tag;
	while (view_next_token(&rest, ',', &tag))
		add_tag(r, item, view_trim(tag));
}

static int8_t read_free(const json_t *v)
{
	if (json_is_boolean(v))
		return json_is_true(v);
	struct view text = view_trim(string_of(v));
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

static void read_publisher(struct reader *r, struct ld_item *item, const json_t *publisher)
{
	if (json_is_array(publisher))
		publisher = json_array_get(publisher, 0);
	if (json_is_object(publisher))
		publisher = json_object_get(resolve(r, publisher), "name");
	item->publisher = keep(r, text_of(publisher, "name"), LIMIT_TITLE_BYTES);
}

static void read_times(struct reader *r, struct ld_item *item, const json_t *node)
{
	item->published = fact(r, node, "datePublished", "@value", 64);
	item->created = fact(r, node, "dateCreated", "@value", 64);
	item->modified = fact(r, node, "dateModified", "@value", 64);
	item->uploaded = fact(r, node, "uploadDate", "@value", 64);
}

/* The second crumb of "Home > Section > Page". */
static void read_crumbs(struct reader *r, struct ld_item *item, const json_t *node)
{
	const json_t *list = json_object_get(node, "itemListElement");
	size_t count = json_array_size(list);
	if (count < 3)
		return;
	const json_t *crumb = json_array_get(list, 1);
	const json_t *name = json_object_get(crumb, "name");
	item->section = keep(r, text_of(name ? name : json_object_get(crumb, "item"), "name"), LIMIT_TITLE_BYTES);
}

static void read_node(
	struct reader *r, const json_t *node, enum ld_class class, struct view type, size_t depth, bool aside)
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
	item->is_free = read_free(json_object_get(node, "isAccessibleForFree"));
	item->headline = fact(r, node, "headline", "@value", LIMIT_TITLE_BYTES);
	item->name = fact(r, node, "name", "@value", LIMIT_TITLE_BYTES);
	item->id = fact(r, node, "@id", "@id", LIMIT_URL_BYTES);
	item->url = fact(r, node, "url", "@id", LIMIT_URL_BYTES);
	if (item->url.n == 0)
		item->url = fact(r, node, "mainEntityOfPage", "@id", LIMIT_URL_BYTES);
	item->description = fact(r, node, "description", "@value", LIMIT_FACT_BYTES);
	item->section = fact(r, node, "articleSection", "name", LIMIT_TITLE_BYTES);
	item->licence = fact(r, node, "license", "url", LIMIT_URL_BYTES);
	item->image = fact(r, node, "image", "url", LIMIT_URL_BYTES);
	item->lang = fact(r, node, "inLanguage", "alternateName", 32);
	read_times(r, item, node);
	struct view body = text_of(json_object_get(node, "articleBody"), "@value");
	item->body = copy(r, body.n ? body : text_of(json_object_get(node, "text"), "@value"));
	const json_t *author = json_object_get(node, "author");
	read_authors(r, item, author ? author : json_object_get(node, "creator"));
	read_tags(r, item, json_object_get(node, "keywords"));
	read_publisher(r, item, json_object_get(node, "publisher"));
	if (class == LD_BREADCRUMB)
		read_crumbs(r, item, node);
	r->ld->items[r->ld->count++] = item;
}

static bool leads_aside(const char *key)
{
	static const char *const keys[] = { "itemListElement", "hasPart", "mentions", "citation", "comment", "review",
		"about", "video", "image", "associatedMedia", "subjectOf", "sharedContent", "liveBlogUpdate",
		"blogPost", "blogPosts", "reviews", "isRelatedTo", "isBasedOn", "workExample", "suggestedAnswer",
		"acceptedAnswer", NULL };
	return one_of(view_of(key), keys);
}

static bool leads_nowhere(const char *key)
{
	static const char *const keys[] = { "author", "publisher", "creator", "contributor", "editor", "logo",
		"address", "potentialAction", "offers", "aggregateRating", "speakable", "sameAs", "breadcrumb_", NULL };
	return one_of(view_of(key), keys);
}

static void walk(struct reader *r, json_t *v, size_t depth, bool aside)
{
	if (depth > LIMIT_JSON_DEPTH || r->full || r->ld->count == LD_ITEMS)
		return;
	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++)
			walk(r, json_array_get(v, i), depth + 1, aside);
		return;
	}
	if (!json_is_object(v))
		return;
	struct view type;
	enum ld_class class = node_class(v, &type);
	if (class == LD_OTHER && json_object_get(v, "headline") && json_object_get(v, "datePublished"))
		class = LD_WORK;
	if (class != LD_OTHER)
		read_node(r, v, class, type, depth, aside);
	if (class == LD_BREADCRUMB)
		return;
	const char *key;
	json_t *member;
	json_object_foreach(
		v, key, member) if (!leads_nowhere(key) && (json_is_object(member) || json_is_array(member)))
		walk(r, member, depth + 1, aside || leads_aside(key));
}

/* Each of the values that stand one behind another. */
static bool read_values(struct reader *r, struct view text)
{
	bool any = false;
	for (int i = 0; i < VALUES && text.n > 1; i++) {
		json_error_t error;
		json_t *root = json_loadb(text.p, text.n, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
		if (!root)
			return any;
		r->root = root;
		walk(r, root, 0, false);
		r->root = NULL;
		json_decref(root);
		any = true;
		text = view_trim(view_from(text, error.position > 0 ? (size_t)error.position : text.n));
		while (text.n && (text.p[0] == ',' || text.p[0] == ';'))
			text = view_trim(view_from(text, 1));
	}
	return any;
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
	if (text.n > LIMIT_JSONLD_BYTES - ld->bytes || ldrepair_depth(text) > LIMIT_JSON_DEPTH) {
		ld->broken++;
		return 0;
	}
	ld->bytes += text.n;
	struct reader r = { .ld = ld, .arena = arena };
	if (!read_values(&r, text)) {
		struct view repaired = ldrepair(arena, text);
		if (!repaired.p)
			return -ENOMEM;
		if (!read_values(&r, repaired))
			ld->broken++;
	}
	return r.full ? -ENOMEM : 0;
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
