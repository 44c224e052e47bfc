#include "meta/naming.h"

#include "meta/letterpairs.h"

enum { SHORTEST = 4 };

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

#define AT(letter) [(letter) - 'a' + 1]

unsigned naming_words(struct view v)
{
	/* By the second letters, two of which share a bit. */
	enum { U = 1, O = 2, A = 4, E = 8, S = 16, I = 32, Y_K = 64, C_R = 128 };
	static const struct letterpairs pairs = {
		.first = { AT('a') = U, AT('b') = Y_K, AT('c') = O, AT('d') = A, AT('f') = E, AT('j') = O,
			AT('p') = U | O, AT('r') = E, AT('s') = Y_K, AT('t') = I, AT('u') = S, AT('v') = E | C_R,
			AT('w') = C_R },
		.second = { AT('a') = A, AT('c') = C_R, AT('e') = E, AT('i') = I, AT('k') = Y_K, AT('o') = O,
			AT('r') = C_R, AT('s') = S, AT('u') = U, AT('y') = Y_K },
	};
	unsigned found = 0;
	for (size_t at = 0; at + SHORTEST <= v.n; at += 64)
		for (uint64_t places = letterpairs_find(&pairs, v, at); places; places &= places - 1) {
			size_t i = at + (size_t)__builtin_ctzll(places);
			if (i + SHORTEST <= v.n)
				found |= words_at(v, i);
		}
	return found;
}
