/* Facts as widespread publishing systems write them down: marks of their own, properties of parts, labels in many
 * languages, layouts without headings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "facts.h"
#include "util/file.h"

#define ARTICLE(above) "<article><h1>The port opens</h1>" above TEXT "</article>"

static struct facts read_saved(const char *name, const char *url)
{
	struct facts f = { .title = "" };
	char path[512];
	struct error error = { 0 };
	struct buf page = BUF_INIT(1 << 20);
	struct garner *garner = garner_new(NULL);
	snprintf(path, sizeof(path), "%s/meta/%s.html", getenv("GARNER_TESTDATA"), name);
	assert_int_equal(file_read(path, 1 << 20, &page, &error), 0);
	assert_int_equal(garner_clean_bytes(garner, page.p, page.n, url, "text/html", note, &f), 0);
	buf_free(&page);
	garner_free(garner);
	return f;
}

static struct facts read_file(const char *name)
{
	return read_saved(name, "http://news.example/n.php?id=7");
}

static void finds_the_headline_of_a_page_of_tables(void **state)
{
	(void)state;
	struct facts f = read_file("finds_the_headline_of_a_page_of_tables");
	assert_string_equal(f.title, "Паромы пойдут по новому расписанию");
	assert_string_equal(f.published, "2004-05-12");
}

static void names_who_wrote_a_saved_page(void **state)
{
	(void)state;
	struct facts f = read_saved("names_who_wrote_a_saved_page", NULL);
	assert_string_equal(f.title, "کتابخانه سیار به روستاهای کویر بازگشت");
	assert_string_equal(f.authors, "مهناز رستگار");
	assert_string_equal(f.published, "2023-06-15T08:30:00Z");
}

static void a_saved_page_stood_where_its_head_says(void **state)
{
	(void)state;
	struct facts f = read_page(NULL,
		"<title>The port opens - Harbour Post</title>"
		"<link rel=canonical href='https://www.harbourpost.example/2021/04/09/the-port-opens/'>",
		ARTICLE("<p>by Ann Lee</p>"));
	assert_string_equal(f.title, "The port opens");
	assert_string_equal(f.authors, "Ann Lee");
	assert_string_equal(f.published, "2021-04-09");
	/* that of a front page is a template's */
	f = read_page(NULL, "<title>The port opens</title><link rel=canonical href='https://www.harbourpost.example/'>",
		ARTICLE("<p>by Ann Lee</p>"));
	assert_string_equal(f.authors, "Ann Lee");
}

static void readings_and_anchors_are_no_part_of_the_title(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/docs/x", "<title>Хранение писем - Документация</title>",
		"<article><h1>Хранение писем<a class=headerlink href='#h'>¶</a></h1>" TEXT "</article>");
	assert_string_equal(f.title, "Хранение писем");
	f = read_page("https://a.example/docs/x", "<title>猫の話</title>",
		"<article><h1><ruby>猫<rp>(</rp><rt>ねこ</rt><rp>)</rp></ruby>の話</h1>" TEXT "</article>");
	assert_string_equal(f.title, "猫の話");
}

static void the_link_to_the_front_page_names_the_site(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/2022/x", "<title>Дорога открыта – Заречный вестник</title>",
		"<header><a href='/'>Заречный вестник</a> <a href='/news'>Новости</a></header>"
		"<article><h1>Дорога открыта</h1>" TEXT "</article>");
	assert_string_equal(f.title, "Дорога открыта");
	assert_string_equal(f.site, "Заречный вестник");
	f = read_page(NULL, "<title>Harbour Post: The port opens</title>",
		"<h1><a href='https://b.example/' rel=home><img alt='Harbour Post' src=l.png></a></h1>"
		"<div class=post><h3 class=post-title>The port opens</h3>" TEXT "</div>");
	assert_string_equal(f.title, "The port opens");
	assert_string_equal(f.site, "Harbour Post");
	/* what the menu calls it is no name */
	f = read_page("https://a.example/2022/x", "<title>Home - Opening hours of the library</title>",
		"<a href='/'>Home</a>" TEXT);
	assert_string_equal(f.site, "-");
	f = read_page("https://a.example/2022/x", "<title>The port opens - Shipping</title>",
		"<a href='/'>Start</a><a href='/shipping'>Shipping</a>" ARTICLE(""));
	assert_string_equal(f.site, "-");
}

