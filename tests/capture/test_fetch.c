/* Fetches from the hostile server: each way of going wrong has its reason, and the pages come in input order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "capture/hosts.h"
#include "capture/address.h"
#include "capture/fetch.h"
#include "capture/http.h"
#include "stage.h"
#include "util/clock.h"
#include "util/limits.h"
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct server hostile;

static int start_hostile(void **state)
{
	(void)state;
	char script[4096];
	snprintf(script, sizeof(script), "%s/../tests/capture/hostile.py", getenv("GARNER_TESTDATA"));
	return server_start(&hostile, (char *[]){ (char *)"python3", script, NULL });
}

static int stop_hostile(void **state)
{
	(void)state;
	server_stop(&hostile);
	return 0;
}

struct answer {
	int reason, status;
	size_t bytes;
	bool truncated;
	char url[256], requested[256], detail[256], robots[16], head[1024], request[1024], body[512];
};

static struct engine engine_here(void)
{
	return (struct engine){
		.options = { .allow_private = true, .host_delay = -1, .host_connections = 8, .timeout = 4 }
	};
}

static void note_text(char *out, size_t size, struct view v)
{
	size_t n = v.n < size - 1 ? v.n : size - 1;
	if (n)
		memcpy(out, v.p, n);
	out[n] = 0;
}

static void note(struct answer *answer, const struct page *page, int reason)
{
	const struct capture *c = &page->capture;
	*answer =
		(struct answer){ .reason = reason, .status = c->status, .bytes = c->body.n, .truncated = c->truncated };
	note_text(answer->url, sizeof(answer->url), c->url);
	note_text(answer->requested, sizeof(answer->requested), c->url_requested);
	note_text(answer->detail, sizeof(answer->detail), view_of(page->detail));
	note_text(answer->robots, sizeof(answer->robots), c->robots);
	note_text(answer->head, sizeof(answer->head), c->head);
	note_text(answer->request, sizeof(answer->request), c->request_head);
	note_text(answer->body, sizeof(answer->body), c->body);
}

/* Fetches @urls ("%d" is the port) and notes each answer in order. */
static void fetch_all(struct engine *engine, const char *const *urls, size_t count, struct answer *ret_answers)
{
	char(*texts)[512] = calloc(count, sizeof(*texts));
	const char **list = calloc(count, sizeof(*list));
	struct fetcher *fetcher = NULL;
	struct error error = { 0 };
	struct page page = { .options = &engine->options };
	assert_non_null(texts);
	assert_non_null(list);
	for (size_t i = 0; i < count; i++) {
		const char *mark = strstr(urls[i], "%d");
		if (mark)
			snprintf(texts[i], sizeof(texts[i]), "%.*s%d%s", (int)(mark - urls[i]), urls[i], hostile.port,
				mark + 2);
		list[i] = mark ? texts[i] : urls[i];
	}
	assert_int_equal(fetch_open_list(engine, NULL, list, count, &fetcher, &error), 0);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	for (size_t i = 0; i < count; i++) {
		page_reset(&page);
		int reason = fetch_next(fetcher, &page);
		if (reason < 0)
			fail_msg("%s: %s", list[i], page.error.text);
		assert_int_not_equal(reason, SOURCE_END);
		assert_int_equal(fetch_item(fetcher), i);
		note(&ret_answers[i], &page, reason);
	}
	page_reset(&page);
	assert_int_equal(fetch_next(fetcher, &page), SOURCE_END);
	fetch_close(fetcher);
	arena_free(&page.arena);
	free(texts);
	free(list);
}

#define HERE "http://127.0.0.1:%d"

