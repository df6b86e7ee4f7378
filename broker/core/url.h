/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs that requests may go to. Two readers of one URL that see different hosts are how
 * requests are led astray, so only a URL with one reading is accepted. Pure.
 */
#ifndef CORE_URL_H
#define CORE_URL_H

#include "sdk/str.h"

/* A URL taken apart. Parts are borrowed from it and together give it again. */
struct url {
	bool is_tls;
	struct ent_str origin; /* "https://host:port" as written */
	struct ent_str host;   /* without the brackets of an IPv6 address */
	int port;              /* the scheme's own when none is written */
	struct ent_str path;   /* from the first '/', '?' or '#' on; may be empty */
};
/* Accepted: http or https, a plain host or address, no user, no character that another reader could see
 * differently. */
enum ent_rc url_read(struct ent_str url, struct url *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* Is `path` (or an absolute URL) under the base URL? Then the whole URL, in the arena. ENT_EINVAL: another host, "..",
 * a control character or a blank. */
enum ent_rc url_join(struct ent_arena *arena, struct ent_str base, struct ent_str path, struct ent_str *ret,
		     struct ent_err *err) __attribute__((warn_unused_result));

/* Where an answer of this status sends a request on: 301, 302, 307 and 308 a GET or HEAD, 307 and 308 any other, to the
 * same scheme, host and port. location: as the answer has it, against the URL that was asked. ENT_EINVAL: it is not
 * followed. */
enum ent_rc url_redirect(struct ent_arena *arena, const char *method, int status, struct ent_str url,
			 struct ent_str location, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* May requests go to this whole URL? https, or http with plain_http; a plain host; no user, no fragment, no port of
 * another protocol, nothing that another reader could see differently. ENT_EINVAL. */
enum ent_rc url_vet(struct ent_str url, bool plain_http, struct ent_err *err) __attribute__((warn_unused_result));
/* The same for a supplier's base URL: no query either. */
enum ent_rc url_vet_base(struct ent_str url, bool plain_http, struct ent_err *err) __attribute__((warn_unused_result));

#endif
