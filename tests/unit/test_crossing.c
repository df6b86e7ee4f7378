/* SPDX-License-Identifier: Apache-2.0 */
/* What one part does with another part's rows: drafts, files, mentions, places and duties, through undo, a merge, a
 * split and an erasure. */
#include "people_here.h"

#include "store/drafts.h"
#include "store/notify.h"
#include "view/view_export.h"
#include "view/view_notified.h"
#include "view/view_receipt.h"

#define B_UUID "1b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define FILE_A "2b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define FILE_B "3b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define DRAFT  "6b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define ACT    "a1000000-0000-4000-8000-000000000001"
#define HASH   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* of abc */
#define TEXT   "See the file."

/* ---- what people do ------------------------------------------------------------------------ */

static struct job asks(struct world *world, enum job_kind kind, const char *ref, int64_t incident, const char *uuid)
{
	struct job job = {
	    .kind = kind,
	    .ask = {.incident = incident, .staged_max = 1000, .format = ENT_MARKDOWN, .by = person_by(world, ref)}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return job;
}

static void meant_for(struct world *world, struct job *job, const char *audience)
{
	job->ask.has_audience = true;
	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job->ask.audience));
}

static enum job_outcome uploads(struct world *world, const char *ref, int64_t incident, const char *id)
{
	struct upload_row row = {.name = ENT_STR("trace.log"),
				 .media_type = ENT_STR("text/plain"),
				 .size = 3,
				 .sha256 = HASH,
				 .state = UPLOAD_KEPT};
	struct job job = asks(world, JOB_UPLOAD, ref, incident, id);

	job.upload = &row;
	return run(world, &job);
}

static enum job_outcome drafts(struct world *world, const char *ref, int64_t incident, const char *audience)
{
	struct job job = asks(world, JOB_DRAFT_SAVE, ref, incident, DRAFT);

	job.ask.is_new = true;
	job.ask.text = ENT_STR(TEXT);
	meant_for(world, &job, audience);
	return run(world, &job);
}

/* A comment with all of it: the draft that it was, a file, and words that may mention somebody. */
static enum job_outcome sends(struct world *world, int64_t incident, const char *audience, const char *file,
			      const char *text)
{
	const struct ent_str id = sdk_str(file);
	struct job job = asks(world, JOB_COMMENT, ANN, incident, A_UUID);

	job.ask.text = sdk_str(text);
	job.ask.attachment = &id;
	job.ask.n_attachment = 1;
	job.ask.undo_ms = UNDO_MS;
	snprintf(job.ask.draft, ID_SIZE, "%s", DRAFT);
	meant_for(world, &job, audience);
	return run(world, &job);
}

static enum job_outcome pairs(struct world *world, enum job_kind kind, int64_t incident, int64_t other)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = incident, .other = other, .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	return run(world, &job);
}

static enum job_outcome takes(struct world *world, const char *ref, int64_t incident)
{
	struct job job = asks(world, JOB_TAKE, ref, incident, "");

	job.ask.accepts = true;
	return run(world, &job);
}

/* The second incident: datacoeur's ticket, shared with nobody else. */
static void two_incidents(struct world *world)
{
	people_here(world);
	assert_int_equal(tell(world, "datacoeur", "D-1", "new"), JOB_ACCEPTED);
	world->now_ms += 2000;
}

/* ---- one comment ------------------------------------------------------------------------------ */

static void check_unused(struct world *world)
{
	assert_int_equal(count(world, "draft", "text = '" TEXT "' AND version = 1"), 1);
	assert_int_equal(count(world, "upload", "id = '" FILE_A "' AND state = 'kept'"), 1);
	assert_int_equal(count(world, "attachment", "1"), 0);
	assert_int_equal(count(world, "comment", "1"), 0);
	assert_int_equal(count(world, "mention", "1"), 0);
	assert_int_equal(count(world, "follow", "1"), 0);
	assert_int_equal(count(world, "notified", "1"), 0);
}

