/* SPDX-License-Identifier: Apache-2.0 */
/* JSON shapes that the reads share. Only for store/read*.c and outbox.c. */
#ifndef STORE_READ_JSON_H
#define STORE_READ_JSON_H

#include "core/state.h"
#include "sdk/json.h"
#include "store/db.h"

#define READ_ANSWER_MAX ((size_t)64 << 20) /* bytes of one answer */

void json_time(struct sdk_jsonw *w, const char *key, int64_t ms);
/* The members of an incident, without braces. */
/* hand_overs: the way of the ball. */
void json_hand_overs(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident);
void json_incident(struct sdk_jsonw *w, const struct incident *incident);
/* "attributes": {name: {"text","native"?}} */
void json_attributes(struct sdk_jsonw *w, const struct ticket *ticket);
/* "tickets": [...]; whole: with all attributes, and what of their words does not count. */
void json_tickets(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident, bool whole);
/* "audience": {"kind","suppliers"?}; suppliers: names, comma separated. */
void json_audience(struct sdk_jsonw *w, struct ent_str kind, struct ent_str suppliers);
/* "attributes": ["status"]: the names of the bits. */
void json_set(struct sdk_jsonw *w, uint32_t set);
/* "cause", "reason" and "next" (what a person can do) of a delivery, those there are. */
void json_cause(struct sdk_jsonw *w, struct ent_str cause, struct ent_str reason);
/* "shares": [...] that stand, "former_shares": [...] taken back. */
void json_shares(struct db *db, struct sdk_jsonw *w, const struct incident *incident);
/* "where": [...]: where a comment stands, or is on its way to. */
void json_where(struct db *db, struct sdk_jsonw *w, struct ent_str comment);
/* "deliveries": [...] of no comment: what of the incident is on its way, stands still, or cannot be expressed there. */
void json_deliveries(struct db *db, struct sdk_jsonw *w, int64_t incident);
/* Begins "items": [ and ends it with "next". */
void json_page_open(struct sdk_jsonw *w, struct sdk_buf *buf);
void json_page_close(struct sdk_jsonw *w, struct ent_str next);
/* Moves what buf holds into the arena and releases buf; ENT_ERETRY: the store failed; ENT_EUNSUPPORTED: too large. */
enum ent_rc json_answer(struct db *db, struct ent_arena *arena, struct sdk_buf *buf, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

#endif
