/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that the snapshot and the reads share. */
#ifndef STORE_JSON_H
#define STORE_JSON_H

#include "core/state.h"
#include "sdk/json.h"
#include "store/db.h"

#define JSON_ANSWER_MAX ((size_t)64 << 20) /* bytes of one answer */
#define JSON_PAGE_MAX   200                /* rows of one page */

void json_time(struct sdk_jsonw *w, const char *key, int64_t ms);
/* The members of an incident, without braces. ours: with what only our people see. */
void json_incident(struct sdk_jsonw *w, const struct incident *incident, bool ours);
/* "hand_overs": [...]: the way of the ball. */
void json_hand_overs(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident);
/* "shares": [...] that stand: who takes part, and from where it reads. */
void json_shares(struct db *db, struct sdk_jsonw *w, int64_t incident);
/* The members of a ticket from a row that begins with these columns. */
#define JSON_TICKET_COLUMNS "supplier, external_id, key, status, removed, changed_ms, continues_as"
void json_ticket(struct sdk_jsonw *w, struct db_stmt *stmt);
/* "tickets": [...] without their attributes. */
void json_tickets(struct db *db, struct sdk_jsonw *w, int64_t incident);
/* Begins {"items": [ and ends it with "next"; a list without pages closes it alone. */
void json_page_open(struct sdk_jsonw *w, struct sdk_buf *buf);
void json_page_close(struct sdk_jsonw *w, struct ent_str next);
/* Moves what buf holds into the arena and releases buf; ENT_ERETRY: the store failed; ENT_EUNSUPPORTED: too large. */
enum ent_rc json_answer(struct db *db, struct ent_arena *arena, struct sdk_buf *buf, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

#endif
