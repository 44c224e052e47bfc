/* What the scorer sees of a line in its document. */
#include "extract/line_features.h"
#include "extract/quantise.h"
#include "util/hash.h"

enum { WINDOW = 4, HEAD_PROSE = 6, NEAR = 3, NEAR_COLUMNS = 5 };

/* What is asked of a live line again and again, side by side. */
struct doc_line {
	const struct line_own *own;
	uint32_t bytes, words;
	uint8_t near[NEAR_COLUMNS]; /* what lines beside it see */
	uint8_t hit, group;
	bool prose, gap;
};

/* Of all lines before one: what stands between two places is a difference. */
struct sums {
	uint64_t bytes, prose, words;
	int64_t odds;
	uint32_t hits;
};

/* Lines with words before one, and their shares of the head's words. */
struct heads {
	uint32_t count, sum;
};

struct doc {
	const struct work *work;
	struct doc_line *lines; /* live ones by place, NEAR empty ones before and behind */
	struct sums *sums;	/* by place, and of all */
	struct heads *heads;	/* by place, and of all */
	struct line_tables *tables;
	uint64_t bytes, prose_bytes;
	size_t prose, hits, gaps, bullets;
	int64_t odds, words;
};

static const struct line_own *own_at(const struct work *work, size_t place)
{
	return &work->own[work->live[place].at];
}

static bool doc_alloc(struct work *work, struct doc *doc)
{
	struct arena *arena = &work->page->arena;
	size_t n = work->live_count;
	doc->lines = arena_alloc(arena, (n + 2 * NEAR) * sizeof(*doc->lines));
	doc->sums = arena_alloc(arena, (n + 1) * sizeof(*doc->sums));
	doc->heads = arena_alloc(arena, (n + 1) * sizeof(*doc->heads));
	if (!work->tables)
		work->tables = arena_calloc(arena, 1, sizeof(*work->tables));
	doc->tables = work->tables;
	return doc->lines && doc->sums && doc->heads && doc->tables;
}

static struct doc_line doc_line(const struct work *work, size_t place)
{
	const struct line *line = line_at(work, place);
	const struct line_own *own = own_at(work, place);
	const uint8_t *x = own->x;
	return (struct doc_line){ .own = own,
		.bytes = (uint32_t)line->text.n,
		.words = line->words,
		.near = { x[L_WORDS], x[L_END], x[L_HIT], x[L_ODDS_MEAN], x[L_START] },
		.hit = x[L_HIT] != 0,
		.group = line_group(own),
		.prose = is_unknown_prose(work, place),
		.gap = block_at(work, place)->gap };
}

static inline void count_up(uint16_t *slot)
{
	*slot = (uint16_t)(*slot + (*slot < UINT16_MAX));
}

/* Of a word: it stands in a line, in two or more; prose has it: of the first paragraphs, before this place, behind it.
 */
enum { IN_ONE = 1, IN_TWO = 2, OF_HEAD = 4, BEFORE = 8, AFTER = 16 };

static inline uint8_t *word_slot(const struct doc *doc, uint32_t hash)
{
	return &doc->tables->words[hash % LINE_SLOTS];
}

static inline void count_word(uint8_t *slot)
{
	*slot = (uint8_t)(*slot | IN_ONE | (*slot & IN_ONE) * IN_TWO);
}

/* What was counted goes: the tables are empty for the next document. */
static void doc_forget(const struct doc *doc)
{
	struct line_tables *tables = doc->tables;
	for (size_t i = 0; i < doc->work->live_count; i++) {
		const struct line_own *own = doc->lines[i].own;
		tables->shapes[own->shape % LINE_SLOTS] = 0;
		tables->fronts[own->front % LINE_SLOTS] = 0;
		tables->copies[own->hash % LINE_SLOTS] = 0;
		for (size_t k = 0; k < own->word_count; k++)
			*word_slot(doc, own->words[k]) = 0;
	}
}

