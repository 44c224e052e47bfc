#include "meta/names.h"

#include "meta/fold.h"
#include "meta/namewords.h"
#include "util/utf8.h"

#define W(text)                                                                                                        \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}
enum { COUNT_MAX_WORDS = 7, NAME_BYTES = 120, HANDLE_LETTERS = 3 };

static struct view folded(struct view v, char *out, size_t cap)
{
	return view_make(out, fold_word(v, out, cap));
}

bool names_is_nobody(struct view name)
{
	char text[NAME_BYTES];
	struct view f = folded(name, text, sizeof(text));
	return namewords_nobody(f);
}

static bool is_mark(uint32_t cp)
{
	return !fold_is_letter(cp) && cp != '\'' && cp != 0x2019 && cp != '.' && cp != '-' && cp != ')' && cp != '"' &&
	       cp != 0x201D;
}

/* Cuts spaces and marks off both ends. */
static struct view trim_marks(struct view v)
{
	while (v.n > 0) {
		size_t at = 0;
		if (ascii_is_alpha(v.p[0]))
			break;
		uint32_t cp = utf8_next(v, &at);
		if (fold_is_letter(cp))
			break;
		v = view_from(v, at);
	}
	while (v.n > 0 && !ascii_is_alpha(v.p[v.n - 1])) {
		size_t at = v.n;
		uint32_t cp = utf8_prev(v, &at);
		bool initial = cp == '.' && at >= 2 && (ascii_is_alpha(v.p[at - 1])) &&
			       (v.p[at - 2] == ' ' || v.p[at - 2] == '.' ||
				       (at >= 3 && (v.p[at - 3] == ' ' || ascii_is_alpha(v.p[at - 3]))));
		if (!is_mark(cp) && (cp != '.' || initial) && cp != '-' &&
			!(cp == ')' && view_find_byte(v, '(') == v.n) && cp != '\'' && cp != '"')
			break;
		v = view_first(v, at);
	}
	return v;
}

static bool is_common_intro(struct view word)
{
	/* Short words that also begin names ("de la Cruz", "di Stefano", "von Arnim"). */
	static const char *const risky[] = { "de", "di", "da", "per", "del", "aus", "von", "du", "af", "av", "του",
		"τησ", "文", NULL };
	char text[16];
	struct view f = folded(view_trim(word), text, sizeof(text));
	for (size_t i = 0; risky[i]; i++)
		if (view_eq(f, view_of(risky[i])))
			return true;
	return false;
}

bool names_introduced(struct view line)
{
	return namewords_intro(trim_marks(line)) > 0;
}

static bool begins_as_noun(struct view intro)
{
	static const char *const nouns[] = { "autor", "author", "auteur", "\u0430\u0432\u0442\u043e\u0440", "forfatt",
		"verfasser", "\u4f5c\u8005", "szerz", "mwandishi", "লেখক", "எழுதியவர்", "ผู้เขียน", "작성자", "글쓴이",
		NULL };
	char text[32];
	struct view f = folded(intro, text, sizeof(text));
	for (size_t i = 0; nouns[i]; i++)
		if (view_starts(f, view_of(nouns[i])))
			return true;
	return false;
}

bool names_is_noun(struct view line)
{
	return line.n < 24 && names_is_intro(line) && begins_as_noun(trim_marks(line));
}

bool names_is_labelled(struct view line)
{
	line = trim_marks(line);
	/* Lines are many: most have no colon, and begin with no letter that a noun begins with. */
	char first = line.n ? ascii_lower(line.p[0]) : 0;
	if (first != 'a' && first != 'f' && first != 'v' && (unsigned char)first < 0x80 &&
		view_find_byte(line, ':') == line.n && view_find_byte(line, '\xEF') == line.n)
		return false;
	size_t n = namewords_intro(line);
	if (n == 0 || n >= line.n)
		return false;
	struct view behind = view_trim(view_from(line, n));
	if (behind.n && (behind.p[0] == ':' || view_starts(behind, VIEW("\xEF\xBC\x9A"))))
		return true;
	return begins_as_noun(view_first(line, n));
}

