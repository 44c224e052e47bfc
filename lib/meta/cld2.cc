/* The only file that knows libcld2. Its headers want <stdio.h> first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include "meta/cld2.h"

#ifdef GARNER_LATE_CLD2
#include "meta/late_cld2.h"

typedef __typeof__(&CLD2::ExtDetectLanguageSummaryCheckUTF8) detect_function;
typedef __typeof__(&CLD2::LanguageCode) code_function;

int cld2_open(struct error *error)
{
	return late_cld2(error) ? 0 : -ELIBACC;
}
#else
int cld2_open(struct error *error)
{
	(void)error;
	return 0;
}
#endif

#ifdef HAVE_CLD2_FULL
/* libcld2_full holds nothing but larger tables, for 160 languages instead of 83, and stands in front of the small
 * ones when it is loaded first. Naming one of them keeps the linker from leaving it out. */
namespace CLD2
{
extern const char kQuad_obj;
}
extern "C" const void *garner_cld2_tables(void);
extern "C" const void *garner_cld2_tables(void)
{
	return &CLD2::kQuad_obj;
}
#endif

bool cld2_detect(const char *text, size_t n, const char **ret_code, double *ret_share, bool *ret_reliable)
{
#ifdef GARNER_LATE_CLD2
	const struct cld2_functions *functions = late_cld2(NULL);
	if (!functions)
		return false;
	detect_function detect = reinterpret_cast<detect_function>(functions->detect);
	code_function code_of = reinterpret_cast<code_function>(functions->code);
#else
	const auto detect = &CLD2::ExtDetectLanguageSummaryCheckUTF8;
	const auto code_of = &CLD2::LanguageCode;
#endif
	CLD2::CLDHints hints = { NULL, NULL, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE };
	CLD2::Language language[3];
	int percent[3], text_bytes = 0, valid = 0;
	double score[3];
	bool reliable = false;
	CLD2::Language best =
		detect(text, (int)n, true, &hints, 0, language, percent, score, NULL, &text_bytes, &reliable, &valid);
	/* What it does not take (controls, noncharacters) ends the text for it. */
	if (valid >= 0 && (size_t)valid < n)
		best = detect(
			text, valid, true, &hints, 0, language, percent, score, NULL, &text_bytes, &reliable, &valid);
	const char *code = code_of(best);
	if (best == CLD2::UNKNOWN_LANGUAGE || strncmp(code, "xx", 2) == 0 || strcmp(code, "un") == 0)
		return false;
	*ret_code = code;
	*ret_share = (best == language[0] ? percent[0] : percent[1]) / 100.0;
	*ret_reliable = reliable;
	return true;
}
