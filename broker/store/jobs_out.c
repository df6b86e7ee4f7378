/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_out.h"

#include "core/decide_own.h"
#include "core/federate.h"

#include "sdk/webhook.h"
#include "store/deliveries.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void refuse(struct job *job, enum job_outcome outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void refuse(struct job *job, enum job_outcome outcome, const char *fmt, ...)
{
	va_list args;

	job->outcome = outcome;
	va_start(args, fmt);
	vsnprintf(job->err.msg, sizeof job->err.msg, fmt, args);
	va_end(args);
}

/* NULL: refused. */
static const struct supplier *find_supplier(struct job *job)
{
	const struct supplier *supplier = job->suppliers ? supplier_by_name(job->suppliers, job->ask.supplier) : NULL;

	if (!supplier)
		refuse(job, JOB_NOT_FOUND, "no supplier is called %.*s",
		       ENT_F(sdk_head(job->ask.supplier, SUPPLIER_NAME_MAX)));
	return supplier;
}

/* NULL: refused. */
static struct dossier *find_incident(struct apply *apply, struct job *job, struct situation *ret)
{
	struct dossier *dossier = apply_open(apply, job->ask.incident, ret);
	char number[INCIDENT_NUMBER_SIZE];

	if (!dossier)
		refuse(job, JOB_NOT_FOUND, "there is no incident %.*s",
		       ENT_F(incident_number(job->ask.incident, number)));
	return dossier;
}

static void end(struct apply *apply, struct job *job, struct events *events)
{
	apply_events(apply, events);
	apply_save(apply);
	job->outcome = JOB_ACCEPTED;
}

/* ---- shares ------------------------------------------------------------------------------ */

/* A ticket is there, or on its way. */
static bool has_ticket(struct dossier *dossier, const struct situation *at, const struct supplier *supplier)
{
	for (size_t i = 0; i < at->n_word; i++)
		if (sdk_eq(at->word[i].supplier, supplier->name))
			return true;
	return queue_ticket_comes(dossier, supplier->name);
}

static bool may_share(struct dossier *dossier, struct job *job, const struct situation *at,
		      const struct supplier *supplier)
{
	const struct incident *incident = at->incident;
	char number[INCIDENT_NUMBER_SIZE];

	if (status_facts(incident->values.at[ENT_STATUS])->terminal) {
		refuse(job, JOB_CONFLICT, "%.*s is %s; give it an open status first",
		       ENT_F(incident_number(incident->number, number)),
		       sdk_status_name(incident->values.at[ENT_STATUS]));
		return false;
	}
	if (!has_ticket(dossier, at, supplier) && !supplier_can(supplier, ENT_CREATE_TICKET)) {
		refuse(job, JOB_CONFLICT, "%.*s has no ticket in %.*s, and none can be made there: %s",
		       ENT_F(supplier->name), ENT_F(incident_number(incident->number, number)),
		       supplier->link.url.n ? "its connector cannot" : "it is only listened to, it has no url");
		return false;
	}
	return true;
}

/* Was the same brief given to this supplier since it was shared: as the text of its ticket, or as a comment? A delivery
 * that was cancelled gave nothing. */
static bool is_brief_given(struct apply *apply, const struct incident *incident, struct ent_str supplier,
			   const struct brief *brief)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct ent_str text = federate_brief(apply->arena, brief, incident_number(incident->number, number));
	struct db_stmt *stmt = db_use(
	    apply->db, "SELECT 1 FROM share AS s WHERE s.incident = $1 AND s.supplier = $2 AND s.withdrawn_ms = 0 AND "
		       "(EXISTS (SELECT 1 FROM delivery AS d WHERE d.incident = $1 AND d.supplier = $2 AND d.text = $3 "
		       "AND d.made_ms >= s.since_ms AND d.state <> 'cancelled') OR EXISTS (SELECT 1 FROM comment AS c "
		       "WHERE c.incident = $1 AND c.supplier = '' AND c.audience = 'suppliers' AND "
		       "c.audience_suppliers = $2 AND c.body = $3 AND c.removed = 0 AND c.created_ms >= s.since_ms AND "
		       "NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.incident = $1 AND d.supplier = $2 AND "
		       "d.comment = c.uuid AND d.state = 'cancelled')))");

	db_bind_int(stmt, 1, incident->number);
	db_bind_str(stmt, 2, supplier);
	db_bind_str(stmt, 3, text);
	bool given = db_row(stmt);
	db_done(stmt);
	return given;
}

static void run_share(struct apply *apply, struct job *job)
{
	const struct supplier *supplier = find_supplier(job);
	struct events events = {.arena = apply->arena};
	struct brief brief = job->ask.brief;
	struct situation at;
	struct dossier *dossier = supplier ? find_incident(apply, job, &at) : NULL;

	if (!dossier || !may_share(dossier, job, &at, supplier))
		return;
	if (brief.what.n &&
	    is_brief_given(apply, &dossier->incident, supplier->name, &brief)) /* it is not said twice */
		brief = (struct brief){.what = ENT_ABSENT};
	decide_share(&at, supplier->name, job->ask.escalated, job->ask.with_thread, &brief, &job->ask.author, &events);
	end(apply, job, &events);
	if (job->ask.with_thread)
		delivery_thread(apply, dossier->incident.number, supplier);
}

