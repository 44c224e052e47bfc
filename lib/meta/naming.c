/* Two letters decide which words may begin at a place: few places have such two, so that looking for these is all that
 * is done with most of a page's names. */
#include "meta/naming.h"

#include <stdint.h>

static bool goes_on(struct view v, size_t at, struct view rest)
{
	return view_starts_nocase(view_from(v, at + 2), rest);
}

static unsigned words_at(struct view v, size_t i)
{
	bool byline = false, date = false, user = false;
	switch ((unsigned char)ascii_lower(v.p[i]) << 8 | (unsigned char)ascii_lower(v.p[i + 1])) {
	case 'a' << 8 | 'u':
		byline = goes_on(v, i, VIEW("thor")) || goes_on(v, i, VIEW("tor")) || goes_on(v, i, VIEW("teur"));
		break;
	case 'b' << 8 | 'y': byline = goes_on(v, i, VIEW("line")) || goes_on(v, i, VIEW("-line")); break;
	case 'w' << 8 | 'r': byline = goes_on(v, i, VIEW("iter")) || goes_on(v, i, VIEW("itten")); break;
	case 'c' << 8 | 'o': byline = goes_on(v, i, VIEW("ntributor")); break;
	case 'r' << 8 | 'e': byline = goes_on(v, i, VIEW("porter")) || goes_on(v, i, VIEW("dakteur")); break;
	case 'j' << 8 | 'o': byline = goes_on(v, i, VIEW("urnalist")); break;
	case 's' << 8 | 'k': byline = goes_on(v, i, VIEW("ribent")); break;
	case 'v' << 8 | 'e': byline = goes_on(v, i, VIEW("rfasser")); break;
	case 'v' << 8 | 'c': byline = goes_on(v, i, VIEW("ard")); break;
	case 'd' << 8 | 'a': date = goes_on(v, i, VIEW("te")) || goes_on(v, i, VIEW("tum")); break;
	case 't' << 8 | 'i': date = goes_on(v, i, VIEW("me")); break;
	case 'p' << 8 | 'u': date = goes_on(v, i, VIEW("bli")); break;
	case 'p' << 8 | 'o': date = goes_on(v, i, VIEW("sted")); break;
	case 'u' << 8 | 's': user = goes_on(v, i, VIEW("ername")) || goes_on(v, i, VIEW("er-name")); break;
	case 'f' << 8 | 'e': date = goes_on(v, i, VIEW("cha")); break;
	default: break;
	}
	return (byline ? NAMING_BYLINE : 0u) | (date ? NAMING_DATE : 0u) | (user ? NAMING_USER : 0u);
}

enum { SHORTEST = 4 };

unsigned naming_words_plain(struct view v)
{
#define L(letter) (1u << ((letter) - 'a'))
	/* By the first letter, the second letters that any of the words has. */
	static const uint32_t second[26] = { ['a' - 'a'] = L('u'),
		['b' - 'a'] = L('y'),
		['c' - 'a'] = L('o'),
		['d' - 'a'] = L('a'),
		['f' - 'a'] = L('e'),
		['j' - 'a'] = L('o'),
		['p' - 'a'] = L('u') | L('o'),
		['r' - 'a'] = L('e'),
		['s' - 'a'] = L('k'),
		['t' - 'a'] = L('i'),
		['u' - 'a'] = L('s'),
		['v' - 'a'] = L('e') | L('c'),
		['w' - 'a'] = L('r') };
#undef L
	unsigned found = 0;
	uint32_t follow = 0; /* what may come now */
	for (size_t at = 0; at + 2 < v.n; at++) {
		unsigned letter = ((unsigned char)v.p[at] | 0x20u) - 'a';
		if (letter < 26 && (follow >> letter & 1))
			found |= words_at(v, at - 1);
		follow = letter < 26 ? second[letter] : 0;
	}
	return found;
}

#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

/* The pairs by their second letters, two of which share a bit: what that lets in besides, words_at puts out. */
enum { U = 1, O = 2, A = 4, E = 8, S = 16, I = 32, Y_K = 64, C_R = -128 };
#define FIRST_A_TO_O  0, U, Y_K, O, A, 0, E, 0, 0, 0, O, 0, 0, 0, 0, 0
#define FIRST_P_TO_Z  U | O, 0, E, Y_K, I, S, E | C_R, C_R, 0, 0, 0, 0, 0, 0, 0, 0
#define SECOND_A_TO_O 0, A, 0, C_R, 0, E, 0, 0, 0, I, 0, Y_K, 0, 0, 0, O
#define SECOND_P_TO_Z 0, 0, C_R, S, 0, U, 0, 0, 0, Y_K, 0, 0, 0, 0, 0, 0

#define AVX2 __attribute__((target("avx2")))

/* Of each byte, in whatever case, what the tables say of its letter. */
AVX2 static inline __m128i look_up(__m128i x, __m128i a_to_o, __m128i p_to_z)
{
	/* 0 to 31 is "`" to DEL; whatever is not in a table's half gets the upper bit, which means nothing. */
	const __m128i over = _mm_set1_epi8(0x70);
	x = _mm_xor_si128(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x60));
	__m128i low = _mm_shuffle_epi8(a_to_o, _mm_adds_epu8(x, over));
	__m128i high = _mm_shuffle_epi8(p_to_z, _mm_adds_epu8(_mm_xor_si128(x, _mm_set1_epi8(0x10)), over));
	return _mm_or_si128(low, high);
}

/* Which of the 16 places from @p on have two letters that any word begins with. 17 bytes are read. */
AVX2 static inline unsigned pairs16(const char *p)
{
	__m128i first =
		look_up(_mm_loadu_si128((const __m128i *)p), _mm_setr_epi8(FIRST_A_TO_O), _mm_setr_epi8(FIRST_P_TO_Z));
	__m128i second = look_up(
		_mm_loadu_si128((const __m128i *)(p + 1)), _mm_setr_epi8(SECOND_A_TO_O), _mm_setr_epi8(SECOND_P_TO_Z));
	__m128i none = _mm_cmpeq_epi8(_mm_and_si128(first, second), _mm_setzero_si128());
	return ~(unsigned)_mm_movemask_epi8(none) & 0xFFFF;
}

AVX2 static unsigned words_avx2(struct view v)
{
	char padded[32] = { 0 };
	const char *p = v.p;
	size_t n = v.n;
	unsigned found = 0;
	if (n < 17) {
		memcpy(padded, v.p, n);
		p = padded;
		n = 17;
	}
	for (size_t at = 0; at + SHORTEST <= v.n; at += 16) {
		size_t from = at + 17 <= n ? at : n - 17; /* the last places with some before them */
		unsigned pairs = pairs16(p + from) & ~0u << (at - from);
		for (; pairs; pairs &= pairs - 1) {
			size_t i = from + (size_t)__builtin_ctz(pairs);
			if (i + SHORTEST <= v.n)
				found |= words_at(v, i);
		}
	}
	return found;
}

unsigned naming_words(struct view v)
{
	if (v.n < SHORTEST)
		return 0;
	return __builtin_cpu_supports("avx2") ? words_avx2(v) : naming_words_plain(v);
}
#else
unsigned naming_words(struct view v)
{
	return naming_words_plain(v);
}
#endif
