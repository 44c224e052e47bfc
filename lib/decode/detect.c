/* Detection from the bytes themselves. The only file that knows uchardet, which is asked last. */
#include <errno.h>
#include <stdlib.h>
#include <uchardet.h>
#include "decode/charset.h"
#include "decode/detect.h"
#ifdef GARNER_LATE
#include "util/late.h"
#endif

/* An encoding of East Asia fits from here on; right ones show 0.9 and more, wrong ones less than 0.6. */
#define ASIAN_FITS 0.78
/* From here on it may be one all the same: rare characters, many signs. */
#define ASIAN_THINKABLE 0.3
/* A declared single-byte charset fits while the text costs no more than this above what its best language costs
 * on average, in nats a character. */
#define SINGLE_FITS 0.25
/* What another has to gain over a declared one, in all and a character, to overrule it. */
#define OVERRULE_NATS	  12.0
#define OVERRULE_NATS_PER 0.15

/* Loaded when it is first asked (util/late.h): few pages do, and it brings the C++ library along. */
#define UCHARDET_FUNCTIONS(X)                                                                                          \
	X(data_end)                                                                                                    \
	X(delete)                                                                                                      \
	X(get_charset)                                                                                                 \
	X(handle_data)                                                                                                 \
	X(new)                                                                                                         \
	X(reset)

struct uchardet_functions {
#define UCHARDET_MEMBER(name) __typeof__(&uchardet_##name) name;
	UCHARDET_FUNCTIONS(UCHARDET_MEMBER)
#undef UCHARDET_MEMBER
};

#ifdef GARNER_LATE
static const struct uchardet_functions *late_uchardet(struct error *error)
{
#define UCHARDET_NAME(name) "uchardet_" #name,
	static const char *const names[] = { UCHARDET_FUNCTIONS(UCHARDET_NAME) };
	static struct uchardet_functions functions;
	static struct late late = LATE_INIT(GARNER_LATE_UCHARDET, names, functions);
	_Static_assert(sizeof(functions) == sizeof(names), "one function a name");
	return late_load(&late, error) ? NULL : &functions;
}
#else
static const struct uchardet_functions *late_uchardet(struct error *error)
{
#define UCHARDET_ADDRESS(name) .name = &uchardet_##name,
	static const struct uchardet_functions functions = { UCHARDET_FUNCTIONS(UCHARDET_ADDRESS) };
	(void)error;
	return &functions;
}
#endif

struct detector {
	struct decoder *decoder;
	const struct uchardet_functions *functions; /* NULL until it is asked */
	uchardet_t uchardet;
	struct error error; /* why it could not be */
};

struct detector *detector_new(struct decoder *decoder)
{
	struct detector *detector = calloc(1, sizeof(*detector));
	if (!detector)
		return NULL;
	detector->decoder = decoder;
	return detector;
}

struct detector *detector_free(struct detector *detector)
{
	if (detector && detector->uchardet)
		detector->functions->delete (detector->uchardet);
	free(detector);
	return NULL;
}

/* Script and style hold no words of the page. */
static size_t skip_raw(struct view rest)
{
	struct view end;
	if (view_starts_nocase(rest, VIEW("<script")))
		end = VIEW("</script");
	else if (view_starts_nocase(rest, VIEW("<style")))
		end = VIEW("</style");
	else
		return 0;
	return view_find_nocase(rest, end);
}

static bool has_high(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] >= 0x80)
			return true;
	return false;
}

static bool opens_tag(struct view rest)
{
	return rest.p[0] == '<' && rest.n > 1 && (ascii_is_alpha(rest.p[1]) || rest.p[1] == '/' || rest.p[1] == '!');
}

struct view detect_sample(struct arena *arena, struct view body, size_t max)
{
	if (max > body.n * 2)
		max = body.n * 2;
	char *out = arena_alloc(arena, max);
	size_t n = 0;
	for (size_t at = 0; out && at < body.n && n < max;) {
		struct view rest = view_from(body, at);
		if (opens_tag(rest)) {
			size_t raw = skip_raw(rest);
			at += raw + view_find_byte(view_from(rest, raw), '>') + 1;
			continue;
		}
		size_t end = 1 + view_find_byte(view_from(rest, 1), '<');
		struct view run = view_first(rest, end);
		at += end;
		if (!has_high(run))
			continue;
		run = view_first(run, max - n);
		memcpy(out + n, run.p, run.n);
		n += run.n;
		if (n < max)
			out[n++] = ' ';
	}
	return view_make(out, n);
}

static bool is_asian(enum encoding encoding)
{
	return encoding >= ENCODING_GBK && encoding < ENCODING_SINGLE && encoding != ENCODING_ISO_2022_JP &&
	       encoding != ENCODING_ISO_2022_KR;
}

