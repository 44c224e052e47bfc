/* Every ceiling on what a page, a server or a file controls. Shown by `garner --help limits`
 * and in garner(1): garner_limits() hands this table out. */
#ifndef GARNER_UTIL_LIMITS_H
#define GARNER_UTIL_LIMITS_H

#include <stddef.h>

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

/* One line a limit: X(name, value, unit, meaning). */
#define LIMITS_TABLE(X)                                                                                                \
	X(LIMIT_JOBS, 64, "threads", "of one run, whatever is asked for")                                              \
	X(LIMIT_BODY_BYTES, MIB(16), "bytes", "one body after content decoding; a larger one is dropped: too-large")   \
	X(LIMIT_WIRE_BYTES, MIB(16), "bytes", "one body as received")                                                  \
	X(LIMIT_HEAD_BYTES, KIB(64), "bytes", "an HTTP or WARC head with all header fields")                           \
	X(LIMIT_HEAD_FIELDS, 256, "fields", "header fields of one HTTP or WARC head")                                  \
	X(LIMIT_PAGE_MEMORY, MIB(56), "bytes", "arena of one page: tree, blocks, text, facts")                         \
	X(LIMIT_TEXT_MEMORY, MIB(256), "bytes", "the same of a plain text, of which lines are known singly")           \
	X(LIMIT_TREE_MEMORY, MIB(40), "bytes", "the parser's own memory for one page, given back after it")            \
	X(LIMIT_DOM_DEPTH, 512, "levels", "nesting of elements; deeper ones are flattened")                            \
	X(LIMIT_DOM_NODES, 1000000, "nodes", "elements and text runs of one page")                                     \
	X(LIMIT_ATTRIBUTES, 256, "attributes", "attributes looked at on one element")                                  \
	X(LIMIT_LINE_BYTES, MIB(16), "bytes", "one line of JSON input")                                                \
	X(LIMIT_LINES, 200000, "lines", "lines or blocks of one document")                                             \
	X(LIMIT_RULE_FILE_BYTES, MIB(4), "bytes", "a file of whole-line rules")                                        \
	X(LIMIT_RULES, 20000, "rules", "whole-line rules in force")                                                    \
	X(LIMIT_RULE_LINE_BYTES, 400, "bytes", "a line that rules look at as a whole; of a longer one, the beginning") \
	X(LIMIT_MEMORY_LINES, 4000000, "lines", "lines and texts that the line memory counts; 16 bytes each on disk")  \
	X(LIMIT_RULE_STEPS, 20000, "steps", "matching one pattern against one line; beyond, it does not match")        \
	X(LIMIT_RULE_HEAP_KIB, 256, "KiB", "memory of matching one pattern without JIT")                               \
	X(LIMIT_BLOCKS, 50000, "blocks", "text blocks of one HTML page; later ones are not looked at")                 \
	X(LIMIT_STATE_BYTES, MIB(1), "bytes", "embedded JSON state of a page without a body that is read")             \
	X(LIMIT_FACT_WORDS, 20000, "words", "words of a title, description or JSON-LD body that are compared")         \
	X(LIMIT_TITLE_BYTES, 1024, "bytes", "a title")                                                                 \
	X(LIMIT_FACT_BYTES, 4096, "bytes", "any other fact: description, author list, URL")                            \
	X(LIMIT_AUTHORS, 64, "names", "authors of one document")                                                       \
	X(LIMIT_URL_BYTES, 8192, "bytes", "a URL")                                                                     \
	X(LIMIT_FRAME_BYTES, MIB(64), "bytes", "one decoded frame of a pack")                                          \
	X(LIMIT_CLOSING_BYTES, MIB(1024), "bytes", "index, manifest and digests of one pack")                          \
	X(LIMIT_MANIFEST_LINE, MIB(64), "bytes", "one line of a manifest")                                             \
	X(LIMIT_FILTERS_BYTES, MIB(48), "bytes", "filters of an index of a store that a writer keeps in memory")       \
	X(LIMIT_READ_WAIT, 10, "seconds",                                                                              \
		"for a store that another run is just making or mending, before who reads gives up")                   \
	X(LIMIT_REDIRECTS, 10, "hops", "redirects of one fetch")                                                       \
	X(LIMIT_CODINGS, 2, "codings", "content codings on top of each other")                                         \
	X(LIMIT_DIR_DEPTH, 64, "levels", "folders in folders")                                                         \
	X(LIMIT_ARCHIVE_DEPTH, 3, "levels", "archives in archives")                                                    \
	X(LIMIT_DICTIONARY_BYTES, MIB(4), "bytes", "the dictionary of a .warc.zst")                                    \
	X(LIMIT_ZSTD_WINDOW_LOG, 27, "bits", "window of a zstd frame that is read: 128 MiB")                           \
	X(LIMIT_MAIL_DEPTH, 8, "levels", "parts in parts of a message")                                                \
	X(LIMIT_MAIL_PARTS, 1000, "parts", "of one part of a message that are looked at")                              \
	X(LIMIT_JSON_DEPTH, 64, "levels", "nesting of JSON-LD and JSON lines")                                         \
	X(LIMIT_FETCH_SECONDS, 120, "seconds",                                                                         \
		"one transfer, from the request to the last byte, unless --timeout says otherwise")                    \
	X(LIMIT_CONNECT_SECONDS, 20, "seconds", "a connection with its TLS handshake")                                 \
	X(LIMIT_SPEED_FLOOR, 100, "bytes/s", "a transfer below this for a quarter of its time is given up")            \
	X(LIMIT_CONNECTIONS, 16, "connections", "network connections at once, unless --connections says otherwise")    \
	X(LIMIT_FETCH_WINDOW, 128, "requests", "requests in flight or waiting for their turn in the output")           \
	X(LIMIT_FETCH_HELD, MIB(12), "bytes", "bodies that wait for their turn; beyond it only the next one goes on")  \
	X(LIMIT_FETCH_TRIES, 3, "tries", "requests for one page when the host answers 429 or 503")                     \
	X(LIMIT_HOST_DELAY, 1, "seconds", "between two requests to a host, unless --delay says otherwise")             \
	X(LIMIT_CRAWL_DELAY, 60, "seconds", "a Crawl-delay that is obeyed; a longer one counts as this")               \
	X(LIMIT_RETRY_WAIT, 30, "seconds", "a Retry-After that a run waits for; a longer one is left to a later run")  \
	X(LIMIT_RETRY_AFTER, 86400, "seconds", "a Retry-After that is obeyed; a longer one counts as this")            \
	X(LIMIT_ROBOTS_BYTES, KIB(512), "bytes", "of a robots.txt that are read (RFC 9309: at least 500 KiB)")         \
	X(LIMIT_ROBOTS_RULES, 20000, "rules", "of a robots.txt that are read")                                         \
	X(LIMIT_ROBOTS_CACHE, MIB(16), "bytes", "rules of all hosts kept in memory")                                   \
	X(LIMIT_ROBOTS_SECONDS, 86400, "seconds", "a robots.txt is good for (RFC 9309: at most a day)")                \
	X(LIMIT_JSONLD_BYTES, MIB(1), "bytes", "JSON-LD read of one page")                                             \
	X(LIMIT_JSONLD_VALUES, 100000, "values", "strings, numbers, lists and objects in the JSON-LD of one page")     \
	X(LIMIT_CLUES, 512, "facts", "candidates for title, authors, dates looked at on one page")                     \
	X(LIMIT_XML_DEPTH, 256, "levels", "nesting of elements in feeds and sitemaps")                                 \
	X(LIMIT_XML_REPAIRS, 10000, "repairs", "of a feed or sitemap that is not quite XML; what comes later stays")   \
	X(LIMIT_FEED_ENTRIES, 10000, "entries", "of one feed that are read")                                           \
	X(LIMIT_SITEMAP_BYTES, MIB(64), "bytes", "one sitemap after decoding (sitemaps.org: 50 MiB)")                  \
	X(LIMIT_SITEMAP_ENTRIES, 50000, "entries", "of one sitemap that are read (sitemaps.org: 50,000)")              \
	X(LIMIT_SITEMAP_CHILDREN, 1000, "sitemaps", "of one index that are read in one run")                           \
	X(LIMIT_SITEMAP_DAYS, 30, "days", "age of sitemap entries that are fetched, unless asked for all")             \
	X(LIMIT_ITEM_TRIES, 5, "tries", "for one article, in as many runs, when the failure may pass")                 \
	X(LIMIT_SITEMAP_DEPTH, 3, "levels", "sitemap indexes in indexes")                                              \
	X(LIMIT_FILTER_STEPS, 10000000, "steps",                                                                       \
		"matching --include or --exclude against one text; beyond, it does not match")                         \
	X(LIMIT_FILTER_HEAP_KIB, 20000, "KiB", "memory of matching --include or --exclude without JIT")