static void the_topic_of_a_forum_stands_below_its_name(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/viewtopic.php?t=9",
		"<title>Stary projektor szumi - Forum kinomanów</title>",
		"<div id=header><h1>Forum kinomanów</h1></div><h2>Stary projektor szumi</h2><div class=post>" TEXT
		"</div>");
	assert_string_equal(f.title, "Stary projektor szumi");
	f = read_page("https://a.example/9", "<title>Port opens - Boats sail again</title>",
		"<h1>Boats sail again</h1>" TEXT "<h2>Port opens</h2>");
	assert_string_equal(f.title, "Boats sail again");
}

static void a_name_stands_between_the_date_and_other_facts(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/posts/port", "<title>The port opens</title>",
		ARTICLE("<p class=meta><time datetime='2021-04-09'>9 April 2021</time> · Maureen Tolliver · 5 min "
			"read</p>"));
	assert_string_equal(f.authors, "Maureen Tolliver");
	f = read_page("https://a.example/posts/port", "<title>The port opens</title>",
		ARTICLE("<p>9 avril 2021 | Solène Abiven | 3 minutes</p>"));
	assert_string_equal(f.authors, "Solène Abiven");
}

static void who_took_the_picture_did_not_write_the_page(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/x", "<title>The port opens</title>",
		"<div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop=headline>The port opens</h1>"
		"<h3 itemprop=author itemscope itemtype='https://schema.org/Person'>By <span itemprop=name>Ann "
		"Lee</span></h3><meta itemprop=datePublished content='2021-04-09T08:00:00Z'>"
		"<div itemprop=image itemscope itemtype='https://schema.org/ImageObject'><img src=p.jpg>"
		"<meta itemprop=author content='Studio Pixel'><meta itemprop=uploadDate content=2013-01-01></div>"
		"<div itemprop=articleBody>" TEXT "</div></div>");
	assert_string_equal(f.authors, "Ann Lee");
	assert_string_equal(f.published, "2021-04-09T08:00:00Z");
}

static void the_marks_of_search_engines_and_archives_are_read(void **state)
{
	(void)state;
	static const char *const heads[] = {
		"<meta class=swiftype name='st:title' content='The port opens'>"
		"<meta name='st:published_at' content=2021-04-09>",
		"<meta name=ArticleTitle content='The port opens'><meta name=PubDate content='2021-04-09 10:22'>",
		"<meta name=bepress_citation_title content='The port opens'>"
		"<meta name=bepress_citation_date content='2021/04/09'>",
		"<meta name='eprints.title' content='The port opens'><meta name='eprints.date' content=2021-04-09>",
		"<meta name='prism.publicationDate' content=2021-04-09>",
		"<meta name='govuk:first-published-at' content='2021-04-09T09:30:00+01:00'>",
	};
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char head[512];
		snprintf(head, sizeof(head), "<title>The port opens</title>%s", heads[i]);
		struct facts f = read_page("https://a.example/x", head, ARTICLE(""));
		assert_string_equal(f.title, "The port opens");
		if (strncmp(f.published, "2021-04-09", 10) != 0)
			fail_msg("%s: %s", heads[i], f.published);
	}
}