/* Is a delivery open for this supplier that is owed from before a merge (see delivery.owed)? */
static bool is_owed(struct dossier *dossier, struct ent_str supplier)
{
	struct dossier_queue *queue = dossier_queue(dossier, supplier);
	struct delivery *delivery = dossier_open(dossier, queue, 0);

	while (delivery && !delivery->owed)
		delivery = dossier_open(dossier, queue, delivery->id);
	return delivery != NULL;
}

static void run_unshare(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	char number[INCIDENT_NUMBER_SIZE];
	struct situation at;
	struct dossier *dossier = find_incident(apply, job, &at);

	if (!dossier)
		return;
	if (!dossier_shares(dossier, job->ask.supplier) && !is_owed(dossier, job->ask.supplier)) {
		refuse(job, JOB_NOT_FOUND, "%.*s is not shared with %.*s",
		       ENT_F(incident_number(dossier->incident.number, number)),
		       ENT_F(sdk_head(job->ask.supplier, SUPPLIER_NAME_MAX)));
		return;
	}
	decide_unshare(&at, job->ask.supplier, job->ask.text, &job->ask.author, &events);
	end(apply, job, &events);
}

/* ---- the thread, the status ------------------------------------------------------------------ */

/* Who is named must be able to read it; else it would reach nobody, and nobody would know. */
static bool may_say(struct dossier *dossier, struct job *job)
{
	struct ent_str rest =
	    job->ask.audience.kind == AUDIENCE_SUPPLIERS ? sdk_or_empty(job->ask.audience.suppliers) : ENT_ABSENT;

	while (rest.p) {
		struct ent_str name = sdk_cut(rest, ',', &rest);
		if (dossier_shares(dossier, name))
			continue;
		refuse(job, JOB_CONFLICT, "the incident is not shared with %.*s; share it first",
		       ENT_F(sdk_head(name, SUPPLIER_NAME_MAX)));
		return false;
	}
	return true;
}

static void run_comment(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	struct comment known, comment = {.author = job->ask.author,
					 .body = job->ask.text,
					 .audience = job->ask.audience,
					 .created_ms = apply->now_ms};
	struct situation at;
	struct dossier *dossier = find_incident(apply, job, &at);

	if (!dossier)
		return;
	if (job->ask.comment_uuid[0] &&
	    comment_by_uuid(apply->db, apply->arena, sdk_str(job->ask.comment_uuid), &known)) {
		if (!known.supplier.n && known.incident == dossier->incident.number)
			job->outcome = JOB_REPEATED;
		else
			refuse(job, JOB_CONFLICT, "another comment has this id");
		return;
	}
	if (!may_say(dossier, job))
		return;
	if (comment.audience.kind != AUDIENCE_SUPPLIERS || !comment.audience.suppliers.p)
		comment.audience.suppliers = ENT_STR("");
	memcpy(comment.uuid, job->ask.comment_uuid, ID_SIZE);
	decide_own_comment(&at, &comment, &events);
	end(apply, job, &events);
}

static void run_status(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	enum ent_status status = job->ask.status;
	struct situation at;
	struct dossier *dossier = find_incident(apply, job, &at);

	if (!dossier)
		return;
	if (status == ENT_STATUS_UNKNOWN || status == ENT_TRANSFERRED) {
		refuse(job, JOB_CONFLICT, "an incident is never %s", sdk_status_name(status));
		return;
	}
	decide_status(&at, status, &job->ask.author, &events);
	end(apply, job, &events);
}

/* ---- the queue ---------------------------------------------------------------------------------- */

static void run_act(struct apply *apply, struct job *job)
{
	const struct ask *ask = &job->ask;
	struct delivery delivery;

	if (delivery_act(apply, ask->id, ask->action, ask->text, &ask->author, &delivery))
		job->outcome = JOB_ACCEPTED;
	else if (delivery.id == 0)
		refuse(job, JOB_NOT_FOUND, "there is no delivery %lld", (long long)ask->id);
	else if (ask->action == DELIVERY_EDIT && delivery.op == ENT_UPDATE_TICKET)
		refuse(job, JOB_CONFLICT, "delivery %lld sets values, it has no words to edit", (long long)ask->id);
	else
		refuse(job, JOB_CONFLICT, "delivery %lld is %s: %s", (long long)ask->id,
		       delivery_state_name(delivery.state),
		       delivery.state == DELIVERY_DONE ? "it stands in the tool"
		       : delivery.state == DELIVERY_CANCELLED
			   ? "it is not brought any more; say it anew"
			   : "it goes by itself; people decide about parked and unknown ones");
}

static void run_send(struct apply *apply, struct job *job)
{
	if (delivery_begin(apply, job->ask.id, job->ask.hash))
		job->outcome = JOB_ACCEPTED;
	else
		refuse(job, JOB_NOT_FOUND, "delivery %lld does not wait any more", (long long)job->ask.id);
}

