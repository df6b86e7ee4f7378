/* SPDX-License-Identifier: Apache-2.0 */
/* JSON shapes that the reads share. Only for store/read*.c and outbox.c. */
#ifndef STORE_READ_JSON_H
#define STORE_READ_JSON_H

#include "core/state.h"
#include "sdk/json.h"
#include "store/db.h"

void json_time(struct sdk_jsonw *w, const char *key, int64_t ms);
/* The members of an incident, without braces. */
void json_incident(struct sdk_jsonw *w, const struct incident *incident);
/* "attributes": {name: {"text","native"?}} */
void json_attributes(struct sdk_jsonw *w, const struct ticket *ticket);
/* "tickets": [...]; whole: with all attributes. */
void json_tickets(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident, bool whole);
/* Moves what buf holds into the arena and releases buf; ENT_ERETRY: the store failed; ENT_EUNSUPPORTED: too large. */
enum ent_rc json_answer(struct db *db, struct ent_arena *arena, struct sdk_buf *buf, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));

#endif