static void doc_count(struct doc *doc, const struct doc_line *line)
{
	const struct line_own *own = line->own;
	doc->prose += line->prose;
	doc->gaps += line->gap;
	doc->bullets += own->x[L_BULLET];
	count_up(&doc->tables->shapes[own->shape % LINE_SLOTS]);
	count_up(&doc->tables->fronts[own->front % LINE_SLOTS]);
	count_up(&doc->tables->copies[own->hash % LINE_SLOTS]);
	for (size_t k = 0; k < own->word_count; k++)
		count_word(word_slot(doc, own->words[k]));
}

static int doc_read(struct work *work, struct doc *doc)
{
	*doc = (struct doc){ .work = work };
	if (!doc_alloc(work, doc))
		return page_full(work->page);
	size_t n = work->live_count;
	struct sums sums = { 0 };
	memset(doc->lines, 0, NEAR * sizeof(*doc->lines));
	doc->lines += NEAR;
	memset(doc->lines + n, 0, NEAR * sizeof(*doc->lines));
	for (size_t i = 0; i < n; i++) {
		struct doc_line *line = &doc->lines[i];
		*line = doc_line(work, i);
		doc_count(doc, line);
		doc->sums[i] = sums;
		sums.bytes += line->bytes;
		sums.prose += line->prose ? line->bytes : 0;
		sums.words += line->words;
		sums.hits += line->hit;
		sums.odds += line->own->x[L_ODDS_MEAN] - 128;
	}
	doc->sums[n] = sums;
	doc->bytes = sums.bytes;
	doc->prose_bytes = sums.prose;
	doc->hits = sums.hits;
	doc->odds = sums.odds;
	doc->words = (int64_t)sums.words;
	return 0;
}

/* The same for every line of the document. */
static void put_doc(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count;
	x[LF_DOC_LINES] = q_log(n);
	x[LF_DOC_PROSE] = q_ratio(doc->prose, n);
	x[LF_DOC_PROSE_BYTES] = q_ratio(doc->prose_bytes, doc->bytes);
	x[LF_DOC_HITS] = q_count(doc->hits);
	x[LF_DOC_HIT_SHARE] = q_ratio(doc->hits, n);
	x[LF_DOC_WORDS] = q_log((uint64_t)doc->words);
	x[LF_DOC_ODDS] = q_signed(doc->odds * 4 / (int64_t)n);
	x[LF_DOC_GAPS] = q_ratio(doc->gaps, n);
	x[LF_DOC_BULLETS] = q_ratio(doc->bullets, n);
}

static void put_window(const struct doc *doc, size_t i, uint8_t *x)
{
	size_t n = doc->work->live_count, from = i > WINDOW ? i - WINDOW : 0,
	       to = i + WINDOW + 1 < n ? i + WINDOW + 1 : n;
	const struct sums *a = &doc->sums[from], *z = &doc->sums[to];
	const struct doc_line *line = &doc->lines[i];
	uint64_t bytes = z->bytes - a->bytes - line->bytes,
		 prose = z->prose - a->prose - (line->prose ? line->bytes : 0);
	int64_t odds = z->odds - a->odds - (line->own->x[L_ODDS_MEAN] - 128);
	x[LF_WINDOW_PROSE] = q_ratio(prose, bytes);
	x[LF_WINDOW_WORDS] = q_log(z->words - a->words - line->words);
	x[LF_WINDOW_HITS] = q_count(z->hits - a->hits - line->hit);
	x[LF_WINDOW_ODDS] = q_signed(odds * 2 / WINDOW);
}

/* q_ratio() of @found of a line's words: n * (2^20 / d + 1) is off by less than 1 / d for these few. */
static inline uint8_t share_of(size_t found, const struct line_own *own)
{
#define INVERSE(d)  ((1u << 20) / (d) + 1)
#define INVERSES(d) INVERSE(d), INVERSE(d + 1), INVERSE(d + 2), INVERSE(d + 3), INVERSE(d + 4)
	static const uint32_t inverse[LINE_WORDS_KEPT + 1] = { 0, INVERSES(1), INVERSES(6), INVERSES(11), INVERSES(16),
		INVERSES(21), INVERSES(26) };
#undef INVERSES
#undef INVERSE
	return (uint8_t)((uint64_t)found * 255 * inverse[own->word_count] >> 20);
}

