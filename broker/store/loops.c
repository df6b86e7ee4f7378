/* SPDX-License-Identifier: Apache-2.0 */
#include "store/loops.h"

#include "core/delivery.h"
#include "core/loop.h"
#include "sdk/webhook.h"

#include <stdlib.h>
#include <string.h>

enum { RUSH_MS = 60000, RUSH_UPDATES = 10, RUSH_COMMENTS = 30 };

bool loop_is_rush(struct apply *apply, const struct loop_cause *cause, struct ent_str supplier, enum ent_op_kind op)
{
	int64_t max = op == ENT_UPDATE_TICKET ? RUSH_UPDATES : RUSH_COMMENTS;

	if (!cause->origin.n || op == ENT_CREATE_TICKET)
		return false;
	struct db_stmt *stmt = db_use(
	    apply->db, "SELECT count(*) FROM (SELECT origin, made_ms, said_ms FROM delivery WHERE incident = $1 AND "
		       "supplier = $2 AND op = $3 AND cause <> 'earlier' ORDER BY id DESC LIMIT $4) AS last WHERE "
		       "origin <> '' AND made_ms > $5 AND "
		       "said_ms > $6 AND said_ms < $7");
	db_bind_int(stmt, 1, cause->incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_str(stmt, 3, sdk_str(delivery_op_name(op)));
	db_bind_int(stmt, 4, max);
	db_bind_int(stmt, 5, apply->now_ms - RUSH_MS);
	db_bind_int(stmt, 6, cause->event->time_ms - RUSH_MS);
	db_bind_int(stmt, 7, cause->event->time_ms + RUSH_MS);
	bool loops = db_row(stmt) && db_int(stmt, 0) >= max;
	db_done(stmt);
	return loops;
}

/* ---- the thread ------------------------------------------------------------------------ */

struct thread_word {
	int64_t id; /* grows with each arrival */
	struct loop_word word;
};

static int by_arrival(const void *a, const void *b)
{
	int64_t one = ((const struct thread_word *)a)->id, two = ((const struct thread_word *)b)->id;

	return one < two ? -1 : one > two;
}

/* The newest comments, in order of arrival. Bodies of other authors than this one's are not needed and not read. */
static size_t thread_load(struct apply *apply, const struct loop_cause *cause, struct loop_word **ret)
{
	const struct comment *comment = &cause->event->comment;
	struct thread_word *list = SDK_NEW_N(apply->arena, struct thread_word, LOOP_THREAD_MAX);
	struct db_stmt *stmt = db_use(
	    apply->db,
	    "SELECT c.id, c.supplier, c.author_id, c.author_name, CASE WHEN c.supplier = $2 AND c.author_id = $3 AND "
	    "c.author_name = $4 THEN c.body ELSE '' END, c.created_ms, c.supplier <> $2 AND EXISTS (SELECT 1 FROM "
	    "delivery AS d WHERE d.comment = c.uuid AND d.supplier = $2 AND d.attempt > 0 AND d.state <> 'cancelled') "
	    "FROM comment AS c WHERE c.incident = $1 AND c.removed = 0 ORDER BY c.created_ms DESC, c.id DESC LIMIT $5");
	size_t n = 0;

	db_bind_int(stmt, 1, cause->incident);
	db_bind_str(stmt, 2, cause->origin);
	db_bind_str(stmt, 3, sdk_or_empty(comment->author.id));
	db_bind_str(stmt, 4, sdk_or_empty(comment->author.name));
	db_bind_int(stmt, 5, LOOP_THREAD_MAX);
	while (n < LOOP_THREAD_MAX && db_row(stmt)) {
		struct ent_str id = sdk_dup(apply->arena, db_str(stmt, 2)),
			       name = sdk_dup(apply->arena, db_str(stmt, 3));
		list[n++] = (struct thread_word){
		    .id = db_int(stmt, 0),
		    .word = {.supplier = sdk_dup(apply->arena, db_str(stmt, 1)),
			     .author = id.n ? id : name,
			     .name = name.n ? name : id,
			     .body = sdk_dup(apply->arena, db_str(stmt, 4)),
			     .said_ms = db_int(stmt, 5),
			     .reached = db_int(stmt, 6) != 0},
		};
	}
	db_done(stmt);
	qsort(list, n, sizeof *list, by_arrival);
	*ret = SDK_NEW_N(apply->arena, struct loop_word, n + 1);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = list[i].word;
	return n;
}

static bool is_our_ticket(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM delivery WHERE incident = $1 AND supplier = $2 AND "
					  "op = 'create_ticket' AND state = 'done' LIMIT 1");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

/* "Auto a (Alpha)"; the supplier's title alone where no author is told. */
static struct ent_str side(struct apply *apply, const struct loop_word *word)
{
	const struct supplier *supplier = apply->suppliers ? supplier_by_name(apply->suppliers, word->supplier) : NULL;
	struct ent_str title = supplier && supplier->title.n ? supplier->title : word->supplier;

	title = title.n ? title : ENT_STR("us");
	return word->name.n ? sdk_format(apply->arena, "%.*s (%.*s)", ENT_F(sdk_head(word->name, 80)),
					 ENT_F(sdk_head(title, 80)))
			    : title;
}

bool loop_is_endless(struct apply *apply, const struct loop_cause *cause, struct ent_str *ret_reason)
{
	size_t other = SIZE_MAX, n;
	struct loop_word *word;
	enum loop_sign sign;

	if (!cause->event || cause->event->kind != EVENT_COMMENT_ADDED || !cause->origin.n)
		return false;
	n = thread_load(apply, cause, &word);
	sign = loop_find(word, n, is_our_ticket(apply->db, cause->incident, cause->origin), apply->arena, &other);
	if (sign == LOOP_NONE)
		return false;
	struct ent_str mine = side(apply, &word[n - 1]);
	struct ent_str theirs = other < n ? side(apply, &word[other]) : ENT_STR("the ticket that we opened");
	*ret_reason =
	    sign == LOOP_SAME_WORDS
		? sdk_format(apply->arena,
			     "%.*s writes the same text again and again, each time in answer to %.*s: both look like "
			     "automatic answers",
			     ENT_F(mine), ENT_F(theirs))
		: sdk_format(apply->arena,
			     "%.*s and %.*s have answered each other %d times, each time within %d seconds: they "
			     "look like automatic answers",
			     ENT_F(mine), ENT_F(theirs), LOOP_SWITCHES, LOOP_PACE_MS / 1000);
	return true;
}
