/* Which of the days that a page names is the one of its publication. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "facts.h"

#define LD(members)                                                                                                    \
	"<title>Le port rouvre</title><script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Le "  \
	"port rouvre\"," members "}</script>"

static const char *published_at(const char *url, const char *head, const char *body, struct facts *f)
{
	*f = read_page(url, head, body);
	return f->published;
}

static const char *published(const char *head, const char *body, struct facts *f)
{
	return published_at("https://www.example.org/port", head, body, f);
}

static void the_day_shown_goes_before_a_later_one_in_the_markup(void **state)
{
	(void)state;
	struct facts f;
	assert_string_equal(
		published(LD("\"datePublished\":\"2021-09-14T10:00:00Z\""),
			"<article><h1>Le port rouvre</h1><p class=date>3 mars 2020</p>" TEXT "</article>", &f),
		"2020-03-03");
	assert_string_equal(f.from, "text");
	/* Two days shown: which of them is of the page is not plain. */
	assert_string_equal(published(LD("\"datePublished\":\"2021-09-14T10:00:00Z\""),
				    "<article><h1>Le port rouvre</h1><p class=date>3 mars 2020</p>"
				    "<p class=date>9 mars 2020</p>" TEXT "</article>",
				    &f),
		"2021-09-14T10:00:00Z");
}

static void a_change_that_is_shown_leaves_the_day_of_publication(void **state)
{
	(void)state;
	struct facts f;
	static const char *const shown[] = { "3 mars 2022", "Mis à jour le 3 mars 2022" };
	for (size_t i = 0; i < 2; i++) {
		char body[2048];
		snprintf(body, sizeof(body), "<article><h1>Le port rouvre</h1><p class=date>%s</p>%s</article>",
			shown[i], TEXT);
		assert_string_equal(published(LD("\"datePublished\":\"2021-09-14T10:00:00+02:00\",\"dateModified\":"
						 "\"2022-03-03T11:00:00+01:00\""),
					    body, &f),
			"2021-09-14T10:00:00+02:00");
	}
}

static void the_evening_before_is_the_same_moment(void **state)
{
	(void)state;
	struct facts f;
	/* Half past two in Greenwich is the evening before in America. */
	assert_string_equal(
		published(LD("\"datePublished\":\"2021-09-14T02:30:00Z\""),
			"<article><h1>Le port rouvre</h1><p class=date>13 septembre 2021</p>" TEXT "</article>", &f),
		"2021-09-14T02:30:00Z");
	assert_string_equal(
		published(LD("\"datePublished\":\"2021-09-14T22:30:00Z\""),
			"<article><h1>Le port rouvre</h1><p class=date>13 septembre 2021</p>" TEXT "</article>", &f),
		"2021-09-13");
}

static void a_field_of_the_head_that_the_page_shows_outvotes_the_rest(void **state)
{
	(void)state;
	struct facts f;
	assert_string_equal(
		published(LD("\"datePublished\":\"2021-09-14T10:00:00Z\"") "<meta name=date content=2021-11-20>",
			"<article><h1>Le port rouvre</h1><p class=date>20 novembre 2021</p>" TEXT "</article>", &f),
		"2021-11-20");
	assert_string_equal(f.from, "meta");
	/* The day of the printed paper is the one after. */
	assert_string_equal(
		published(LD("\"datePublished\":\"2021-09-14T19:30:00+02:00\"") "<meta name=date content=2021-09-15>",
			"<article><h1>Le port rouvre</h1><p class=date>15 septembre 2021</p>" TEXT "</article>", &f),
		"2021-09-14T19:30:00+02:00");
}

static void the_first_publication_is_named_at_the_foot(void **state)
{
	(void)state;
	struct facts f;
	const char *head = "<title>The port opens</title>";
	assert_string_equal(published(head,
				    "<article><h1>The port opens</h1><p class=date>30 September 2022</p>" TEXT
				    "<p>This article was first published on 26 September 2019.</p></article>",
				    &f),
		"2019-09-26");
	/* A list of posts names many days. */
	assert_string_equal(published(head,
				    "<article><h1>The port opens</h1><p class=date>30 September 2022</p>" TEXT
				    "<p class=date>4 May 2021</p><p>Published on 26 September 2019</p></article>",
				    &f),
		"2022-09-30");
}

