/* Facts of whole pages, through the library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "facts.h"

static void the_name_of_the_site_is_cut_off_a_title(void **state)
{
	(void)state;
	struct facts f = read_page("https://www.morgenbote.example/a",
		"<title>Der Hafen leuchtet – Morgenbote</title>"
		"<meta property=og:site_name content=Morgenbote>",
		"<article>" TEXT "</article>");
	assert_string_equal(f.title, "Der Hafen leuchtet");
	assert_string_equal(f.site, "Morgenbote");
	f = read_page("https://www.seeblick.example/a", "<title>Seeblick | Das Meer: ein Rätsel</title>",
		"<article>" TEXT "</article>");
	assert_string_equal(f.title, "Das Meer: ein Rätsel");
}

static void a_separator_alone_cuts_nothing(void **state)
{
	(void)state;
	struct facts f = read_page(
		"https://example.org/a", "<title>Paris - Lyon: a journey</title>", "<article>" TEXT "</article>");
	assert_string_equal(f.title, "Paris - Lyon: a journey");
	/* Underscores stand round a word, or between title and site. */
	static const char *const underscored[][2] = { { "The night ferry sails in colour _u_", NULL },
		{ "The _night_ ferry sails", NULL }, { "_A letter_", NULL }, { "夜船_港口网_", "夜船_港口网" },
		{ "The night ferry sails_Seeblick", "The night ferry sails" },
		{ "The night ferry sails _ Seeblick", "The night ferry sails" },
		{ "The night ferry sails _u_ - Seeblick", "The night ferry sails _u_" },
		{ "The night ferry sails_", "The night ferry sails" } };
	for (size_t i = 0; i < sizeof(underscored) / sizeof(underscored[0]); i++) {
		char head[200];
		snprintf(head, sizeof(head), "<title>%s</title><meta property=og:site_name content=Seeblick>",
			underscored[i][0]);
		f = read_page("https://www.seeblick.example/a", head, "<article>" TEXT "</article>");
		assert_string_equal(f.title, underscored[i][1] ? underscored[i][1] : underscored[i][0]);
	}
}

static void a_second_headline_that_the_head_repeats_is_the_editors(void **state)
{
	(void)state;
	/* h1 and title element are for search engines. */
	struct facts f = read_page("https://example.org/a",
		"<title>Fähre Nordinsel: Fahrplan, Preise, Ausfälle</title>"
		"<meta property=og:title content='Die Insel wartet auf ihr Schiff'>",
		"<article><h1>Fähre Nordinsel: Fahrplan, Preise, Ausfälle</h1><h2><span>Nordsee</span> Die Insel "
		"wartet "
		"auf ihr Schiff</h2>" TEXT "</article>");
	assert_string_equal(f.title, "Die Insel wartet auf ihr Schiff");
	/* A subheading that nobody repeats stays one. */
	f = read_page("https://example.org/a",
		"<title>Fähre Nordinsel fällt aus</title><meta property=og:title content='Fähre Nordinsel fällt aus'>",
		"<article><h1>Fähre Nordinsel fällt aus</h1><h2>Die Insel wartet auf ihr Schiff</h2>" TEXT
		"</article>");
	assert_string_equal(f.title, "Fähre Nordinsel fällt aus");
}

static void a_kicker_inside_of_the_heading_is_left_out(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<title>Il mercato del pesce riapre in centro</title>"
		"<meta property=og:title content='Il mercato del pesce riapre in centro'>",
		"<article><h1><span>Commercio</span> Il mercato del pesce riapre in centro</h1>" TEXT "</article>");
	assert_string_equal(f.title, "Il mercato del pesce riapre in centro");
}

static void the_part_of_the_title_that_is_a_heading_goes_before_the_site_in_h1(void **state)
{
	(void)state;
	struct facts f = read_page("https://www.notes.example/a",
		"<title>Weekend notes » Blog Archive » Mending a net by lamplight</title>",
		"<h1>Weekend notes</h1><div><h2>Mending a net by lamplight</h2>" TEXT "</div>");
	assert_string_equal(f.title, "Mending a net by lamplight");
}