/* Whatever it is refused for, the draft and the file are there for the next try. */
static void test_refused_as_one(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(drafts(world, ANN, 1, "orion"), JOB_ACCEPTED);
	assert_int_equal(uploads(world, ANN, 1, FILE_A), JOB_ACCEPTED);
	assert_int_equal(sends(world, 1, "orion", FILE_A, "Look, " AT(TIM)), JOB_CONTENT);
	assert_true(refused_as(world, "mention.outside"));
	check_unused(world);
	assert_int_equal(sends(world, 1, "orion", FILE_B, "Look, " AT(ORA)), JOB_CONTENT);
	assert_true(refused_as(world, "upload.not_yours"));
	check_unused(world);
	assert_int_equal(sends(world, 1, "telnord", FILE_A, "Look, " AT(TIM)), JOB_CONFLICT);
	assert_true(refused_as(world, "ask.draft_other_readers"));
	check_unused(world);
	assert_int_equal(sends(world, 1, "orion", FILE_A, "Look, " AT(ORA)), JOB_ACCEPTED);
	assert_int_equal(count(world, "draft", "1"), 0);
	assert_int_equal(count(world, "upload", "1"), 0);
	assert_int_equal(count(world, "attachment", "comment = '" A_UUID "'"), 1);
	assert_int_equal(count(world, "mention", "account = '" ORA "'"), 1);
	check_all(world);
}

/* Both come back, and can be sent again as they are. */
static void test_undo_gives_both_back(void **state)
{
	struct world *world = *state;
	struct job undo;
	char sql[200];

	people_here(world);
	assert_int_equal(drafts(world, ANN, 1, "orion"), JOB_ACCEPTED);
	assert_int_equal(uploads(world, ANN, 1, FILE_A), JOB_ACCEPTED);
	assert_int_equal(sends(world, 1, "orion", FILE_A, TEXT " " AT(ORA)), JOB_ACCEPTED);
	undo = asks(world, JOB_COMMENT_UNDO, ANN, 1, A_UUID);
	assert_int_equal(run(world, &undo), JOB_ACCEPTED);
	snprintf(sql, sizeof sql, "id = '%s' AND account = '" ANN "' AND organisations = 'orion,us'",
		 world->last.ask.draft);
	assert_int_equal(count(world, "draft", sql), 1);
	assert_int_equal(count(world, "draft", "instr(text, '" TEXT " " AT(ORA) "') = 1"), 1);
	assert_int_equal(count(world, "upload", "id = '" FILE_A "' AND asker = '" ANN "' AND incident = 1"), 1);
	assert_int_equal(count(world, "attachment", "1"), 0);
	assert_int_equal(count(world, "notified", "1"), 0);
	check_all(world);
	const struct ent_str id = ENT_STR(FILE_A);
	struct job again = asks(world, JOB_COMMENT, ANN, 1, B_UUID);
	again.ask.text = ENT_STR(TEXT " " AT(ORA));
	again.ask.attachment = &id;
	again.ask.n_attachment = 1;
	snprintf(again.ask.draft, ID_SIZE, "%s", world->last.ask.draft);
	meant_for(world, &again, "orion");
	assert_int_equal(run(world, &again), JOB_ACCEPTED);
	assert_int_equal(count(world, "draft", "1"), 0);
	assert_int_equal(count(world, "attachment", "comment = '" B_UUID "'"), 1);
	check_all(world);
}

/* ---- a merge and a split ------------------------------------------------------------------------ */

