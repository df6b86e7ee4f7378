/* SPDX-License-Identifier: Apache-2.0 */
#include "store/acts.h"

#include "sdk/webhook.h"
#include "store/json.h"
#include "store/timers.h"

#include <stdio.h>
#include <string.h>

enum { OPEN_MAX = 1000 }; /* acts of one incident that are looked at */

#define ACT_COLUMNS                                                                                                    \
	"SELECT uuid, incident, kind, from_org, to_org, by_ref, holder, due_ms, state, cause, overdue, ended_by, "     \
	"made_ms, ended_ms, said FROM act "

static struct act act_of_row(struct ent_arena *arena, struct db_stmt *stmt)
{
	struct act act = {.incident = db_int(stmt, 1),
			  .from = sdk_dup(arena, db_str(stmt, 3)),
			  .to = sdk_dup(arena, db_str(stmt, 4)),
			  .by = sdk_dup(arena, db_str(stmt, 5)),
			  .holder = sdk_dup(arena, db_str(stmt, 6)),
			  .due_ms = db_int(stmt, 7),
			  .is_overdue = db_int(stmt, 10) != 0,
			  .made_ms = db_int(stmt, 12),
			  .ended_ms = db_int(stmt, 13),
			  .said = (enum act_said)db_int(stmt, 14)};

	snprintf(act.uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	snprintf(act.ended_by, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 11)));
	(void)act_by_word(db_str(stmt, 2), &act.kind);
	(void)act_state_by_word(db_str(stmt, 8), &act.state);
	(void)act_cause_by_word(db_str(stmt, 9), &act.cause);
	return act;
}

bool acts_load(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct act *ret)
{
	struct db_stmt *stmt = db_use(db, ACT_COLUMNS "WHERE uuid = $1");

	db_bind_str(stmt, 1, uuid);
	bool found = db_row(stmt);
	if (found)
		*ret = act_of_row(arena, stmt);
	db_done(stmt);
	return found;
}

static size_t acts_of(struct db_stmt *stmt, struct ent_arena *arena, int64_t incident, const struct act **ret)
{
	struct act *list = NULL;
	size_t n = 0, cap = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, OPEN_MAX);
	while (db_row(stmt)) {
		if (n == cap) {
			struct act *grown = SDK_NEW_N(arena, struct act, cap = cap ? cap * 2 : 8);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		list[n++] = act_of_row(arena, stmt);
	}
	*ret = list;
	return n;
}

size_t acts_open(struct db *db, struct ent_arena *arena, int64_t incident, const struct act **ret)
{
	static const char sql[] = ACT_COLUMNS "WHERE incident = $1 AND state = 'open' ORDER BY id LIMIT $2";

	return acts_of(db_use(db, sql), arena, incident, ret);
}

size_t acts_waiting(struct db *db, struct ent_arena *arena, int64_t incident, const struct act **ret)
{
	static const char sql[] =
	    ACT_COLUMNS "WHERE incident = $1 AND (state = 'open' OR (kind = 'promise' AND state = 'broken' AND NOT "
			"EXISTS (SELECT 1 FROM act AS later WHERE later.incident = act.incident AND later.kind = "
			"'promise' AND later.from_org = act.from_org AND later.id > act.id))) ORDER BY id LIMIT $2";

	return acts_of(db_use(db, sql), arena, incident, ret);
}

static void save_act(struct db *db, const struct act *act)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "INSERT INTO act (uuid, incident, kind, from_org, to_org, by_ref, holder, due_ms, state, cause, "
	    "overdue, ended_by, made_ms, ended_ms, said) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
	    "$13, $14, $15) ON CONFLICT (uuid) DO UPDATE SET state = excluded.state, cause = excluded.cause, "
	    "overdue = excluded.overdue, ended_by = excluded.ended_by, ended_ms = excluded.ended_ms, said = "
	    "excluded.said");

	db_bind_str(stmt, 1, sdk_str(act->uuid));
	db_bind_int(stmt, 2, act->incident);
	db_bind_str(stmt, 3, sdk_str(act_word(act->kind)));
	db_bind_str(stmt, 4, act->from);
	db_bind_str(stmt, 5, sdk_or_empty(act->to));
	db_bind_str(stmt, 6, sdk_or_empty(act->by));
	db_bind_str(stmt, 7, sdk_or_empty(act->holder));
	db_bind_int(stmt, 8, act->due_ms);
	db_bind_str(stmt, 9, sdk_str(act_state_word(act->state)));
	db_bind_str(stmt, 10, sdk_str(act_cause_word(act->cause)));
	db_bind_int(stmt, 11, act->is_overdue);
	db_bind_str(stmt, 12, sdk_str(act->ended_by));
	db_bind_int(stmt, 13, act->made_ms);
	db_bind_int(stmt, 14, act->ended_ms);
	db_bind_int(stmt, 15, act->said);
	(void)db_row(stmt);
}

