/* Who wrote a page: evidence that agrees, and evidence that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "facts.h"
#include "meta/givennames.h"

#define HEAD                                                                                                           \
	"<title>The port opens</title><meta property=og:type content=article>"                                         \
	"<meta property=article:published_time content=2021-03-04T05:06:07Z>"
/* An article by its own declaration, whose author is not declared. */
#define DECLARED                                                                                                       \
	HEAD "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"The port opens\"}</script>"
#define ARTICLE(above, below) "<article><h1>The port opens</h1>" above TEXT below "</article>"

static void check(const char *head, const char *body, const char *want)
{
	struct facts f = read_page("https://www.daily-net.example/a", head, body);
	if (strcmp(f.authors, want) != 0)
		fail_msg("[%s], not [%s]", f.authors, want);
}

static void a_list_cut_short_is_completed_where_two_places_agree(void **state)
{
	(void)state;
	static const char head[] =
		HEAD "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"The "
		     "port opens\",\"author\":{\"@type\":\"Person\",\"name\":\"Ann Lee\"}}</script>";
	check(head, ARTICLE("<p class=byline>By Ann Lee and Bo Chu</p>", ""), "Ann Lee; Bo Chu");
	check(HEAD "<meta name=author content='Ann Lee'>", ARTICLE("<p>Ann Lee</p><p>About Bo Chu</p>", ""), "Ann Lee");
}

static void a_given_name_is_completed_by_the_byline(void **state)
{
	(void)state;
	check(HEAD "<meta name=author content=Ann>", ARTICLE("<p>By Ann Lee</p>", ""), "Ann Lee");
}

static void what_an_imprint_says_is_no_author(void **state)
{
	(void)state;
	check(HEAD "<meta name=author content='daily-net.example'>", ARTICLE("", ""), "-");
	check(HEAD "<meta name=author content='Ministry of Harbours, Department of Nets'>", ARTICLE("", ""), "-");
	check(HEAD "<meta name=author content='DailyNet'>", ARTICLE("<p>By Ann Lee</p>", ""), "Ann Lee");
}

static void an_agency_signs_in_small_letters(void **state)
{
	(void)state;
	check(HEAD "<meta name=author content='Änne Müßig und Bert Lang, dpa'>",
		ARTICLE("<p>Von Änne Müßig und Bert Lang, dpa</p>", ""), "Änne Müßig; Bert Lang; dpa");
}

static void a_card_a_link_and_a_label_name_the_author(void **state)
{
	(void)state;
	check(HEAD "<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Änne Müßig'>"
		   "<meta name=twitter:label2 content=Lesezeit><meta name=twitter:data2 content='3 Minuten'>",
		ARTICLE("<p>Änne Müßig, 4.3.2021</p>", ""), "Änne Müßig");
	check(HEAD, ARTICLE("<ul><li><a href=/authors/ann-lee/>Ann Lee</a></li></ul>", ""), "Ann Lee");
	check(HEAD, ARTICLE("", "<div><b>Auteur :</b> Élodie Aubé</div>"), "Élodie Aubé");
	check(HEAD, ARTICLE("<p>Written by</p><p>Ann Lee</p>", ""), "Ann Lee");
}

static void the_foot_of_the_article_has_its_byline(void **state)
{
	(void)state;
	check(HEAD,
		"<div class=post><h1>The port opens</h1><div>" TEXT
		"</div><div class=post-footer><span class='post-author vcard'>Eingestellt von "
		"<span class=fn>der Käptn</span></span></div></div>",
		"der Käptn");
	check(HEAD, ARTICLE("", "") "<div class='füße-ÜÜ footer'><span class=author>Web Design Ltd</span></div>", "-");
}

static void a_name_in_italics_signs_the_article(void **state)
{
	(void)state;
	static const char head[] = HEAD "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":"
					"\"The port opens\",\"datePublished\":\"2021-03-04T05:06:07Z\"}</script>";
	check(head, ARTICLE("", "<p style='text-align:right'><strong>Lê Văn</strong></p>"), "Lê Văn");
	check(head, ARTICLE("", "<p>Lê Văn</p>"), "-");
}

static void a_shown_byline_goes_before_an_account(void **state)
{
	(void)state;
	check(HEAD "<meta name=author content='q_admin7'>", ARTICLE("<p class=byline>By Ann Lee</p>", ""), "Ann Lee");
	check(HEAD "<meta name=author content='Bo Chu'>", ARTICLE("<p class=byline>By Ann Lee</p>", ""), "Ann Lee");
}