static bool is_capital(uint32_t cp)
{
	/* Scripts without case have no capitals: their letters pass. */
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z';
	return fold_letter(cp) != cp || cp >= 0x590;
}

/* Counts words and those that begin with a capital; 'von', 'de' and the like do not count against. */
static void count_words(struct view v, size_t *words, size_t *capitals, size_t *digits)
{
	enum { PARTICLE_BYTES = 5 };
	static const char *const particles[] = { "von", "van", "der", "den", "de", "la", "le", "el", "al", "bin", "da",
		"di", "du", "dos", "das", "do", "del", "della", "zu", "zum", "zur", "ter", "ten", "of", "the", "y", "e",
		"i", "af", "av", "te", "ibn", "und", "and", "für", "for", NULL };
	struct view word;
	*words = *capitals = *digits = 0;
	while (view_next_token(&v, ' ', &word)) {
		if (word.n == 0)
			continue;
		size_t at = 0;
		uint32_t cp = utf8_next(word, &at);
		while (!fold_is_letter(cp) && at < word.n)
			cp = utf8_next(word, &at);
		for (size_t i = 0; i < word.n; i++)
			*digits += ascii_is_digit(word.p[i]);
		bool counts = is_capital(cp);
		for (size_t i = 0; !counts && word.n <= PARTICLE_BYTES && particles[i]; i++)
			counts = view_eq(word, view_of(particles[i]));
		(*words)++;
		*capitals += counts;
	}
}

struct view names_fold(struct view line, char *out, size_t cap)
{
	return folded(trim_marks(line), out, cap);
}

/* The word at the beginning of @v, folded. */
static struct view first_word(struct view v, char *out, size_t cap)
{
	size_t n = view_find_byte(v, ' ');
	return folded(trim_marks(view_first(v, n)), out, cap);
}

static bool has_role(struct view v)
{
	struct view word;
	while (view_next_token(&v, ' ', &word)) {
		char text[40];
		struct view f = folded(trim_marks(word), text, sizeof(text));
		if (f.n && namewords_role(f))
			return true;
	}
	return false;
}

bool names_is_body(struct view line)
{
	struct view word;
	while (view_next_token(&line, ' ', &word)) {
		char text[64];
		struct view f = folded(trim_marks(word), text, sizeof(text));
		if (f.n && namewords_body(f))
			return true;
	}
	return false;
}

bool names_is_given(struct view word)
{
	char text[NAME_BYTES];
	size_t at = 0;
	if (word.n < 3 || word.n > 24 || !is_capital(utf8_next(word, &at)))
		return false;
	for (bool dash = false; at < word.n;) {
		uint32_t cp = utf8_next(word, &at);
		if (cp != '-' && (!fold_is_letter(cp) ||
					 (is_capital(cp) && cp < 0x590 && fold_letter(cp) != cp && cp < 0x80 && !dash)))
			return false;
		dash = cp == '-';
	}
	struct view f = folded(word, text, sizeof(text));
	return !namewords_nobody(f) && !namewords_role(f);
}

bool names_has_role(struct view line)
{
	return has_role(line);
}

bool names_is_role(struct view line)
{
	size_t words, capitals, digits;
	count_words(line, &words, &capitals, &digits);
	return has_role(line) || (words > 0 && capitals == 0);
}

bool names_is_intro(struct view line)
{
	line = trim_marks(line);
	return line.n > 0 && namewords_intro(line) == line.n;
}

static bool is_credential(struct view v)
{
	char text[NAME_BYTES];
	struct view f = folded(view_trim(v), text, sizeof(text));
	return namewords_credential(f);
}

/* "Ann (Annie) Lee": a name goes on behind the parenthesis at @at. */
static bool goes_on_behind(struct view v, size_t at)
{
	size_t end = at + view_find_byte(view_from(v, at), ')');
	return end + 2 < v.n && v.p[end + 1] == ' ' && v.p[end + 2] >= 'A' && v.p[end + 2] <= 'Z' &&
	       view_find_byte(view_from(v, end + 2), ' ') == v.n - end - 2;
}

