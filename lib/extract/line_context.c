/* What the scorer sees of a line in its document. */
#include "extract/line_features.h"
#include "extract/quantise.h"
#include "util/hash.h"

enum { SEEN_SLOTS = 8192, WINDOW = 4, HEAD_PROSE = 6 };

struct doc {
	const struct work *work;
	uint16_t *seen;	  /* lines that hold a word, by its hash */
	uint16_t *copies; /* lines of a key, by its hash */
	uint16_t *shapes; /* lines of a shape */
	uint16_t *fronts; /* lines that begin with the same words */
	uint8_t *topic;	  /* words of prose: 1 of the first paragraphs, 2 passed on the way */
	uint8_t *head;	  /* by place: share of its words that the first paragraphs have */
	uint64_t bytes, prose_bytes;
	size_t prose, hits, gaps, bullets;
	int64_t odds, words;
};

static const struct line_own *own_at(const struct work *work, size_t place)
{
	return &work->own[work->live[place]];
}

static bool is_prose(const struct work *work, size_t place)
{
	return (line_at(work, place)->flags & LINE_PROSE) && !hits_at(work, place)->any;
}

static int doc_read(struct work *work, struct doc *doc)
{
	*doc = (struct doc){ .work = work };
	doc->seen = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->seen));
	doc->copies = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->copies));
	doc->shapes = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->shapes));
	doc->fronts = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->fronts));
	doc->topic = arena_calloc(&work->page->arena, SEEN_SLOTS, 1);
	doc->head = arena_calloc(&work->page->arena, work->live_count + 1, 1);
	if (!doc->seen || !doc->copies || !doc->shapes || !doc->fronts || !doc->topic || !doc->head)
		return page_full(work->page);
	for (size_t i = 0; i < work->live_count; i++) {
		const struct line_own *own = own_at(work, i);
		size_t bytes = line_at(work, i)->text.n;
		doc->bytes += bytes;
		doc->prose += is_prose(work, i);
		doc->prose_bytes += is_prose(work, i) ? bytes : 0;
		doc->hits += own->x[L_HIT] != 0;
		doc->gaps += block_at(work, i)->gap;
		doc->bullets += own->x[L_BULLET];
		doc->odds += own->x[L_ODDS_MEAN] - 128;
		doc->words += line_at(work, i)->words;
		uint16_t *shapes = &doc->shapes[own->shape % SEEN_SLOTS];
		*shapes = (uint16_t)(*shapes + (*shapes < UINT16_MAX));
		uint16_t *fronts = &doc->fronts[own->front % SEEN_SLOTS];
		*fronts = (uint16_t)(*fronts + (*fronts < UINT16_MAX));
		uint16_t *copies = &doc->copies[own->hash % SEEN_SLOTS];
		*copies = (uint16_t)(*copies + (*copies < UINT16_MAX));
		for (size_t k = 0; k < own->word_count; k++) {
			uint16_t *seen = &doc->seen[own->words[k] % SEEN_SLOTS];
			*seen = (uint16_t)(*seen + (*seen < UINT16_MAX));
		}
	}
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

/* LF_x_WORDS and the four behind it. */
static void put_near(const struct work *work, size_t i, int64_t by, uint8_t *x)
{
	int64_t place = (int64_t)i + by;
	memset(x, 0, 5);
	if (place < 0 || place >= (int64_t)work->live_count)
		return;
	const uint8_t *own = own_at(work, (size_t)place)->x;
	x[0] = own[L_WORDS];
	x[1] = own[L_END];
	x[2] = own[L_HIT];
	x[3] = own[L_ODDS_MEAN];
	x[4] = own[L_START];
}

static void put_window(const struct doc *doc, size_t i, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t from = i > WINDOW ? i - WINDOW : 0,
	       to = i + WINDOW + 1 < work->live_count ? i + WINDOW + 1 : work->live_count;
	uint64_t bytes = 0, prose = 0, words = 0, hits = 0;
	int64_t odds = 0;
	for (size_t k = from; k < to; k++) {
		if (k == i)
			continue;
		bytes += line_at(work, k)->text.n;
		prose += is_prose(work, k) ? line_at(work, k)->text.n : 0;
		words += line_at(work, k)->words;
		hits += own_at(work, k)->x[L_HIT] != 0;
		odds += own_at(work, k)->x[L_ODDS_MEAN] - 128;
	}
	x[LF_WINDOW_PROSE] = q_ratio(prose, bytes);
	x[LF_WINDOW_WORDS] = q_log(words);
	x[LF_WINDOW_HITS] = q_count(hits);
	x[LF_WINDOW_ODDS] = q_signed(odds * 2 / WINDOW);
}