/* asian_share, 0 where more than one character in 50 does not decode. */
static double asian_fit(struct detector *detector, struct arena *arena, enum encoding encoding, struct view sample)
{
	struct view text;
	uint32_t bad;
	if (decoder_run(detector->decoder, arena, encoding, sample, &text, &bad) != 0)
		return 0;
	size_t high = 0;
	for (size_t i = 0; i < sample.n; i++)
		high += (unsigned char)sample.p[i] >= 0x80;
	/* The sample may end within a character. */
	return bad > 1 + high / 100 ? 0 : asian_share(encoding, sample, text);
}

bool detect_fits(struct detector *detector, struct arena *arena, enum encoding encoding, struct view sample)
{
	if (encoding == ENCODING_NONE || encoding == ENCODING_UTF8)
		return false;
	if (is_asian(encoding))
		return asian_fit(detector, arena, encoding, sample) >= ASIAN_FITS;
	if (encoding < ENCODING_SINGLE)
		return false;
	struct high_bytes high;
	double expected;
	high_bytes_of(sample, &high);
	const uint32_t *table = decoder_table(detector->decoder, encoding);
	return table && single_score(table, &high, &expected) >= expected - SINGLE_FITS * high.total - 4;
}

static enum encoding asian_best(
	struct detector *detector, struct arena *arena, struct view sample, enum encoding declared)
{
	static const enum encoding list[] = { ENCODING_SHIFT_JIS, ENCODING_EUC_JP, ENCODING_EUC_KR, ENCODING_GB18030,
		ENCODING_BIG5 };
	enum encoding best = ENCODING_NONE;
	/* Traditional characters in GBK fit badly and are right all the same: a declared one must be far behind. */
	double most = ASIAN_FITS;
	if (is_asian(declared)) {
		double own = asian_fit(detector, arena, declared, sample) + 0.3;
		most = own > most ? own : most;
	}
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		double share = asian_fit(detector, arena, list[i], sample);
		if (share > most) {
			most = share;
			best = list[i];
		}
	}
	/* What is plain GB2312 is called so. */
	return best == ENCODING_GB18030 ? ENCODING_GBK : best;
}

static bool open_uchardet(struct detector *detector)
{
	if (detector->uchardet)
		return true;
	detector->functions = late_uchardet(&detector->error);
	if (detector->functions)
		detector->uchardet = detector->functions->new ();
	if (!detector->uchardet)
		error_set(&detector->error, -ENOMEM, "no memory for uchardet");
	return detector->uchardet;
}

static enum encoding ask_uchardet(struct detector *detector, struct view sample)
{
	if (!open_uchardet(detector))
		return ENCODING_NONE;
	const struct uchardet_functions *ask = detector->functions;
	ask->reset(detector->uchardet);
	if (ask->handle_data(detector->uchardet, sample.p, sample.n) != 0)
		return ENCODING_NONE;
	ask->data_end(detector->uchardet);
	return encoding_of_label(view_of(ask->get_charset(detector->uchardet)));
}

const struct error *detector_error(const struct detector *detector)
{
	return detector->error.code ? &detector->error : NULL;
}

/* Single-byte encodings, and what uchardet may know beyond ours. */
static enum encoding single_or_other(struct detector *detector, struct arena *arena, struct view sample,
	const struct high_bytes *high, enum encoding declared)
{
	double best_score, expected;
	enum encoding best = single_best(detector->decoder, high, &best_score);
	enum encoding rival = declared >= ENCODING_SINGLE ? declared : ENCODING_WINDOWS_1252;
	const uint32_t *table = decoder_table(detector->decoder, rival);
	double score = table ? single_score(table, high, &expected) : -1e9;
	double needed = declared >= ENCODING_SINGLE ? OVERRULE_NATS : 2;
	if (best == ENCODING_NONE || (best_score - score < needed) ||
		(declared >= ENCODING_SINGLE && best_score - score < OVERRULE_NATS_PER * high->total))
		best = rival;
	table = decoder_table(detector->decoder, best);
	if (table && single_score(table, high, &expected) >= expected - 2.0 * high->total - 6)
		return best;
	/* Nothing of ours fits: a language or an encoding that uchardet may know. */
	enum encoding other = ask_uchardet(detector, sample);
	bool thinkable = is_asian(other) ? asian_fit(detector, arena, other, sample) > ASIAN_THINKABLE
					 : other >= ENCODING_SINGLE;
	return thinkable ? other : best;
}

enum encoding detect_encoding(
	struct detector *detector, struct arena *arena, struct view sample, enum encoding declared)
{
	struct high_bytes high;
	if (sample.n == 0)
		return ENCODING_NONE;
	high_bytes_of(sample, &high);
	enum encoding asian = high.total >= 8 ? asian_best(detector, arena, sample, declared) : ENCODING_NONE;
	if (asian != ENCODING_NONE)
		return asian;
	if (is_asian(declared)) {
		if (asian_fit(detector, arena, declared, sample) > ASIAN_THINKABLE)
			return declared;
		declared = ENCODING_NONE;
	}
	return single_or_other(detector, arena, sample, &high, declared);
}
