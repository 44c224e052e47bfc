/* Patterns of rules for the look-up: how they begin and what they need. */
#include <string.h>
#include "extract/rule_build.h"
#include "extract/rule_literal.h"
#include "extract/rule_prefix.h"
#include "extract/text_fold.h"
#include "util/limits.h"
#include "util/utf8.h"

/* ---- strings that patterns need --------------------------------------------------------------------- */

/* Frequent pairs of letters are poor bait: the most frequent ones of news in English and German, in that order. */
static int rarity(const char *pair)
{
	static const char frequent[] = "e  t as intht eranred hen  sr eson ien corat oti, ngtendstouit w ptoaly ar "
				       "fntle mo  bg sede dedvecois "
				       "eneearomeurral a  rhaliio. riictaas hcech lmasiomofllcah fo yelf "
				       "yonsusprecacgeetlahipediilhoctberstrlo"
				       "ie gwi nssutnctssounmo ueertpllyninapaemowotm "
				       "aiviigs,adkefiweolmipos.mpamnoimossuidooulfewhabevopivagi"
				       "ru extudawaodblcity vshbuapifp k iackghayovaveifrdo  ryw e.";
	for (int i = 0; i + 1 < (int)sizeof(frequent) - 1; i += 2)
		if (memcmp(frequent + i, pair, 2) == 0)
			return i;
	return (int)sizeof(frequent);
}

/* Whether word_bits_begins() says so of byte @at wherever @literal stands. */
static bool begins(const struct literal *literal, size_t at)
{
	char c = literal->p[at];
	if (!ascii_is_alpha(c))
		return c != ' ' && ((unsigned char)c & 0xC0) != 0x80;
	return at ? !ascii_is_alpha(literal->p[at - 1]) : literal->front;
}

/* Where the rarest @size bytes of @literal stand among those where something begins; @n: there are none. */
static size_t best_offset(const struct literal *literal, size_t size)
{
	size_t best = literal->n;
	int most = -1;
	for (size_t at = 0; at + size <= literal->n; at++) {
		int rare = rarity(literal->p + at) + rarity(literal->p + at + size - 2);
		if (begins(literal, at) && rare > most) {
			most = rare;
			best = at;
		}
	}
	return best;
}

/* By which bytes @literal is found, and how many. False: it may stand within a word. */
static bool find_gram(const struct literal *literal, size_t *ret_offset, size_t *ret_size)
{
	size_t most = literal->n < IMAGE_GRAM ? literal->n : IMAGE_GRAM;
	for (*ret_size = most; *ret_size >= LITERAL_BYTES_MIN; --*ret_size)
		if ((*ret_offset = best_offset(literal, *ret_size)) < literal->n)
			return true;
	*ret_offset = 0;
	*ret_size = most;
	return false;
}

/* Of two bytes, whatever stands behind them. */
static void put_gram(uint64_t *bits, const struct image_gram *gram)
{
	if (gram->size > LITERAL_BYTES_MIN)
		build_put(bits, image_gram_hash(gram->bytes, gram->size));
	else
		for (uint32_t behind = 0; behind < 256; behind++)
			build_put(bits, image_gram_hash(gram->bytes | behind << 16, IMAGE_GRAM_SHORT));
}

static void add_gram(struct build *build, struct grams *grams, size_t pattern, bool page, const struct literal *literal)
{
	size_t size, offset;
	if (!find_gram(literal, &offset, &size))
		build->image->anywhere = 1;
	struct image_gram *gram = build_rows(build, &grams->rows, 1, sizeof(*gram));
	if (!gram)
		return;
	*gram = (struct image_gram){ .size = (uint32_t)size,
		.pattern = (uint32_t)pattern,
		.text = build_string(build, view_make(literal->p, literal->n)),
		.n = literal->n,
		.offset = (uint32_t)offset };
	size_t behind = literal->n - offset - size;
	memcpy(&gram->bytes, literal->p + offset, size);
	memcpy(&gram->next, literal->p + offset + size, behind < sizeof(gram->next) ? behind : sizeof(gram->next));
	memset(&gram->mask, 0xFF, behind < sizeof(gram->mask) ? behind : sizeof(gram->mask));
	put_gram(grams->bits, gram);
	if (size == LITERAL_BYTES_MIN)
		build_put(grams->twos, gram->bytes & 0xFF);
	if (page)
		put_gram(grams->page_bits, gram);
}

/* ---- rows by hash ---------------------------------------------------------------------------------------- */

static uint32_t gram_hash(const void *row)
{
	const struct image_gram *gram = row;
	return image_gram_hash(gram->bytes, gram->size);
}

static uint32_t prefix_hash(const void *row)
{
	const struct image_prefix *prefix = row;
	uint64_t bytes = prefix->low | (uint64_t)prefix->high << 32;
	uint32_t key = prefix->what >> 16 & 0xFF;
	return key >= image_prefix_key(PREFIX_SHORT + 1, 0) ? image_long_hash(bytes, key)
							    : image_prefix_hash(bytes, key);
}

