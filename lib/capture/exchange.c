#include "capture/exchange.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "capture/late_curl.h"
#include "util/clock.h"
#include "util/limits.h"
#include "util/plain.h"

struct wire {
	const struct curl_functions *curl;
	CURLM *multi;
	const struct garner_options *options;
	char *agent;
	size_t held, held_max;
	struct exchange *ended, **ended_tail;
	size_t active, paused;
};

/* ---- callbacks of libcurl ---------------------------------------------------------------- */

/* Ends an exchange from inside a callback: the first reason stays. */
static size_t end_with(struct exchange *x, int reason, const char *words)
{
	if (!x->reason) {
		x->reason = reason;
		snprintf(x->detail, sizeof(x->detail), "%s", words);
	}
	return 0;
}

static int no_memory_or(const struct buf *buf, int reason)
{
	return buf->err == -ENOMEM ? -ENOMEM : reason;
}

/* An HTTP/2 message has no text of its own. It is kept in the form of HTTP/1.1, which is what readers of WARC know:
 * libcurl's status line "HTTP/2 200" has the empty phrase that RFC 9112 section 4 allows. */
static const struct view http2_word = VIEW("HTTP/2"), http1_word = VIEW("HTTP/1.1");

static int put_status_or_field(struct exchange *x, struct view line)
{
	if (!x->head.n) {
		x->http2 = view_starts(line, http2_word);
		if (x->http2) {
			buf_putv(&x->head, http1_word);
			line = view_from(line, http2_word.n);
		}
	}
	return buf_putv(&x->head, line);
}

static size_t on_head(char *p, size_t size, size_t count, void *user)
{
	struct exchange *x = user;
	struct view line = view_make(p, size * count);
	x->head_total += line.n;
	if (x->head_total > 2 * (size_t)LIMIT_HEAD_BYTES)
		return end_with(x, GARNER_BAD_HTTP, "head over the ceiling");
	if (x->head_done) {
		if (!view_starts(line, VIEW("HTTP/")))
			return line.n; /* a trailer */
		buf_reset(&x->head);
		x->head_done = false;
		x->field_count = 0;
	}
	if (++x->field_count > LIMIT_HEAD_FIELDS)
		return end_with(x, GARNER_BAD_HTTP, "more header fields than the ceiling");
	if (put_status_or_field(x, line))
		return end_with(x, no_memory_or(&x->head, GARNER_BAD_HTTP), "head over the ceiling");
	x->head_done = view_trim(line).n == 0;
	return line.n;
}

static size_t on_body(char *p, size_t size, size_t count, void *user)
{
	struct exchange *x = user;
	struct wire *wire = x->wire;
	size_t n = size * count, room = x->body_max - x->taken;
	if (x->take) {
		x->taken += n;
		if (n > room)
			return end_with(x, GARNER_TOO_LARGE, "body over the ceiling");
		int result = x->take(x->user, view_make(p, n));
		return result ? end_with(x, result, "") : n;
	}
	if (wire->held + n > wire->held_max && !x->urgent) {
		x->paused = true;
		x->paused_at = clock_ticks();
		wire->paused++;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (n > room) {
		if (!x->keep_on_full)
			return end_with(x, GARNER_TOO_LARGE, "body over the ceiling");
		n = room;
		x->truncated = true;
	}
	if (buf_put(&x->body, p, n))
		return end_with(x, no_memory_or(&x->body, GARNER_TOO_LARGE), "body over the ceiling");
	x->taken += n;
	wire->held += n;
	return x->truncated ? 0 : n;
}

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
	struct exchange *x = user;
	(void)total, (void)up_total, (void)up_now;
	double ceiling = x->wire->options->timeout > 0 ? x->wire->options->timeout : LIMIT_FETCH_SECONDS;
	uint64_t spent = clock_ticks() - x->began - x->paused_for;
	if (!x->paused && (double)spent > ceiling * 1e9) {
		end_with(x, x->head_total ? GARNER_TOO_SLOW : GARNER_NO_ANSWER,
			"longer than the ceiling for one transfer");
		return 1;
	}
	if (now > 0 && (uint64_t)now > (uint64_t)x->body_max + LIMIT_HEAD_BYTES && !x->keep_on_full) {
		end_with(x, GARNER_TOO_LARGE, "more bytes on the wire than the ceiling");
		return 1;
	}
	return 0;
}