/* What was begun in the second incident is sent from the first while they are one, and from the second after it. */
static void test_drafts_and_files(void **state)
{
	struct world *world = *state;
	struct job drop;

	two_incidents(world);
	assert_int_equal(drafts(world, ANN, 2, "internal"), JOB_ACCEPTED);
	assert_int_equal(uploads(world, ANN, 2, FILE_A), JOB_ACCEPTED);
	assert_int_equal(sends(world, 1, "internal", FILE_A, TEXT), JOB_CONTENT);
	assert_int_equal(pairs(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(uploads(world, ANN, 2, FILE_B), JOB_ACCEPTED); /* its head came before the merge */
	assert_int_equal(count(world, "upload", "incident = 1"), 2);
	drop = asks(world, JOB_UPLOAD_DROP, ANN, 2, FILE_B);
	assert_int_equal(run(world, &drop), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "1"), 1);
	assert_int_equal(pairs(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "incident = 2"), 1);
	assert_int_equal(sends(world, 1, "internal", FILE_A, TEXT), JOB_CONTENT);
	assert_int_equal(count(world, "draft", "incident = 2"), 1);
	assert_int_equal(sends(world, 2, "internal", FILE_A, TEXT), JOB_ACCEPTED);
	check_all(world);
}

static void test_undone_while_they_are_one(void **state)
{
	struct world *world = *state;
	struct job undo;

	two_incidents(world);
	assert_int_equal(drafts(world, ANN, 2, "datacoeur"), JOB_ACCEPTED);
	assert_int_equal(uploads(world, ANN, 2, FILE_A), JOB_ACCEPTED);
	assert_int_equal(sends(world, 2, "datacoeur", FILE_A, TEXT), JOB_ACCEPTED);
	assert_int_equal(pairs(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	undo = asks(world, JOB_COMMENT_UNDO, ANN, 1, A_UUID);
	assert_int_equal(run(world, &undo), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "incident = 1"), 1);
	assert_int_equal(pairs(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_int_equal(count(world, "upload", "incident = 2"), 1);
	assert_int_equal(count(world, "draft", "incident = 2"), 1);
	check_all(world);
}

static void test_who_has_it(void **state)
{
	struct world *world = *state;

	two_incidents(world);
	assert_int_equal(takes(world, BEN, 2), JOB_ACCEPTED);
	assert_int_equal(pairs(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(count(world, "taken", "incident = 1"), 1);
	check_all(world);
	assert_int_equal(pairs(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_int_equal(count(world, "taken", "incident = 2 AND account = '" BEN "'"), 1);
	assert_int_equal(takes(world, ANN, 1), JOB_ACCEPTED);
	assert_int_equal(pairs(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(pairs(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_int_equal(count(world, "taken", "incident = 1 AND account = '" ANN "'"), 1);
	assert_int_equal(count(world, "taken", "incident = 2 AND account = '" BEN "'"), 1);
	check_all(world);
}

/* Of the inbox: "2 mention unread". */
static const char *inbox(struct world *world, const char *ref)
{
	const struct reader reader = person_by(world, ref);
	const struct view view = {world->read, &world->arena.abi, &reader, world->suppliers};
	struct ent_str json, said = ENT_STR("");
	const struct sdk_json *all;
	struct ent_err err;

	assert_int_equal(view_notified(&view, false, ENT_ABSENT, 50, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &all, &err), ENT_OK);
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(all, "items")); one; one = sdk_json_next(one))
		said =
		    sdk_format(view.arena, "%.*s%.*s %.*s%s\n", ENT_F(said),
			       ENT_F(sdk_json_text_at(one, "incident")), ENT_F(sdk_json_text_at(one, "reason")),
			       sdk_json_bool(sdk_json_at(one, "unread"), false) ? " unread" : "");
	return sdk_z(view.arena, said);
}

static bool has_receipts(struct world *world, int64_t incident, const char *uuid)
{
	const struct reader reader = person_by(world, ANN);
	const struct view view = {world->read, &world->arena.abi, &reader, world->suppliers};
	struct ent_str json;
	struct ent_err err;

	return view_receipt(&view, incident, sdk_str(uuid), &json, &err) == ENT_OK &&
	       memmem(json.p, json.n, "datacoeur", 9) != NULL;
}

/* Words that a split moved are told of where they stand, and are as read as before. */
static void test_words_that_move(void **state)
{
	struct world *world = *state;
	struct job job, read;

	two_incidents(world);
	job = asks(world, JOB_COMMENT, ANN, 2, A_UUID);
	job.ask.text = ENT_STR("Here, " AT(DAN));
	meant_for(world, &job, "datacoeur");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_string_equal(inbox(world, DAN), "ENT-000002 mention unread\n");
	assert_int_equal(pairs(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_string_equal(inbox(world, DAN), "ENT-000001 mention unread\n");
	assert_true(has_receipts(world, 1, A_UUID));
	assert_int_equal(pairs(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_string_equal(inbox(world, DAN), "ENT-000002 mention unread\n");
	assert_true(has_receipts(world, 2, A_UUID));
	assert_false(has_receipts(world, 1, A_UUID));
	assert_int_equal(pairs(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	world->now_ms += 1000;
	read = asks(world, JOB_READ, DAN, 1, A_UUID);
	assert_int_equal(run(world, &read), JOB_ACCEPTED);
	assert_string_equal(inbox(world, DAN), "ENT-000001 mention\n");
	assert_int_equal(pairs(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_string_equal(inbox(world, DAN), "ENT-000002 mention\n");
	check_all(world);
}

/* ---- acts ------------------------------------------------------------------------------------------ */

/* An answer that a tool tells is one for who asked; whoever may not read it hears nothing of it. */
static void test_a_told_answer(void **state)
{
	struct world *world = *state;
	struct ent_change change;
	struct job job, follow;

	people_here(world);
	follow = asks(world, JOB_FOLLOW, TIM, 1, "");
	follow.ask.text = ENT_STR("followed");
	assert_int_equal(run(world, &follow), JOB_ACCEPTED);
	follow.ask.by = person_by(world, OLE);
	assert_int_equal(run(world, &follow), JOB_ACCEPTED);
	job = asks(world, JOB_ACT_BEGIN, ANN, 1, ACT);
	job.ask.text = ENT_STR("Since when?");
	job.ask.act = (struct act){.kind = ACT_QUESTION, .to = ENT_STR("orion")};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	change = word(world, "O-1", "c1", "Since nine.");
	change.kind = ENT_ACT;
	change.act = (struct ent_act){.kind = ENT_ASK_ANSWERED, .id = ENT_STR(ACT)};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_false(world->last.has_letter);
	assert_string_equal(inbox(world, ANN), "ENT-000001 answer unread\n");
	assert_int_equal(count(world, "notified",
			       "account = '" ANN "' AND about = (SELECT uuid FROM comment WHERE "
			       "external_id = 'c1')"),
			 1);
	assert_int_equal(count(world, "notified", "account = '" OLE "' AND reason = 5"), 2);
	assert_int_equal(count(world, "notified", "account = '" TIM "'"), 0);
	check_all(world);
}

/* ---- a person ---------------------------------------------------------------------------------------- */

static void test_who_takes_it_follows_it(void **state)
{
	struct world *world = *state;
	struct job mute;

	people_here(world);
	assert_int_equal(takes(world, TIM, 1), JOB_ACCEPTED);
	assert_int_equal(count(world, "follow", "account = '" TIM "' AND incident = 1 AND state = 'followed'"), 1);
	mute = asks(world, JOB_FOLLOW, BEN, 1, "");
	mute.ask.text = ENT_STR("muted");
	assert_int_equal(run(world, &mute), JOB_ACCEPTED);
	assert_int_equal(takes(world, BEN, 1), JOB_ACCEPTED);
	assert_int_equal(count(world, "follow", "account = '" BEN "' AND state = 'muted'"), 1);
	assert_int_equal(takes(world, ANN, 1), JOB_CONFLICT);
	assert_int_equal(count(world, "follow", "account = '" ANN "'"), 0);
}

static const char *exported(struct world *world, const struct reader *reader, const char *ref)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	struct ent_str json;
	struct ent_err err;

	if (view_export(&view, sdk_str(ref), ENT_ABSENT, 0, &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return sdk_z(view.arena, json);
}

/* Ann has taken, follows, has read, is told of something, and has a draft and a file that nobody has seen. */
static void ann_does(struct world *world)
{
	struct job job;

	people_here(world);
	assert_int_equal(takes(world, ANN, 1), JOB_ACCEPTED);
	assert_int_equal(drafts(world, ANN, 1, "orion"), JOB_ACCEPTED);
	assert_int_equal(uploads(world, ANN, 1, FILE_A), JOB_ACCEPTED);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", "It is so."), JOB_ACCEPTED);
	assert_int_equal(person_says(world, BEN, B_UUID, "internal", "Is it, " AT(ANN) "?"), JOB_ACCEPTED);
	job = asks(world, JOB_READ, ANN, 1, B_UUID);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	job = asks(world, JOB_NOTIFIED_READ, ANN, 1, "");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

static const char *const private_of[] = {"draft", "upload", "reading_place", "follow", "notified", "notified_read"};

static void test_what_is_told_of_a_person(void **state)
{
	struct world *world = *state;
	char none[100];

	ann_does(world);
	const struct reader ann = person_by(world, ANN), ben = person_by(world, BEN), tim = person_by(world, TIM);
	for (size_t i = 0; i < sizeof private_of / sizeof *private_of; i++) {
		snprintf(none, sizeof none, "{\"table\":\"%s\",\"rows\":[]", private_of[i]);
		assert_null(strstr(exported(world, &ann, ANN), none));
		assert_non_null(strstr(exported(world, &ben, ANN), none));
	}
	assert_null(strstr(exported(world, &ben, ANN), "{\"table\":\"taken\",\"rows\":[]"));
	assert_non_null(strstr(exported(world, &tim, ANN), "{\"table\":\"taken\",\"rows\":[]"));
	assert_null(strstr(exported(world, &ben, ANN), "{\"table\":\"mention\",\"rows\":[]"));
	assert_non_null(strstr(exported(world, &tim, ANN), "{\"table\":\"mention\",\"rows\":[]"));
}

static void test_a_person_is_erased(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_PERSON_ERASE, .ask.by = ada};
	char where[200];

	ann_does(world);
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", ANN);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	pass(world, 0);
	for (size_t i = 0; i < sizeof private_of / sizeof *private_of; i++) {
		snprintf(where, sizeof where, "%s = '" ANN "'",
			 strcmp(private_of[i], "upload") == 0 ? "asker" : "account");
		assert_int_equal(count(world, private_of[i], where), 0);
	}
	assert_int_equal(count(world, "loose", "sha256 = '" HASH "'"), 1);
	assert_int_equal(count(world, "taken", "1"), 0);
	assert_int_equal(n_event(world, "incident.taken"), 2); /* it is given back */
	assert_int_equal(count(world, "comment", "body = 'It is so.' AND author = '" ANN "'"), 1);
	assert_int_equal(count(world, "mention", "account = '" ANN "'"), 1);
	assert_int_equal(takes(world, BEN, 1), JOB_ACCEPTED);
	check_all(world);
}

#define CROSSING_TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CROSSING_TEST(test_refused_as_one),
	    CROSSING_TEST(test_undo_gives_both_back),
	    CROSSING_TEST(test_drafts_and_files),
	    CROSSING_TEST(test_undone_while_they_are_one),
	    CROSSING_TEST(test_who_has_it),
	    CROSSING_TEST(test_words_that_move),
	    CROSSING_TEST(test_a_told_answer),
	    CROSSING_TEST(test_who_takes_it_follows_it),
	    CROSSING_TEST(test_what_is_told_of_a_person),
	    CROSSING_TEST(test_a_person_is_erased),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
