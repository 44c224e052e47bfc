#include "meta/late_cld2.h"

#include <dlfcn.h>
#include "util/late.h"

const struct cld2_functions *late_cld2(struct error *error)
{
	static const char *const names[] = {
		"_ZN4CLD233ExtDetectLanguageSummaryCheckUTF8EPKcibPKNS_8CLDHintsEiPNS_8LanguageEPiPdPSt6vectorINS_"
		"11ResultChunkESaISA_EES7_PbS7_",
		"_ZN4CLD212LanguageCodeENS_8LanguageE",
	};
	static struct cld2_functions functions;
	static struct late late = LATE_INIT(GARNER_LATE_CLD2, names, functions);
	_Static_assert(sizeof(functions) == sizeof(names), "one function a name");
#ifdef GARNER_LATE_CLD2_FULL
	/* libcld2_full holds nothing but larger tables, for 160 languages instead of 83, and stands in front of the
	 * small ones when it is loaded first and for all to see. */
	static struct late tables = {
		.file = GARNER_LATE_CLD2_FULL, .lock = PTHREAD_MUTEX_INITIALIZER, .shared = true
	};
	if (late_load(&tables, error))
		return NULL;
#endif
	return late_load(&late, error) ? NULL : &functions;
}