/* Keeps the request as it was sent; a proxy's credentials are nobody's business. */
static int on_debug(CURL *easy, curl_infotype type, char *p, size_t n, void *user)
{
	struct exchange *x = user;
	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	struct view rest = view_make(p, n), line;
	buf_reset(&x->request_head);
	x->sent = true;
	while (view_next_line(&rest, &line)) {
		if (view_starts_nocase(line, VIEW("Proxy-Authorization:")))
			continue;
		bool http2 = !x->request_head.n && view_ends(line, http2_word);
		buf_putv(&x->request_head, http2 ? view_first(line, line.n - http2_word.n) : line);
		if (http2)
			buf_putv(&x->request_head, http1_word);
		buf_puts(&x->request_head, "\r\n");
	}
	return 0;
}

/* The one door to the network: no connection is made to an address that is not allowed. */
static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = user;
	const struct garner_options *options = x->wire->options;
	(void)purpose;
	/* libcurl sends a request again at once when a kept connection was dead; the pace of the host is ours to keep.
	 */
	if (x->sent) {
		x->stale = true;
		return CURL_SOCKET_BAD;
	}
	enum address_scope scope = address_scope(&address->addr);
	if (!options->proxy && scope < (options->allow_private ? ADDRESS_PRIVATE : ADDRESS_PUBLIC)) {
		char text[ADDRESS_TEXT_BYTES];
		address_text(&address->addr, text);
		x->refused = true;
		snprintf(x->detail, sizeof(x->detail), "%.60s is %s", text,
			scope == ADDRESS_CLOSED ? ADDRESS_CLOSED_WORDS : "not a public address");
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- set-up ------------------------------------------------------------------------------ */

int wire_open(const struct garner_options *options, size_t held_max, struct wire **ret_wire, struct error *error)
{
	const struct curl_functions *curl = late_curl(error);
	if (!curl)
		return -ELIBACC;
	struct wire *wire = calloc(1, sizeof(*wire));
	if (!wire)
		return error_set(error, -ENOMEM, "no memory for the network");
	/* Counted inside libcurl, and safe from several threads since 7.84. */
	if (curl->global_init(CURL_GLOBAL_DEFAULT)) {
		free(wire);
		return error_set(error, -EIO, "libcurl can't be set up");
	}
	wire->curl = curl;
	wire->multi = curl->multi_init();
	wire->options = options;
	wire->held_max = held_max;
	wire->ended_tail = &wire->ended;
	if (options->user_agent)
		wire->agent = strdup(options->user_agent);
	else if (asprintf(&wire->agent, "garner/" GARNER_VERSION "%s%s%s", options->contact ? " (+" : "",
			 options->contact ? options->contact : "", options->contact ? ")" : "") < 0)
		wire->agent = NULL;
	if (!wire->multi || !wire->agent) {
		wire_close(wire);
		return error_set(error, -ENOMEM, "no memory for the network");
	}
	curl->multi_setopt(wire->multi, CURLMOPT_MAXCONNECTS, (long)LIMIT_CONNECTIONS);
	curl->multi_setopt(wire->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	*ret_wire = wire;
	return 0;
}

struct wire *wire_close(struct wire *wire)
{
	if (wire) {
		wire->curl->multi_cleanup(wire->multi);
		wire->curl->global_cleanup();
		free(wire->agent);
		free(wire);
	}
	return NULL;
}

size_t wire_active(const struct wire *wire)
{
	return wire->active;
}

static bool add_field(struct exchange *x, const char *name, const char *value)
{
	char *line = NULL;
	for (const char *c = value; c && *c; c++)
		if ((unsigned char)*c < 0x20 && *c != '\t')
			return true; /* would break out of its line; left out */
	if (!value)
		return true;
	if (asprintf(&line, "%s: %s", name, value) < 0)
		return false;
	struct curl_slist *grown = x->wire->curl->slist_append(x->fields, line);
	free(line);
	if (grown)
		x->fields = grown;
	return grown != NULL;
}

static void set_safety(const struct curl_functions *curl, CURL *easy, const struct garner_options *options)
{
	curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl->easy_setopt(easy, CURLOPT_PROXY, options->proxy ? options->proxy : "");
	curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl->easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (options->ca_file)
		curl->easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* HTTP/2 where the server offers it in the TLS handshake (RFC 7301), one exchange a connection all the same. */
	curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* The bytes as received: codings are left for decode. */
	curl->easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
}

/* Seconds. */
struct ceilings {
	double all, connect;
	long slow;
};

static struct ceilings ceilings_of(const struct exchange *x)
{
	double all = x->wire->options->timeout > 0 ? x->wire->options->timeout : LIMIT_FETCH_SECONDS;
	long slow = (long)(all / 4);
	return (struct ceilings){ all, all < LIMIT_CONNECT_SECONDS ? all : LIMIT_CONNECT_SECONDS,
		slow < 1 ? 1L : slow };
}

/* libcurl has the same words for all three. */
static void say_late(struct exchange *x)
{
	const struct ceilings c = ceilings_of(x);
	curl_off_t sent = 0, total = 0;
	x->wire->curl->easy_getinfo(x->easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
	x->wire->curl->easy_getinfo(x->easy, CURLINFO_TOTAL_TIME_T, &total);
	if (!sent)
		plain_format(x->detail, sizeof(x->detail), "no connection in %.3g s", c.connect);
	else if ((double)total / 1e6 < c.all)
		snprintf(x->detail, sizeof(x->detail), "less than %d bytes/s for %ld s", LIMIT_SPEED_FLOOR, c.slow);
	else
		plain_format(x->detail, sizeof(x->detail), "not done in %.3g s", c.all);
}

static void set_ceilings(const struct curl_functions *curl, CURL *easy, const struct exchange *x)
{
	const struct ceilings c = ceilings_of(x);
	curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(c.connect * 1000));
	curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)LIMIT_SPEED_FLOOR);
	curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, c.slow);
	if (!x->keep_on_full)
		curl->easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)x->body_max);
}

