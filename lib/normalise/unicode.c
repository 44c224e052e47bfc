/* NFC with a quick check (UAX #15, 9.): only the stretch around what fails it is decomposed and composed.
 * utf8proc's own NFC runs at 35 MB/s and sorts marks quadratically; nearly all text is NFC already. */
#include "normalise/unicode.h"

#include <errno.h>
#include <utf8proc.h>
#include "util/sink.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	HANGUL_S = 0xAC00,
	HANGUL_L = 0x1100,
	HANGUL_V = 0x1161,
	HANGUL_T = 0x11A7,
	HANGUL_L_COUNT = 19,
	HANGUL_V_COUNT = 21,
	HANGUL_T_COUNT = 28,
	HANGUL_S_COUNT = 11172,
};

static unsigned class_of(uint32_t cp)
{
	if (!(unicode_entry(cp) & UNICODE_MARK))
		return 0;
	return utf8proc_get_property((utf8proc_int32_t)cp)->combining_class;
}

static uint32_t compose_hangul(uint32_t a, uint32_t b)
{
	if (a - HANGUL_L < HANGUL_L_COUNT && b - HANGUL_V < HANGUL_V_COUNT)
		return HANGUL_S + ((a - HANGUL_L) * HANGUL_V_COUNT + (b - HANGUL_V)) * HANGUL_T_COUNT;
	if (a - HANGUL_S < HANGUL_S_COUNT && (a - HANGUL_S) % HANGUL_T_COUNT == 0 && b > HANGUL_T &&
		b < HANGUL_T + HANGUL_T_COUNT)
		return a + (b - HANGUL_T);
	return 0;
}

/* The primary composite of two code points; 0 when there is none. */
static uint32_t compose_pair(uint32_t a, uint32_t b)
{
	size_t low = 0, high = unicode_pair_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct unicode_pair *pair = &unicode_pairs[middle];
		if (pair->first == a && pair->second == b)
			return pair->composed;
		if (pair->first < a || (pair->first == a && pair->second < b))
			low = middle + 1;
		else
			high = middle;
	}
	return compose_hangul(a, b);
}

/* A starter that is a composite itself may take @cp in and put its own mark out: D with dot above + dot below. */
static bool may_compose(uint32_t starter, uint32_t cp)
{
	utf8proc_int32_t parts[8];
	int boundary = 0;
	if (compose_pair(starter, cp))
		return true;
	return starter >= 0xC0 && class_of(cp) &&
	       utf8proc_decompose_char((utf8proc_int32_t)starter, parts, 8, UTF8PROC_DECOMPOSE, &boundary) > 1;
}

static size_t skip_ascii(struct view v, size_t at)
{
	while (v.n - at >= 8) {
		uint64_t word;
		memcpy(&word, v.p + at, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
		at += 8;
	}
	while (at < v.n && (unsigned char)v.p[at] < 0x80)
		at++;
	return at;
}

enum { NOT_NFC = UNICODE_NFC_NO | UNICODE_NFC_MAYBE | UNICODE_MARK };

/* The first stretch at or behind *@at that may not be NFC: *@at its starter, @ret_end the next code point that
 * nothing before it can touch. False when the rest is NFC. */
static bool find_stretch(struct view v, size_t *at, size_t *ret_end)
{
	size_t i = *at, start = *at;
	uint32_t starter = 0;
	unsigned last_class = 0;
	while (i < v.n) {
		if ((unsigned char)v.p[i] < 0x80) {
			i = skip_ascii(v, i);
			start = i - 1;
			starter = (unsigned char)v.p[start];
			last_class = 0;
			continue;
		}
		size_t here = i;
		uint32_t cp = utf8_next(v, &i);
		unsigned entry = unicode_entry(cp);
		if (!(entry & NOT_NFC)) {
			start = here;
			starter = cp;
			last_class = 0;
			continue;
		}
		unsigned class = class_of(cp);
		bool fails = (entry & UNICODE_NFC_NO) || (class && last_class > class) ||
			     ((entry & UNICODE_NFC_MAYBE) && may_compose(starter, cp));
		if (fails) {
			while (i < v.n) {
				size_t next = i;
				if (!(unicode_entry(utf8_next(v, &next)) & NOT_NFC))
					break;
				i = next;
			}
			*at = start;
			*ret_end = i;
			return true;
		}
		if (class == 0) {
			start = here;
			starter = cp;
		}
		last_class = class;
	}
	return false;
}

/* Marks by class, those of one class in their order: insertion for the few of real text, counting for the
 * thousands of an attack. */
static bool sort_marks(struct arena *arena, uint32_t *marks, size_t n)
{
	if (n <= 32) {
		for (size_t i = 1; i < n; i++) {
			uint32_t mark = marks[i];
			unsigned class = class_of(mark);
			size_t j = i;
			for (; j > 0 && class_of(marks[j - 1]) > class; j--)
				marks[j] = marks[j - 1];
			marks[j] = mark;
		}
		return true;
	}
	size_t places[257] = { 0 };
	uint32_t *sorted = arena_alloc(arena, n * sizeof(*sorted));
	if (!sorted)
		return false;
	for (size_t i = 0; i < n; i++)
		places[class_of(marks[i]) + 1]++;
	for (size_t i = 1; i < 257; i++)
		places[i] += places[i - 1];
	for (size_t i = 0; i < n; i++)
		sorted[places[class_of(marks[i])]++] = marks[i];
	memcpy(marks, sorted, n * sizeof(*marks));
	return true;
}

static size_t decomposed_length(struct view v)
{
	size_t n = 0;
	for (size_t at = 0; at < v.n;) {
		utf8proc_int32_t parts[8];
		int boundary = 0;
		utf8proc_ssize_t count = utf8proc_decompose_char(
			(utf8proc_int32_t)utf8_next(v, &at), parts, 8, UTF8PROC_DECOMPOSE, &boundary);
		n += count > 0 ? (size_t)count : 1;
	}
	return n;
}

static uint32_t *decompose(struct arena *arena, struct view v, size_t *ret_n)
{
	size_t n = decomposed_length(v), at = 0;
	uint32_t *cps = arena_alloc(arena, (n + 8) * sizeof(*cps));
	if (!cps)
		return NULL;
	for (size_t i = 0; i < v.n;) {
		utf8proc_int32_t parts[8];
		int boundary = 0;
		uint32_t cp = utf8_next(v, &i);
		utf8proc_ssize_t count =
			utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
		if (count <= 0)
			cps[at++] = cp;
		for (utf8proc_ssize_t k = 0; k < count; k++)
			cps[at++] = (uint32_t)parts[k];
	}
	*ret_n = at;
	return cps;
}

static bool order(struct arena *arena, uint32_t *cps, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t end = i;
		while (end < n && class_of(cps[end]))
			end++;
		if (end - i > 1 && !sort_marks(arena, cps + i, end - i))
			return false;
		i = end + 1;
	}
	return true;
}

