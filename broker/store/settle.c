/* SPDX-License-Identifier: Apache-2.0 */
/* A delivery's states: every move of them is here. What ends, or stands still for a person, is an event. */
#include "store/delivery_rows.h"

#include "sdk/webhook.h"

#include <string.h>

/* ---- the row ------------------------------------------------------------------------- */

struct move {
	enum delivery_state state;
	int64_t look; /* as the column */
	unsigned phase;
	int64_t due_ms, unsure_ms; /* unsure_ms: 0 leaves it */
	enum delivery_cause cause;
	struct ent_str memo, reason, remote_id;
	struct ent_str exchange; /* absent leaves it; with DONE it is taken away */
};

static void move_save(struct db *db, int64_t id, const struct move *move, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE delivery SET state = $1, look = $2, phase = $3, memo = $4, due_ms = $5, cause = $6, "
		       "reason = $7, remote_id = $8, bound = CASE WHEN $8 <> '' AND op = 'add_comment' THEN 1 ELSE "
		       "bound END, state_ms = $9, unsure_ms = CASE WHEN $11 > 0 THEN $11 ELSE unsure_ms END, "
		       "exchange = CASE WHEN $1 = 'done' THEN '' WHEN $12 <> '' THEN $12 ELSE exchange END "
		       "WHERE id = $10");
	db_bind_str(stmt, 1, sdk_str(delivery_state_name(move->state)));
	db_bind_int(stmt, 2, move->look);
	db_bind_int(stmt, 3, move->phase);
	db_bind_str(stmt, 4, sdk_or_empty(move->memo));
	db_bind_int(stmt, 5, move->due_ms);
	db_bind_str(stmt, 6, sdk_str(delivery_cause_word(move->cause)));
	db_bind_str(stmt, 7, sdk_or_empty(move->reason));
	db_bind_str(stmt, 8, sdk_or_empty(move->remote_id));
	db_bind_int(stmt, 9, now_ms);
	db_bind_int(stmt, 10, id);
	db_bind_int(stmt, 11, move->unsure_ms);
	db_bind_str(stmt, 12, sdk_or_empty(move->exchange));
	(void)db_row(stmt);
}

static int64_t look_of(const struct delivery *delivery)
{
	return delivery->look_only ? 2 : delivery->look;
}

static enum event_kind event_of(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_DONE:
		return EVENT_DELIVERY_DONE;
	case DELIVERY_CANCELLED:
		return EVENT_DELIVERY_CANCELLED;
	case DELIVERY_PARKED:
	case DELIVERY_UNKNOWN:
		return EVENT_DELIVERY_PARKED;
	case DELIVERY_PENDING:
	case DELIVERY_IN_FLIGHT:
		break;
	}
	return EVENT_N;
}

static void fill_event(const struct delivery *delivery, const struct delivery_verdict *verdict, struct event *event)
{
	event->supplier = delivery->supplier;
	event->ticket_id = delivery->ticket;
	event->ticket_key = delivery->ticket_key;
	event->delivery = delivery->id;
	memcpy(event->delivery_key, delivery->key, ID_SIZE);
	memcpy(event->comment.uuid, delivery->comment, ID_SIZE);
	event->op = delivery->op;
	event->remote_id = verdict->remote_id;
	event->cause = sdk_str(delivery_cause_word(verdict->cause));
	event->reason = verdict->reason;
	event->unknown = verdict->state == DELIVERY_UNKNOWN;
	if (verdict->author)
		event->actor = *verdict->author;
}

void delivery_end(struct apply *apply, const struct delivery *delivery, const struct delivery_verdict *verdict)
{
	struct events events = {.arena = apply->arena};
	struct situation at = {.now_ms = apply->now_ms};
	struct unit own, *unit = apply->unit;
	bool is_done = verdict->state == DELIVERY_DONE;

	/* Else it may go again, and then goes on where it was. */
	move_save(apply->db, delivery->id,
		  &(struct move){.state = verdict->state,
				 .look = look_of(delivery),
				 .unsure_ms = delivery->unsure_ms,
				 .phase = is_done ? 0 : delivery->phase,
				 .memo = is_done ? ENT_STR("") : delivery->memo,
				 .due_ms = delivery->due_ms,
				 .cause = verdict->cause,
				 .reason = verdict->reason,
				 .exchange = verdict->exchange,
				 .remote_id = verdict->remote_id},
		  apply->now_ms);
	if (!unit || unit->incident.number != delivery->incident) {
		unit = &own;
		unit_init(unit, apply->db, apply->arena);
		if (!unit_load_incident(unit, delivery->incident))
			return;
	}
	at.incident = &unit->incident;
	fill_event(delivery, verdict, events_add(&events, event_of(verdict->state), &at));
	apply_events(apply, unit, &events);
	if (unit == &own)
		unit_save(unit);
}

