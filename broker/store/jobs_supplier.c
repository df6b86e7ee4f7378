/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_supplier.h"

#include "sdk/webhook.h"

static void run_map(struct apply *apply, struct job *job)
{
	if (!job_supplier(job))
		return;
	if (job->kind == JOB_MAP_PUBLISH) {
		job->ask.ret_count =
		    map_publish(apply->db, job->ask.supplier, job->ask.text, job->ask.author.name, apply->now_ms);
	} else if (!map_roll_back(apply->db, job->ask.supplier, job->ask.id)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_map_version",
			   "{supplier=%.*s} has no map of version {version=%lld}", ENT_F(job->ask.supplier),
			   (long long)job->ask.id);
		return;
	}
	job->outcome = JOB_ACCEPTED;
}

static bool may_poll(struct job *job, const struct supplier *supplier)
{
	if (supplier_can(supplier, ENT_POLL))
		return true;
	if (supplier->link.url.n && supplier->cannot_poll.code.n)
		job_refuse(job, JOB_CONFLICT, "ask.cannot_poll", "{supplier=%.*s} cannot be polled: {why=%p}",
			   ENT_F(supplier->name), (const void *)&supplier->cannot_poll);
	else if (supplier->link.url.n)
		job_refuse(job, JOB_CONFLICT, "ask.polls_not",
			   "{supplier=%.*s} cannot be polled: its connector does not poll", ENT_F(supplier->name));
	else
		job_refuse(job, JOB_CONFLICT, "ask.no_url", "{supplier=%.*s} cannot be polled: it has no url",
			   ENT_F(supplier->name));
	return false;
}

static void run_backfill(struct apply *apply, struct job *job)
{
	const struct supplier *supplier = job_supplier(job);
	struct cursor cursor = {.supplier = job->ask.supplier,
				.stream = CURSOR_BACKFILL,
				.since_ms = job->ask.since_ms,
				.made_ms = apply->now_ms,
				.state = ENT_STR("running")};

	if (!supplier || !may_poll(job, supplier))
		return;
	cursor_save(apply->db, &cursor);
	aside_save(apply->db, job->ask.supplier, CURSOR_BACKFILL, &(struct aside_news){.how = ASIDE_REPLACED});
	job->outcome = JOB_ACCEPTED;
}

static void run_backfill_stop(struct apply *apply, struct job *job)
{
	struct cursor cursor;

	if (!cursor_load(apply->db, apply->arena, job->ask.supplier, CURSOR_BACKFILL, &cursor) ||
	    !sdk_eqz(cursor.state, "running")) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_backfill", "no back-fill of {supplier=%.*s} is running",
			   ENT_F(sdk_head(job->ask.supplier, SUPPLIER_NAME_MAX)));
		return;
	}
	cursor.state = ENT_STR("stopped");
	cursor_save(apply->db, &cursor);
	job->outcome = JOB_ACCEPTED;
}

#define BEFORE_ASIDE_MS 3600000 /* a ticket is put aside soon after it changed */

/* Reading anew drops the cursor, which lists the tickets put aside. So it begins before the oldest of them. */
static int64_t begin_anew_ms(struct apply *apply, const struct job *job)
{
	int64_t oldest_ms = aside_oldest_ms(apply->db, job->ask.supplier, CURSOR_POLL) - BEFORE_ASIDE_MS;

	return oldest_ms < job->ask.since_ms ? (oldest_ms > 0 ? oldest_ms : 0) : job->ask.since_ms;
}

static void run_poll(struct apply *apply, struct job *job)
{
	const struct supplier *supplier = job_supplier(job);
	struct cursor cursor = {.stream = CURSOR_POLL, .state = ENT_STR("running")};
	bool begins_anew = job->ask.since_ms != 0;

	if (!supplier || !may_poll(job, supplier))
		return;
	bool is_known = cursor_load(apply->db, apply->arena, job->ask.supplier, CURSOR_POLL, &cursor);
	job->outcome = JOB_ACCEPTED;
	if (!is_known && !begins_anew) /* it was never read: link does so by itself */
		return;
	cursor.supplier = job->ask.supplier;
	cursor.asked_ms = apply->now_ms;
	if (begins_anew) {
		cursor.memo = cursor.connector = ENT_STR("");
		cursor.phase = 0;
		cursor.since_ms = begin_anew_ms(apply, job);
		cursor.made_ms = apply->now_ms > cursor.made_ms ? apply->now_ms : cursor.made_ms + 1;
		aside_save(apply->db, job->ask.supplier, CURSOR_POLL, &(struct aside_news){.how = ASIDE_REPLACED});
	}
	cursor_save(apply->db, &cursor);
}

