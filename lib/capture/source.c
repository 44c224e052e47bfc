#include "capture/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture/folder.h"
#include "capture/hosts.h"
#include "util/limits.h"
#include "util/utf8.h"

/* ---- one source ---------------------------------------------------------------------------- */

static int refused_open(struct source *source, struct error *error)
{
	(void)source;
	(void)error;
	return 0;
}

static int refused_next(struct source *source, struct page *page)
{
	if (source->state)
		return SOURCE_END;
	source->state = source;
	return page_drop(page, GARNER_TOO_DEEP, "more than %d codings on top of each other", LIMIT_CODINGS);
}

static void refused_close(struct source *source)
{
	source->state = NULL;
}

static const struct source_ops source_refused = { "refused", false, NULL, refused_open, refused_next, refused_close };

static const struct source_ops *const bidders[] = { &source_warc, &source_archive, &source_jsonl, &source_mail,
	&source_html, &source_text };

static const struct source_ops *best_bidder(const struct source_probe *probe)
{
	const struct source_ops *best = &source_text;
	int highest = 0;
	for (size_t i = 0; i < sizeof(bidders) / sizeof(bidders[0]); i++) {
		int bid = bidders[i]->bid(probe);
		if (bid > highest) {
			highest = bid;
			best = bidders[i];
		}
	}
	return best;
}

static struct stream *undo(enum stream_coding coding, struct stream *under)
{
	return coding == STREAM_GZIP ? stream_of_gzip(under) : stream_of_zstd(under);
}

enum { PROBE_RAW_BYTES = 64 << 10 };

/* Bids on what stands behind @raw, the first bytes of a coded stream. */
static int probe_coded(struct source *source, struct view raw, enum stream_coding coding,
	const struct source_ops **ret_ops, struct error *error)
{
	struct stream *under = stream_of_view(raw);
	struct stream *plain = under ? undo(coding, under) : NULL;
	if (!plain) {
		stream_close(under);
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	}
	struct source_probe probe = { .name = view_of(source->name), .raw = raw };
	probe.first = stream_look(plain, SOURCE_PROBE_BYTES);
	*ret_ops = best_bidder(&probe);
	stream_close(plain);
	return 0;
}

/* As much of a stream that is not coded as its reader is told by: a line of JSON, SOURCE_PROBE_BYTES, or all there is.
 */
static struct view probe_plain(struct stream *stream, bool *ret_is_lines)
{
	struct view first = VIEW_NONE;
	size_t had;
	do {
		had = first.n;
		first = view_first(stream_more(stream, had), SOURCE_PROBE_BYTES);
		*ret_is_lines = json_lines_begin(first);
	} while (!*ret_is_lines && first.n < SOURCE_PROBE_BYTES && first.n > had);
	return first;
}

/* Finds the reader for source->stream, undoing codings for those that want them undone. */
static int choose(struct source *source, struct error *error)
{
	for (int layers = 0;; layers++) {
		enum stream_coding coding = stream_coding_of(stream_look(source->stream, 4));
		if (coding == STREAM_PLAIN) {
			struct source_probe probe = { .name = view_of(source->name) };
			bool is_lines;
			probe.first = probe.raw = probe_plain(source->stream, &is_lines);
			source->ops = is_lines ? &source_jsonl : best_bidder(&probe);
			return 0;
		}
		struct view raw = stream_look(source->stream, PROBE_RAW_BYTES);
		int result = probe_coded(source, raw, coding, &source->ops, error);
		if (result || source->ops->raw)
			return result;
		if (layers == LIMIT_CODINGS) {
			source->ops = &source_refused;
			return 0;
		}
		struct stream *plain = undo(coding, source->stream);
		if (!plain)
			return error_set(error, -ENOMEM, "%s: no memory", source->name);
		source->stream = plain;
		source->coded = true;
	}
}

int source_begin(struct source *source, struct stream *stream, struct error *error)
{
	source->stream = stream;
	source->coded = false;
	source->state = NULL;
	source->ops = NULL;
	source->in_work = NULL;
	int result = choose(source, error);
	if (result == 0)
		result = source->ops->open(source, error);
	if (result < 0)
		source_end(source);
	return result;
}