static void bylines_begin_in_many_languages(void **state)
{
	(void)state;
	static const char *const lines[][2] = {
		{ "Szerző: Kelemen Dorottya", "Kelemen Dorottya" },
		{ "Írta: Kelemen Dorottya", "Kelemen Dorottya" },
		{ "Από: Δήμητρα Καλογιάννη", "Δήμητρα Καλογιάννη" },
		{ "লেখক: রুবাইয়া নাসরিন", "রুবাইয়া নাসরিন" },
		{ "எழுதியவர்: கவிதா சுந்தரம்", "கவிதா சுந்தரம்" },
		{ "Mwandishi: Neema Kasisi", "Neema Kasisi" },
		{ "Piše: Ivana Horvat", "Ivana Horvat" },
		{ "Napsala: Radka Vodičková", "Radka Vodičková" },
		{ "작성자: 한서윤", "한서윤" },
		{ "Eftir: Ragnheiði Steinsdóttur", "Ragnheiði Steinsdóttur" },
		{ "Shkruar nga: Arta Hoxha", "Arta Hoxha" },
		{ "Egilea: Itziar Goikoetxea", "Itziar Goikoetxea" },
		{ "Аутор: Љубица Станимировић", "Љубица Станимировић" },
		{ "Аўтар: Алеся Каваленка", "Алеся Каваленка" },
		{ "تحریر: شازیہ قریشی", "شازیہ قریشی" },
		{ "લેખક: હેતલ પટેલ", "હેતલ પટેલ" },
		{ "రచన: లక్ష్మీ ప్రసన్న", "లక్ష్మీ ప్రసన్న" },
		{ "എഴുതിയത്: അനിത ജോസഫ്", "അനിത ജോസഫ്" },
		{ "ಲೇಖಕರು: ಸುಮಾ ರಾವ್", "ಸುಮಾ ರಾವ್" },
		{ "ਲੇਖਕ: ਹਰਪ੍ਰੀਤ ਕੌਰ", "ਹਰਪ੍ਰੀਤ ਕੌਰ" },
		{ "ដោយ: ចាន់ សុភា", "ចាន់ សុភា" },
		{ "Diposting oleh Ratna Kusumawati", "Ratna Kusumawati" },
		{ "Bejegyezte: Kelemen Dorottya", "Kelemen Dorottya" },
		{ "Gönderen: Nurcan Aydın", "Nurcan Aydın" },
		{ "Enviado por Ignacio Prado el Mar, 09/08/2016 - 12:20", "Ignacio Prado" },
		{ "Upplagd av Stina Berglund", "Stina Berglund" },
		{ "Postat de Ilinca Moldovan", "Ilinca Moldovan" },
		{ "লিখেছেন রুবাইয়া নাসরিন", "রুবাইয়া নাসরিন" },
		{ "نوشته شده توسط کاوه مرادی در سه‌شنبه", "کاوه مرادی" },
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char body[4096];
		snprintf(body, sizeof(body), "<article><h1>The port opens</h1><p class=byline>%s</p>" TEXT "</article>",
			lines[i][0]);
		struct facts f = read_page("https://a.example/x", "<title>The port opens</title>", body);
		assert_string_equal(f.authors, lines[i][1]);
	}
}

static void the_label_of_a_date_is_no_name(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/x", "<title>The port opens</title>",
		ARTICLE("<div class=tarih>Giriş Tarihi: 26.01.2023 09:12 Son Güncelleme: 26.01.2023 11:30</div>"));
	assert_string_equal(f.authors, "-");
	assert_string_equal(f.published, "2023-01-26T09:12");
}

/* What only screen readers hear in a byline is no name of it. */
static void words_for_screen_readers_are_no_names(void **state)
{
	(void)state;
	struct facts f = read_page("https://forum.example/viewtopic.php?t=9", "<title>The port opens</title>",
		ARTICLE("<p class=author><a href='#p1'><span class=sr-only>Příspěvek</span></a> od <strong><a "
			"class=username"
			" href='/u/7'>Jarmila Dvořáková</a></strong> » 11. dub 2020 17:32</p>"));
	assert_string_equal(f.authors, "Jarmila Dvořáková");
}

static void a_label_in_front_of_a_date_is_no_name(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/x", "<title>மழைக்காலம்</title>",
		"<article><h1>மழைக்காலம்</h1><div>பதிவு செய்த நாள்: நவம்பர் 02, 2021</div>" TEXT "</article>");
	assert_string_equal(f.authors, "-");
	assert_string_equal(f.published, "2021-11-02");
}