/* ---- an attempt ------------------------------------------------------------------------ */

bool delivery_begin(struct db *db, int64_t id, const unsigned char hash[32], int64_t now_ms)
{
	static const unsigned char no_words[32] = {0};
	/* A delivery that may not go any more has no text now; the hash of the text sent before stays, to know its
	 * echo. */
	bool has_words = memcmp(hash, no_words, sizeof no_words) != 0;
	struct db_stmt *stmt = db_use(
	    db, "UPDATE delivery SET state = 'in_flight', attempt = attempt + 1, state_ms = $1, "
		"hash = CASE WHEN op = 'update_ticket' OR $4 = 0 THEN hash ELSE $2 END, bound = CASE WHEN op = "
		"'update_ticket' THEN 0 ELSE bound END, sent_to = CASE WHEN EXISTS (SELECT 1 FROM ticket AS s WHERE "
		"s.supplier = delivery.supplier AND s.external_id = delivery.sent_to AND s.incident = "
		"delivery.incident AND s.removed = 0) THEN sent_to ELSE coalesce((SELECT t.external_id FROM ticket AS "
		"t WHERE t.incident = delivery.incident AND "
		"t.supplier = delivery.supplier AND t.removed = 0 ORDER BY t.changed_ms DESC, t.id DESC LIMIT "
		"1), '') END WHERE id = $3 AND state = 'pending' AND head = 1");
	db_bind_int(stmt, 1, now_ms);
	db_bind_blob(stmt, 2, (struct ent_str){(const char *)hash, 32});
	db_bind_int(stmt, 3, id);
	db_bind_int(stmt, 4, has_words);
	return db_changed(stmt) > 0;
}

static void halve(struct db *db, int64_t id)
{
	struct db_stmt *stmt = db_use(db, "UPDATE delivery SET halved = 1 WHERE id = $1");

	db_bind_int(stmt, 1, id);
	(void)db_row(stmt);
}

/* Now, and not when it was begun: the tool may have done it at any time until then. */
static void doubt(const struct apply *apply, struct delivery *delivery, const struct delivery_result *result)
{
	delivery->look = true;
	delivery->look_only |= result->said_yes;
	delivery->unsure_ms = apply->now_ms;
}

static void again(struct apply *apply, const struct delivery *delivery, const struct delivery_result *result)
{
	bool keeps = result->keeps_phase;

	if (result->halves)
		halve(apply->db, delivery->id);
	move_save(apply->db, delivery->id,
		  &(struct move){.state = DELIVERY_PENDING,
				 .look = look_of(delivery),
				 .unsure_ms = delivery->unsure_ms,
				 .phase = keeps ? delivery->phase : 0,
				 .memo = keeps ? delivery->memo : ENT_STR(""),
				 .due_ms = result->due_ms,
				 .cause = CAUSE_NONE,
				 .reason = result->reason,
				 .exchange = result->exchange},
		  apply->now_ms);
}

/* At the ticket that its own went on as, from the first phase. */
static void follow(struct apply *apply, const struct delivery *delivery, const struct delivery_result *result)
{
	struct delivery moved = *delivery;

	if (result->may_look) /* what was written before moved with the ticket */
		doubt(apply, &moved, result);
	again(
	    apply, &moved,
	    &(struct delivery_result){.due_ms = apply->now_ms, .reason = result->reason, .exchange = result->exchange});
}

static void keep_phase(struct apply *apply, const struct delivery *delivery, const struct delivery_result *result)
{
	move_save(apply->db, delivery->id,
		  &(struct move){.state = DELIVERY_IN_FLIGHT,
				 .look = look_of(delivery),
				 .phase = result->phase,
				 .memo = result->memo,
				 .due_ms = delivery->due_ms},
		  apply->now_ms);
}

