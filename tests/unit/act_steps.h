/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of tests about acts: a person of ours begins, answers and ends them. */
#ifndef UNIT_ACT_STEPS_H
#define UNIT_ACT_STEPS_H

#include "deliveries.h"

#include "core/wording.h"
#include "store/acts.h"

#define HOUR_MS 3600000
#define A1      "a1000000-0000-4000-8000-000000000001"
#define A2      "a1000000-0000-4000-8000-000000000002"
#define A3      "a1000000-0000-4000-8000-000000000003"
#define A4      "a1000000-0000-4000-8000-000000000004"

/* ---- steps -------------------------------------------------------------------------------- */

static inline struct job job_of(enum job_kind kind, const char *uuid, const char *text)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = 1, .text = sdk_str(text), .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return job;
}

static inline enum job_outcome begin(struct world *world, enum act_kind kind, const char *uuid, const char *to,
				     int64_t due_ms)
{
	struct job job = job_of(JOB_ACT_BEGIN, uuid, "Is the port up?");

	job.ask.act = (struct act){.kind = kind, .to = sdk_str(to), .due_ms = due_ms};
	return run(world, &job);
}

static inline enum job_outcome answer(struct world *world, enum act_kind kind, const char *act, const char *uuid,
				      bool accepts, const char *text)
{
	struct job job = job_of(JOB_ACT_ANSWER, uuid, text);

	job.ask.act.kind = kind;
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", act);
	job.ask.accepts = accepts;
	return run(world, &job);
}

static inline enum job_outcome end(struct world *world, enum act_kind kind, const char *act)
{
	struct job job = job_of(JOB_ACT_END, "", NULL);

	job.ask.act.kind = kind;
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", act);
	return run(world, &job);
}

/* Time passes; what is due runs. */
static inline void wait_ms(struct world *world, int64_t ms)
{
	struct ent_err err;

	world->now_ms += ms;
	if (writer_step(world->writer, &err) == ENT_EINVAL)
		fail_msg("%s", err.msg);
}

static inline void stands(struct world *world, const char *uuid, const char *state)
{
	struct act act;

	assert_true(acts_load(world->read, &world->arena.abi, sdk_str(uuid), &act));
	assert_string_equal(act_state_word(act.state), state);
}

/* The text that goes to a supplier's tool for a comment. */
static inline struct ent_str text_for(struct world *world, const char *uuid, const char *supplier)
{
	struct ent_arena *arena = &world->arena.abi;
	struct comment comment;

	assert_true(comment_by_uuid(world->read, arena, sdk_str(uuid), &comment));
	return wording_comment(arena, world->suppliers, wording_language(world->suppliers, sdk_str(supplier)),
			       &comment);
}

static inline void holds(struct world *world, const char *organisation)
{
	struct incident incident;

	assert_true(incident_load(world->read, &world->arena.abi, 1, &incident));
	assert_true(sdk_eqz(incident.holder, organisation));
}

static inline bool goes_to(struct world *world, const char *uuid, const char *supplier)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT 1 FROM delivery WHERE comment = $1 AND supplier = $2");

	db_bind_str(stmt, 1, sdk_str(uuid));
	db_bind_str(stmt, 2, sdk_str(supplier));
	return db_found(stmt);
}

#endif
