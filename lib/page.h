/* What travels through the stages: one page, from captured bytes to a finished document.
 *
 * Everything a page needs lives in page->arena and ends with it. One page, one thread at a time.
 * A stage returns 0, a reason > 0 (page_drop: this page ends here), or < 0 (the run ends). */
#ifndef GARNER_PAGE_H
#define GARNER_PAGE_H

#include <stdint.h>
#include "garner.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/view.h"

struct dom;
struct evidence;
struct minhash;
struct raw_packed;
struct sha256;

enum page_kind {
	PAGE_UNKNOWN, /* decided by decode: declared type, then content */
	PAGE_HTML,
	PAGE_TEXT,
};

/* Where the bytes came from and what the protocol said. Views into the arena; VIEW_NONE unknown. */
struct capture {
	struct view body;		 /* as received: transfer coding undone, content coding not */
	struct view url;		 /* what answered */
	struct view url_requested;	 /* what was asked for; VIEW_NONE when the same */
	int64_t fetched;		 /* seconds since 1970; GARNER_NO_NUMBER unknown */
	int status;			 /* HTTP; 0 none */
	struct view head;		 /* raw HTTP response head, status line to blank line */
	struct view request_head;	 /* what was sent */
	struct view protocol;		 /* "h2" or "http/1.1" (RFC 7301); heads are text of HTTP/1.1 either way */
	struct view content_type;	 /* as declared by HTTP, archive or JSON line */
	struct view content_encoding;	 /* codings still to undo */
	struct view etag, last_modified; /* exactly as received */
	struct view ip;			 /* address that answered */
	struct view file, record;	 /* source file as given; WARC-Record-ID or JSON id */
	int64_t offset, length;		 /* in that file; GARNER_NO_NUMBER unknown */
	struct view feed_url, feed_guid, feed_published, feed_title;
	struct view identity;			/* 16 hex digits: the id it has from earlier, whatever its URL is now */
	int64_t item;				/* row of the ledger; 0 none */
	int64_t wait;				/* seconds for which the host is to be left alone; 0 */
	bool unasked;				/* for that reason it was not asked now */
	uint64_t body_key;			/* hash64 of the body, of fetches that ask for it; 0 */
	struct view title_hint, published_hint; /* from JSON lines; stand above our own finding */
	struct view revisit_url;		/* of a revisit record: whose bytes were the same (NUL behind it) */
	struct view robots;			/* decision, see garner_document.robots */
	bool truncated;				/* less body than promised; stored all the same, noted in errors */
	bool network;				/* fetched in this run: counts for exit 4, kept in raw/ */
	bool moved;				/* every redirect on the way was a permanent one */
	bool keep_raw;				/* a capture worth keeping in raw/ (network, WARC) */
};

enum block_kind {
	BLOCK_PARAGRAPH,
	BLOCK_HEADING, /* level 1 to 6 */
	BLOCK_ITEM,    /* list item; level: depth from 1 */
	BLOCK_ROW,     /* table row; cells separated by " | " */
	BLOCK_QUOTE,
	BLOCK_CODE, /* line structure is kept */
	BLOCK_CAPTION,
	BLOCK_LINE, /* of plain text */
};

/* Unit of keeping and cutting: a text block of HTML, or a line of plain text. Marked, not removed. */
struct block {
	struct view text; /* spaces collapsed, never empty; for plain text the line without its end */
	uint8_t kind;	  /* enum block_kind */
	uint8_t level;
	bool gap; /* a blank line stands (or belongs) before it */
	bool cut;
	uint32_t at;	    /* index in the input: line, or block of the whole page */
	uint32_t node;	    /* dom node it begins with; 0 for plain text */
	uint32_t last_node; /* the last text node in it */
	float score;	    /* of the model; -1 unscored */
	const char *reason; /* why it was cut: rule id or "model" …; static or in the arena */
	const char *cut_kind;
};

struct page {
	struct arena arena;
	uint64_t sequence; /* place in the input order, from 0 */
	const struct garner_options *options;
	struct capture capture;
	enum page_kind kind;
	struct view body;	   /* content codings undone */
	struct view utf8;	   /* body as UTF-8: what dom and text lines point into */
	struct dom *dom;	   /* HTML only */
	struct evidence *evidence; /* what head, JSON-LD and microdata say, before extraction */
	struct block *blocks;
	size_t block_count;
	struct minhash *minhash;	 /* near-duplicate signature */
	const struct raw_packed *packed; /* the capture as a store keeps it (store/raw_pack.h); NULL: not packed yet */
	struct garner_document document; /* filled by the stages */
	struct sha256 *raw_digest;	 /* of the first raw_digested bytes of capture.body; see digest_ahead */
	size_t raw_digested;
	uint8_t sha256[32]; /* of title + blank line + text */
	uint8_t id64[8];
	struct view member; /* bytes of the archive member: title, blank line, text, LF */
	int reason;	    /* 0, or why it was dropped */
	const char *detail;
	struct error error;  /* words of a fatal error */
	const char **errors; /* grows in the arena; document.errors points here */
};

/* Marks the page as dropped and returns @reason. The words are kept in the arena. */
int page_drop(struct page *page, int reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Notes a defect that does not drop the page (document.errors). */
void page_note(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For arena failures: the budget of the page is spent (GARNER_TOO_COMPLEX). */
int page_full(struct page *page);
/* NUL-terminated copy in the arena, or NULL for an empty view or no memory. */
const char *page_str(struct page *page, struct view v);
/* The same of its first @max bytes, as valid UTF-8 without controls: other bytes become %XX, as they would in a URL. */
struct view page_keep(struct page *page, struct view v, size_t max);
/* Ready for the next capture; keeps memory up to arena.keep. */
void page_reset(struct page *page);
/* As it was captured: what stages found is forgotten. The arena is not reset. */
void page_again(struct page *page);

#endif
