/* Class, id, role and itemprop tokens of elements, and what they say by their learned log-odds. */
#include <errno.h>
#include <stdlib.h>
#include "extract/feature_parts.h"
#include "extract/key_table.h"
#include "util/hash.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	BOX_TOKENS = 40, /* looked at on one element */
	TOKEN_BYTES_MIN = 2,
	TOKEN_BYTES_MAX = 48, /* longer ones are generated */
	PART_BYTES_MIN = 3,   /* of the parts of a token */
};

enum { HASH_START = 0x811C9DC5u, HASH_STEP = 0x01000193u, PART_SEED = 0x5BD1E995u };

struct token_sink {
	struct features *f;
	struct key_table seen; /* sets by what they were made of */
	size_t cap, set_cap;
	uint32_t *set;	/* of those that are being made, with room for BOX_TOKENS */
	uint32_t count; /* in it */
	uint64_t here;	/* a bit for each of its tokens, by their lowest six */
	bool full;
};

static void add_token(struct token_sink *sink, uint32_t hash)
{
	uint64_t bit = UINT64_C(1) << (hash % 64);
	uint32_t count = sink->count;
	for (uint32_t i = 0; sink->here & bit && i < count; i++)
		if (sink->set[i] == hash)
			return;
	if (count >= BOX_TOKENS)
		return;
	sink->here |= bit;
	sink->set[count] = hash;
	sink->count = count + 1;
}

/* Begins a set behind the others. */
static bool begin_set(struct token_sink *sink)
{
	struct features *f = sink->f;
	if (sink->cap - f->token_count < BOX_TOKENS) {
		size_t more = sink->cap ? sink->cap * 2 : 1024;
		uint32_t *grown =
			arena_grow(&f->page->arena, f->tokens, sink->cap * sizeof(*grown), more * sizeof(*grown));
		if (!grown) {
			sink->full = true;
			return false;
		}
		f->tokens = grown;
		sink->cap = more;
	}
	sink->set = f->tokens + f->token_count;
	sink->count = 0;
	sink->here = 0;
	return true;
}

enum letter { LETTER_NONE, LETTER_LOWER, LETTER_UPPER, LETTER_DIGIT, LETTER_SPACE };
static const uint8_t letters[256] = {
	['a' ... 'z'] = LETTER_LOWER,
	['A' ... 'Z'] = LETTER_UPPER,
	['0' ... '9'] = LETTER_DIGIT,
	['\t'] = LETTER_SPACE,
	['\n'] = LETTER_SPACE,
	['\f'] = LETTER_SPACE,
	['\r'] = LETTER_SPACE,
	[' '] = LETTER_SPACE,
};

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Adds the token at the beginning of @list and its parts: article-body, articleBody and article_body have the parts
 * article and body. Tokens of the same name with another number are one: letters lower, digits as one 0. Returns its
 * bytes, more than TOKEN_BYTES_MAX when it is too long to be added. */
static size_t add_name(struct token_sink *sink, struct view list, uint32_t seed)
{
	enum { PARTS = TOKEN_BYTES_MAX / PART_BYTES_MIN + 1 };
	uint32_t whole = HASH_START ^ seed, part = HASH_START ^ PART_SEED, parts[PARTS];
	size_t count = 0, from = 0, i = 0, n = list.n <= TOKEN_BYTES_MAX ? list.n : TOKEN_BYTES_MAX + 1;
	enum letter last = LETTER_NONE;
	for (;; i++) {
		for (; i < n && is_lower(list.p[i]); i++) { /* most are */
			part = (part ^ (unsigned char)list.p[i]) * HASH_STEP;
			whole = (whole ^ (unsigned char)list.p[i]) * HASH_STEP;
			last = LETTER_LOWER;
		}
		unsigned char c = i < n ? (unsigned char)list.p[i] : ' ';
		enum letter class = letters[c];
		if (class == LETTER_SPACE)
			break;
		bool upper = class == LETTER_UPPER;
		if (!upper || last == LETTER_LOWER) {
			if (i - from >= PART_BYTES_MIN)
				parts[count++] = part;
			from = upper ? i : i + 1;
			part = HASH_START ^ PART_SEED;
		}
		if (upper)
			part = (part ^ (c | 0x20)) * HASH_STEP;
		if (class != LETTER_DIGIT || last != LETTER_DIGIT)
			whole = (whole ^ (class == LETTER_DIGIT ? '0' : upper ? c | 0x20 : c)) * HASH_STEP;
		last = class;
	}
	if (i < TOKEN_BYTES_MIN || i > TOKEN_BYTES_MAX)
		return i;
	if (i - from >= PART_BYTES_MIN && from > 0)
		parts[count++] = part;
	add_token(sink, whole ? whole : 1);
	for (size_t k = 0; k < count; k++)
		add_token(sink, parts[k] ? parts[k] : 1);
	return i;
}

