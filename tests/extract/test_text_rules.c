#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "extract/rules.h"
#include "extract/text_detect.h"
#include "extract/text_fold.h"
#include "extract/text_rules.h"
#include "garner.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/limits.h"
#include "util/utf8.h"

/* ---- one document through the whole pipeline -------------------------------------------------- */

struct outcome {
	char member[1 << 16];
	char title[512], published[64], authors[512], cut[8192], errors[1024];
	int calls, reason;
};

static int note(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct outcome *o = user;
	(void)detail;
	o->calls++;
	o->reason = reason;
	if (reason)
		return 0;
	snprintf(o->member, sizeof(o->member), "%s%s%s\n", d->title ? d->title : "", d->title ? "\n\n" : "", d->text);
	snprintf(o->title, sizeof(o->title), "%s", d->title ? d->title : "");
	snprintf(o->published, sizeof(o->published), "%s", d->published ? d->published : "");
	for (size_t i = 0; i < d->author_count; i++)
		snprintf(o->authors + strlen(o->authors), sizeof(o->authors) - strlen(o->authors), "%s%s", i ? ";" : "",
			d->authors[i]);
	for (size_t i = 0; i < d->cut_count; i++)
		for (size_t k = 0; k < d->cuts[i].line_count; k++)
			snprintf(o->cut + strlen(o->cut), sizeof(o->cut) - strlen(o->cut), "%s:%s\n", d->cuts[i].reason,
				d->cuts[i].lines[k]);
	for (size_t i = 0; i < d->error_count; i++)
		snprintf(o->errors + strlen(o->errors), sizeof(o->errors) - strlen(o->errors), "%s\n", d->errors[i]);
	return 0;
}

static struct garner *garner;

static void clean_n(const char *text, size_t n, struct outcome *o)
{
	memset(o, 0, sizeof(*o));
	assert_int_equal(garner_clean_bytes(garner, text, n, NULL, "text/plain", note, o), 0);
	assert_int_equal(o->calls, 1);
}

static void clean(const char *text, struct outcome *o)
{
	clean_n(text, strlen(text), o);
}

/* ---- the rules themselves ------------------------------------------------------------------------ */

static void say(void *user, const struct rule *rule, const char *words, struct view example)
{
	(void)user;
	fprintf(stderr, "%s: rule %s %s: %.*s\n", rule->place, rule->id, words, (int)example.n, example.p);
}

static struct rules *builtin(void)
{
	struct rules *rules = NULL;
	struct error error = { 0 };
	struct garner_options options = { 0 };
	if (rules_load(&options, &rules, &error))
		fprintf(stderr, "%s\n", error.text);
	assert_non_null(rules);
	return rules;
}

/* With their lines and examples. */
static struct rules *builtin_from_text(void)
{
	struct rules *rules = NULL;
	struct error error = { 0 };
	struct rules_source source = { .from_text = true };
	if (rules_read(&source, &rules, &error))
		fprintf(stderr, "%s\n", error.text);
	assert_non_null(rules);
	return rules;
}

static void every_rule_finds_its_examples_and_no_counter_example(void **state)
{
	(void)state;
	struct rules *rules = builtin_from_text();
	size_t examples = 0;
	for (const struct rule *rule = rules->first; rule; rule = rule->next)
		examples += rule->lines || rule->yes;
	assert_true(examples > 300);
	assert_int_equal(rules_check(rules, say, NULL), 0);
	rules_free(rules);
}

