/* SPDX-License-Identifier: Apache-2.0 */
/* A comment of orion's, brought to telnord or on its way there, and one of ours: it is said, edited, removed, narrowed.
 * For the tests of what follows a comment. */
#ifndef UNIT_COMMENT_CHANGES_H
#define UNIT_COMMENT_CHANGES_H

#include "deliveries.h"

/* Orion's comment c1 on O-1, for everyone: the delivery to telnord waits. */
static inline struct delivery said(struct world *world)
{
	two_parties(world);
	assert_int_equal(write_word(world, "orion", "O-1", "c1", "It smokes."), JOB_ACCEPTED);
	return due(world, "telnord");
}

/* Its delivery has left, and nobody knows yet how that ends. */
static inline struct delivery add_under_way(struct world *world)
{
	struct delivery add = said(world);

	assert_int_equal(send(world, add.id, "orion: It smokes."), JOB_ACCEPTED);
	return add;
}

static inline struct delivery brought(struct world *world)
{
	struct delivery delivery = said(world);

	assert_int_equal(bring(world, "telnord", "t77"), delivery.id);
	return load(world, delivery.id);
}

static inline void edit(struct world *world, const char *body)
{
	assert_int_equal(write_word(world, "orion", "O-1", "c1", body), JOB_ACCEPTED);
}

static inline void take_away(struct world *world)
{
	struct ent_change change = word(world, "O-1", "c1", "");

	change.kind = ENT_COMMENT_REMOVED;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static inline void narrow(struct world *world, const char *body)
{
	struct ent_change change = word(world, "O-1", "c1", body);

	change.comment.visibility = ENT_INTERNAL;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static inline int64_t n_of(struct world *world, const char *op)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT count(*) FROM delivery WHERE op = $1 AND comment <> ''");
	db_bind_str(stmt, 1, sdk_str(op));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : -1;
	db_done(stmt);
	return n;
}

/* The last one of that op. */
static inline struct delivery last_of(struct world *world, const char *op)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT id FROM delivery WHERE op = $1 AND comment <> '' ORDER BY id DESC LIMIT 1");
	db_bind_str(stmt, 1, sdk_str(op));
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return load(world, id);
}

static inline void ends(struct world *world, int64_t id, struct delivery_result result)
{
	struct delivery delivery = load(world, id);

	result.id = id;
	result.attempt = delivery.attempt;
	result.due_ms = world->now_ms;
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
}

static const char own_uuid[] = "00000001-0000-4000-8000-000000000001";

/* More are to read it: the list of them is looked at first, and repeated. */
static inline enum job_outcome widen_own(struct world *world, struct job job)
{
	struct job again;
	const char *end;

	job.kind = JOB_COMMENT_WIDEN;
	job.ask.by = reader_ours;
	again = job;
	assert_int_equal(run(world, &job), JOB_CONFLICT);
	end = strstr(job.err.msg, " would read it");
	assert_non_null(end);
	again.ask.readers = sdk_dup(&world->arena.abi, (struct ent_str){job.err.msg, (size_t)(end - job.err.msg)});
	return run(world, &again);
}

static inline enum job_outcome change_own(struct world *world, enum job_kind kind, const char *uuid, const char *body,
					  const char *audience)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = 1,
				  .text = body ? sdk_str(body) : ENT_ABSENT,
				  .has_audience = audience != NULL,
				  .author = {ENT_STR("desk2"), ENT_STR("desk2")}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	if (audience)
		assert_true(audience_words(&world->arena.abi, ENT_STR("us"), sdk_str(audience), &job.ask.audience));
	const struct job asked = job;
	enum job_outcome outcome = run(world, &job);
	return outcome == JOB_CONTENT && audience && !body ? widen_own(world, asked) : outcome;
}

#endif
