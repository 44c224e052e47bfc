/* tar (with the filters that libarchive undoes in this process), zip, WACZ, and single files in a coding that we do not
 * undo ourselves (bzip2, xz, …). Members bid like files: a WARC in a zip in a tar is read as a WARC.
 *
 *	header ─> name ─┬─> passed over: folder, hidden, index files of a WACZ or of our own packs
 *	                ├─> dropped: link, encrypted, archive too deep
 *	                └─> member: a source of its own over the member's bytes ─> pages … end ─> header */
#include "capture/source.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "capture/ours.h"
#include "util/late_archive.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { TEXT_MAX = 512 }; /* of what is wrong */

struct archive_source {
	const struct archive_functions *la;
	struct archive *archive;
	locale_t utf8; /* (locale_t)0: the machine has none */
	size_t lent;   /* bytes of the stream's window that libarchive looks at */
	bool single;   /* one file in a filter, no archive around it */
	bool wacz;     /* only archive/ holds captures */
	bool pack;     /* one of ours: its derived files are no inputs */
	bool bare;     /* an index comes first: one of ours, perhaps, without documents */
	bool opened;
	bool any; /* a header was read */
	bool member_open;
	bool failed;  /* what was to be said has been said */
	bool damaged; /* the last header was broken */
	struct source member;
	struct buf name; /* of the member: archive/path */
};

/* ---- bids ---------------------------------------------------------------------------------- */

/* The header's checksum counts its own eight bytes as spaces (POSIX.1-1988 ustar). */
static bool is_tar(struct view v)
{
	unsigned long sum = 0, told = 0;
	if (v.n < 512 || v.p[0] == 0)
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)v.p[i];
	for (size_t i = 148; i < 156 && v.p[i] != 0; i++) {
		if (v.p[i] == ' ')
			continue;
		if (v.p[i] < '0' || v.p[i] > '7')
			return false;
		told = told << 3 | (unsigned long)(v.p[i] - '0');
	}
	return told == sum && sum > 0;
}

static bool is_zip(struct view v)
{
	return view_starts(v, VIEW("PK\3\4")) || view_starts(v, VIEW("PK\5\6"));
}

/* Codings that libarchive undoes in this process; those that it hands to other programs are left out. */
static bool is_filtered(struct view v)
{
	static const struct view marks[] = { VIEW("\xFD"
						  "7zXZ\0"),
		VIEW("LZIP"), VIEW("\x04\x22\x4D\x18"), VIEW("\x1F\x9D") };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (view_starts(v, marks[i]))
			return true;
	return v.n > 10 && view_starts(v, VIEW("BZh")) && ascii_is_digit(v.p[3]) &&
	       view_starts(view_from(v, 4), VIEW("1AY&SY"));
}

static int archive_bid(const struct source_probe *probe)
{
	if (is_tar(probe->first) || is_zip(probe->first))
		return 80;
	return is_filtered(probe->first) ? 70 : 0;
}

/* ---- the stream under libarchive ----------------------------------------------------------- */

static la_ssize_t give_bytes(struct archive *archive, void *user, const void **ret_bytes)
{
	struct source *source = user;
	struct archive_source *a = source->state;
	stream_skip(source->stream, (int64_t)a->lent);
	struct view some = stream_some(source->stream);
	a->lent = some.n;
	*ret_bytes = some.p;
	if (some.n == 0 && source->stream->reason) {
		a->la->set_error(archive, EIO, "%s", source->stream->detail);
		return -1;
	}
	return (la_ssize_t)some.n;
}

static la_int64_t skip_bytes(struct archive *archive, void *user, la_int64_t n)
{
	(void)archive;
	struct source *source = user;
	struct archive_source *a = source->state;
	stream_skip(source->stream, (int64_t)a->lent);
	a->lent = 0;
	int64_t from = source->stream->offset;
	if (!stream_seek(source->stream, from + n))
		stream_skip(source->stream, n);
	return source->stream->offset - from;
}

