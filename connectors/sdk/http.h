/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers of connectors that write: paths, headers, what a status means. Pure. */
#ifndef SDK_HTTP_H
#define SDK_HTTP_H

#include "entente/connector.h"
#include "sdk/http_date.h"
#include "sdk/json.h"

/* The meaning of an HTTP answer, by the table of reliability: 2xx ENT_OK; 401, 403 ENT_EAUTH (a 403 that
 * is a limit, by its Retry-After or by its words: ENT_ERETRY); 404, 410 ENT_EGONE; 409, 412 ENT_ECONFLICT; 408, 425,
 * 429, 5xx ENT_ERETRY; 413, and 400 or 422 with words such as "is too long", ENT_ETOOLONG; 3xx and the others (422,
 * 423) ENT_EINVAL; status 0, no answer came: ENT_ERETRY. err: the status and the tool's own words, at most 200 bytes:
 * of JSON the members that tools are known to put a reason into (message, errors, details ...: see http.c), else a
 * short plain text; never a whole page of HTML. */
enum ent_rc sdk_http_status(const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
    __attribute__((warn_unused_result));
/* 2xx with a JSON body (whatever its Content-Type says; HTML and empty are ENT_ERETRY for 2xx: a login page or a proxy,
 * not the tool). Not JSON or no success: *ret is NULL, which each sdk_json_...() takes as a node that is absent. */
enum ent_rc sdk_http_json(const struct ent_response *response, struct ent_arena *arena, const struct sdk_json **ret,
			  struct ent_err *err) __attribute__((warn_unused_result));
/* A page for people instead of the tool's answer. XML is none. */
bool sdk_http_is_html(const struct ent_response *response);
/* A page: the list at `path` (NULL: the body itself), whole. ENT_ERETRY: there are rows, and an error behind them.
 * *ret and *ret_root are NULL if the answer has no list or no body. */
enum ent_rc sdk_http_list(const struct ent_response *response, const char *path, struct ent_arena *arena,
			  const struct sdk_json **ret_root, const struct sdk_json **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* ENT_ERETRY: the list has fewer rows than are due by what its answer says itself. */
enum ent_rc sdk_list_whole(const struct sdk_json *list, int64_t due, struct ent_err *err)
    __attribute__((warn_unused_result));
bool sdk_http_has_next(const struct ent_response *response); /* the header Link names a next page */
struct ent_str sdk_http_header(const struct ent_response *response, const char *name); /* absent: none */
/* Headers of a request that say where it goes, where it ends and how its answer is packed: set by what sends it. */
bool sdk_http_is_framing(struct ent_str name);
/* printf with %s only, each argument (struct ent_str *) percent-encoded: sdk_http_path(a, "/issues/%s.json", &id, NULL)
 */
struct ent_str sdk_http_path(struct ent_arena *arena, const char *fmt, ...) __attribute__((sentinel));
/* The last part of a URL's path: the id in a Location or a link; absent when there is none. */
struct ent_str sdk_http_last_part(struct ent_str url);

#endif