static void end_with(struct apply *apply, const struct delivery *delivery, enum delivery_state state,
		     enum delivery_cause cause, const struct delivery_result *result)
{
	struct ent_str remote_id = state == DELIVERY_DONE ? result->remote_id : ENT_ABSENT;
	struct delivery left = *delivery;

	if (state == DELIVERY_PARKED && result->may_look)
		doubt(apply, &left, result);
	if (!result->keeps_phase) {
		left.phase = 0;
		left.memo = ENT_STR("");
	}
	delivery_end(apply, &left,
		     &(struct delivery_verdict){.state = state,
						.cause = cause,
						.reason = result->reason,
						.remote_id = remote_id,
						.exchange = result->exchange});
}

static void settle_by_outcome(struct apply *apply, const struct delivery *delivery,
			      const struct delivery_result *result)
{
	struct delivery in_doubt = *delivery;

	switch (result->outcome) {
	case OUTCOME_DONE:
		end_with(apply, delivery, DELIVERY_DONE, CAUSE_NONE, result);
		break;
	case OUTCOME_MORE:
		keep_phase(apply, delivery, result);
		break;
	case OUTCOME_LATER:
		again(apply, delivery, result);
		break;
	case OUTCOME_LOST:
		if (result->may_look) {
			doubt(apply, &in_doubt, result);
			again(apply, &in_doubt, result);
		} else {
			end_with(apply, delivery, DELIVERY_UNKNOWN, CAUSE_UNKNOWN, result);
		}
		break;
	case OUTCOME_PARKED:
		end_with(apply, delivery, DELIVERY_PARKED, result->cause, result);
		break;
	case OUTCOME_CANCELLED:
		end_with(apply, delivery, DELIVERY_CANCELLED, result->cause, result);
		break;
	}
}

/* Its ticket came to be after the share was taken back: the supplier is told, as it would have been then. */
static void tell_withdrawn(struct apply *apply, const struct supplier_set *suppliers, const struct delivery *delivery)
{
	struct unit unit;
	struct event event = {.kind = EVENT_INCIDENT_UNSHARED, .supplier = delivery->supplier};

	if (share_stands(apply->db, delivery->incident, delivery->supplier))
		return;
	unit_init(&unit, apply->db, apply->arena);
	if (!unit_load_incident(&unit, delivery->incident))
		return;
	struct unit *outer = apply->unit;
	apply->unit = &unit;
	event.time_ms = event.recorded_ms = apply->now_ms;
	deliveries_plan(apply, suppliers, &unit.incident, &unit.incident, &event);
	unit_save(&unit);
	apply->unit = outer;
}

void delivery_bind_updates(struct db *db, int64_t incident, struct ent_str supplier, uint32_t bits)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE delivery SET bound = 1 WHERE incident = $1 AND supplier = $2 AND "
		       "op = 'update_ticket' AND state NOT IN ('pending', 'in_flight') AND bound = 0 AND "
		       "(attributes & $3) <> 0");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_int(stmt, 3, bits);
	(void)db_row(stmt);
}

static uint32_t told_bits(const struct arrival *told)
{
	uint32_t bits = 0;

	for (size_t i = 0; told && i < told->changes.n; i++)
		if (told->changes.at[i].kind == ENT_TICKET_CHANGED)
			bits |= told->changes.at[i].ticket.has;
	return bits;
}