static void the_tables_made_at_build_time_are_those_of_the_text(void **state)
{
	(void)state;
	struct rules *read = builtin_from_text(), *mapped = builtin();
	const struct rule_image *a = &read->image, *b = &mapped->image;
#define SAME(type, name, columns)                                                                                      \
	assert_int_equal(a->name##_count, b->name##_count);                                                            \
	assert_memory_equal(a->name, b->name, a->name##_count * sizeof(*a->name));
	RULE_IMAGE_TABLES(SAME)
#undef SAME
	assert_int_equal(a->cells, b->cells);
	assert_int_equal(a->longest, b->longest);
	assert_int_equal(read->count, mapped->count);
	const struct rule *r = read->first, *m = mapped->first;
	for (; r && m; r = r->next, m = m->next) {
		assert_string_equal(r->id, m->id);
		assert_string_equal(r->kind, m->kind);
		assert_string_equal(r->languages, m->languages);
		assert_string_equal(r->place, m->place);
		assert_true(view_eq(r->source, m->source));
		assert_true(r->zone == m->zone && r->near == m->near && r->fact == m->fact && r->words == m->words);
		assert_true(r->detector == m->detector && r->exact == m->exact && r->line_count == m->line_count);
		assert_true(r->takes_headlines == m->takes_headlines && r->takes_rest == m->takes_rest);
		assert_true(r->marks_comment == m->marks_comment && r->takes_section == m->takes_section);
		assert_true(!r->pattern == !m->pattern);
	}
	assert_true(!r && !m);
	for (int i = 0; i < DETECT_COUNT; i++)
		assert_true(!read->detectors[i] == !mapped->detectors[i]);
	rules_free(read);
	rules_free(mapped);
}

static void folding_is_idempotent_and_never_longer(void **state)
{
	(void)state;
	static const char *const lines[] = { "  ÇA  VA\u00a0bien…", "İSTANBUL ılık", "ΑΘΉΝΑ ἀ Σς", "ЁЛКА Ґанок",
		"٣ + ٤ = ؟", "ＡＢＣ　１２３", "كتاب ي ى", "Tạp chí ĐIỆN", "\u200bShare\u200f", "—•—" };
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char once[256], twice[256];
		size_t n = text_fold(view_of(lines[i]), once);
		assert_true(n <= strlen(lines[i]));
		assert_int_equal(text_fold(view_make(once, n), twice), n);
		assert_memory_equal(once, twice, n);
	}
	char out[64];
	size_t n = text_fold(VIEW("ＰＡＹ　LESS\u2026 “x”"), out);
	assert_int_equal(n, strlen("pay less... \"x\""));
	assert_memory_equal(out, "pay less... \"x\"", n);
	/* Digits of every script: Devanagari, Thai, Khmer, Tamil, Adlam, mathematical. */
	n = text_fold(VIEW("\u0967\u096f \u0e51\u0e59 \u17e0\u17e9 \u0be6\u0bef \U0001E950 \U0001D7DA"), out);
	assert_int_equal(n, strlen("19 19 09 09 0 2"));
	assert_memory_equal(out, "19 19 09 09 0 2", n);
}

/* ---- seeds ------------------------------------------------------------------------------------------ */

static void read_testdata(const char *folder, const char *name, struct buf *bytes)
{
	char path[1024];
	struct error error = { 0 };
	snprintf(path, sizeof(path), "%s/%s/%s", getenv("GARNER_TESTDATA"), folder, name);
	*bytes = BUF_INIT(MIB(1));
	assert_int_equal(file_read(path, MIB(1), bytes, &error), 0);
	assert_non_null(buf_str(bytes));
}

static const char *const seeds[] = { "000_10cd160a65ea45e7.txt", "001_10c47cf7c4680b5e.txt", "002_f827c2b710232763.txt",
	"003_4ef42beb87f503bf.txt", "004_b4a537f1d5559298.txt" };

static void put_utf16(struct buf *out, struct view in, bool big)
{
	buf_put(out, big ? "\xFE\xFF" : "\xFF\xFE", 2);
	for (size_t at = 0; at < in.n;) {
		uint32_t c = utf8_next(in, &at);
		char pair[2] = { (char)(c >> 8), (char)c };
		assert_true(c < 0xD800);
		buf_putc(out, pair[big ? 0 : 1]);
		buf_putc(out, pair[big ? 1 : 0]);
	}
}

/* @how: 0 as it is, 1 CR LF, 2 a BOM, 3 UTF-16LE, 4 UTF-16BE. */
static void dress(struct view in, int how, struct buf *out)
{
	*out = BUF_INIT(MIB(1));
	if (how >= 3)
		put_utf16(out, in, how == 4);
	if (how == 2)
		buf_put(out, "\xEF\xBB\xBF", 3);
	for (size_t i = 0; how < 3 && i < in.n; i++) {
		if (how == 1 && in.p[i] == '\n')
			buf_putc(out, '\r');
		buf_putc(out, in.p[i]);
	}
	assert_int_equal(out->err, 0);
}

static void the_seeds_come_out_clean_in_every_dress(void **state)
{
	(void)state;
	static struct outcome o;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		struct buf seed, wanted, dressed;
		read_testdata("seeds", seeds[i], &seed);
		read_testdata("seeds-clean", seeds[i], &wanted);
		for (int how = 0; how < 5; how++) {
			dress(buf_view(&seed), how, &dressed);
			clean_n(dressed.p, dressed.n, &o);
			assert_string_equal(o.member, wanted.p);
			buf_free(&dressed);
		}
		clean(wanted.p, &o);
		assert_string_equal(o.member, wanted.p);
		assert_string_equal(o.cut, "");
		buf_free(&seed);
		buf_free(&wanted);
	}
}

static void the_seeds_give_their_facts(void **state)
{
	(void)state;
	static const char *const facts[][3] = { { "", "2020-05-17", "date.leading:date 2020-05-17\n" },
		{ "Defense minister: Iran ready for strategic partnership with Iraq", "",
			"category.glued:IranIraqMiddle East\nnavigation.back-to-top:Back to top button\n" },
		{ "Iran Urges Closer Military Ties with Iraq", "", "" },
		{ "", "",
			"related.read-more:Read More:\n"
			"related.read-more:Iran's Minister of Defense meets his Iraqi counterpart\n" },
		{ "Iran has provided Iraq with defense products, says general", "2020-11-15",
			"date.line:November 15, 2020 - 18:2\ncomments.form-head:Leave a Comment\n"
			"captcha.sum:0 + 0 =\n" } };
	static struct outcome o;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		struct buf seed;
		read_testdata("seeds", seeds[i], &seed);
		clean_n(seed.p, seed.n, &o);
		assert_string_equal(o.title, facts[i][0]);
		assert_string_equal(o.published, facts[i][1]);
		assert_string_equal(o.cut, facts[i][2]);
		buf_free(&seed);
	}
}

/* ---- protection ----------------------------------------------------------------------------------- */

static void keeps_text_that_only_looks_like_furniture(void **state)
{
	(void)state;
	static const char *const texts[] = {
		/* one-word dialogue */
		"The clerk looked up from the ledger and asked whether anybody had seen the key.\n\n\"Share.\"\n\n"
		"Nobody in the room understood what the old man wanted to say with that single word.",
		/* scores and an equation */
		"The match at the harbour ground ended late in the evening, after two long interruptions.\n\n"
		"Lindholm 3 - 2 Vester\n\n2 + 2 = 4\n\nThe referee said afterwards that he would do it all again.",
		/* a dateline */
		"LISBON (Harbour News) - The council has decided to rebuild the bridge over the northern canal.\n\n"
		"Work will begin in the spring and is expected to take about two years, the mayor said.",
		/* a list */
		"For the soup you need the following things, all of which grow in any kitchen garden:\n\n* carrots\n"
		"* leeks\n* a little thyme\n\nCut everything into small pieces and let it boil for half an hour.",
		/* Chinese without end marks between, Russian, Arabic prose */
		"昨天晚上河水漫过堤岸，进入老城的街道，许多居民离开了自己的房子。\n\n"
		"市长表示，今天早上水位已经开始下降，学校明天照常上课。",
		"Вчера вечером река вышла из берегов и затопила несколько улиц старого города.\n\n"
		"Мэр сообщил, что вода уже уходит и школы завтра будут работать как обычно.",
		"ارتفع منسوب النهر مساء أمس ووصلت المياه إلى شوارع المدينة القديمة وغادر كثير من السكان بيوتهم.\n\n"
		"وقال رئيس البلدية إن المياه بدأت تنحسر وإن المدارس ستفتح أبوابها غدا كالمعتاد.",
	};
	static struct outcome o;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		clean(texts[i], &o);
		assert_int_equal(o.reason, 0);
		assert_string_equal(o.cut, "");
		assert_int_equal(strlen(o.member), strlen(texts[i]) + 1);
		assert_memory_equal(o.member, texts[i], strlen(texts[i]));
	}
}