static void a_headline_cut_short_is_completed_by_the_heading(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<title>Satama avattiin uudelleen kolmen myrskyisen yön jälkeen | Rannikko</title>"
		"<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Satama avattiin uudelleen "
		"kolmen...\"}</script>",
		"<article><h1>Satama avattiin uudelleen kolmen myrskyisen yön jälkeen</h1>" TEXT "</article>");
	assert_string_equal(f.title, "Satama avattiin uudelleen kolmen myrskyisen yön jälkeen");
}

static void the_heading_of_the_text_is_its_title(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<title>Tempête : le port rouvre | Le Courrier</title>"
		"<meta property=og:title content='Tempête : le port rouvre'>",
		"<header><h1>Le Courrier</h1></header><article><h1>Tempête : le port rouvre</h1>" TEXT "</article>");
	assert_string_equal(f.title, "Tempête : le port rouvre");
}

static void json_ld_gives_names_and_times_even_when_damaged(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Il porto riapre\",\n"
		"\"description\":\"due\nrighe\",\"datePublished\":\"2021-03-04T05:06:07+01:00\","
		"\"dateModified\":\"2021-03-05T10:00:00+01:00\",\"author\":[{\"@type\":\"Person\",\"name\":\"Ada "
		"Neri\"},"
		"{\"@type\":\"Person\",\"name\":\"Ugo Bianchi\"},],\"publisher\":{\"name\":\"La Voce\"},}</script>",
		"<article><h1>Il porto riapre</h1>" TEXT "</article>");
	assert_string_equal(f.title, "Il porto riapre");
	assert_string_equal(f.authors, "Ada Neri; Ugo Bianchi");
	assert_string_equal(f.published, "2021-03-04T05:06:07+01:00");
	assert_string_equal(f.from, "json-ld");
	assert_string_equal(f.precision, "second");
	assert_string_equal(f.modified, "2021-03-05T10:00:00+01:00");
	assert_string_equal(f.site, "La Voce");
}

static void a_byline_and_a_date_under_the_headline_are_found_without_markup(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a", "<title>Le port rouvre</title>",
		"<article><h1>Le port rouvre</h1><p>Par Élodie Aubé et Léo Roy</p><p>Publié le 3 mars 2021 à "
		"14h30</p>" TEXT "</article>");
	assert_string_equal(f.authors, "Élodie Aubé; Léo Roy");
	assert_string_equal(f.published, "2021-03-03T14:30");
	assert_string_equal(f.from, "text");
}

static void a_byline_box_is_read_run_by_run(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a", "<title>The port opens</title>",
		"<article><h1>The port opens</h1><div class=byline><span>By</span><a href=/authors/1>Ann Lee</a><a "
		"href=/authors/2>Bo Chu"
		"</a><span>Staff Writers</span><span>Photos by</span><a href=/authors/3>Cy Dow</a></div>" TEXT
		"</article>");
	assert_string_equal(f.authors, "Ann Lee; Bo Chu");
}

static void a_page_from_a_disk_has_the_addresses_of_its_canonical_one(void **state)
{
	(void)state;
	struct facts f = read_page(NULL,
		"<title>The port opens</title><link rel=canonical href=https://daily.example/2024/port>"
		"<meta property=og:image content=/img/port.jpg>",
		"<article><h1>The port opens</h1>" TEXT "</article>");
	assert_string_equal(f.canonical, "https://daily.example/2024/port");
	assert_string_equal(f.image, "https://daily.example/img/port.jpg");
}

static void without_evidence_there_is_no_date_and_no_author(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/about", "<title>Our town</title>",
		"<article><h1>Our town</h1>" TEXT
		"<p>The great fire of 12 June 1834 took half of the houses, and the church, and "
		"the old bridge, which was built again in stone.</p></article><footer>© 2021 Our Town Ltd</footer>");
	assert_string_equal(f.published, "-");
	assert_string_equal(f.authors, "-");
}

static void the_day_of_a_related_article_is_not_taken(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a", "<title>The port opens</title>",
		"<article><h1>The port opens</h1><p class=date>3 March 2021</p>" TEXT
		"</article><aside class=related><h3>More</h3>"
		"<time datetime=2022-01-01>1 January 2022</time></aside>");
	assert_string_equal(f.published, "2021-03-03");
}