void source_end(struct source *source)
{
	if (source->ops)
		source->ops->close(source);
	source->ops = NULL;
	source->stream = stream_close(source->stream);
}

/* ---- the list of inputs -------------------------------------------------------------------- */

struct capture_reader {
	const struct engine *engine;
	const char *const *inputs;
	size_t count, at;
	struct folder *folder; /* being walked */
	struct source source;
	struct hosts *hosts, *own_hosts; /* NULL until there is a URL */
	bool open;			 /* source is */
	bool pass_gone;			 /* see capture_pass_gone */
	bool stopped;			 /* the run was, while bytes were waited for */
	struct buf name;
};

int capture_open(const struct engine *engine, const char *const *inputs, size_t count,
	struct capture_reader **ret_reader, struct error *error)
{
	struct capture_reader *reader = calloc(1, sizeof(*reader));
	if (!reader)
		return error_set(error, -ENOMEM, "no memory for %zu inputs", count);
	reader->engine = engine;
	reader->inputs = inputs;
	reader->count = count;
	reader->name = BUF_INIT(MIB(1));
	*ret_reader = reader;
	return 0;
}

int capture_open_source(const struct engine *engine, const struct source_ops *ops, void *state,
	struct capture_reader **ret_reader, struct error *error)
{
	int result = capture_open(engine, NULL, 0, ret_reader, error);
	if (result == 0) {
		(*ret_reader)->source = (struct source){ .engine = engine, .ops = ops, .state = state };
		(*ret_reader)->open = true;
	}
	return result;
}

struct capture_reader *capture_close(struct capture_reader *reader)
{
	if (reader) {
		if (reader->open)
			source_end(&reader->source);
		folder_close(reader->folder);
		hosts_free(reader->own_hosts);
		buf_free(&reader->name);
		free(reader);
	}
	return NULL;
}

const char *capture_in_work(const struct capture_reader *reader)
{
	if (reader->open && reader->source.in_work)
		return reader->source.in_work;
	return reader->name.n ? reader->name.p : NULL;
}

int source_name(struct buf *out, struct view bytes)
{
	buf_reset(out);
	while (bytes.n) {
		size_t good = utf8_valid_prefix(bytes);
		buf_put(out, bytes.p, good);
		bytes = view_from(bytes, good);
		if (bytes.n)
			buf_printf(out, "\\x%02X", (unsigned char)bytes.p[0]);
		bytes = view_from(bytes, 1);
	}
	return buf_str(out) ? 0 : -ENOMEM;
}

/* The page is a dropped input of this name. */
static int drop_input(struct capture_reader *reader, struct page *page, int reason, const char *words)
{
	page->capture.file = view_of(arena_strdup_view(&page->arena, buf_view(&reader->name)));
	return page_drop(page, reason, "%s", words);
}

static int no_memory(struct page *page)
{
	return error_set(&page->error, -ENOMEM, "no memory for an input");
}

/* Starts on the file open at @fd; takes it. */
static int begin_file(struct capture_reader *reader, int fd, struct page *page)
{
	struct stream *stream = stream_of_fd(fd);
	if (!stream) {
		if (fd > STDIN_FILENO)
			close(fd);
		return no_memory(page);
	}
	stream_stops(stream, reader->engine->stop, &reader->stopped);
	reader->source = (struct source){ .engine = reader->engine, .name = reader->name.p };
	int result = source_begin(&reader->source, stream, &page->error);
	reader->open = result == 0;
	return result;
}

static bool is_url(const char *input)
{
	struct view v = view_of(input);
	return view_starts_nocase(v, VIEW("http://")) || view_starts_nocase(v, VIEW("https://"));
}

bool capture_fetches(const char *const *inputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_url(inputs[i]))
			return true;
	return false;
}

void capture_pass_gone(struct capture_reader *reader)
{
	reader->pass_gone = true;
}