static void a_byline_may_stand_under_the_lead_or_behind_the_body(void **state)
{
	(void)state;
	static const char lead[] = "<p>For the first time in three years the boats of the town may leave the harbour "
				   "without a pilot on board, the council said.</p>";
	struct buf body = BUF_INIT(1 << 14);
	buf_printf(&body, "<article><h1>The port opens</h1>%s<div>By Ann Lee</div>" TEXT "</article>", lead);
	check(HEAD, buf_str(&body), "Ann Lee");
	buf_free(&body);
	check(DECLARED, ARTICLE("", "<p>Written by</p><p>Ann Lee</p>"), "Ann Lee");
	check(HEAD, ARTICLE("<p>04.03.2021 | 13:10 Uhr | Änne Müßig</p>", ""), "Änne Müßig");
}

static void a_name_that_the_page_never_shows_is_none(void **state)
{
	(void)state;
	check("<title>The port opens</title><meta name=author content='s_owl7'>", ARTICLE("", ""), "-");
	check("<title>The port opens</title>", ARTICLE("<a class=username href=/login>Sign in</a>", ""), "-");
}

static void a_name_in_two_elements_of_a_link_is_one(void **state)
{
	(void)state;
	check(HEAD,
		ARTICLE("<div class=byline>By <a rel=author href=/author/1><span>Ann Marie</span> "
			"<span>Lee</span></a></div>",
			""),
		"Ann Marie Lee");
}

static void topics_and_buttons_are_no_names(void **state)
{
	(void)state;
	check(HEAD, ARTICLE("<p class=author-line><a rel='category tag' href=/category/nets>Nets Boats</a></p>", ""),
		"-");
	check(HEAD, ARTICLE("<p>Facebook Twitter Mail</p><p>3 March 2021</p>", ""), "-");
}

static void a_line_that_says_only_who_wrote_it_leaves_the_text(void **state)
{
	(void)state;
	struct facts f = read_page("https://www.daily-net.example/a", "<title>The port opens</title>",
		"<h1>The port opens</h1><p>By Ann Lee</p>" TEXT);
	assert_string_equal(f.authors, "Ann Lee");
	assert_ptr_equal(strstr(f.text, "The harbour was quiet"), f.text);
	f = read_page("https://www.daily-net.example/a", "<title>The port opens</title>",
		"<h1>The port opens</h1><p>By Ann Lee, who has lived on the quay for many years</p>" TEXT);
	assert_non_null(strstr(f.text, "who has lived"));
}

static void check_text(const char *text, const char *want)
{
	struct facts f = { .title = "" };
	struct garner *garner = garner_new(NULL);
	assert_non_null(garner);
	assert_int_equal(
		garner_clean_bytes(garner, text, strlen(text), NULL, "text/plain; charset=utf-8", note, &f), 0);
	garner_free(garner);
	if (strcmp(f.authors, want) != 0)
		fail_msg("[%s], not [%s]", f.authors, want);
}

static void who_helped_or_checked_is_no_author(void **state)
{
	(void)state;
	check(HEAD,
		ARTICLE("<div>By <a href=/author/ann-lee>Ann Lee</a></div>"
			"<div>Contributions from: <a href=/author/bo-chu>Bo Chu</a></div>",
			""),
		"Ann Lee");
	check(HEAD,
		ARTICLE("<div>Von <a href=/autor/aenne-muessig>Änne Müßig</a></div>"
			"<div>Fachlich geprüft von <a href=/autor/bert-lang>Bert Lang</a></div>",
			""),
		"Änne Müßig");
	check(HEAD,
		ARTICLE("<p class=author>by Ann Lee</p><p>4 March 2021</p>",
			"<p class=author>by Bo Chu, 6 March 2021</p>"),
		"Ann Lee");
}

static void the_only_name_of_a_page_may_stand_beside_the_text(void **state)
{
	(void)state;
	check(DECLARED, "<aside><address><a rel=author href=/profile/ann>Ann Lee</a></address></aside>" ARTICLE("", ""),
		"Ann Lee");
	check(DECLARED,
		"<aside><a rel=author href=/profile/ann>Ann Lee</a> <a rel=author href=/profile/bo>Bo "
		"Chu</a></aside>" ARTICLE("", ""),
		"-");
}

