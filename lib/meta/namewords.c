#include "meta/namewords.h"

#include "meta/fold.h"
#include "util/utf8.h"

#define W(text)                                                                                                        \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}

/* What introduces an author: by first letter, those of other scripts last; of one letter the longer ones first. Matched
 * folded (a final sigma is a sigma), the next letter must not go on the word. */
static const struct view intros[] = { W("alle beitrage von"), W("alle artikel von"), W("autorin/autor"), W("autor/in"),
	W("autor:in"), W("autor*in"), W("autor/autorin"), W("alles von"), W("all posts by"), W("all articles by"),
	W("alle berichten van"), W("aus"), W("artikel von"), W("article by"), W("authored by"), W("a cura di"),
	W("articolo di"), W("author"), W("authors"), W("autor"), W("autoren"), W("autorin"), W("autores"), W("autore"),
	W("autora"), W("auteur"), W("auteurs"), W("autorzy"), W("av"), W("af"), W("autors"), W("autorius"), W("avtor"),
	W("avtorica"), W("bekijk alle berichten van"), W("bericht von"), W("beitrag von"), W("bejegyezte"), W("byline"),
	W("by"), W("created by"), W("compiled by"), W("contributed by"), W("diposting oleh"), W("diterbitkan oleh"),
	W("dipublikasikan oleh"), W("ditulis oleh"), W("di"), W("da"), W("door"), W("de"), W("deur"), W("enviado por"),
	W("eingetragen von"), W("eingereicht von"), W("ein bericht von"), W("ein beitrag von"), W("ein artikel von"),
	W("eine analyse von"), W("ein kommentar von"), W("ein gastbeitrag von"), W("eine kolumne von"),
	W("erstellt von"), W("eingestellt von"), W("ecrit par"), W("escrito por"), W("escrit per"), W("eftir"),
	W("egilea"), W("fotos und text"), W("forfatter"), W("forfattare"), W("gespeichert von"), W("geschrieben von"),
	W("gepostet von"), W("geschreven door"), W("geplaatst door"), W("geplaas deur"), W("geskryf deur"),
	W("gonderen"), W("haber"), W("hazirlayan"), W("hofundur"), W("indsendt af"), W("inviato da"),
	W("interview von"), W("irta"), W("imeandikwa na"), W("isinulat ni"), W("journalist"), W("kirjoittanut"),
	W("kirjoittaja"), W("kirjutas"), W("kozzetette"), W("lagt inn av"), W("lahettanyt"), W("mehr artikel von"),
	W("mehr von"), W("more articles by"), W("more posts by"), W("mwandishi"), W("muellif"), W("muallif"),
	W("napisal"), W("napisala"), W("nguoi dang"), W("nguoi viet"), W("napsal"), W("napsala"), W("nga"),
	W("napisao"), W("objavio"), W("objavila"), W("opracowal"), W("opracowala"), W("oleh"), W("od"),
	W("postado por"), W("publicada por"), W("postat de"), W("publikoval"), W("poste par"),
	W("pressemitteilung von"), W("posted by"), W("published by"), W("publie par"), W("propos recueillis par"),
	W("publicado por"), W("pubblicato da"), W("publicat de"), W("penulis"), W("por"), W("par"), W("per"), W("pise"),
	W("reported by"), W("redige par"), W("redactado por"), W("redakteur"), W("redaktor"), W("redaktion:"),
	W("see all posts by"), W("submitted by"), W("story by"), W("scritto da"), W("started by"), W("skrevet av"),
	W("skrevet af"), W("skriven av"), W("scris de"), W("szerzo"), W("szerzok"), W("shkruar nga"),
	W("tous les articles de"), W("tutti gli articoli di"), W("text und fotos"), W("text und foto"), W("text by"),
	W("teksti"), W("tac gia"), W("text"), W("texte"), W("tekst"), W("texto"), W("testo"), W("upplagd av"),
	W("un article de"), W("view all posts by"), W("view more posts by"), W("voir tous les articles de"),
	W("ver todas las entradas de"), W("ver todos los posts de"), W("vystavil"), W("vlozil"),
	W("veroffentlicht von"), W("verfasst von"), W("verfasser"), W("von"), W("vom"), W("wszystkie wpisy"),
	W("written by"), W("words by"), W("yazan"), W("yazar"), W("zeige alle beitrage von"), W("zpracoval"),
	W("опубликовал"), W("опубликовала"), W("публикувано от"), W("автор"), W("авторы"), W("автори"), W("текст"),
	W("от"), W("αρθρο"), W("γραφει"), W("του"), W("τησ"), W("מאת"), W("بقلم"), W("كتب"), W("كتبت"), W("نويسنده"),
	W("作者"), W("文"), W("撰文"), W("記者"), W("记者"), W("著者"), W("執筆"), W("筆者"), W("글"), W("लेखक"),
	W("द्वारा"), W("αναρτηθηκε απο"), W("απο"), W("συντακτησ"), W("লিখেছেন"), W("লেখক"), W("প্রতিবেদক"),
	W("எழுதியவர்"), W("เขียนโดย"), W("เรื่องโดย"), W("โดย"), W("ผู้เขียน"), W("به قلم"), W("نوشته شده توسط"),
	W("ارسال شده توسط"), W("نشر بواسطه"), W("كتبها"), W("نوشته"), W("بواسطه"), W("الكاتب"), W("اعداد"), W("投稿者"),
	W("撰稿"), W("게시자"), W("작성자"), W("글쓴이"), W("пише"), W("написал"), W("написала"), W("հեղինակ"),
	W("ავტორი"), W("аутор"), W("пишува"), W("аўтар"), W("зохиогч"), W("бичсэн"), W("تحرير"), W("مصنف"), W("લેખક"),
	W("રચના"), W("రచన"), W("రచయిత"), W("എഴുതിയത്"), W("രചന"), W("ಲೇಖಕರು"), W("ಬರಹ"), W("ਲੇਖਕ"), W("ලියුවේ"), W("ရေးသားသူ"),
	W("ដោយ"), W("ໂດຍ"), W("ጸሐፊ"), W("ደራሲ") };