/* The same rows by hash, and where each hash begins; rows of one hash stay in their order. */
static const void *sort_rows(struct build *build, const struct rows *rows, size_t size, uint32_t (*hash)(const void *),
	uint32_t lists, const uint32_t **ret_from)
{
	uint32_t *from = build_zeros(build, lists + 1, sizeof(*from));
	char *sorted = build_zeros(build, rows->count, size);
	if (build->failed)
		return NULL;
	for (size_t i = 0; i < rows->count; i++)
		from[hash(rows->p + i * size) % lists + 1]++;
	for (size_t i = 0; i < lists; i++)
		from[i + 1] += from[i];
	/* Filled from behind, each place is counted down to its first. */
	for (size_t i = rows->count; i--;)
		memcpy(sorted + --from[hash(rows->p + i * size) % lists + 1] * size, rows->p + i * size, size);
	memmove(from, from + 1, lists * sizeof(*from));
	from[lists] = (uint32_t)rows->count;
	*ret_from = from;
	return sorted;
}

/* A string as it stands in the folded line where it stands in the line. False: that depends on what is around it. */
static bool fold_literal(struct literal *literal)
{
	struct view in = view_make(literal->p, literal->n);
	char out[4 * LITERAL_BYTES];
	size_t n = 0;
	for (size_t at = 0; at < in.n;) {
		uint32_t c = utf8_next(in, &at), folded = c == UTF8_BAD ? 0 : text_fold_point(c);
		/* Dropped; a space, which may be one with its neighbour; three dots. */
		if (folded < ' ' || (folded == ' ' && c != ' ') || c == 0x7F || c == 0x2026)
			return false;
		n += utf8_put(out + n, folded);
	}
	if (n > LITERAL_BYTES)
		return false;
	memcpy(literal->p, out, n);
	literal->n = (unsigned char)n;
	return true;
}

/* @other is found wherever @literal stands. */
static bool is_within(const struct literal *other, const struct literal *literal)
{
	size_t offset, size, at = view_find(view_make(literal->p, literal->n), view_make(other->p, other->n));
	if (at == literal->n)
		return false;
	return !find_gram(other, &offset, &size) || begins(literal, at + offset);
}

/* What contains another one of the set need not be looked for. */
static void drop_longer(struct literal_set *set)
{
	size_t kept = 0;
	for (size_t i = 0; i < set->n; i++) {
		const struct literal *item = &set->item[i];
		bool has = false;
		for (size_t k = 0; k < set->n && !has; k++) {
			const struct literal *other = &set->item[k];
			has = k != i && (other->n < item->n || (other->n == item->n && k < i)) &&
			      is_within(other, item);
		}
		if (!has)
			set->item[kept++] = *item;
	}
	set->n = kept;
}

/* False: lines can't be sorted out by strings. */
static bool fold_needed(const struct rule *rule, struct literal_set *set)
{
	for (size_t i = 0; rule->exact && i < set->n; i++)
		if (!fold_literal(&set->item[i]))
			return false;
	drop_longer(set);
	return set->n != 0;
}

/* ---- patterns ----------------------------------------------------------------------------------------- */

/* One beginning; of a long one its first four bytes and all of it have a bit. */
static bool add_prefix(
	struct build *build, struct image_prefix row, const struct prefix *prefix, const struct image_pattern *known)
{
	uint64_t bytes = 0;
	uint32_t words = row.most & 0xFF, longest = row.most >> 16, exact = known->exact;
	bool page = row.what >> 24 & IMAGE_PREFIX_PAGE;
	memcpy(&bytes, prefix->p, prefix->n);
	row.low = (uint32_t)bytes;
	row.high = (uint32_t)(bytes >> 32);
	row.what |= image_prefix_key(prefix->n, exact) << 16;
	struct image_prefix *added = build_rows(build, &build->prefixes, 1, sizeof(*added));
	if (!added)
		return false;
	*added = row;
	if (prefix->n == 1) {
		struct image_byte *byte = &build->bytes[image_byte_at(bytes, exact)];
		bool first = byte->words == 0;
		byte->words = words > byte->words ? words : byte->words;
		byte->longest = longest > byte->longest ? longest : byte->longest;
		byte->must = first || byte->must == known->must ? known->must : 0;
		return true;
	}
	if (prefix->n < PREFIX_SHORT)
		build->bytes[image_byte_at(bytes, exact)].shorts |= 1u << prefix->n;
	else
		build_put(build->begin_bits, image_begin_hash((uint32_t)bytes, exact));
	uint32_t hash = prefix_hash(added);
	if (prefix->n > PREFIX_SHORT) {
		build_put(build->long_bits, hash);
		hash = image_prefix_hash((uint32_t)bytes, image_prefix_key(0, exact));
	}
	build_put(build->prefix_bits, hash);
	if (page)
		build_put(build->page_bits, hash);
	return true;
}