static void put_words(const struct doc *doc, size_t i, uint8_t *x)
{
	const struct line_own *own = own_at(doc->work, i);
	size_t shared = 0;
	for (size_t k = 0; k < own->word_count; k++)
		shared += doc->seen[own->words[k] % SEEN_SLOTS] > 1;
	x[LF_SHARED] = q_ratio(shared, own->word_count);
	x[LF_SHAPE] = q_log(doc->shapes[own->shape % SEEN_SLOTS]);
	x[LF_SHAPE_SHARE] = q_ratio(doc->shapes[own->shape % SEEN_SLOTS], doc->work->live_count);
	x[LF_FRONT] = q_log(doc->fronts[own->front % SEEN_SLOTS]);
	x[LF_COPIES] = q_count(doc->copies[own->hash % SEEN_SLOTS]);
}

static void put_line(const struct doc *doc, size_t i, uint64_t bytes_before, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count;
	memcpy(x, own_at(work, i)->x, L_OWN_COUNT);
	put_doc(doc, x);
	x[LF_GAP_BEFORE] = block_at(work, i)->gap;
	x[LF_GAP_AFTER] = i + 1 < n && block_at(work, i + 1)->gap;
	x[LF_INDEX] = q_log(i);
	x[LF_FROM_END] = q_log(n - 1 - i);
	x[LF_PLACE] = q_ratio(i, n);
	x[LF_PLACE_BYTES] = q_ratio(bytes_before, doc->bytes);
	bool prose = work->first_prose < n;
	x[LF_FIRST_PROSE] = prose ? q_signed_log((int64_t)i - (int64_t)work->first_prose) : 255;
	x[LF_LAST_PROSE] = prose ? q_signed_log((int64_t)i - (int64_t)work->last_prose) : 255;
	for (int k = 1; k <= 3; k++) {
		put_near(work, i, -k, &x[LF_PREV1_WORDS + 5 * (k - 1)]);
		put_near(work, i, k, &x[LF_NEXT1_WORDS + 5 * (k - 1)]);
	}
	put_window(doc, i, x);
	put_words(doc, i, x);
}

/* What is counted along the document: distances to the last prose and hit, the run of lines that are no prose. */
static void put_forwards(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t last_prose = 0, last_hit = 0, run = 0;
	uint64_t prose = 0;
	for (size_t i = 0; i < work->live_count; i++, x += LF_COUNT) {
		run = is_prose(work, i) ? 0 : run + 1;
		x[LF_PREV_PROSE] = q_log(i - last_prose);
		x[LF_HIT_BEFORE] = q_log(i - last_hit);
		x[LF_PROSE_BEFORE] = q_log(prose);
		x[LF_RUN_PLACE] = q_log(run);
		if (is_prose(work, i)) {
			last_prose = i;
			prose += line_at(work, i)->text.n;
		}
		if (own_at(work, i)->x[L_HIT])
			last_hit = i;
	}
}

static void put_backwards(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count, next_prose = n, next_hit = n, run = 0;
	uint64_t prose = 0;
	x += n * LF_COUNT;
	for (size_t i = n; i-- > 0;) {
		x -= LF_COUNT;
		run = is_prose(work, i) ? 0 : run + 1;
		x[LF_NEXT_PROSE] = q_log(next_prose - i);
		x[LF_HIT_AFTER] = q_log(next_hit - i);
		x[LF_PROSE_AFTER] = q_log(prose);
		x[LF_RUN_LEFT] = q_log(run);
		x[LF_RUN] = (uint8_t)((x[LF_RUN_LEFT] + x[LF_RUN_PLACE]) / 2);
		if (is_prose(work, i)) {
			next_prose = i;
			prose += line_at(work, i)->text.n;
		}
		if (own_at(work, i)->x[L_HIT])
			next_hit = i;
	}
}

enum { GROUP_SINCE, GROUP_PROSE, GROUP_UNTIL, GROUP_COLUMNS, NEVER = 255 };

/* LINE_FEATURES_GROUP of every group, without a page between hit and line being looked at twice. */
static void put_groups(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count, last[LINE_GROUPS], next[LINE_GROUPS];
	uint64_t prose = 0, before[LINE_GROUPS] = { 0 };
	for (size_t g = 0; g < LINE_GROUPS; g++)
		last[g] = next[g] = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		uint8_t *row = x + i * LF_COUNT + LF_RELATED_SINCE, group = line_group(own_at(work, i));
		last[group] = i;
		before[group] = prose;
		for (size_t g = 1; g < LINE_GROUPS; g++, row += GROUP_COLUMNS) {
			row[GROUP_SINCE] = last[g] == SIZE_MAX ? NEVER : q_log(i - last[g]);
			row[GROUP_PROSE] =
				last[g] == SIZE_MAX ? NEVER : (uint8_t)(q_ratio(before[g], doc->prose_bytes) / 2);
		}
		prose += is_prose(work, i) ? line_at(work, i)->text.n : 0;
	}
	for (size_t i = n; i-- > 0;) {
		uint8_t *row = x + i * LF_COUNT + LF_RELATED_SINCE;
		next[line_group(own_at(work, i))] = i;
		for (size_t g = 1; g < LINE_GROUPS; g++, row += GROUP_COLUMNS)
			row[GROUP_UNTIL] = next[g] == SIZE_MAX ? NEVER : q_log(next[g] - i);
	}
}