/* Where the words with a first letter begin: a to z, other scripts, the end. */
static const uint16_t intro_starts[] = { 0, 34, 40, 43, 52, 69, 72, 80, 83, 89, 90, 94, 96, 103, 111, 117, 135, 135,
	141, 153, 165, 167, 179, 182, 182, 184, 186, 266 };
_Static_assert(sizeof(intros) / sizeof(intros[0]) == 266, "intro_starts counts them");

/* Words that end a name: what follows is a job, a place or a link. Folded. */
static const struct view roles[] = { W("editor"), W("reporter"), W("correspondent"), W("writer"), W("staff"),
	W("contributor"), W("journalist"), W("redakteur"), W("redakteurin"), W("redaktor"), W("redaktorin"),
	W("reporterin"), W("korrespondent"), W("korrespondentin"), W("journalistin"), W("volontar"), W("volontarin"),
	W("autor"), W("autorin"), W("fotograf"), W("photographer"), W("producer"), W("columnist"), W("analyst"),
	W("director"), W("manager"), W("professor"), W("chef"), W("chefredakteur"), W("leiter"), W("ressortleiter"),
	W("redactor"), W("redactora"), W("periodista"), W("corresponsal"), W("redacteur"), W("verslaggever"),
	W("giornalista"), W("journaliste"), W("toimittaja"), W("reporterka"), W("redaktorka"), W("dziennikarz"),
	W("dziennikarka"), W("corespondent"), W("muhabir"), W("ceo"), W("founder"), W("co-founder"), W("president"),
	W("author"), W("published"), W("updated"), W("posted"), W("comments"), W("comment"), W("views"), W("minutes"),
	W("read"), W("min"), W("share"), W("email"), W("follow"), W("more"), W("view"), W("articles"), W("posts"),
	W("bio"), W("profile"), W("special"), W("senior"), W("freelance"), W("freelancer"), W("expert"),
	W("specialist"), W("kommentare"), W("uhr"), W("aktualisiert"), W("veroffentlicht"), W("lesezeit"),
	W("expertin"), W("head"), W("chief"), W("lead"), W("consultant"), W("coordinator"), W("specialists"),
	W("strategist"), W("therapist"), W("psychologist"), W("dietitian"), W("nutritionist"), W("attorney"),
	W("engineer"), W("developer"), W("designer"), W("marketer"), W("marketing"), W("officer"), W("assistant"),
	W("executive"), W("vice"), W("former"), W("certified"), W("licensed"), W("registered"), W("co-author"),
	W("guest"), W("blogger"), W("bloggerin"), W("pressesprecher"), W("pressesprecherin"), W("geschaftsfuhrer"),
	W("geschaftsfuhrerin"), W("leiterin"), W("autore"), W("autora"), W("redattore"), W("redactrice"),
	W("corrispondente"), W("correspondant"), W("korespondent"), W("redakteure"), W("donate"), W("subscribe"),
	W("publicado"), W("escribe"), W("pressemitteilung"), W("pressemeldung") };