static void set_callbacks(const struct curl_functions *curl, CURL *easy, struct exchange *x)
{
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, x);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, x);
	curl->easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl->easy_setopt(easy, CURLOPT_XFERINFODATA, x);
	curl->easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl->easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl->easy_setopt(easy, CURLOPT_DEBUGDATA, x);
	curl->easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, x);
	curl->easy_setopt(easy, CURLOPT_PRIVATE, x);
}

int exchange_start(struct wire *wire, struct exchange *x)
{
	const struct curl_functions *curl = wire->curl;
	CURL *easy = curl->easy_init();
	x->wire = wire;
	x->head = BUF_INIT(LIMIT_HEAD_BYTES);
	x->body = BUF_INIT(x->body_max);
	x->request_head = BUF_INIT(LIMIT_HEAD_BYTES);
	x->began = clock_ticks();
	if (!easy)
		return -ENOMEM;
	set_safety(curl, easy, wire->options);
	set_ceilings(curl, easy, x);
	set_callbacks(curl, easy, x);
	curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)x->fresh);
	bool whole = !curl->easy_setopt(easy, CURLOPT_URL, x->url) &&
		     !curl->easy_setopt(easy, CURLOPT_USERAGENT, wire->agent) &&
		     add_field(x, "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5") &&
		     add_field(x, "Accept-Encoding", x->plain ? "identity" : "gzip, deflate") &&
		     add_field(x, "If-None-Match", x->etag) && add_field(x, "If-Modified-Since", x->last_modified);
	curl->easy_setopt(easy, CURLOPT_HTTPHEADER, x->fields);
	x->easy = easy;
	if (!whole || curl->multi_add_handle(wire->multi, easy)) {
		exchange_clear(x);
		return -ENOMEM;
	}
	x->active = true;
	wire->active++;
	return 0;
}

/* ---- work -------------------------------------------------------------------------------- */

static int reason_of(const struct exchange *x, CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY: return GARNER_NO_HOST;
	case CURLE_COULDNT_CONNECT: return x->refused ? GARNER_REFUSED_ADDRESS : GARNER_NO_ANSWER;
	case CURLE_OPERATION_TIMEDOUT: return x->head_total ? GARNER_TOO_SLOW : GARNER_NO_ANSWER;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_SHUTDOWN_FAILED:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT: return GARNER_BAD_TLS;
	case CURLE_FILESIZE_EXCEEDED: return GARNER_TOO_LARGE;
	case CURLE_URL_MALFORMAT: return GARNER_BAD_URL;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR: return GARNER_NO_ANSWER;
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_RECV_ERROR: return x->head_total ? GARNER_BAD_HTTP : GARNER_NO_ANSWER;
	/* Also what libcurl says to a header line over its own 100 KiB. */
	case CURLE_OUT_OF_MEMORY: return x->head_total && !x->head_done ? GARNER_BAD_HTTP : -ENOMEM;
	default: return GARNER_BAD_HTTP;
	}
}