/* Where the first sign is that the name is over; of each sign only the first one that stands there is looked at. */
static size_t tail_at(struct view v)
{
	static const struct view stops[] = { W(" ("), W(" ["), W(" @"), W(" <"), W(" in "), W(" aus "), W(" for "),
		W(" für "), W(" from "), W(" on "), W(" am "), W(" at "), W(" um "), W(" vom "), W(" seit "), W(" is "),
		W(" ist "), W(" via "), W(" bei "), W(" mit dpa"), W(" \xE2\x80\x93"), W(" \xE2\x80\x94"), W(" - "),
		W("\xEF\xBC\x88"), W(" le "), W(" il "), W(" kl. "), W(" els "), W(" در "), W(" في ") };
	_Static_assert(sizeof(stops) / sizeof(stops[0]) <= 32, "a bit each");
	uint32_t seen = 0;
	for (size_t at = 0; at < v.n; at++) {
		if (v.p[at] != ' ' && v.p[at] != '\xEF')
			continue;
		for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
			if (seen >> i & 1 || !view_starts(view_from(v, at), stops[i]))
				continue;
			seen |= 1u << i;
			if (at > 1 && !(i == 0 && goes_on_behind(v, at)))
				return at;
		}
	}
	return v.n;
}

/* Cuts everything from the first sign that the name is over: a parenthesis, an address, a role. */
static struct view cut_tail(struct view v)
{
	v = view_first(v, tail_at(v));
	/* "Ann Lee Staff Writer": from the first role word on. */
	struct view rest = v, word;
	size_t words = 0;
	while (view_next_token(&rest, ' ', &word)) {
		char text[40];
		struct view f = folded(trim_marks(word), text, sizeof(text));
		if (f.n && words >= 2 && namewords_role(f))
			return view_make(v.p, (size_t)(word.p - v.p));
		words += word.n > 0;
	}
	return v;
}

bool names_same(struct view a, struct view b)
{
	uint32_t wa[16], wb[16];
	size_t na = fold_hashes(a, wa, 16), nb = fold_hashes(b, wb, 16);
	return na == nb && memcmp(wa, wb, na * sizeof(wa[0])) == 0;
}

static bool is_address(struct view v)
{
	return view_find_byte(v, '@') < v.n || view_find(v, VIEW("://")) < v.n || view_find(v, VIEW("www.")) < v.n ||
	       view_find_byte(v, '{') < v.n || view_find_byte(v, '=') < v.n || view_find_byte(v, '\\') < v.n;
}

bool names_is_agency(struct view name)
{
	char text[40];
	return name.n < sizeof(text) && namewords_agency(folded(name, text, sizeof(text)));
}

/* "Facebook Twitter Mail": every word by itself is nobody. */
static bool is_row_of_buttons(struct view v)
{
	struct view word;
	while (view_next_token(&v, ' ', &word)) {
		char text[NAME_BYTES];
		if (word.n && !namewords_nobody(folded(word, text, sizeof(text))))
			return false;
	}
	return true;
}

/* "Letters to the": a name does not end so. */
static bool ends_open(struct view v)
{
	static const char *const words[] = { "the", "to", "of", "for", "and", "und", "der", "die", "das", "el", "la",
		"le", "on", "in", "by", "con", "y", NULL };
	size_t at = v.n;
	while (at > 0 && v.p[at - 1] != ' ')
		at--;
	char text[8];
	struct view last = view_from(v, at), f = folded(last, text, sizeof(text));
	for (size_t i = 0; at > 0 && last.n < sizeof(text) && words[i]; i++)
		if (view_eq(f, view_of(words[i])) && (last.p[0] >= 'a' || i < 5))
			return true;
	return false;
}