static void add_list(struct token_sink *sink, struct view list, uint32_t seed)
{
	for (size_t at = 0; at < list.n; at++) {
		size_t size = add_name(sink, view_from(list, at), seed);
		at += size;
		if (size <= TOKEN_BYTES_MAX)
			continue; /* a space, or the end */
		while (at < list.n && letters[(unsigned char)list.p[at]] != LETTER_SPACE)
			at++;
	}
}

static struct element_names read_names(const struct dom *dom, uint32_t node)
{
	struct element_names n = { 0 };
	const struct dom_node *at = &dom->nodes[node];
	for (uint32_t i = 0; i < at->attr_count; i++) {
		const struct dom_attr *a = &dom->attrs[at->attr_first + i];
		struct view *to = a->name == DOM_ATTR_CLASS	       ? &n.class
				  : a->name == DOM_ATTR_ID	       ? &n.id
				  : a->name == DOM_ATTR_ROLE	       ? &n.role
				  : a->name == DOM_ATTR_ITEMPROP       ? &n.itemprop
				  : a->name == DOM_ATTR_DATA_TESTID    ? &n.testid
				  : a->name == DOM_ATTR_DATA_COMPONENT ? &n.component
								       : NULL;
		if (!to || to->p)
			continue;
		uint64_t key = hash64(a->value, a->name);
		*to = a->value;
		n.key += key;
		if (a->name == DOM_ATTR_CLASS && a->value.n)
			n.class_key = key;
	}
	return n;
}

static void add_named(struct token_sink *sink, const struct element_names *n)
{
	add_list(sink, n->class, 0);
	add_list(sink, n->id, 0);
	add_list(sink, n->role, 2);
	add_list(sink, n->itemprop, 3);
	add_list(sink, n->testid, 0);
	add_list(sink, n->component, 0);
}

/* The set of tokens of @count elements; the same for elements that are named alike. */
static uint32_t token_set(struct token_sink *sink, const struct element_names *named, int count)
{
	struct features *f = sink->f;
	uint64_t key = 0;
	bool fresh;
	for (int i = 0; i < count; i++)
		key = key * 31 + named[i].key;
	if (!key)
		return 0;
	uint32_t *set = key_table_put(&sink->seen, key, &fresh);
	if (!fresh)
		return *set;
	if (f->set_count == sink->set_cap) {
		size_t more = sink->set_cap * 2;
		struct token_set *grown =
			arena_grow(&f->page->arena, f->sets, sink->set_cap * sizeof(*grown), more * sizeof(*grown));
		if (!grown) {
			sink->full = true;
			return 0;
		}
		f->sets = grown;
		sink->set_cap = more;
	}
	if (!begin_set(sink))
		return 0;
	for (int i = 0; i < count; i++)
		add_named(sink, &named[i]);
	f->sets[f->set_count] = (struct token_set){ f->token_count, (uint8_t)sink->count, 0 };
	f->token_count += sink->count;
	return *set = f->set_count++;
}

/* Inline elements between a block's first text and its box. */
static uint32_t inline_set(struct token_sink *sink, const struct text_block *b)
{
	enum { INLINES = 4 };
	const struct dom *dom = sink->f->page->dom;
	struct element_names named[INLINES];
	uint32_t box = sink->f->blocks->boxes[b->box].node;
	int count = 0;
	uint32_t node = dom->nodes[b->node].parent;
	for (int i = 0; i < INLINES && node != box && node; i++, node = dom->nodes[node].parent)
		if (dom->nodes[node].attr_count)
			named[count++] = read_names(dom, node);
	return token_set(sink, named, count);
}

static int start(struct token_sink *sink, struct features *f)
{
	enum { SETS = 64 };
	const struct text_blocks *blocks = f->blocks;
	struct arena *arena = &f->page->arena;
	*sink = (struct token_sink){ .f = f, .set_cap = SETS };
	f->inline_sets = arena_calloc(arena, blocks->count + 1, sizeof(*f->inline_sets));
	f->sets = arena_calloc(arena, SETS, sizeof(*f->sets));
	/* a box or a block asks for one set; those of blocks in the same elements may be different ones */
	if (!f->inline_sets || !f->sets || !key_table_init(&sink->seen, arena, blocks->box_count + blocks->count))
		return page_full(f->page);
	f->set_count = 1; /* set 0 is empty */
	return 0;
}