static la_int64_t seek_bytes(struct archive *archive, void *user, la_int64_t offset, int whence)
{
	(void)archive;
	struct source *source = user;
	struct archive_source *a = source->state;
	int64_t at = source->stream->offset + (int64_t)a->lent, size = stream_size(source->stream);
	int64_t to = whence == SEEK_SET ? offset : whence == SEEK_CUR ? at + offset : size + offset;
	a->lent = 0;
	return to >= 0 && stream_seek(source->stream, to) ? to : ARCHIVE_FATAL;
}

static struct archive *open_reader(const struct archive_functions *la, struct source *source, struct view first)
{
	struct archive *archive = la->read_new();
	if (!archive)
		return NULL;
	la->read_support_filter_bzip2(archive);
	la->read_support_filter_compress(archive);
	la->read_support_filter_gzip(archive);
	la->read_support_filter_lz4(archive);
	la->read_support_filter_lzip(archive);
	la->read_support_filter_xz(archive);
	la->read_support_filter_zstd(archive);
	la->read_support_format_tar(archive);
	la->read_support_format_zip(archive);
	/* What cat joins: behind one archive's end another may begin. */
	la->read_set_format_option(archive, "tar", "read_concatenated_archives", "1");
	if (is_filtered(first))
		la->read_support_format_raw(archive);
	la->read_set_callback_data(archive, source);
	la->read_set_read_callback(archive, give_bytes);
	la->read_set_skip_callback(archive, skip_bytes);
	if (stream_size(source->stream) >= 0)
		la->read_set_seek_callback(archive, seek_bytes);
	return archive;
}

static bool name_ends(struct view name, struct view ending)
{
	return name.n > ending.n && view_eq_nocase(view_from(name, name.n - ending.n), ending);
}

static int archive_open_source(struct source *source, struct error *error)
{
	struct archive_source *a = calloc(1, sizeof(*a));
	if (!a)
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	source->state = a;
	a->name = BUF_INIT(MIB(1));
	a->la = late_archive(error);
	if (!a->la)
		return -ELIBACC;
	a->archive = open_reader(a->la, source, stream_look(source->stream, SOURCE_PROBE_BYTES));
	if (!a->archive)
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	a->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	a->wacz = name_ends(view_of(source->name), VIEW(".wacz"));
	return 0;
}

static void archive_close_source(struct source *source)
{
	struct archive_source *a = source->state;
	if (!a)
		return;
	if (a->member_open)
		source_end(&a->member);
	if (a->archive)
		a->la->read_free(a->archive);
	if (a->utf8)
		freelocale(a->utf8);
	buf_free(&a->name);
	free(a);
	source->state = NULL;
}

/* ---- members ------------------------------------------------------------------------------- */

/* What libarchive says, or else @words, and where: unpacked bytes, where the archive is packed as a whole. What our own
 * stream says names its place. */
static const char *said_at(const struct archive_source *a, long long at, const char *words, char text[TEXT_MAX])
{
	const char *said = a->la->error_string(a->archive);
	if (said && strncmp(said, "byte ", strlen("byte ")) == 0)
		return said;
	snprintf(text, TEXT_MAX, "byte %lld of the archive: %s", at, said ? said : words);
	return text;
}

static size_t pull_member(struct stream *stream, char *room, size_t n)
{
	struct archive_source *a = stream->state;
	la_ssize_t got;
	do
		got = a->la->read_data(a->archive, room, n);
	while (got == ARCHIVE_RETRY);
	if (got >= 0)
		return (size_t)got;
	char text[TEXT_MAX];
	long long at = a->la->filter_bytes(a->archive, 0);
	return stream_fail(stream, GARNER_BAD_ARCHIVE, "%s", said_at(a, at, "broken member", text));
}

/* Whether some part of the path begins with a dot, as a hidden file's does. "." and ".." lead somewhere, and hide
 * nothing: nothing is written under a member's name. */
