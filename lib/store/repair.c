/* The catalogue, manifests, index and seek tables again from packs and manifests alone. What is sound stays where it
 * is; a pack with damage between its documents is copied frame by frame into a new one; torn tails are cut. What is
 * lost is named, document by document, and noted in gone.jsonl. */
#include "store/repair.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "dedup/dedup.h"
#include "export/jsonl.h"
#include "store/gone.h"
#include "store/lock.h"
#include "store/near.h"
#include "store/raw.h"
#include "store/read.h"
#include "store/repack.h"
#include "store/verify.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"
#include "util/map.h"

struct member {
	char path[40];
	uint8_t sha256[32];
	int64_t frame, at, size;
	uint32_t packed;
};

/* One pack in work. */
struct mend {
	struct repair *repair;
	int64_t number;
	char *path, *manifest_path;
	int fd;
	int64_t size, documents_end;
	struct member *members;
	size_t count, cap;
	struct pack_frame frame; /* in work */
	bool damaged;		 /* between documents */
	bool sealed;
	struct buf lines;   /* the manifest as it is found */
	struct map by_path; /* path -> offset + 1 of its line */
	struct buf made;    /* the manifest as it will be */
	struct arena arena;
};

struct repair {
	struct store *store;
	garner_finding_fn *fn;
	void *user;
	uint64_t findings;
	struct error *error;
	int64_t *damaged;
	size_t damaged_count;
	int64_t open_pack;     /* -1 */
	int64_t raw_end[4096]; /* of the last record that a document refers to */
	struct map gone;       /* numbers */
	struct store_reader *reader;
};

static void say(struct repair *repair, const char *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void say(struct repair *repair, const char *place, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	repair->findings++;
	if (repair->fn)
		repair->fn(repair->user, place, text);
}

static int no_memory(struct repair *repair)
{
	return error_set(repair->error, -ENOMEM, "%s: no memory for the repair", repair->store->root);
}

/* ---- frames and members -------------------------------------------------------------------- */

static int take_member(void *user, const char *name, struct view bytes, size_t at)
{
	struct mend *m = user;
	if (!is_member_name(view_of(name)) || strlen(name) >= sizeof(m->members->path))
		return 0;
	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 1024;
		struct member *grown = realloc(m->members, cap * sizeof(*grown));
		if (!grown)
			return no_memory(m->repair);
		m->members = grown;
		m->cap = cap;
	}
	struct member *member = &m->members[m->count++];
	*member = (struct member){
		.frame = m->frame.offset, .packed = m->frame.packed, .at = (int64_t)at, .size = (int64_t)bytes.n
	};
	memcpy(member->path, name, strlen(name) + 1);
	sha256_of(bytes, member->sha256);
	return 0;
}

static bool is_document_frame(struct view raw)
{
	return raw.n >= 512 && memcmp(raw.p + 257, "ustar", 5) == 0 &&
	       is_member_name(view_make(raw.p, strnlen(raw.p, 100)));
}

static int walk(struct mend *m)
{
	struct repair *repair = m->repair;
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	int64_t bad_from = -1;
	int result = 0;
	for (int64_t at = 0; result >= 0 && at < m->size;) {
		const char *why = NULL;
		struct error ignored = { 0 };
		result = pack_next(m->fd, m->path, at, m->size, &raw, &m->frame, &why, repair->error);
		size_t before = m->count;
		if (result == PACK_DATA && is_document_frame(buf_view(&raw))) {
			result = pack_members(buf_view(&raw), take_member, m, &ignored);
			if (result == -EBADMSG) {
				m->count = before;
				result = PACK_BAD;
				why = "a broken tar";
			} else if (!result) {
				m->damaged |= bad_from >= 0;
				bad_from = -1;
				m->documents_end = at + m->frame.packed;
				result = catalogue_add_frame(
					repair->store->catalogue, m->number, &m->frame, repair->error);
			}
		}
		if (result == PACK_BAD) {
			say(repair, m->path, "offset %lld: %s", (long long)at, why);
			if (bad_from < 0)
				bad_from = at;
			result = pack_seek_frame(m->fd, m->path, at, m->size, &at, repair->error);
			continue;
		}
		at += m->frame.packed;
	}
	buf_free(&raw);
	return result < 0 ? result : 0;
}