/* Who asks through a proxy is told which, without its credentials, and what it said where it opened no tunnel. */
static void say_proxy(struct exchange *x)
{
	const struct curl_functions *curl = x->wire->curl;
	const char *proxy = x->wire->options->proxy;
	long said = 0;
	if (!proxy || !*proxy)
		return;
	const char *mark = strstr(proxy, "://"), *at = strrchr(proxy, '@');
	int scheme = mark ? (int)(mark + 3 - proxy) : 0;
	const char *host = at ? at + 1 : proxy + scheme;
	size_t n = strlen(x->detail);
	curl->easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &said);
	int more =
		snprintf(x->detail + n, sizeof(x->detail) - n, " (by way of the proxy %.*s%.120s", scheme, proxy, host);
	n += (size_t)more;
	if (said && said / 100 != 2 && n < sizeof(x->detail))
		n += (size_t)snprintf(x->detail + n, sizeof(x->detail) - n, ", which answered %ld", said);
	if (n < sizeof(x->detail))
		snprintf(x->detail + n, sizeof(x->detail) - n, ")");
}

static void set_end(struct exchange *x, CURLcode code)
{
	const struct curl_functions *curl = x->wire->curl;
	long status = 0;
	char *ip = NULL;
	curl->easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	curl->easy_getinfo(x->easy, CURLINFO_PRIMARY_IP, &ip);
	x->status = (int)status;
	snprintf(x->ip, sizeof(x->ip), "%s", ip ? ip : "");
	if (x->reason || code == CURLE_OK || x->truncated)
		return;
	/* A body that breaks off is a body: what came is kept. */
	bool broke = code == CURLE_RECV_ERROR || code == CURLE_HTTP2_STREAM || code == CURLE_HTTP2;
	if (code == CURLE_PARTIAL_FILE || (broke && x->taken)) {
		x->truncated = true;
		return;
	}
	x->reason = x->stale ? GARNER_NO_ANSWER : reason_of(x, code);
	if (code == CURLE_OPERATION_TIMEDOUT)
		say_late(x);
	else if (x->reason != GARNER_REFUSED_ADDRESS)
		snprintf(x->detail, sizeof(x->detail), "%s", curl->easy_strerror(code));
	say_proxy(x);
}

static void take_out(struct exchange *x)
{
	struct wire *wire = x->wire;
	const struct curl_functions *curl = wire->curl;
	curl->multi_remove_handle(wire->multi, x->easy);
	curl->easy_cleanup(x->easy);
	curl->slist_free_all(x->fields);
	x->easy = x->fields = NULL;
	wire->active--;
	wire->paused -= x->paused;
	x->active = x->paused = false;
}

static void collect(struct wire *wire)
{
	const struct curl_functions *curl = wire->curl;
	int left;
	for (CURLMsg *message; (message = curl->multi_info_read(wire->multi, &left));) {
		char *user = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
		struct exchange *x = (struct exchange *)(void *)user;
		set_end(x, message->data.result);
		take_out(x);
		x->next = NULL;
		*wire->ended_tail = x;
		wire->ended_tail = &x->next;
	}
}

int wire_turn(struct wire *wire, int wait_ms, struct error *error)
{
	const struct curl_functions *curl = wire->curl;
	int running = 0;
	CURLMcode code = curl->multi_perform(wire->multi, &running);
	collect(wire);
	if (!code && !wire->ended && wait_ms > 0) {
		code = curl->multi_poll(wire->multi, NULL, 0, wait_ms, NULL);
		if (!code)
			code = curl->multi_perform(wire->multi, &running);
		collect(wire);
	}
	if (code)
		return error_set(
			error, code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO, "network: %s", curl->multi_strerror(code));
	return 0;
}

struct exchange *wire_ended(struct wire *wire)
{
	struct exchange *x = wire->ended;
	if (x) {
		wire->ended = x->next;
		if (!wire->ended)
			wire->ended_tail = &wire->ended;
	}
	return x;
}

void exchange_resume(struct exchange *x)
{
	if (!x->active || !x->paused)
		return;
	x->paused = false;
	x->wire->paused--;
	x->paused_for += clock_ticks() - x->paused_at;
	x->wire->curl->easy_pause(x->easy, CURLPAUSE_CONT);
}

void exchange_clear(struct exchange *x)
{
	if (x->active)
		take_out(x);
	else if (x->easy) {
		x->wire->curl->easy_cleanup(x->easy);
		x->wire->curl->slist_free_all(x->fields);
		x->easy = x->fields = NULL;
	}
	if (x->wire && !x->take)
		x->wire->held -= x->body.n;
	buf_free(&x->head);
	buf_free(&x->body);
	buf_free(&x->request_head);
}
