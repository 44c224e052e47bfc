#include "capture/warc_head.h"

#include "capture/http.h"
#include "util/hash.h"
#include "util/limits.h"

static enum warc_type type_of(struct view name)
{
	static const struct view names[] = {
		[WARC_WARCINFO] = VIEW("warcinfo"),
		[WARC_RESPONSE] = VIEW("response"),
		[WARC_RESOURCE] = VIEW("resource"),
		[WARC_REQUEST] = VIEW("request"),
		[WARC_METADATA] = VIEW("metadata"),
		[WARC_REVISIT] = VIEW("revisit"),
		[WARC_CONVERSION] = VIEW("conversion"),
		[WARC_CONTINUATION] = VIEW("continuation"),
	};
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (view_eq_nocase(name, names[i]))
			return (enum warc_type)i;
	return WARC_OTHER;
}

static bool is_known_version(struct view v)
{
	return view_eq(v, VIEW("WARC/1.0")) || view_eq(v, VIEW("WARC/1.1")) || view_eq(v, VIEW("WARC/0.17")) ||
	       view_eq(v, VIEW("WARC/0.18"));
}

/* Writers before 1.1's correction, wget among them, put the URI in brackets as the 1.0 grammar said. */
static struct view unbracket(struct view v)
{
	if (v.n >= 2 && v.p[0] == '<' && v.p[v.n - 1] == '>')
		return view_make(v.p + 1, v.n - 2);
	return v;
}

/* False: a field that stands there a second time, which none may but one (ISO 28500:2017, 4 and 5.6). */
static bool take(struct warc_head *head, struct view name, struct view value)
{
	const struct {
		struct view name;
		struct view *to;
	} fields[] = {
		{ VIEW("WARC-Type"), &head->type_name },
		{ VIEW("WARC-Record-ID"), &head->record_id },
		{ VIEW("WARC-Target-URI"), &head->uri },
		{ VIEW("WARC-Date"), &head->date },
		{ VIEW("Content-Type"), &head->content_type },
		{ VIEW("WARC-IP-Address"), &head->ip },
		{ VIEW("WARC-Block-Digest"), &head->block_digest },
		{ VIEW("WARC-Payload-Digest"), &head->payload_digest },
		{ VIEW("WARC-Truncated"), &head->truncated },
		{ VIEW("WARC-Segment-Number"), &head->segment },
		{ VIEW("WARC-Refers-To"), &head->refers_to },
		{ VIEW("WARC-Refers-To-Target-URI"), &head->refers_to_uri },
		{ VIEW("WARC-Profile"), &head->profile },
		{ VIEW("WARC-Concurrent-To"), &head->concurrent_to },
	};
	unsigned long long length;
	if (view_eq_nocase(name, VIEW("Content-Length"))) {
		head->length = view_to_u64(value, &length) && length <= INT64_MAX / 2 ? (int64_t)length : -1;
		return true;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!view_eq_nocase(name, fields[i].name))
			continue;
		if (fields[i].to->p)
			return fields[i].to == &head->concurrent_to;
		*fields[i].to = value;
		return true;
	}
	return true;
}

/* "WARC/1.1\r\nWARC-" or "…Content-": what no page says by chance. */
static bool record_begins(struct view v)
{
	size_t end = view_find_byte(view_first(v, 24), '\n');
	if (!view_starts(v, VIEW("WARC/")) || end >= 24 || end + 1 >= v.n || !ascii_is_digit(v.p[5]))
		return false;
	struct view next = view_from(v, end + 1);
	return view_starts_nocase(next, VIEW("WARC-")) || view_starts_nocase(next, VIEW("Content-"));
}

/* Where the version line of another record ends @line, which @rest follows: an offset in it; line.n: nowhere. */
static size_t other_record(struct view line, struct view rest)
{
	enum { VERSION_BYTES = 12 };
	size_t from = line.n > VERSION_BYTES ? line.n - VERSION_BYTES : 0;
	size_t at = from + view_find(view_from(line, from), VIEW("WARC/"));
	if (at >= line.n || !record_begins(view_make(line.p + at, (size_t)(rest.p + rest.n - line.p) - at)))
		return line.n;
	return at;
}

