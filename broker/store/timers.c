/* SPDX-License-Identifier: Apache-2.0 */
#include "store/timers.h"

#include <stdio.h>

static const char *const timer_words[TIMER_N] = {
#define X(id, word) word,
    TIMER_KINDS(X)
#undef X
};

static bool timer_kind_by_word(struct ent_str word, enum timer_kind *ret)
{
	for (int i = 0; i < TIMER_N; i++)
		if (sdk_eqz(word, timer_words[i])) {
			*ret = (enum timer_kind)i;
			return true;
		}
	return false;
}

void timer_set(struct db *db, const struct timer *timer)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO timer (due_ms, made_ms, kind, incident, subject) VALUES ($1, $2, $3, $4, $5) ON "
		       "CONFLICT (kind, subject) DO UPDATE SET due_ms = excluded.due_ms, made_ms = excluded.made_ms, "
		       "incident = excluded.incident");

	db_bind_int(stmt, 1, timer->due_ms);
	db_bind_int(stmt, 2, timer->made_ms);
	db_bind_str(stmt, 3, sdk_str(timer_words[timer->kind]));
	db_bind_int(stmt, 4, timer->incident);
	db_bind_str(stmt, 5, sdk_str(timer->subject));
	(void)db_row(stmt);
}

void timer_clear(struct db *db, enum timer_kind kind, struct ent_str subject)
{
	struct db_stmt *stmt = db_use(db, "DELETE FROM timer WHERE kind = $1 AND subject = $2");

	db_bind_str(stmt, 1, sdk_str(timer_words[kind]));
	db_bind_str(stmt, 2, subject);
	(void)db_row(stmt);
}

int64_t timers_next(struct db *db)
{
	struct db_stmt *stmt = db_use(db, "SELECT due_ms FROM timer ORDER BY due_ms, id LIMIT 1");
	int64_t next = db_row(stmt) ? db_int(stmt, 0) : TIMER_NEVER;

	db_done(stmt);
	return next;
}

size_t timers_due(struct db *db, int64_t now_ms, struct timer ret[TIMERS_A_TURN])
{
	struct db_stmt *stmt = db_use(db, "SELECT kind, incident, subject, due_ms, made_ms FROM timer WHERE due_ms <= "
					  "$1 ORDER BY due_ms, id LIMIT $2");
	size_t n = 0;

	db_bind_int(stmt, 1, now_ms);
	db_bind_int(stmt, 2, TIMERS_A_TURN);
	while (n < TIMERS_A_TURN && db_row(stmt)) {
		struct timer *timer = &ret[n];
		*timer =
		    (struct timer){.incident = db_int(stmt, 1), .due_ms = db_int(stmt, 3), .made_ms = db_int(stmt, 4)};
		snprintf(timer->subject, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 2)));
		if (timer_kind_by_word(db_str(stmt, 0), &timer->kind))
			n++;
		else
			db_fail(db, "a timer's kind is unknown: %.*s", ENT_F(db_str(stmt, 0)));
	}
	db_done(stmt);
	return n;
}

void timers_set_back(struct db *db, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE timer SET due_ms = $1 + due_ms - made_ms, made_ms = $1 WHERE made_ms > $1");

	db_bind_int(stmt, 1, now_ms);
	(void)db_row(stmt);
}