static void names_every_way_of_going_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		int reason;
	} ways[] = {
		{ HERE "/page", 0 },
		{ HERE "/missing", GARNER_HTTP_ERROR },
		{ HERE "/broken", GARNER_HTTP_ERROR },
		{ HERE "/gone", GARNER_HTTP_ERROR },
		{ HERE "/unmodified", GARNER_HTTP_ERROR },
		{ HERE "/many-headers", GARNER_BAD_HTTP },
		{ HERE "/long-header", GARNER_BAD_HTTP },
		{ HERE "/endless-body", GARNER_TOO_LARGE },
		{ HERE "/endless-chunks", GARNER_TOO_LARGE },
		{ HERE "/endless-continue", GARNER_BAD_HTTP },
		{ HERE "/drip", GARNER_TOO_SLOW },
		{ HERE "/drip-head", GARNER_TOO_SLOW },
		{ HERE "/silence", GARNER_NO_ANSWER },
		{ HERE "/hang-up", GARNER_NO_ANSWER },
		{ HERE "/reset", GARNER_NO_ANSWER },
		{ HERE "/huge-promise", GARNER_TOO_LARGE },
		{ HERE "/bad-length", GARNER_BAD_HTTP },
		{ HERE "/chunk-garbage", GARNER_BAD_HTTP },
		{ HERE "/chunk-huge", GARNER_BAD_HTTP },
		{ HERE "/not-http", GARNER_BAD_HTTP },
		{ HERE "/old-http", GARNER_BAD_HTTP },
		{ HERE "/bad-version", GARNER_BAD_HTTP },
		{ HERE "/loop/0", GARNER_REDIRECT_LOOP },
		{ HERE "/to-self", GARNER_REDIRECT_LOOP },
		{ HERE "/to-file", GARNER_BAD_URL },
		{ HERE "/to-ftp", GARNER_BAD_URL },
		{ HERE "/to-gopher", GARNER_BAD_URL },
		{ HERE "/to-credentials", GARNER_BAD_URL },
		{ HERE "/to-nothing", GARNER_BAD_URL },
		{ HERE "/to-nowhere", GARNER_NO_HOST },
		{ HERE "/private/closed", GARNER_ROBOTS },
		{ HERE "/to-private", GARNER_ROBOTS },
		{ HERE "/private/open", 0 },
		{ "http://no-such-host.invalid/", GARNER_NO_HOST },
		{ "http://127.0.0.1:1/", GARNER_NO_ANSWER },
		{ "https://127.0.0.1:%d/page", GARNER_BAD_TLS },
		{ "http://me:word@127.0.0.1:%d/page", GARNER_BAD_URL },
		{ "http://me@127.0.0.1:%d/page", GARNER_BAD_URL },
		{ "http:///", GARNER_BAD_URL },
		{ "http://exa mple.invalid/", GARNER_BAD_URL },
		{ HERE "/page", 0 },
	};
	enum { COUNT = sizeof(ways) / sizeof(ways[0]) };
	const char *urls[COUNT];
	struct answer *answers = calloc(COUNT, sizeof(*answers));
	struct engine engine = engine_here();
	size_t wrong = 0;
	for (size_t i = 0; i < COUNT; i++)
		urls[i] = ways[i].url;
	fetch_all(&engine, urls, COUNT, answers);
	for (size_t i = 0; i < COUNT; i++)
		if (answers[i].reason != ways[i].reason) {
			print_error("%s: %s (%s), expected %s\n", urls[i], garner_reason_name(answers[i].reason),
				answers[i].detail, garner_reason_name(ways[i].reason));
			wrong++;
		}
	assert_int_equal(wrong, 0);
	free(answers);
}

static void keeps_what_was_sent_and_received(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/to-page?x=1#part", HERE "/cut-gzip" };
	struct answer answers[2];
	struct engine engine = engine_here();
	engine.options.contact = "mail:desk@example.invalid";
	fetch_all(&engine, urls, 2, answers);
	assert_non_null(strstr(answers[0].url, "/page"));
	assert_non_null(strstr(answers[0].requested, "/to-page?x=1"));
	assert_int_equal(strncmp(answers[0].head, "HTTP/1.1 200 Word\r\nContent-Type: text/html\r\n", 44), 0);
	assert_non_null(strstr(answers[0].head, "\r\n\r\n"));
	assert_int_equal(strncmp(answers[0].request, "GET /page HTTP/1.1\r\nHost: 127.0.0.1", 35), 0);
	assert_non_null(
		strstr(answers[0].request, "User-Agent: garner/" GARNER_VERSION " (+mail:desk@example.invalid)\r\n"));
	assert_non_null(strstr(answers[0].body, "lighthouse keeper"));
	assert_string_equal(answers[0].robots, "allowed");
	assert_int_equal(answers[1].bytes, 120);
	assert_int_equal(memcmp(answers[1].body, "\x1f\x8b", 2), 0);
}