static void a_house_may_sign(void **state)
{
	(void)state;
	check(DECLARED, ARTICLE("<p class=author-name>Daily Net Staff</p><p>4 March 2021</p>", ""), "Daily Net Staff");
	check(DECLARED, ARTICLE("<p class=author-name>Staff Writer</p><p>4 March 2021</p>", ""), "-");
	check(DECLARED, ARTICLE("<p>By</p><p>Ann Lee</p><p>4 March 2021</p>", ""), "Ann Lee");
}

static void plain_text_names_persons_without_roles(void **state)
{
	(void)state;
	check_text(
		"Der Hafen öffnet wieder\n\nVon Änne Müßig, Redakteurin\n\nDer Hafen lag still, als die ersten Boote "
		"am Morgen zurückkamen, und niemand am Kai sprach vom Sturm, der sie drei Nächte lang draußen gehalten "
		"hatte.\n",
		"Änne Müßig");
	check_text("Le port rouvre\n\nPar Élodie Aubé (AFP)\n\nLe port était calme quand les premiers bateaux sont "
		   "revenus "
		   "au matin, et personne sur le quai ne parlait de la tempête qui les avait retenus trois nuits.\n",
		"Élodie Aubé");
	check_text("港が再び開く\n\n記者 "
		   "山本花子\n\n朝、最初の船が戻ってきたとき港は静かで、三晩も船を沖に留めた嵐のことを話す者は"
		   "岸壁に誰もいなかった。\n",
		"山本花子");
	check_text(
		"Liman yeniden açıldı\n\nHaber: Ali Demir\n\nSabah ilk tekneler döndüğünde liman sessizdi ve rıhtımda "
		"kimse onları üç gece dışarıda tutan fırtınadan söz etmedi.\n",
		"Ali Demir");
	check_text("The port opens\n\nThe harbour was quiet when the first boats came back in the morning, and nobody "
		   "on the "
		   "quay spoke of the storm.\n",
		"-");
}

static void a_site_that_sounds_like_a_job_is_named_whole(void **state)
{
	(void)state;
	static const char head[] =
		HEAD "<meta property=og:site_name content='Harbour Expert'><script type=application/ld+json>{\"@type\":"
		     "\"NewsArticle\",\"headline\":\"The port opens\",\"author\":{\"@type\":\"Organization\","
		     "\"name\":\"Harbour Expert\"},\"publisher\":{\"name\":\"Harbour Expert\"}}</script>";
	check(head, ARTICLE("<p class=byline>Harbour Expert</p><p>4 March 2021</p>", ""), "Harbour Expert");
}

static void answers_farther_down_are_of_others(void **state)
{
	(void)state;
	static const char answer[] =
		"<dl class=poster><dt><a class=username href=/members/7>%s</a></dt></dl><div>%s</div>";
	char body[8192], rows[4096] = "";
	for (int i = 0; i < 30; i++)
		strcat(rows, "<b>mend</b><i>the net</i> ");
	size_t n = (size_t)snprintf(body, sizeof(body), "<article><h1>The port opens</h1>");
	n += (size_t)snprintf(body + n, sizeof(body) - n, answer, "netmender7", rows);
	snprintf(body + n, sizeof(body) - n, answer, "anchorbird", TEXT "</article>");
	struct facts f = read_page("https://www.daily-net.example/forum/thread/5", HEAD, body);
	assert_null(strstr(f.authors, "anchorbird"));
}

/* A post as forums print it: who wrote it, since when he does, how much, and the text. */
#define POST(profile, name, text)                                                                                      \
	"<div class=post><div class=side><h4><a href='" profile "'>" name                                              \
	"</a></h4><ul><li>Newbie</li><li>Posts: 7</li></ul></div><div class=area><p>" text "</p></div></div>"

static void who_began_a_thread_wrote_it(void **state)
{
	(void)state;
	static const char *const profiles[] = { "index.php?action=profile;u=5", "member.php?u=5",
		"/board/index.php?sid=2&action=profile;u=5", "/user?id=tern", "/~tern" };
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		char body[8192];
		snprintf(body, sizeof(body),
			"<div class=menu><a href=/>Boats</a> <a href=/help>Help</a> <a href=/login>Log in</a></div>"
			"<h1>The pump leaks</h1><div>Thread Tools</div><div>21 August 2023, 21:14</div>" POST(
				"%s", "tern", "%s") "<div>22 August 2023, 08:02</div>" POST("%s", "oldharbour", "%s"),
			profiles[i], TEXT, profiles[i], TEXT);
		struct facts f = read_page(
			"https://www.boats.example/forum/index.php?topic=5", "<title>The pump leaks</title>", body);
		assert_string_equal(f.authors, "tern");
	}
}

