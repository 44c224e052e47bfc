/* garner: web text acquisition, boilerplate removal, archiving.
 *
 * Results, in the whole library: 0 done; < 0 fatal, a negative errno, words in garner_error();
 * > 0 an outcome of one input (enum garner_reason). Strings are NUL-terminated valid UTF-8; an
 * unknown fact is NULL, never an empty string. Nothing here prints, exits or keeps global state;
 * one struct garner belongs to one thread at a time, and works on threads of its own. It is
 * as good as new after a call that failed. NULL or an empty string in the place of a store, path, list or function that
 * a call can't do without is -EINVAL; numbers without a list are too. Of what runs inputs, cleans again, verifies or
 * repairs,
 * @fn may be NULL. */
#ifndef GARNER_H
#define GARNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GARNER_VERSION "0.1.0"

#if defined(__GNUC__)
#define GARNER_API __attribute__((visibility("default")))
#else
#define GARNER_API
#endif

/* Why an input was not stored as a new document. X(NAME, "name in reports", "what it means") */
#define GARNER_REASONS(X)                                                                                              \
	X(KNOWN, "known", "already there, the sighting is recorded")                                                   \
	X(UNREADABLE, "unreadable", "the file or folder can't be opened or read")                                      \
	X(EMPTY, "empty", "no bytes")                                                                                  \
	X(BINARY, "binary", "neither text nor a format that is read")                                                  \
	X(TOO_LARGE, "too-large", "more bytes than the ceiling for one body")                                          \
	X(TOO_DEEP, "too-deep", "nested deeper than the ceiling")                                                      \
	X(TOO_COMPLEX, "too-complex", "more memory or nodes than one page may take")                                   \
	X(BAD_CODING, "bad-coding", "a content coding that is broken or not known")                                    \
	X(TRUNCATED, "truncated", "the input ends before its end")                                                     \
	X(BAD_RECORD, "bad-record", "a record whose head or length is wrong")                                          \
	X(BAD_DIGEST, "bad-digest", "the bytes do not have the digest that stands with them")                          \
	X(BAD_ARCHIVE, "bad-archive", "an archive that its reader refuses")                                            \
	X(BAD_JSON, "bad-json", "a line that is not JSON or lacks text and html")                                      \
	X(NOT_A_PAGE, "not-a-page", "a record or response that holds no document")                                     \
	X(NO_TEXT, "no-text", "nothing is left after cleaning")                                                        \
	X(FILTERED, "filtered", "left out by --include, --exclude or --max-age")                                       \
	X(HTTP_ERROR, "http-error", "the server answered with an error status")                                        \
	X(NO_ANSWER, "no-answer", "no connection, or no answer in time")                                               \
	X(NO_HOST, "no-host", "the host name does not resolve")                                                        \
	X(BAD_TLS, "bad-tls", "the certificate or the TLS handshake is refused")                                       \
	X(REDIRECT_LOOP, "redirect-loop", "more redirects than the ceiling")                                           \
	X(BAD_URL, "bad-url", "not an http or https URL, or one with credentials in it")                               \
	X(REFUSED_ADDRESS, "refused-address", "the host resolves to an address that is not allowed")                   \
	X(ROBOTS, "robots", "robots.txt asks not to fetch it")                                                         \
	X(TOO_SLOW, "too-slow", "slower than the floor, or longer than the ceiling for one transfer")                  \
	X(BAD_HTTP, "bad-http", "an answer that is not HTTP, or whose head is over the ceiling")                       \
	X(RATE_LIMITED, "rate-limited", "the server answered 429 or 503 and asks to come back later")                  \
	X(PAYWALL, "paywall", "only the beginning stands before a paywall")                                            \
	X(CONSENT, "consent", "a consent or bot check page stands in the way")                                         \
	X(ERROR_PAGE, "error-page", "an error page with a success status")                                             \
	X(UNCHANGED, "unchanged", "not modified since the last fetch")                                                 \
	X(BAD_FEED, "bad-feed", "a feed or sitemap that can't be read")                                                \
	X(UNSUPPORTED, "unsupported", "a format or version that is not read")                                          \
	X(FORGOTTEN, "forgotten", "taken out of the store for good by `garner forget`")                                \
	X(INTERRUPTED, "interrupted", "the run was stopped before its end")