/* Sealed and sound by its own closing members: it stays as it is. */
static int is_sound(struct mend *m)
{
	struct error ignored = { 0 };
	struct verify verify = { .error = &ignored };
	return verify_pack(&verify, m->path) == 0 && verify.findings == 0;
}

/* ---- manifest lines ------------------------------------------------------------------------ */

static int index_line(struct mend *m, struct view line, int64_t offset)
{
	struct garner_document d;
	struct error why = { 0 };
	arena_reset(&m->arena);
	if (line.n == 0)
		return 0;
	if (document_read(&m->arena, line, &d, &why) || !d.path || !d.id || !d.sha256 || d.n < 0) {
		say(m->repair, m->manifest_path, "offset %lld: %s", (long long)offset,
			why.code ? why.text : "not a manifest line");
		return 0;
	}
	if (d.n >= m->repair->store->next_n)
		m->repair->store->next_n = d.n + 1;
	uint64_t *value = map_put(&m->by_path, view_of(d.path));
	if (!value)
		return no_memory(m->repair);
	*value = (uint64_t)offset + 1;
	return 0;
}

static int read_segment(struct mend *m)
{
	struct error ignored = { 0 };
	struct stat st;
	if (stat(m->manifest_path, &st) < 0) {
		say(m->repair, m->manifest_path, "missing");
		return 0;
	}
	int result = file_read(m->manifest_path, (size_t)st.st_size + MIB(1), &m->lines, &ignored);
	if (result == -ENOMEM)
		return no_memory(m->repair);
	if (result)
		say(m->repair, m->manifest_path, "%s", ignored.text);
	return 0;
}

static int read_closing(struct mend *m)
{
	struct pack_frame *frames = NULL;
	struct closing closing;
	size_t count = 0;
	int result = pack_frames(m->fd, m->path, m->size, &frames, &count, m->repair->error);
	if (!result)
		result = closing_read(m->fd, m->path, frames, count, &closing, m->repair->error);
	free(frames);
	if (result)
		return result;
	m->lines = BUF_INIT(closing.manifest.n + 1);
	result = buf_putv(&m->lines, closing.manifest);
	closing_free(&closing);
	return result ? no_memory(m->repair) : 0;
}

static int read_lines(struct mend *m)
{
	int result = m->sealed ? read_closing(m) : read_segment(m);
	struct view rest = buf_view(&m->lines), line;
	const char *start = rest.p;
	while (!result && view_next_line(&rest, &line))
		result = index_line(m, line, line.p - start);
	return result;
}

/* A document whose facts are lost: what its member says of itself. */
static int bare_line(struct mend *m, const struct member *member, struct garner_document *d)
{
	char hex[65];
	hex_of(member->sha256, 32, hex);
	const char *id = strchr(member->path, '_') + 1;
	*d = (struct garner_document){ .n = (int64_t)strtoll(member->path, NULL, 10),
		.dup_of = GARNER_NO_NUMBER,
		.revision_of = GARNER_NO_NUMBER };
	d->near.n = d->src.offset = d->src.length = d->raw.offset = d->raw.length = d->raw.group = GARNER_NO_NUMBER;
	d->id = arena_strndup(&m->arena, id, 16);
	d->path = arena_strndup(&m->arena, member->path, strlen(member->path));
	d->sha256 = arena_strndup(&m->arena, hex, 64);
	d->text_size = (size_t)(member->size > 0 ? member->size - 1 : 0);
	static const char *const words[] = { "facts lost, text whole" };
	d->errors = words;
	d->error_count = 1;
	say(m->repair, m->manifest_path, "document %lld (%s): its text is whole, its facts are lost", (long long)d->n,
		member->path);
	return d->id && d->path && d->sha256 ? 0 : no_memory(m->repair);
}