/* A writer that is killed inside a head, and goes on in the same file, joins two: "WARC-Date: 2024WARC/1.1". Such a
 * line ends the head where it is no field, or where fields then stand there twice; a URL may well end so. */
enum warc_head_result warc_head_parse(struct view bytes, struct warc_head *ret_head)
{
	struct warc_head head = { .length = -1 };
	if (!view_starts(bytes, VIEW("WARC/")))
		return WARC_HEAD_NONE;
	struct view line, rest = bytes, more;
	size_t joined = 0;
	bool once = true;
	for (int fields = -1;; fields++) {
		if (view_find_byte(rest, '\n') == rest.n)
			return WARC_HEAD_CUT;
		if (fields > LIMIT_HEAD_FIELDS)
			return WARC_HEAD_FIELDS;
		view_next_line(&rest, &line);
		if (line.n == 0)
			break;
		if (fields < 0) {
			head.version = view_trim(line);
			head.known_version = is_known_version(head.version);
			continue;
		}
		size_t colon = view_find_byte(line, ':'), other = other_record(line, rest);
		if (other < line.n)
			joined = (size_t)(line.p - bytes.p) + other;
		if (joined && (!once || (other < line.n && colon >= other))) {
			ret_head->size = joined;
			return WARC_HEAD_JOINED;
		}
		if (colon == line.n)
			continue;
		struct view name = view_trim(view_first(line, colon)), value = view_from(line, colon + 1);
		while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t') && view_next_line(&rest, &more))
			value.n = (size_t)(more.p + more.n - value.p);
		once = take(&head, name, view_trim(value)) && once;
	}
	if (joined && !once) {
		ret_head->size = joined;
		return WARC_HEAD_JOINED;
	}
	head.size = (size_t)(rest.p - bytes.p);
	head.type = type_of(head.type_name);
	head.uri = unbracket(head.uri);
	head.refers_to = unbracket(head.refers_to);
	head.refers_to_uri = unbracket(head.refers_to_uri);
	*ret_head = head;
	return WARC_HEAD_DONE;
}

static size_t find_record(struct view bytes, size_t from, bool line)
{
	while (from < bytes.n) {
		size_t at = from + view_find(view_from(bytes, from), VIEW("WARC/"));
		if (at >= bytes.n)
			break;
		if ((!line || at == 0 || bytes.p[at - 1] == '\n') && record_begins(view_from(bytes, at)))
			return at;
		from = at + 1;
	}
	return bytes.n;
}

size_t warc_find_record(struct view bytes, size_t from)
{
	return find_record(bytes, from, false);
}

size_t warc_find_record_line(struct view bytes, size_t from)
{
	return find_record(bytes, from, true);
}

bool warc_digest_holds(struct view digest, struct view bytes)
{
	uint8_t sum[32];
	char text[72];
	size_t n, colon = view_find_byte(digest, ':');
	struct view algorithm = view_first(digest, colon), value = view_from(digest, colon + 1);
	if (view_eq_nocase(algorithm, VIEW("sha1"))) {
		sha1_of(bytes, sum);
		n = 20;
	} else if (view_eq_nocase(algorithm, VIEW("sha256")) || view_eq_nocase(algorithm, VIEW("sha-256"))) {
		sha256_of(bytes, sum);
		n = 32;
	} else {
		return true;
	}
	hex_of(sum, n, text);
	if (view_eq_nocase(view_of(text), value))
		return true;
	base32_of(sum, n, text);
	while (value.n && value.p[value.n - 1] == '=')
		value.n--;
	struct view base32 = view_of(text);
	while (base32.n && base32.p[base32.n - 1] == '=')
		base32.n--;
	return view_eq_nocase(base32, value);
}
