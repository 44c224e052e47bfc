#include "capture/xml.h"

#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include "capture/xml_repair.h"
#include "garner.h"
#include "util/limits.h"

struct xml {
	struct xml_handler handler;
	XML_Parser parser;
	struct xml_repair repair;
	size_t depth;
	int result;	 /* why it was stopped */
	const char *why; /* static words, for our own refusals */
};

enum { SEPARATOR = '\x1f', ENTITY_BYTES = 256 };

static void stop(struct xml *xml, int result, const char *why)
{
	if (result == 0 || xml->result)
		return;
	xml->result = result;
	xml->why = why;
	XML_StopParser(xml->parser, XML_FALSE);
}

static struct xml_name name_of(const char *name)
{
	struct view all = view_of(name);
	size_t at = view_find_byte(all, SEPARATOR);
	if (at == all.n)
		return (struct xml_name){ VIEW(""), all };
	return (struct xml_name){ view_first(all, at), view_from(all, at + 1) };
}

static void XMLCALL on_open(void *user, const char *name, const char **pairs)
{
	struct xml *xml = user;
	if (xml->result)
		return;
	if (++xml->depth > LIMIT_XML_DEPTH) {
		stop(xml, GARNER_BAD_FEED, "nested deeper than the ceiling");
		return;
	}
	stop(xml, xml->handler.open(xml->handler.user, name_of(name), (struct xml_attributes){ pairs }), NULL);
}

static void XMLCALL on_close(void *user, const char *name)
{
	struct xml *xml = user;
	if (xml->result)
		return;
	xml->depth--;
	stop(xml, xml->handler.close(xml->handler.user, name_of(name)), NULL);
}

static void XMLCALL on_text(void *user, const char *p, int n)
{
	struct xml *xml = user;
	if (!xml->result)
		stop(xml, xml->handler.text(xml->handler.user, view_make(p, (size_t)n)), NULL);
}

/* Entities of characters are harmless, entities of entities are how a kilobyte becomes a gigabyte. */
static void XMLCALL on_entity(void *user, const char *name, int is_parameter, const char *value, int n,
	const char *base, const char *system, const char *public_id, const char *notation)
{
	(void)name, (void)is_parameter, (void)base, (void)system, (void)public_id, (void)notation;
	if (value && (n > ENTITY_BYTES || memchr(value, '&', (size_t)n)))
		stop(user, GARNER_BAD_FEED, "declares entities made of entities");
}

/* An outer DTD counts as read and empty: its entities are passed over instead of being errors. */
static int XMLCALL on_outside(
	XML_Parser parser, const char *context, const char *base, const char *system, const char *public_id)
{
	(void)parser, (void)context, (void)base, (void)system, (void)public_id;
	return XML_STATUS_OK;
}

struct view xml_attribute_in(struct xml_attributes attributes, const char *space, const char *local)
{
	for (const char *const *at = attributes.pairs; *at; at += 2) {
		struct xml_name name = name_of(*at);
		if (view_eq(name.local, view_of(local)) && view_eq(name.space, view_of(space)))
			return view_of(at[1]);
	}
	return VIEW_NONE;
}

struct view xml_attribute(struct xml_attributes attributes, const char *local)
{
	return xml_attribute_in(attributes, "", local);
}

struct xml *xml_new(const struct xml_handler *handler, bool utf8)
{
	struct xml *xml = calloc(1, sizeof(*xml));
	if (!xml)
		return NULL;
	xml->handler = *handler;
	xml_repair_init(&xml->repair);
	xml->parser = XML_ParserCreateNS(utf8 ? "UTF-8" : NULL, SEPARATOR);
	if (!xml->parser)
		return xml_free(xml);
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_open, on_close);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetEntityDeclHandler(xml->parser, on_entity);
	XML_SetExternalEntityRefHandler(xml->parser, on_outside);
	XML_SetParamEntityParsing(xml->parser, XML_PARAM_ENTITY_PARSING_ALWAYS);
	XML_UseForeignDTD(xml->parser, XML_TRUE);
	return xml;
}

static int failed(struct xml *xml, struct error *error)
{
	enum XML_Error code = XML_GetErrorCode(xml->parser);
	unsigned long line = XML_GetCurrentLineNumber(xml->parser);
	if (xml->result && !xml->why)
		return xml->result;
	if (code == XML_ERROR_NO_MEMORY)
		return error_set(error, -ENOMEM, "no memory for XML");
	xml->result = GARNER_BAD_FEED;
	error_set(error, GARNER_BAD_FEED, "line %lu: %s", line, xml->why ? xml->why : XML_ErrorString(code));
	return GARNER_BAD_FEED;
}

int xml_push(struct xml *xml, struct view piece, bool last, struct error *error)
{
	if (xml->result)
		return xml->result;
	/* expat counts in int: big inputs go in pieces. */
	do {
		struct view part = view_first(piece, MIB(1));
		piece = view_from(piece, part.n);
		bool end = last && !piece.n;
		if (xml_repair_push(&xml->repair, part, end, &part))
			return error_set(error, -ENOMEM, "no memory for XML");
		if (XML_Parse(xml->parser, part.p ? part.p : "", (int)part.n, end) != XML_STATUS_OK)
			return failed(xml, error);
	} while (piece.n);
	return 0;
}

struct xml_repaired xml_repaired(const struct xml *xml)
{
	return (struct xml_repaired){ xml->repair.count, xml->repair.line };
}

struct xml *xml_free(struct xml *xml)
{
	if (xml) {
		xml_repair_free(&xml->repair);
		if (xml->parser)
			XML_ParserFree(xml->parser);
		free(xml);
	}
	return NULL;
}