/* UAX #15, D117, in place. */
static size_t compose(uint32_t *cps, size_t n)
{
	size_t out = 0, starter = SIZE_MAX;
	unsigned last_class = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned class = class_of(cps[i]);
		bool blocked = starter == SIZE_MAX || (starter + 1 < out && (last_class == 0 || last_class >= class));
		uint32_t composed = blocked ? 0 : compose_pair(cps[starter], cps[i]);
		if (composed) {
			cps[starter] = composed;
			continue;
		}
		if (class == 0)
			starter = out;
		last_class = class;
		cps[out++] = cps[i];
	}
	return out;
}

/* The NFC of one stretch. */
static bool put_stretch(struct arena *scratch, struct view stretch, struct sink *out)
{
	size_t n;
	uint32_t *cps = decompose(scratch, stretch, &n);
	if (!cps || !order(scratch, cps, n))
		return false;
	n = compose(cps, n);
	for (size_t i = 0; i < n; i++)
		if (!sink_code_point(out, cps[i]))
			return false;
	return true;
}

int unicode_nfc(struct arena *arena, struct view in, struct view *ret_text)
{
	size_t done = 0, start = 0, end = 0;
	if (!find_stretch(in, &start, &end)) {
		*ret_text = in;
		return 0;
	}
	/* Stretches are short and many: their scratch comes from an arena of its own. */
	struct arena scratch;
	struct sink out = { .arena = arena };
	arena_init(&scratch, arena->limit);
	bool good = sink_room(&out, in.n + in.n / 8);
	do {
		arena_reset(&scratch);
		good = good && sink_put(&out, in.p + done, start - done) &&
		       put_stretch(&scratch, view_make(in.p + start, end - start), &out);
		done = start = end;
	} while (good && find_stretch(in, &start, &end));
	good = good && sink_put(&out, in.p + done, in.n - done);
	arena_free(&scratch);
	if (!good)
		return -ENOMEM;
	*ret_text = sink_view(&out);
	return 0;
}

static bool is_word(uint32_t cp)
{
	return unicode_entry(cp) & UNICODE_WORD;
}

/* UAX #29, WB6 and WB11 in short: an apostrophe between letters, a point or comma between digits. */
static bool holds_together(uint32_t cp, uint32_t last, struct view text, size_t at)
{
	if (at >= text.n || !is_word(last))
		return false;
	uint32_t next = utf8_next(text, &at);
	if (cp == '\'' || cp == 0x2019)
		return is_word(next) && !(unicode_entry(next) & UNICODE_IDEOGRAPH);
	bool digits = last >= '0' && last <= '9' && next >= '0' && next <= '9';
	return digits && (cp == '.' || cp == ',');
}

