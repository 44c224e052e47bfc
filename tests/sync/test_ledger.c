/* The ledger: what counts as the same article, as new, as changed; what waits; what stays after a cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include "garner.h"
#include "store/ledger.h"
#include "util/limits.h"

struct desk {
	sqlite3 *db;
	struct ledger *ledger;
	int64_t source;
	struct error error;
};

static struct desk open_desk(void)
{
	struct desk desk = { 0 };
	assert_int_equal(sqlite3_open(":memory:", &desk.db), SQLITE_OK);
	assert_int_equal(ledger_open(desk.db, "memory", &desk.ledger, &desk.error), 0);
	struct ledger_source source = { .url = VIEW("http://a.example/feed"), .kind = LEDGER_FEED, .due = 100 };
	assert_int_equal(ledger_add(desk.ledger, &source, &desk.source, &desk.error), 0);
	return desk;
}

static void close_desk(struct desk *desk)
{
	ledger_close(desk->ledger);
	assert_int_equal(sqlite3_close(desk->db), SQLITE_OK);
}

static int see(struct desk *desk, const char *url, const char *guid, const char *title, const char *published)
{
	struct ledger_sighting s = { .source = desk->source,
		.url = view_of(url),
		.key = view_of(url),
		.guid = view_of(guid),
		.title = view_of(title),
		.published = view_of(published),
		.now = 1000 };
	return ledger_see(desk->ledger, &s, &desk->error);
}

/* All that waits ends well. Gives how many. */
static int settle_all(struct desk *desk)
{
	struct arena arena;
	struct ledger_item item;
	struct ledger_outcome done = { .state = LEDGER_DONE, .answered = true, .document = VIEW("0123456789abcdef") };
	int count = 0;
	arena_init(&arena, MIB(1));
	while (ledger_waiting(desk->ledger, 1000, INT64_MIN, 0, &arena, &item, &desk->error) == 0) {
		assert_int_equal(ledger_settle(desk->ledger, item.id, &done, &desk->error), 0);
		count++;
	}
	arena_free(&arena);
	return count;
}

static void knows_an_article_again(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	const char *date = "2024-03-05T08:30:00Z";
	assert_int_equal(see(&desk, "http://a.example/1", "g1", "Ferry late again", date), LEDGER_NEW);
	assert_int_equal(settle_all(&desk), 1);
	assert_int_equal(see(&desk, "http://a.example/1", "g1", "Ferry late again", date), LEDGER_SAME);
	/* a new GUID, a new address, both at once */
	assert_int_equal(see(&desk, "http://a.example/1", "n1", "Ferry late again", date), LEDGER_SAME);
	assert_int_equal(see(&desk, "http://a.example/one", "n1", "Ferry late again", date), LEDGER_SAME);
	assert_int_equal(see(&desk, "http://a.example/uno", "m1", "Ferry late again", date), LEDGER_SAME);
	assert_int_equal(settle_all(&desk), 0);
	/* a new title is an edit, even with all else */
	assert_int_equal(see(&desk, "http://a.example/uno", "m1", "Ferry on time again", date), LEDGER_CHANGED);
	assert_int_equal(settle_all(&desk), 1);
	assert_int_equal(
		see(&desk, "http://a.example/eins", "k1", "UPDATE: Ferry on time again", date), LEDGER_CHANGED);
	assert_int_equal(settle_all(&desk), 1);
	/* another article of the same second; the same title on another day */
	assert_int_equal(see(&desk, "http://a.example/2", "g2", "Fog over the pier", date), LEDGER_NEW);
	assert_int_equal(
		see(&desk, "http://a.example/3", "g3", "Ferry late again", "2024-03-06T08:30:00Z"), LEDGER_NEW);
	assert_int_equal(see(&desk, "http://a.example/4", "g4", "Ferry late again", NULL), LEDGER_NEW);
	assert_int_equal(settle_all(&desk), 3);
	close_desk(&desk);
}