static bool is_hidden(struct view path)
{
	struct view part;
	while (view_next_token(&path, '/', &part))
		if (part.n && part.p[0] == '.' && !view_eq(part, VIEW(".")) && !view_eq(part, VIEW("..")))
			return true;
	return false;
}

/* What kind of archive this is, by the path that comes first. */
static void learn(struct archive_source *a, struct view path)
{
	if (a->any)
		return;
	a->any = true;
	a->pack = ours_is_text(path);
	a->bare = view_eq(path, VIEW("INDEX.md"));
	a->wacz |= view_starts(path, VIEW("archive/")) && view_find(path, VIEW(".warc")) < path.n;
}

static bool is_passed_over(const struct archive_source *a, struct view path)
{
	if (is_hidden(path) || (path.n && path.p[path.n - 1] == '/'))
		return true;
	if (a->wacz)
		return !view_starts(path, VIEW("archive/"));
	return a->pack && ours_is_closing(path);
}

/* What can't be converted is taken as it stands. */
static struct view path_of(const struct archive_functions *la, struct archive_entry *entry)
{
	const char *path = la->entry_pathname_utf8(entry);
	struct view v = view_of(path ? path : la->entry_pathname(entry));
	while (view_starts(v, VIEW("./")))
		v = view_from(v, 2);
	return v;
}

static int name_member(struct source *source, struct view path)
{
	struct archive_source *a = source->state;
	struct buf whole = BUF_INIT(MIB(1));
	buf_puts(&whole, source->name);
	if (!a->single) {
		buf_putc(&whole, '/');
		buf_putv(&whole, path);
	}
	int result = whole.err ? -ENOMEM : source_name(&a->name, buf_view(&whole));
	buf_free(&whole);
	return result;
}

static int drop_member(struct source *source, struct page *page, int reason, const char *words)
{
	struct archive_source *a = source->state;
	page->capture.file = view_of(page_str(page, buf_view(&a->name)));
	struct view shown = view_of(words);
	return page_drop(page, reason, "%.*s", (int)utf8_valid_prefix(shown), words);
}

/* The archive itself, not a member. */
static int drop_archive(struct source *source, struct page *page, int reason, const char *words)
{
	struct archive_source *a = source->state;
	if (source_name(&a->name, view_of(source->name)))
		return error_set(&page->error, -ENOMEM, "%s: no memory", source->name);
	return drop_member(source, page, reason, words);
}

static int drop_broken(struct source *source, struct page *page, long long at, const char *words)
{
	char text[TEXT_MAX];
	return drop_archive(source, page, GARNER_BAD_ARCHIVE, said_at(source->state, at, words, text));
}

static int begin_member(struct source *source, struct page *page)
{
	struct archive_source *a = source->state;
	struct stream *stream = stream_new(pull_member, NULL, a);
	if (!stream)
		return error_set(&page->error, -ENOMEM, "%s: no memory", a->name.p);
	if (a->bare && ours_is_empty_index(stream_look(stream, SOURCE_PROBE_BYTES))) {
		a->bare = false;
		a->pack = true;
		stream_close(stream);
		return 0;
	}
	a->bare = false;
	a->member = (struct source){ .engine = source->engine, .name = a->name.p, .depth = source->depth + 1 };
	int result = source_begin(&a->member, stream, &page->error);
	if (result == 0 && a->member.ops == &source_archive && a->member.depth >= LIMIT_ARCHIVE_DEPTH) {
		source_end(&a->member);
		return drop_member(source, page, GARNER_TOO_DEEP, "archives nested deeper than the ceiling");
	}
	a->member_open = result == 0;
	return result;
}

static int refuse_kind(struct source *source, struct page *page, struct archive_entry *entry)
{
	const struct archive_source *a = source->state;
	const struct archive_functions *la = a->la;
	if (la->entry_is_encrypted(entry))
		return drop_member(source, page, GARNER_UNSUPPORTED, "encrypted");
	if (la->entry_hardlink(entry) || la->entry_filetype(entry) == AE_IFLNK)
		return drop_member(source, page, GARNER_UNSUPPORTED, "a link");
	return drop_member(source, page, GARNER_UNSUPPORTED, "not a regular file");
}