enum {
	ARENA_CHUNK_BYTES = 256 << 10,
	ARENA_KEEP_BYTES = 2 << 20,	     /* nine of ten pages need less in all */
	ARENA_KEEP_SLOT_BYTES = 1024 << 10,  /* a capture: one of eight needs more */
	ARENA_KEEP_RESULT_BYTES = 256 << 10, /* what the writer asks for of a page: 20 KB as a rule */
	ARENA_KEEP_LANE_BYTES = 2 << 20,     /* where one arena takes page after page */
	ARENA_MAP_BYTES = 512 << 10,	     /* the least that is mapped, for what needs more than ARENA_CHUNK_BYTES */
	/* What larger pages leave for the next ones of all threads: with two, 12 MiB cost 37,000 faults on 1,497 pages
	 * and 5 to 8 % of the CPU time, 28 MiB save 2,500 more for 4 MiB at the peak. */
	ARENA_POOL_BYTES = 20 << 20,
	/* The same where one thread does everything: no others' pages are on their way. 1,497 pages take 18,400 faults
	 * instead of 23,500, for 4 MiB more at the peak; 48 MiB save 200 more. */
	ARENA_POOL_ALONE_BYTES = 24 << 20,
};

#define LIMIT_ENUM(name, value, unit, meaning) name = (int)(value),
enum { LIMITS_TABLE(LIMIT_ENUM) };
#undef LIMIT_ENUM

#endif
