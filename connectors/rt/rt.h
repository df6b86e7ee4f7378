/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request Tracker 5 through REST2, which has traps:
 *
 * - PUT answers 200 to what it does not do: every update is read back.
 * - Times in searches are read in the user's zone: we page by transaction number, which has none.
 * - A ticket that was merged answers as the one it went into: the id in the answer counts.
 * - A transaction's text lies in its attachments, in base64, beside files of any size.
 * - A reply to the requestors opens a ticket that was new or done: it is given its status back.
 */
#ifndef RT_H
#define RT_H

#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

struct rt_settings {
	struct ent_str queue, number_field, requestor;
};

/* ---- ticket.c ---- */

/* A ticket as GET /ticket/{id} shows it. etag: of that answer, the number of its last transaction; may be absent.
 * actor: who made the change that counts; without an id whoever touched it last. */
enum ent_rc rt_ticket_add(const struct rt_settings *settings, struct sdk_changes *list, const struct sdk_json *ticket,
			  struct ent_str etag, struct ent_str actor, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The answer to GET of rt_ticket_path(id). ENT_EGONE: not there, not to be seen, or *ret is what it was merged into. */
enum ent_rc rt_ticket_read(const struct ent_response *response, struct ent_str id, struct ent_arena *arena,
			   const struct sdk_json **ret, struct ent_err *err) __attribute__((warn_unused_result));
/* After ENT_EGONE of rt_ticket_read(): the ticket that `id` was merged into, and that it goes on as it. False: it was
 * not merged. */
bool rt_merged_add(const struct rt_settings *settings, struct sdk_changes *list, const struct sdk_json *ticket,
		   const struct ent_response *response, struct ent_str id);
struct ent_str rt_ticket_path(struct ent_arena *arena, struct ent_str id);
struct ent_str rt_quote(struct ent_arena *arena, struct ent_str word); /* for TicketSQL and TransactionSQL */

/* ---- write.c: what the ops share ---- */

/* The one ticket of an answer, told as a change. */
enum ent_rc rt_tell(const struct rt_settings *settings, const struct ent_response *response, struct ent_str id,
		    struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- create.c, write.c, poll.c: build() and parse() of the ops ---- */

typedef enum ent_rc rt_build(const struct rt_settings *, const struct ent_call *, struct ent_arena *,
			     struct ent_request *ret, struct ent_err *);
typedef enum ent_rc rt_parse(const struct rt_settings *, const struct ent_call *, const struct ent_response *,
			     struct ent_arena *, struct ent_result *ret, struct ent_err *);
rt_build rt_probe_build, rt_create_build, rt_update_build, rt_comment_build, rt_fetch_build, rt_poll_build;
rt_parse rt_probe_parse, rt_create_parse, rt_update_parse, rt_comment_parse, rt_fetch_parse, rt_poll_parse;

/* ---- text.c: what a transaction of `model`'s ticket says; kind as in poll.c. ---- */

/* Its parts; the text is asked for next, at the place that is the attachment's id. */
enum ent_rc rt_parts_parse(struct sdk_cursor *cursor, const struct ent_change *model, char kind,
			   struct ent_str transaction, struct ent_err *err) __attribute__((warn_unused_result));
enum ent_rc rt_text_parse(struct sdk_cursor *cursor, const struct ent_change *model, char kind,
			  struct ent_str transaction, struct ent_err *err) __attribute__((warn_unused_result));

/* ---- look.c: our marker in texts we may have written ---- */

/* The texts of these transactions (numbers with commas between). */
void rt_texts_build(struct ent_arena *arena, struct ent_str transactions, struct ent_request *ret);
/* ENT_OK: remote_id is the transaction whose text holds the op's marker. ENT_MORE: none does, so write, in that phase.
 */
enum ent_rc rt_texts_parse(const struct ent_response *response, struct ent_arena *arena, const struct ent_op *op,
			   unsigned phase, struct ent_result *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The numbers at `path` of all items of a list, commas between; "" for none. */
enum ent_rc rt_items(const struct ent_response *response, struct ent_arena *arena, const char *path,
		     struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
