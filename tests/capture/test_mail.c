#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture/mime.h"
#include "capture/source.h"
#include "reading.h"
#include "util/arena.h"
#include "util/limits.h"

#define HEAD                                                                                                           \
	"Message-ID: <1@quay.invalid>\r\nDate: Tue, 05 Mar 2024 07:08:09 +0100\r\nFrom: \"A\" <a@quay.invalid>\r\n"    \
	"Subject: =?utf-8?Q?F=C3=A4hre?= =?iso-8859-1?b?IGJlaSBT/GQ=?=\r\nMIME-Version: 1.0\r\n"

static void check_one(const char *name, const char *bytes, const char *type, const char *body)
{
	struct reading r = read_one(file_new(name, view_of(bytes)));
	assert_int_equal(r.count, 1);
	if (r.items[0].reason)
		fail_msg("%s: %s", name, r.items[0].detail);
	assert_string_equal(r.items[0].type, type);
	assert_int_equal(r.items[0].body_size, strlen(body));
	assert_string_equal(r.items[0].body, body);
	reading_free(&r);
}

static void a_letter_of_one_part_is_its_body(void **state)
{
	(void)state;
	check_one("plain.eml", HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\nThe ferry is late.\r\n",
		"text/plain; charset=utf-8", "The ferry is late.\r\n");
	check_one("bare", "Received: by x\nFrom: a@b\nDate: today\n\nThe ferry is late.\n", "text/plain",
		"The ferry is late.\n");
	check_one("quoted.eml",
		HEAD "Content-Type: text/html;\r\n charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: "
		     "Quoted-Printable\r\n\r\n"
		     "<p>Die F=E4hre f=\r\n=E4hrt =3D sp=  \r\n=C3t=zz</p>",
		"text/html;\r\n charset=\"iso-8859-1\"", "<p>Die F\xE4hre f\xE4hrt = sp\xC3t=zz</p>");
	check_one("base64.eml",
		HEAD
		"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nVGhlIGZl\r\ncnJ5!!Lg==\r\nxx",
		"text/plain", "The ferry.");
}

static void of_alternatives_the_richest_is_read(void **state)
{
	(void)state;
	check_one("alternative.eml",
		HEAD "Content-Type: multipart/alternative; boundary=\"b 1\"\r\n\r\nnobody reads this\r\n--b 1\r\n"
		     "Content-Type: text/plain\r\n\r\nplain\r\n--b 1\r\nContent-Type: "
		     "text/html\r\n\r\n<p>rich</p>\r\n--b 1\r\n"
		     "Content-Type: image/png\r\n\r\nxx\r\n--b 1--\r\nbehind",
		"text/html", "<p>rich</p>\r\n");
	check_one("mixed.eml",
		HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n"
		     "Content-Disposition: attachment; filename=x.html\r\n\r\n<p>attached</p>\r\n--b\r\n"
		     "Content-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n\r\nplain\r\n--bb--\r\n--b--\r\n",
		"text/plain", "plain\r\n");
}

static void all_texts_of_a_mixed_letter_are_read(void **state)
{
	(void)state;
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n"
	/* A list's footer behind the letter, an attachment between, one that only has a name, and another letter. */
	check_one("footer.eml",
		MIXED "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nDie F\xE4hre kommt.\r\n--b\r\n"
		      "Content-Type: image/png\r\n\r\nxx\r\n--b\r\n"
		      "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached\r\n"
		      "--b\r\nContent-Type: text/plain; name=\"b.txt\"\r\n\r\nnamed\r\n"
		      "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nforwarded\r\n--b\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		      "w5xiZXIgZGllIEJyw7xja2Uu\r\n--b--\r\nbehind",
		"text/plain; charset=utf-8",
		"Die F\xC3\xA4hre kommt.\r\n\n\xC3\x9C"
		"ber die Br\xC3\xBC"
		"cke.");
	/* Pictures between paragraphs part a letter; what is inline stays, named or not. */
	check_one("pictures.eml",
		MIXED "Content-Type: text/plain\r\n\r\nOne.\r\n--b\r\nContent-Type: image/jpeg\r\n\r\nxx\r\n--b\r\n"
		      "Content-Type: text/plain; name=two.txt\r\nContent-Disposition: inline\r\n\r\nTwo.\r\n--b--\r\n",
		"text/plain; charset=utf-8", "One.\r\n\nTwo.\r\n");
	check_one("html.eml",
		MIXED "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\n"
		      "plain\r\n--c\r\nContent-Type: text/html\r\n\r\n<meta charset=\"windows-1251\">"
		      "<p>\xCF\xE0\xF0\xEE\xEC</p>\r\n--c--\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
		      "a < b & c\r\nnext\r\n\r\nlast\r\n--b--\r\n",
		"text/html; charset=utf-8",
		"<meta charset=\"windows-1251\"><p>\xD0\x9F\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBC</p>\r\n\n"
		"<p>a &lt; b &amp; c<br>\nnext</p>\n<p>last</p>\n");
	/* A letter that is sent on alone is what there is to read; so are all of a digest. */
	check_one("forwarded.eml", MIXED "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nforwarded\r\n--b--\r\n",
		"text/plain", "forwarded\r\n");
	check_one("digest.eml",
		HEAD "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\nFirst.\r\n--b\r\n"
		     "Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nSecond.\r\n--b--\r\n",
		"text/plain; charset=utf-8", "First.\r\n\nSecond.\r\n");
	/* The richest alternative has several parts, the poorer one behind it none that count. */
	check_one("rich.eml",
		HEAD
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n"
		"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>1\r\n"
		"--c\r\nContent-Type: text/html\r\n\r\n<p>2\r\n--c--\r\n"
		"--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b--\r\n",
		"text/html; charset=utf-8", "<p>1\r\n\n<p>2\r\n\n");
#undef MIXED
}

