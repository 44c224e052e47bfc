#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "capture/url_parts.h"
#include "capture/feed.h"
#include "capture/fetch.h"
#include "sync/sync.h"
#include "util/file.h"
#include "util/limits.h"

enum { FIRST_INTERVAL = 3600 };

/* Browsers and readers hand feeds on as "feed://host/path" and "feed:https://host/path"
 * (draft-obasanjo-feed-URI-scheme): the address that is meant, in *@ret_copy, free()d by the caller, where it is not
 * the end of @url. */
static const char *without_feed(const char *url, char **ret_copy)
{
	struct view given = view_of(url), rest = view_from(given, 5);
	*ret_copy = NULL;
	if (!view_starts_nocase(given, VIEW("feed:")))
		return url;
	if (fetch_takes(rest))
		return rest.p;
	if (view_starts(rest, VIEW("//")) && asprintf(ret_copy, "http:%s", rest.p) < 0)
		*ret_copy = NULL;
	return *ret_copy ? *ret_copy : url;
}

/* A store that is open for a change of its sources. */
struct desk {
	struct garner *garner;
	struct store *store;
	struct ledger *ledger;
	size_t added, known, refused;
};

static int desk_open(struct garner *garner, const char *path, struct desk *desk)
{
	void *database;
	*desk = (struct desk){ .garner = garner };
	int result = garner_begin(garner);
	if (!result)
		result = store_open(path, &garner->engine, &desk->store, &garner->error);
	if (result)
		return result;
	result = store_change(desk->store, &database, &garner->error);
	return result ? result : ledger_open(database, path, &desk->ledger, &garner->error);
}

static int desk_close(struct desk *desk, int result)
{
	ledger_close(desk->ledger);
	if (!desk->store)
		return result;
	if (result < 0) {
		store_abort(desk->store, result);
		return result;
	}
	int finished = store_finish(desk->store, &desk->garner->error);
	return finished < 0 ? finished : result;
}

/* ---- add --------------------------------------------------------------------------------- */

static int add(struct desk *desk, struct view url, enum ledger_kind kind, bool backfill, struct view title)
{
	int64_t now = desk->garner->engine.options.clock, id = 0;
	struct ledger_source source = { .url = url,
		.kind = kind,
		.backfill = backfill,
		.title = title,
		.added = now,
		.due = now,
		.interval = FIRST_INTERVAL };
	int result = ledger_add(desk->ledger, &source, &id, &desk->garner->error);
	desk->added += result == 0;
	desk->known += result == GARNER_KNOWN;
	return result;
}

static int kind_of(const char *name, enum ledger_kind *ret)
{
	*ret = LEDGER_AUTO;
	for (int i = 0; name && i < LEDGER_KINDS; i++) {
		if (strcmp(name, ledger_kind_name((enum ledger_kind)i)) == 0) {
			*ret = (enum ledger_kind)i;
			return 0;
		}
	}
	return name ? -EINVAL : 0;
}

static int read_url(struct garner *garner, struct view url, struct url_parts *ret_parts)
{
	const char *why = "";
	int result = url_parts_read(url, ret_parts, &why);
	if (result > 0)
		error_set(&garner->error, result, "%s", why);
	if (result < 0)
		error_set(&garner->error, result, "a source can't be taken: %s", strerror(-result));
	return result;
}

static int add_url(struct desk *desk, struct view url, enum ledger_kind kind, bool backfill, struct view title)
{
	struct url_parts parts;
	int result = read_url(desk->garner, url, &parts);
	if (result)
		return result;
	result = add(desk, view_of(parts.url), kind, backfill, title);
	url_parts_free(&parts);
	return result;
}

/* @ret_whole is malloc'd. */
static int find_folder(struct garner *garner, const char *path, char **ret_whole)
{
	struct stat st;
	if (strstr(path, "://"))
		return error_set(&garner->error, -EINVAL, "%s: neither http(s) nor a folder", path);
	char *whole = realpath(path, NULL);
	if (!whole || stat(whole, &st) < 0 || !S_ISDIR(st.st_mode)) {
		int code = whole ? ENOTDIR : errno;
		free(whole);
		return error_set(&garner->error, -EINVAL, "'%s': %s", path, strerror(code));
	}
	*ret_whole = whole;
	return 0;
}

/* A mistake makes no store: what is to be added is looked at first. */
static int check_source(struct garner *garner, const char *url, enum ledger_kind kind, char **ret_folder)
{
	struct url_parts parts;
	if (kind == LEDGER_FOLDER || !fetch_takes(view_of(url)))
		return find_folder(garner, url, ret_folder);
	int result = read_url(garner, view_of(url), &parts);
	if (!result)
		url_parts_free(&parts);
	return result;
}

static int need_both(struct garner *garner, const char *store, const char *what, const char *name)
{
	int result = garner_need(garner, store && *store, "store");
	return result ? result : garner_need(garner, what && *what, name);
}