enum garner_reason {
	GARNER_STORED = 0,
#define GARNER_REASON_ENUM(name, text, meaning) GARNER_##name,
	GARNER_REASONS(GARNER_REASON_ENUM)
#undef GARNER_REASON_ENUM
		GARNER_REASON_COUNT
};

/* "stored", "known", "too-large" …; never NULL. */
GARNER_API const char *garner_reason_name(int reason);

/* Lines that were cut together, for one reason. */
struct garner_cut {
	const char *reason; /* rule id, or what the extraction says: "share.buttons", "model" … */
	const char *kind;   /* "navigation", "share", "captcha" … */
	uint32_t at;	    /* index of the first line or block in the input, from 0 */
	uint32_t line_count;
	const char *const *lines; /* as they stood */
};

#define GARNER_NO_NUMBER INT64_MIN

/* One document with its facts. Borrowed from whoever hands it out; see there how long. */
struct garner_document {
	int64_t n;	  /* number in the store, from 0; GARNER_NO_NUMBER outside of one */
	const char *id;	  /* 16 hex digits */
	const char *path; /* member name in its pack: NNN_<id>.txt */
	const char *url;  /* what answered */
	const char *url_requested;
	const char *url_canonical; /* the page's own word */
	const char *host;
	const char *site;
	const char *title;
	const char *const *authors;
	size_t author_count;
	const char *published; /* ISO 8601: date, or date and time with zone where given */
	const char *published_from;
	const char *published_precision; /* "year", "month", "day", "minute", "second" */
	const char *modified;
	const char *fetched; /* RFC 3339, UTC */
	const char *description;
	const char *section;
	const char *place;  /* of the dateline: where it was reported from, as it stands there */
	const char *agency; /* of the dateline: who reported */
	const char *const *tags;
	size_t tag_count;
	const char *image;
	const char *licence;
	const char *lang;   /* ISO 639 code, BCP 47 with script where needed */
	double lang_score;  /* 0 to 1; 0 unknown */
	const char *access; /* "paywall", "consent", "error"; NULL: open */
	const char *robots; /* "allowed", "none", "ignored": the decision that let the fetch happen */
	struct {
		const char *declared; /* label as found */
		const char *used;     /* WHATWG name, lower case */
		const char *from;     /* "bom", "http", "meta", "detected", "default", "overruled" */
		uint32_t replaced;    /* byte sequences replaced by U+FFFD */
	} charset;
	const char *text;      /* the body without its title */
	size_t text_size;      /* bytes */
	const char *text_from; /* NULL: the page itself; "json-ld", "state" */
	const char *markdown;  /* only when asked for */
	uint64_t words;
	const char *sha256;	/* of the member: title, blank line, text */
	const char *sha256_raw; /* of the body as captured */
	const struct garner_cut *cuts;
	size_t cut_count;
	const char *rules; /* version of rules and model */
	const char *normaliser;
	const char *tool;
	int64_t dup_of; /* number of the first document with the same text, or GARNER_NO_NUMBER */
	struct {
		int64_t n; /* or GARNER_NO_NUMBER */
		double score;
	} near;
	int64_t revision_of; /* number of the previous text of this id, or GARNER_NO_NUMBER */
	struct {
		const char *file;
		int64_t offset, length; /* bytes in the file; GARNER_NO_NUMBER unknown */
		const char *record;	/* WARC-Record-ID, or the id in a JSON line */
	} src;
	struct {
		int status; /* 0 unknown */
		const char *type;
		const char *etag;
		const char *last_modified;
	} http;
	struct {
		const char *url, *guid, *published, *title;
	} feed;
	struct {
		const char *file;	/* "raw/000000.warc.gz"; NULL: the capture is not kept */
		int64_t offset, length; /* of the page's record */
		int64_t group;		/* where its metadata and request begin; GARNER_NO_NUMBER: no such */
	} raw;
	struct {
		const char *pack;	/* "packs/000000.tar.zst" */
		int64_t offset, length; /* of the frame, bytes */
	} store;
	const char *const *errors;
	size_t error_count;
};