static void who_sent_a_letter_wrote_it(void **state)
{
	(void)state;
	static const char *const heads[] = {
		"<b>Magnus Oskar</b> <a href='mailto:nets%40example.org'>magnus at example.org</a><br>"
		"<i>Tue Mar 16 09:12:44 CET 2021</i><hr>",
		"<ul><li><em>From</em>: Magnus Oskar &lt;<a href='mailto:m@HIDDEN'>m@xxxxxxx</a>&gt;</li>"
		"<li><em>Date</em>: Tue, 16 Mar 2021 09:12:44 +0100</li></ul><hr>",
	};
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char body[4096];
		snprintf(body, sizeof(body), "<h1>[nets] Long branches</h1>%s%s<hr>", heads[i], TEXT);
		struct facts f =
			read_page("https://lists.example/2021-March/000412.html", "<title>Long branches</title>", body);
		assert_string_equal(f.authors, "Magnus Oskar");
		assert_int_equal(strncmp(f.published, "2021-03-16", 10), 0);
	}
}

#define KOREAN                                                                                                                                                  \
	"<p>지난겨울 낙석 사고로 묶였던 해안도로 북쪽 구간의 야간 통행 제한이 다음 달 열흘에 풀린다.</p><p>군은 어제 " \
	"사면 보강 공사를 마치고 안전 점검 결과 이상이 없음을 확인했다고 밝혔다. 공사에는 모두 38억 원이 들었다.</p>" \
	"<p>주민들은 병원에 가려면 한 시간을 돌아가야 했는데 이제야 마음이 놓인다고 말했다.</p>"

static void a_reporter_is_named_in_front_of_the_word_for_it(void **state)
{
	(void)state;
	static const char head[] = "<title>해안도로 통행 제한 풀린다</title>";
	static const char body[] =
		"<h1>해안도로 통행 제한 풀린다</h1><ul><li>정하늘 기자</li><li>입력 2024.03.27 14:05</li>"
		"</ul><div>" KOREAN "<p>정하늘 기자 haneul@news.example</p></div>";
	static const char none[] = "<h1>해안도로 통행 제한 풀린다</h1><p>대통령 기자간담회</p><div>" KOREAN "</div>";
	check(head, body, "정하늘");
	check(head, none, "-");
}

static void first_names_are_known_by_their_folded_word(void **state)
{
	(void)state;
	assert_true(givennames_has(VIEW("juergen")) && givennames_has(VIEW("ann")) && givennames_has(VIEW("zuzana")));
	assert_false(givennames_has(VIEW("an")) || givennames_has(VIEW("harbour")) || givennames_has(VIEW("")));
	assert_false(givennames_has(VIEW("ann anna")) || givennames_has(VIEW("Ann")));
	assert_false(givennames_has(VIEW("maximilianmaximilian")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_cut_short_is_completed_where_two_places_agree),
		cmocka_unit_test(a_given_name_is_completed_by_the_byline),
		cmocka_unit_test(what_an_imprint_says_is_no_author),
		cmocka_unit_test(an_agency_signs_in_small_letters),
		cmocka_unit_test(a_card_a_link_and_a_label_name_the_author),
		cmocka_unit_test(the_foot_of_the_article_has_its_byline),
		cmocka_unit_test(a_name_in_italics_signs_the_article),
		cmocka_unit_test(a_shown_byline_goes_before_an_account),
		cmocka_unit_test(a_byline_may_stand_under_the_lead_or_behind_the_body),
		cmocka_unit_test(a_name_that_the_page_never_shows_is_none),
		cmocka_unit_test(a_name_in_two_elements_of_a_link_is_one),
		cmocka_unit_test(a_line_that_says_only_who_wrote_it_leaves_the_text),
		cmocka_unit_test(who_helped_or_checked_is_no_author),
		cmocka_unit_test(the_only_name_of_a_page_may_stand_beside_the_text),
		cmocka_unit_test(a_house_may_sign),
		cmocka_unit_test(plain_text_names_persons_without_roles),
		cmocka_unit_test(topics_and_buttons_are_no_names),
		cmocka_unit_test(a_site_that_sounds_like_a_job_is_named_whole),
		cmocka_unit_test(answers_farther_down_are_of_others),
		cmocka_unit_test(who_began_a_thread_wrote_it),
		cmocka_unit_test(who_sent_a_letter_wrote_it),
		cmocka_unit_test(a_reporter_is_named_in_front_of_the_word_for_it),
		cmocka_unit_test(first_names_are_known_by_their_folded_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