/* Office documents are zips of XML; their parts are no documents. */
static bool is_office(struct view path)
{
	return view_eq(path, VIEW("[Content_Types].xml")) || view_eq(path, VIEW("word/document.xml")) ||
	       view_eq(path, VIEW("META-INF/manifest.xml"));
}

/* Told of once for each run of them. */
static int broken_header(struct source *source, struct page *page)
{
	struct archive_source *a = source->state;
	if (a->damaged)
		return 0;
	a->damaged = true;
	return drop_broken(source, page, a->la->read_header_position(a->archive), "broken header");
}

/* libarchive converts names by the locale. A program that sets none has "C", where the UTF-8 names of a zip are lost,
 * not even there as bytes: this thread has another one for as long as a header is read. */
static int read_header(struct archive_source *a, struct archive_entry **ret_entry, struct view *ret_path)
{
	locale_t before = a->utf8 ? uselocale(a->utf8) : (locale_t)0;
	int code = a->la->read_next_header(a->archive, ret_entry);
	if (code == ARCHIVE_OK || code == ARCHIVE_WARN)
		*ret_path = path_of(a->la, *ret_entry);
	if (before)
		uselocale(before);
	return code;
}

/* Reads the next header. 0: a member is open, or the entry was passed over. */
static int next_entry(struct source *source, struct page *page)
{
	struct archive_source *a = source->state;
	struct archive_entry *entry;
	struct view path = VIEW_NONE;
	if (a->failed)
		return SOURCE_END;
	int code = read_header(a, &entry, &path);
	if (code == ARCHIVE_RETRY) /* a broken header: behind it others may stand */
		return broken_header(source, page);
	if (code == ARCHIVE_EOF)
		return SOURCE_END;
	if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
		a->failed = true;
		return drop_broken(source, page, a->la->filter_bytes(a->archive, 0), "broken archive");
	}
	a->damaged = false;
	a->single = a->la->format(a->archive) == ARCHIVE_FORMAT_RAW;
	learn(a, path);
	mode_t kind = a->la->entry_filetype(entry);
	if (!a->single && (kind == AE_IFDIR || is_passed_over(a, path)))
		return 0;
	if (is_office(path)) {
		a->failed = true;
		return drop_archive(source, page, GARNER_UNSUPPORTED, "an office document");
	}
	if (name_member(source, path))
		return error_set(&page->error, -ENOMEM, "%s: no memory", source->name);
	if (!a->single && (kind != AE_IFREG || a->la->entry_hardlink(entry) || a->la->entry_is_encrypted(entry)))
		return refuse_kind(source, page, entry);
	return begin_member(source, page);
}

/* libarchive opens with the first read, when the stream stands at its start. */
static int first_open(struct source *source, struct page *page)
{
	struct archive_source *a = source->state;
	if (a->failed || a->la->read_open1(a->archive) == ARCHIVE_OK)
		return 0;
	const char *words = a->la->error_string(a->archive);
	a->failed = true;
	return drop_archive(source, page, GARNER_BAD_ARCHIVE, words ? words : "not an archive");
}

static int archive_next(struct source *source, struct page *page)
{
	struct archive_source *a = source->state;
	if (!a->opened) {
		a->opened = true;
		int result = first_open(source, page);
		if (result)
			return result;
	}
	for (;;) {
		while (!a->member_open) {
			int result = next_entry(source, page);
			if (result)
				return result;
		}
		int result = a->member.ops->next(&a->member, page);
		source->in_work = a->member.in_work ? a->member.in_work : a->name.p;
		if (result != SOURCE_END) {
			if (!page->capture.file.p)
				page->capture.file = view_of(page_str(page, buf_view(&a->name)));
			return result;
		}
		source->in_work = NULL;
		source_end(&a->member);
		a->member_open = false;
	}
}

const struct source_ops source_archive = { "archive", false, archive_bid, archive_open_source, archive_next,
	archive_close_source };