bool delivery_settle(struct apply *apply, const struct supplier_set *suppliers, const struct delivery_result *result,
		     const struct arrival *told)
{
	struct delivery delivery;

	if (!delivery_load(apply->db, apply->arena, result->id, &delivery) || delivery.state != DELIVERY_IN_FLIGHT ||
	    delivery.attempt != result->attempt)
		return false;
	bool is_told = told && told->changes.n;
	bool creates = delivery.op == ENT_CREATE_TICKET, updates = delivery.op == ENT_UPDATE_TICKET;
	bool is_gone = result->outcome == OUTCOME_PARKED && result->cause == CAUSE_GONE && !creates;
	/* The ticket first, so that what is done can name it, and is compared with what stands there now; it may turn
	 * out to be in another incident. */
	if (is_told && (creates || updates || is_gone)) {
		apply_told(apply, told, creates ? UINT32_MAX : delivery.set);
		if (!delivery_load(apply->db, apply->arena, result->id, &delivery))
			return false;
	}
	/* The ticket went on as another one: this answer says so, or an arrival said it before. */
	if (is_gone && delivery.ticket.n && !sdk_eq(delivery.ticket, delivery.sent_to))
		follow(apply, &delivery, result);
	else
		settle_by_outcome(apply, &delivery, result);
	if (is_told && !creates && !updates && !is_gone)
		apply_told(apply, told, delivery.set);
	if (result->outcome == OUTCOME_DONE && updates)
		delivery_bind_updates(apply->db, delivery.incident, delivery.supplier, told_bits(told));
	if (result->outcome == OUTCOME_DONE && creates)
		tell_withdrawn(apply, suppliers, &delivery);
	if (!creates && !delivery.ticket.n) /* the ticket was lost while the delivery was in flight */
		delivery_park_gone(apply, delivery.incident, delivery.supplier);
	delivery_heads(apply->db, delivery.incident, delivery.supplier);
	return true;
}

/* ---- a person --------------------------------------------------------------------------- */

/* Attempts are counted anew, so that it is tried as often as a fresh one. Other words begin from the first request. A
 * person's word lets a write go where looking shows nothing. */
static void revive(struct apply *apply, const struct delivery *delivery, struct ent_str text)
{
	struct db_stmt *stmt =
	    db_use(apply->db,
		   "UPDATE delivery SET state = 'pending', attempt = 0, halved = 0, phase = CASE WHEN $1 <> '' THEN 0 "
		   "ELSE phase END, memo = CASE WHEN $1 <> '' THEN '' ELSE memo END, look = CASE WHEN look > 1 "
		   "THEN 1 ELSE look END, anyway = CASE WHEN cause = 'earlier' THEN 1 ELSE anyway END, cause = '', "
		   "reason = '', "
		   "text = CASE WHEN $1 <> '' THEN $1 ELSE text END, due_ms = $2, state_ms = $2 "
		   "WHERE id = $3");
	db_bind_str(stmt, 1, sdk_or_empty(text));
	db_bind_int(stmt, 2, apply->now_ms);
	db_bind_int(stmt, 3, delivery->id);
	(void)db_row(stmt);
	delivery_park_gone(apply, delivery->incident, delivery->supplier); /* there may still be no ticket */
	delivery_heads(apply->db, delivery->incident, delivery->supplier);
}

static bool is_of_its_ticket(enum delivery_cause cause)
{
	return cause == CAUSE_GONE || cause == CAUSE_REFUSED || cause == CAUSE_CONFLICT;
}

void delivery_revive_moved(struct apply *apply, int64_t incident, struct ent_str supplier)
{
	const struct delivery *waiting;
	size_t n = delivery_waiting(apply->db, apply->arena, incident, supplier, &waiting);

	for (size_t i = 0; i < n; i++)
		if (waiting[i].state == DELIVERY_PARKED && is_of_its_ticket(waiting[i].cause))
			revive(apply, &waiting[i], ENT_ABSENT);
	delivery_heads(apply->db, incident, supplier);
}

bool delivery_act(struct apply *apply, int64_t id, enum delivery_action action, struct ent_str text,
		  const struct ent_person *author)
{
	struct delivery delivery;
	struct delivery_verdict ignored = {
	    .state = DELIVERY_CANCELLED, .cause = CAUSE_IGNORED, .reason = text, .author = author};

	if (!delivery_load(apply->db, apply->arena, id, &delivery))
		return false;
	bool stands_still = delivery.state == DELIVERY_PARKED || delivery.state == DELIVERY_UNKNOWN;
	bool waits = delivery.state == DELIVERY_PENDING;
	bool withheld = delivery.state == DELIVERY_CANCELLED && delivery.cause == CAUSE_EARLIER;
	switch (action) {
	case DELIVERY_RETRY:
		if (!stands_still && !withheld)
			return false;
		revive(apply, &delivery, ENT_ABSENT);
		break;
	case DELIVERY_EDIT:
		if (!(stands_still || waits) || !text.n || delivery.op == ENT_UPDATE_TICKET)
			return false;
		revive(apply, &delivery, text);
		break;
	case DELIVERY_IGNORE:
		if (!(stands_still || waits))
			return false;
		delivery_end(apply, &delivery, &ignored);
		delivery_heads(apply->db, delivery.incident, delivery.supplier);
		break;
	}
	memcpy(apply->incident_uuid, delivery.incident_uuid, ID_SIZE);
	return true;
}