/* Lists and quotations among a page's leftovers: what goes beside them must not take them along. */
static void keeps_a_list_between_leftovers(void **state)
{
	(void)state;
	static const char *const keep[][12] = {
		{ "The reading room of the harbour library has been closed since a pipe burst above the map cabinets "
		  "in March.",
			"What was saved, and what was not, was told to the members on Thursday evening by the two "
			"librarians.",
			"Charts of the northern islands, drawn by hand", "Four boxes with letters of ship's cooks",
			"The ledger of the lighthouse stores",
			"A wet map forgets nothing, it only needs time to say it again.",
			"The paper now lies in a freezer that a fish dealer lent, and will be dried sheet by sheet "
			"until autumn.",
			"Until then readers are served in the town hall, where a table stands ready on Mondays and on "
			"Wednesdays.",
			NULL },
		{ "La cooperativa de pescadores abrió ayer la cámara de frío que esperaba desde hacía once años.",
			"El edificio guarda ahora la captura de toda la semana, y los barcos pequeños ya no venden de "
			"noche.",
			"Doce toneladas de hielo al día", "Tres básculas con pantalla", "Un muelle de carga cubierto",
			"El frío no hace mejor al pescado, pero le da tiempo.",
			"Los armadores pagan una cuota por caja, y la mitad de esa cuota vuelve al fondo de "
			"reparaciones.",
			"En otoño la cooperativa quiere comprar un segundo camión y contratar a dos personas para la "
			"lonja.",
			NULL },
		{ "Die Sternwarte auf dem alten Wasserturm hat nach zwei Jahren Umbau wieder einen Spiegel, der diesen "
		  "Namen verdient.",
			"Geschliffen wurde er von drei Rentnern, die sich jeden Dienstag in einer früheren Molkerei "
			"getroffen haben.",
			"Ein Rohling aus einer aufgegebenen Glashütte", "Achthundert Stunden von Hand",
			"Poliert mit Pech und Rouge", "Wer schleift, hört irgendwann auf zu reden.",
			"Am ersten klaren Abend standen die Besucher bis auf die Straße, und keiner wollte nach Hause "
			"gehen.",
			"Im Winter soll der Turm an zwei Abenden im Monat öffnen, sofern der Verein genug Helfer dafür "
			"findet.",
			NULL }
	};
	static const char *const noise[][4] = { { "Get our newsletter every Monday", "Subscribe", "Advertisement",
							"Leave a comment" },
		{ "Suscríbete a nuestro boletín", "Compartir en Facebook", "Publicidad", "Deja un comentario" },
		{ "Newsletter abonnieren", "Auf Facebook teilen", "Anzeige", "Kommentar schreiben" } };
	static struct outcome o;
	for (size_t i = 0; i < sizeof(keep) / sizeof(*keep); i++) {
		struct buf text = BUF_INIT(MIB(1)), want = BUF_INIT(MIB(1));
		for (size_t k = 0; keep[i][k]; k++) {
			buf_printf(&want, "%s%s", k ? "\n\n" : "", keep[i][k]);
			buf_printf(&text, "%s\n\n", keep[i][k]);
			if (k == 1 || k == 2)
				buf_printf(&text, "%s\n\n", noise[i][k - 1]);
			if (k == 5 || k == 7)
				buf_printf(&text, "%s\n\n", noise[i][(k + 1) / 2 - 1]);
		}
		buf_put(&want, "\n", 2); /* with the NUL */
		clean_n(text.p, text.n, &o);
		assert_string_equal(o.member, want.p);
		buf_free(&text);
		buf_free(&want);
	}
}

static void takes_the_byline_as_authors_and_the_date_as_a_fact(void **state)
{
	(void)state;
	static struct outcome o;
	clean("Bridge to be rebuilt\n\nBy Ana Ruiz and Bo Li\n\nPublished 3 May 2021\n\nThe council has decided to "
	      "rebuild "
	      "the bridge over the northern canal, the mayor said on Monday evening.\n\nShare this article\n",
		&o);
	assert_string_equal(o.title, "Bridge to be rebuilt");
	assert_string_equal(o.authors, "Ana Ruiz;Bo Li");
	assert_string_equal(o.published, "2021-05-03");
	assert_non_null(strstr(o.cut, "byline.en:By Ana Ruiz and Bo Li\n"));
	assert_non_null(strstr(o.cut, "share.en:Share this article\n"));
}

static const char furniture[] = "Share on Facebook\nShare on Twitter\nLeave a reply\nSubscribe to our newsletter\n"
				"Sign up for our newsletter\nRelated articles\nAll rights reserved.\nBack to top\n"
				"Your email address will not be published\nRequired fields are marked *\n"
				"Save my name, email, and website in this browser for the next time I comment\n"
				"You must be logged in to post a comment\nBe the first to comment\n"
				"Skip to content\nFollow us on Instagram\n";

static void keeps_and_flags_a_text_that_rules_would_leave_nothing_of(void **state)
{
	(void)state;
	static struct outcome o;
	clean(furniture, &o);
	assert_int_equal(o.reason, 0);
	assert_string_equal(o.member, furniture);
	assert_string_equal(o.cut, "");
	assert_non_null(strstr(o.errors, "nothing was cut"));
}

