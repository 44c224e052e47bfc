/* Markdown as CommonMark 0.31 reads it, tables as GitHub's extension. Blocks are those kept; what stands inside a block
 * is read again from the tree for links, emphasis and cells. */
#include "extract/html.h"
#include "extract/markdown.h"
#include "util/limits.h"

static uint32_t ancestor(const struct dom *dom, uint32_t node, enum dom_tag tag)
{
	for (int i = 0; node && i < LIMIT_DOM_DEPTH; i++, node = dom->nodes[node].parent)
		if (!dom->nodes[node].is_text && dom->nodes[node].tag == tag)
			return node;
	return 0;
}

/* An attribute that is a number up to @max; 0: none. */
static uint32_t number_of(const struct dom *dom, uint32_t node, enum dom_attr_name name, uint32_t max)
{
	struct view text = view_trim(dom_attr(dom, node, name));
	uint32_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]) || n > max)
			return 0;
		n = n * 10 + (uint32_t)(text.p[i] - '0');
	}
	return n > max ? 0 : n;
}

/* ---- tables ------------------------------------------------------------------------------------ */

enum { ROWS_MAX = 1000 };

static bool is_cell(const struct dom_node *n)
{
	return !n->is_text && (n->tag == DOM_td || n->tag == DOM_th);
}

static uint32_t span_of(const struct dom *dom, uint32_t cell, enum dom_attr_name name, uint32_t max)
{
	uint32_t n = number_of(dom, cell, name, max);
	return n ? n : 1;
}

/* The widest row's columns. A data table has no other in it. */
static uint32_t columns_of(const struct dom *dom, uint32_t table)
{
	uint32_t widest = 1, columns = 0;
	for (uint32_t i = table + 1; table && i < dom->nodes[table].end; i++) {
		if (dom->nodes[i].is_text)
			continue;
		if (dom->nodes[i].tag == DOM_tr)
			columns = 0;
		else if (is_cell(&dom->nodes[i]))
			columns += span_of(dom, i, DOM_ATTR_COLSPAN, MARKDOWN_COLUMNS);
		widest = columns > widest ? columns : widest;
	}
	return widest < MARKDOWN_COLUMNS ? widest : MARKDOWN_COLUMNS;
}

/* Columns that cells of rows above reach down into. */
static uint32_t pass_columns(struct markdown *m, uint32_t column)
{
	for (; column < m->columns && m->below[column]; column++) {
		m->below[column]--;
		buf_puts(&m->out, "  |");
	}
	return column;
}

static uint32_t put_cell(struct markdown *m, uint32_t cell, uint32_t column)
{
	uint32_t across = span_of(m->dom, cell, DOM_ATTR_COLSPAN, MARKDOWN_COLUMNS);
	uint32_t down = span_of(m->dom, cell, DOM_ATTR_ROWSPAN, ROWS_MAX);
	column = pass_columns(m, column);
	buf_putc(&m->out, ' ');
	markdown_cell(m, cell);
	buf_puts(&m->out, " |");
	for (uint32_t i = 0; i < across; i++, column++) {
		if (i && column < m->columns)
			buf_puts(&m->out, "  |");
		if (column < m->columns)
			m->below[column] = (uint16_t)(down - 1);
	}
	return column;
}

static void put_row(struct markdown *m, const struct block *b)
{
	const struct dom *dom = m->dom;
	uint32_t row = ancestor(dom, b->node, DOM_tr), table = ancestor(dom, b->node, DOM_table), column = 0;
	bool head = m->table != table || m->kind != BLOCK_ROW;
	if (m->table != table)
		m->columns = columns_of(dom, table);
	if (head) {
		m->table = table;
		memset(m->below, 0, sizeof(m->below));
	}
	buf_putc(&m->out, '|');
	for (uint32_t i = row + 1; row && i < dom->nodes[row].end; i = dom->nodes[i].end)
		if (is_cell(&dom->nodes[i]))
			column = put_cell(m, i, column);
	if (!column) {
		buf_putc(&m->out, ' ');
		markdown_escape(&m->out, b->text, true);
		buf_puts(&m->out, " |");
		column = 1;
	}
	for (column = pass_columns(m, column); head && column < m->columns; column++)
		buf_puts(&m->out, "  |");
	buf_putc(&m->out, '\n');
	if (!head)
		return;
	buf_putc(&m->out, '|');
	for (uint32_t i = 0; i < m->columns; i++)
		buf_puts(&m->out, " --- |");
	buf_putc(&m->out, '\n');
}