static void knows_titles_without_spaces(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	const char *date = "2024-03-05T08:30:00Z";
	assert_int_equal(see(&desk, "http://a.example/1", "a", "渡船再次晚点一小时", date), LEDGER_NEW);
	settle_all(&desk);
	assert_int_equal(see(&desk, "http://a.example/2", "b", "渡船再次晚点两小时", date), LEDGER_CHANGED);
	assert_int_equal(see(&desk, "http://a.example/3", "c", "码头大雾", date), LEDGER_NEW);
	close_desk(&desk);
}

static void believes_a_source_about_changes(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	struct ledger_sighting s = { .source = desk.source,
		.url = VIEW("http://a.example/1"),
		.key = VIEW("http://a.example/1"),
		.now = 1000,
		.updated = 50,
		.text_key = 7 };
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_NEW);
	settle_all(&desk);
	s.text_key = 8; /* its own date of change stands above the text */
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_SAME);
	s.updated = 60;
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_CHANGED);
	settle_all(&desk);
	s.updated = 0;
	s.text_key = 9;
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_CHANGED);
	/* another source that names the same article changes nothing */
	struct ledger_source other = { .url = VIEW("http://b.example/feed"), .kind = LEDGER_FEED };
	settle_all(&desk);
	assert_int_equal(ledger_add(desk.ledger, &other, &s.source, &desk.error), 0);
	s.text_key = 10;
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_SAME);
	close_desk(&desk);
}

static void keeps_old_articles_from_waiting_until_they_change(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	struct ledger_sighting s = { .source = desk.source,
		.url = VIEW("http://a.example/1"),
		.key = VIEW("http://a.example/1"),
		.now = 1000,
		.updated = 50,
		.old = true };
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_NEW);
	assert_int_equal(settle_all(&desk), 0);
	s.updated = 900;
	s.old = false;
	assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_CHANGED);
	assert_int_equal(settle_all(&desk), 1);
	close_desk(&desk);
}

static void gives_items_in_turns_and_when_due(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	struct arena arena;
	struct ledger_item item;
	char url[64], order[64] = "";
	int64_t turn = INT64_MIN, id = 0;
	for (int i = 0; i < 6; i++) {
		snprintf(url, sizeof(url), "http://%c.example/%d", "ab"[i / 3], i);
		struct ledger_sighting s = { .source = desk.source,
			.url = view_of(url),
			.key = view_of(url),
			.now = i == 5 ? 5000 : 1000,
			.turn = i % 3 };
		assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_NEW);
	}
	arena_init(&arena, MIB(1));
	while (ledger_waiting(desk.ledger, 1000, turn, id, &arena, &item, &desk.error) == 0) {
		snprintf(order + strlen(order), sizeof(order) - strlen(order), "%c", item.url.p[item.url.n - 1]);
		turn = item.turn;
		id = item.id;
		assert_true(view_eq(item.source_url, VIEW("http://a.example/feed")));
	}
	assert_string_equal(order, "03142");
	arena_free(&arena);
	close_desk(&desk);
}

static int64_t due_of(struct desk *desk, int64_t source)
{
	struct arena arena;
	struct ledger_source found;
	arena_init(&arena, MIB(1));
	assert_int_equal(ledger_source(desk->ledger, source, &arena, &found, &desk->error), 0);
	arena_free(&arena);
	return found.due;
}