static int facts_of(struct mend *m, const struct member *member, struct garner_document *d)
{
	char hex[65];
	uint64_t *at = map_get(&m->by_path, view_of(member->path));
	arena_reset(&m->arena);
	if (at && *at) {
		struct view line = view_from(buf_view(&m->lines), (size_t)*at - 1);
		line = view_first(line, view_find_byte(line, '\n'));
		*at = 0;
		int result = document_read(&m->arena, line, d, NULL);
		if (result == -ENOMEM)
			return no_memory(m->repair);
		hex_of(member->sha256, 32, hex);
		if (!result && strcmp(d->sha256, hex) == 0)
			return 0;
		say(m->repair, m->path, "%s: has another digest than its manifest line", member->path);
	}
	return bare_line(m, member, d);
}

static void note_raw(struct repair *repair, const struct garner_document *d, struct catalogue_document *row)
{
	if (!d->raw.file || !view_starts(view_of(d->raw.file), VIEW("raw/")))
		return;
	row->raw = (int64_t)strtoll(d->raw.file + 4, NULL, 10);
	row->raw_at = d->raw.offset;
	int64_t end = d->raw.offset + d->raw.length;
	if (row->raw >= 0 && row->raw < 4096 && repair->raw_end[row->raw] < end)
		repair->raw_end[row->raw] = end;
}

enum { GONE_LOST = 1, GONE_TAKEN_OUT };

/* Its line and its bytes stay until a repack, as they were; no row leads to them. */
static int pass_over(struct mend *m, const struct garner_document *d)
{
	char key[24];
	document_write(&m->made, d, DOCUMENT_MANIFEST);
	buf_putc(&m->made, '\n');
	snprintf(key, sizeof(key), "%lld", (long long)m->number);
	return catalogue_count(m->repair->store->catalogue, "forgot", key, 1, m->repair->error);
}

static int put_document(struct mend *m, const struct member *member)
{
	struct repair *repair = m->repair;
	struct store *store = repair->store;
	struct garner_document d;
	struct catalogue_document row;
	char name[64];
	int result = facts_of(m, member, &d);
	if (result)
		return result;
	result = catalogue_document(store->catalogue, d.n, &row, repair->error);
	if (result <= 0) {
		/* A repack that did not come to its end left two copies: this pack is made again without its own. */
		m->damaged = true;
		return result;
	}
	store_file_name(CATALOGUE_PACK, m->number, name);
	d.store.pack = name;
	d.store.offset = member->frame;
	d.store.length = member->packed;
	const uint64_t *gone = map_get(&repair->gone, view_make((const char *)&d.n, sizeof(d.n)));
	if (gone && *gone == GONE_TAKEN_OUT)
		return pass_over(m, &d);
	store_row(&d, member->sha256, &row);
	note_raw(repair, &d, &row);
	row.pack = m->number;
	row.frame = member->frame;
	row.at = member->at;
	row.size = member->size;
	row.line = (int64_t)m->made.n;
	document_write(&m->made, &d, DOCUMENT_MANIFEST);
	row.line_size = (int64_t)m->made.n - row.line;
	buf_putc(&m->made, '\n');
	if (m->made.err)
		return no_memory(repair);
	if (d.n >= store->next_n)
		store->next_n = d.n + 1;
	result = catalogue_add(store->catalogue, &row, repair->error);
	return result ? result : store_count(store->catalogue, &row, 1, repair->error);
}

/* Lines whose member is gone with a damaged frame. */
static int name_lost(struct mend *m)
{
	struct view rest = buf_view(&m->lines), line;
	const char *start = rest.p;
	int result = 0;
	while (!result && view_next_line(&rest, &line)) {
		struct garner_document d;
		arena_reset(&m->arena);
		if (line.n == 0 || document_read(&m->arena, line, &d, NULL) || !d.path || !d.id)
			continue;
		uint64_t *at = map_get(&m->by_path, view_of(d.path));
		if (!at || *at != (uint64_t)(line.p - start) + 1)
			continue;
		if (map_get(&m->repair->gone, view_make((char *)&d.n, sizeof(d.n))))
			continue;
		say(m->repair, m->path, "document %lld (%s)%s%s: lost", (long long)d.n, d.path, d.url ? " " : "",
			d.url ? d.url : "");
		result = store_gone(
			m->repair->store, d.n, strtoull(d.id, NULL, 16), NULL, "damaged", true, m->repair->error);
	}
	return result;
}