/* An ask that is overdue waits without one. */
static void keep_timer(struct db *db, const struct act *act)
{
	const enum timer_kind kind = act->kind == ACT_HANDOVER  ? TIMER_HANDOVER
				     : act->kind == ACT_PROMISE ? TIMER_PROMISE
								: TIMER_ASK;
	struct timer timer = {.kind = kind, .incident = act->incident, .due_ms = act->due_ms};

	if (!act->due_ms)
		return;
	memcpy(timer.subject, act->uuid, ID_SIZE);
	if (act->kind == ACT_HANDOVER) /* a span; asks and promises name a time of the calendar */
		timer.made_ms = act->made_ms;
	if (act->state == ACT_OPEN && !act->is_overdue)
		timer_set(db, &timer);
	else
		timer_clear(db, kind, sdk_str(act->uuid));
}

bool acts_declined(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str organisation,
		   struct act *ret)
{
	struct db_stmt *stmt = db_use(db, ACT_COLUMNS "WHERE incident = $1 AND kind = 'handover' AND to_org = $2 "
						      "ORDER BY id DESC LIMIT 1");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, organisation);
	bool found = db_row(stmt);
	if (found)
		*ret = act_of_row(arena, stmt);
	db_done(stmt);
	return found && ret->state == ACT_DECLINED && !ret->ended_by[0];
}

/* The reason came after the hand-over was declined, from the tool where that was done. */
static void keep_reason(struct db *db, const struct comment *comment)
{
	struct db_stmt *stmt = db_use(db, "UPDATE act SET ended_by = $1 WHERE uuid = $2 AND kind = 'handover' AND "
					  "state = 'declined' AND ended_by = ''");

	db_bind_str(stmt, 1, sdk_str(comment->uuid));
	db_bind_str(stmt, 2, sdk_str(comment->reply_to));
	(void)db_row(stmt);
}

void acts_fold(struct db *db, const struct event *event)
{
	struct sdk_arena arena;
	struct act act = {.state = ACT_OPEN};

	if (event->kind == EVENT_COMMENT_ADDED && event->comment.entry.kind == ENTRY_DECLINED)
		keep_reason(db, &event->comment);
	if (!act_is_of(event))
		return;
	sdk_arena_init(&arena);
	if (act_begins(event) || acts_load(db, &arena.abi, sdk_str(event->act.uuid), &act)) {
		act_fold(&act, event);
		save_act(db, &act);
		keep_timer(db, &act);
	}
	sdk_arena_release(&arena);
}

/* ---- the snapshot ------------------------------------------------------------------ */

static void json_open(struct sdk_jsonw *w, const struct act *open, size_t n, const char *key, bool asks)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < n; i++) {
		const struct act *act = &open[i];

		if (asks ? !act_is_ask(act->kind) : act->kind != ACT_PROMISE)
			continue;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kz(w, "id", act->uuid);
		if (asks)
			sdk_jsonw_kz(w, "kind", act_word(act->kind));
		sdk_jsonw_kstr(w, "from", act->from);
		sdk_jsonw_kstr_some(w, "to", act->to);
		if (act->due_ms)
			json_time(w, "due", act->due_ms);
		if (asks)
			sdk_jsonw_kbool(w, "overdue", act->is_overdue);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

void acts_json(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident)
{
	const struct act *open;
	size_t n = acts_open(db, arena, incident, &open);

	json_open(w, open, n, "asks", true);
	json_open(w, open, n, "promises", false);
}