static void mends_what_a_clock_ahead_has_noted(void **state)
{
	(void)state;
	enum { NOW = 1000, AHEAD = 9000000 };
	struct desk desk = open_desk();
	struct ledger_source looks[] = {
		{ .url = VIEW("http://a.example/ahead"), .kind = LEDGER_FEED, .checked = AHEAD, .due = AHEAD + 900 },
		{ .url = VIEW("http://a.example/right"), .kind = LEDGER_FEED, .checked = NOW, .due = NOW + 86400 },
		{ .url = VIEW("http://a.example/step"), .kind = LEDGER_FEED, .checked = NOW + 60, .due = NOW + 960 },
		{ .url = VIEW("http://a.example/child"),
			.kind = LEDGER_SITEMAP,
			.checked = AHEAD,
			.due = LEDGER_NEVER },
	};
	int64_t ids[4];
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(ledger_add(desk.ledger, &looks[i], &ids[i], &desk.error), 0);
		looks[i].id = ids[i];
		assert_int_equal(ledger_put(desk.ledger, &looks[i], &desk.error), 0);
	}
	for (int i = 0; i < 2; i++) {
		struct ledger_sighting s = { .source = desk.source,
			.url = i ? VIEW("http://a.example/soon") : VIEW("http://a.example/late"),
			.key = i ? VIEW("http://a.example/soon") : VIEW("http://a.example/late"),
			.now = i ? NOW + 3600 : AHEAD };
		assert_int_equal(ledger_see(desk.ledger, &s, &desk.error), LEDGER_NEW);
	}
	assert_int_equal(settle_all(&desk), 0);
	assert_int_equal(ledger_mend_clock(desk.ledger, NOW, 86400, &desk.error), 0);
	assert_int_equal(due_of(&desk, ids[0]), NOW);
	assert_int_equal(due_of(&desk, ids[1]), NOW + 86400);
	assert_int_equal(due_of(&desk, ids[2]), NOW + 960);
	assert_true(due_of(&desk, ids[3]) == LEDGER_NEVER);
	assert_int_equal(settle_all(&desk), 1);
	close_desk(&desk);
}

static int count_source(void *user, const struct ledger_source *source)
{
	(void)source;
	++*(int *)user;
	return 0;
}

static void removes_a_source_with_what_it_named(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	struct ledger_source child = {
		.url = VIEW("http://a.example/child"), .kind = LEDGER_SITEMAP, .parent = desk.source
	};
	int64_t id;
	int count = 0;
	assert_int_equal(ledger_add(desk.ledger, &child, &id, &desk.error), 0);
	assert_int_equal(ledger_add(desk.ledger, &child, &id, &desk.error), GARNER_KNOWN);
	see(&desk, "http://a.example/1", "g", "T", NULL);
	assert_int_equal(ledger_sources(desk.ledger, true, count_source, &count, &desk.error), 0);
	assert_int_equal(count, 2);
	assert_int_equal(ledger_remove(desk.ledger, "http://a.example/feed", &desk.error), 0);
	assert_int_equal(ledger_remove(desk.ledger, "http://a.example/feed", &desk.error), 1);
	assert_int_equal(ledger_sources(desk.ledger, true, count_source, &count, &desk.error), 0);
	assert_int_equal(count, 2);
	assert_int_equal(settle_all(&desk), 0);
	close_desk(&desk);
}

static void keeps_hosts_and_robots(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	struct arena arena;
	struct ledger_host host = { 1234567890123, 77, 2.5 }, back;
	struct ledger_robots robots = { 2, 99, VIEW("User-agent: *\nDisallow: /x\n") }, again;
	arena_init(&arena, MIB(1));
	assert_int_equal(ledger_host(desk.ledger, "a.example", &back, &desk.error), 1);
	assert_int_equal(ledger_put_host(desk.ledger, "a.example", &host, &desk.error), 0);
	assert_int_equal(ledger_host(desk.ledger, "a.example", &back, &desk.error), 0);
	assert_true(back.last_ms == host.last_ms && back.blocked == 77 && back.crawl_delay > 2.4);
	assert_int_equal(ledger_put_robots(desk.ledger, "http://a.example:80", &robots, &desk.error), 0);
	assert_int_equal(ledger_robots(desk.ledger, "http://a.example:80", &arena, &again, &desk.error), 0);
	assert_true(again.state == 2 && again.until == 99 && view_eq(again.text, robots.text));
	arena_free(&arena);
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_an_article_again),
		cmocka_unit_test(knows_titles_without_spaces),
		cmocka_unit_test(believes_a_source_about_changes),
		cmocka_unit_test(keeps_old_articles_from_waiting_until_they_change),
		cmocka_unit_test(gives_items_in_turns_and_when_due),
		cmocka_unit_test(mends_what_a_clock_ahead_has_noted),
		cmocka_unit_test(removes_a_source_with_what_it_named),
		cmocka_unit_test(keeps_hosts_and_robots),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
