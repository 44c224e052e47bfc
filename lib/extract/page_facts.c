/* What the whole page is like: sizes, kinds of elements, what it calls itself, its address. */
#include "extract/feature_parts.h"
#include "extract/quantise.h"
#include "meta/meta.h"

enum counted { COUNT_NONE, COUNT_ARTICLE, COUNT_TIME, COUNT_IMAGE, COUNT_INPUT, COUNT_CODE, COUNT_H1, COUNTS };

static const uint8_t counted_tags[DOM_TAG_COUNT] = {
	[DOM_article] = COUNT_ARTICLE,
	[DOM_time] = COUNT_TIME,
	[DOM_img] = COUNT_IMAGE,
	[DOM_picture] = COUNT_IMAGE,
	[DOM_video] = COUNT_IMAGE,
	[DOM_iframe] = COUNT_IMAGE,
	[DOM_input] = COUNT_INPUT,
	[DOM_select] = COUNT_INPUT,
	[DOM_textarea] = COUNT_INPUT,
	[DOM_button] = COUNT_INPUT,
	[DOM_pre] = COUNT_CODE,
	[DOM_code] = COUNT_CODE,
	[DOM_h1] = COUNT_H1,
};

/* Nodes [@from, @end). Texts have no tag. */
static void count_nodes(const struct dom *dom, uint32_t from, uint32_t end, uint32_t counts[COUNTS])
{
	for (uint32_t i = from; i < end; i++) {
		unsigned counted = counted_tags[dom->nodes[i].tag];
		if (counted != COUNT_NONE) /* one in ten, where adding each would wait for the one before */
			counts[counted]++;
	}
}

static void count_tags(struct features *f, uint32_t counts[COUNTS])
{
	const struct dom *dom = f->page->dom;
	uint32_t at = 0, images = 0;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		uint32_t node = f->blocks->items[i].node;
		if (node > at) {
			count_nodes(dom, at, node, counts);
			at = node;
		}
		f->images[i] = q_count(counts[COUNT_IMAGE] - images);
		images = counts[COUNT_IMAGE];
	}
	count_nodes(dom, at, dom->count, counts);
}

static uint8_t schema_class(struct view type)
{
	/* schema.org types by what the page is for */
	static const struct {
		struct view name;
		uint8_t class;
	} types[] = { { VIEW("NewsArticle"), 10 }, { VIEW("ReportageNewsArticle"), 10 },
		{ VIEW("AnalysisNewsArticle"), 10 }, { VIEW("OpinionNewsArticle"), 10 },
		{ VIEW("LiveBlogPosting"), 20 }, { VIEW("BlogPosting"), 30 }, { VIEW("Article"), 40 },
		{ VIEW("TechArticle"), 50 }, { VIEW("ScholarlyArticle"), 50 }, { VIEW("APIReference"), 50 },
		{ VIEW("Recipe"), 60 }, { VIEW("HowTo"), 60 }, { VIEW("Product"), 70 }, { VIEW("ProductGroup"), 70 },
		{ VIEW("Offer"), 70 }, { VIEW("Book"), 75 }, { VIEW("Movie"), 75 }, { VIEW("VideoObject"), 78 },
		{ VIEW("DiscussionForumPosting"), 80 }, { VIEW("QAPage"), 85 }, { VIEW("Question"), 85 },
		{ VIEW("FAQPage"), 90 }, { VIEW("CollectionPage"), 100 }, { VIEW("ItemList"), 105 },
		{ VIEW("SearchResultsPage"), 105 }, { VIEW("Blog"), 110 }, { VIEW("Event"), 120 },
		{ VIEW("JobPosting"), 125 }, { VIEW("Person"), 130 }, { VIEW("ProfilePage"), 130 },
		{ VIEW("Service"), 140 }, { VIEW("LocalBusiness"), 145 }, { VIEW("Organization"), 150 },
		{ VIEW("SoftwareApplication"), 155 }, { VIEW("WebPage"), 160 }, { VIEW("AboutPage"), 165 },
		{ VIEW("WebSite"), 170 } };
	if (!type.n)
		return 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (view_eq_nocase(type, types[i].name))
			return types[i].class;
	return 200;
}

