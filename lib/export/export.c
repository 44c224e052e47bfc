#include "export/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/store.h"
#include "util/file.h"

enum { FLUSH_BYTES = 256 << 10 };

static const struct export_format *const formats[] = { &export_jsonl, &export_csv, &export_txt, &export_tar,
	&export_wet, &export_vertical, &export_wacz, &export_bagit };

struct run {
	const struct export_format *format;
	struct exporter exporter;
	garner_write_fn *write;
	void *user;
	struct error *error;
	char *target, *aside; /* where it is to stand; target.new, while that is written */
	const char *folder;   /* what is in it goes when the export fails */
};

static const struct export_format *format_of(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

/* ---- jsonl, the one format that is documents and nothing else -------------------------------- */

static int jsonl_put(struct exporter *exporter, const struct garner_document *document, struct error *error)
{
	if (exporter->fields)
		fields_write(&exporter->out, document, exporter->fields);
	else
		document_write(&exporter->out, document, DOCUMENT_ALL);
	return buf_putc(&exporter->out, '\n') ? error_set(error, exporter->out.err, "no memory for a document") : 0;
}

const struct export_format export_jsonl = { .name = "jsonl", .kind = EXPORT_STREAM, .put = jsonl_put };

int export_member(struct buf *out, const struct garner_document *document)
{
	buf_reset(out);
	if (document->title) {
		buf_puts(out, document->title);
		buf_puts(out, "\n\n");
	}
	buf_put(out, document->text, document->text_size);
	return buf_putc(out, '\n');
}

/* ---- where it goes --------------------------------------------------------------------------- */

static int failed(struct error *error, const char *what, const char *path)
{
	int code = errno ? errno : EIO;
	return error_set(error, -code, "%s: %s: %s", path, what, strerror(code));
}

static int check_empty(const char *path, bool aside, struct error *error)
{
	int result = 0;
	DIR *dir = opendir(path);
	if (!dir)
		return failed(error, "open", path);
	for (struct dirent *d; (d = readdir(dir));)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			result = -EEXIST;
	closedir(dir);
	return result ? error_set(error, result, "%s: holds something already%s", path,
				aside ? ", perhaps of an export that was killed" : "")
		      : 0;
}

/* A folder that is there stays the user's, with its owner and mode, and is filled where it stands; a new one is made
 * aside. */
static int open_folder(struct run *run, const char *path)
{
	struct stat st;
	size_t n = strlen(path);
	bool there = stat(path, &st) == 0;
	int result = 0;
	while (n > 1 && path[n - 1] == '/')
		n--;
	run->target = strndup(path, n);
	if (!run->target || (!there && asprintf(&run->aside, "%s.new", run->target) < 0)) {
		run->aside = NULL;
		return error_set(run->error, -ENOMEM, "%s: no memory", path);
	}
	const char *folder = there ? path : run->aside;
	if (!there)
		result = file_make_folder(folder, run->error);
	if (!result)
		result = check_empty(folder, !there, run->error);
	if (!result) {
		run->exporter.path = run->folder = folder;
	} else {
		free(run->aside);
		run->aside = NULL;
	}
	return result;
}

/* Removes what stands in the folder open at @fd, folders in it too; takes @fd. */
static void empty_folder(int fd)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *d; (d = readdir(dir));) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 || unlinkat(fd, d->d_name, 0) == 0)
			continue;
		empty_folder(openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
		unlinkat(fd, d->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

/* A device or a pipe takes the bytes as they come. */
static int open_special(struct run *run, const char *path)
{
	if (run->format->kind != EXPORT_STREAM)
		return error_set(run->error, -EINVAL, "%s: format %s needs a regular file", path, run->format->name);
	run->exporter.fd = open(path, O_WRONLY | O_CLOEXEC);
	return run->exporter.fd < 0 ? failed(run->error, "open", path) : 0;
}

static int open_target(struct run *run, const char *path)
{
	struct exporter *e = &run->exporter;
	e->path = path;
	if (!path)
		return 0;
	if (run->format->kind == EXPORT_FOLDER)
		return open_folder(run, path);
	bool special = false;
	int result = file_target(path, &run->target, &special, run->error);
	if (result)
		return result;
	if (special)
		return open_special(run, path);
	if (asprintf(&run->aside, "%s.new", run->target) < 0) {
		run->aside = NULL;
		return error_set(run->error, -ENOMEM, "%s: no memory", path);
	}
	e->fd = open(run->aside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return e->fd < 0 ? failed(run->error, "create", run->aside) : 0;
}

static int flush(struct run *run, size_t above)
{
	struct exporter *e = &run->exporter;
	if (e->out.err)
		return error_set(run->error, e->out.err, "no memory for the export");
	if (run->format->kind != EXPORT_STREAM || e->out.n <= above)
		return 0;
	int result = e->fd >= 0 ? file_write(e->fd, e->out.p, e->out.n, run->error, e->path)
				: run->write(run->user, e->out.p, e->out.n);
	if (result && e->fd < 0)
		result = error_set(run->error, -ECANCELED, "ended by the caller");
	buf_reset(&e->out);
	return result;
}

static int close_file(struct run *run)
{
	int fd = run->exporter.fd;
	run->exporter.fd = -1;
	int result = fsync(fd) < 0 ? failed(run->error, "sync", run->aside) : 0;
	if (close(fd) < 0 && !result)
		result = failed(run->error, "close", run->aside);
	return result;
}

static int publish(struct run *run)
{
	const char *path = run->target;
	if (!run->aside)
		return 0;
	int result = run->folder ? 0 : close_file(run);
	if (!result && rename(run->aside, path) < 0)
		result = failed(run->error, "rename", path);
	if (!result)
		result = file_sync_folder(path, run->error);
	if (!result) {
		free(run->aside);
		run->aside = NULL;
	}
	return result;
}

static void close_run(struct run *run, int result)
{
	struct exporter *e = &run->exporter;
	if (run->format->close)
		run->format->close(e);
	if (e->fd >= 0)
		close(e->fd);
	if (run->folder && result)
		empty_folder(open(run->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (run->aside && (!run->folder || result))
		(void)(run->folder ? rmdir(run->aside) : unlink(run->aside));
	free(run->aside);
	free(run->target);
	buf_free(&e->out);
}

/* ---- the run --------------------------------------------------------------------------------- */

static int put(void *user, const struct garner_document *document, int reason, const char *detail)
{
	struct run *run = user;
	(void)reason;
	(void)detail;
	int result = run->format->put(&run->exporter, document, run->error);
	return result ? result : flush(run, FLUSH_BYTES);
}

static int check(const struct garner_export *export, const struct export_format *format, struct error *error)
{
	if (!format)
		return error_set(error, -EINVAL,
			"format '%s' is none of jsonl, csv, txt, tar.zst, wet, vertical, wacz, bagit", export->format);
	if (export->fields && format != &export_jsonl)
		return error_set(error, -EINVAL, "fields are for the format jsonl");
	if (export->fields && !fields_known(export->fields))
		return error_set(error, -EINVAL, "fields '%s' are none of trafilatura, dolma, schema", export->fields);
	if (!export->path && format->kind != EXPORT_STREAM)
		return error_set(error, -EINVAL, "format %s needs a %s to write", format->name,
			format->kind == EXPORT_FOLDER ? "folder" : "file");
	return 0;
}

int export_run(const char *store, const struct garner_export *export, int64_t clock, const atomic_bool *stop,
	garner_write_fn *write, void *user, struct error *error)
{
	const struct export_format *format = format_of(export->format ? export->format : "jsonl");
	int result = check(export, format, error);
	if (!result && !export->path && !write)
		result = error_set(error, -EINVAL, "neither a path nor a function to write with");
	if (result)
		return result;
	struct run run = { .format = format, .write = write, .user = user, .error = error };
	run.exporter = (struct exporter){ .store = store, .fd = -1, .clock = clock, .fields = export->fields };
	run.exporter.out = BUF_INIT(SIZE_MAX / 4);
	struct garner_filter filter = export->filter;
	filter.with_text = !format->facts;
	result = open_target(&run, export->path);
	if (!result && format->begin)
		result = format->begin(&run.exporter, error);
	if (!result)
		result = store_list(store, &filter, stop, put, &run, error);
	if (!result && format->end)
		result = format->end(&run.exporter, error);
	if (!result)
		result = flush(&run, 0);
	if (!result)
		result = publish(&run);
	close_run(&run, result);
	return result;
}