enum garner_profile { GARNER_PROFILE_CLEAN, GARNER_PROFILE_KEEP, GARNER_PROFILE_SEARCH };
enum garner_dedup { GARNER_DEDUP_MARK, GARNER_DEDUP_SKIP, GARNER_DEDUP_OFF };
enum garner_raw { GARNER_RAW_GZIP, GARNER_RAW_ZSTD, GARNER_RAW_NONE };

/* Zeroed is the default of everything. Strings and lists stay the caller's, and must stay as long as the handle. */
struct garner_options {
	int jobs;      /* threads; 0: the machine's cores; more than LIMIT_JOBS count as that */
	int64_t clock; /* seconds since 1970 for every time that is written; 0: when each call begins, or what
			* SOURCE_DATE_EPOCH says; one that is no such time is -EINVAL */
	enum garner_profile profile;
	enum garner_dedup dedup;
	enum garner_raw raw;
	size_t pack_bytes;	 /* a pack of at least this size is sealed; 0: 64 MiB */
	double threshold;	 /* of the block model: below 0 recall, above 0 precision; 0 default */
	const char *rules_file;	 /* more whole-line rules */
	const char *const *keep; /* rule ids and kinds that are not applied */
	size_t keep_count;
	bool markdown; /* fill garner_document.markdown */
	bool explain;  /* cuts carry scores and reasons of every block */
	bool no_rules; /* text input as it is: normalise only */
	bool no_lang;  /* languages of documents are not told: what tells them takes a third of a start */
	bool repeated; /* clean, build, ingest, sync: read files and folders twice; short lines that stand on many texts
			* of their host (of their folder, where there is no URL) are cut. A store keeps the counts */
	bool full_parse;    /* the whole page to the parser, not its skeleton */
	bool allow_private; /* loopback and private addresses may be fetched; never link-local, unspecified and
			     * multicast ones, nor those of clouds' metadata */
	const char *user_agent;
	const char *contact;	       /* goes into the user agent */
	const char *ca_file;	       /* PEM; added for TLS */
	const char *proxy;	       /* NULL: none, also not from the environment */
	double host_delay;	       /* seconds between requests to a host; 0: default; below 0: none */
	size_t connections;	       /* at once; 0: default */
	size_t host_connections;       /* at once to one host; 0: 1 */
	double timeout;		       /* seconds for one transfer; 0: default */
	bool ignore_robots;	       /* fetch what robots.txt asks not to; recorded with the document */
	const char *include, *exclude; /* patterns on URL, title, text */
	int64_t max_age;	       /* seconds; 0: any */
	bool profile_stages;	       /* measure the time of each stage */
};

/* Counts of one run. stored + known + dropped = inputs. */
/* Of a run that failed, what had become durable before. */
struct garner_report {
	uint64_t inputs, stored, known, dropped;
	uint64_t by_reason[GARNER_REASON_COUNT];
	uint64_t network_inputs, network_failed;
	uint64_t bytes_in, bytes_out; /* bodies in; texts out */
	double seconds;
	const char *in_work; /* what is read now: file or URL */
	/* Of garner_sync: feeds, sitemaps, pages and folders looked at; how many had news, had none, failed. */
	uint64_t sources, sources_changed, sources_unchanged, sources_failed;
};

struct garner;

/* Loads rules and model; with NULL for the defaults only when they are first needed. NULL only when memory is out;
 * otherwise look at garner_error(): options that are refused, too, and then no run begins, but stores can be read. */
GARNER_API struct garner *garner_new(const struct garner_options *options);
GARNER_API struct garner *garner_free(struct garner *garner);
/* Words of the last fatal error (or what garner_show says), or NULL. Valid until the next call. */
GARNER_API const char *garner_error(const struct garner *garner);
GARNER_API const struct garner_report *garner_report(const struct garner *garner);

