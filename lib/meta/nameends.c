/* Lines of a byline that name nobody who wrote by himself, and what stands behind a name. */
#include "meta/fold.h"
#include "meta/names.h"
#include "meta/namewords.h"
#include "util/utf8.h"

#define W(text)                                                                                                        \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}

static bool begins(struct view line, const struct view *list, size_t count)
{
	char text[64];
	struct view f = names_fold(line, text, sizeof(text));
	for (size_t i = 0; i < count; i++)
		if (view_starts(f, list[i]))
			return true;
	return false;
}

bool names_ends_byline(struct view line)
{
	static const struct view ends[] = { W("reviewed"), W("medically"), W("fact"), W("edited"), W("photo"),
		W("foto"), W("bild"), W("updated"), W("last updated"), W("illustrat"), W("published"), W("posted on"),
		W("medizinisch"), W("read"), W("share"), W("aktualisiert"), W("lesezeit"), W("reading time"),
		W("about"), W("more from"), W("mehr von"), W("follow"), W("publicad"), W("expert reviewed"),
		W("edited"), W("fact-checked"), W("fact checked") };
	return begins(line, ends, sizeof(ends) / sizeof(ends[0]));
}

bool names_are_helpers(struct view line)
{
	static const struct view words[] = { W("contribution"), W("contributor"), W("additional reporting"),
		W("with help"), W("with contribution"), W("mit beitragen"), W("unter mitarbeit"), W("mitarbeit"),
		W("avec la contribution"), W("con la colaboracion"), W("colaboracion"), W("con la collaborazione"),
		W("fact check"), W("expert"), W("technical review"), W("review"), W("gepruft von"),
		W("fachlich gepruft"), W("researched by") };
	return begins(line, words, sizeof(words) / sizeof(words[0]));
}

bool names_is_house(struct view line)
{
	static const struct view lasts[] = { W("staff"), W("team"), W("editors"), W("editorial"), W("desk"), W("crew"),
		W("newsroom"), W("redaktion"), W("redaction"), W("redaccion"), W("redazione"), W("redactie"),
		W("redakcja"), W("equipo"), W("equipe") };
	size_t at = line.n;
	while (at > 0 && line.p[at - 1] != ' ')
		at--;
	char text[40], last_text[40];
	struct view first = names_fold(view_first(line, view_find_byte(line, ' ')), text, sizeof(text));
	struct view last = names_fold(view_from(line, at), last_text, sizeof(last_text));
	if (at == 0 || line.n > 60 || namewords_role(first))
		return false;
	for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++)
		if (view_eq(last, lasts[i]))
			return true;
	return false;
}

bool names_has_house(struct view line)
{
	static const struct view words[] = { W("redak"), W("redacc"), W("redact"), W("redazion"), W("redatt"),
		W("editorial"), W("newsroom"), W("newsdesk"), W("team"), W("staff"), W("zespol"), W("equipo"),
		W("equipe"), W("toimitus"), W("haber merkezi"), W("редакц"), W("编辑部"), W("編集部") };
	char text[64];
	struct view f = names_fold(line, text, sizeof(text));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (view_find(f, words[i]) < f.n)
			return true;
	return false;
}

bool names_is_house_word(struct view line)
{
	static const struct view ends[] = { W("redaktion"), W("redaction"), W("redaccion"), W("redazione"),
		W("redactie"), W("redakcja"), W("team") };
	char text[40];
	size_t dash = view_find_byte(line, '-');
	struct view f = names_fold(line, text, sizeof(text));
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (view_find_byte(line, ' ') == line.n && dash > 0 && dash < line.n && view_ends(f, ends[i]))
			return true;
	return false;
}

bool names_is_full(struct view name)
{
	enum { LEAST = 2, MOST = 4 };
	size_t letters = 0;
	for (size_t at = 0; at < name.n; letters++) {
		uint32_t cp = utf8_next(name, &at);
		if ((cp < 0x4E00 || cp > 0x9FFF) && (cp < 0xAC00 || cp > 0xD7A3))
			return false;
	}
	return letters >= LEAST && letters <= MOST;
}

/* "정하늘 기자": the word for a reporter stands behind such a name. */
static struct view cut_reporter(struct view v)
{
	static const struct view words[] = { VIEW("기자"), VIEW("특파원"), VIEW("記者"), VIEW("记者") };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = view_find(v, words[i]);
		struct view name = view_trim(view_first(v, at)), behind = view_from(v, at + words[i].n);
		/* "대통령 기자간담회" is no name */
		if (at < v.n && (behind.n == 0 || (unsigned char)behind.p[0] < 0x80) && names_is_full(name))
			return name;
	}
	return v;
}

struct view names_of_reporter(struct view line)
{
	struct view name = cut_reporter(line);
	return name.n < line.n ? name : VIEW_NONE;
}

/* "Enviado por Ada Prado el mar, 09/08/2016": the day of the week in front of a date. */
static struct view cut_weekday(struct view v)
{
	static const struct view days[] = { VIEW("lun"), VIEW("mar"), VIEW("mie"), VIEW("jue"), VIEW("vie"),
		VIEW("sab"), VIEW("dom"), VIEW("lunes"), VIEW("martes"), VIEW("miercoles"), VIEW("jueves"),
		VIEW("viernes"), VIEW("sabado"), VIEW("domingo") };
	size_t at = view_find(v, VIEW(" el "));
	char text[16];
	struct view day = at < v.n ? names_fold(view_from(v, at + 4), text, sizeof(text)) : VIEW_NONE;
	for (size_t i = 0; day.n && i < sizeof(days) / sizeof(days[0]); i++)
		if (view_eq(day, days[i]))
			return view_first(v, at);
	return v;
}

struct view names_trimmed_end(struct view v)
{
	return cut_weekday(cut_reporter(v));
}