static int put_files(struct mend *m, bool whole)
{
	struct store *store = m->repair->store;
	struct catalogue_file file = { .kind = CATALOGUE_PACK,
		.number = m->number,
		.since = store->clock,
		.size = m->sealed ? m->size
			: whole	  ? m->documents_end
				  : m->size,
		.sealed = m->sealed,
		.has_sha256 = m->sealed };
	int result = m->sealed ? store_digest(m->fd, m->path, m->size, file.sha256, m->repair->error) : 0;
	if (!result)
		result = catalogue_put_file(store->catalogue, &file, m->repair->error);
	file.kind = CATALOGUE_MANIFEST;
	file.size = (int64_t)m->made.n;
	sha256_of(buf_view(&m->made), file.sha256);
	return result ? result : catalogue_put_file(store->catalogue, &file, m->repair->error);
}

static int publish_segment(struct mend *m)
{
	struct buf had = BUF_INIT(0);
	struct error ignored = { 0 };
	bool same = file_read(m->manifest_path, m->made.n + 1, &had, &ignored) == 0 &&
		    view_eq(buf_view(&had), buf_view(&m->made));
	buf_free(&had);
	return same ? 0 : file_publish(m->manifest_path, buf_view(&m->made), m->repair->error);
}

static int cut_tail(struct mend *m)
{
	struct repair *repair = m->repair;
	if (m->documents_end == m->size)
		return 0;
	say(repair, m->path, "%lld bytes behind the last document are cut", (long long)(m->size - m->documents_end));
	int fd = open(m->path, O_WRONLY | O_CLOEXEC), result = 0;
	if (fd < 0 || ftruncate(fd, m->documents_end) < 0)
		result = error_set(repair->error, -errno, "%s: cut: %s", m->path, strerror(errno));
	else
		result = file_sync(fd, repair->error, m->path);
	if (fd >= 0)
		close(fd);
	return result;
}

static int mend_all(struct mend *m)
{
	struct repair *repair = m->repair;
	int result = walk(m);
	if (!result) {
		m->sealed = !m->damaged && is_sound(m);
		result = read_lines(m);
	}
	for (size_t i = 0; !result && i < m->count; i++)
		result = put_document(m, &m->members[i]);
	if (!result)
		result = name_lost(m);
	if (!result && !m->sealed && !m->damaged)
		result = cut_tail(m);
	if (!result)
		result = publish_segment(m);
	if (!result)
		result = put_files(m, !m->damaged);
	if (result)
		return result;
	/* Only the newest may stay open; others, and those with damage, are made again. */
	if (m->damaged || (!m->sealed && repair->open_pack >= 0))
		repair->damaged[repair->damaged_count++] = m->damaged ? m->number : repair->open_pack;
	if (!m->sealed && !m->damaged)
		repair->open_pack = m->number;
	return 0;
}

