/* The functions of libcld2 that are called here, loaded when the first of them is needed (util/late.h). They are C++:
 * only cld2.cc, which knows their types, calls them. */
#ifndef GARNER_META_LATE_CLD2_H
#define GARNER_META_LATE_CLD2_H

#ifdef __cplusplus
extern "C" {
#endif

struct error;
struct cld2_functions {
	void *detect; /* CLD2::ExtDetectLanguageSummaryCheckUTF8 */
	void *code;   /* CLD2::LanguageCode */
};

/* NULL, with -ELIBACC and words in @error (which may be NULL), when libcld2 can't be loaded. Any thread. */
const struct cld2_functions *late_cld2(struct error *error);

#ifdef __cplusplus
}
#endif

#endif
