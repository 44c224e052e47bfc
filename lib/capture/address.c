#include "capture/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Ranges that are not global unicast: IANA IPv4 special-purpose registry, multicast and reserved space. */
static const struct {
	uint32_t net;
	int bits;
} closed4[] = {
	{ 0x00000000, 8 },  /* 0.0.0.0/8 this network */
	{ 0x0a000000, 8 },  /* 10/8 private */
	{ 0x64400000, 10 }, /* 100.64/10 shared between carrier and customer */
	{ 0x7f000000, 8 },  /* 127/8 loopback */
	{ 0xa9fe0000, 16 }, /* 169.254/16 link-local, cloud metadata */
	{ 0xac100000, 12 }, /* 172.16/12 private */
	{ 0xc0000000, 24 }, /* 192.0.0/24 protocol assignments */
	{ 0xc0000200, 24 }, /* 192.0.2/24 documentation */
	{ 0xc0586300, 24 }, /* 192.88.99/24 6to4 relays, withdrawn */
	{ 0xc0a80000, 16 }, /* 192.168/16 private */
	{ 0xc6120000, 15 }, /* 198.18/15 benchmarks */
	{ 0xc6336400, 24 }, /* 198.51.100/24 documentation */
	{ 0xcb007100, 24 }, /* 203.0.113/24 documentation */
	{ 0xe0000000, 4 },  /* 224/4 multicast */
	{ 0xf0000000, 4 },  /* 240/4 reserved, broadcast */
};

static bool public4(uint32_t ip)
{
	for (size_t i = 0; i < sizeof(closed4) / sizeof(closed4[0]); i++)
		if ((ip ^ closed4[i].net) >> (32 - closed4[i].bits) == 0)
			return false;
	return true;
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

static bool public6(const uint8_t *p)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	if (zeros(p, 10) && p[10] == 0xff && p[11] == 0xff) /* ::ffff:0:0/96 mapped */
		return public4(read4(p + 12));
	if (zeros(p, 8) && p[8] == 0xff && p[9] == 0xff && zeros(p + 10, 2)) /* ::ffff:0:0:0/96 translated */
		return public4(read4(p + 12));
	if (memcmp(p, nat64, 12) == 0) /* 64:ff9b::/96 NAT64 */
		return public4(read4(p + 12));
	if ((p[0] & 0xe0) != 0x20) /* only 2000::/3 is global: no ::1, fc00::/7, fe80::/10, fec0::/10, ff00::/8 */
		return false;
	if (p[0] == 0x20 && p[1] == 0x02) /* 2002::/16 6to4 */
		return public4(read4(p + 2));
	if (p[0] == 0x20 && p[1] == 0x01 && p[2] == 0 && p[3] == 0) /* 2001::/32 Teredo: server, client inverted */
		return public4(read4(p + 4)) && public4(~read4(p + 12));
	if (p[0] == 0x20 && p[1] == 0x01 && p[2] < 0x02) /* 2001::/23 protocol assignments */
		return false;
	if (p[0] == 0x20 && p[1] == 0x01 && p[2] == 0x0d && p[3] == 0xb8) /* documentation */
		return false;
	if (p[0] == 0x3f && p[1] == 0xff && (p[2] & 0xf0) == 0) /* 3fff::/20 documentation, RFC 9637 */
		return false;
	if ((p[8] & 0xfd) == 0 && p[9] == 0 && p[10] == 0x5e && p[11] == 0xfe) /* ISATAP interface identifier */
		return public4(read4(p + 12));
	return true;
}

bool address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		return public4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;
		memcpy(&in, address, sizeof(in));
		return public6(in.sin6_addr.s6_addr);
	}
	return false;
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