static bool is_ascii_word(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* Behind the word, or what stands between words, at *@at; *@inside: a word goes on. */
static uint64_t word_step(struct view text, size_t *at, bool *inside, uint32_t *last)
{
	uint64_t words = 0;
	if (is_ascii_word(text.p[*at])) {
		words += !*inside;
		*inside = true;
		while (*at < text.n && is_ascii_word(text.p[*at]))
			++*at;
		*last = (unsigned char)text.p[*at - 1];
		return words;
	}
	if (text.p[*at] == ' ' || text.p[*at] == '\n') {
		*inside = false;
		++*at;
		return 0;
	}
	uint32_t cp = utf8_next(text, at);
	unsigned entry = unicode_entry(cp);
	if (entry & UNICODE_IDEOGRAPH) {
		words++;
		*inside = false;
	} else if (entry & UNICODE_WORD) {
		words += !*inside;
		*inside = true;
	} else if (!(*inside && ((entry & ACTION_MASK) != ACTION_KEEP || holds_together(cp, *last, text, *at)))) {
		*inside = false;
	} else if ((entry & ACTION_MASK) == ACTION_SPACE || (entry & ACTION_MASK) == ACTION_LINE) {
		*inside = false;
	}
	*last = cp;
	return words;
}

#ifdef __SSE2__
/* A bit a byte of sixteen. */
struct word_bits {
	uint64_t letter, digit, space, odd; /* odd: not ASCII, or a control */
	uint64_t apostrophe, point;	    /* and comma */
};

static inline __m128i in_range(__m128i x, char first, char last)
{
	__m128i above = _mm_sub_epi8(x, _mm_set1_epi8(first));
	return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((char)(last - first))), above);
}

static inline uint64_t bits_of(__m128i x)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(x);
}

static inline void word_bits_add(const char *p, unsigned shift, struct word_bits *bits)
{
	__m128i x = _mm_loadu_si128((const __m128i *)p), line = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
	__m128i low = _mm_andnot_si128(line, _mm_cmplt_epi8(x, _mm_set1_epi8(' '))); /* from 0x80 on, too */
	bits->letter |= bits_of(in_range(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 'z')) << shift;
	bits->digit |= bits_of(in_range(x, '0', '9')) << shift;
	bits->space |= bits_of(_mm_or_si128(line, _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')))) << shift;
	bits->odd |= bits_of(_mm_or_si128(low, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7F)))) << shift;
	bits->apostrophe |= bits_of(_mm_cmpeq_epi8(x, _mm_set1_epi8('\''))) << shift;
	bits->point |=
		bits_of(_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('.')), _mm_cmpeq_epi8(x, _mm_set1_epi8(','))))
		<< shift;
}

/* The words that begin in the 64 bytes at @p, up to the last space that has nothing but ASCII before it; outside of a
 * word at the beginning. *@ret_n: bytes up to and with that space, 0 when there is none. */
static uint64_t words64(const char *p, size_t *ret_n)
{
	struct word_bits bits = { 0 };
	for (unsigned i = 0; i < 64; i += 16)
		word_bits_add(p + i, i, &bits);
	uint64_t before_odd = bits.odd ? (bits.odd & -bits.odd) - 1 : UINT64_MAX, spaces = bits.space & before_odd;
	if (!spaces) {
		*ret_n = 0;
		return 0;
	}
	unsigned last = 63 - (unsigned)__builtin_clzll(spaces);
	uint64_t looked_at = UINT64_MAX >> (63 - last), word = bits.letter | bits.digit;
	uint64_t held = (bits.apostrophe & word << 1 & word >> 1) | (bits.point & bits.digit << 1 & bits.digit >> 1);
	*ret_n = last + 1;
	return (uint64_t)__builtin_popcountll(word & ~(word << 1) & ~(held << 1) & looked_at);
}
#endif

uint64_t unicode_words_plain(struct view text)
{
	uint64_t words = 0;
	bool inside = false;
	uint32_t last = 0;
	for (size_t at = 0; at < text.n;)
		words += word_step(text, &at, &inside, &last);
	return words;
}

uint64_t unicode_words(struct view text)
{
#ifdef __SSE2__
	uint64_t words = 0;
	bool inside = false;
	uint32_t last = 0;
	size_t at = 0, n;
	while (at < text.n) {
		while (text.n - at >= 64) {
			words += words64(text.p + at, &n);
			if (!n)
				break;
			at += n;
		}
		/* a word with characters beyond ASCII, or the last ones */
		while (at < text.n) {
			words += word_step(text, &at, &inside, &last);
			if (text.p[at - 1] == ' ' || text.p[at - 1] == '\n')
				break;
		}
	}
	return words;
#else
	return unicode_words_plain(text);
#endif
}
