/* SPDX-License-Identifier: Apache-2.0 */
/* A world of store_world.h in which each step is one job of the writer. For the tests of the way out. */
#ifndef UNIT_DELIVERIES_H
#define UNIT_DELIVERIES_H

#include "store_world.h"

#include "core/arrival.h"
#include "core/organisation.h"
#include "sdk/crypto.h"
#include "sdk/marker.h"
#include "store/fsck.h"
#include "store/copies.h"
#include "store/deliveries.h"
#include "store/outbox.h"
#include "store/rebuild.h"
#include "store/rows.h"
#include "store/shares.h"

/* ---- jobs --------------------------------------------------------------------------------- */

static inline void world_answered(struct job *job)
{
	(void)job;
}

static inline enum job_outcome run(struct world *world, struct job *job)
{
	struct ent_err err;

	world->now_ms += 10;
	job->answer = world_answered;
	if (!job->suppliers && job->kind != JOB_ARRIVAL && job->kind != JOB_PAGE)
		job->suppliers = world->suppliers;
	assert_true(writer_submit(world->writer, job));
	if (writer_step(world->writer, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	world->last = *job;
	return job->outcome;
}

static inline struct arrival arrival_of(struct world *world, const char *supplier, const struct ent_change *change,
					size_t n)
{
	struct ent_arena *arena = &world->arena.abi;
	struct arrival arrival = {.suppliers = world->suppliers,
				  .from = supplier_by_name(world->suppliers, sdk_str(supplier)),
				  .supplier = sdk_str(supplier),
				  .delivery_id = sdk_format(arena, "a-%d", ++world->n_arrival),
				  .received_ms = world->now_ms,
				  .header_json = ENT_STR("{}"),
				  .body = sdk_format(arena, "body %d", world->n_arrival),
				  .changes = {change, n}};
	unsigned char hash[SDK_HASH_MAX];

	sdk_digest(SDK_SHA256, &arrival.body, 1, hash);
	memcpy(arrival.body_hash, hash, 32);
	return arrival;
}

static inline enum job_outcome arrive(struct world *world, const char *supplier, const struct ent_change *change)
{
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, supplier, change, 1)};

	return run(world, &job);
}

/* A ticket's state as its tool tells it; version 0: stamped with the time of day. NULL: nothing is said of it. */
static inline struct ent_change ticket(struct world *world, const char *id, const char *status, const char *priority)
{
	struct ent_change change = {.kind = ENT_TICKET_CHANGED,
				    .stamp.time_ms = world->now_ms,
				    .actor = {ENT_STR("u1"), ENT_STR("David")},
				    .ticket.id = sdk_str(id)};
	if (status) {
		sdk_set(&change.ticket, ENT_STATUS, sdk_str(status));
		sdk_set_native(&change.ticket, ENT_STATUS, sdk_str(status));
	}
	if (priority) {
		sdk_set(&change.ticket, ENT_PRIORITY, sdk_str(priority));
		sdk_set_native(&change.ticket, ENT_PRIORITY, sdk_str(priority));
	}
	return change;
}

static inline struct ent_change word(struct world *world, const char *id, const char *comment, const char *body)
{
	return (struct ent_change){.kind = ENT_COMMENT_ADDED,
				   .stamp.time_ms = world->now_ms,
				   .actor = {ENT_STR("u1"), ENT_STR("David")},
				   .ticket.id = sdk_str(id),
				   .comment = {.id = sdk_str(comment),
					       .author = {ENT_STR("u1"), ENT_STR("David")},
					       .body = sdk_str(body),
					       .visibility = ENT_PUBLIC}};
}

static inline enum job_outcome tell(struct world *world, const char *supplier, const char *id, const char *status)
{
	struct ent_change change = ticket(world, id, status, NULL);

	return arrive(world, supplier, &change);
}

static inline enum job_outcome write_word(struct world *world, const char *supplier, const char *id,
					  const char *comment, const char *body)
{
	struct ent_change change = word(world, id, comment, body);

	return arrive(world, supplier, &change);
}

static inline enum job_outcome share_saying(struct world *world, int64_t incident, const char *supplier, bool escalated,
					    const char *what)
{
	struct job job = {.kind = JOB_SHARE,
			  .ask = {.incident = incident,
				  .supplier = sdk_str(supplier),
				  .escalated = escalated,
				  .author = {ENT_STR("desk"), ENT_STR("desk")},
				  .brief = {.what = sdk_str(what)}}};
	return run(world, &job);
}