#define FLOWED HEAD "Content-Type: text/plain; charset=utf-8; format=flowed"

static void flowed_lines_are_paragraphs(void **state)
{
	(void)state;
	static const char type[] = "text/plain; charset=utf-8; format=flowed";
	check_one("flowed.eml",
		FLOWED "\r\n\r\nThe ferry of \r\nthe north quay \r\nis late.\r\n\r\n From the wall\r\n  two spaces "
		       "\r\n\r\n",
		type, "The ferry of the north quay is late.\n\nFrom the wall\n two spaces \n");
	/* Quotes by depth, one paragraph each; marks with and without a space. */
	check_one("quotes.eml",
		FLOWED "\r\n\r\n>> Is it \r\n>> late?\r\n> It \r\n> is \r\n>\r\n> very \r\nNo.\r\n>late \r\n>x", type,
		">> Is it late?\n> It is \n> very \nNo.\n> late x\n");
	check_one("signature.eml", FLOWED "\r\n\r\nYours \r\n-- \r\nThe quay \r\nand I\r\n> -- \r\n> A", type,
		"Yours \n-- \nThe quay and I\n> -- \n> A\n");
	/* Scripts without spaces: the one at the end is not theirs. */
	check_one("delsp.eml", FLOWED "; DelSp=\"Yes\"\r\n\r\n\xE5\x8C\x97 \r\n\xE6\xB8\xAF  \r\n\xE3\x81\xAE\r\n",
		"text/plain; charset=utf-8; format=flowed; DelSp=\"Yes\"", "\xE5\x8C\x97\xE6\xB8\xAF \xE3\x81\xAE\n");
	check_one("quoted.eml",
		FLOWED "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe ferry=20\r\nis la=\r\nte.", type,
		"The ferry is late.\n");
	/* Not of what says something else. */
	check_one("fixed.eml", HEAD "Content-Type: text/plain; format=fixed\r\n\r\nA \r\n> b \r\nc\r\n",
		"text/plain; format=fixed", "A \r\n> b \r\nc\r\n");
	check_one("page.eml", HEAD "Content-Type: text/html; format=flowed\r\n\r\n<p>a \r\nb\r\n",
		"text/html; format=flowed", "<p>a \r\nb\r\n");
	check_one("mixed-flowed.eml",
		HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
		     "format=flowed\r\n\r\n"
		     "It \r\nis late.\r\n--b\r\nContent-Type: text/plain\r\n\r\n--- \r\nList\r\n--b--\r\n",
		"text/plain; charset=utf-8", "It is late.\n\n--- \r\nList\r\n");
}

static void a_saved_page_is_its_root_with_its_address(void **state)
{
	(void)state;
	static const char saved[] =
		"From: <Saved by a browser>\r\nSnapshot-Content-Location: https://quay.invalid/ferry\r\nSubject: x\r\n"
		"Date: Tue, 5 Mar 2024 06:08:09 -0000\r\nMIME-Version: 1.0\r\n"
		"Content-Type: "
		"multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"--=_b\"\r\n\r\n\r\n----=_b\r\n"
		"Content-Type: text/html\r\nContent-ID: <f@m>\r\nContent-Transfer-Encoding: quoted-printable\r\n"
		"Content-Location: https://quay.invalid/ferry\r\n\r\n<h1>Ferry</h1>=\r\n<p>It is "
		"late.</p>\r\n----=_b\r\n"
		"Content-Type: text/html\r\nContent-Location: "
		"https://ads.invalid/\r\n\r\n<p>Frame</p>\r\n----=_b--\r\n";
	struct reading r = read_one(file_new("page.mhtml", view_of(saved)));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, 0);
	assert_string_equal(r.items[0].url, "https://quay.invalid/ferry");
	assert_string_equal(r.items[0].body, "<h1>Ferry</h1><p>It is late.</p>\r\n");
	assert_int_equal(r.items[0].fetched, 1709618889);
	reading_free(&r);
	check_one("start.mht",
		HEAD
		"Content-Type: multipart/related; boundary=b; start=\"<root>\"\r\n\r\n--b\r\nContent-Type: "
		"text/html\r\n\r\n"
		"<p>frame</p>\r\n--b\r\nContent-Type: text/html\r\nContent-ID: <root>\r\n\r\n<p>root</p>\r\n--b--\r\n",
		"text/html", "<p>root</p>\r\n");
}