static const struct view credentials[] = { W("md"), W("m.d."), W("m.d"), W("phd"), W("ph.d."), W("ph.d"), W("ms"),
	W("m.s."), W("ma"), W("m.a."), W("rd"), W("rdn"), W("ldn"), W("cpt"), W("jr"), W("jr."), W("sr"), W("sr."),
	W("esq"), W("esq."), W("mba"), W("cpa"), W("cfp"), W("rn"), W("bsn"), W("msn"), W("do"), W("dds"), W("dvm"),
	W("jd"), W("j.d."), W("mph"), W("pharmd"), W("dpt"), W("lcsw"), W("fand"), W("facs"), W("iii"), W("ii"),
	W("msc"), W("bsc"), W("mrcvs"), W("cscs") };

static const struct view nobodies[] = { W("admin"), W("administrator"), W("webmaster"), W("user"), W("guest"),
	W("gast"), W("author"), W("autor"), W("unknown"), W("anonymous"), W("anonym"), W("staff"), W("editor"),
	W("root"), W("superuser"), W("super user"), W("wordpress"), W("default"), W("test"), W("none"), W("null"),
	W("n/a"), W("mail"), W("email"), W("e-mail"), W("kontakt"), W("contact"), W("website"), W("facebook"),
	W("twitter"), W("instagram"), W("linkedin"), W("share"), W("follow"), W("profile"), W("view profile"),
	W("about"), W("about the author"), W("about the authors"), W("uber den autor"), W("impressum"), W("home"),
	W("login"), W("site admin"), W("adm"), W("redactie"), W("published"), W("updated"), W("by"), W("von"),
	W("photo"), W("foto"), W("rss"), W("read more"), W("more"), W("mehr"), W("see more"), W("all posts"),
	W("view all posts"), W("authors"), W("written by"), W("posted by"), W("comments"), W("comment"), W("reply"),
	W("print"), W("drucken"), W("bio"), W("full bio"), W("learn more"), W("subscribe"), W("the author"),
	W("topic author"), W("posts"), W("guest author"), W("guest post"), W("profil"), W("sat"), W("sun"), W("mon"),
	W("tue"), W("wed"), W("thu"), W("fri"), W("monday"), W("tuesday"), W("wednesday"), W("thursday"), W("friday"),
	W("saturday"), W("sunday"), W("montag"), W("dienstag"), W("mittwoch"), W("donnerstag"), W("freitag"),
	W("samstag"), W("sonntag"), W("publisher"), W("article by"), W("posted"), W("by line"), W("view all"),
	W("view more"), W("follow us"), W("name"), W("your name"), W("originally published"), W("last updated"),
	W("editor-in-chief"), W("updated on"), W("published on"), W("posted on"), W("date"), W("datum"), W("autoren"),
	W("uhr"), W("anzeige"), W("advertisement"), W("sign up"), W("log in"), W("link"), W("post"), W("beitrag"),
	W("table of contents"), W("advertiser disclosure"), W("last modified"), W("joined"), W("no author"),
	W("shutterstock"), W("getty images"), W("guide"), W("autoreninfo"), W("review"), W("son guncelleme"),
	W("published on"), W("germany"), W("deutschland"), W("austria"), W("osterreich"), W("switzerland"),
	W("schweiz"), W("usa"), W("news"), W("local news"), W("in local news"), W("blog"), W("article"), W("artikel"),
	W("kolumne"), W("red"), W("red."), W("この記事を書いた人"), W("著者"), W("anonimo"), W("anonyme"),
	W("whatsapp"), W("telegram"), W("pinterest"), W("youtube"), W("reddit"), W("xing"), W("teilen"), W("partager"),
	W("compartir"), W("condividi"), W("seguir"), W("google"), W("connect"), W("meinung"), W("kultur"), W("politik"),
	W("wirtschaft"), W("sport"), W("sports"), W("politics"), W("business"), W("culture"), W("gesundheit"),
	W("lifestyle"), W("technology"), W("health"), W("world"), W("haberler"), W("kontributor"), W("opinion"),
	W("username"), W("cortesia"), W("courtesy"), W("all rights reserved"), W("alle rechte vorbehalten"),
	W("benutzername"), W("giris tarihi"), W("yayin tarihi"), W("yayinlanma tarihi"), W("guncelleme tarihi"),
	W("eklenme tarihi"), W("fecha"), W("fecha de publicacion"), W("data publikacji"), W("data di pubblicazione"),
	W("date de publication"), W("data de publicacao"), W("ngay dang"), W("tanggal"), W("дата"),
	W("дата публикации"), W("дата публікації"), W("تاريخ النشر"), W("تاريخ انتشار"), W("发布时间"), W("發布時間"),
	W("来源"), W("來源"), W("입력"), W("수정"), W("kaynak"), W("fuente"), W("quelle"), W("zrodlo"), W("источник"),
	W("джерело") };