static bool is_name(struct view v, int flags)
{
	size_t words, capitals, digits;
	if (names_is_agency(v))
		return true;
	if (v.n < 2 || v.n > NAME_BYTES || is_address(v) || names_is_nobody(v) || is_row_of_buttons(v))
		return false;
	if (view_find_byte(v, ':') < v.n || ends_open(v))
		return false;
	count_words(v, &words, &capitals, &digits);
	if (words == 0 || words > (flags & NAMES_WHOLE ? 2 * COUNT_MAX_WORDS : COUNT_MAX_WORDS) || (utf8_count(v) < 2))
		return false;
	/* "user40713" is what a field for authors may hold, in a line it is no name. */
	bool handle = words == 1 && ascii_is_alpha(v.p[0]) && digits + HANDLE_LETTERS <= v.n;
	if (digits > 0 && (!(flags & NAMES_LOOSE) || (!handle && digits * (words > 1 ? 4 : 2) > v.n)))
		return false;
	if (flags & NAMES_LOOSE)
		return words <= 3 || capitals + 1 >= words;
	return capitals == words;
}

static void add_name(struct names *names, struct arena *arena, struct view v, int flags)
{
	v = trim_marks(flags & NAMES_WHOLE ? v : names_trimmed_end(cut_tail(v)));
	char text[40];
	/* A title of a job in front: "Redakteurin Anna Muster". */
	struct view first = first_word(v, text, sizeof(text));
	size_t space = view_find_byte(v, ' ');
	struct view rest = trim_marks(view_from(v, space));
	if (first.n && view_find_byte(rest, ' ') < rest.n && namewords_role(first))
		v = rest;
	if (!is_name(v, flags) || names->count == LIMIT_AUTHORS)
		return;
	for (size_t i = 0; i < names->count; i++)
		if (names_same(names->list[i], v))
			return;
	struct view plain = { arena_strndup(arena, v.p, v.n), v.n };
	if (plain.p)
		names->list[names->count++] = plain;
}

/* Words for "and". The short ones separate only full names of their languages. */
static const struct {
	struct view word;
	const char *lang; /* NULL: any */
} ands[] = {
#define A(word, lang)                                                                                                  \
	{                                                                                                              \
		{ word, sizeof(word) - 1 }, lang                                                                       \
	}
	A(" and ", NULL),
	A(" und ", NULL),
	A(" & ", NULL),
	A(" et ", NULL),
	A(" og ", NULL),
	A(" och ", NULL),
	A(" ja ", "fi"),
	A(" ja ", "et"),
	A(" y ", "es"),
	A(" i ", "ca"),
	A(" e ", "it"),
	A(" e ", "pt"),
	A(" en ", "nl"),
	A(" i ", "pl"),
	A(" a ", "cs"),
	A(" a ", "sk"),
	A(" și ", NULL),
	A(" ve ", "tr"),
	A(" és ", NULL),
	A(" ir ", "lt"),
	A(" un ", "lv"),
	A(" i ", "hr"),
	A(" i ", "sr"),
	A(" и ", NULL),
	A(" і ", NULL),
	A(" та ", NULL),
	A(" και ", NULL),
	A(" و ", NULL),
	A(" dan ", "id"),
	A(" và ", NULL),
	A(" with ", NULL),
#undef A
};

static size_t find_and(struct view v, struct view lang, size_t *ret_n)
{
	for (size_t at = 0; at < v.n; at++) {
		if (v.p[at] != ' ')
			continue;
		struct view rest = view_from(v, at);
		for (size_t i = 0; i < sizeof(ands) / sizeof(ands[0]); i++)
			if (rest.n >= ands[i].word.n && ascii_lower(rest.p[1]) == ands[i].word.p[1] &&
				view_starts_nocase(rest, ands[i].word) &&
				(!ands[i].lang || view_starts_nocase(lang, view_of(ands[i].lang)))) {
				*ret_n = ands[i].word.n;
				return at;
			}
	}
	return v.n;
}

/* Names joined by "and" in a part without commas. */
static void read_joined(struct names *names, struct arena *arena, struct view part, struct view lang, int flags)
{
	for (int i = 0; i < 16 && part.n; i++) {
		size_t n = 0, at = find_and(part, lang, &n);
		add_name(names, arena, view_first(part, at), flags);
		if (at >= part.n)
			break;
		part = view_trim(view_from(part, at + n));
	}
}