static void put_words(const struct doc *doc, size_t i, uint8_t *x)
{
	const struct line_own *own = doc->lines[i].own;
	size_t shared = 0;
	for (size_t k = 0; k < own->word_count; k++)
		shared += (*word_slot(doc, own->words[k]) & IN_TWO) / IN_TWO;
	x[LF_SHARED] = share_of(shared, own);
	x[LF_SHAPE] = q_log(doc->tables->shapes[own->shape % LINE_SLOTS]);
	x[LF_SHAPE_SHARE] = q_ratio(doc->tables->shapes[own->shape % LINE_SLOTS], doc->work->live_count);
	x[LF_FRONT] = q_log(doc->tables->fronts[own->front % LINE_SLOTS]);
	x[LF_COPIES] = q_count(doc->tables->copies[own->hash % LINE_SLOTS]);
}

static void put_line(const struct doc *doc, size_t i, uint8_t *x)
{
	const struct work *work = doc->work;
	const struct doc_line *line = &doc->lines[i];
	size_t n = work->live_count;
	memcpy(x, line->own->x, L_OWN_COUNT);
	x[LF_GAP_BEFORE] = line->gap;
	x[LF_GAP_AFTER] = line[1].gap; /* none behind the last */
	x[LF_INDEX] = q_log(i);
	x[LF_FROM_END] = q_log(n - 1 - i);
	x[LF_PLACE] = q_ratio(i, n);
	x[LF_PLACE_BYTES] = q_ratio(doc->sums[i].bytes, doc->bytes);
	bool prose = work->first_prose < n;
	x[LF_FIRST_PROSE] = prose ? q_signed_log((int64_t)i - (int64_t)work->first_prose) : 255;
	x[LF_LAST_PROSE] = prose ? q_signed_log((int64_t)i - (int64_t)work->last_prose) : 255;
	for (int k = 1; k <= NEAR; k++) {
		memcpy(&x[LF_PREV1_WORDS + NEAR_COLUMNS * (k - 1)], line[-k].near, NEAR_COLUMNS);
		memcpy(&x[LF_NEXT1_WORDS + NEAR_COLUMNS * (k - 1)], line[k].near, NEAR_COLUMNS);
	}
	put_window(doc, i, x);
	put_words(doc, i, x);
}

/* What is counted along the document: distances to the last prose and hit, the run of lines that are no prose. */
static void put_forwards(const struct doc *doc, uint8_t *x)
{
	size_t last_prose = 0, last_hit = 0, run = 0;
	uint64_t prose = 0;
	for (size_t i = 0; i < doc->work->live_count; i++, x += LF_COUNT) {
		const struct doc_line *line = &doc->lines[i];
		run = line->prose ? 0 : run + 1;
		x[LF_PREV_PROSE] = q_log(i - last_prose);
		x[LF_HIT_BEFORE] = q_log(i - last_hit);
		x[LF_PROSE_BEFORE] = q_log(prose);
		x[LF_RUN_PLACE] = q_log(run);
		last_prose = line->prose ? i : last_prose;
		prose += line->prose ? line->bytes : 0;
		last_hit = line->hit ? i : last_hit;
	}
}

static void put_backwards(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count, next_prose = n, next_hit = n, run = 0;
	uint64_t prose = 0;
	x += n * LF_COUNT;
	for (size_t i = n; i-- > 0;) {
		x -= LF_COUNT;
		const struct doc_line *line = &doc->lines[i];
		run = line->prose ? 0 : run + 1;
		x[LF_NEXT_PROSE] = q_log(next_prose - i);
		x[LF_HIT_AFTER] = q_log(next_hit - i);
		x[LF_PROSE_AFTER] = q_log(prose);
		x[LF_RUN_LEFT] = q_log(run);
		x[LF_RUN] = (uint8_t)((x[LF_RUN_LEFT] + x[LF_RUN_PLACE]) / 2);
		next_prose = line->prose ? i : next_prose;
		prose += line->prose ? line->bytes : 0;
		next_hit = line->hit ? i : next_hit;
	}
}

/* What no line is of is never. */
enum { GROUP_SINCE, GROUP_PROSE, GROUP_UNTIL, GROUP_COLUMNS, NEVER = 255 };

