/* SPDX-License-Identifier: Apache-2.0 */
/* Requests in the making, and what their answers lead to: what most connectors do on the way out. Pure. */
#ifndef SDK_ASK_H
#define SDK_ASK_H

#include "entente/connector.h"
#include "sdk/dialect.h"
#include "sdk/json.h"

void sdk_ask_get(struct ent_request *ret, struct ent_str path);
void sdk_ask_delete(struct ent_request *ret, struct ent_str path);

/* A JSON object as body: begin, members through `w`, then send, which closes it. */
struct sdk_ask {
	struct sdk_jsonw w;
	struct sdk_buf buf;
};
void sdk_ask_begin(struct sdk_ask *ask);
/* ENT_EINVAL: the body is too large. Releases ask's memory either way. */
enum ent_rc sdk_ask_send(struct sdk_ask *ask, const char *method, struct ent_str path, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* Shall the op set this attribute? */
bool sdk_op_sets(const struct ent_op *op, enum ent_attr attr);
/* The tool's word for it; absent when the op does not set it. */
struct ent_str sdk_op_native(const struct ent_op *op, enum ent_attr attr);
/* Every text that leaves goes through one of these three: what a person wrote acts nowhere (sdk/dialect.h), and what is
 * longer than op->limits is shortened (sdk/fit.h). */
/* The comment of an ADD_COMMENT or EDIT_COMMENT, with the marker as its last line. */
struct ent_str sdk_op_text(const struct ent_op *op, enum sdk_dialect dialect, struct ent_arena *arena);
/* The title of a CREATE, one line. number: stands at its end, "Lift 3 stuck [ENT-000042]"; absent: it does not. */
struct ent_str sdk_op_title(const struct ent_op *op, enum sdk_dialect dialect, struct ent_str number,
			    struct ent_arena *arena);
/* The description of a CREATE with the marker as its last line; where sdk_op_title() cuts the title, the rest of it
 * stands before it, behind an ellipsis. */
struct ent_str sdk_op_description(const struct ent_op *op, enum sdk_dialect dialect, struct ent_str number,
				  struct ent_arena *arena);

/* The answer of a search: the one of the list's objects whose text at `path` holds this op's marker. ENT_OK: its id is
 * in *ret and *ret_found is it. ENT_MORE: it is not there, so write (ret->phase = phase). An answer without a
 * list is ENT_ERETRY, for writing on it could do it twice. */
enum ent_rc sdk_find_marked(const struct sdk_json *list, const char *path, const char *id, const struct ent_op *op,
			    unsigned phase, struct ent_result *ret, const struct sdk_json **ret_found,
			    struct ent_err *err) __attribute__((warn_unused_result));
/* phase 0 of a repeat that must look first. */
bool sdk_call_looks(const struct ent_call *call);
/* parse(): one more round trip. phase is not 0; memo: what it has to know. Returns ENT_MORE. */
enum ent_rc sdk_more(struct ent_result *ret, unsigned phase, struct ent_str memo);
/* A look at the newest rows of a list that holds `page` of them at most, newest first, with their time at `path`: does
 * it reach back to when the op was planned? ENT_EINVAL: no, so what it did not find may stand behind it. */
enum ent_rc sdk_look_reaches(const struct sdk_json *list, size_t page, const char *path, const struct ent_op *op,
			     struct ent_err *err) __attribute__((warn_unused_result));
/* When what is looked for can have been made at the earliest, by the tool's clock; 0: not known. */
int64_t sdk_look_since_ms(const struct ent_op *op);
/* parse(): the tool's own no, read and understood, though its status is no 4xx. Returns ENT_EINVAL. */
enum ent_rc sdk_says_no(struct ent_result *ret, struct ent_err *err, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* EDIT_COMMENT, REMOVE_COMMENT: the status of an answer whose path names a comment, so that 404 and 410 are about that
 * comment. A REMOVE_COMMENT is then done; an EDIT_COMMENT is ENT_EINVAL, as a person removed it there. */
enum ent_rc sdk_comment_status(const struct ent_op *op, const struct ent_response *response, struct ent_arena *arena,
			       struct ent_err *err) __attribute__((warn_unused_result));
/* repeat() of a tool whose database is searched, not an index: where our marker is found again, and where an UPDATE
 * sets values, an EDIT_COMMENT words. */
enum ent_repeat sdk_repeat_by_search(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s);

#define SDK_OPS_ALL                                                                                                    \
	(1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT | 1u << ENT_FETCH_TICKET |          \
	 1u << ENT_POLL | 1u << ENT_PROBE)
#define SDK_OPS_COMMENT (1u << ENT_EDIT_COMMENT | 1u << ENT_REMOVE_COMMENT) /* of a comment that stands there */

#endif