int tokens_read(struct features *f)
{
	struct token_sink sink;
	const struct text_blocks *blocks = f->blocks;
	int result = start(&sink, f);
	if (result)
		return result;
	for (uint32_t i = 0; i < blocks->box_count; i++) {
		struct element_names names = read_names(f->page->dom, blocks->boxes[i].node);
		box_facts_fill(f, i, &names);
		f->boxes[i].set = token_set(&sink, &names, 1);
	}
	for (uint32_t i = 0; i < blocks->count; i++)
		f->inline_sets[i] = inline_set(&sink, &blocks->items[i]);
	return sink.full ? page_full(f->page) : 0;
}

/* ---- log-odds ------------------------------------------------------------------------------ */

int odds_slots_make(struct odds_slots *ret, uint32_t count)
{
	uint32_t slots = 64;
	while (slots < count * 2)
		slots *= 2;
	*ret = (struct odds_slots){ calloc(slots, sizeof(*ret->hashes)), calloc(slots, 1), slots - 1 };
	return ret->hashes && ret->values ? 0 : -ENOMEM;
}

void odds_slots_put(struct odds_slots *s, uint32_t hash, int8_t value)
{
	uint32_t i = odds_slot(hash);
	while (s->hashes[i & s->mask] && s->hashes[i & s->mask] != hash)
		i++;
	s->hashes[i & s->mask] = hash;
	s->values[i & s->mask] = value;
}

void odds_slots_free(struct odds_slots *s)
{
	free(s->hashes);
	free(s->values);
	*s = (struct odds_slots){ 0 };
}

static int look_on(const struct odds_table *table, uint32_t hash, uint32_t at)
{
	for (;; at++) {
		uint32_t slot = at & table->mask;
		if (table->hashes[slot] == hash)
			return table->values[slot];
		if (!table->hashes[slot])
			return 0;
	}
}

/* Whether a token is known cannot be foreseen: four slots are looked at together, without a branch on what they hold.
 */
static inline int lookup(const struct odds_table *table, uint32_t hash)
{
	uint32_t at = odds_slot(hash) & table->mask;
#ifdef __SSE2__
	if (at + 4 <= table->mask) {
		__m128i four = _mm_loadu_si128((const __m128i *)(table->hashes + at));
		__m128i same = _mm_cmpeq_epi32(four, _mm_set1_epi32((int)hash));
		__m128i ends = _mm_or_si128(same, _mm_cmpeq_epi32(four, _mm_setzero_si128()));
		unsigned found = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(same));
		if (_mm_movemask_epi8(ends))
			return table->values[at + (unsigned)__builtin_ctz(found | 8)] & -(found != 0);
	}
#endif
	return look_on(table, hash, at);
}

/* The table is far larger than what is near: a token is asked for some time before it is looked up. */
static void look_ahead(const struct features *f, const struct odds_table *table, uint32_t token)
{
	enum { AHEAD = 40 };
	if (token + AHEAD >= f->token_count)
		return;
	uint32_t slot = odds_slot(f->tokens[token + AHEAD]) & table->mask;
	__builtin_prefetch(&table->hashes[slot]);
	__builtin_prefetch(&table->values[slot]);
}

static int8_t odds_of(const struct features *f, const struct odds_table *table, const struct token_set *set)
{
	int sum = 0;
	for (uint32_t i = set->first; i < set->first + set->count; i++) {
		look_ahead(f, table, i);
		sum += lookup(table, f->tokens[i]);
	}
	return (int8_t)(sum < -127 ? -127 : sum > 127 ? 127 : sum);
}

void features_odds(struct features *f, const struct odds_table *table)
{
	for (uint32_t i = 0; i < f->set_count; i++)
		f->sets[i].odds = odds_of(f, table, &f->sets[i]);
	for (uint32_t i = 0; i < f->blocks->box_count; i++) {
		struct box_facts *own = &f->boxes[i];
		const struct box_facts *up = &f->boxes[f->blocks->boxes[i].parent];
		own->odds = f->sets[own->set].odds;
		int sum = i ? up->odds_sum + own->odds : own->odds;
		own->odds_sum = (int16_t)(sum < -2000 ? -2000 : sum > 2000 ? 2000 : sum);
		own->odds_min = i && up->odds_min < own->odds ? up->odds_min : own->odds;
		own->odds_max = i && up->odds_max > own->odds ? up->odds_max : own->odds;
		own->min_at = !i || own->odds <= up->odds_min ? 0 : (uint8_t)(up->min_at + (up->min_at < 255));
	}
	for (uint32_t i = 0; i < f->blocks->count; i++)
		f->inline_odds[i] = f->sets[f->inline_sets[i]].odds;
	box_vectors_make(f);
	near_vectors_make(f);
}