/* ---- items ------------------------------------------------------------------------------------- */

enum { NUMBER_MAX = 99999999 }; /* nine digits are too many of a list's mark */

/* The number of @item in its list, counted on from the one before it. */
static uint32_t item_number(struct markdown *m, uint32_t item)
{
	const struct dom_node *nodes = m->dom->nodes;
	uint32_t list = nodes[item].parent, at = list + 1, number = 0;
	uint32_t level = nodes[list].depth < LIMIT_DOM_DEPTH ? nodes[list].depth : LIMIT_DOM_DEPTH;
	if (m->lists[level].list == list && m->lists[level].item < item) {
		at = nodes[m->lists[level].item].end;
		number = m->lists[level].number;
	} else if (number_of(m->dom, list, DOM_ATTR_START, NUMBER_MAX)) {
		number = number_of(m->dom, list, DOM_ATTR_START, NUMBER_MAX) - 1;
	}
	for (; at <= item; at = nodes[at].end) {
		uint32_t value = nodes[at].tag == DOM_li ? number_of(m->dom, at, DOM_ATTR_VALUE, NUMBER_MAX) : 0;
		number = value ? value : number + (nodes[at].tag == DOM_li);
	}
	m->lists[level].list = list;
	m->lists[level].item = item;
	m->lists[level].number = number;
	return number;
}

static void put_item(struct markdown *m, const struct block *b)
{
	uint32_t item = ancestor(m->dom, b->node, DOM_li);
	uint32_t list = item ? m->dom->nodes[item].parent : 0;
	for (int i = 1; i < b->level; i++)
		buf_puts(&m->out, "    ");
	if (list && m->dom->nodes[list].tag == DOM_ol)
		buf_printf(&m->out, "%u. ", item_number(m, item));
	else
		buf_puts(&m->out, "- ");
	markdown_inline(m, b);
	buf_putc(&m->out, '\n');
}

/* ---- code -------------------------------------------------------------------------------------- */

/* "language-python", "lang-py", "highlight-python": classes that highlighters and generators of documentation write. */
static struct view language_in(struct view classes)
{
	static const struct view prefixes[] = { { "language-", 9 }, { "lang-", 5 }, { "highlight-source-", 17 },
		{ "highlight-", 10 } };
	static const struct view none[] = { { "none", 4 }, { "text", 4 }, { "plaintext", 9 }, { "default", 7 },
		{ "notranslate", 11 } };
	struct view token;
	while (view_next_token(&classes, ' ', &token)) {
		for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
			struct view name = view_from(token, prefixes[i].n);
			bool plain = name.n > 0 && name.n <= 20 && view_starts(token, prefixes[i]);
			for (size_t k = 0; plain && k < name.n; k++)
				plain = ascii_is_alpha(name.p[k]) || ascii_is_digit(name.p[k]) ||
					strchr("+#.-_", name.p[k]);
			for (size_t k = 0; k < sizeof(none) / sizeof(*none); k++)
				plain = plain && !view_eq_nocase(name, none[k]);
			if (plain)
				return name;
		}
	}
	return VIEW_NONE;
}

/* Said by <code>, <pre> or one of the elements around. */
static struct view language_of(const struct dom *dom, uint32_t text)
{
	enum { AROUND = 3 };
	uint32_t node = dom->nodes[text].parent;
	struct view name = VIEW_NONE;
	bool pre = false;
	for (int i = 0, left = AROUND; node && left && !name.n && i < LIMIT_DOM_DEPTH;
		i++, node = dom->nodes[node].parent) {
		pre = pre || dom->nodes[node].tag == DOM_pre;
		left -= pre;
		if (pre || dom->nodes[node].tag == DOM_code)
			name = language_in(dom_attr(dom, node, DOM_ATTR_CLASS));
	}
	return name;
}

