/* SPDX-License-Identifier: Apache-2.0 */
/* Our own address, and who may speak in a signed-in person's name: only our own pages. Pure. */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "sdk/str.h"

/* "https://host[:port]" with nothing behind it, or http of a loopback address. *ret_is_plain: the latter. */
bool origin_is_public(struct ent_str url, bool *ret_is_plain);
/* "127.0.0.1", "::1", "localhost", whatever the port. */
bool origin_is_loopback(struct ent_str host);

/* Did one of our own pages, or a program, send this write? The headers as sent, absent when missing. A browser says
 * where it comes from by Sec-Fetch-Site or, an older one, by Origin; a request that says neither is refused. */
bool origin_is_ours(struct ent_str public_url, struct ent_str sec_fetch_site, struct ent_str origin);

/* The value of the cookie of this name in a Cookie header; absent: none, or it stands twice. */
struct ent_str origin_cookie(struct ent_str header, const char *name);

#endif
