/* One pack: its frames, its documents, its manifest. What is sound stays as it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/format.h"
#include "store/raw.h"
#include "store/repair_inner.h"
#include "store/repack.h"
#include "store/verify.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

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
			return repair_no_memory(m->repair);
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
			repair_say(repair, m->path, "offset %lld: %s", (long long)at, why);
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
		repair_say(m->repair, m->manifest_path, "offset %lld: %s", (long long)offset,
			why.code ? why.text : "not a manifest line");
		return 0;
	}
	if (d.n >= m->repair->store->next_n)
		m->repair->store->next_n = d.n + 1;
	uint64_t *value = map_put(&m->by_path, view_of(d.path));
	if (!value)
		return repair_no_memory(m->repair);
	*value = (uint64_t)offset + 1;
	return 0;
}

static int read_segment(struct mend *m)
{
	struct error ignored = { 0 };
	struct stat st;
	if (stat(m->manifest_path, &st) < 0) {
		repair_say(m->repair, m->manifest_path, "missing");
		return 0;
	}
	int result = file_read(m->manifest_path, (size_t)st.st_size + MIB(1), &m->lines, &ignored);
	if (result == -ENOMEM)
		return repair_no_memory(m->repair);
	if (result)
		repair_say(m->repair, m->manifest_path, "%s", ignored.text);
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
	return result ? repair_no_memory(m->repair) : 0;
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
	repair_say(m->repair, m->manifest_path, "document %lld (%s): its text is whole, its facts are lost",
		(long long)d->n, member->path);
	return d->id && d->path && d->sha256 ? 0 : repair_no_memory(m->repair);
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
			return repair_no_memory(m->repair);
		hex_of(member->sha256, 32, hex);
		if (!result && strcmp(d->sha256, hex) == 0)
			return 0;
		repair_say(m->repair, m->path, "%s: has another digest than its manifest line", member->path);
	}
	return bare_line(m, member, d);
}

static void note_raw(struct repair *repair, const struct garner_document *d, struct catalogue_document *row)
{
	if (!d->raw.file || !view_starts(view_of(d->raw.file), VIEW("raw/")))
		return;
	row->raw = (int64_t)strtoll(d->raw.file + 4, NULL, 10);
	row->raw_at = d->raw.offset;
	struct error why = { 0 };
	if (raw_check(repair->store->root, d, &why) > 0)
		repair_say(repair, d->raw.file, "document %lld (%s)%s%s: its capture is damaged, its text is whole: %s",
			(long long)d->n, d->path, d->url ? " " : "", d->url ? d->url : "", why.text);
	int64_t end = d->raw.offset + d->raw.length;
	if (row->raw >= 0 && row->raw < 4096 && repair->raw_end[row->raw] < end)
		repair->raw_end[row->raw] = end;
}

/* Its line and its bytes stay until a repack, as they were; no row leads to them. */
static int pass_over(struct mend *m, const struct garner_document *d)
{
	char key[24];
	document_write(&m->made, d, DOCUMENT_MANIFEST);
	buf_putc(&m->made, '\n');
	snprintf(key, sizeof(key), "%lld", (long long)m->number);
	return catalogue_count(m->repair->store->catalogue, "forgot", key, 1, m->repair->error);
}

/* gone.jsonl has lost the line, but the old catalogue knows the id: the document does not come back. *ret_out: so it
 * is. */
static int stay_out(struct mend *m, const struct garner_document *d, bool *ret_out)
{
	struct repair *repair = m->repair;
	uint64_t id = strtoull(d->id, NULL, 16);
	int result = catalogue_is_gone(repair->store->catalogue, id, ret_out, repair->error);
	if (result < 0 || !*ret_out)
		return result < 0 ? result : 0;
	repair_say(repair, STORE_GONE_NAME, "document %lld (%s): its line is lost; it was taken out, and stays out",
		(long long)d->n, d->path);
	uint64_t *value = map_put(&repair->gone, view_make((const char *)&d->n, sizeof(d->n)));
	if (!value)
		return repair_no_memory(repair);
	*value = GONE_TAKEN_OUT;
	return store_gone(repair->store, d->n, id, d, "the line that said why is lost", false, repair->error);
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
	bool out = gone && *gone == GONE_TAKEN_OUT;
	if (!gone)
		result = stay_out(m, &d, &out);
	if (result < 0 || out)
		return result < 0 ? result : pass_over(m, &d);
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
		return repair_no_memory(repair);
	if (d.n >= store->next_n)
		store->next_n = d.n + 1;
	result = catalogue_add(store->catalogue, &row, repair->error);
	return result ? result : store_count(store->catalogue, &row, 1, repair->error);
}

/* Lines whose member is gone with a damaged frame, or stands in another pack: one that was moved, or repacked by a run
 * that did not come to its end. */
static int note_missing(struct mend *m)
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
		if (at && *at == (uint64_t)(line.p - start) + 1)
			result = repair_missing(m->repair, m->path, &d);
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
	int result = same ? 0 : repair_put_aside(m->repair);
	return same || result ? result : file_publish(m->manifest_path, buf_view(&m->made), m->repair->error);
}

static int cut_tail(struct mend *m)
{
	struct repair *repair = m->repair;
	if (m->documents_end == m->size)
		return 0;
	repair_say(repair, m->path, "%lld bytes behind the last document are cut",
		(long long)(m->size - m->documents_end));
	int result = repair_put_aside(repair), fd = open(m->path, O_WRONLY | O_CLOEXEC);
	if (result)
		;
	else if (fd < 0 || ftruncate(fd, m->documents_end) < 0)
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
		result = note_missing(m);
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

int repair_pack(struct repair *repair, int64_t number)
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
	int result = m.path && m.manifest_path ? 0 : repair_no_memory(repair);
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

int repair_orphan(struct repair *repair, int64_t number)
{
	char name[64];
	struct mend m = { .repair = repair, .number = number, .fd = -1 };
	arena_init(&m.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	store_file_name(CATALOGUE_PACK, number, name);
	m.path = store_path(repair->store, name);
	store_file_name(CATALOGUE_MANIFEST, number, name);
	m.manifest_path = store_path(repair->store, name);
	int result = m.path && m.manifest_path ? read_lines(&m) : repair_no_memory(repair);
	if (!result && m.by_path.count)
		repair_say(repair, m.path, "missing");
	if (!result)
		result = note_missing(&m);
	if (!result)
		result = repair_put_aside(repair);
	if (!result && unlink(m.manifest_path) < 0)
		result = error_set(repair->error, -errno, "%s: remove: %s", m.manifest_path, strerror(errno));
	free(m.path);
	free(m.manifest_path);
	buf_free(&m.lines);
	map_free(&m.by_path);
	arena_free(&m.arena);
	return result;
}
