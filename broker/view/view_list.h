/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and programs read under /v1, as JSON in the arena. Read-only
 * handles; one per http thread. Every list is bounded and pages by cursor.
 * Failures of the store are ENT_ERETRY with the reason in err; too large an answer is
 * ENT_EUNSUPPORTED; a damaged dead letter body is ENT_EINVAL.
 */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "core/supplier.h"
#include "core/state.h"
#include "store/store.h"

#define READ_PAGE_MAX 200

struct incident_filter {
	struct ent_str status;    /* canonical name, or "open" / "terminal"; absent: all */
	struct ent_str holder;    /* supplier name; "" = nobody */
	struct ent_str supplier;  /* takes part */
	int64_t changed_since_ms; /* 0: any */
	struct ent_str text;      /* part of the title, case folded ASCII */
	struct ent_str cursor;    /* from the page before; absent: the first */
	int limit;                /* 1..READ_PAGE_MAX */
};

/* {"items":[...],"next":"cursor"|null}: newest change first. ENT_EINVAL: bad cursor or filter. */
enum ent_rc read_incidents(struct db *db, struct ent_arena *arena, const struct incident_filter *filter,
			   struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* By uuid, number ("ENT-000042" or "42"), or any supplier's ticket ("supplier:external-id" or key). Fills ret;
 * ENT_EGONE: there is none. An absorbed incident resolves to the one it is part of now. */
enum ent_rc read_incident_find(struct db *db, struct ent_arena *arena, struct ent_str word, struct incident *ret,
			       struct ent_err *err) __attribute__((warn_unused_result));
/* The incident with its tickets, the newest 5,000 comments of its thread ("thread_left_out": how many are older) and
 * who shares it. */
enum ent_rc read_incident(struct db *db, struct ent_arena *arena, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err) __attribute__((warn_unused_result));
/* Its events in order, after `after` (sequence in the incident). {"items":[...],"next":N|null} */
enum ent_rc read_history(struct db *db, struct ent_arena *arena, const struct incident *incident, int64_t after,
			 int limit, struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* {"items":[{"name","title","connector","health":{...}}]} for the suppliers of the set: state, last_heard, counts. */
enum ent_rc read_suppliers(struct db *db, struct ent_arena *arena, const struct supplier_set *set, int64_t now_ms,
			   struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* Dead letters. state: "waiting" | "replayed" | "ignored" | absent = waiting. */
enum ent_rc read_dead_letters(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str state,
			      struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
struct dead_letter {
	int64_t id;
	struct ent_str supplier, delivery_id, reason, state, header_json, body; /* body unpacked */
	struct ent_str exchange;                                                /* JSON; empty of a webhook */
	int64_t received_ms;
};
enum ent_rc read_dead_letter(struct db *db, struct ent_arena *arena, int64_t id, struct dead_letter *ret,
			     struct ent_err *err) __attribute__((warn_unused_result)); /* ENT_EGONE: none */
struct ent_str read_dead_letter_json(struct ent_arena *arena, const struct dead_letter *letter);
/* ids of waiting dead letters (those in conflict with an earlier delivery left out: they are replayed by id only) of a
 * supplier (absent: all) after `after`, for replaying many. Returns how many; negative: the store failed. */
int64_t read_dead_letter_ids(struct db *db, struct ent_str supplier, int64_t after, int64_t *ret, int64_t max);

/* Live: events after seq as CloudEvents in structured mode ({"specversion",...,"data"}), one call each; false stops.
 * Dead letters are not among them. Returns the last seq seen, negative on failure. */
int64_t read_live(struct db *db, struct ent_arena *arena, struct ent_str source, int64_t after, int64_t max,
		  bool (*take)(void *to, int64_t seq, struct ent_str type, struct ent_str json), void *to);

#endif