/* Length of a list mark at @at; 0: none. */
static size_t list_mark(struct view v, size_t at)
{
	static const struct view marks[] = { { ",", 1 }, { ";", 1 }, { "|", 1 }, { "/", 1 }, { "\n", 1 },
		{ "\xE3\x80\x81", 3 }, { "\xD8\x8C", 2 }, { "\xEF\xBC\x8C", 3 }, { "\xE2\x80\xA2", 3 },
		{ "\xC2\xB7", 2 }, { "\xEF\xBD\x9C", 3 }, { "\xEF\xBC\x8F", 3 }, { " + ", 3 }, { "\xE3\x83\xBB", 3 },
		{ "\xE2\x8B\x85", 3 } };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (view_starts(view_from(v, at), marks[i]))
			return marks[i].n;
	return 0;
}

static struct view strip_intro(struct view line, bool *introduced)
{
	for (int i = 0; i < 3; i++) {
		line = trim_marks(line);
		size_t n = namewords_intro(line);
		if (n == 0 || n >= line.n)
			break;
		/* "De la Cruz" keeps its "De": a risky word counts only in front of a capital that is not part of one.
		 */
		if (is_common_intro(view_first(line, n)) && *introduced)
			break;
		line = view_from(line, n);
		*introduced = true;
	}
	return trim_marks(line);
}

static bool goes_on_as_role(struct view part)
{
	size_t words, capitals, digits;
	if (names_is_agency(part))
		return false;
	count_words(part, &words, &capitals, &digits);
	return is_credential(part) || has_role(part) || (words > 0 && capitals == 0) || digits > 2;
}

static void read_parts(struct names *names, struct arena *arena, struct view line, struct view lang, int flags)
{
	size_t from = 0, parts = 0;
	for (size_t at = 0; at <= line.n; at++) {
		size_t n = at < line.n ? list_mark(line, at) : 0;
		if (n == 0 && at < line.n)
			continue;
		struct view part = view_trim(view_make(line.p + from, at - from));
		bool introduced = false;
		/* "By Ann Lee, in Culture, Berlin": places and topics from here on. */
		if (parts > 0 && view_starts(part, VIEW("in ")))
			break;
		part = strip_intro(part, &introduced);
		bool handle = flags & NAMES_LOOSE && parts == 0;
		if (part.n && (handle || !goes_on_as_role(part) || (parts == 0 && !is_credential(part)))) {
			read_joined(names, arena, part, lang, parts > 0 ? flags & ~NAMES_LOOSE : flags);
		}
		parts++;
		from = at + n;
		at += n ? n - 1 : 0;
	}
}

/* "Last, First" -> "First Last" */
static bool read_inverted(struct names *names, struct arena *arena, struct view line, int flags)
{
	size_t at = view_find_byte(line, ',');
	struct view last = view_trim(view_first(line, at)), first = view_trim(view_from(line, at + 1));
	if (at >= line.n || first.n == 0 || view_find_byte(first, ',') < first.n || is_credential(first))
		return false;
	char *p = arena_printf(arena, "%.*s %.*s", (int)first.n, first.p, (int)last.n, last.p);
	if (p)
		add_name(names, arena, view_of(p), flags);
	return true;
}

void names_read(struct names *names, struct arena *arena, struct view line, struct view lang, int flags)
{
	bool introduced = false;
	line = utf8_first(view_trim(line), LIMIT_FACT_BYTES);
	line = strip_intro(line, &introduced);
	if (line.n == 0 || is_address(view_first(line, view_find_byte(line, ' '))) ||
		(flags & NAMES_MARKED && !introduced))
		return;
	if (flags & NAMES_INVERTED && read_inverted(names, arena, line, flags))
		return;
	if (flags & NAMES_LOOSE && names_is_body(view_first(line, view_find_byte(line, ','))))
		add_name(names, arena, view_first(line, line.n < NAME_BYTES ? line.n : view_find_byte(line, ',')),
			flags | NAMES_WHOLE);
	else if (flags & NAMES_HOUSE)
		add_name(names, arena, line, flags | NAMES_WHOLE);
	else if (flags & NAMES_WHOLE)
		add_name(names, arena, line, flags & ~NAMES_WHOLE);
	else
		read_parts(names, arena, line, lang, flags);
}