static void a_change_is_not_a_publication(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a", "<title>The port opens</title>",
		"<article><h1>The port opens</h1><p>Posted: 3 March 2021. Updated: 9 March 2021</p>" TEXT "</article>");
	assert_string_equal(f.published, "2021-03-03");
	assert_string_equal(f.modified, "2021-03-09");
}

static void a_date_with_its_label_is_found_wherever_it_stands(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a", "<title>Der Hafen öffnet</title>",
		"<article><h1>Der Hafen öffnet</h1>" TEXT "</article><ul><li>Datum 28.04.2023</li><li>Autorin Änne "
		"Müßig</li></ul>");
	assert_string_equal(f.published, "2023-04-28");
	assert_string_equal(f.authors, "Änne Müßig");
	f = read_page("https://example.org/a", "<title>The port opens</title>",
		"<div class=sidebar><h4>Published</h4><div>July 8, 2025</div></div><article><h1>The port "
		"opens</h1>" TEXT "</article>");
	assert_string_equal(f.published, "2025-07-08");
	/* Two of them are a list of other pages. */
	f = read_page("https://example.org/a", "<title>The port opens</title>",
		"<article><h1>The port opens</h1>" TEXT "</article><div class=related><div>Published 8 July "
		"2025</div><div>Published 9 July 2025</div></div>");
	assert_string_equal(f.published, "-");
}

static void the_clock_on_the_page_goes_before_the_same_moment_in_utc(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<title>O porto reabre</title><meta property=article:published_time content=2022-05-04T00:44:52Z>",
		"<html lang=pt-BR><article><h1>O porto reabre</h1><p>3 de maio de 2022, 21:44:52</p>" TEXT
		"</article>");
	assert_string_equal(f.published, "2022-05-03T21:44:52");
}

static void a_template_that_swaps_day_and_month_is_corrected_by_what_is_shown(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<title>Das Wasser ist sauber</title><meta name=date content='2023-01-11T12:43:42'>",
		"<html lang=de><article><h1>Das Wasser ist sauber</h1><p>1. November 2023</p>" TEXT "</article>");
	assert_string_equal(f.published, "2023-11-01");
}

static void a_job_is_of_the_day_when_it_was_posted(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/jobs/7",
		"<title>Net mender</title><script type=application/ld+json>{\"@type\":\"JobPosting\",\"title\":\"Net "
		"mender\",\"datePosted\":\"2025-03-03\",\"validThrough\":\"2025-05-03\"}</script>",
		"<main><h1>Net mender</h1>" TEXT "</main>");
	assert_string_equal(f.published, "2025-03-03");
}

static void a_front_page_has_no_day(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/",
		"<title>The Daily Net</title><script type=application/ld+json>{\"@type\":\"WebPage\",\"datePublished\":"
		"\"2021-03-04T05:06:07Z\"}</script>",
		"<h1>The Daily Net</h1>" TEXT "<p>3 March 2021</p>");
	assert_string_equal(f.published, "-");
}

static void the_address_says_which_day_it_was_where_it_was_written(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/2021/03/03/port",
		"<title>The port opens</title>"
		"<meta property=article:published_time content=2021-03-04T02:10:00Z>",
		"<article><h1>The port opens</h1>" TEXT "</article>");
	assert_string_equal(f.published, "2021-03-03");
	assert_string_equal(f.from, "url");
}

static void answers_do_not_write_the_question(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/q", "<title>Why is the sea salt?</title>",
		"<div itemscope itemtype=https://schema.org/Question><h1>Why is the sea salt?</h1><p "
		"itemprop=author>Ann Lee</p>" TEXT "</div><div itemscope itemtype=https://schema.org/Answer>" TEXT
		"<p itemprop=author>Bo Chu</p></div>");
	assert_string_equal(f.authors, "Ann Lee");
}