/* The beginnings of a pattern, when all are known. */
static void add_prefixes(struct build *build, const struct rule *rule, size_t pattern,
	const struct image_pattern *known, uint32_t longest)
{
	struct prefix set[PREFIX_SET_MAX];
	size_t n = pattern_long_prefixes(rule->source, rule->exact, set);
	uint32_t bytes = longest < IMAGE_BYTES_ANY ? longest : IMAGE_BYTES_ANY;
	uint32_t flags = (known->prose ? IMAGE_PREFIX_PROSE : 0u) | (known->page ? IMAGE_PREFIX_PAGE : 0u) |
			 (known->strings ? IMAGE_PREFIX_STRINGS : 0u);
	struct image_prefix row = { .what = (uint32_t)pattern | flags << 24,
		.most = rule->words | known->must << 8 | bytes << 16 };
	_Static_assert(LIMIT_RULES <= 0xFFFF && RULE_WORDS_MAX <= 0xFF, "16 and 8 bits hold them");
	for (size_t i = 0; i < n; i++)
		if (!add_prefix(build, row, &set[i], known))
			return;
}

/* Few strings are looked for one by one. */
static void add_needs(struct build *build, const struct literal_set *needed, struct image_pattern *row)
{
	enum { FEW = 2 };
	if (needed->n > FEW)
		return;
	row->need = (uint32_t)build->needs.count;
	row->need_count = (uint32_t)needed->n;
	for (size_t i = 0; i < needed->n; i++) {
		struct image_need *need = build_rows(build, &build->needs, 1, sizeof(*need));
		if (need)
			*need = (struct image_need){
				build_string(build, view_make(needed->item[i].p, needed->item[i].n)), needed->item[i].n
			};
	}
}

static bool all_begin(const struct literal_set *set)
{
	size_t offset, size, i = 0;
	while (i < set->n && find_gram(&set->item[i], &offset, &size))
		i++;
	return i == set->n;
}

/* Bylines begin with the strings that they need: looking for them is of no use. */
static bool add_strings(
	struct build *build, size_t pattern, const struct rule *rule, bool begun, struct literal_set *needed)
{
	if ((begun && rule->exact) || !fold_needed(rule, needed) || (begun && !all_begin(needed)))
		return false;
	for (size_t k = 0; k < needed->n; k++)
		add_gram(build, begun ? &build->begun : &build->open, pattern, rule_is_for_pages(rule),
			&needed->item[k]);
	return true;
}

void build_pattern(struct build *build, const struct rule *rule, size_t i, struct image_pattern *row)
{
	struct pattern_facts facts;
	struct prefix begins[PREFIX_SET_MAX];
	bool looks;
	pattern_read(rule->source, rule->exact, &facts);
	memcpy(build->first + i * IMAGE_FIRST, facts.first, sizeof(facts.first));
	row->words = rule->words;
	row->exact = rule->exact;
	row->page = rule_is_for_pages(rule);
	row->must = (unsigned char)facts.must;
	row->begun = pattern_prefixes(rule->source, rule->exact, PREFIX_SHORT, begins, &looks) != 0;
	row->prose = row->begun && !looks;
	row->strings = add_strings(build, i, rule, row->begun, &facts.needed);
	if (row->begun && row->strings)
		add_needs(build, &facts.needed, row);
	if (row->begun)
		add_prefixes(build, rule, i, row, facts.longest);
	uint32_t *always = row->begun || row->strings ? NULL : build_rows(build, &build->always, 1, sizeof(*always));
	if (!always)
		return;
	*always = (uint32_t)i;
	if (rule->words > build->image->always_words)
		build->image->always_words = rule->words;
}

void build_pattern_tables(struct build *build)
{
	struct rule_image *image = build->image;
	image->open = sort_rows(
		build, &build->open.rows, sizeof(*image->open), gram_hash, IMAGE_GRAM_LISTS, &image->open_from);
	image->begun = sort_rows(
		build, &build->begun.rows, sizeof(*image->begun), gram_hash, IMAGE_GRAM_LISTS, &image->begun_from);
	image->prefixes = sort_rows(
		build, &build->prefixes, sizeof(*image->prefixes), prefix_hash, IMAGE_LISTS, &image->prefix_from);
	image->open_count = build->open.rows.count;
	image->begun_count = build->begun.rows.count;
	image->prefixes_count = build->prefixes.count;
	image->needs = (const struct image_need *)(const void *)build->needs.p;
	image->needs_count = build->needs.count;
	image->open_from_count = image->begun_from_count = IMAGE_GRAM_LISTS + 1;
	image->prefix_from_count = IMAGE_LISTS + 1;
}