static inline enum job_outcome share(struct world *world, int64_t incident, const char *supplier, bool escalated)
{
	return share_saying(world, incident, supplier, escalated, "No printer prints.");
}

static inline enum job_outcome unshare(struct world *world, int64_t incident, const char *supplier)
{
	struct job job = {.kind = JOB_UNSHARE,
			  .ask = {.incident = incident,
				  .supplier = sdk_str(supplier),
				  .text = ENT_STR("It is done."),
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	return run(world, &job);
}

static inline enum job_outcome say(struct world *world, int64_t incident, const char *uuid, const char *body,
				   const char *audience)
{
	struct job job = {
	    .kind = JOB_COMMENT,
	    .ask = {.incident = incident, .text = sdk_str(body), .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job.ask.audience));
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return run(world, &job);
}

static inline enum job_outcome give_status(struct world *world, int64_t incident, enum ent_status status)
{
	struct job job = {.kind = JOB_STATUS, .ask = {.incident = incident, .status = status}};

	return run(world, &job);
}

static inline enum job_outcome act(struct world *world, int64_t id, enum delivery_action action, const char *text)
{
	struct job job = {.kind = JOB_DELIVERY_ACT, .ask = {.id = id, .action = action, .text = sdk_str(text)}};

	return run(world, &job);
}

/* ---- the queue ------------------------------------------------------------------------------ */

/* The one that is due at a supplier; fails when there are more. id 0: none. */
static inline struct delivery due(struct world *world, const char *supplier)
{
	struct delivery found[8] = {{.id = 0}};
	size_t n = delivery_due(world->read, &world->arena.abi, sdk_str(supplier), world->now_ms + 1000, found, 8);

	if (n > 1)
		fail_msg("%zu deliveries are due at %s", n, supplier);
	return found[0];
}

static inline struct delivery load(struct world *world, int64_t id)
{
	struct delivery delivery;

	if (!delivery_load(world->read, &world->arena.abi, id, &delivery))
		fail_msg("there is no delivery %" PRId64, id);
	return delivery;
}

static inline enum job_outcome send(struct world *world, int64_t id, const char *text)
{
	struct job job = {.kind = JOB_SEND, .ask.id = id};

	if (text)
		echo_hash(&world->arena.abi, sdk_str(text), job.ask.hash);
	return run(world, &job);
}

static inline enum job_outcome settle(struct world *world, struct delivery_result result, const char *supplier,
				      const struct ent_change *told)
{
	struct job job = {.kind = JOB_RESULT, .ask.result = result};

	job.arrival = (struct arrival){.supplier = sdk_str(supplier),
				       .suppliers = world->suppliers,
				       .from = supplier_by_name(world->suppliers, sdk_str(supplier)),
				       .received_ms = world->now_ms,
				       .changes = {told, told != NULL}};
	return run(world, &job);
}

/* Sent and done, whatever is due; a CREATE gets a ticket of that id, an UPDATE tells what stands there now. Returns the
 * delivery's id, 0: nothing was due. */
static inline int64_t bring(struct world *world, const char *supplier, const char *remote_id)
{
	struct ent_arena *arena = &world->arena.abi;
	struct delivery delivery = due(world, supplier);
	char number[INCIDENT_NUMBER_SIZE];
	struct ent_change told = ticket(world, remote_id, "new", NULL);
	struct delivery_result done = {.id = delivery.id, .attempt = delivery.attempt + 1, .outcome = OUTCOME_DONE};

	if (!delivery.id)
		return 0;
	told.correlation.number = sdk_dup(arena, incident_number(delivery.incident, number));
	if (delivery.op == ENT_UPDATE_TICKET)
		told = ticket(
		    world, sdk_z(arena, delivery.ticket),
		    delivery.set & (1u << ENT_STATUS) ? sdk_status_name(delivery.values.at[ENT_STATUS]) : NULL,
		    delivery.set & (1u << ENT_PRIORITY) ? sdk_z(arena, sdk_int(arena, delivery.values.at[ENT_PRIORITY]))
							: NULL);
	else
		done.remote_id = sdk_str(remote_id);
	assert_int_equal(send(world, delivery.id, sdk_z(arena, sdk_or_empty(delivery.text))), JOB_ACCEPTED);
	assert_int_equal(
	    settle(world, done, supplier, delivery.comment[0] || delivery.op == ENT_ADD_COMMENT ? NULL : &told),
	    JOB_ACCEPTED);
	return delivery.id;
}

/* An incident of orion's O-1 that telnord shares with its T-1, orion holding the ball. Everything is brought. */
static inline void two_parties(struct world *world)
{
	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-1") > 0);
	while (bring(world, "telnord", "x") || bring(world, "orion", "x"))
		;
	world->now_ms += 120000;
}

/* ---- what must hold ---------------------------------------------------------------------------- */

static inline int64_t ask(struct world *world, const char *sql)
{
	return db_ask(world->read, sql);
}

static inline int64_t n_event(struct world *world, const char *kind)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT count(*) FROM event WHERE kind = $1");
	db_bind_str(stmt, 1, sdk_str(kind));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : -1;
	db_done(stmt);
	return n;
}

static inline void check_sound(struct world *world)
{
	struct sdk_buf report;
	struct ent_err err;
	int64_t findings = -1;

	sdk_buf_init(&report, 100000);
	if (store_check(world->read, &report, &findings, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	if (findings)
		fail_msg("%.*s", ENT_F(sdk_buf_view(&report)));
	sdk_buf_release(&report);
}

struct world_copy {
	struct rebuild *rebuild;
	struct ent_arena *arena;
	struct rebuild_record *at;
	size_t n;
};

static inline bool world_copy_row(void *to, const struct outbox_row *row)
{
	struct world_copy *copy = to;

	if (row->topic == OUTBOX_EVENTS) {
		assert_true(row->key.n > 0 && row->subject.n > 0 && row->partition >= 0);
		copy->at[copy->n++] = (struct rebuild_record){row->seq,
							      row->sequence,
							      row->time_ms,
							      row->recorded_ms,
							      row->partition,
							      event_type(copy->arena, row->kind),
							      sdk_dup(copy->arena, row->json),
							      sdk_dup(copy->arena, row->traceparent)};
	}
	return true;
}

static inline bool world_copy_person(void *to, const struct person_row *row)
{
	struct sdk_buf json;
	struct ent_err err;

	sdk_buf_init(&json, 10000);
	person_record(row, &json);
	if (rebuild_person(to, row->person.ref, sdk_buf_view(&json), &err) != ENT_OK)
		fail_msg("%s", err.msg);
	sdk_buf_release(&json);
	return true;
}

/* Makes a store from this one's stream alone, in the wrong order. */
static inline void rebuild_again(struct world *world)
{
	struct ent_arena *arena = &world->arena.abi;
	int64_t last = outbox_last_seq(world->read), n = 0;
	struct world_copy copy = {.arena = arena, .at = SDK_NEW_N(arena, struct rebuild_record, (size_t)last + 1)};
	struct ent_err err;

	assert_int_equal(outbox_read(world->read, 0, last + 1, world_copy_row, &copy), last);
	remove(world->again);
	if (rebuild_open(world->again, NULL, &world->meta, &world->clock, &world->chance, &copy.rebuild, &err) !=
	    ENT_OK)
		fail_msg("%s", err.msg);
	if (!outbox_people(world->read, -1, INT64_MAX, ENT_ABSENT, world_copy_person, copy.rebuild))
		fail_msg("%s", db_error(world->read));
	for (size_t i = copy.n; i-- > 0;)
		if (rebuild_add(copy.rebuild, &copy.at[i], &err) != ENT_OK)
			fail_msg("%s", err.msg);
	if (rebuild_finish(copy.rebuild, &n, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	rebuild_close(copy.rebuild);
}

/* It holds the same and is sound. */
static inline void check_rebuilt(struct world *world)
{
	char before[65], after[65];
	int64_t findings = -1;
	struct store_meta meta;
	struct db *again = NULL;
	struct sdk_buf report;
	struct ent_err err;

	rebuild_again(world);
	if (store_open_read(world->again, NULL, &again, &meta, &err) != ENT_OK ||
	    store_digest(world->read, before, &err) != ENT_OK || store_digest(again, after, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	if (!world->is_old) /* when shares began to read is not told by a store of version 1 */
		assert_string_equal(before, after);
	sdk_buf_init(&report, 100000);
	assert_int_equal(store_check(again, &report, &findings, &err), ENT_OK);
	if (findings)
		fail_msg("rebuilt: %.*s", ENT_F(sdk_buf_view(&report)));
	sdk_buf_release(&report);
	db_close(again);
}

static inline void check_all(struct world *world)
{
	check_sound(world);
	check_rebuilt(world);
}

#endif