static void an_mbox_gives_a_page_a_letter(void **state)
{
	(void)state;
	static const char mbox[] =
		"From a@b Tue Mar  5 07:08:09 2024\n" HEAD "\nOne.\n>From the quay.\n>>From afar.\n>From\n\n"
		"From c@d Tue Mar  5 07:08:10 2024\nMessage-ID: <2@quay.invalid>\nFrom: c@d\n"
		"Content-Type: image/png\n\nxx\n\n"
		"From e@f Tue Mar  5 07:08:11 2024\r\nMessage-ID: <3@quay.invalid>\r\nFrom: e@f\r\n\r\nThree.\r\n";
	struct reading r = read_one(file_new("box.mbox", view_of(mbox)));
	assert_int_equal(r.count, 3);
	assert_string_equal(r.items[0].body, "One.\nFrom the quay.\n>From afar.\n>From\n\n");
	assert_string_equal(r.items[0].record, "<1@quay.invalid>");
	assert_int_equal(r.items[1].reason, GARNER_NOT_A_PAGE);
	assert_string_equal(r.items[2].body, "Three.\r\n");
	for (size_t i = 0; i < 3; i++)
		assert_memory_equal(mbox + r.items[i].offset, "From ", 5);
	assert_int_equal(r.items[2].offset + r.items[2].length, sizeof(mbox) - 1);
	struct reading piped = read_piped(view_make(mbox, sizeof(mbox) - 1));
	assert_int_equal(piped.count, 3);
	reading_free(&piped);
	reading_free(&r);
}

static void a_line_of_prose_begins_no_letter(void **state)
{
	(void)state;
	static const char mbox[] = "From a@b x\n" HEAD "\nOne.\n\nFrom the quay, at 7 or 8, one sees it: all of it.\n"
				   "It is large.\n\nFrom there on\n\n"
				   "From c@d Tue Mar 5 07:08 2024\n\nMessage-ID: <2@quay.invalid>\n\n"
				   "From e@f\nMessage-ID: <3@quay.invalid>\nFrom: e@f\n\nThree.\n";
	struct reading r = read_one(file_new("prose.mbox", view_of(mbox)));
	assert_int_equal(r.count, 3);
	assert_string_equal(r.items[0].body, "One.\n\nFrom the quay, at 7 or 8, one sees it: all of it.\nIt is "
					     "large.\n\nFrom there on\n\n");
	assert_string_equal(r.items[2].body, "Three.\n");
	reading_free(&r);
	/* The line stands across every end of the window that is looked at. */
	for (size_t fill = KIB(64) - 1200; fill < KIB(64) + 40; fill += 7) {
		struct buf box = BUF_INIT(MIB(1));
		buf_puts(&box, "From a@b x\n" HEAD "\n");
		for (size_t i = box.n; i < fill; i++)
			buf_putc(&box, i % 70 ? 'x' : '\n');
		buf_puts(&box, "\n\nFrom the quay one sees it.\nYes.\n\nFrom c@d 7:08\nFrom: c@d\n\nTwo.\n");
		struct reading two = read_one(file_new("window.mbox", buf_view(&box)));
		assert_int_equal(two.count, 2);
		assert_string_equal(two.items[1].body, "Two.\n");
		reading_free(&two);
		buf_free(&box);
	}
}

static void a_letter_over_the_ceiling_is_dropped_and_the_next_is_read(void **state)
{
	(void)state;
	struct buf box = BUF_INIT(MIB(64));
	buf_puts(&box, "From a@b x\n" HEAD "\n");
	for (size_t i = 0; i < MIB(17) / 16; i++)
		buf_puts(&box, "sixteen letters\n");
	buf_puts(&box, "\nFrom c@d x\nMessage-ID: <2@quay.invalid>\nFrom: c@d\n\nTwo.\n");
	struct reading r = read_one(file_new("large.mbox", buf_view(&box)));
	buf_free(&box);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_TOO_LARGE);
	assert_string_equal(r.items[1].body, "Two.\n");
	reading_free(&r);
}

