/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of a connection: its address of the connection or, behind a proxy that the configuration names, the one
 * that the proxy tells. Pure. */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "sdk/str.h"

/* address: of the connection. forwarded_for: the header, absent when missing. proxies: ranges with commas between. Each
 * proxy appends the address that it saw. The last one that is not a proxy's is taken: those before may be forged. */
struct ent_str peer_of(struct ent_str address, struct ent_str forwarded_for, struct ent_str proxies);

#endif