/* Portals write date, source and author into one line, and the editor under the text. */
static void the_author_is_one_of_several_fields_of_a_line(void **state)
{
	(void)state;
	static const char body[] =
		"<h1>山村小学迎来第一位音乐老师</h1><div class=info><span>2017-09-12 08:35</span> "
		"<span>来源：江畔晚报</span> <span>作者：周晓岚</span> <a href='#'>打印</a></div>"
		"<div><p>九月的第一个星期一，石梯村小学的四十三个孩子第一次上了音乐课，老师带来了六十支竖笛。</p>"
		"<p>学校建在半山腰，从镇上走来要两个小时，校长说招聘启事贴了三年，留下的一个也没有。</p>"
		"<p>一个月后，村里人在晒谷场上听到了第一场音乐会，曲子只有两首，但是孩子们返场了七次。</p>"
		"<p align=right>（责任编辑：刘洋）</p></div>";
	struct facts f = read_page("https://a.example/edu/1.html", "<title>山村小学迎来第一位音乐老师</title>", body);
	assert_string_equal(f.authors, "周晓岚");
	f = read_page("https://a.example/x", "<title>The port opens</title>",
		ARTICLE("<div>Published: 5 May 2021 | Author: Mary Tallow | Views: 120</div>"));
	assert_string_equal(f.authors, "Mary Tallow");
}

/* Systems of libraries name the authors in the head, without a byline of words. */
static void the_authors_of_a_journal_are_in_its_head(void **state)
{
	(void)state;
	struct facts f = read_page("https://a.example/article/view/12",
		"<title>Salt tolerance of barley | Coast Letters</title>"
		"<meta name=citation_title content='Salt tolerance of barley'>"
		"<meta name=citation_author content='Wiebke Harms'><meta name=citation_author content='Adeola Okonkwo'>"
		"<meta name=citation_date content='2021/10/18'>",
		"<article><h1>Salt tolerance of barley</h1><ul class=authors><li><span class=name>Wiebke Harms</span> "
		"<span class=affiliation>Marsh Institute</span><li><span class=name>Adeola Okonkwo</span></ul>"
		"<h2>Abstract</h2>" TEXT "</article>");
	assert_string_equal(f.authors, "Wiebke Harms; Adeola Okonkwo");
}

static void the_word_for_a_thread_is_no_part_of_its_topic(void **state)
{
	(void)state;
	struct facts f =
		read_page("https://a.example/showthread.php?t=3", "<title>Kombi suyu neden geç ısıtıyor?</title>",
			"<h1>Konu: <a href='?t=3'>Kombi suyu neden geç ısıtıyor?</a></h1>" TEXT);
	assert_string_equal(f.title, "Kombi suyu neden geç ısıtıyor?");
}

/* Documentation writes about markup: what no other tag closes is a word of the title. */
static void a_title_may_speak_of_an_element(void **state)
{
	(void)state;
	struct facts f =
		read_page("https://a.example/docs/canvas", "<title>&lt;canvas&gt;: the drawing element</title>",
			"<h1><code>&lt;canvas&gt;</code>: the drawing element</h1>" TEXT);
	assert_string_equal(f.title, "<canvas>: the drawing element");
	f = read_page(
		"https://a.example/x", "<title>&lt;i&gt;Homo&lt;/i&gt; in the port&lt;br&gt;of Kiel</title>", TEXT);
	assert_string_equal(f.title, "Homo in the port of Kiel");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_who_wrote_a_saved_page),
		cmocka_unit_test(a_saved_page_stood_where_its_head_says),
		cmocka_unit_test(finds_the_headline_of_a_page_of_tables),
		cmocka_unit_test(readings_and_anchors_are_no_part_of_the_title),
		cmocka_unit_test(the_link_to_the_front_page_names_the_site),
		cmocka_unit_test(the_topic_of_a_forum_stands_below_its_name),
		cmocka_unit_test(a_name_stands_between_the_date_and_other_facts),
		cmocka_unit_test(who_took_the_picture_did_not_write_the_page),
		cmocka_unit_test(the_marks_of_search_engines_and_archives_are_read),
		cmocka_unit_test(bylines_begin_in_many_languages),
		cmocka_unit_test(the_label_of_a_date_is_no_name),
		cmocka_unit_test(words_for_screen_readers_are_no_names),
		cmocka_unit_test(a_label_in_front_of_a_date_is_no_name),
		cmocka_unit_test(the_author_is_one_of_several_fields_of_a_line),
		cmocka_unit_test(the_authors_of_a_journal_are_in_its_head),
		cmocka_unit_test(the_word_for_a_thread_is_no_part_of_its_topic),
		cmocka_unit_test(a_title_may_speak_of_an_element),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