static void put_code(struct markdown *m, const struct block *b)
{
	size_t longest = 2, run = 0;
	for (size_t i = 0; i < b->text.n; i++) {
		run = b->text.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		buf_putc(&m->out, '`');
	buf_putv(&m->out, language_of(m->dom, b->node));
	buf_putc(&m->out, '\n');
	buf_putv(&m->out, b->text);
	buf_putc(&m->out, '\n');
	for (size_t i = 0; i <= longest; i++)
		buf_putc(&m->out, '`');
	buf_putc(&m->out, '\n');
}

/* ---- blocks ------------------------------------------------------------------------------------ */

static bool goes_on(const struct markdown *m, const struct block *b, int quotes)
{
	if (quotes != m->quotes)
		return false;
	if (b->kind == BLOCK_ROW)
		return m->kind == BLOCK_ROW && ancestor(m->dom, b->node, DOM_table) == m->table;
	return b->kind == BLOCK_ITEM && m->kind == BLOCK_ITEM;
}

static int quotes_around(const struct dom *dom, uint32_t node)
{
	int n = 0;
	for (int i = 0; node && i < LIMIT_DOM_DEPTH; i++, node = dom->nodes[node].parent)
		n += !dom->nodes[node].is_text && dom->nodes[node].tag == DOM_blockquote;
	return n < MARKDOWN_LEVELS ? n : MARKDOWN_LEVELS;
}

static void put_marks(struct buf *out, int quotes, bool text)
{
	for (int i = 0; i < quotes; i++)
		buf_puts(out, i + 1 < quotes || text ? "> " : ">");
}

/* The lines from @from on stand in quotations. */
static void quote(struct markdown *m, size_t from, int quotes)
{
	struct buf copy = BUF_INIT(MARKDOWN_MAX);
	struct view rest, line;
	if (!quotes || m->out.err)
		return;
	buf_put(&copy, m->out.p + from, m->out.n - from);
	m->out.n = from;
	rest = buf_view(&copy);
	while (view_next_line(&rest, &line)) {
		put_marks(&m->out, quotes, line.n);
		buf_putv(&m->out, line);
		buf_putc(&m->out, '\n');
	}
	if (copy.err)
		m->out.err = copy.err;
	buf_free(&copy);
}

static void put_block(struct markdown *m, const struct block *b)
{
	int quotes = quotes_around(m->dom, b->node), both = quotes < m->quotes ? quotes : m->quotes;
	if (m->begun && !goes_on(m, b, quotes)) {
		put_marks(&m->out, both, false);
		buf_putc(&m->out, '\n');
	}
	size_t from = m->out.n;
	switch (b->kind) {
	case BLOCK_HEADING:
		for (int i = 0; i < b->level && i < 6; i++)
			buf_putc(&m->out, '#');
		buf_putc(&m->out, ' ');
		markdown_inline(m, b);
		buf_putc(&m->out, '\n');
		break;
	case BLOCK_ITEM: put_item(m, b); break;
	case BLOCK_ROW: put_row(m, b); break;
	case BLOCK_CODE: put_code(m, b); break;
	default:
		markdown_inline(m, b);
		buf_putc(&m->out, '\n');
		break;
	}
	quote(m, from, quotes);
	m->kind = b->kind;
	m->quotes = quotes;
	m->begun = true;
}

int markdown_render(struct page *page, struct view *ret_text)
{
	*ret_text = VIEW_NONE;
	if (!page->dom)
		return 0;
	struct markdown *m = arena_calloc(&page->arena, 1, sizeof(*m));
	if (!m)
		return page_full(page);
	m->page = page;
	m->dom = page->dom;
	m->columns = 1;
	m->out = m->plain = (struct buf)BUF_INIT(MARKDOWN_MAX);
	m->base = markdown_base(page);
	for (size_t i = 0; i < page->block_count; i++)
		if (!page->blocks[i].cut)
			put_block(m, &page->blocks[i]);
	char *copy = m->out.err ? NULL : arena_strndup(&page->arena, m->out.p ? m->out.p : "", m->out.n);
	if (copy)
		*ret_text = view_make(copy, m->out.n);
	buf_free(&m->out);
	buf_free(&m->plain);
	return copy ? 0 : page_full(page);
}
