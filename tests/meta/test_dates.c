/* Dates as people and machines write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "meta/datetext.h"
#include "meta/datetoken.h"
#include "meta/fold.h"

static struct months *months;

static int set_up(void **state)
{
	(void)state;
	months = months_new();
	return months ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	months = months_free(months);
	return 0;
}

static const char *find(const char *lang, const char *text, char ret[DATE_TEXT_BYTES])
{
	struct date_reader reader = { .months = months, .lang = view_of(lang), .year_max = 2100 };
	reader.order = view_eq(reader.lang, VIEW("en-US")) ? DATE_MONTH_FIRST : DATE_DAY_FIRST;
	struct date date;
	if (!date_find(&reader, view_of(text), &date, NULL))
		return "none";
	date_format(&date, ret);
	return ret;
}

static void check(const char *lang, const char *text, const char *want)
{
	char got[DATE_TEXT_BYTES];
	const char *found = find(lang, text, got);
	if (strcmp(found, want) != 0)
		fail_msg("%s [%s]: %s, not %s", text, lang, found, want);
}

static void reads_dates_of_many_languages(void **state)
{
	(void)state;
	static const char *const table[][2] = { { "en", "Published on 17 May 2020" }, { "en", "May 17th, 2020" },
		{ "de", "Sonntag, 17. Mai 2020" }, { "fr", "Le 17 mai 2020" }, { "es", "17 de mayo de 2020" },
		{ "pt", "17 de maio de 2020" }, { "it", "17 maggio 2020" }, { "ca", "17 de maig de 2020" },
		{ "gl", "17 de maio de 2020" }, { "eu", "2020ko maiatzaren 17a" }, { "ro", "17 mai 2020" },
		{ "nl", "zondag 17 mei 2020" }, { "sv", "17 maj 2020" }, { "da", "17. maj 2020" },
		{ "no", "17. mai 2020" }, { "is", "17. maí 2020" }, { "fi", "17. toukokuuta 2020" },
		{ "et", "17. mai 2020" }, { "lv", "2020. gada 17. maijs" }, { "lt", "2020 m. gegužės 17 d." },
		{ "pl", "17 maja 2020 r." }, { "cs", "17. května 2020" }, { "sk", "17. mája 2020" },
		{ "sl", "17. maja 2020" }, { "hr", "17. svibnja 2020." }, { "sr", "17. maj 2020." },
		{ "sr", "17. мај 2020." }, { "mk", "17 мај 2020" }, { "sq", "17 maj 2020" },
		{ "hu", "2020. május 17." }, { "bg", "17 май 2020 г." }, { "ru", "17 мая 2020 года" },
		{ "uk", "17 травня 2020 року" }, { "be", "17 мая 2020" }, { "kk", "17 мамыр 2020" },
		{ "az", "17 may 2020" }, { "tr", "17 Mayıs 2020" }, { "el", "17 Μαΐου 2020" },
		{ "ka", "17 მაისი 2020" }, { "hy", "17 մայիսի 2020" }, { "he", "17 במאי 2020" },
		{ "ar", "١٧ مايو ٢٠٢٠" }, { "ar", "17 أيار 2020" }, { "fa", "۲۸ اردیبهشت ۱۳۹۹" },
		{ "fa", "۱۷ مه ۲۰۲۰" }, { "ur", "17 مئی 2020" }, { "hi", "17 मई 2020" }, { "mr", "17 मे 2020" },
		{ "bn", "১৭ মে ২০২০" }, { "gu", "17 મે 2020" }, { "ta", "17 மே 2020" }, { "te", "17 మే 2020" },
		{ "kn", "17 ಮೇ 2020" }, { "ml", "17 മെയ് 2020" }, { "th", "17 พฤษภาคม 2563" }, { "th", "17 พ.ค. 2563" },
		{ "vi", "ngày 17 tháng 5 năm 2020" }, { "vi", "17 tháng 5, 2020" }, { "id", "Minggu, 17 Mei 2020" },
		{ "ms", "17 Mei 2020" }, { "sw", "17 Mei 2020" }, { "af", "17 Mei 2020" }, { "zh", "2020年5月17日" },
		{ "ja", "２０２０年５月１７日" }, { "ko", "2020년 5월 17일" }, { "ko", "2020. 5. 17." },
		{ "ga", "17 Bealtaine 2020" }, { "cy", "17 Mai 2020" } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check(table[i][0], table[i][1], "2020-05-17");
}

static void one_word_is_another_month_in_another_language(void **state)
{
	(void)state;
	check("cs", "3. listopadu 2021", "2021-11-03");
	check("pl", "3 listopada 2021", "2021-11-03");
	check("hr", "3. listopada 2021.", "2021-10-03");
	check("uk", "3 листопада 2021", "2021-11-03");
	check("cs", "9. srpna 2021", "2021-08-09");
	check("hr", "9. srpnja 2021.", "2021-07-09");
}

static void reads_times_and_zones(void **state)
{
	(void)state;
	check("en", "2020-05-17T08:30:15+02:00", "2020-05-17T08:30:15+02:00");
	check("en", "2020-05-17T08:30:15.123Z", "2020-05-17T08:30:15Z");
	check("en", "2020-05-17 08:30:15 -0330", "2020-05-17T08:30:15-03:30");
	check("en", "Sun, 17 May 2020 08:30:15 GMT", "2020-05-17T08:30:15Z");
	check("en", "17 May 2020 at 8.30pm", "2020-05-17");
	check("en", "May 17, 2020 8:30 p.m. EDT", "2020-05-17T20:30-04:00");
	check("en", "Sun May 17 08:30:15 CEST 2020", "2020-05-17T08:30:15+02:00");
	check("en", "Sun May 17 08:30:15 2020", "2020-05-17T08:30:15");
	check("en", "May 17 08:30 2020 nets", "none");
	check("en", "8:30 AM, Sunday, May 17, 2020", "2020-05-17T08:30");
	check("de", "17.05.2020 um 8.30 Uhr", "2020-05-17T08:30");
	check("de", "17. Mai 2020, 08:30 Uhr MESZ", "2020-05-17T08:30+02:00");
	check("fr", "17 mai 2020 à 8h30", "2020-05-17T08:30");
	check("zh", "2020年5月17日 下午8:30", "2020-05-17T20:30");
	check("ja", "2020年5月17日 20時30分", "2020-05-17T20:30");
	check("ja", "令和2年5月17日 20時30分", "2020-05-17T20:30");
	check("ja", "平成元年11月17日", "1989-11-17");
	check("ja", "昭和６０年１２月１日", "1985-12-01");
	check("zh", "民國109年5月17日", "2020-05-17");
	check("ar", "الأحد 17 أيار/مايو 2020", "2020-05-17");
	check("ar", "17 أيار (مايو) 2020", "2020-05-17");
	check("si", "2020 මැයි 17", "2020-05-17");
	check("tg", "17 майи 2020", "2020-05-17");
	check("en", "20200517T083000Z", "2020-05-17");
	check("en", "20200517083000", "2020-05-17T08:30:00");
}

static void day_and_month_go_by_language_and_by_what_fits(void **state)
{
	(void)state;
	check("en-US", "3/4/2020", "2020-03-04");
	check("en-GB", "3/4/2020", "2020-04-03");
	check("en-US", "17/5/2020", "2020-05-17");
	check("fr", "5/17/2020", "2020-05-17");
	check("en-US", "03.04.2020", "2020-04-03");
	check("de", "17.05.20", "2020-05-17");
	check("de", "17 | 05 | 2020", "2020-05-17");
}

static void solar_hijri_days_become_gregorian(void **state)
{
	(void)state;
	check("fa", "۱ فروردین ۱۴۰۳", "2024-03-20");
	check("fa", "۲۹ اسفند ۱۴۰۲", "2024-03-19");
	check("fa", "۱۴۰۲/۰۱/۰۱", "2023-03-21");
	check("fa", "30 اسفند 1399", "2021-03-20");
	check("fa", "22 بهمن 1357", "1979-02-11");
}

static void islamic_dates_are_recognised_and_passed_over(void **state)
{
	(void)state;
	check("ar", "15 رمضان 1445", "none");
	check("ar", "15 رمضان 1445 هـ الموافق 25 مارس 2024", "2024-03-25");
}

static void what_only_looks_like_a_date_is_none(void **state)
{
	(void)state;
	static const char *const table[] = { "version 1.2.2020.4", "call 555-12-2020-11", "31 February 2020",
		"2020-13-01", "May 2020", "17 May", "17th floor of 2020", "10/20/30/40", "1234567890123456789012", "",
		"2020", "12:30", "32.12.2020", "price 12.05", "0000-00-00T00:00:00" };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check("en", table[i], "none");
}

static void reads_machine_values_of_any_precision(void **state)
{
	(void)state;
	static const char *const table[][3] = { { "2020-05", "2020-05", "month" }, { "2020", "2020", "year" },
		{ "1589704215", "2020-05-17T08:30:15Z", "second" },
		{ "1589704215000", "2020-05-17T08:30:15Z", "second" }, { " 2020-05-17 ", "2020-05-17", "day" },
		{ "2020-05-17T08:30", "2020-05-17T08:30", "minute" } };
	struct date_reader reader = { .months = months, .year_max = 2100 };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct date date;
		char text[DATE_TEXT_BYTES];
		assert_true(date_read(&reader, view_of(table[i][0]), &date));
		date_format(&date, text);
		assert_string_equal(text, table[i][1]);
		assert_string_equal(date_precision(&date), table[i][2]);
	}
}

static void reads_the_days_in_addresses(void **state)
{
	(void)state;
	static const char *const table[][2] = { { "https://example.org/2020/05/17/story", "2020-05-17" },
		{ "https://example.org/news/2020-05-17-story.html", "2020-05-17" },
		{ "https://example.org/20200517/a", "2020-05-17" }, { "https://example.org/2020/05/story", "2020-05" },
		{ "https://example.org/a-20201399-b", "none" }, { "https://2020.example.org/05/17", "none" },
		{ "https://example.org/item/20205/17", "none" }, { "https://example.org/2020/17/05/story", "none" } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct date date;
		char text[DATE_TEXT_BYTES] = "none";
		if (date_in_url(view_of(table[i][0]), 2100, &date))
			date_format(&date, text);
		if (strcmp(text, table[i][1]) != 0)
			fail_msg("%s: %s, not %s", table[i][0], text, table[i][1]);
	}
}

/* Words are looked for as they are folded, and a mark ends a word. */
static void every_word_with_a_role_can_be_met(void **state)
{
	struct date_reader reader = { .months = months, .year_max = 2100 };
	struct tokens tokens;
	struct view word = VIEW_NONE, last = VIEW_NONE;
	size_t count = 0;
	(void)state;
	for (size_t i = 0; i < 200; i++) {
		enum role role = datetoken_role(i, &word);
		if (view_eq(word, last))
			break;
		last = word;
		char text[WORD_MAX];
		bool folded = view_eq(view_make(text, fold_word(word, text, sizeof(text))), word);
		datetoken_read(&reader, word, &tokens);
		if (!folded || tokens.count != 1 || tokens.list[0].kind != TOKEN_WORD || tokens.list[0].role != role)
			fail_msg("%.*s has no role", (int)word.n, word.p);
		count++;
	}
	assert_true(count > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_with_a_role_can_be_met),
		cmocka_unit_test(reads_dates_of_many_languages),
		cmocka_unit_test(one_word_is_another_month_in_another_language),
		cmocka_unit_test(reads_times_and_zones),
		cmocka_unit_test(day_and_month_go_by_language_and_by_what_fits),
		cmocka_unit_test(solar_hijri_days_become_gregorian),
		cmocka_unit_test(islamic_dates_are_recognised_and_passed_over),
		cmocka_unit_test(what_only_looks_like_a_date_is_none),
		cmocka_unit_test(reads_machine_values_of_any_precision),
		cmocka_unit_test(reads_the_days_in_addresses),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