/* Each input's end, in input order, one call at a time: with one job from the caller's thread, with more from whichever
 * of the run's threads is free. @document has src and url, where there are such; everything else only when @reason is
 * GARNER_STORED. Valid during the call. @detail says more about a drop and may be NULL. A result other than 0 ends the
 * run and is passed up; what a store has got by then it keeps. */
typedef int garner_document_fn(void *user, const struct garner_document *document, int reason, const char *detail);
/* A few times a second while a run goes on, never beside a garner_document_fn. */
typedef void garner_progress_fn(void *user, const struct garner_report *report);

/* Asks the running call, or the next one, to end after the documents in work; from a signal handler or another thread.
 * garner_clean, _ingest, _sync and _reclean have done a part then, and give 0; _build, _list, _search, _export and
 * _verify give -EINTR. The others don't look at it. It holds for that call alone. */
GARNER_API void garner_stop(struct garner *garner);
GARNER_API void garner_set_progress(struct garner *garner, garner_progress_fn *fn, void *user);

/* Runs @inputs (paths, folders, http(s) URLs, "-") through the pipeline into @fn; no store. */
GARNER_API int garner_clean(
	struct garner *garner, const char *const *inputs, size_t input_count, garner_document_fn *fn, void *user);
/* One page from memory. @url and @content_type may be NULL; of @url, what is no UTF-8, or a control, becomes %XX. @fn
 * is called once.
 */
GARNER_API int garner_clean_bytes(struct garner *garner, const void *bytes, size_t size, const char *url,
	const char *content_type, garner_document_fn *fn, void *user);
/* The same into one sealed archive, published by rename: @path is whole, or as it was, also when @fn ended the run.
 * -EINTR: it was stopped. */
GARNER_API int garner_build(struct garner *garner, const char *path, const char *const *inputs, size_t input_count,
	garner_document_fn *fn, void *user);
/* The same into a store, which is made when it is not there. */
GARNER_API int garner_ingest(struct garner *garner, const char *store, const char *const *inputs, size_t input_count,
	garner_document_fn *fn, void *user);

/* ---- sources: what a store is kept up from --------------------------------------------------- */

struct garner_source {
	const char *url;  /* or the path of a folder */
	const char *kind; /* "auto" (found out by the first look), "feed", "sitemap", "page", "folder" */
	const char *title;
	const char *state;		 /* how the last look ended, in a few words; NULL before it */
	int64_t added, checked, changed; /* seconds since 1970; 0 never */
	int64_t due, interval;
	int64_t failures; /* in a row */
	int64_t items, waiting;
	bool backfill;
};

/* Registers @url (or the path of a folder); the store is made when it is not there. @kind NULL: "auto". @backfill: all
 * that a sitemap names, however old; otherwise LIMIT_SITEMAP_DAYS. 0; GARNER_KNOWN; GARNER_BAD_URL; < 0. */
GARNER_API int garner_source_add(
	struct garner *garner, const char *store, const char *url, const char *kind, bool backfill);
/* Every feed of an OPML file. @ret_added, @ret_known (may be NULL) count them. 0, GARNER_BAD_FEED, GARNER_BAD_URL: some
 * addresses are not fetched, the others are taken; < 0. */
GARNER_API int garner_source_import(
	struct garner *garner, const char *store, const char *opml, size_t *ret_added, size_t *ret_known);
/* Its documents stay. 0; 1: no such source; < 0. */
GARNER_API int garner_source_remove(struct garner *garner, const char *store, const char *url);
typedef int garner_source_fn(void *user, const struct garner_source *source);
/* In the order they were added; @all: also the sitemaps that indexes named. */
GARNER_API int garner_source_list(struct garner *garner, const char *store, bool all, garner_source_fn *fn, void *user);

/* Zeroed is the default of everything. */
struct garner_sync_options {
	int64_t min_interval, max_interval; /* seconds between two looks at a source; 0: 900 and 86400 */
	bool all;			    /* every source is due */
};