static void hostile_parts_have_ceilings(void **state)
{
	(void)state;
	struct buf deep = BUF_INIT(MIB(4));
	buf_puts(&deep, HEAD);
	for (int i = 0; i < 2000; i++)
		buf_printf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
	struct reading r = read_one(file_new("deep.eml", buf_view(&deep)));
	assert_int_equal(r.items[0].reason, GARNER_NOT_A_PAGE);
	reading_free(&r);
	buf_reset(&deep);
	buf_puts(&deep, HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n");
	for (int i = 0; i < 20000; i++)
		buf_puts(&deep, "--b\r\nContent-Type: image/gif\r\n\r\n");
	r = read_one(file_new("many.eml", buf_view(&deep)));
	assert_int_equal(r.items[0].reason, GARNER_NOT_A_PAGE);
	reading_free(&r);
	buf_reset(&deep);
	buf_puts(&deep, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < 20000; i++)
		buf_puts(&deep, "--b\r\n\r\nx\r\n");
	r = read_one(file_new("texts.eml", buf_view(&deep)));
	assert_int_equal(r.items[0].reason, 0);
	assert_true(r.items[0].body_size <= 4 * LIMIT_MAIL_PARTS);
	reading_free(&r);
	buf_reset(&deep);
	buf_puts(&deep,
		HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: image/gif\r\n\r\n");
	r = read_one(file_new("none.eml", buf_view(&deep)));
	assert_int_equal(r.items[0].reason, GARNER_NOT_A_PAGE);
	reading_free(&r);
	buf_free(&deep);
}

static void other_texts_are_no_letters(void **state)
{
	(void)state;
	static const char *const texts[] = { "From: a friend\nThe ferry is late.\n",
		"Date: today\nFrom: here\n\nA text.\n", "From the quay to the wall.\nAll of it.\n",
		"Title: x\nMIME-Version: 1.0\n\nA text.\n" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_one("a.txt", texts[i], "text/plain", texts[i]);
}

static void header_words_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *value, *text;
	} cases[] = { { "Plain words", "Plain words" }, { "=?utf-8?Q?F=C3=A4hre_eins?=", "F\xC3\xA4hre eins" },
		{ "=?UTF-8?B?0J/QsNGA0L7QvA==?= now", "\xD0\x9F\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBC now" },
		{ "=?utf-8?Q?F=C3?= =?UTF-8?B?pA==?=\t=?utf-8?q?hre?= =?iso-8859-1?q?_=FC?=", "F\xC3\xA4hre \xC3\xBC" },
		{ "a =?utf-8?q?b?=\r\n =?utf-8?q?c?= d", "a bc d" },
		{ "=?iso-8859-1*de?Q?=FCber?=", "\xC3\xBC"
						"ber" },
		{ "=?utf-8?X?no?= = =?", "=?utf-8?X?no?= = =?" },
		{ "raw \xFC"
		  "ber",
			"raw \xC3\xBC"
			"ber" },
		{ "=?utf-8?Q?a=0Ab?=", "a b" }, { "", "" } };
	struct decoder *decoder = decoder_new();
	struct arena arena;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view text;
		assert_int_equal(mime_words(view_of(cases[i].value), decoder, &arena, &text), 0);
		if (!view_eq(text, view_of(cases[i].text)))
			fail_msg("%s: %.*s", cases[i].value, (int)text.n, text.p);
	}
	arena_free(&arena);
	decoder_free(decoder);
}

static void parameters_are_found(void **state)
{
	(void)state;
	struct view type = VIEW("multipart/x; a=1; boundary=\"x; boundary=y\" ; Start = <z> ;c");
	assert_true(view_eq(mime_parameter(type, VIEW("boundary")), VIEW("x; boundary=y")));
	assert_true(view_eq(mime_parameter(type, VIEW("start")), VIEW("<z>")));
	assert_true(view_eq(mime_parameter(type, VIEW("A")), VIEW("1")));
	assert_int_equal(mime_parameter(type, VIEW("c")).n, 0);
	assert_int_equal(mime_parameter(VIEW("text/plain"), VIEW("charset")).n, 0);
	assert_int_equal(mime_parameter(VIEW("text/plain;"), VIEW("charset")).n, 0);
	assert_int_equal(mime_parameter(VIEW("text/plain; charset=\"open"), VIEW("charset")).n, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_letter_of_one_part_is_its_body),
		TEST(of_alternatives_the_richest_is_read),
		TEST(all_texts_of_a_mixed_letter_are_read),
		TEST(flowed_lines_are_paragraphs),
		TEST(a_saved_page_is_its_root_with_its_address),
		TEST(an_mbox_gives_a_page_a_letter),
		TEST(a_line_of_prose_begins_no_letter),
		TEST(a_letter_over_the_ceiling_is_dropped_and_the_next_is_read),
		TEST(hostile_parts_have_ceilings),
		TEST(other_texts_are_no_letters),
		cmocka_unit_test(header_words_are_read),
		cmocka_unit_test(parameters_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