static void keeps_a_body_that_breaks_off(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/long-promise", HERE "/chunk-cut", HERE "/short-promise" };
	struct answer answers[3];
	struct engine engine = engine_here();
	fetch_all(&engine, urls, 3, answers);
	assert_int_equal(answers[0].reason, 0);
	assert_true(answers[0].truncated);
	assert_int_equal(answers[1].reason, 0);
	assert_true(answers[1].truncated);
	assert_non_null(strstr(answers[1].body, "lighthouse keeper"));
	assert_int_equal(answers[2].reason, 0);
	assert_int_equal(answers[2].bytes, 400);
}

static void shows_no_credentials(void **state)
{
	(void)state;
	static const char *const urls[] = { "http://me:sesame@127.0.0.1:%d/page", "http://me:a@sesame@127.0.0.1:%d/x@y",
		"HTTP://sesame@127.0.0.1:%d?q=@", "http:/\\me:sesame@127.0.0.1:%d/", HERE "/to-credentials" };
	struct answer answers[5];
	struct engine engine = engine_here();
	fetch_all(&engine, urls, 5, answers);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(answers[i].reason, GARNER_BAD_URL);
		assert_null(strstr(answers[i].url, "sesame"));
		assert_null(strstr(answers[i].requested, "sesame"));
		assert_null(strstr(answers[i].detail, "sesame"));
		assert_null(strstr(answers[i].detail, "word@"));
	}
	assert_non_null(strstr(answers[1].requested, "/x@y"));
}