#define REPORT                                                                                                         \
	"The council has decided to rebuild the wooden bridge over the northern canal before the winter begins.\n\n"   \
	"Work will start in the spring, cost about four million crowns, and take two years, the mayor said on "        \
	"Monday evening after a long debate in the town hall.\n\n"                                                     \
	"The old bridge was closed last autumn, when an engineer found that two of its six piers had been eaten "      \
	"hollow by worms, and since then the ferry has carried children to school.\n\n"                                \
	"Residents of the island have asked for a second lane, for lamps along the railing, and for a bench in the "   \
	"middle, where their grandparents used to sit and watch the boats come home in the evening."

/* Guillemets are arrows here and quotation marks there. */
static void buttons_between_arrows_go_and_what_is_said_stays(void **state)
{
	(void)state;
	static const char *const arrows[] = { "\u00ab Previous | Next \u00bb", "\u00ab Older posts",
		"\u00ab Older posts \u00bb", "\u00ab Previous Next \u00bb", "\u2039 Zur\u00fcck | Weiter \u203a",
		"\u00bb Mehr lesen", "\u00bb Weiterlesen \u00ab", "\u00ab Pr\u00e9c\u00e9dent | Suivant \u00bb",
		"\u00ab Article pr\u00e9c\u00e9dent", "\u00ab Page pr\u00e9c\u00e9dente Page suivante \u00bb",
		"\u00ab Entradas antiguas", "\u00ab Articolo precedente",
		"\u00ab \u041f\u0440\u0435\u0434\u044b\u0434\u0443\u0449\u0430\u044f | "
		"\u0421\u043b\u0435\u0434\u0443\u044e\u0449\u0430\u044f \u00bb",
		"\u00ab F\u00f6reg\u00e5ende artikel", "\u00bb L\u00e4s mer \u00bb", "\u00ab \u00d6nceki haber",
		"\u203a Weiterlesen" };
	/* Each but for its marks is a button that some rule knows. */
	static const char *const said[] = { "\u00ab Fermer \u00bb", "\u00ab Fermer. \u00bb",
		"\u00ab Retour en haut \u00bb, dit-il", "\u00ab\u0417\u0430\u043a\u0440\u044b\u0442\u044c\u00bb",
		"\u00abChiudi\u00bb", "\u00bbWeiterlesen\u00ab", "\u00bbMehr lesen!\u00ab", "\u203aWeiterlesen\u2039",
		"\u2039Mehr lesen.\u203a", "\u00bbL\u00e4s mer\u00bb", "\u201dL\u00e4s mer\u201d",
		"\u00bbLue lis\u00e4\u00e4\u00bb", "\u00abCerrar\u00bb", "\u201eMehr lesen\u201c", "\"Read more\"",
		"\u300c\u6b21\u3078\u300d" };
	static const char *const keep[] = { "furniture.line" };
	struct garner_options options = { .jobs = 1, .keep = keep, .keep_count = 1 };
	struct garner *own = garner_new(&options);
	for (size_t i = 0; i < sizeof(arrows) / sizeof(*arrows) + sizeof(said) / sizeof(*said); i++) {
		size_t n = sizeof(arrows) / sizeof(*arrows);
		const char *line = i < n ? arrows[i] : said[i - n];
		static struct outcome o;
		char text[4096];
		memset(&o, 0, sizeof(o));
		snprintf(text, sizeof(text), "%s\n\n%s\n", REPORT, line);
		assert_int_equal(garner_clean_bytes(own, text, strlen(text), NULL, "text/plain", note, &o), 0);
		if (!strstr(o.member, line) != (i < n))
			fail_msg("%s: %s", i < n ? "stays" : "goes", line);
	}
	garner_free(own);
}

#define REPORT_GOES_ON                                                                                                 \
	"In spring the piers will be lifted out of the water one by one, and laid upon the quay for everybody to "     \
	"see.\n\n"                                                                                                     \
	"The worms, says the engineer, will be given to the school, where the children want to keep them in a jar."

static void a_comment_section_goes_as_a_whole(void **state)
{
	(void)state;
	static struct outcome o;
	clean(REPORT
		"\n\n2 Comments\n\nAnna wrote that she remembers the bench, and that it was painted green once.\n\n"
		"Per answered that it was blue, and that the green one stood on the other side of the canal.\n",
		&o);
	assert_string_equal(o.member, REPORT "\n");
	assert_non_null(strstr(o.cut, "2 Comments\n"));
}

static void a_head_that_says_comments_alone_needs_a_comment(void **state)
{
	(void)state;
	static struct outcome o;
	clean(REPORT "\n\nDiscussion\n\nAnna\n\nI remember the bench, it was painted green once, and my uncle "
		     "painted it.\n\nReply\n\nPer\n\nIt was blue, the green one stood beyond the canal.\n",
		&o);
	assert_string_equal(o.member, REPORT "\n");
	assert_non_null(strstr(o.cut, "comments.head-en:Discussion\n"));
	clean(REPORT "\n\nDiscussion\n\nThe worms came with the warm water of three summers, and nobody had looked "
		     "under the planks, which the engineer found hard to believe.\n",
		&o);
	assert_string_equal(o.cut, "");
}

#define TEASER_A                                                                                                       \
	"The last ferryman of the sound\nHe has rowed across four thousand times, and still he counts each one.\n"
#define TEASER_B                                                                                                       \
	"A bench for nobody\nThe council bought it, the council painted it, and the council forgot where it is.\n"

/* Teasers of other articles, a headline and a paragraph in turns. */
static void a_section_behind_the_text_goes_with_its_head(void **state)
{
	(void)state;
	static struct outcome o;
	clean(REPORT "\n\nYou might also like\n" TEASER_A TEASER_B, &o);
	assert_string_equal(o.member, REPORT "\n");
	assert_non_null(strstr(o.cut, "related.section-en:The last ferryman of the sound\n"));
	clean(REPORT "\n\nAbout the author\nAna Ruiz grew up on the island and writes about boats and bridges.\n", &o);
	assert_string_equal(o.member, REPORT "\n");
	assert_non_null(strstr(o.cut, "byline.section-en:About the author\n"));
}