/* Lines between two blank ones. */
static void put_parts(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count;
	for (size_t from = 0, end; from < n; from = end) {
		uint64_t words = 0, prose = 0, longest = 0;
		for (end = from; end < n && (end == from || !block_at(work, end)->gap); end++) {
			uint64_t w = line_at(work, end)->words;
			words += w;
			longest = w > longest ? w : longest;
			prose += is_prose(work, end);
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
		for (end = from; end < n && own_at(work, end)->x[L_BULLET]; end++)
			words += line_at(work, end)->words;
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

static uint8_t share_of(const struct doc *doc, size_t place, uint8_t bit)
{
	const struct line_own *own = own_at(doc->work, place);
	size_t found = 0;
	for (size_t k = 0; k < own->word_count; k++)
		found += (doc->topic[own->words[k] % SEEN_SLOTS] & bit) != 0;
	return q_ratio(found, own->word_count);
}

static void note_words(const struct doc *doc, size_t place, uint8_t bit)
{
	const struct line_own *own = own_at(doc->work, place);
	for (size_t k = 0; k < own->word_count; k++)
		doc->topic[own->words[k] % SEEN_SLOTS] |= bit;
}

/* Does it still speak of what the first paragraphs speak of? A list of other articles, or the next article, does not.
 */
static void put_topics(const struct doc *doc, uint8_t *x)
{
	enum { OF_HEAD = 1, BEFORE = 2, AFTER = 4 };
	const struct work *work = doc->work;
	size_t n = work->live_count, prose = 0;
	for (size_t i = 0; i < n && prose < HEAD_PROSE; i++)
		if (is_prose(work, i)) {
			note_words(doc, i, OF_HEAD);
			prose++;
		}
	for (size_t i = 0; i < n; i++) {
		uint8_t *row = x + i * LF_COUNT;
		row[LF_TOPIC_HEAD] = doc->head[i] = share_of(doc, i, OF_HEAD);
		row[LF_TOPIC_BEFORE] = share_of(doc, i, BEFORE);
		if (is_prose(work, i))
			note_words(doc, i, BEFORE);
	}
	uint64_t sum = 0, count = 0;
	for (size_t i = n; i-- > 0;) {
		uint8_t *row = x + i * LF_COUNT;
		row[LF_TOPIC_AFTER] = share_of(doc, i, AFTER);
		if (is_prose(work, i)) {
			note_words(doc, i, AFTER);
			sum += row[LF_TOPIC_BEFORE];
			count++;
		}
		row[LF_TOPIC_REST] = count ? (uint8_t)(sum / count) : 0;
		uint64_t near = 0, nears = 0;
		for (size_t k = i > WINDOW ? i - WINDOW : 0; k < n && k <= i + WINDOW; k++)
			if (k != i && own_at(work, k)->word_count) {
				near += doc->head[k];
				nears++;
			}
		row[LF_TOPIC_NEAR] = nears ? (uint8_t)(near / nears) : 0;
	}
}

/* Longer than what stands around it? */
static void put_sizes(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count;
	uint64_t longest = 0, mean = doc->prose ? doc->prose_bytes / doc->prose : 1;
	bool gap = false;
	for (size_t i = 0; i < n; i++, x += LF_COUNT) {
		x[LF_SIZE] = q_ratio(line_at(work, i)->text.n, 4 * mean);
		x[LF_LONGEST_BEFORE] = q_log(longest);
		longest = line_at(work, i)->words > longest ? line_at(work, i)->words : longest;
		x[LF_GAP_PREV] = gap;
		gap = block_at(work, i)->gap;
		x[LF_GAP_NEXT] = i + 2 < n && block_at(work, i + 2)->gap;
	}
	longest = 0;
	for (size_t i = n; i-- > 0;) {
		x -= LF_COUNT;
		x[LF_LONGEST_AFTER] = q_log(longest);
		longest = line_at(work, i)->words > longest ? line_at(work, i)->words : longest;
	}
}

int line_features(struct work *work, uint8_t *x)
{
	struct doc doc;
	uint64_t bytes = 0;
	int result = doc_read(work, &doc);
	for (size_t i = 0; i < work->live_count && result == 0; i++) {
		put_line(&doc, i, bytes, x + i * LF_COUNT);
		bytes += line_at(work, i)->text.n;
	}
	if (result)
		return result;
	put_forwards(&doc, x);
	put_backwards(&doc, x);
	put_groups(&doc, x);
	put_parts(&doc, x);
	put_items(&doc, x);
	put_topics(&doc, x);
	put_sizes(&doc, x);
	return 0;
}

uint32_t line_features_version(void)
{
#define LINE_FEATURE_NAME(name) #name " "
	static const char names[] = "4 " LINE_FEATURES(LINE_FEATURE_NAME);
#undef LINE_FEATURE_NAME
	return (uint32_t)hash64(view_make(names, sizeof(names) - 1), 0);
}