int garner_source_add(struct garner *garner, const char *store, const char *url, const char *kind_name, bool backfill)
{
	struct desk desk = { .garner = garner };
	enum ledger_kind kind;
	char *folder = NULL;
	garner_enter(garner);
	int result = need_both(garner, store, url, "url");
	if (result)
		return result;
	if (kind_of(kind_name, &kind))
		return error_set(&garner->error, -EINVAL, "'%s' is no kind of source", kind_name);
	char *copy;
	url = without_feed(url, &copy);
	result = check_source(garner, url, kind, &folder);
	if (!result)
		result = desk_open(garner, store, &desk);
	if (!result)
		result = folder ? add(&desk, view_of(folder), LEDGER_FOLDER, true, VIEW_NONE)
				: add_url(&desk, view_of(url), kind, backfill, VIEW_NONE);
	free(folder);
	free(copy);
	return desk_close(&desk, result);
}

static int on_outline(void *user, const struct feed_entry *entry)
{
	struct desk *desk = user;
	char *given = strndup(entry->url.p ? entry->url.p : "", entry->url.n), *copy = NULL;
	const char *url = given ? without_feed(given, &copy) : NULL;
	int result = url ? add_url(desk, view_of(url), LEDGER_AUTO, false, entry->title)
			 : error_set(&desk->garner->error, -ENOMEM, "no memory for a list of feeds");
	free(copy);
	free(given);
	if (result == GARNER_BAD_URL) {
		desk->refused++;
		desk->garner->error = (struct error){ 0 };
	}
	return result < 0 ? result : 0;
}

int garner_source_import(
	struct garner *garner, const char *store, const char *opml, size_t *ret_added, size_t *ret_known)
{
	struct desk desk = { .garner = garner };
	struct feed_head head;
	struct buf text = { 0 };
	struct error error = { 0 };
	garner_enter(garner);
	int result = need_both(garner, store, opml, "opml");
	if (!result)
		result = file_read(opml, LIMIT_BODY_BYTES, &text, &garner->error);
	if (!result && feed_sniff(buf_view(&text)) != FEED_OPML)
		result = error_set(&garner->error, GARNER_BAD_FEED, "%s: not an OPML list of feeds", opml);
	if (!result)
		result = desk_open(garner, store, &desk);
	if (!result) {
		result = feed_read(buf_view(&text), on_outline, &desk, &head, &error);
		if (result > 0)
			error_set(&garner->error, result, "%s: %s", opml, error.text);
	}
	buf_free(&text);
	if (!result && desk.refused)
		result = error_set(&garner->error, GARNER_BAD_URL,
			"%s: %zu %s not fetched: no http(s), or with a user name or password", opml, desk.refused,
			desk.refused == 1 ? "address is" : "addresses are");
	result = desk_close(&desk, result);
	if (ret_added)
		*ret_added = desk.added;
	if (ret_known)
		*ret_known = desk.known;
	return result;
}

/* ---- remove, list ------------------------------------------------------------------------ */

int garner_source_remove(struct garner *garner, const char *store, const char *url)
{
	struct desk desk;
	garner_enter(garner);
	int result = need_both(garner, store, url, "url");
	if (!result)
		result = store_must_exist(store, &garner->error);
	if (result)
		return result;
	char *copy;
	url = without_feed(url, &copy);
	result = desk_open(garner, store, &desk);
	if (!result)
		result = ledger_remove(desk.ledger, url, &garner->error);
	if (result == 1) {
		char *whole = realpath(url, NULL);
		result = whole ? ledger_remove(desk.ledger, whole, &garner->error) : 1;
		free(whole);
	}
	free(copy);
	return desk_close(&desk, result);
}

struct listing {
	garner_source_fn *fn;
	void *user;
	struct arena arena;
};

static int list_one(void *user, const struct ledger_source *s)
{
	struct listing *listing = user;
	struct arena *arena = &listing->arena;
	arena_reset(arena);
	struct garner_source source = { .url = arena_strdup_view(arena, s->url),
		.kind = ledger_kind_name(s->kind),
		.title = s->title.n ? arena_strdup_view(arena, s->title) : NULL,
		.state = s->state.n ? arena_strdup_view(arena, s->state) : NULL,
		.added = s->added,
		.checked = s->checked,
		.changed = s->changed,
		.due = s->due,
		.interval = s->interval,
		.failures = s->failures,
		.items = s->items,
		.waiting = s->waiting,
		.backfill = s->backfill };
	return listing->fn(listing->user, &source);
}

int garner_source_list(struct garner *garner, const char *store, bool all, garner_source_fn *fn, void *user)
{
	struct listing listing = { .fn = fn, .user = user };
	struct ledger *ledger = NULL;
	garner_enter(garner);
	int result = garner_need(garner, store && *store, "store");
	if (!result)
		result = garner_need(garner, fn, "fn");
	if (!result)
		result = ledger_open_reader(store, &ledger, &garner->error);
	arena_init(&listing.arena, MIB(1));
	if (!result)
		result = ledger_sources(ledger, all, list_one, &listing, &garner->error);
	arena_free(&listing.arena);
	ledger_close(ledger);
	return result;
}
