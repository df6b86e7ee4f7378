/* SPDX-License-Identifier: Apache-2.0 */
/* People with accounts, of several organisations: what they write, and what is written to them. */
#ifndef UNIT_PEOPLE_HERE_H
#define UNIT_PEOPLE_HERE_H

#include "held.h"

#define REF(x) "00000000-0000-4000-8000-0000000000" x
#define ANN    REF("a1") /* ours */
#define BEN    REF("a2") /* ours */
#define ORA    REF("b1") /* orion */
#define OLE    REF("b2") /* orion */
#define TIM    REF("c1") /* telnord */
#define DAN    REF("d1") /* datacoeur */
#define AT(x)  "<@" x ">"

static inline void add_person(struct world *world, const char *ref, const char *organisation, const char *name)
{
	const bool is_ours = strcmp(organisation, ORGANISATION_OURS) == 0;
	const struct user_change change = {
	    .user = {.ref = sdk_str(ref),
		     .organisation = sdk_str(organisation),
		     .name = sdk_str(name),
		     .mail = sdk_format(&world->arena.abi, "%s@%s.example", name, organisation),
		     .language = ENT_STR(""),
		     .time_zone = ENT_STR(""),
		     .state = ENT_STR(USER_INVITED),
		     .role = is_ours ? ROLE_TECHNICIAN : ROLE_SUPPLIER_TECHNICIAN}};
	struct job job = {.kind = JOB_USER_ADD, .ask.by = ada, .user = &change};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

static inline struct reader person_by(struct world *world, const char *ref)
{
	struct user user;

	if (!users_find(world->read, &world->arena.abi, sdk_str(ref), &user))
		fail_msg("there is no %s", ref);
	const bool is_ours = sdk_eqz(user.organisation, ORGANISATION_OURS);
	return (struct reader){.kind = is_ours ? READER_OURS : READER_ORGANISATION,
			       .organisation = user.organisation,
			       .role = user.role,
			       .ref = sdk_str(ref),
			       .verbs = role_verbs(user.role)};
}

/* All have come in. */
static inline void let_in(struct world *world)
{
	struct db *db = NULL;
	struct ent_err err;

	if (db_open(world->path, DB_WRITE, NULL, &db, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	db_begin(db);
	db_exec(db, "UPDATE account SET state = 'active'");
	assert_true(db_commit(db));
	db_close(db);
}

/* two_parties(), with people of each, and of datacoeur, which takes no part. */
static inline void people_here(struct world *world)
{
	two_parties(world);
	add_person(world, ANN, ORGANISATION_OURS, "Ann");
	add_person(world, BEN, ORGANISATION_OURS, "Ben");
	add_person(world, ORA, "orion", "Ora");
	add_person(world, OLE, "orion", "Ole");
	add_person(world, TIM, "telnord", "Tim");
	add_person(world, DAN, "datacoeur", "Dan");
	let_in(world);
}

/* uuid NULL: one of its own. audience NULL: the narrowest. */
static inline enum job_outcome person_says(struct world *world, const char *ref, const char *uuid, const char *audience,
					   const char *text)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .format = ENT_MARKDOWN,
				  .narrowest = audience == NULL,
				  .by = person_by(world, ref)}};

	if (uuid)
		snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	else
		world->chance.uuid(&world->chance, job.ask.comment_uuid);
	if (audience)
		assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
					   &job.ask.audience));
	return run(world, &job);
}

static inline bool refused_as(const struct world *world, const char *code)
{
	const struct ent_said said = sdk_said(&world->last.err);

	if (sdk_eqz(said.code, code))
		return true;
	print_message("%.*s: %.*s\n", ENT_F(sdk_or_empty(said.code)), ENT_F(sdk_or_empty(said.text)));
	return false;
}

#endif
