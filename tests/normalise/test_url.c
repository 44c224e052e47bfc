#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "normalise/normalise.h"
#include "util/limits.h"

static void canonical(const char *in, const char *want)
{
	struct arena arena;
	struct view out, again;
	arena_init(&arena, 1 << 20);
	int result = url_canonical(&arena, view_of(in), &out);
	if (!want) {
		if (result != GARNER_BAD_URL)
			fail_msg("%s is taken", in);
	} else {
		if (result)
			fail_msg("%s: %s", in, garner_reason_name(result));
		assert_string_equal(arena_strdup_view(&arena, out), want);
		assert_int_equal(url_canonical(&arena, out, &again), 0);
		assert_string_equal(arena_strdup_view(&arena, again), want);
	}
	arena_free(&arena);
}

static void resolve(const char *base, const char *relative, const char *want)
{
	struct arena arena;
	struct view out;
	arena_init(&arena, 1 << 20);
	int result = url_resolve(&arena, view_of(base), view_of(relative), &out);
	if (want) {
		assert_int_equal(result, 0);
		assert_string_equal(arena_strdup_view(&arena, out), want);
	} else {
		assert_int_equal(result, GARNER_BAD_URL);
	}
	arena_free(&arena);
}

static void scheme_host_and_port_have_one_spelling(void **state)
{
	(void)state;
	canonical("HTTP://Example.ORG:80", "http://example.org/");
	canonical("https://example.org:443/a", "https://example.org/a");
	canonical("https://example.org:80/a", "https://example.org:80/a");
	canonical("http://example.org:00080/", "http://example.org/");
	canonical("  http:\\\\example.org\\a\\b\n", "http://example.org/a/b");
	canonical("ht\ntp://exa\tmple.org/", "http://example.org/");
	canonical("http:///example.org", "http://example.org/");
	canonical("http://%65xample.org/", "http://example.org/");
}

static void hosts_beyond_ascii_become_punycode(void **state)
{
	(void)state;
	canonical("http://B\u00FCcher.example/", "http://xn--bcher-kva.example/");
	canonical("http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/");
	canonical("http://\u0645\u062B\u0627\u0644.example/", "http://xn--mgbh0fb.example/");
	canonical("http://fa\u00DF.example/", "http://xn--fa-hia.example/");
	canonical("http://\uFF45xample\u3002org/", "http://example.org/");
}

static void addresses_have_one_spelling(void **state)
{
	(void)state;
	canonical("http://0x7f.1/", "http://127.0.0.1/");
	canonical("http://2130706433/", "http://127.0.0.1/");
	canonical("http://0300.0250.1.1./", "http://192.168.1.1/");
	canonical("http://256.1.1.1/", NULL);
	canonical("http://1.2.3.4.5/", NULL);
	canonical("http://[2001:DB8:0:0:1:0:0:1]/", "http://[2001:db8::1:0:0:1]/");
	canonical("http://[::ffff:1.2.3.4]:8080/", "http://[::ffff:102:304]:8080/");
	canonical("http://[0:0:0:0:0:0:0:0]/", "http://[::]/");
	canonical("http://[1::]/", "http://[1::]/");
	canonical("http://[::1/", NULL);
}

static void dot_segments_and_escapes_are_resolved(void **state)
{
	(void)state;
	canonical("http://a.example/b/../c/./d/%2E%2e/e", "http://a.example/c/e");
	canonical("http://a.example/../../x", "http://a.example/x");
	canonical("http://a.example/a/..", "http://a.example/");
	canonical("http://a.example/a/.", "http://a.example/a/");
	canonical("http://a.example/a//b", "http://a.example/a//b");
	canonical("http://a.example/%7euser/%e2%82%ac/\u20AC", "http://a.example/~user/%E2%82%AC/%E2%82%AC");
	canonical("http://a.example/100%", "http://a.example/100%25");
	canonical("http://a.example/%%341", "http://a.example/%2541");
	canonical("http://a.example/a b?c d'<", "http://a.example/a%20b?c%20d%27%3C");
}

static void fragments_sessions_and_tracking_are_cut(void **state)
{
	(void)state;
	canonical("http://a.example/x?utm_source=n&id=5&UTM_Medium=m&fbclid=z#top", "http://a.example/x?id=5");
	canonical("http://a.example/x?utm_source=n", "http://a.example/x");
	canonical("http://a.example/x?", "http://a.example/x");
	canonical("http://a.example/x?&&a=1&", "http://a.example/x?a=1");
	canonical("http://a.example/x?ref=rss", "http://a.example/x");
	canonical("http://a.example/x?ref=main&utmost=1", "http://a.example/x?ref=main&utmost=1");
	canonical("http://a.example/x;jsessionid=0A1B?y=1", "http://a.example/x?y=1");
	canonical("http://a.example/x/.;jsessionid=0A1B?y=1", "http://a.example/x/?y=1");
	canonical("http://a.example/x/y/%2E.;jsessionid=0A1B", "http://a.example/x/");
}

