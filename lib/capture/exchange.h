/* One HTTP exchange: a request goes out, an answer with its bytes as received comes back. With url_parts.c the only
 * file that calls libcurl. No redirects, no codings undone, no cookies, no credentials, no proxies but a named one;
 * every connection's address is looked at before it is made. One thread. */
#ifndef GARNER_CAPTURE_EXCHANGE_H
#define GARNER_CAPTURE_EXCHANGE_H

#include <stdint.h>
#include "capture/address.h"
#include "garner.h"
#include "util/buf.h"
#include "util/error.h"

struct wire; /* many exchanges at once over shared connections */

struct exchange {
	/* The caller's, before exchange_start. */
	const char *url;		  /* as url_parts.url; must live as long */
	const char *etag, *last_modified; /* NULL: not conditional */
	size_t body_max;		  /* bytes on the wire */
	bool plain;			  /* no content coding is asked for */
	bool keep_on_full;		  /* a larger body is cut there and marked, not refused */
	bool fresh;			  /* over a connection of its own */
	bool urgent;			  /* goes on when the shared ceiling of wire_open is reached */
	/* Bodies go here piece by piece instead of into @body; 0, or another number to end the exchange. */
	int (*take)(void *user, struct view bytes);
	void *user;
	/* The answer. */
	int reason; /* 0: a whole answer, of whatever status; a reason > 0; -ENOMEM */
	int status;
	struct buf head; /* of the last message, with its blank line */
	struct buf body;
	struct buf request_head;
	char ip[ADDRESS_TEXT_BYTES];
	char detail[320];
	bool http2;	/* spoken; the heads are written as those of HTTP/1.1 */
	bool truncated; /* the body is shorter than it was to be */
	bool stale;	/* a kept connection turned out to be dead: worth another try, over a fresh one */
	/* Private. */
	struct wire *wire;
	struct exchange *next;
	void *easy, *fields;
	uint64_t began, paused_at, paused_for; /* ns */
	size_t head_total, field_count, taken;
	bool head_done, paused, refused, sent, active;
};

/* @held_max: bytes of all bodies together beyond which only an urgent exchange goes on (the others wait). */
int wire_open(const struct garner_options *options, size_t held_max, struct wire **ret_wire, struct error *error);
/* @exchange stays where it is until it has ended or was cancelled. 0 or -ENOMEM. */
int exchange_start(struct wire *wire, struct exchange *exchange);
/* Works for at most @wait_ms. 0 or < 0. */
int wire_turn(struct wire *wire, int wait_ms, struct error *error);
/* An exchange that ended; NULL: none. */
struct exchange *wire_ended(struct wire *wire);
/* Tries again to go on after the shared ceiling made it wait. */
void exchange_resume(struct exchange *exchange);
/* Frees what @exchange holds, ends it when it is still going on. */
void exchange_clear(struct exchange *exchange);
/* Exchanges going on. */
size_t wire_active(const struct wire *wire);
struct wire *wire_close(struct wire *wire);

#endif