static void a_section_ends_where_the_text_goes_on(void **state)
{
	(void)state;
	static struct outcome o;
	static const char more[] = "In spring the piers will be lifted out of the water one by one, and laid upon the "
				   "quay for everybody to see.\n\nThe worms, says the engineer, will be given to the "
				   "school, where the children want to keep them in a jar with sea water.\n";
	char text[8192];
	snprintf(text, sizeof(text), "%s\n\n%s\n\nRecommended\n" TEASER_A "\n%s", REPORT, REPORT + 100, more);
	clean(text, &o);
	assert_non_null(strstr(o.cut, "related.section-en:The last ferryman of the sound\n"));
	assert_non_null(strstr(o.member, "In spring the piers"));
	assert_non_null(strstr(o.member, "The worms, says the engineer"));
	/* in the first half of the text the same head is none */
	snprintf(text, sizeof(text), "Recommended\n\n%s", REPORT);
	clean(text, &o);
	assert_null(strstr(o.cut, "related.section-en"));
}

/* Between two paragraphs: two headlines or more go with their head; one may head what follows, and a list stays. */
static void headlines_within_the_text_go_with_their_head(void **state)
{
	(void)state;
	static struct outcome o;
	static const struct {
		const char *head, *lines;
		bool goes;
	} cases[] = {
		{ "Read more:", "Ferry fares go up again\nThe last ferryman of the sound\n", true },
		{ "Baca Juga", "Tarif feri naik lagi\nTukang perahu terakhir di selat\nBangku tanpa tuan\n", true },
		{ "LEIA TAMBÉM:", "Passagem da balsa sobe de novo\nO último barqueiro do estreito\n", true },
		{ "Read more:", "What the worms have eaten\n", false },
		{ "Read more:", "• six planks of larch\n• forty nails of copper\n", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[8192], all[8192];
		snprintf(text, sizeof(text), "%s\n\n%s\n%s\n%s", REPORT, cases[i].head, cases[i].lines, REPORT_GOES_ON);
		snprintf(all, sizeof(all), "%s\n\n%s\n", REPORT, REPORT_GOES_ON);
		clean(text, &o);
		assert_non_null(strstr(o.member, REPORT_GOES_ON));
		if (cases[i].goes)
			assert_string_equal(o.member, all);
		else
			assert_non_null(strstr(o.member, cases[i].lines));
	}
}

static void what_stands_behind_little_text_is_no_comment_section(void **state)
{
	(void)state;
	static struct outcome o;
	clean("Does anybody know who painted the bench on the old bridge?\n\n2 Comments\n\n" REPORT "\n", &o);
	assert_non_null(strstr(o.member, "middle, where their grandparents"));
}

#define NEXT_ARTICLE                                                                                                   \
	"A whale in the harbour basin\n\nIt came with the evening tide and did not find the way out again until the "  \
	"morning.\n\nPublished\n\nIn short\n\nThe harbour master, who has seen seals, was asked what to do, and "      \
	"said that he did not know."

static void the_next_article_of_an_endless_page_goes(void **state)
{
	(void)state;
	static struct outcome o, again;
	clean("A bridge for the island\n\nPublished\n\nIn short\n\n" REPORT "\n\n" NEXT_ARTICLE "\n\n" NEXT_ARTICLE
	      "\n",
		&o);
	assert_non_null(strstr(o.cut, "related.next:A whale in the harbour basin\n"));
	assert_non_null(strstr(o.cut, "related.next:The harbour master"));
	assert_non_null(strstr(o.member, "watch the boats come home in the evening."));
	assert_null(strstr(o.member, "harbour"));
	clean(o.member, &again);
	assert_string_equal(again.member, o.member);
}

/* Cards of a list, each with its byline, have little text between them. */
static void keeps_a_list_of_short_articles(void **state)
{
	(void)state;
	static struct outcome o;
	clean("A bridge for the island\n\nPublished\n\nIn short\n\nThe council will build it before the winter "
	      "begins.\n\n" NEXT_ARTICLE "\n\n" REPORT "\n\n" NEXT_ARTICLE "\n",
		&o);
	assert_null(strstr(o.cut, "related.next"));
	assert_non_null(strstr(o.member, "The harbour master, who has seen seals"));
}

#define LONG_TEASER_A "Why the last ferryman of the sound still rows every night\n"
#define LONG_TEASER_B "The council bought a bench and nobody knows where it is\n"
#define LONG_TEASER_C "Four children built a raft and met a very large seal\n"

static void teasers_behind_a_text_go_without_a_head(void **state)
{
	(void)state;
	static struct outcome o;
	static const char a[] = "He has rowed across four thousand times, and still he counts.",
			  b[] = "It was painted, it was carried away, and it was forgotten.",
			  c[] = "The seal won, but all of them came home by supper time.";
	char text[8192];
	snprintf(text, sizeof(text), "%s\n\n%s%s\n\n%s%s\n\n%s%s\n", REPORT, LONG_TEASER_A, a, LONG_TEASER_B, b,
		LONG_TEASER_C, c);
	clean(text, &o);
	assert_string_equal(o.member, REPORT "\n");
	assert_non_null(strstr(o.cut, "related.teasers:" LONG_TEASER_A));
	assert_non_null(strstr(o.cut, "related.teasers:The seal won"));
	/* two are too few to be sure, and sections of the text have paragraphs like its others */
	snprintf(text, sizeof(text), "%s\n\n%s%s\n\n%s%s\n", REPORT, LONG_TEASER_A, a, LONG_TEASER_B, b);
	clean(text, &o);
	assert_null(strstr(o.cut, "related.teasers"));
	static const char more[] = "Work on the first of the piers will begin as soon as the ice has gone, and the "
				   "ferry will sail twice an hour until the day when the bridge is open.";
	snprintf(text, sizeof(text), "%s\n\n%s%s\n\n%s%s\n\n%s%s\n", REPORT, LONG_TEASER_A, more, LONG_TEASER_B,
		more + 4, LONG_TEASER_C, more + 8);
	clean(text, &o);
	assert_null(strstr(o.cut, "related.teasers"));
}

/* Excerpts end where there was no more room; a date or a label may stand between two of them. */
static void excerpts_behind_a_text_go_without_a_head(void **state)
{
	(void)state;
	static struct outcome o;
	static const char *const heads
		[] = { "Wie die Fähre ihren Namen bekam", "Паром и его капитан", "渡し船の一日を歩く" },
	   *const texts[] = {
		   "Vor hundert Jahren fuhr hier noch niemand, und wer hinüber wollte, der schwamm, "
		   "fror und schwieg …",
		   "Капитан ходит через пролив сорок лет, и все сорок лет он считает чаек, волны и…",
		   "朝五時、桟橋にはまだ誰もいない。船長は湯を沸かし、ロープをほどき、霧の向こうに耳を澄ます。やがて…"
	   };
	char text[8192];
	snprintf(text, sizeof(text), "%s\n\n%s\nAm Sund\n%s\n\n%s\n%s\n\n%s\n%s\n\nTake the boat out soon\n", REPORT,
		heads[0], texts[0], heads[1], texts[1], heads[2], texts[2]);
	clean(text, &o);
	assert_string_equal(o.member, REPORT "\n");
	for (size_t i = 0; i < 3; i++)
		assert_non_null(strstr(o.cut, texts[i]));
	/* two are too few, and what ends is no excerpt */
	snprintf(text, sizeof(text), "%s\n\n%s\n%s\n\n%s\n%s\n", REPORT, heads[0], texts[0], heads[1], texts[1]);
	clean(text, &o);
	assert_null(strstr(o.cut, "related.teasers"));
	snprintf(text, sizeof(text), "%s\n\n%s\n%s\n\n%s\n%s\n\n%s\n%s\n", REPORT, heads[0],
		"Vor hundert Jahren fuhr hier noch niemand, und wer hinüber wollte, der schwamm, fror und schwieg.",
		heads[1], "Капитан ходит через пролив сорок лет, и все сорок лет он считает чаек, волны и дни.",
		heads[2], texts[2]);
	clean(text, &o);
	assert_null(strstr(o.cut, "related.teasers"));
}

/* The programme of a festival stands over the report. */
static void a_menu_of_many_short_lines_goes(void **state)
{
	(void)state;
	static struct outcome o;
	char text[16384];
	size_t n = 0;
	for (int i = 0; i < 70; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "Rowing heat %d\nLane %c\n", i, 'A' + i % 8);
	snprintf(text + n, sizeof(text) - n, "\nThe bridge comes back\n\n%s\n", REPORT);
	clean(text, &o);
	assert_non_null(strstr(o.cut, "navigation.menu:Rowing heat 3\n"));
	assert_non_null(strstr(o.member, "The bridge comes back"));
	assert_non_null(strstr(o.member, "watch the boats come home in the evening."));
	/* a poem has more words a line */
	n = 0;
	for (int i = 0; i < 70; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "Row, old man, row for light %d\n", i);
	snprintf(text + n, sizeof(text) - n, "\n%s\n", REPORT);
	clean(text, &o);
	assert_null(strstr(o.cut, "navigation.menu"));
}

/* Once for wide screens and once for narrow ones. */
static void a_passage_that_stands_twice_goes_the_second_time(void **state)
{
	(void)state;
	static struct outcome o, again;
	static const char last[] = "\n\nThe ferry will go on until the bridge is open, its captain said on Friday.\n";
	char text[4096], want[4096];
	snprintf(want, sizeof(want), "%s%s", REPORT, last);
	snprintf(text, sizeof(text), "%s\n\n%s%s", REPORT, REPORT, last);
	clean(text, &o);
	assert_string_equal(o.member, want);
	assert_non_null(strstr(o.cut, "repeated.passage:The old bridge was closed"));
	assert_non_null(strstr(o.cut, "repeated.passage:Residents of the island"));
	clean(o.member, &again);
	assert_string_equal(again.member, want);
	assert_string_equal(again.cut, "");
}

static void keeps_a_quotation_said_twice_and_a_refrain(void **state)
{
	(void)state;
	static struct outcome o;
	static const char quote[] =
		"\"We asked for a bench, and they sent us a committee of nine men who had never sat on one in their "
		"lives, and who measured the railing for two days before they went home again by the late ferry, "
		"without a word to anybody on the island, and without having paid for their soup at the inn, which "
		"the innkeeper has not forgotten, nor will he, as long as there is chalk on his board.\"";
	static const char refrain[] = "Row, old man, row for the light\nThe herring are deep in the sound\n"
				      "Your mother is waiting all night\nHer kettle is going round\n"
				      "Row, old man, row for the shore\nThe wind has come round to the west\n"
				      "The boats that went out were four\nAnd yours was the last and the best\n"
				      "Row, old man, row for the bell\nThe lamp in the window is lit\n"
				      "What the deep water knows it won't tell\nAnd nobody asks it";
	char text[8192];
	snprintf(text, sizeof(text), "%s\n\n%s\n\n%s\n\n%s\n\n%s", quote, REPORT, refrain, quote, refrain);
	clean(text, &o);
	assert_null(strstr(o.cut, "repeated.passage"));
}

static void placeholder_text_goes(void **state)
{
	(void)state;
	static struct outcome o;
	clean(REPORT "\n\nLorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.\n", &o);
	assert_string_equal(o.member, REPORT "\n");
	assert_non_null(strstr(o.cut, "placeholder.lorem:Lorem ipsum"));
}

/* Breaks that only the normaliser makes into lines; lines that go one after the other. */
static void cleaning_what_came_out_changes_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = { REPORT "\xE2\x80\xA8Share on Facebook\xE2\x80\xA9" REPORT "\x0B"
						    "Read more\xC2\x85"
						    "Ferry fares go up\n",
		"A bridge for the island\n" REPORT "\n\nRead more:\nFerry fares go up\nThe last ferryman\n", furniture,
		"Home\nNews\nA bridge for the island\n3 May 2021\n" REPORT "\n12 Comments\n" REPORT "\n" };
	static struct outcome once, again;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		clean(texts[i], &once);
		assert_int_equal(once.reason, 0);
		clean(once.member, &again);
		assert_string_equal(once.member, again.member);
	}
}