void capture_share_hosts(struct capture_reader *reader, struct hosts *hosts)
{
	reader->hosts = hosts;
}

/* URLs that follow each other are one group: the fetcher works on them side by side. */
static int begin_urls(struct capture_reader *reader, struct page *page)
{
	size_t first = reader->at;
	if (!reader->hosts && !(reader->hosts = reader->own_hosts = hosts_new(&reader->engine->options)))
		return no_memory(page);
	while (reader->at < reader->count && is_url(reader->inputs[reader->at]))
		reader->at++;
	reader->source = (struct source){ .engine = reader->engine,
		.name = reader->inputs[first],
		.ops = &source_fetch,
		.urls = reader->inputs + first,
		.url_count = reader->at - first,
		.hosts = reader->hosts };
	int result = source_fetch.open(&reader->source, &page->error);
	if (result < 0)
		source_end(&reader->source);
	reader->open = result == 0;
	return result;
}

/* "ftp://…": nobody means a folder of that name. */
static bool is_other_url(const char *input)
{
	struct view v = view_of(input);
	size_t colon = view_find(v, VIEW("://"));
	for (size_t i = 0; i < colon; i++)
		if (!ascii_is_alpha(v.p[i]) && !(i && (ascii_is_digit(v.p[i]) || strchr("+-.", v.p[i]))))
			return false;
	return colon > 0 && colon < v.n;
}

static int begin_path(struct capture_reader *reader, const char *path, struct page *page)
{
	struct stat st;
	if (source_name(&reader->name, view_of(path)))
		return no_memory(page);
	if (strcmp(path, "-") == 0)
		return begin_file(reader, STDIN_FILENO, page);
	/* A pipe without a writer is waited for where the run can still be stopped. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		if (code == ENOENT && reader->pass_gone)
			return 0;
		if (code == ENOENT && is_other_url(path))
			return drop_input(reader, page, GARNER_BAD_URL, "only http and https are fetched");
		return drop_input(reader, page, GARNER_UNREADABLE, strerror(code));
	}
	if (S_ISDIR(st.st_mode))
		return folder_open(fd, path, &reader->folder, &page->error);
	return begin_file(reader, fd, page);
}

/* Starts on the next entry of the folder. 0 also at its end. */
static int begin_entry(struct capture_reader *reader, struct page *page)
{
	const char *path = NULL, *words = NULL;
	int fd = -1, result = folder_next(reader->folder, &path, &fd, &words);
	if (result == FOLDER_END) {
		reader->folder = folder_close(reader->folder);
		return 0;
	}
	if (result < 0 || source_name(&reader->name, view_of(path))) {
		if (fd >= 0)
			close(fd);
		return no_memory(page);
	}
	return result ? drop_input(reader, page, result, words) : begin_file(reader, fd, page);
}

static int begin_next(struct capture_reader *reader, struct page *page)
{
	if (reader->folder)
		return begin_entry(reader, page);
	if (is_url(reader->inputs[reader->at]))
		return begin_urls(reader, page);
	return begin_path(reader, reader->inputs[reader->at++], page);
}

bool capture_is_at_hand(const struct capture_reader *reader)
{
	struct stat st;
	for (size_t i = 0; i < reader->count; i++) {
		const char *input = reader->inputs[i];
		int code = strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &st) : is_url(input) ? -1 : stat(input, &st);
		if (code < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			return false;
	}
	return reader->count > 0;
}

int capture_next(struct capture_reader *reader, struct page *page)
{
	for (;;) {
		while (!reader->open) {
			if (!reader->folder && reader->at == reader->count)
				return SOURCE_END;
			int result = begin_next(reader, page);
			if (result)
				return result;
		}
		int result = reader->source.ops->next(&reader->source, page);
		if (reader->stopped)
			return SOURCE_END; /* what was read to there is not the whole of anything */
		if (result != SOURCE_END) {
			if (!page->capture.file.p && !reader->source.urls)
				page->capture.file = view_of(page_str(page, view_of(reader->source.name)));
			return result;
		}
		source_end(&reader->source);
		reader->open = false;
	}
}
