/* Which network addresses a fetch may connect to. Looked at when a connection is made, so that redirects, names
 * that resolve to inner addresses and every spelling of an address come to the same check. */
#ifndef GARNER_CAPTURE_ADDRESS_H
#define GARNER_CAPTURE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

enum { ADDRESS_TEXT_BYTES = 64 };

/* Public: globally reachable unicast (IANA special-purpose registries, RFC 6890). Closed, also to who may reach private
 * ones: link-local, unspecified, multicast, broadcast, and where clouds keep the keys of their machines. Private: all
 * others. An IPv6 address that carries an IPv4 one (mapped, compatible, 6to4, NAT64, Teredo, ISATAP) is what that is.
 */
enum address_scope { ADDRESS_CLOSED, ADDRESS_PRIVATE, ADDRESS_PUBLIC };
#define ADDRESS_CLOSED_WORDS "a link-local, multicast or unspecified address, or a cloud's metadata: never fetched"

enum address_scope address_scope(const struct sockaddr *address);
/* Of a URL's host (with brackets) where it is an address in any spelling; public where it is a name. */
enum address_scope address_scope_of_host(const char *host);
/* Numeric text of IPv4 and IPv6; empty for others. */
void address_text(const struct sockaddr *address, char ret_text[ADDRESS_TEXT_BYTES]);

#endif