/* Words of bodies, not of persons: such a name is taken whole, with its "and" and its commas. Folded beginnings. */
static const struct view bodies[] = { W("ministeri"), W("ministry"), W("departement"), W("department"), W("institut"),
	W("landesanstalt"), W("universit"), W("verlag"), W("gmbh"), W("e.v"), W("verein"), W("association"),
	W("center"), W("centre"), W("bundesamt"), W("fraktion"), W("committee"), W("agency"), W("bundesminist"),
	W("gesellschaft"), W("stiftung"), W("foundation"), W("office"), W("amt"), W("council"), W("society"),
	W("commission") };

static bool listed(struct view word, const struct view *list, size_t count)
{
	for (size_t i = 0; i < count && word.n; i++)
		if (list[i].n == word.n && list[i].p[0] == word.p[0] && view_eq(list[i], word))
			return true;
	return false;
}
#define LISTED(word, list) listed(word, list, sizeof(list) / sizeof((list)[0]))

bool namewords_role(struct view word)
{
	return LISTED(word, roles);
}

bool namewords_credential(struct view word)
{
	return LISTED(word, credentials);
}

bool namewords_agency(struct view word)
{
	static const struct view agencies[] = { W("dpa"), W("afp"), W("apa"), W("sda"), W("keystone-sda"), W("ansa"),
		W("efe"), W("lusa"), W("pap"), W("ntb"), W("tt"), W("ritzau"), W("stt"), W("belga"), W("anp"),
		W("reuters"), W("upi"), W("tass"), W("ctk"), W("tasr"), W("mti"), W("hina"), W("tanjug"), W("bta"),
		W("agerpres"), W("pti"), W("ians"), W("kyodo"), W("jiji"), W("xinhua"), W("yonhap"), W("bernama"),
		W("antara"), W("dha"), W("iha"), W("epd"), W("kna"), W("sid"), W("dpa-afx"), W("dts"), W("ats"),
		W("europa press"), W("adnkronos"), W("anadolu ajansi"), W("anadolu agency"),
		W("deutsche presse-agentur"), W("agence france-presse"), W("associated press"),
		W("the associated press"), W("press association"), W("press trust of india"), W("canadian press"),
		W("the canadian press"), W("demiroren haber ajansi"), W("ihlas haber ajansi"),
		W("austria presse agentur"), W("agencia efe"), W("agencias"), W("agenzia ansa"),
		W("\u0442\u0430\u0441\u0441"), W("\u0443\u043d\u0456\u0430\u043d"),
		W("\u0443\u043a\u0440\u0456\u043d\u0444\u043e\u0440\u043c"), W("\u65b0\u534e\u793e"), W("\u5171\u540c"),
		W("\u6642\u4e8b") };
	return LISTED(word, agencies);
}

bool namewords_nobody(struct view words)
{
	return LISTED(words, nobodies);
}

bool namewords_body(struct view word)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		if (view_starts(word, bodies[i]) && (bodies[i].n > 4 || word.n == bodies[i].n))
			return true;
	return false;
}

static bool is_by(struct view intro)
{
	return view_eq(intro, VIEW("by"));
}

/* The next letter from *@at on, folded; 0: none is left. */
static uint32_t next_letter(struct view line, size_t *at)
{
	uint32_t letter = 0;
	if (*at < line.n && (unsigned char)line.p[*at] - 1u < 0x7F)
		return (unsigned char)ascii_lower(line.p[(*at)++]);
	while (*at < line.n && letter == 0)
		letter = fold_letter(utf8_next(line, at));
	return letter == 0xA0 ? ' ' : letter;
}