/* LINE_FEATURES_GROUP of a group that some line is of. */
static void put_group(const struct doc *doc, uint8_t group, uint8_t *x)
{
	size_t n = doc->work->live_count, last = SIZE_MAX, next = SIZE_MAX;
	uint8_t share = NEVER, *row = x + LF_RELATED_SINCE + (group - 1) * GROUP_COLUMNS;
	for (size_t i = 0; i < n; i++, row += LF_COUNT) {
		if (doc->lines[i].group == group) {
			last = i;
			share = (uint8_t)(q_ratio(doc->sums[i].prose, doc->prose_bytes) / 2);
		}
		row[GROUP_SINCE] = last == SIZE_MAX ? NEVER : q_log(i - last);
		row[GROUP_PROSE] = share;
	}
	for (size_t i = n; i-- > 0;) {
		row -= LF_COUNT;
		next = doc->lines[i].group == group ? i : next;
		row[GROUP_UNTIL] = next == SIZE_MAX ? NEVER : q_log(next - i);
	}
}

/* Most documents have lines of few groups. */
static void put_groups(const struct doc *doc, uint8_t *x)
{
	unsigned groups = 0;
	for (size_t i = 0; i < doc->work->live_count; i++)
		groups |= 1u << doc->lines[i].group;
	for (uint8_t g = 1; g < LINE_GROUPS; g++)
		if (groups >> g & 1)
			put_group(doc, g, x);
}

/* Lines between two blank ones. */
static void put_parts(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count;
	for (size_t from = 0, end; from < n; from = end) {
		uint64_t words = 0, prose = 0, longest = 0;
		for (end = from; end < n && (end == from || !doc->lines[end].gap); end++) {
			uint64_t w = doc->lines[end].words;
			words += w;
			longest = w > longest ? w : longest;
			prose += doc->lines[end].prose;
		}
		for (size_t i = from; i < end; i++) {
			uint8_t *row = x + i * LF_COUNT;
			row[LF_PART_LINES] = q_log(end - from);
			row[LF_PART_PLACE] = q_log(i - from);
			row[LF_PART_LEFT] = q_log(end - 1 - i);
			row[LF_PART_WORDS] = q_log(words);
			row[LF_PART_LONGEST] = q_log(longest);
			row[LF_PART_PROSE] = q_ratio(prose, end - from);
		}
	}
}

/* Runs of list items. */
static void put_items(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count;
	for (size_t from = 0, end; from < n; from = end) {
		uint64_t words = 0;
		for (end = from; end < n && doc->lines[end].own->x[L_BULLET]; end++)
			words += doc->lines[end].words;
		for (size_t i = from; i < end; i++) {
			uint8_t *row = x + i * LF_COUNT;
			row[LF_ITEMS] = q_log(end - from);
			row[LF_ITEMS_WORDS] = q_log(words / (end - from));
			row[LF_ITEMS_COLON] = from > 0 && (line_at(work, from - 1)->flags & LINE_COLON);
		}
		if (end == from)
			end++;
	}
}

static void note_words(const struct doc *doc, const struct line_own *own, uint8_t bit)
{
	for (size_t k = 0; k < own->word_count; k++)
		*word_slot(doc, own->words[k]) |= bit;
}

static void note_head(const struct doc *doc)
{
	size_t n = doc->work->live_count, prose = 0;
	for (size_t i = 0; i < n && prose < HEAD_PROSE; i++)
		if (doc->lines[i].prose) {
			note_words(doc, doc->lines[i].own, OF_HEAD);
			prose++;
		}
}

/* One look at each word tells both: does a line speak of what the first paragraphs speak of, and of what was spoken of
 * before it? */
static void put_before(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count;
	struct heads heads = { 0 };
	note_head(doc);
	for (size_t i = 0; i < n; i++, x += LF_COUNT) {
		const struct line_own *own = doc->lines[i].own;
		size_t of_head = 0, before = 0;
		for (size_t k = 0; k < own->word_count; k++) {
			uint8_t topic = *word_slot(doc, own->words[k]);
			of_head += (topic & OF_HEAD) / OF_HEAD;
			before += (topic & BEFORE) / BEFORE;
		}
		x[LF_TOPIC_HEAD] = share_of(of_head, own);
		x[LF_TOPIC_BEFORE] = share_of(before, own);
		doc->heads[i] = heads;
		heads.count += own->word_count != 0;
		heads.sum += x[LF_TOPIC_HEAD];
		if (doc->lines[i].prose)
			note_words(doc, own, BEFORE);
	}
	doc->heads[n] = heads;
}