static void refuses_private_addresses_in_every_spelling(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/page", "http://localhost:%d/page", "http://2130706433:%d/page",
		"http://0x7f.1:%d/page", "http://0177.0.0.1:%d/page", "http://127.1:%d/page", "http://0:%d/page",
		"http://[::1]:%d/page", "http://[::ffff:127.0.0.1]:%d/page", "http://[::ffff:7f00:1]:%d/page",
		"http://[64:ff9b::7f00:1]:%d/", "http://[2002:7f00:1::]:%d/", "http://10.0.0.1/", "http://192.168.1.1/",
		"http://172.31.255.1/", "http://169.254.169.254/latest/", "http://100.64.0.1/", "http://[fe80::1]/",
		"http://[fd00::1]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/" };
	enum { COUNT = sizeof(urls) / sizeof(urls[0]) };
	struct answer answers[COUNT];
	struct engine engine = engine_here();
	size_t wrong = 0;
	engine.options.allow_private = false;
	fetch_all(&engine, urls, COUNT, answers);
	for (size_t i = 0; i < COUNT; i++)
		if (answers[i].reason != GARNER_REFUSED_ADDRESS) {
			print_error("%s: %s (%s)\n", urls[i], garner_reason_name(answers[i].reason), answers[i].detail);
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

static void a_host_as_long_as_a_url_may_be_ends_no_run(void **state)
{
	(void)state;
	char host[LIMIT_URL_BYTES + 1] = "http://";
	memset(host + 7, 'a', LIMIT_URL_BYTES - 8);
	host[LIMIT_URL_BYTES - 1] = '/';
	host[LIMIT_URL_BYTES] = 0;
	const char *urls[] = { host, HERE "/page" };
	struct answer answers[2];
	struct engine engine = engine_here();
	fetch_all(&engine, urls, 2, answers);
	assert_int_equal(answers[0].reason, GARNER_BAD_URL);
	assert_int_equal(answers[1].reason, 0);
}

static void asks_hosts_named_in_any_script(void **state)
{
	(void)state;
	static const char *const urls[] = { "http://b\xC3\xBC"
					    "cher.localhost:%d/page",
		"http://B%C3%9C"
		"CHER.localhost:%d/page",
		"http://\xE6\x97\xA5\xE6\x9C\xAC\xE3\x80\x82localhost:%d/page",
		"http://\xD9\xA1-\xFF.localhost:%d/page" };
	struct answer answers[4];
	struct engine engine = engine_here();
	fetch_all(&engine, urls, 4, answers);
	for (int i = 0; i < 3; i++)
		assert_int_equal(answers[i].reason, 0);
	assert_non_null(strstr(answers[0].request, "\r\nHost: xn--bcher-kva.localhost:"));
	assert_non_null(strstr(answers[1].request, "\r\nHost: xn--bcher-kva.localhost:"));
	assert_non_null(strstr(answers[2].request, "\r\nHost: xn--wgv71a.localhost:"));
	assert_int_equal(answers[3].reason, GARNER_BAD_URL);
}

static enum address_scope scope_of(const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return address_scope((struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return address_scope((struct sockaddr *)&in6);
}

static void knows_public_private_and_closed_addresses(void **state)
{
	(void)state;
	enum { CLOSED = ADDRESS_CLOSED, PRIVATE = ADDRESS_PRIVATE, PUBLIC = ADDRESS_PUBLIC };
	static const struct {
		const char *text;
		int scope;
	} cases[] = { { "8.8.8.8", PUBLIC }, { "1.1.1.1", PUBLIC }, { "100.63.255.255", PUBLIC },
		{ "100.128.0.1", PUBLIC }, { "172.32.0.1", PUBLIC }, { "172.15.255.255", PUBLIC },
		{ "192.0.1.1", PUBLIC }, { "198.20.0.1", PUBLIC }, { "223.255.255.255", PUBLIC },
		{ "169.253.255.255", PUBLIC }, { "169.255.0.0", PUBLIC }, { "127.0.0.1", PRIVATE },
		{ "10.1.2.3", PRIVATE }, { "192.168.7.1", PRIVATE }, { "172.16.0.1", PRIVATE },
		{ "100.64.0.1", PRIVATE }, { "100.100.100.199", PRIVATE }, { "198.19.255.255", PRIVATE },
		{ "203.0.113.9", PRIVATE }, { "240.0.0.1", PRIVATE }, { "192.0.0.1", PRIVATE }, { "0.0.0.0", CLOSED },
		{ "0.1.2.3", CLOSED }, { "169.254.0.0", CLOSED }, { "169.254.169.254", CLOSED },
		{ "169.254.255.255", CLOSED }, { "224.0.0.1", CLOSED }, { "239.255.255.255", CLOSED },
		{ "255.255.255.255", CLOSED }, { "100.100.100.200", CLOSED }, { "192.0.0.192", CLOSED },
		/* IPv6 */
		{ "2606:4700::1111", PUBLIC }, { "2a00:1450::1", PUBLIC }, { "::1", PRIVATE }, { "fd00::1", PRIVATE },
		{ "fec0::1", PRIVATE }, { "2001:db8::1", PRIVATE }, { "3fff::1", PRIVATE }, { "::", CLOSED },
		{ "fe80::1", CLOSED }, { "fe80::a9fe:a9fe", CLOSED }, { "febf:ffff::1", CLOSED }, { "ff02::1", CLOSED },
		{ "ff0e::1", CLOSED }, { "fd00:ec2::254", CLOSED }, { "fd20:ce::254", CLOSED },
		{ "fd00:ec2::253", PRIVATE },
		/* an IPv4 address inside */
		{ "::8.8.8.8", PRIVATE }, { "::169.254.169.254", CLOSED }, { "::ffff:8.8.8.8", PUBLIC },
		{ "::ffff:10.0.0.1", PRIVATE }, { "::ffff:127.0.0.1", PRIVATE }, { "::ffff:169.254.169.254", CLOSED },
		{ "::ffff:0.0.0.0", CLOSED }, { "::ffff:0:10.0.0.1", PRIVATE }, { "::ffff:0:169.254.169.254", CLOSED },
		{ "64:ff9b::808:808", PUBLIC }, { "64:ff9b::a00:1", PRIVATE }, { "64:ff9b::a9fe:a9fe", CLOSED },
		{ "64:ff9b:1::808:808", PRIVATE }, { "64:ff9b:1::a9fe:a9fe", CLOSED },
		{ "64:ff9b:1:a9fe:a9:fe00::", CLOSED }, { "64:ff9b:1:a00:0:100::", PRIVATE },
		{ "2002:808:808::1", PUBLIC }, { "2002:a00:1::1", PRIVATE }, { "2002:a9fe:a9fe::1", CLOSED },
		{ "2001:0:808:808::f7f7:f7f7", PUBLIC }, { "2001:0:808:808::f5ff:fffe", PRIVATE },
		{ "2001:0:808:808::5601:5601", CLOSED }, { "2a00::5efe:10.0.0.1", PRIVATE },
		{ "2a00::5efe:169.254.1.1", CLOSED }, { "2a00::200:5efe:8.8.8.8", PUBLIC } };
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((int)scope_of(cases[i].text) != cases[i].scope) {
			print_error(
				"%s: %d, expected %d\n", cases[i].text, (int)scope_of(cases[i].text), cases[i].scope);
			wrong++;
		}
	assert_int_equal(wrong, 0);
	assert_int_equal(address_scope_of_host("[fe80::1%25eth0]"), ADDRESS_CLOSED);
	assert_int_equal(address_scope_of_host("169.254.1.1"), ADDRESS_CLOSED);
	assert_int_equal(address_scope_of_host("169.254.1.1.example"), ADDRESS_PUBLIC);
}

/* None of these would leave this machine: an interface's address without the interface has no way to go. */
static void link_local_and_unspecified_addresses_are_closed_to_who_may_reach_private_ones(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/page", "http://0.0.0.0:%d/page", "http://0:%d/page",
		"http://[::]:%d/page", "http://[::ffff:0.0.0.0]:%d/page", "http://[fe80::1]:%d/page",
		"http://[fe80::a9fe:a9fe]:%d/page", HERE "/to-unspecified" };
	enum { COUNT = sizeof(urls) / sizeof(urls[0]) };
	struct answer answers[COUNT];
	struct engine engine = engine_here();
	fetch_all(&engine, urls, COUNT, answers);
	assert_int_equal(answers[0].reason, 0);
	for (size_t i = 1; i < COUNT; i++) {
		if (answers[i].reason != GARNER_REFUSED_ADDRESS)
			fail_msg("%s: %s (%s)", urls[i], garner_reason_name(answers[i].reason), answers[i].detail);
		assert_non_null(strstr(answers[i].detail, "never fetched"));
	}
}

static void waits_for_a_short_retry_after(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/once-more" };
	struct answer answer;
	struct engine engine = engine_here();
	uint64_t began = clock_ticks();
	fetch_all(&engine, urls, 1, &answer);
	assert_int_equal(answer.reason, 0);
	assert_true(clock_ticks() - began >= 1000000000u);
}

static void leaves_a_host_alone_that_asks_for_an_hour(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/slow-down", HERE "/page", HERE "/page" };
	struct answer answers[3];
	struct engine engine = engine_here();
	engine.options.host_connections = 1;
	fetch_all(&engine, urls, 3, answers);
	for (int i = 0; i < 3; i++)
		assert_int_equal(answers[i].reason, GARNER_RATE_LIMITED);
	assert_int_equal(answers[0].status, 429);
	assert_int_equal(answers[1].status, 0);
}

static void stays_away_for_a_day_at_most(void **state)
{
	(void)state;
	struct garner_options options = { .host_delay = -1 };
	struct hosts *hosts = hosts_new(&options);
	assert_non_null(hosts);
	for (int i = 0; i < 64; i++) {
		struct host *host = hosts_get(hosts, "paper.example");
		double day = host_backoff(hosts, host, 99999 + i, 1, clock_ticks() + (uint64_t)i);
		double minute = host_backoff(hosts, host, 60, 1, clock_ticks() + (uint64_t)i);
		assert_true(day >= 86400 - 1e-6 && day <= 86400 + 1e-6);
		assert_true(minute >= 60 && minute <= 75);
	}
	hosts_free(hosts);
}

static void keeps_the_pace_of_a_host(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/page?1", HERE "/page?2", HERE "/page?3", HERE "/page?4" };
	struct answer answers[4];
	struct engine engine = engine_here();
	engine.options.host_connections = 1;
	engine.options.host_delay = 0.2;
	uint64_t began = clock_ticks();
	fetch_all(&engine, urls, 4, answers);
	for (int i = 0; i < 4; i++)
		assert_int_equal(answers[i].reason, 0);
	assert_true(clock_ticks() - began >= 4 * 200000000u); /* robots.txt and four pages: four gaps */
}

static void ignores_robots_when_told_to(void **state)
{
	(void)state;
	static const char *const urls[] = { HERE "/private/closed" };
	struct answer answer;
	struct engine engine = engine_here();
	engine.options.ignore_robots = true;
	fetch_all(&engine, urls, 1, &answer);
	assert_int_equal(answer.reason, 0);
	assert_string_equal(answer.robots, "ignored");
}

struct one {
	struct fetch_request request;
	bool given;
};

static int give_one(void *user, struct fetch_request *ret_request, struct error *error)
{
	struct one *one = user;
	(void)error;
	if (one->given)
		return SOURCE_END;
	one->given = true;
	*ret_request = one->request;
	return 0;
}

static void asks_conditionally(void **state)
{
	(void)state;
	char url[128];
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/etag", hostile.port);
	struct engine engine = engine_here();
	for (int known = 0; known < 2; known++) {
		struct one one = {
			.request = { .url = view_of(url), .etag = known ? VIEW("\"one\"") : VIEW_NONE, .item = 7 }
		};
		struct fetcher *fetcher = NULL;
		struct page page = { .options = &engine.options };
		assert_int_equal(fetch_open(&engine, NULL, give_one, &one, &fetcher, NULL), 0);
		arena_init(&page.arena, LIMIT_PAGE_MEMORY);
		page_reset(&page);
		assert_int_equal(fetch_next(fetcher, &page), known ? GARNER_UNCHANGED : 0);
		assert_int_equal(fetch_item(fetcher), 7);
		assert_true(view_eq(page.capture.etag, VIEW("\"one\"")));
		if (!known)
			assert_true(view_eq(page.capture.last_modified, VIEW("Sun, 06 Nov 1994 08:49:37 GMT")));
		fetch_close(fetcher);
		arena_free(&page.arena);
	}
}

/* 40 endless bodies: the ones behind wait for the first instead of filling the memory. */
static void holds_little_memory(void **state)
{
	(void)state;
	enum { COUNT = 40 };
	const char *urls[COUNT];
	struct answer *answers = calloc(COUNT, sizeof(*answers));
	struct engine engine = engine_here();
	engine.options.timeout = 60;
	for (int i = 0; i < COUNT; i++)
		urls[i] = HERE "/endless-body";
	fetch_all(&engine, urls, COUNT, answers);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(answers[i].reason, GARNER_TOO_LARGE);
	free(answers);
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long peak = 0;
	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %ld kB", &peak) == 1)
			break;
	fclose(status);
	print_message("peak memory %ld KiB\n", peak);
#ifndef __SANITIZE_ADDRESS__
	assert_true(peak < 64 * 1024);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_every_way_of_going_wrong),
		cmocka_unit_test(keeps_what_was_sent_and_received),
		cmocka_unit_test(keeps_a_body_that_breaks_off),
		cmocka_unit_test(shows_no_credentials),
		cmocka_unit_test(refuses_private_addresses_in_every_spelling),
		cmocka_unit_test(a_host_as_long_as_a_url_may_be_ends_no_run),
		cmocka_unit_test(asks_hosts_named_in_any_script),
		cmocka_unit_test(knows_public_private_and_closed_addresses),
		cmocka_unit_test(link_local_and_unspecified_addresses_are_closed_to_who_may_reach_private_ones),
		cmocka_unit_test(waits_for_a_short_retry_after),
		cmocka_unit_test(leaves_a_host_alone_that_asks_for_an_hour),
		cmocka_unit_test(stays_away_for_a_day_at_most),
		cmocka_unit_test(keeps_the_pace_of_a_host),
		cmocka_unit_test(ignores_robots_when_told_to),
		cmocka_unit_test(asks_conditionally),
		cmocka_unit_test(holds_little_memory),
	};
	return cmocka_run_group_tests(tests, start_hostile, stop_hostile);
}