static void links_are_made_absolute(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a/b?utm_source=x",
		"<title>The port opens</title><link rel=canonical href=/a/b><link rel=license "
		"href=https://example.com/by/4.0/>"
		"<meta property=og:image content=/i/port.jpg><meta property=article:section content=Coast>"
		"<meta property=article:tag content=Harbour><meta property=article:tag content=Fish>",
		"<article><h1>The port opens</h1>" TEXT "</article>");
	assert_string_equal(f.canonical, "https://example.org/a/b");
	assert_string_equal(f.image, "https://example.org/i/port.jpg");
	assert_string_equal(f.licence, "https://example.com/by/4.0/");
	assert_string_equal(f.section, "Coast");
	assert_string_equal(f.tags, "Harbour; Fish");
	f = read_page("https://example.org/a/b",
		"<link rel=canonical href=https://ed:sesame@example.org/a/b><meta property=og:image "
		"content=//ed@example.org/i/@2x/port.jpg>",
		"<article><h1>The port opens</h1>" TEXT "</article>");
	assert_string_equal(f.canonical, "https://example.org/a/b");
	assert_string_equal(f.image, "https://example.org/i/@2x/port.jpg");
}

static void access_is_told_only_on_evidence(void **state)
{
	(void)state;
	struct facts f = read_page("https://example.org/a",
		"<script type=application/ld+json>{\"@type\":\"Article\",\"headline\":"
		"\"The port opens\",\"isAccessibleForFree\":\"False\"}</script>",
		"<article><h1>The port opens</h1>" TEXT "</article>");
	assert_string_equal(f.access, "paywall");
	f = read_page("https://example.org/a", "<title>Page not found</title>",
		"<h1>Page not found</h1><p>There is no such page on this "
		"server, but you can go back to the beginning and search from there.</p>");
	assert_string_equal(f.access, "error");
	f = read_page("https://example.org/a", "<title>Just a moment...</title>",
		"<h1>Just a moment...</h1><p>This check takes a few "
		"seconds, then your browser goes on to the page you asked for.</p>");
	assert_string_equal(f.access, "consent");
	f = read_page("https://example.org/a", "<title>503 - later</title>", "<p>The machine rests for an hour.</p>");
	assert_string_equal(f.access, "error");
	f = read_page("https://example.org/a", "<title>404 people came to the port</title>",
		"<article><h1>404 people came to the port</h1><p>All of them had brought their "
		"umbrellas.</p></article>");
	assert_string_equal(f.access, "-");
	f = read_page("https://example.org/a", "<title>The port opens</title>",
		"<article><h1>The port opens</h1>" TEXT "</article>");
	assert_string_equal(f.access, "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_the_site_is_cut_off_a_title),
		cmocka_unit_test(a_separator_alone_cuts_nothing),
		cmocka_unit_test(a_second_headline_that_the_head_repeats_is_the_editors),
		cmocka_unit_test(a_kicker_inside_of_the_heading_is_left_out),
		cmocka_unit_test(the_part_of_the_title_that_is_a_heading_goes_before_the_site_in_h1),
		cmocka_unit_test(a_headline_cut_short_is_completed_by_the_heading),
		cmocka_unit_test(the_heading_of_the_text_is_its_title),
		cmocka_unit_test(json_ld_gives_names_and_times_even_when_damaged),
		cmocka_unit_test(a_byline_and_a_date_under_the_headline_are_found_without_markup),
		cmocka_unit_test(a_byline_box_is_read_run_by_run),
		cmocka_unit_test(a_page_from_a_disk_has_the_addresses_of_its_canonical_one),
		cmocka_unit_test(without_evidence_there_is_no_date_and_no_author),
		cmocka_unit_test(the_day_of_a_related_article_is_not_taken),
		cmocka_unit_test(a_change_is_not_a_publication),
		cmocka_unit_test(a_date_with_its_label_is_found_wherever_it_stands),
		cmocka_unit_test(the_clock_on_the_page_goes_before_the_same_moment_in_utc),
		cmocka_unit_test(a_template_that_swaps_day_and_month_is_corrected_by_what_is_shown),
		cmocka_unit_test(a_job_is_of_the_day_when_it_was_posted),
		cmocka_unit_test(a_front_page_has_no_day),
		cmocka_unit_test(the_address_says_which_day_it_was_where_it_was_written),
		cmocka_unit_test(answers_do_not_write_the_question),
		cmocka_unit_test(links_are_made_absolute),
		cmocka_unit_test(access_is_told_only_on_evidence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