static void run_result(struct apply *apply, struct job *job)
{
	if (delivery_settle(apply, &job->ask.result, &job->arrival))
		job->outcome = JOB_ACCEPTED;
	else
		refuse(job, JOB_NOT_FOUND, "attempt %u of delivery %lld is not in flight", job->ask.result.attempt,
		       (long long)job->ask.result.id);
}

/* ---- suppliers ------------------------------------------------------------------------------------ */

static void run_map(struct apply *apply, struct job *job)
{
	if (!find_supplier(job))
		return;
	if (job->kind == JOB_MAP_PUBLISH) {
		job->ask.ret_count =
		    map_publish(apply->db, job->ask.supplier, job->ask.text, job->ask.author.name, apply->now_ms);
	} else if (!map_roll_back(apply->db, job->ask.supplier, job->ask.id)) {
		refuse(job, JOB_NOT_FOUND, "%.*s has no map of version %lld", ENT_F(job->ask.supplier),
		       (long long)job->ask.id);
		return;
	}
	job->outcome = JOB_ACCEPTED;
}

static bool may_poll(struct job *job, const struct supplier *supplier)
{
	if (supplier_can(supplier, ENT_POLL))
		return true;
	if (supplier->link.url.n && supplier->cannot_poll.p)
		refuse(job, JOB_CONFLICT, "%.*s cannot be polled: %.*s", ENT_F(supplier->name),
		       ENT_F(supplier->cannot_poll));
	else
		refuse(job, JOB_CONFLICT, "%.*s cannot be polled: %s", ENT_F(supplier->name),
		       supplier->link.url.n ? "its connector does not poll" : "it has no url");
	return false;
}

static void run_backfill(struct apply *apply, struct job *job)
{
	const struct supplier *supplier = find_supplier(job);
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
		refuse(job, JOB_NOT_FOUND, "no back-fill of %.*s is running",
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
	const struct supplier *supplier = find_supplier(job);
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
	return a->state == b->state && a->quiet_since_ms == b->quiet_since_ms &&
	       sdk_eq(sdk_or_empty(a->why), sdk_or_empty(b->why)) &&
	       sdk_eq(sdk_or_empty(a->next), sdk_or_empty(b->next));
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
			      .why = sdk_or_empty(state->why),
			      .next = sdk_or_empty(state->next)};

	job->outcome = JOB_ACCEPTED;
	if (!supplier_state_load(apply->db, apply->arena, state->supplier, &before) || same_state(&before, state))
		return;
	event.state_from = sdk_str(supplier_health_name(before.state));
	event.state_to = sdk_str(supplier_health_name(state->state));
	apply_supplier_event(apply, &event);
	supplier_state_save(apply->db, state, event.sequence);
}

/* ---- all ------------------------------------------------------------------------------------------- */

void job_out(struct apply *apply, struct job *job)
{
	switch (job->kind) {
	case JOB_SHARE:
		run_share(apply, job);
		break;
	case JOB_UNSHARE:
		run_unshare(apply, job);
		break;
	case JOB_COMMENT:
		run_comment(apply, job);
		break;
	case JOB_STATUS:
		run_status(apply, job);
		break;
	case JOB_DELIVERY_ACT:
		run_act(apply, job);
		break;
	case JOB_REPAIR:
		job->ask.ret_count = delivery_repair(apply, job->ask.supplier, job->ask.cause);
		job->outcome = JOB_ACCEPTED;
		break;
	case JOB_MAP_PUBLISH:
	case JOB_MAP_ROLL_BACK:
		run_map(apply, job);
		break;
	case JOB_BACKFILL:
		run_backfill(apply, job);
		break;
	case JOB_BACKFILL_STOP:
		run_backfill_stop(apply, job);
		break;
	case JOB_POLL:
		run_poll(apply, job);
		break;
	case JOB_SEND:
		run_send(apply, job);
		break;
	case JOB_RESULT:
		run_result(apply, job);
		break;
	case JOB_STRAND:
		job->ask.ret_count = delivery_strand(apply, job->suppliers);
		job->outcome = JOB_ACCEPTED;
		break;
	case JOB_SUPPLIER_STATE:
		run_supplier_state(apply, job);
		break;
	case JOB_ARRIVAL:
	case JOB_REPLAY:
	case JOB_DEAD_IGNORE:
	case JOB_TOKEN_ADD:
	case JOB_TOKEN_REMOVE:
	case JOB_PRUNE:
	case JOB_PAGE:
	case JOB_TROUBLE:
		assert(job->kind > JOB_TROUBLE);
	}
}

bool job_stirs(const struct job *job)
{
	return job->outcome == JOB_ACCEPTED &&
	       (job->kind == JOB_DELIVERY_ACT || job->kind == JOB_REPAIR || job->kind == JOB_BACKFILL ||
		job->kind == JOB_BACKFILL_STOP || job->kind == JOB_POLL);
}
