#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture/folder.h"
#include "capture/source.h"
#include "sync/sync.h"
#include "util/limits.h"

/* Files go through in batches: the list of a folder of millions is never in memory. */
enum { BATCH = 1000 };

struct file {
	char *path;
	int64_t size, mtime;
	bool unread; /* the run could not read it: it stays new */
};

struct batch {
	struct sync *sync;
	struct run *run;
	int64_t source;
	struct file files[BATCH];
	size_t count;
	int64_t news, unread;
};

static int64_t mtime_of(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->files[i].path);
	b->count = 0;
}

/* Of an archive that breaks off while it is read, the page is one in it: its name goes on behind the file's. */
static int note_unread(void *user, const struct page *page, struct error *error)
{
	struct batch *b = user;
	struct buf name = BUF_INIT(MIB(1));
	int result = 0;
	for (size_t i = 0; i < b->count && page->reason == GARNER_UNREADABLE && !result; i++) {
		result = source_name(&name, view_of(b->files[i].path));
		struct view file = page->capture.file;
		if (result || !view_starts(file, buf_view(&name)) ||
			(file.n > name.n && !view_starts(view_from(file, name.n), VIEW("/"))))
			continue;
		b->unread += !b->files[i].unread;
		b->files[i].unread = true;
	}
	buf_free(&name);
	return result ? error_set(error, result, "no memory for a file that can't be read") : 0;
}

/* The files are noted as known only behind the run that read them, in the commit that holds their documents. */
static int batch_run(struct batch *b)
{
	struct sync *sync = b->sync;
	struct garner *garner = sync->garner;
	const char *paths[BATCH];
	struct capture_reader *reader = NULL;
	if (b->count == 0)
		return 0;
	for (size_t i = 0; i < b->count; i++)
		paths[i] = b->files[i].path;
	int result = garner_remember(garner, sync->path, paths, b->count);
	if (!result)
		result = capture_open(&garner->engine, paths, b->count, &reader, &garner->error);
	if (!result) {
		capture_pass_gone(reader);
		b->run->settle = note_unread;
		b->run->settle_user = b;
		result = garner_run_reader(garner, b->run, reader);
		b->run->settle = NULL;
	}
	capture_close(reader);
	if (!result && atomic_load(&garner->stop))
		return 0;
	if (!result)
		result = sync_change(sync, &garner->error);
	for (size_t i = 0; i < b->count && !result; i++) {
		const struct file *file = &b->files[i];
		/* What was gone again may come back as it was. */
		if (file->unread || access(file->path, F_OK) < 0)
			continue;
		b->news++;
		result = ledger_note_file(sync->writer, b->source, view_of(file->path), file->size, file->mtime,
			sync->now, &garner->error);
	}
	if (!result)
		result = store_commit_change(sync->store, &garner->error);
	if (!result)
		result = garner_keep_counts(garner, sync->path);
	return result;
}

static int take_file(struct batch *b, const char *path, int fd)
{
	struct sync *sync = b->sync;
	struct stat st;
	bool known = false;
	if (fstat(fd, &st) < 0)
		return 0;
	int result = ledger_file_is_known(
		sync->writer, view_of(path), st.st_size, mtime_of(&st), &known, &sync->garner->error);
	if (result || known)
		return result;
	char *copy = strdup(path);
	if (!copy)
		return error_set(&sync->garner->error, -ENOMEM, "%s: no memory", path);
	b->files[b->count++] = (struct file){ .path = copy, .size = st.st_size, .mtime = mtime_of(&st) };
	if (b->count < BATCH)
		return 0;
	result = batch_run(b);
	batch_clear(b);
	return result;
}

/* An entry that can't be read is an input that failed, as of a folder that is ingested. */
static int refuse_entry(struct batch *b, const char *path, int reason, const char *words)
{
	struct garner *garner = b->sync->garner;
	struct page page = { .options = &garner->engine.options };
	struct buf name = BUF_INIT(MIB(1));
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page_reset(&page);
	int result = source_name(&name, view_of(path));
	if (result < 0)
		error_set(&garner->error, result, "%s: no memory", path);
	page.capture.file = buf_view(&name);
	page_drop(&page, reason, "%s", words);
	if (!result)
		result = garner_run_refused(garner, b->run, &page);
	b->unread++;
	arena_free(&page.arena);
	buf_free(&name);
	return result;
}

static int walk(struct batch *b, const char *root, int *ret_reason)
{
	struct garner *garner = b->sync->garner;
	struct folder *folder = NULL;
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		*ret_reason = GARNER_UNREADABLE;
		return 0;
	}
	int result = folder_open(fd, root, &folder, &garner->error);
	while (!result && !atomic_load(&garner->stop)) {
		const char *path = NULL, *words = NULL;
		result = folder_next(folder, &path, &fd, &words);
		if (result == FOLDER_END) {
			result = 0;
			break;
		}
		if (result > 0 && folder_lost(folder)) {
			result = refuse_entry(b, path, result, words);
		} else if (result > 0) {
			sync_log(b->sync, "file", view_of(path), words);
			result = 0;
		} else if (!result) {
			result = take_file(b, path, fd);
			close(fd);
		}
	}
	folder_close(folder);
	if (!result)
		result = batch_run(b);
	batch_clear(b);
	return result;
}

static int sync_folder(struct sync *sync, struct run *run, struct ledger_source *source, struct arena *arena)
{
	struct batch *b = calloc(1, sizeof(*b));
	struct page page = { .capture = { .status = 0 } };
	struct error *error = &sync->garner->error;
	int reason = 0;
	if (!b)
		return error_set(error, -ENOMEM, "no memory for a folder");
	*b = (struct batch){ .sync = sync, .run = run, .source = source->id };
	int result = walk(b, source->url.p, &reason);
	int64_t news = b->news, unread = b->unread;
	free(b);
	if (!result)
		result = sync_change(sync, error);
	if (result)
		return result;
	sync->garner->report.sources++;
	if (reason) {
		page.arena = *arena;
		page.detail = "the folder can't be opened";
		result = weigh_failure(sync, source, &page, reason);
		*arena = page.arena;
		sync->garner->report.sources_failed++;
	} else {
		weigh_success(sync, source, news > 0, 0);
		source->state = state_words(arena, "%lld files new or changed", (long long)news);
		if (unread)
			source->state = state_words(arena, "%lld files new or changed, %lld not readable",
				(long long)news, (long long)unread);
		*(news ? &sync->garner->report.sources_changed : &sync->garner->report.sources_unchanged) += 1;
	}
	sync_log(sync, "source", source->url, source->state.p);
	if (!result)
		result = ledger_put(sync->writer, source, error);
	return result ? result : store_commit_change(sync->store, error);
}

int sync_folders(struct sync *sync, struct run *run)
{
	struct arena arena;
	struct ledger_source source;
	int64_t after = 0, now = sync->options.all ? INT64_MAX / 4 : sync->now;
	int result = 0;
	arena_init(&arena, MIB(1));
	while (!result && !atomic_load(&sync->garner->stop)) {
		arena_reset(&arena);
		result = ledger_due_folder(sync->writer, now, after, &arena, &source, &sync->garner->error);
		if (result) {
			result = result < 0 ? result : 0;
			break;
		}
		after = source.id;
		result = sync_folder(sync, run, &source, &arena);
	}
	arena_free(&arena);
	return result;
}