static void cuts_furniture_that_the_model_left_on_a_page(void **state)
{
	(void)state;
	struct block blocks[] = { { .kind = BLOCK_PARAGRAPH, .text = VIEW(REPORT) },
		{ .kind = BLOCK_PARAGRAPH, .text = VIEW("Skip to content") },
		{ .kind = BLOCK_CODE, .text = VIEW("Skip to content") },
		{ .kind = BLOCK_HEADING, .text = VIEW("Related articles") },
		{ .kind = BLOCK_PARAGRAPH, .text = VIEW("Sign up for our newsletter") } };
	static const char *const kinds[] = { NULL, "navigation", NULL, NULL, "newsletter" };
	static const struct garner_options options = { .jobs = 1 };
	struct engine engine = { .options = options, .rules = builtin() };
	struct page page = { .options = &options };
	struct error error = { 0 };
	void *stage = NULL;
	arena_init(&page.arena, MIB(1));
	page_reset(&page);
	page.blocks = blocks;
	page.block_count = sizeof(blocks) / sizeof(*blocks);
	assert_int_equal(text_rules_stage.open(&engine, &stage, &error), 0);
	assert_int_equal(text_rules_stage.run(stage, &page), 0);
	for (size_t i = 0; i < page.block_count; i++) {
		assert_int_equal(blocks[i].cut, kinds[i] != NULL);
		if (kinds[i])
			assert_string_equal(blocks[i].cut_kind, kinds[i]);
	}
	text_rules_stage.close(stage);
	arena_free(&page.arena);
	rules_free(engine.rules);
}

