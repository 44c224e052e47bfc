#include "capture/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Ranges that are not global unicast: IANA IPv4 special-purpose registry, multicast and reserved space. Those that
 * name no host of anybody's network, and where clouds serve a machine its own keys, are closed for good. */
static const struct {
	uint32_t net;
	int bits;
	enum address_scope scope;
} special4[] = {
	{ 0x00000000, 8, ADDRESS_CLOSED },   /* 0.0.0.0/8 this network: unspecified */
	{ 0x0a000000, 8, ADDRESS_PRIVATE },  /* 10/8 private */
	{ 0x646464c8, 32, ADDRESS_CLOSED },  /* 100.100.100.200 a cloud's metadata, in shared space */
	{ 0x64400000, 10, ADDRESS_PRIVATE }, /* 100.64/10 shared between carrier and customer */
	{ 0x7f000000, 8, ADDRESS_PRIVATE },  /* 127/8 loopback */
	{ 0xa9fe0000, 16, ADDRESS_CLOSED },  /* 169.254/16 link-local, clouds' metadata */
	{ 0xac100000, 12, ADDRESS_PRIVATE }, /* 172.16/12 private */
	{ 0xc00000c0, 32, ADDRESS_CLOSED },  /* 192.0.0.192 a cloud's metadata */
	{ 0xc0000000, 24, ADDRESS_PRIVATE }, /* 192.0.0/24 protocol assignments */
	{ 0xc0000200, 24, ADDRESS_PRIVATE }, /* 192.0.2/24 documentation */
	{ 0xc0586300, 24, ADDRESS_PRIVATE }, /* 192.88.99/24 6to4 relays, withdrawn */
	{ 0xc0a80000, 16, ADDRESS_PRIVATE }, /* 192.168/16 private */
	{ 0xc6120000, 15, ADDRESS_PRIVATE }, /* 198.18/15 benchmarks */
	{ 0xc6336400, 24, ADDRESS_PRIVATE }, /* 198.51.100/24 documentation */
	{ 0xcb007100, 24, ADDRESS_PRIVATE }, /* 203.0.113/24 documentation */
	{ 0xe0000000, 4, ADDRESS_CLOSED },   /* 224/4 multicast */
	{ 0xffffffff, 32, ADDRESS_CLOSED },  /* broadcast */
	{ 0xf0000000, 4, ADDRESS_PRIVATE },  /* 240/4 reserved */
};

static enum address_scope scope4(uint32_t ip)
{
	for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++)
		if ((ip ^ special4[i].net) >> (32 - special4[i].bits) == 0)
			return special4[i].scope;
	return ADDRESS_PUBLIC;
}

static uint32_t read4(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool zeros(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static enum address_scope narrower(enum address_scope a, enum address_scope b)
{
	return a < b ? a : b;
}

/* The IPv4 address in 64:ff9b:1::/48, NAT64 of one's own (RFC 8215): behind a prefix of 48 bits, where bits 64 to 71
 * are left out (RFC 6052, 2.2), or of 96. */
static uint32_t read_local_nat64(const uint8_t *p)
{
	return zeros(p + 11, 5) ? (uint32_t)p[6] << 24 | (uint32_t)p[7] << 16 | (uint32_t)p[9] << 8 | p[10]
				: read4(p + 12);
}

/* Outside of 2000::/3, which alone is global. */
static enum address_scope scope6_special(const uint8_t *p)
{
	static const uint8_t local_nat64[6] = { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 };
	static const uint8_t metadata[2][16] = { { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54 },
		{ 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, 0x54 } }; /* clouds', in unique local space */
	if (zeros(p, 15) && p[15] == 1)				 /* ::1 loopback */
		return ADDRESS_PRIVATE;
	if (zeros(p, 12)) /* :: and ::/96 compatible */
		return narrower(scope4(read4(p + 12)), ADDRESS_PRIVATE);
	if (memcmp(p, local_nat64, 6) == 0)
		return narrower(scope4(read_local_nat64(p)), ADDRESS_PRIVATE);
	if (p[0] == 0xff || (p[0] == 0xfe && (p[1] & 0xc0) == 0x80)) /* ff00::/8 multicast, fe80::/10 link-local */
		return ADDRESS_CLOSED;
	if (memcmp(p, metadata[0], 16) == 0 || memcmp(p, metadata[1], 16) == 0)
		return ADDRESS_CLOSED;
	return ADDRESS_PRIVATE;
}

static enum address_scope scope6(const uint8_t *p)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	if (zeros(p, 10) && p[10] == 0xff && p[11] == 0xff) /* ::ffff:0:0/96 mapped */
		return scope4(read4(p + 12));
	if (zeros(p, 8) && p[8] == 0xff && p[9] == 0xff && zeros(p + 10, 2)) /* ::ffff:0:0:0/96 translated */
		return scope4(read4(p + 12));
	if (memcmp(p, nat64, 12) == 0) /* 64:ff9b::/96 NAT64 */
		return scope4(read4(p + 12));
	if ((p[0] & 0xe0) != 0x20)
		return scope6_special(p);
	if (p[0] == 0x20 && p[1] == 0x02) /* 2002::/16 6to4 */
		return scope4(read4(p + 2));
	if (p[0] == 0x20 && p[1] == 0x01 && p[2] == 0 && p[3] == 0) /* 2001::/32 Teredo: server, client inverted */
		return narrower(scope4(read4(p + 4)), scope4(~read4(p + 12)));
	if (p[0] == 0x20 && p[1] == 0x01 && p[2] < 0x02) /* 2001::/23 protocol assignments */
		return ADDRESS_PRIVATE;
	if (p[0] == 0x20 && p[1] == 0x01 && p[2] == 0x0d && p[3] == 0xb8) /* documentation */
		return ADDRESS_PRIVATE;
	if (p[0] == 0x3f && p[1] == 0xff && (p[2] & 0xf0) == 0) /* 3fff::/20 documentation, RFC 9637 */
		return ADDRESS_PRIVATE;
	if ((p[8] & 0xfd) == 0 && p[9] == 0 && p[10] == 0x5e && p[11] == 0xfe) /* ISATAP interface identifier */
		return scope4(read4(p + 12));
	return ADDRESS_PUBLIC;
}

enum address_scope address_scope(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		return scope4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;
		memcpy(&in, address, sizeof(in));
		return scope6(in.sin6_addr.s6_addr);
	}
	return ADDRESS_CLOSED;
}

enum address_scope address_scope_of_host(const char *host)
{
	struct in_addr in;
	struct in6_addr in6;
	char text[ADDRESS_TEXT_BYTES];
	size_t n = strlen(host);
	if (n > 2 && n - 2 < sizeof(text) && host[0] == '[') {
		memcpy(text, host + 1, n - 2);
		text[n - 2] = 0;
		text[strcspn(text, "%")] = 0;
		if (inet_pton(AF_INET6, text, &in6) == 1)
			return scope6(in6.s6_addr);
	}
	return inet_aton(host, &in) ? scope4(ntohl(in.s_addr)) : ADDRESS_PUBLIC;
}

void address_text(const struct sockaddr *address, char ret_text[ADDRESS_TEXT_BYTES])
{
	ret_text[0] = 0;
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, ret_text, ADDRESS_TEXT_BYTES);
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;
		memcpy(&in, address, sizeof(in));
		inet_ntop(AF_INET6, &in.sin6_addr, ret_text, ADDRESS_TEXT_BYTES);
	}
}
