/* The bytes of a store on disk. garner-store(5) says the same for readers of other tools.
 *
 *   STORE/
 *     INDEX.md              for a person: totals, and the newest INDEX_ROWS documents, the largest number first
 *     index/000000.md …     all documents, INDEX_ROWS a file; page p holds n from p * INDEX_ROWS on
 *     manifest/000000.jsonl one line a document of packs/000000.tar.zst: its facts without the text
 *     manifest/runs.jsonl   one line a run: when, versions, inputs = stored + known + dropped by reason
 *     manifest/seen.jsonl   one line a sighting of a document that was there already: n, at, a URL where that
 *                           is new, raw where its capture is kept as a revisit
 *     manifest/gone.jsonl   one line a document taken out (forget) or lost (repair): n, id, when, why
 *     packs/000000.tar.zst  the texts
 *     raw/000000.warc.gz    the captures, WARC 1.1
 *     near/                 derived: signatures of the texts and their index, see near.h
 *     keys/                 derived: where an id, a text, a URL, a day, a host is, see keys.h
 *     SHA256SUMS            digest of every file above, as sha256sum -c reads it
 *     catalogue.db          derived: repair makes it again from packs and manifests
 *     search.db             derived, optional: words of titles and texts, see search.h
 *     lines.counts          optional: on how many texts of a host a line stands, see extract/line_memory.h
 *     lock                  who writes now
 *
 * All numbers count up from 0 and are never used again. All paths are relative to STORE, so a store
 * may be moved, copied or unpacked elsewhere.
 *
 * A pack is a tar (POSIX ustar; pax headers only where ustar can't say it), cut into zstd frames:
 *
 *   open:    [frame: whole members]*
 *   sealed:  [frame: whole members]*  [frame: a piece of the closing members]+
 *            [frame: 1024 zero bytes, the end of the tar]  [skippable frame: seek table]
 *
 *   frame        zstd, RFC 8878, with content size and checksum. The frames of documents begin and end between
 *                members: a document is read by decoding one frame.
 *   member       NNN_<id>.txt: title LF LF text LF, or text LF where there is no title
 *   closing      index pages where there are more than INDEX_ROWS documents, INDEX.md, manifest.jsonl (the
 *                bytes of the manifest segment), runs.jsonl, SHA256SUMS (of all other members, in order)
 *   seek table   zstd seekable format 0.1.0: u32 0x184D2A5E, u32 size, (u32 packed, u32 raw) a frame,
 *                u32 count, u8 0, u32 0x8F92EAB1; little-endian
 *
 * Appending only ever adds bytes behind those that the catalogue has acknowledged; sealing does the
 * same. Whatever stands behind the acknowledged size of an open file is torn and is cut on the next run:
 *
 *   OPEN -> OPEN [store_commit]; OPEN -> SEALED [store_seal]; SEALED never changes
 *
 * One archive of `build` is one sealed pack whose manifest lines have no "store" key. */
#ifndef GARNER_STORE_FORMAT_H
#define GARNER_STORE_FORMAT_H

/* Raised when an older garner would misread the bytes; a newer one is refused. In runs.jsonl ("format") and in the
 * catalogue (user_version). */
enum { STORE_FORMAT = 1 };

enum {
	/* Documents of one frame. With the search below 1.5 MiB take 1.077 times what `zstd -9` makes of all texts as
	 * one tar; 1 MiB: 1.085, 2 MiB: 1.073, and a random document is there later by 0.4 ms a MiB.
	 */
	PACK_FRAME_BYTES = 1536 << 10,
	/* A greedy search that begins at six equal bytes and tries eight places in a table that stays in the
	 * processor's cache: 115 MB/s, where level 7 with frames of 512 KiB makes as many bytes at 68 MB/s, level 5
	 * 1.6 % more at 85. */
	PACK_WINDOW_LOG = 21,
	PACK_HASH_LOG = 19,
	PACK_SEARCH_LOG = 3,
	PACK_MIN_MATCH = 6,
	/* Pieces of the closing members: bounds the memory of sealing. */
	PACK_CLOSING_BYTES = 1 << 20,
	/* A pack of at least this size is sealed. Small enough that the digest of the open one costs 50 ms. */
	PACK_SEAL_BYTES = 64 << 20,
	/* A pack with as many bytes of manifest is sealed, too, however short its texts: bounds what is read of one
	 * that stands alone, and the memory of sealing (a tenth of it). */
	PACK_SEAL_LINES_BYTES = 64 << 20,
	/* An open pack whose first document is older is sealed when a run ends. */
	PACK_SEAL_SECONDS = 30 * 86400,
	/* Whole frames between two commits; what a crash may cost is work, never what was acknowledged: three
	 * frames, half a second of a fast run. A commit waits for the medium four times, in all 5 to 30 ms, and with
	 * one a frame two threads took 6 % longer. What came over the network is committed after some seconds at the
	 * latest. */
	STORE_COMMIT_BYTES = 4 << 20,
	STORE_COMMIT_INPUTS = 1024,
	STORE_COMMIT_SECONDS = 10,
	INDEX_ROWS = 500,
	INDEX_TITLE_CHARS = 120,
	INDEX_TOP = 20, /* hosts and languages named in the head */
};

#define PACK_SEEK_MAGIC	     0x184D2A5Eu
#define PACK_SEEK_FOOT_MAGIC 0x8F92EAB1u
/* Bytes of the seek table's head, of a frame's entry in it, and of its foot. */
enum { SEEK_HEAD = 8, SEEK_ENTRY = 8, SEEK_FOOT = 9 };

#define STORE_PACK_NAME	      "packs/%06lld.tar.zst"
#define STORE_MANIFEST_NAME   "manifest/%06lld.jsonl"
#define STORE_RAW_NAME	      "raw/%06lld.warc.gz"
#define STORE_RAW_ZSTD_NAME   "raw/%06lld.warc.zst"
#define STORE_INDEX_NAME      "index/%06lld.md"
#define STORE_NEAR_NAME	      "near/%06lld.run"
#define STORE_KEYS_NAME	      "keys/%06lld.run"
#define STORE_SIGNATURES_NAME "near/signatures"
#define STORE_RUNS_NAME	      "manifest/runs.jsonl"
#define STORE_COUNTS_NAME     "lines.counts"
#define STORE_SEEN_NAME	      "manifest/seen.jsonl"
#define STORE_GONE_NAME	      "manifest/gone.jsonl"

/* "000_10cd160a65ea45e7.txt": at least 3 digits. */
#define STORE_MEMBER_NAME "%03lld_%s.txt"

#endif
