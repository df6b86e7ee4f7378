/* SPDX-License-Identifier: Apache-2.0 */
/* People with accounts who read a thread: what they have read, and what each of them is told of it. */
#ifndef UNIT_READERS_H
#define UNIT_READERS_H

#include "held.h"

#include "store/users.h"
#include "view/view_list.h"

#define ANA_REF "11111111-0000-4000-8000-000000000001"
#define BEN_REF "11111111-0000-4000-8000-000000000002"
#define OLA_REF "22222222-0000-4000-8000-000000000001"
#define TIM_REF "33333333-0000-4000-8000-000000000001"

static inline struct reader person(struct world *world, const char *ref, const char *organisation, enum role role)
{
	const struct user_change change = {
	    .user = {.ref = sdk_str(ref),
		     .organisation = sdk_str(organisation),
		     .name = sdk_str(ref + 24),
		     .mail = sdk_format(&world->arena.abi, "%s@%s.example", ref + 24, organisation),
		     .language = ENT_STR(""),
		     .time_zone = ENT_STR(""),
		     .state = ENT_STR(USER_ACTIVE),
		     .shows_seen = true,
		     .role = role}};
	struct job job = {.kind = JOB_USER_ADD, .ask.by = ada, .user = &change};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	return (struct reader){.kind = role_is_ours(role) ? READER_OURS : READER_ORGANISATION,
			       .organisation = sdk_str(organisation),
			       .role = role,
			       .ref = sdk_str(ref),
			       .verbs = role_verbs(role)};
}

static inline void set_person(struct world *world, const char *ref, uint32_t has, bool shows_seen, const char *language)
{
	const struct user_change change = {
	    .has = has, .user = {.ref = sdk_str(ref), .shows_seen = shows_seen, .language = sdk_str(language)}};
	struct job job = {.kind = JOB_USER_CHANGE, .ask.by = ada, .user = &change};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

/* As somebody, for those named; it is held when hold_ms is above 0. */
static inline enum job_outcome says(struct world *world, const struct reader *by, const char *uuid, const char *text,
				    const char *audience, int64_t hold_ms)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = *by,
				  .undo_ms = hold_ms}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job.ask.audience));
	return run(world, &job);
}

static inline enum job_outcome has_read(struct world *world, const struct reader *by, int64_t incident,
					const char *uuid)
{
	struct job job = {.kind = JOB_READ, .ask = {.incident = incident, .by = *by}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return run(world, &job);
}

/* ---- what they are told -------------------------------------------------------------------- */

static inline const struct sdk_json *told(struct world *world, const struct reader *reader, int64_t number)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	char text[INCIDENT_NUMBER_SIZE];
	const struct sdk_json *answer;
	struct incident incident;
	struct ent_str json;
	struct ent_err err;

	assert_int_equal(view_find(&view, incident_number(number, text), &incident, &err), ENT_OK);
	assert_int_equal(view_incident(&view, &incident, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return answer;
}

static inline const struct sdk_json *told_of(struct world *world, const struct reader *reader, int64_t number,
					     const char *uuid)
{
	const struct sdk_json *one = sdk_json_first(sdk_json_at(told(world, reader, number), "thread"));

	while (one && !sdk_json_is(one, "id", uuid))
		one = sdk_json_next(one);
	return one;
}

static inline bool is_unread(struct world *world, const struct reader *reader, int64_t number, const char *uuid)
{
	const struct sdk_json *one = told_of(world, reader, number, uuid);

	assert_non_null(one);
	return sdk_json_bool(sdk_json_at(one, "unread"), false);
}

/* Counted in the incident and in lists, and marked in the thread: all three say the same. -1: nothing is counted. */
static inline int64_t n_unread(struct world *world, const struct reader *reader, int64_t number)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	const struct incident_filter filter = {.limit = 100};
	const struct sdk_json *incident = told(world, reader, number), *answer, *one;
	int64_t n = -1, listed = -1, marked = 0;
	struct ent_str json;
	struct ent_err err;

	(void)sdk_json_int(sdk_json_at(incident, "unread"), &n);
	for (one = sdk_json_first(sdk_json_at(incident, "thread")); one; one = sdk_json_next(one))
		marked += sdk_json_bool(sdk_json_at(one, "unread"), false);
	assert_int_equal(view_list(&view, &filter, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	for (one = sdk_json_first(sdk_json_at(answer, "items")); one; one = sdk_json_next(one))
		if (sdk_eq(sdk_json_text_at(one, "number"), sdk_json_text_at(incident, "number")))
			(void)sdk_json_int(sdk_json_at(one, "unread"), &listed);
	assert_int_equal(listed, n);
	assert_int_equal(marked, n < 0 ? 0 : n);
	return n;
}

#endif
