/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses and URLs that we may go to; for link/transfers*.c only. What others ask is in
 * transfers.h. Pure.
 */
#ifndef LINK_ADDRESS_H
#define LINK_ADDRESS_H

#include "link/transfers.h"

/* A URL taken apart. Parts are borrowed from it and together give it again. */
struct address_url {
	bool is_tls;
	struct ent_str origin; /* "https://host:port" as written */
	struct ent_str host;   /* without the brackets of an IPv6 address */
	int port;              /* the scheme's own when none is written */
	struct ent_str path;   /* from the first '/', '?' or '#' on; may be empty */
};
/* Only what needs no second reading is taken: http or https, a plain host or address, no user, no character that
 * another reader could see differently. */
enum ent_rc address_url_read(struct ent_str url, struct address_url *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