/* Of the lines around, but for the line itself. */
static uint8_t near_head(const struct doc *doc, size_t i, uint8_t own_share)
{
	size_t n = doc->work->live_count, from = i > WINDOW ? i - WINDOW : 0,
	       to = i + WINDOW + 1 < n ? i + WINDOW + 1 : n;
	bool counts = doc->lines[i].own->word_count != 0;
	uint32_t count = doc->heads[to].count - doc->heads[from].count - counts;
	uint32_t sum = doc->heads[to].sum - doc->heads[from].sum - (counts ? own_share : 0);
	return (uint8_t)(count ? sum / count : 0);
}

/* Does it still speak of what the first paragraphs speak of? A list of other articles, or the next article, does not.
 */
static void put_topics(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count;
	put_before(doc, x);
	uint64_t sum = 0, count = 0;
	for (size_t i = n; i-- > 0;) {
		uint8_t *row = x + i * LF_COUNT;
		const struct doc_line *line = &doc->lines[i];
		size_t after = 0;
		for (size_t k = 0; k < line->own->word_count; k++)
			after += (*word_slot(doc, line->own->words[k]) & AFTER) / AFTER;
		row[LF_TOPIC_AFTER] = share_of(after, line->own);
		if (line->prose) {
			note_words(doc, line->own, AFTER);
			sum += row[LF_TOPIC_BEFORE];
			count++;
		}
		row[LF_TOPIC_REST] = (uint8_t)(count ? sum / count : 0);
		row[LF_TOPIC_NEAR] = near_head(doc, i, row[LF_TOPIC_HEAD]);
	}
}

/* Longer than what stands around it? */
static void put_sizes(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count;
	uint64_t longest = 0, mean = doc->prose ? doc->prose_bytes / doc->prose : 1;
	for (size_t i = 0; i < n; i++, x += LF_COUNT) {
		const struct doc_line *line = &doc->lines[i];
		x[LF_SIZE] = q_ratio(line->bytes, 4 * mean);
		x[LF_LONGEST_BEFORE] = q_log(longest);
		longest = line->words > longest ? line->words : longest;
		x[LF_GAP_PREV] = line[-1].gap;
		x[LF_GAP_NEXT] = line[2].gap;
	}
	longest = 0;
	for (size_t i = n; i-- > 0;) {
		x -= LF_COUNT;
		x[LF_LONGEST_AFTER] = q_log(longest);
		longest = doc->lines[i].words > longest ? doc->lines[i].words : longest;
	}
}

int line_features(struct work *work, uint8_t *x)
{
	struct doc doc;
	uint8_t same[LF_COUNT] = { 0 };
	int result = doc_read(work, &doc);
	if (result)
		return result;
	memset(same + LF_RELATED_SINCE, NEVER, (LINE_GROUPS - 1) * GROUP_COLUMNS);
	if (work->live_count)
		put_doc(&doc, same);
	for (size_t i = 0; i < work->live_count; i++) {
		memcpy(x + i * LF_COUNT, same, LF_COUNT);
		put_line(&doc, i, x + i * LF_COUNT);
	}
	put_forwards(&doc, x);
	put_backwards(&doc, x);
	put_groups(&doc, x);
	put_parts(&doc, x);
	put_items(&doc, x);
	put_topics(&doc, x);
	put_sizes(&doc, x);
	doc_forget(&doc);
	return 0;
}

uint32_t line_features_version(void)
{
#define LINE_FEATURE_NAME(name) #name " "
	static const char names[] = "4 " LINE_FEATURES(LINE_FEATURE_NAME);
#undef LINE_FEATURE_NAME
	return (uint32_t)hash64(view_make(names, sizeof(names) - 1), 0);
}