enum { REPAIR_MAX = 10000 };

int64_t delivery_repair(struct apply *apply, struct ent_str supplier, enum delivery_cause cause)
{
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT id, incident, supplier FROM delivery WHERE state = 'parked' AND "
			      "state NOT IN ('done', 'cancelled') AND cause = $1 AND "
			      "($2 = '' OR supplier = $2) ORDER BY id LIMIT $3");
	struct delivery *list = SDK_NEW_N(apply->arena, struct delivery, REPAIR_MAX);
	int64_t n = 0;

	db_bind_str(stmt, 1, sdk_str(delivery_cause_word(cause)));
	db_bind_str(stmt, 2, sdk_or_empty(supplier));
	db_bind_int(stmt, 3, REPAIR_MAX);
	while (n < REPAIR_MAX && db_row(stmt))
		list[n++] = (struct delivery){.id = db_int(stmt, 0),
					      .incident = db_int(stmt, 1),
					      .supplier = sdk_dup(apply->arena, db_str(stmt, 2))};
	db_done(stmt);
	for (int64_t i = 0; i < n; i++)
		revive(apply, &list[i], ENT_ABSENT);
	return n;
}

int64_t delivery_strand(struct apply *apply, const struct supplier_set *suppliers)
{
	enum { GONE_MAX = 16 };
	const struct delivery_verdict verdict = {.state = DELIVERY_PARKED,
						 .cause = CAUSE_LEFT,
						 .reason =
						     ENT_STR("its supplier is not in the configuration any more")};
	struct stranded *gone = SDK_NEW_N(apply->arena, struct stranded, GONE_MAX);
	int64_t *id = SDK_NEW_N(apply->arena, int64_t, REPAIR_MAX), n = 0;
	size_t n_gone = delivery_stranded(apply->db, apply->arena, suppliers, gone, GONE_MAX);
	struct delivery delivery;

	for (size_t i = 0; i < n_gone; i++) {
		struct db_stmt *stmt =
		    db_use(apply->db, "SELECT id FROM delivery WHERE state = 'pending' AND state NOT IN "
				      "('done', 'cancelled') AND supplier = $1 ORDER BY id LIMIT $2");
		db_bind_str(stmt, 1, gone[i].supplier);
		db_bind_int(stmt, 2, REPAIR_MAX - n);
		while (n < REPAIR_MAX && db_row(stmt))
			id[n++] = db_int(stmt, 0);
		db_done(stmt);
	}
	for (int64_t i = 0; i < n; i++)
		if (delivery_load(apply->db, apply->arena, id[i], &delivery))
			delivery_end(apply, &delivery, &verdict);
	return n;
}

/* ---- echoes -------------------------------------------------------------------------------- */

/* The tool told no id when it answered; its echo does. */
static void bind_comment(struct db *db, const struct delivery *delivery, struct ent_str ticket,
			 struct ent_str external_id)
{
	struct db_stmt *stmt = db_use(db, "UPDATE delivery SET remote_id = $1, bound = 1 WHERE id = $2");

	db_bind_str(stmt, 1, external_id);
	db_bind_int(stmt, 2, delivery->id);
	(void)db_row(stmt);
	copy_save(db, delivery->supplier, ticket, external_id, delivery->comment, true);
}

void delivery_seen(struct apply *apply, struct ent_str key, struct ent_str ticket, struct ent_str external_id)
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT id FROM delivery WHERE key = $1");
	struct delivery delivery;

	db_bind_str(stmt, 1, key);
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (id == 0 || !delivery_load(apply->db, apply->arena, id, &delivery) || delivery.op != ENT_ADD_COMMENT)
		return;
	if (delivery.state == DELIVERY_DONE || delivery.state == DELIVERY_CANCELLED) {
		if (!delivery.remote_id.n && external_id.n)
			bind_comment(apply->db, &delivery, ticket, external_id);
		return;
	}
	delivery.ticket = ticket;
	delivery_end(apply, &delivery, &(struct delivery_verdict){.state = DELIVERY_DONE, .remote_id = external_id});
	delivery_heads(apply->db, delivery.incident, delivery.supplier);
}