static int mend_pack(struct repair *repair, int64_t number)
{
	struct stat st;
	char name[64];
	struct mend m = { .repair = repair, .number = number, .fd = -1 };
	m.made = BUF_INIT(SIZE_MAX / 2);
	arena_init(&m.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	store_file_name(CATALOGUE_PACK, number, name);
	m.path = store_path(repair->store, name);
	store_file_name(CATALOGUE_MANIFEST, number, name);
	m.manifest_path = store_path(repair->store, name);
	int result = m.path && m.manifest_path ? 0 : no_memory(repair);
	if (!result) {
		m.fd = open(m.path, O_RDONLY | O_CLOEXEC);
		if (m.fd < 0 || fstat(m.fd, &st) < 0)
			result = error_set(repair->error, -errno, "%s: open: %s", m.path, strerror(errno));
		else
			m.size = st.st_size;
	}
	if (!result)
		result = mend_all(&m);
	if (m.fd >= 0)
		close(m.fd);
	free(m.path);
	free(m.manifest_path);
	free(m.members);
	buf_free(&m.lines);
	buf_free(&m.made);
	map_free(&m.by_path);
	arena_free(&m.arena);
	return result;
}

/* ---- folders -------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* Numbers of the files with @suffix in a folder, sorted. malloc'd. */
static int numbers_in(struct repair *repair, const char *folder, const char *suffix, int64_t **ret, size_t *ret_count)
{
	char *path = store_path(repair->store, folder);
	DIR *dir = path ? opendir(path) : NULL;
	int64_t *numbers = NULL;
	size_t count = 0;
	int result = path ? 0 : no_memory(repair);
	for (struct dirent *entry; dir && !result && (entry = readdir(dir));) {
		if (!ascii_is_digit(entry->d_name[0]) || !view_ends(view_of(entry->d_name), view_of(suffix)))
			continue;
		int64_t *grown = realloc(numbers, (count + 1) * sizeof(*grown));
		if (!grown) {
			result = no_memory(repair);
			break;
		}
		numbers = grown;
		numbers[count++] = (int64_t)strtoll(entry->d_name, NULL, 10);
	}
	if (dir)
		closedir(dir);
	free(path);
	if (count)
		qsort(numbers, count, sizeof(*numbers), by_number);
	*ret = numbers;
	*ret_count = count;
	return result;
}

static int mend_packs(struct repair *repair)
{
	int64_t *packs, *segments;
	size_t count, segment_count;
	int result = numbers_in(repair, "packs", ".tar.zst", &packs, &count);
	if (result)
		return result;
	repair->damaged = calloc(count + 1, sizeof(*repair->damaged));
	if (!repair->damaged)
		result = no_memory(repair);
	for (size_t i = 0; !result && i < count; i++)
		result = mend_pack(repair, packs[i]);
	if (count)
		repair->store->next_pack = packs[count - 1] + 1;
	/* Segments whose pack is missing. */
	if (!result)
		result = numbers_in(repair, "manifest", ".jsonl", &segments, &segment_count);
	for (size_t i = 0; !result && i < segment_count; i++) {
		if (bsearch(&segments[i], packs, count, sizeof(*packs), by_number))
			continue;
		char name[64];
		struct mend m = { .repair = repair, .number = segments[i], .fd = -1 };
		arena_init(&m.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
		store_file_name(CATALOGUE_PACK, segments[i], name);
		m.path = store_path(repair->store, name);
		store_file_name(CATALOGUE_MANIFEST, segments[i], name);
		m.manifest_path = store_path(repair->store, name);
		result = m.path && m.manifest_path ? read_lines(&m) : no_memory(repair);
		if (!result && m.by_path.count)
			say(repair, m.path, "missing");
		if (!result)
			result = name_lost(&m);
		if (!result && unlink(m.manifest_path) < 0)
			result = error_set(repair->error, -errno, "%s: remove: %s", m.manifest_path, strerror(errno));
		if (segments[i] >= repair->store->next_pack)
			repair->store->next_pack = segments[i] + 1;
		free(m.path);
		free(m.manifest_path);
		buf_free(&m.lines);
		map_free(&m.by_path);
		arena_free(&m.arena);
	}
	free(packs);
	if (!result)
		free(segments);
	return result;
}

/* ---- logs ------------------------------------------------------------------------------------ */

struct log_reader {
	struct repair *repair;
	const char *path;
	struct index_count *count;
	struct buf good;
};

static int take_run(void *user, struct view line, int64_t offset)
{
	struct log_reader *log = user;
	struct error why = { 0 };
	if (index_count_run(log->count, line, &why)) {
		say(log->repair, log->path, "offset %lld: %s: the line is dropped", (long long)offset, why.text);
		return 0;
	}
	buf_putv(&log->good, line);
	return buf_putc(&log->good, '\n');
}

static int take_gone(void *user, struct view line, int64_t offset)
{
	struct log_reader *log = user;
	struct store *store = log->repair->store;
	struct gone gone;
	if (gone_read(line, &gone)) {
		say(log->repair, log->path, "offset %lld: not a line of it: dropped", (long long)offset);
		return 0;
	}
	if (gone.n >= store->next_n)
		store->next_n = gone.n + 1;
	uint64_t *value = map_put(&log->repair->gone, view_make((char *)&gone.n, sizeof(gone.n)));
	buf_putv(&log->good, line);
	if (!value || buf_putc(&log->good, '\n'))
		return no_memory(log->repair);
	*value = gone.lost ? GONE_LOST : GONE_TAKEN_OUT;
	int result = gone.lost ? 0 : catalogue_add_gone(store->catalogue, gone.id, log->repair->error);
	return result ? result : catalogue_count(store->catalogue, "sum", "gone", 1, log->repair->error);
}

static int take_seen(void *user, struct view line, int64_t offset)
{
	struct log_reader *log = user;
	struct arena arena;
	struct garner_document d;
	int result = 0;
	arena_init(&arena, MIB(1));
	if (document_read(&arena, line, &d, NULL) || d.n < 0) {
		say(log->repair, log->path, "offset %lld: not a line of it: dropped", (long long)offset);
	} else {
		buf_putv(&log->good, line);
		result = buf_putc(&log->good, '\n');
		if (!result && d.url)
			result = catalogue_add_url(
				log->repair->store->catalogue, catalogue_url_key(d.url), d.n, log->repair->error);
	}
	arena_free(&arena);
	return result;
}

/* Reads a log line by line and leaves only sound lines in it. */
static int mend_log(struct repair *repair, int number, segment_line_fn *fn, struct index_count *count)
{
	char name[64];
	struct stat st;
	store_file_name(CATALOGUE_LOG, number, name);
	char *path = store_path(repair->store, name);
	struct log_reader log = { .repair = repair, .path = path, .count = count, .good = BUF_INIT(SIZE_MAX / 2) };
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1, result = path ? 0 : no_memory(repair);
	int64_t size = fd >= 0 && fstat(fd, &st) == 0 ? st.st_size : 0;
	if (fd >= 0) {
		result = segment_each(fd, path, size, fn, &log, repair->error);
		close(fd);
	}
	if (!result && (int64_t)log.good.n != size)
		result = file_publish(path, buf_view(&log.good), repair->error);
	if (!result)
		result = segment_open(&repair->store->logs[number], path, (int64_t)log.good.n, repair->error);
	buf_free(&log.good);
	free(path);
	return result;
}

static int put_run_totals(struct repair *repair, const struct index_head *head)
{
	struct catalogue *catalogue = repair->store->catalogue;
	const struct {
		const char *name;
		int64_t value;
	} runs[] = { { "runs", head->runs }, { "inputs", head->inputs }, { "known", head->known },
		{ "dropped", head->dropped } };
	int64_t at = 0;
	int result = 0;
	for (size_t i = 0; !result && i < 4; i++)
		result = catalogue_count(catalogue, "run", runs[i].name, runs[i].value, repair->error);
	for (int i = 1; !result && i < GARNER_REASON_COUNT; i++)
		if (head->by_reason[i])
			result = catalogue_count(
				catalogue, "reason", garner_reason_name(i), head->by_reason[i], repair->error);
	if (!result && head->at && clock_parse(view_of(head->at), &at))
		result = catalogue_set(catalogue, "last_at", at, repair->error);
	return result;
}

/* ---- captures ------------------------------------------------------------------------------- */

static int mend_raw(struct repair *repair, enum catalogue_file_kind kind, const char *suffix)
{
	int64_t *numbers, next = 0;
	size_t count;
	int result = numbers_in(repair, "raw", suffix, &numbers, &count);
	if (!result)
		result = catalogue_get(repair->store->catalogue, "next_raw", 0, &next, repair->error);
	for (size_t i = 0; !result && i < count; i++) {
		struct catalogue_file file = { .kind = kind, .number = numbers[i], .sealed = true, .has_sha256 = true };
		struct stat st;
		char name[64];
		store_file_name(kind, numbers[i], name);
		char *path = store_path(repair->store, name);
		int64_t end = numbers[i] < 4096 ? repair->raw_end[numbers[i]] : 0;
		int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
		if (fd < 0 || fstat(fd, &st) < 0) {
			result = error_set(repair->error, -EIO, "%s: open: %s", name, strerror(errno));
		} else {
			file.size = st.st_size;
			if (st.st_size < end)
				say(repair, path, "%lld bytes, documents refer to %lld: captures are lost",
					(long long)st.st_size, (long long)end);
			/* All of it is kept: a record that no document refers to is a dropped page's, or forgotten. */
			result = store_digest(fd, path, file.size, file.sha256, repair->error);
		}
		if (fd >= 0)
			close(fd);
		free(path);
		if (!result)
			result = catalogue_put_file(repair->store->catalogue, &file, repair->error);
		if (numbers[i] >= next)
			next = numbers[i] + 1;
	}
	free(numbers);
	return result ? result : catalogue_set(repair->store->catalogue, "next_raw", next, repair->error);
}

/* ---- near duplicates ------------------------------------------------------------------------ */

static int add_signature(void *user, const struct catalogue_document *row)
{
	struct repair *repair = user;
	struct arena arena;
	struct garner_document d;
	struct minhash signature;
	arena_init(&arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	int result = store_reader_document(repair->reader, row, true, &arena, &d, repair->error);
	bool fit = !result && d.words >= NEAR_WORDS_MIN && d.dup_of == GARNER_NO_NUMBER;
	if (fit)
		minhash_of(view_make(d.text, d.text_size), &signature);
	if (!result)
		result = near_add(repair->store->near, row->n, row->id, fit ? &signature : NULL, repair->error);
	arena_free(&arena);
	return result;
}

static void remove_folder_files(struct store *store, const char *folder)
{
	char *path = store_path(store, folder);
	DIR *dir = path ? opendir(path) : NULL;
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	free(path);
}

static int add_keys(void *user, const struct catalogue_document *row)
{
	struct repair *repair = user;
	return keys_add(repair->store->keys, row, repair->error);
}

static int mend_near(struct repair *repair)
{
	struct store *store = repair->store;
	struct store_reader reader = { .root = store->root,
		.catalogue = store->catalogue,
		.fd = -1,
		.frame = -1,
		.pack = -1,
		.raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1) };
	reader.lines = (struct line_reader){ .root = store->root, .fd = -1 };
	remove_folder_files(store, "near");
	remove_folder_files(store, "keys");
	int result = keys_open(store->root, store->root, store->catalogue, false, &store->keys, repair->error);
	if (!result)
		result = catalogue_each_key(store->catalogue, 0, add_keys, repair, repair->error);
	if (!result)
		result = near_open(store->root, store->root, store->catalogue, 0, &store->near, repair->error);
	repair->reader = &reader;
	if (!result)
		result = catalogue_each(store->catalogue, NULL, add_signature, repair, repair->error);
	if (!result)
		result = near_fill(store->near, store->next_n, repair->error);
	line_reader_close(&reader.lines);
	if (reader.fd >= 0)
		close(reader.fd);
	free(reader.pack_path);
	buf_free(&reader.raw);
	return result;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int mend_store(struct repair *repair)
{
	struct store *store = repair->store;
	struct index_count count;
	index_count_init(&count);
	int result = mend_log(repair, LOG_RUNS, take_run, &count);
	if (!result)
		result = mend_log(repair, LOG_GONE, take_gone, NULL);
	if (!result)
		result = put_run_totals(repair, &count.head);
	index_count_free(&count);
	if (!result)
		result = mend_packs(repair);
	if (!result)
		result = mend_log(repair, LOG_SEEN, take_seen, NULL);
	if (!result)
		result = mend_raw(repair, CATALOGUE_RAW, ".warc.gz");
	if (!result)
		result = mend_raw(repair, CATALOGUE_RAW_ZSTD, ".warc.zst");
	if (!result)
		result = catalogue_commit(store->catalogue, repair->error);
	for (size_t i = 0; !result && i < repair->damaged_count; i++)
		result = store_repack_packs(store, &repair->damaged[i], 1, repair->error);
	if (!result)
		result = mend_near(repair);
	if (!result)
		result = store_open_pack(
			store, repair->open_pack >= 0 ? repair->open_pack : store->next_pack, repair->error);
	if (!result)
		result = catalogue_set(store->catalogue, "derived", 0, repair->error);
	if (!result)
		result = store_commit(store, repair->error);
	remove_folder_files(store, "index");
	return result ? result : store_derive(store, repair->error);
}

static int move_aside(struct store *store, const char *from, const char *to, struct error *error)
{
	char *a = store_path(store, from), *b = store_path(store, to);
	int result = a && b ? 0 : error_set(error, -ENOMEM, "%s: no memory", store->root);
	if (!result && rename(a, b) < 0 && errno != ENOENT)
		result = error_set(error, -errno, "%s: rename: %s", a, strerror(errno));
	free(a);
	free(b);
	return result;
}

static void remove_file(struct store *store, const char *name)
{
	char *path = store_path(store, name);
	if (path)
		unlink(path);
	free(path);
}

/* The old one goes aside first: with none in place the next run says "repair", never trusts a wrong one. */
static int publish_catalogue(struct store *store, struct error *error)
{
	int result = move_aside(store, "catalogue.db-wal", "catalogue.db.old-wal", error);
	if (!result)
		result = move_aside(store, "catalogue.db", "catalogue.db.old", error);
	remove_file(store, "catalogue.db-shm");
	if (!result)
		result = move_aside(store, "catalogue.db.new", "catalogue.db", error);
	char *path = result ? NULL : store_path(store, "catalogue.db");
	if (path)
		result = file_sync_folder(path, error);
	free(path);
	if (!result) {
		remove_file(store, "catalogue.db.old");
		remove_file(store, "catalogue.db.old-wal");
		remove_file(store, "catalogue.db.old-shm");
		remove_file(store, "catalogue.db.new-wal");
		remove_file(store, "catalogue.db.new-shm");
	}
	return result;
}

static int open_new(struct repair *repair)
{
	struct store *store = repair->store;
	struct stat st;
	struct error why = { 0 };
	remove_file(store, "catalogue.db.new");
	remove_file(store, "catalogue.db.new-wal");
	remove_file(store, "catalogue.db.new-shm");
	char *fresh = store_path(store, "catalogue.db.new"), *old = store_path(store, "catalogue.db");
	char *older = store_path(store, "catalogue.db.old");
	int result = fresh && old && older ? catalogue_open(fresh, CATALOGUE_WRITE, &store->catalogue, repair->error)
					   : no_memory(repair);
	const char *from = !result && stat(old, &st) < 0 ? older : old;
	if (!result && stat(from, &st) < 0)
		say(repair, old, "it is not there: sources and their state, if there were any, are lost with it");
	else if (!result && catalogue_copy_foreign(store->catalogue, from, &why))
		say(repair, from, "sources and their state can't be read: %s", why.text);
	free(fresh);
	free(old);
	free(older);
	return result;
}

int store_repair(const char *path, const struct engine *engine, garner_finding_fn *fn, void *user, struct error *error)
{
	struct stat st;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_set(error, -ENOENT, "%s: not a store", path);
	struct repair *repair = calloc(1, sizeof(*repair));
	struct store *store = repair ? store_make(path, engine, error) : NULL;
	if (!store) {
		free(repair);
		return error_set(error, -ENOMEM, "%s: no memory", path);
	}
	*repair = (struct repair){ .store = store, .fn = fn, .user = user, .error = error, .open_pack = -1 };
	char *lock = store_path(store, "lock"), *packs = store_path(store, "packs");
	int result = lock && packs ? 0 : no_memory(repair);
	if (!result && stat(packs, &st) < 0)
		result = error_set(error, -ENOENT, "%s: not a store: it has no packs", path);
	if (!result)
		result = store_make_folders(store, error);
	if (!result)
		result = lock_take(lock, (int64_t)time(NULL), &store->lock_fd, error);
	free(lock);
	free(packs);
	if (!result)
		result = open_new(repair);
	if (!result)
		result = mend_store(repair);
	if (!result) {
		/* Closed before it is renamed: its log is part of it until then. */
		store_close(store);
		result = publish_catalogue(store, error);
	}
	uint64_t findings = repair->findings;
	map_free(&repair->gone);
	free(repair->damaged);
	free(repair);
	store_dispose(store);
	return result ? result : findings ? 1 : 0;
}
