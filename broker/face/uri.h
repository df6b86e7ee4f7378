/* SPDX-License-Identifier: Apache-2.0 */
/* Request targets: percent-decoding, path segments, query arguments. Pure. */
#ifndef FACE_URI_H
#define FACE_URI_H

#include "entente/connector.h"

/* False: a bad escape, a control character, or no UTF-8 once decoded. plus: '+' is a space (queries). */
bool uri_decode(struct ent_arena *arena, struct ent_str raw, bool plus, struct ent_str *ret);
/* "a=1&b=2" as names and values; an absent query has none. False: it does not decode, or has more than max. */
bool uri_query(struct ent_arena *arena, struct ent_str raw, struct ent_header *ret, size_t max, size_t *ret_n);

/* Does the path match the pattern, segment by segment? "{}" takes any one segment that is not empty, as it was
 * sent; at most max of them. */
bool uri_match(struct ent_str path, const char *pattern, struct ent_str *ret_param, size_t max);

/* A path by RFC 3986: may stand where a URI reference is wanted. */
bool uri_is_path(struct ent_str path);

/* The path as logs and answers may show it: what stands behind /hooks/NAME/ and /invitation/ is a secret and
 * reads ***. */
struct ent_str uri_shown(struct ent_arena *arena, struct ent_str path);

#endif