static void names_the_place_of_a_malformed_rule(void **state)
{
	(void)state;
	static const char *const files[][2] = { { "rule x\n", "f:1: an id is KIND.NAME: x" },
		{ "language en\nline Share\n", "f:2: stands before the first rule: line" },
		{ "rule a.b\nzone nowhere\n", "f:2: not one of the values: nowhere" },
		{ "rule a.b\nwords 0\n", "f:2: not a number in range: 0" },
		{ "rule a.b\nmatch Share\n", "f:2: capital letters never match a folded line: Share" },
		{ "rule a.b\n", "f:1: rule a.b has neither line, match, exact nor detector" } };
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct rules *rules = NULL;
		struct rules_source source = { .without_builtin = true };
		struct error error = { 0 };
		assert_int_equal(rules_read(&source, &rules, &error), 0);
		assert_int_equal(rule_file_read(rules, "f", view_of(files[i][0]), &error), -EINVAL);
		assert_string_equal(error.text, files[i][1]);
		rules_free(rules);
	}
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static void a_pattern_that_would_backtrack_without_bound_gives_up(void **state)
{
	(void)state;
	/* On 400 letters each has more ways to fail than there are atoms; the letter that it ends with stands there,
	 * too. */
	static const char *const endless[] = { "(?:a+)+b", "(?:a|aa)+b", "(?:\\w+ ?)*!", "(?:a*)*b" };
	char letters[LIMIT_RULE_LINE_BYTES];
	struct matcher *matcher = matcher_new();
	assert_non_null(matcher);
	memset(letters, 'a', sizeof(letters));
	memcpy(letters + sizeof(letters) - 3, "b!a", 3);
	for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
		struct pattern *pattern = NULL;
		struct error error = { 0 };
		assert_int_equal(pattern_compile(view_of(endless[i]), "f:1", &pattern, &error), 0);
		assert_false(pattern_match(matcher, pattern, view_make(letters, sizeof(letters))));
		assert_true(matcher_gave_up(matcher));
		assert_false(pattern_match(matcher, pattern, view_of("c")));
		assert_false(matcher_gave_up(matcher));
		pattern_free(pattern);
	}
	matcher_free(matcher);
}

static void knows_a_pattern_that_repeats_a_repetition(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		bool repeats;
	} cases[] = { { "(?:a+)+b", true }, { "(?:x(?:a*y)?)*", true }, { "(?:[a)]+ ?)*!", true },
		{ "(?:a{2,}b?)+", true }, { "(?:(?:a|b+))*", true }, { "(?:a+)?b+", false }, { "(?:a++b)+", false },
		{ "(?:a+){2,10}", false }, { "(?:\\(a+\\))", false }, { "(?:a{2,4})*", false },
		{ "[(+]+(?:a)+", false }, { "(?:\\+a)*", false }, { "(?:a+)++", false } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(pattern_repeats_repetition(view_of(cases[i].source)), cases[i].repeats);
}

static void count_finding(void *user, const struct rule *rule, const char *words, struct view example)
{
	(void)rule;
	(void)example;
	*(size_t *)user += strstr(words, "too many steps") != NULL || strstr(words, "repeats") != NULL;
}

static void a_rule_that_takes_too_many_steps_is_found(void **state)
{
	(void)state;
	static const char file[] = "language en\nrule share.slow\nwords 90\nmatch (?:\\w+ ?)+:\nyes word word:\n";
	struct rules *rules = NULL;
	struct rules_source source = { .without_builtin = true };
	struct error error = { 0 };
	size_t found = 0;
	assert_int_equal(rules_read(&source, &rules, &error), 0);
	assert_int_equal(rule_file_read(rules, "f", view_make(file, sizeof(file) - 1), &error), 0);
	assert_int_equal(rule_index_build(rules, &error), 0);
	assert_true(rules_check(rules, count_finding, &found) > 0);
	assert_true(found >= 1);
	rules_free(rules);
}