/* What happens in a run, for a log. @event: "source", "host" …; @about: URL; @words: a sentence. */
typedef void garner_log_fn(void *user, const char *event, const char *about, const char *words);
GARNER_API void garner_set_log(struct garner *garner, garner_log_fn *fn, void *user);

/* Looks at every source that is due, fetches what is new or changed, stores it. @fn as in garner_ingest. Meant for
 * cron: ended at any point, the next run goes on from there. -EWOULDBLOCK: another run holds the store. */
GARNER_API int garner_sync(struct garner *garner, const char *store, const struct garner_sync_options *sync,
	garner_document_fn *fn, void *user);

/* JSON of one document, keys in fixed order, no newline at the end. malloc'd; NULL: no memory. */
GARNER_API char *garner_document_json(const struct garner_document *document);
/* JSON of the last run's report. malloc'd. */
GARNER_API char *garner_report_json(const struct garner *garner);

/* ---- reading a store ------------------------------------------------------------------- */

struct garner_filter {
	const char *since, *until; /* published (or fetched) dates, YYYY-MM-DD, both inclusive */
	const char *host, *lang, *source, *access;
	const char *query;     /* stands in title, URL or text as it is, but for case */
	int dup;	       /* 0 all, 1 only first copies, 2 only duplicates */
	int64_t from_n, limit; /* from_n 0; limit 0: no limit */
	bool with_text;
	bool newest; /* no text that a later one of the same document has replaced */
};

/* A day that there is, as YYYY-MM-DD: what the days of a filter must be; others are -EINVAL. */
GARNER_API bool garner_is_date(const char *text);
/* Opens, filters and hands each document to @fn in order of number. */
GARNER_API int garner_list(struct garner *garner, const char *store, const struct garner_filter *filter,
	garner_document_fn *fn, void *user);
/* Documents whose title or text holds all @words ("…" is a phrase, word* a beginning), the best match first; of
 * @filter everything. -ENOENT: there is no index of words, see garner_search_index; -EINVAL: no
 * words. */
GARNER_API int garner_search(struct garner *garner, const char *store, const char *words,
	const struct garner_filter *filter, garner_document_fn *fn, void *user);
/* Makes the index of words of a store, or brings it up to date. Later runs keep it up. */
GARNER_API int garner_search_index(struct garner *garner, const char *store);
/* The documents of a store (or one pack) for other tools. */
struct garner_export {
	const char *format; /* jsonl (NULL), csv, wet, vertical; with a path: tar.zst, wacz, txt and bagit (folders) */
	const char *fields; /* of jsonl: NULL our own; "trafilatura", "dolma", "schema" */
	const char *path;   /* file or new folder; NULL: to @write */
	struct garner_filter filter;
};
/* 0 to go on; else garner_export gives -ECANCELED. */
typedef int garner_write_fn(void *user, const void *bytes, size_t size);
/* Files and new folders appear whole or not at all, written as PATH.new until then; a folder that is there and empty is
 * filled, and emptied again on failure: its SHA256SUMS (bagit: tagmanifest) comes last. -EINVAL: format, fields and
 * path do not fit; -EEXIST: the folder holds something.
 */
GARNER_API int garner_export(struct garner *garner, const char *store, const struct garner_export *wanted,
	garner_write_fn *write, void *user);
/* @key: number, id, member name or URL. One call of @fn, text included. GARNER_FORGOTTEN: it was taken out or lost, and
 * garner_error() says when and why; another >0: not there. */
GARNER_API int garner_show(
	struct garner *garner, const char *store, const char *key, garner_document_fn *fn, void *user);

/* All texts that one document had, of a store or an archive, oldest first, without text. >0 as garner_show. */
GARNER_API int garner_history(
	struct garner *garner, const char *store, const char *key, garner_document_fn *fn, void *user);

/* Of a store or an archive. Counts are of what is there now; runs to dropped of all runs ever. */
struct garner_stats {
	uint64_t documents, words, text_bytes, duplicates, near, revisions, gone, hosts, languages;
	uint64_t runs, inputs, known, dropped;
	uint64_t packs, pack_bytes, manifest_bytes, raw_bytes, index_bytes; /* index: of near duplicates */
};
GARNER_API int garner_stats(struct garner *garner, const char *store, struct garner_stats *ret_stats);