/* By the first letter of the beginnings, their second ones; the words that most lines begin with are none of these. */
#define L(letter) (1u << ((letter) - 'a'))
#define OTHER	  (1u << 26)
static const uint32_t seconds[26] = {
	['a' - 'a'] = OTHER | L('f') | L('l') | L('r') | L('u') | L('v'),
	['b' - 'a'] = L('e') | L('y'),
	['c' - 'a'] = L('o') | L('r'),
	['d' - 'a'] = L('a') | L('e') | L('i') | L('o'),
	['e' - 'a'] = L('c') | L('f') | L('g') | L('i') | L('n') | L('r') | L('s'),
	['f' - 'a'] = L('o'),
	['g' - 'a'] = L('e') | L('o'),
	['h' - 'a'] = L('a') | L('o'),
	['i' - 'a'] = L('m') | L('n') | L('r') | L('s'),
	['j' - 'a'] = L('o'),
	['k' - 'a'] = L('i') | L('o'),
	['l' - 'a'] = L('a'),
	['m' - 'a'] = L('e') | L('o') | L('u') | L('w'),
	['n' - 'a'] = L('a') | L('g'),
	['o' - 'a'] = L('b') | L('d') | L('l') | L('p'),
	['p' - 'a'] = L('a') | L('e') | L('i') | L('o') | L('r') | L('u'),
	['r' - 'a'] = L('e'),
	['s' - 'a'] = L('c') | L('e') | L('h') | L('k') | L('t') | L('u') | L('z'),
	['t' - 'a'] = L('a') | L('e') | L('o') | L('u'),
	['u' - 'a'] = L('n') | L('p'),
	['v' - 'a'] = L('e') | L('i') | L('l') | L('o') | L('y'),
	['w' - 'a'] = L('o') | L('r') | L('s'),
	['y' - 'a'] = L('a'),
	['z' - 'a'] = L('e') | L('p'),
};
#undef L

static bool may_be_intro(uint32_t first, uint32_t second)
{
	if (first >= 0x80)
		return true;
	bool letter = second >= 'a' && second <= 'z';
	return first >= 'a' && first <= 'z' && (seconds[first - 'a'] & (letter ? 1u << (second - 'a') : OTHER));
}

size_t namewords_intros(const struct view **ret)
{
	*ret = intros;
	return sizeof(intros) / sizeof(intros[0]);
}

size_t namewords_intro(struct view line)
{
	size_t begin = 0;
	uint32_t first = next_letter(line, &begin), second = next_letter(line, &begin);
	if (!may_be_intro(first, second))
		return 0;
	size_t group = first < 0x80 ? first - 'a' : 26;
	char bytes[4];
	struct view letter = { bytes, utf8_put(bytes, first) };
	for (size_t i = intro_starts[group]; i < intro_starts[group + 1]; i++) {
		struct view intro = intros[i];
		/* And most of the rest in the second. */
		if (first < 0x80 && intro.n > 1 && (unsigned char)intro.p[1] < 0x80 &&
			(unsigned char)intro.p[1] != second)
			continue;
		if (!view_starts(intro, letter))
			continue;
		/* Walk both: the line folded letter by letter against the intro. */
		size_t at = 0, k = 0;
		while (at < line.n && k < intro.n) {
			if ((unsigned char)line.p[at] - 1u < 0x7F) { /* no letter of another script is one of ASCII */
				if (ascii_lower(line.p[at]) != intro.p[k])
					break;
				at++;
				k++;
				continue;
			}
			size_t next = at, ik = k;
			uint32_t cp = fold_letter(utf8_next(line, &next));
			uint32_t want = utf8_next(intro, &ik);
			if (cp == 0xA0)
				cp = ' ';
			if (cp != want && cp != 0)
				break;
			k = cp == 0 ? k : ik;
			at = next;
		}
		if (k < intro.n)
			continue;
		if (at >= line.n)
			return at;
		size_t next = at;
		uint32_t cp = utf8_next(line, &next);
		/* "ByAnn Lee": the space between two elements got lost. */
		if (is_by(intro) && line.p[0] == 'B' && cp >= 'A' && cp <= 'Z')
			return at;
		if ((!fold_is_letter(cp) && cp != '-' && cp != '\'' && cp != 0x2019) || fold_is_unspaced(cp))
			return at;
	}
	return 0;
}
