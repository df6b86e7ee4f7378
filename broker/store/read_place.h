/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a person has read a thread, in the order in which comments came: tables reading_place and seen. A comment
 * that is late, or was held, stands further up and is unread all the same. Nothing of this is in an event: it is a
 * person's own, and a rebuilt store has none of it.
 *
 * A place is a comment's id and the time at which it came. What others write counts from when it was published; what
 * the own organisation writes is there for its people at once, also while it is held, so that its id alone counts.
 */
#ifndef STORE_READ_PLACE_H
#define STORE_READ_PLACE_H

#include "core/event.h"
#include "store/db.h"

/* Conditions on a row of `comment`; account: the ref of a person, organisation: the person's. */
#define READ_PLACE_IS_OF(organisation)                                                                                 \
	"EXISTS (SELECT 1 FROM person WHERE person.ref = comment.author AND person.organisation = " organisation ")"
#define READ_PLACE_PASSED(account, organisation)                                                                       \
	"EXISTS (SELECT 1 FROM reading_place AS place WHERE place.account = " account                                  \
	" AND place.incident = comment.incident AND place.origin = comment.origin AND comment.id <= place.read_id "    \
	"AND (comment.recorded_ms <= place.read_ms OR " READ_PLACE_IS_OF(organisation) "))"
/* Whether the person sees it at all is another question. */
#define READ_PLACE_UNREAD(account, organisation)                                                                       \
	"(comment.removed = 0 AND comment.author <> " account " AND NOT " READ_PLACE_PASSED(account, organisation) ")"

/* Selects that ask the newest rows of a thread and not all of it. $1: the incident; $2: the account. */
#define READ_PLACE_ORIGINS                                                                                             \
	"WITH RECURSIVE of(origin) AS (SELECT min(comment.origin) FROM comment WHERE comment.incident = $1 UNION ALL " \
	"SELECT (SELECT min(comment.origin) FROM comment WHERE comment.incident = $1 AND comment.origin > of.origin) " \
	"FROM of WHERE of.origin IS NOT NULL) SELECT origin FROM of WHERE origin IS NOT NULL"
/* The place up to which the account has read, whatever the origin: columns id and ms. */
#define READ_PLACE_LEAST                                                                                               \
	"SELECT min(coalesce(place.read_id, 0)) AS id, min(coalesce(place.read_ms, 0)) AS ms FROM "                    \
	"(" READ_PLACE_ORIGINS ") AS here LEFT JOIN reading_place AS place ON place.account = $2 AND "                 \
	"place.incident = $1 AND place.origin = here.origin"
/* The last one of those after $2 that came before $3. */
#define READ_PLACE_LAST                                                                                                \
	"SELECT id FROM comment WHERE incident = $1 AND id > $2 AND recorded_ms < $3 "                                 \
	"ORDER BY id DESC LIMIT 1"
/* Ids of the comments after the place $3, $4, up to the place $5, $6. */
#define READ_PLACE_NEWS                                                                                                \
	"SELECT id FROM comment WHERE incident = $1 AND id > $3 AND id <= $5 UNION SELECT "                            \
	"id FROM comment WHERE incident = $1 AND recorded_ms > $4 AND recorded_ms <= $6"

/* In the order in which they came. */
struct read_place {
	int64_t id, ms;
};

/* ---- in the writer's transaction ---- */

/* The place of whoever has read this comment: what came before it is read, too. */
struct read_place read_place_of(struct db *db, int64_t incident, int64_t id, int64_t recorded_ms, int64_t now_ms);
/* A place only goes forward. True: it did. */
bool read_place_move(struct db *db, struct ent_str account, int64_t incident, struct read_place to);
/* A clock that was set back dates what is published now before what was read: it is unread, whatever the clock says. */
void read_place_fold(struct db *db, const struct event *event);

/* The newest comments that the person has not read and the place passes, of other organisations, which the person's own
 * has not seen yet; at most max. */
size_t read_place_passed(struct db *db, struct ent_str account, struct ent_str organisation, int64_t incident,
			 struct read_place to, char (*ret)[ID_SIZE], size_t max);
void read_place_see(struct db *db, struct ent_str comment, struct ent_str organisation, int64_t now_ms);

#endif