static void day_and_month_turn_where_the_address_names_the_month(void **state)
{
	(void)state;
	struct facts f;
	const char *body = "<article><h1>The port opens</h1><p class=date>03/10/2023</p>" TEXT "</article>";
	assert_string_equal(published_at("https://example.com/port-opens", "<html lang=en>", body, &f), "2023-03-10");
	assert_string_equal(
		published_at("https://example.com/news/2023/october/03/port-opens", "", body, &f), "2023-10-03");
	assert_string_equal(published_at("https://example.com/news/2023/oct/port-opens", "", body, &f), "2023-10-03");
}

static void the_day_on_which_somebody_joined_is_not_the_pages(void **state)
{
	(void)state;
	struct facts f;
	assert_string_equal(
		published("<title>The port opens</title>",
			"<h1>The port opens</h1><p>Registered: 5 May 2011</p><p>#1 4 June 2019 8:30</p>" TEXT, &f),
		"2019-06-04T08:30");
}

static void words_for_a_change_are_read_in_capitals_and_many_scripts(void **state)
{
	(void)state;
	struct facts f;
	static const char *const lines[][2] = {
		{ "Опубликовано 14.09.2021", "Обновлено: 15.09.2021" },
		{ "Опубліковано 14.09.2021", "ОНОВЛЕНО: 15.09.2021" },
		{ "Δημοσιεύθηκε 14/09/2021", "Ενημέρωση: 15/09/2021" },
		{ "VERÖFFENTLICHT AM 14.09.2021", "LETZTE ÄNDERUNG AM 15.09.2021" },
		{ "Đăng lúc 14/09/2021", "Cập nhật: 15/09/2021" },
		{ "प्रकाशित 14/09/2021", "अपडेट: 15/09/2021" },
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (int turned = 0; turned < 2; turned++) {
			char html[2048];
			snprintf(html, sizeof(html),
				"<article><h1>The port opens</h1><p class=date>%s</p><p class=date>%s</p>" TEXT
				"</article>",
				lines[i][turned], lines[i][!turned]);
			assert_string_equal(published("<title>The port opens</title>", html, &f), "2021-09-14");
			assert_string_equal(f.modified, "2021-09-15");
		}
}

static void the_time_of_a_quoted_post_is_not_the_pages(void **state)
{
	(void)state;
	struct facts f;
	assert_string_equal(published(LD("\"datePublished\":\"2021-09-14T10:00:00Z\""),
				    "<article><h1>Le port rouvre</h1><blockquote><p>Un port <time "
				    "datetime=2020-03-27T07:08:52Z>27. 3.</time></p></blockquote>" TEXT "</article>",
				    &f),
		"2021-09-14T10:00:00Z");
}

static void a_byline_behind_the_lead_gives_its_day(void **state)
{
	(void)state;
	struct facts f;
	assert_string_equal(published("<title>The port opens</title>",
				    "<h1>The port opens</h1><p>We walked the quay for a week and asked everyone who "
				    "mends a net what "
				    "they make of it.</p><p>This is what they said, and what the harbour office wrote "
				    "back to us a month later.</p><div><div><img alt='Ada Brown'></div><div>By <a "
				    "href=/a/ada-brown>Ada Brown</a> · Harbour editor · <span>Updated 18 November "
				    "2021</span></div></div>" TEXT,
				    &f),
		"2021-11-18");
	assert_string_equal(published("<title>Le port</title>",
				    "<h1>Le port</h1>" TEXT "<ul><li>Mise en ligne<li>23 mai 2019</ul>", &f),
		"2019-05-23");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_day_shown_goes_before_a_later_one_in_the_markup),
		cmocka_unit_test(a_change_that_is_shown_leaves_the_day_of_publication),
		cmocka_unit_test(the_evening_before_is_the_same_moment),
		cmocka_unit_test(a_field_of_the_head_that_the_page_shows_outvotes_the_rest),
		cmocka_unit_test(the_first_publication_is_named_at_the_foot),
		cmocka_unit_test(day_and_month_turn_where_the_address_names_the_month),
		cmocka_unit_test(the_day_on_which_somebody_joined_is_not_the_pages),
		cmocka_unit_test(words_for_a_change_are_read_in_capitals_and_many_scripts),
		cmocka_unit_test(the_time_of_a_quoted_post_is_not_the_pages),
		cmocka_unit_test(a_byline_behind_the_lead_gives_its_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