static void what_is_no_page_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "example.org/a", "ftp://example.org/", "mailto:a@example.org",
		"javascript:alert(1)", "data:text/html,x", "http://", "http://user:secret@example.org/",
		"http://a b.example/", "http://a.example:99999/", "http://a.example:8o/", "http://a%00b.example/",
		"http://ex<ample.org/", "//example.org/x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		canonical(bad[i], NULL);
	char longest[LIMIT_URL_BYTES + 2] = "http://a.example/";
	memset(longest + 17, 'a', sizeof(longest) - 18);
	longest[sizeof(longest) - 1] = 0;
	canonical(longest, NULL);
}

/* RFC 3986, 5.4, as far as the scheme allows it; WHATWG where they differ. */
static void references_resolve_as_in_a_browser(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "g", "http://a.example/b/c/g" }, { "./g", "http://a.example/b/c/g" },
		{ "g/", "http://a.example/b/c/g/" }, { "/g", "http://a.example/g" },
		{ "//g.example", "http://g.example/" }, { "?y", "http://a.example/b/c/d;p?y" },
		{ "g?y", "http://a.example/b/c/g?y" }, { "#s", "http://a.example/b/c/d;p?q#s" },
		{ "g#s", "http://a.example/b/c/g#s" }, { ";x", "http://a.example/b/c/;x" },
		{ "", "http://a.example/b/c/d;p?q" }, { ".", "http://a.example/b/c/" },
		{ "./", "http://a.example/b/c/" }, { "..", "http://a.example/b/" }, { "../g", "http://a.example/b/g" },
		{ "../..", "http://a.example/" }, { "../../g", "http://a.example/g" },
		{ "../../../g", "http://a.example/g" }, { "/./g", "http://a.example/g" },
		{ "/../g", "http://a.example/g" }, { "g.", "http://a.example/b/c/g." },
		{ ".g", "http://a.example/b/c/.g" }, { "..g", "http://a.example/b/c/..g" },
		{ "./../g", "http://a.example/b/g" }, { "./g/.", "http://a.example/b/c/g/" },
		{ "g/./h", "http://a.example/b/c/g/h" }, { "g/../h", "http://a.example/b/c/h" },
		{ "g;x=1/../y", "http://a.example/b/c/y" }, { "g?y/../x", "http://a.example/b/c/g?y/../x" },
		{ "http:g", "http://a.example/b/c/g" }, { "https://s.example/x#y", "https://s.example/x#y" },
		{ "\\\\h.example\\p", "http://h.example/p" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		resolve("http://a.example/b/c/d;p?q", cases[i][0], cases[i][1]);
	resolve("http://a.example/b", "mailto:x@y.example", NULL);
	resolve("no url", "page", NULL);
	resolve("no url", "http://a.example/x", "http://a.example/x");
}

static void the_host_is_found_in_the_url(void **state)
{
	(void)state;
	struct arena arena;
	struct view host;
	arena_init(&arena, 1 << 20);
	assert_true(view_eq(url_host(VIEW("https://www.example.org:8080/a?b")), VIEW("www.example.org")));
	assert_true(view_eq(url_host(VIEW("http://u:p@example.org")), VIEW("example.org")));
	assert_true(view_eq(url_host(VIEW("http://[::1]:80/")), VIEW("[::1]")));
	assert_true(view_eq(url_host(VIEW("http:example.org/a")), VIEW("example.org")));
	assert_true(view_eq(url_host(VIEW("ftp://files.example.org/a")), VIEW("files.example.org")));
	assert_int_equal(url_host(VIEW("a/b")).n, 0);
	assert_int_equal(url_host(VIEW("urn:keeper@lock")).n, 0);
	assert_int_equal(url_host(VIEW("mailto:keeper@lock.example")).n, 0);
	assert_int_equal(url_host(VIEW("file:///home/keeper/page.html")).n, 0);
	assert_int_equal(url_host_canonical(&arena, VIEW("http://WWW.B\u00FCcher.example/"), &host), 0);
	assert_string_equal(arena_strdup_view(&arena, host), "www.xn--bcher-kva.example");
	arena_free(&arena);
}

static void credentials_are_cut(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "https://me:word@example.org/a@b", "https://example.org/a@b" },
		{ "//me:word@example.org:80/", "//example.org:80/" },
		{ "http:/\\me@w@example.org", "http:/\\example.org" },
		{ "https://example.org/?a=b@c", "https://example.org/?a=b@c" },
		{ "https://example.org", "https://example.org" }, { "//example.org/a:b@c", "//example.org/a:b@c" },
		{ "", "" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64] = "";
		size_t n = url_without_credentials(view_of(cases[i][0]), out);
		assert_true(view_eq(view_make(out, n), view_of(cases[i][1])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scheme_host_and_port_have_one_spelling),
		cmocka_unit_test(hosts_beyond_ascii_become_punycode),
		cmocka_unit_test(addresses_have_one_spelling),
		cmocka_unit_test(dot_segments_and_escapes_are_resolved),
		cmocka_unit_test(fragments_sessions_and_tracking_are_cut),
		cmocka_unit_test(what_is_no_page_is_refused),
		cmocka_unit_test(references_resolve_as_in_a_browser),
		cmocka_unit_test(the_host_is_found_in_the_url),
		cmocka_unit_test(credentials_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