/* A page of a list was read; of a sweep the ticket that failed, or it went past all tickets and none failed. */
static void trouble_over(struct db *db, const struct cursor *cursor, const struct aside_news *aside)
{
	if (cursor->stream != CURSOR_SWEEP)
		trouble_drop(db, cursor->supplier, cursor->stream, ENT_ABSENT, INT64_MAX);
	else if (aside->how == ASIDE_READ && aside->n)
		trouble_drop(db, cursor->supplier, cursor->stream, aside->at[0].ticket, INT64_MAX);
	else if (aside->how == ASIDE_ENDED)
		trouble_drop(db, cursor->supplier, cursor->stream, ENT_ABSENT, cursor->made_ms);
}

void job_page_cursor(struct db *db, struct ent_arena *arena, const struct ask *ask)
{
	struct cursor cursor = ask->cursor, now;
	bool is_known = cursor_load(db, arena, cursor.supplier, cursor.stream, &now);

	if (cursor.stream == CURSOR_BACKFILL &&
	    (!is_known || now.made_ms != cursor.made_ms || !sdk_eqz(now.state, "running")))
		return;
	/* A person let it begin elsewhere while this page was read. */
	if (cursor.stream == CURSOR_POLL && is_known && now.made_ms != cursor.made_ms)
		return;
	if (is_known)
		cursor.asked_ms = now.asked_ms;
	cursor_save(db, &cursor);
	aside_save(db, cursor.supplier, cursor.stream, &ask->aside);
	trouble_over(db, &cursor, &ask->aside);
}

void job_page_trouble(struct db *db, const struct ask *ask)
{
	if (ask->cursor.stream == CURSOR_POLL && ask->cursor.made_ms)
		cursor_begin(db, &ask->cursor);
	trouble_save(db, ask->cursor.supplier, ask->cursor.stream, &ask->trouble);
}

static bool same_state(const struct supplier_state *a, const struct supplier_state *b)
{
	return a->state == b->state && a->quiet_since_ms == b->quiet_since_ms && sdk_said_eq(&a->why, &b->why) &&
	       sdk_said_eq(&a->next, &b->next);
}

static void run_supplier_state(struct apply *apply, struct job *job)
{
	const struct supplier_state *state = &job->ask.state;
	struct supplier_state before;
	struct event event = {.kind = EVENT_SUPPLIER_STATE_CHANGED,
			      .incident = -supplier_row(apply->db, state->supplier, apply->now_ms),
			      .sequence = supplier_sequence(apply->db, state->supplier) + 1,
			      .time_ms = apply->now_ms,
			      .supplier = state->supplier,
			      .why = state->why,
			      .next = state->next};

	job->outcome = JOB_ACCEPTED;
	if (!supplier_state_load(apply->db, apply->arena, state->supplier, &before) || same_state(&before, state))
		return;
	event.state_from = sdk_str(supplier_health_name(before.state));
	event.state_to = sdk_str(supplier_health_name(state->state));
	apply_supplier_event(apply, &event);
	supplier_state_save(apply->db, state, event.sequence);
}

static void run_trouble(struct apply *apply, struct job *job)
{
	job_page_trouble(apply->db, &job->ask);
	job->outcome = JOB_ACCEPTED;
}

const struct job_row jobs_supplier[] = {
    {JOB_MAP_PUBLISH, "map_publish", run_map, false},
    {JOB_MAP_ROLL_BACK, "map_roll_back", run_map, false},
    {JOB_BACKFILL, "backfill", run_backfill, true},
    {JOB_BACKFILL_STOP, "backfill_stop", run_backfill_stop, true},
    {JOB_POLL, "poll", run_poll, true},
    {JOB_TROUBLE, "trouble", run_trouble, false},
    {JOB_SUPPLIER_STATE, "supplier_state", run_supplier_state, false},
    {.run = NULL},
};
