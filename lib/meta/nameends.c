/* Lines of a byline that name nobody who wrote by himself. */
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
