/* One spelling for texts and URLs.
 *
 * Profiles. "version/profile" is in every document; a change of this table is a new version.
 *
 *                                  keep     clean                  search
 *   not NFC                        NFC      NFC                    NFC
 *   CR LF, CR                      LF       LF                     LF
 *   VT, FF, NEL, U+2028, U+2029    stays    LF                     LF
 *   no-break, en, em, thin,
 *   ideographic … space, tab       stays    space (tab: code keeps it)  space
 *   spaces in a row                stay     one (code keeps them)  one
 *   spaces at line ends            cut      cut, and line starts   as clean
 *   blank lines in a row           one      one                    one
 *   C0, DEL, C1 controls, U+FFFC,
 *   noncharacters                  stay     dropped                dropped
 *   soft hyphen, U+FEFF, word
 *   joiner, invisible operators    stay     dropped                dropped
 *   zero width space               stays    kept between letters   dropped
 *                                           of scripts without spaces
 *   ZWNJ, ZWJ                      stay     kept behind Indic letters, dropped
 *                                           by Arabic letters (ZWNJ: with a
 *                                           letter on the other side), between
 *                                           emoji (ZWJ); else dropped
 *   bidi marks, embeddings,
 *   isolates                       stay     kept in lines with     dropped
 *                                           right-to-left letters
 *   bidi overrides                 stay     dropped                dropped
 *   tag characters                 stay     kept behind emoji      as clean
 *   ff, fi, fl, ffi, ffl, st and
 *   Armenian ligatures             stay     letters                letters
 *   quotation marks, primes        stay     stay                   ' and "
 *   hyphens, dashes, minus         stay     stay                   -
 *   ellipsis                       stays    stays                  ...
 *   full- and half-width forms     stay     stay                   plain ones
 *   Arabic: presentation forms,
 *   alef, yeh, kaf, heh variants,
 *   hamza carriers                 stay     stay                   one letter
 *   Arabic vowel signs, tatweel    stay     stay                   dropped
 *   Arabic and Persian digits      stay     stay                   0 to 9
 * Case, and everything else, stays in every profile. */
#ifndef GARNER_NORMALISE_NORMALISE_H
#define GARNER_NORMALISE_NORMALISE_H

#include "stage.h"

/* Version of all profiles together: goes into document.normaliser as "clean/1". */
const char *normalise_version(enum garner_profile profile);

/* @in valid UTF-8 -> @ret_text in @arena (or a part of @in itself when nothing changes). Idempotent; at most
 * 3 x the bytes. Line structure: LF ends, no spaces at line ends, at most one blank line in a row, none at
 * either end. 0 or -ENOMEM. */
int normalise_text(enum garner_profile profile, struct arena *arena, struct view in, struct view *ret_text);
/* The same for code: inner spaces, tabs and indents stay. */
int normalise_code(enum garner_profile profile, struct arena *arena, struct view in, struct view *ret_text);
/* The same for a fact of one line: line breaks become spaces, trimmed, cut at @max bytes. */
int normalise_line(enum garner_profile profile, struct arena *arena, struct view in, size_t max, struct view *ret_text);

/* Stage, all pages: blocks kept -> document.text (blocks joined by LF, a blank line where block.gap),
 * document.words; title and other facts by normalise_line; page->member. GARNER_NO_TEXT when nothing is left. */
extern const struct stage normalise_stage;

/* WHATWG-parsed, IDNA (UTS #46), default ports, dot segments, escapes of unreserved characters undone and the
 * others in upper case (RFC 3986, 6.2.2), fragment, session ids and tracking parameters cut (the list stands in
 * url.c): the spelling used for identity. Idempotent. 0, GARNER_BAD_URL (not http or https, credentials, over
 * LIMIT_URL_BYTES), -ENOMEM. */
int url_canonical(struct arena *arena, struct view url, struct view *ret_url);
/* @relative against @base (absolute), as a browser does; a fragment stays. 0, GARNER_BAD_URL, -ENOMEM. */
int url_resolve(struct arena *arena, struct view base, struct view relative, struct view *ret_url);
/* "https://user:word@host/" to "https://host/", also without a scheme: credentials go nowhere. @out has url.n bytes and
 * may be the same; returns the length. */
size_t url_without_credentials(struct view url, char *out);
/* Host of an absolute URL as it stands there, without port; VIEW_NONE when there is none. Into @url. */
struct view url_host(struct view url);
/* The path is empty or "/": the front page of a site. */
bool url_is_front_page(struct view url);
/* The same in its one spelling: lower case, IDNA, IPv4 dotted. 0, GARNER_BAD_URL, -ENOMEM. */
int url_host_canonical(struct arena *arena, struct view url, struct view *ret_host);

#endif