/* Each finding of a verification. @place: file and offset; @text: what is wrong. */
typedef void garner_finding_fn(void *user, const char *place, const char *text);
/* Store folder or single pack. @data: every byte, not only sizes and digests of derived files.
 * 0: all is well; 1: findings were reported. */
GARNER_API int garner_verify(struct garner *garner, const char *path, bool data, garner_finding_fn *fn, void *user);

/* ---- changing a store ------------------------------------------------------------------ */

/* Makes catalogue, manifests, index and seek tables again from packs and manifests, cuts torn tails, names each
 * document that is lost. 0: nothing was wrong; 1: findings were reported, and the store is whole again, but for
 * captures that are damaged: nothing can make them again, and a verification of every byte goes on naming them. */
GARNER_API int garner_repair(struct garner *garner, const char *store, garner_finding_fn *fn, void *user);
/* Takes documents out, all their texts: gone for readers at once, their bytes after garner_repack. A line with number,
 * id, date and @reason stays; -EINVAL without a reason in UTF-8. @keys as in garner_show. 1: some were not there. @fn
 * (may be NULL) hears of each. */
GARNER_API int garner_forget(struct garner *garner, const char *store, const char *const *keys, size_t count,
	const char *reason, garner_finding_fn *fn, void *user);
/* Each kept capture of a document's newest text, cleaned again: @reason 0: @after is another text and becomes a
 * revision; GARNER_KNOWN: the same text; else: today's rules would drop it, the old text stays. @before has no text.
 * A result other than 0 ends the run: -ECANCELED. */
typedef int garner_change_fn(
	void *user, const struct garner_document *before, const struct garner_document *after, int reason);
/* Offline, over the captures of the store, with the rules, model and options of @garner. A run that was stopped goes
 * on where it was. @dry_run: tells, writes nothing. */
GARNER_API int garner_reclean(struct garner *garner, const char *store, bool dry_run, garner_change_fn *fn, void *user);
/* Joins small packs by copying their frames, and drops the bytes of what was taken out, captures too. */
GARNER_API int garner_repack(struct garner *garner, const char *store);

/* ---- rules --------------------------------------------------------------------------------- */

/* One whole-line rule. Borrowed, valid during the call. */
struct garner_rule {
	const char *id;	       /* "share.en" */
	const char *kind;      /* "share" */
	const char *languages; /* ISO 639 codes with commas; "*": any */
	const char *zone;      /* "any", "head", "tail" */
	const char *place;     /* "FILE:LINE" where it stands */
	unsigned words;	       /* a longer line is not asked */
	unsigned near;	       /* 0: certain; else it needs a cut line at most that many lines away */
	unsigned line_count;   /* lines it names as they stand */
	bool pattern;	       /* it has a pattern or a detector too */
	bool off;	       /* by garner_options.keep */
};
typedef int garner_rule_fn(void *user, const struct garner_rule *rule);

/* All rules in force, in the order in which they were read. A result other than 0 of @fn ends it and is passed up. */
GARNER_API int garner_rules_list(struct garner *garner, garner_rule_fn *fn, void *user);
/* Reads the rules of @path (NULL: none) behind the built-in ones and checks every example and counter-example.
 * 0: all is well; 1: findings were reported; < 0: the file can't be read, or is no rule file. */
GARNER_API int garner_rules_test(struct garner *garner, const char *path, garner_finding_fn *fn, void *user);
/* Version of rules and scorer in force, as in garner_document.rules; NULL before they are loaded. Valid as long as
 * @garner. */
GARNER_API const char *garner_rules_version(const struct garner *garner);

/* ---- limits ------------------------------------------------------------------------------ */

struct garner_limit {
	const char *name;
	uint64_t value;
	const char *unit, *meaning;
};
/* @ret_count (may be NULL) entries, static. */
GARNER_API const struct garner_limit *garner_limits(size_t *ret_count);

#ifdef __cplusplus
}
#endif
#endif