static int set_up(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1 };
	garner = garner_new(&options);
	return garner && !garner_error(garner) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	garner = garner_free(garner);
	return 0;
}

/* ---- datelines ------------------------------------------------------------------------------------ */

struct dateline_case {
	const char *text, *place, *agency;
};

static int note_dateline(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct dateline_case *wanted = user;
	(void)detail;
	assert_int_equal(reason, 0);
	assert_string_equal(d->place ? d->place : "", wanted->place);
	assert_string_equal(d->agency ? d->agency : "", wanted->agency);
	/* It is part of the sentence. */
	assert_non_null(strstr(d->text, wanted->text));
	return 0;
}

static void keeps_a_dateline_and_reads_place_and_agency(void **state)
{
	static const struct dateline_case cases[] = {
		{ "TEHRAN (Tasnim) \u2013 The ministry said on Monday that the bridge will be open again in spring.",
			"TEHRAN", "Tasnim" },
		{ "Berlin (dpa) - Der Ausschuss hat am Montag \u00fcber den neuen Fahrplan der Bahn beraten.", "Berlin",
			"dpa" },
		{ "WARSAW, Oct. 3 /PAP/ \u2014 The council has voted to move the market to the old harbour.", "WARSAW",
			"PAP" },
		{ "(\uc11c\uc6b8=\uc5f0\ud569) \uae40\ucca0\uc218 \uae30\uc790 = \uc2dc\uc7a5\uc740 "
		  "\uc5b4\uc81c \uc0c8 \ub2e4\ub9ac\uac00 \ubd04\uc5d0 \ub2e4\uc2dc \uc5f4\ub9b0\ub2e4\uace0 "
		  "\ub9d0\ud588\ub2e4.",
			"\uc11c\uc6b8", "\uc5f0\ud569" },
		{ "\u041c\u0410\u0414\u0420\u0418\u0414, 5 \u043c\u0430\u044f. /\u0422\u0410\u0421/. "
		  "\u2013 \u041d\u043e\u0432\u044b\u0439 \u043c\u043e\u0441\u0442 \u043e\u0442\u043a\u0440\u043e"
		  "\u044e\u0442 \u0432\u0435\u0441\u043d\u043e\u0439, \u0441\u043a\u0430\u0437\u0430\u043b "
		  "\u043c\u044d\u0440 \u0433\u043e\u0440\u043e\u0434\u0430 \u0432 "
		  "\u043f\u043e\u043d\u0435\u0434\u0435\u043b\u044c\u043d\u0438\u043a.",
			"\u041c\u0410\u0414\u0420\u0418\u0414", "\u0422\u0410\u0421" },
		{ "DUBLIN \u2014 She had lived in Dublin for years before anybody knew her name outside of the "
		  "harbour.",
			"DUBLIN", "" },
		/* A word in capitals that nobody speaks of; a person with a party; a sentence with a dash. */
		{ "UPDATE \u2014 The council has voted again, and the market will move to the old harbour.", "", "" },
		{ "Maria Keller (ABC) \u2013 so steht es im Protokoll \u2013 war an diesem Abend nicht im Saal.", "",
			"" },
		{ "Nobody came (it rained) - and so the market was moved to the hall behind the station.", "", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dateline_case wanted = cases[i];
		assert_int_equal(garner_clean_bytes(garner, wanted.text, strlen(wanted.text), NULL, "text/plain",
					 note_dateline, &wanted),
			0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_dateline_and_reads_place_and_agency),
		cmocka_unit_test(every_rule_finds_its_examples_and_no_counter_example),
		cmocka_unit_test(the_tables_made_at_build_time_are_those_of_the_text),
		cmocka_unit_test(folding_is_idempotent_and_never_longer),
		cmocka_unit_test(the_seeds_come_out_clean_in_every_dress),
		cmocka_unit_test(the_seeds_give_their_facts),
		cmocka_unit_test(keeps_text_that_only_looks_like_furniture),
		cmocka_unit_test(keeps_a_list_between_leftovers),
		cmocka_unit_test(buttons_between_arrows_go_and_what_is_said_stays),
		cmocka_unit_test(takes_the_byline_as_authors_and_the_date_as_a_fact),
		cmocka_unit_test(keeps_and_flags_a_text_that_rules_would_leave_nothing_of),
		cmocka_unit_test(a_comment_section_goes_as_a_whole),
		cmocka_unit_test(a_head_that_says_comments_alone_needs_a_comment),
		cmocka_unit_test(a_section_behind_the_text_goes_with_its_head),
		cmocka_unit_test(a_section_ends_where_the_text_goes_on),
		cmocka_unit_test(headlines_within_the_text_go_with_their_head),
		cmocka_unit_test(what_stands_behind_little_text_is_no_comment_section),
		cmocka_unit_test(the_next_article_of_an_endless_page_goes),
		cmocka_unit_test(a_menu_of_many_short_lines_goes),
		cmocka_unit_test(keeps_a_list_of_short_articles),
		cmocka_unit_test(teasers_behind_a_text_go_without_a_head),
		cmocka_unit_test(excerpts_behind_a_text_go_without_a_head),
		cmocka_unit_test(a_passage_that_stands_twice_goes_the_second_time),
		cmocka_unit_test(keeps_a_quotation_said_twice_and_a_refrain),
		cmocka_unit_test(placeholder_text_goes),
		cmocka_unit_test(cleaning_what_came_out_changes_nothing),
		cmocka_unit_test(cuts_furniture_that_the_model_left_on_a_page),
		cmocka_unit_test(names_the_place_of_a_malformed_rule),
		cmocka_unit_test(a_pattern_that_would_backtrack_without_bound_gives_up),
		cmocka_unit_test(knows_a_pattern_that_repeats_a_repetition),
		cmocka_unit_test(a_rule_that_takes_too_many_steps_is_found),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
