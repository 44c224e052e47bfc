/* Which network addresses a fetch may connect to. Looked at when a connection is made, so that redirects, names
 * that resolve to inner addresses and every spelling of an address come to the same check. */
#ifndef GARNER_CAPTURE_ADDRESS_H
#define GARNER_CAPTURE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

enum { ADDRESS_TEXT_BYTES = 64 };

/* True for globally reachable unicast addresses alone (IANA special-purpose registries, RFC 6890): no loopback,
 * private, shared (RFC 6598), link-local, multicast, reserved or documentation ranges; an IPv6 address that carries
 * an IPv4 one (mapped, compatible, 6to4, NAT64, Teredo, ISATAP) only when that one is public too. */
bool address_is_public(const struct sockaddr *address);
/* Numeric text of IPv4 and IPv6; empty for others. */
void address_text(const struct sockaddr *address, char ret_text[ADDRESS_TEXT_BYTES]);

#endif