static uint8_t og_class(struct view type)
{
	if (!type.n)
		return 0;
	if (view_starts_nocase(type, VIEW("article")))
		return 10;
	if (view_starts_nocase(type, VIEW("product")) || view_starts_nocase(type, VIEW("og:product")))
		return 20;
	return view_starts_nocase(type, VIEW("website")) ? 30 : view_starts_nocase(type, VIEW("profile")) ? 40 : 50;
}

/* An address that is not known is not that of a front page: it is taken for one that is like most. */
#define UNKNOWN_URL "https://host/section/2/a-headline-in-a-few-words"

static void url_facts(struct view url, uint8_t *facts)
{
	if (!url.n)
		url = VIEW(UNKNOWN_URL);
	size_t at = view_find(url, VIEW("://"));
	struct view path = view_from(url, at < url.n ? at + 3 : 0);
	path = view_from(path, view_find_byte(path, '/'));
	size_t query = view_find_byte(path, '?');
	uint32_t depth = 0, digits = 0, hyphens = 0;
	for (size_t i = 0; i < query; i++) {
		depth += path.p[i] == '/' && i + 1 < query;
		digits += ascii_is_digit(path.p[i]);
		hyphens = path.p[i] == '/' && i + 1 < query ? 0 : hyphens + (path.p[i] == '-' || path.p[i] == '_');
	}
	facts[F_URL_DEPTH - F_PAGE_BLOCKS] = q_count(depth);
	facts[F_URL_LENGTH - F_PAGE_BLOCKS] = q_count(query);
	facts[F_URL_DIGITS - F_PAGE_BLOCKS] = q_count(digits);
	facts[F_URL_HYPHENS - F_PAGE_BLOCKS] = q_count(hyphens);
	facts[F_URL_QUERY - F_PAGE_BLOCKS] = q_count(path.n - query);
}

void page_facts_read(struct features *f)
{
	const struct evidence *e = f->page->evidence;
	const struct text_sums *all = &f->sums[f->blocks->count];
	uint32_t counts[COUNTS] = { 0 };
	uint32_t wide = 0, longest = 0, money = 0;
	count_tags(f, counts);
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		wide += f->stats[i].wide;
		money += f->stats[i].money;
		if (f->stats[i].good && f->stats[i].chars > longest)
			longest = f->stats[i].chars;
	}
	uint8_t *p = f->page_facts;
#define PUT(name, value) p[F_##name - F_PAGE_BLOCKS] = (value)
	PUT(PAGE_BLOCKS, q_log(f->blocks->count));
	PUT(PAGE_CHARS, q_log(all->chars));
	PUT(PAGE_LINKS, q_ratio(all->link, all->chars));
	PUT(PAGE_LONGS, q_log(all->longs));
	PUT(PAGE_GOOD, q_ratio(all->good, all->chars));
	PUT(PAGE_HEADINGS, q_log(all->headings));
	PUT(PAGE_ITEMS, q_log(all->items));
	PUT(PAGE_ROWS, q_log(all->rows));
	PUT(PAGE_ARTICLES, q_count(counts[COUNT_ARTICLE]));
	PUT(PAGE_TIMES, q_count(counts[COUNT_TIME]));
	PUT(PAGE_IMAGES, q_log(counts[COUNT_IMAGE]));
	PUT(PAGE_INPUTS, q_log(counts[COUNT_INPUT]));
	PUT(PAGE_CODE, q_log(counts[COUNT_CODE]));
	PUT(PAGE_H1, q_count(counts[COUNT_H1]));
	PUT(PAGE_SCHEMA, e ? schema_class(e->schema_type) : 0);
	PUT(PAGE_OG, e ? og_class(e->og_type) : 0);
	PUT(PAGE_WIDE, q_ratio(wide, all->chars));
	PUT(PAGE_MEAN, q_log(all->chars / (f->blocks->count + 1)));
	PUT(PAGE_LONGEST, q_log(longest));
	PUT(PAGE_MONEY, q_log(money));
#undef PUT
	url_facts(page_address(f->page), p);
}
