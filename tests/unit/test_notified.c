/* SPDX-License-Identifier: Apache-2.0 */
/* The inbox: what people are told of, once, never of what they did, and never of what they may not read. */
#include "people_here.h"

#include "store/notify.h"
#include "view/view_notified.h"

#define TOLD_UUID "a1000000-0000-4000-8000-0000000000"

/* ---- what stands in it --------------------------------------------------------------------- */

static struct ent_str inbox_json(struct world *world, const char *ref, bool unread_only, struct ent_str cursor,
				 int limit)
{
	struct reader *reader = SDK_NEW(&world->arena.abi, struct reader);
	struct ent_str json = ENT_STR("");
	struct ent_err err;

	*reader = person_by(world, ref);
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	if (view_notified(&view, unread_only, cursor, limit, &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return json;
}

static const struct sdk_json *parsed(struct world *world, struct ent_str text)
{
	const struct sdk_json *json;
	struct ent_err err;

	if (sdk_json_parse(&world->arena.abi, text, &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return json;
}

/* The reasons, the newest first, with a + where it is unread: "mention+ ask". */
static const char *inbox_of(struct world *world, const char *ref)
{
	const struct sdk_json *all = parsed(world, inbox_json(world, ref, false, ENT_ABSENT, 50));
	struct ent_str said = ENT_STR("");
	int64_t n = 0, told = -1;

	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(all, "items")); one; one = sdk_json_next(one)) {
		bool unread = sdk_json_bool(sdk_json_at(one, "unread"), false);
		n += unread;
		said = sdk_format(&world->arena.abi, "%.*s%s%.*s%s", ENT_F(said), said.n ? " " : "",
				  ENT_F(sdk_json_text_at(one, "reason")), unread ? "+" : "");
	}
	assert_true(sdk_json_int(sdk_json_at(all, "unread"), &told));
	assert_int_equal(told, n);
	return sdk_z(&world->arena.abi, said);
}

static void check_inbox(struct world *world, const char *ref, const char *expected, int line)
{
	const char *got = inbox_of(world, ref);

	if (strcmp(got, expected) != 0)
		fail_msg("line %d: \"%s\", not \"%s\"", line, got, expected);
}
#define CHECK(ref, expected) check_inbox(world, ref, expected, __LINE__)

static enum job_outcome person_does(struct world *world, enum job_kind kind, const char *ref, const char *uuid,
				    const char *text)
{
	struct job job = {.kind = kind, .ask = {.incident = 1, .by = person_by(world, ref)}};

	if (text)
		job.ask.text = sdk_str(text);
	if (uuid)
		snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return run(world, &job);
}

static enum job_outcome person_begins(struct world *world, const char *ref, const char *uuid, enum act_kind kind,
				      const char *to, const char *text)
{
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .by = person_by(world, ref),
				  .act = {.kind = kind, .to = sdk_str(to)}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	if (kind == ACT_PROMISE)
		job.ask.act.due_ms = world->now_ms + 60000;
	return run(world, &job);
}

static enum job_outcome person_answers(struct world *world, const char *ref, const char *act, enum act_kind kind,
				       const char *text)
{
	struct job job = {.kind = JOB_ACT_ANSWER,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .by = person_by(world, ref),
				  .act = {.kind = kind},
				  .accepts = true}};

	snprintf(job.ask.act.uuid, ID_SIZE, "%s", act);
	world->chance.uuid(&world->chance, job.ask.comment_uuid);
	return run(world, &job);
}

/* ---- tests ------------------------------------------------------------------------------------ */

/* Three rules match, one entry stands: the writer follows, is answered and is mentioned. */
static void test_once(void **state)
{
	struct world *world = *state;
	struct job reply = {.kind = JOB_COMMENT,
			    .ask = {.incident = 1,
				    .text = ENT_STR("It is done, " AT(ANN) " " AT(BEN) "."),
				    .audience = {.organisations = ENT_STR("orion,us")},
				    .reply_to = A_UUID}};

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", "Is it?"), JOB_ACCEPTED);
	CHECK(ANN, ""); /* its own act */
	reply.ask.by = person_by(world, ORA);
	assert_int_equal(run(world, &reply), JOB_ACCEPTED);
	CHECK(ANN, "mention+");
	CHECK(BEN, "mention+");
	CHECK(ORA, "");
	CHECK(OLE, "");
	CHECK(TIM, "");
	assert_int_equal(person_says(world, ORA, NULL, "us", "And closed."), JOB_ACCEPTED);
	CHECK(ANN, "followed+ mention+");
	CHECK(BEN, "followed+ mention+"); /* a mention makes one follow */
	check_all(world);
}

static void test_answered(void **state)
{
	struct world *world = *state;
	struct job reply = {.kind = JOB_COMMENT,
			    .ask = {.incident = 1,
				    .text = ENT_STR("Yes."),
				    .audience = {.organisations = ENT_STR("orion,us")},
				    .reply_to = A_UUID}};

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", "Is it?"), JOB_ACCEPTED);
	reply.ask.by = person_by(world, ORA);
	assert_int_equal(run(world, &reply), JOB_ACCEPTED);
	CHECK(ANN, "answer+");
}

/* Asks and hand-overs are for an organisation, answers for who asked. */
static void test_acts(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_begins(world, ANN, TOLD_UUID "01", ACT_QUESTION, "telnord", "Which port?"),
			 JOB_ACCEPTED);
	CHECK(TIM, "ask+");
	CHECK(ORA, "");
	CHECK(ANN, "");
	assert_int_equal(person_answers(world, TIM, TOLD_UUID "01", ACT_QUESTION, "Port 7, " AT(BEN)), JOB_ACCEPTED);
	CHECK(ANN, "answer+");
	CHECK(BEN, "mention+");
	assert_int_equal(person_begins(world, BEN, TOLD_UUID "02", ACT_HANDOVER, "telnord", "Yours, " AT(TIM)),
			 JOB_ACCEPTED);
	CHECK(TIM, "mention+ ask+"); /* once, and not as "handover" as well */
	assert_int_equal(person_begins(world, TIM, TOLD_UUID "03", ACT_PROMISE, "", "News soon."), JOB_ACCEPTED);
	CHECK(TIM, "mention+ ask+");
	CHECK(ORA, "");
	pass(world, 60000);
	CHECK(TIM, "promise+ mention+ ask+");
	check_all(world);
}

/* A held comment tells of itself when it is published; one that is undone never does. */
static void test_held(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = ENT_STR("Look, " AT(ORA) " " AT(BEN)),
				  .audience = {.organisations = ENT_STR("orion,us")},
				  .comment_uuid = A_UUID,
				  .undo_ms = UNDO_MS}};

	people_here(world);
	job.ask.by = person_by(world, ANN);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	CHECK(ORA, "");
	CHECK(BEN, "");
	assert_int_equal(count(world, "notified", "1"), 0);
	pass(world, UNDO_MS);
	CHECK(ORA, "mention+");
	CHECK(BEN, "mention+");
	snprintf(job.ask.comment_uuid, ID_SIZE, TOLD_UUID "09");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(person_does(world, JOB_COMMENT_UNDO, ANN, TOLD_UUID "09", NULL), JOB_ACCEPTED);
	pass(world, 2 * UNDO_MS);
	CHECK(ORA, "mention+");
}

/* Nothing of what a person may not read: neither words, nor titles, nor counts, nor that something was there. */
static void test_rights(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_says(world, ORA, NULL, "us", "I follow."), JOB_ACCEPTED);
	assert_int_equal(person_says(world, TIM, NULL, "us", "I follow."), JOB_ACCEPTED);
	assert_int_equal(person_says(world, ANN, NULL, "internal", WORDS), JOB_ACCEPTED);
	assert_int_equal(person_says(world, ANN, NULL, "telnord", WORDS), JOB_ACCEPTED);
	assert_int_equal(count(world, "notified", "account = '" ORA "'"), 0); /* asked when it is filled */
	CHECK(ORA, "");
	CHECK(TIM, "followed+");
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", "Look, " AT(ORA)), JOB_ACCEPTED);
	assert_int_equal(person_begins(world, ANN, TOLD_UUID "01", ACT_QUESTION, "orion", "Which port?"), JOB_ACCEPTED);
	CHECK(ORA, "ask+ mention+");
	struct ent_str before = inbox_json(world, ORA, false, ENT_ABSENT, 50);
	assert_non_null(memmem(before.p, before.n, "@Ora", 4));
	assert_int_equal(unshare(world, 1, "orion"), JOB_ACCEPTED); /* and when it is read */
	assert_true(
	    sdk_eqz(inbox_json(world, ORA, false, ENT_ABSENT, 50), "{\"items\":[],\"next\":null,\"unread\":0}"));
	assert_true(
	    sdk_eqz(inbox_json(world, DAN, false, ENT_ABSENT, 50), "{\"items\":[],\"next\":null,\"unread\":0}"));
}

static void test_changed(void **state)
{
	struct world *world = *state;
	struct job edit = {.kind = JOB_COMMENT_EDIT,
			   .ask = {.incident = 1, .text = ENT_STR(AT(OLE) " " AT(ORA)), .comment_uuid = A_UUID}};

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", AT(ORA)), JOB_ACCEPTED);
	assert_int_equal(person_does(world, JOB_READ, ORA, A_UUID, NULL), JOB_ACCEPTED);
	CHECK(ORA, "mention");
	edit.ask.by = person_by(world, ANN);
	assert_int_equal(run(world, &edit), JOB_ACCEPTED);
	CHECK(OLE, "mention+"); /* who is mentioned newly, and nobody again */
	CHECK(ORA, "mention");
	assert_int_equal(person_does(world, JOB_COMMENT_REMOVE, ANN, A_UUID, NULL), JOB_ACCEPTED);
	CHECK(ORA, "");
	CHECK(OLE, "");
}

static void test_read(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", AT(ORA)), JOB_ACCEPTED);
	assert_int_equal(person_says(world, ANN, TOLD_UUID "02", "orion", AT(ORA) AT(OLE)), JOB_ACCEPTED);
	CHECK(ORA, "mention+ mention+");
	assert_int_equal(person_does(world, JOB_READ, ORA, A_UUID, NULL), JOB_ACCEPTED);
	CHECK(ORA, "mention+ mention");
	assert_int_equal(parsed(world, inbox_json(world, ORA, true, ENT_ABSENT, 50)) ? 1 : 0, 1);
	assert_int_equal(
	    sdk_json_count(sdk_json_at(parsed(world, inbox_json(world, ORA, true, ENT_ABSENT, 50)), "items")), 1);
	assert_int_equal(person_does(world, JOB_READ, ORA, TOLD_UUID "02", NULL), JOB_ACCEPTED);
	CHECK(ORA, "mention mention");
	CHECK(OLE, "mention+");
	assert_int_equal(person_does(world, JOB_NOTIFIED_READ, OLE, NULL, NULL), JOB_ACCEPTED);
	CHECK(OLE, "mention");
}

static void test_follow_and_mute(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_does(world, JOB_FOLLOW, BEN, NULL, "followed"), JOB_ACCEPTED);
	assert_int_equal(person_does(world, JOB_FOLLOW, DAN, NULL, "followed"), JOB_NOT_FOUND);
	assert_int_equal(person_says(world, ANN, NULL, "internal", "one"), JOB_ACCEPTED);
	CHECK(BEN, "followed+");
	assert_int_equal(person_does(world, JOB_FOLLOW, BEN, NULL, "muted"), JOB_ACCEPTED);
	CHECK(BEN, "");                                                                   /* nor what came before */
	assert_int_equal(person_says(world, BEN, NULL, "internal", "two"), JOB_ACCEPTED); /* it stays muted */
	assert_int_equal(person_says(world, ANN, NULL, "internal", "three"), JOB_ACCEPTED);
	CHECK(BEN, "");
	assert_int_equal(person_says(world, ANN, NULL, "internal", "four " AT(BEN)), JOB_ACCEPTED);
	CHECK(BEN, "mention+"); /* but whoever names it is heard */
	assert_int_equal(person_does(world, JOB_FOLLOW, BEN, NULL, ""), JOB_ACCEPTED);
	assert_int_equal(count(world, "follow", "account = '" BEN "'"), 0);
	assert_int_equal(write_word(world, "orion", "O-1", "c1", "from a tool"), JOB_ACCEPTED);
	CHECK(ANN, "followed+ followed+"); /* also what a tool tells */
	CHECK(BEN, "mention+ followed+");  /* what it followed then */
}

/* 300 people of `organisation` follow it, later than everybody else. */
static void crowd(struct world *world, const char *organisation)
{
	struct db *db = NULL;
	struct ent_err err;

	if (db_open(world->path, DB_WRITE, NULL, &db, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	db_begin(db);
	struct db_stmt *stmt = db_use(
	    db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO account "
		"(ref, organisation, role, name, mail, language, time_zone, state, made_ms, seen_ms, shows_seen, "
		"password, issuer, subject) SELECT 'of ' || $1 || i, $1, 'supplier_technician', 'x', '', '', '', "
		"'active', 0, 0, 0, '', '', '' FROM n");
	db_bind_str(stmt, 1, sdk_str(organisation));
	(void)db_row(stmt);
	db_exec(db, "INSERT INTO follow (account, incident, state, since_ms) SELECT ref, 1, 'followed', 9000000000000 "
		    "FROM account WHERE name = 'x' ON CONFLICT DO NOTHING");
	assert_true(db_commit(db));
	db_close(db);
}

/* A crowd of those who do not read it, or of another organisation, takes nobody's place. */
static void test_a_crowd_follows(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_does(world, JOB_FOLLOW, BEN, NULL, "followed"), JOB_ACCEPTED);
	assert_int_equal(person_does(world, JOB_FOLLOW, TIM, NULL, "followed"), JOB_ACCEPTED);
	crowd(world, "datacoeur"); /* takes no part */
	crowd(world, "orion");
	assert_int_equal(person_says(world, ANN, NULL, "everyone", "one"), JOB_ACCEPTED);
	CHECK(BEN, "followed+");
	CHECK(TIM, "followed+");
	assert_int_equal(count(world, "notified", "account LIKE 'of orion%'"), NOTIFY_FOLLOWERS);
	assert_int_equal(count(world, "notified", "account LIKE 'of datacoeur%'"), 0);
}

static void test_pages(void **state)
{
	struct world *world = *state;
	char seen[256] = "";
	struct ent_str cursor = ENT_ABSENT;
	int n = 0;

	people_here(world);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    person_says(world, ANN, NULL, "orion",
				sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, AT(ORA) " no%d", i))),
		    JOB_ACCEPTED);
	do {
		const struct sdk_json *page = parsed(world, inbox_json(world, ORA, false, cursor, 2));

		for (const struct sdk_json *one = sdk_json_first(sdk_json_at(page, "items")); one;
		     one = sdk_json_next(one))
			snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s ",
				 ENT_F(sdk_json_text_at(one, "text")));
		cursor = sdk_json_text_at(page, "next");
	} while (cursor.n && n++ < 10);
	assert_string_equal(seen, "@Ora no4 @Ora no3 @Ora no2 @Ora no1 @Ora no0 ");
}

/* Private to the person: a store that is rebuilt from the stream knows the mentions, and whom they were for. */
static void test_merged(void **state)
{
	struct world *world = *state;
	struct ent_change both;

	people_here(world);
	assert_int_equal(person_does(world, JOB_FOLLOW, BEN, NULL, "muted"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "datacoeur", "D-1", "new"), JOB_ACCEPTED);
	world->now_ms += 2000;
	struct job job = {.kind = JOB_FOLLOW,
			  .ask = {.incident = 2, .text = ENT_STR("followed"), .by = person_by(world, DAN)}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	struct job other = {.kind = JOB_COMMENT,
			    .ask = {.incident = 2,
				    .text = ENT_STR("Here, " AT(DAN)),
				    .audience = {.organisations = ENT_STR("datacoeur,us")},
				    .by = person_by(world, BEN)}};
	assert_int_equal(run(world, &other), JOB_ACCEPTED);
	CHECK(DAN, "mention+");
	both = ticket(world, "D-1", "new", NULL);
	both.correlation.number = ENT_STR("ENT-000001");
	assert_int_equal(arrive(world, "datacoeur", &both), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "merged_into = 1"), 1);
	assert_int_equal(count(world, "notified", "incident = 1 AND account = '" DAN "'"), 1);
	CHECK(DAN, "mention+");
	assert_int_equal(count(world, "follow", "incident = 1 AND account = '" BEN "' AND state = 'muted'"), 1);
	assert_int_equal(count(world, "follow", "incident = 1 AND account = '" DAN "'"), 1);
	check_all(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_once),   TEST(test_answered),        TEST(test_acts),
	    TEST(test_held),   TEST(test_rights),          TEST(test_changed),
	    TEST(test_read),   TEST(test_follow_and_mute), TEST(test_pages),
	    TEST(test_merged), TEST(test_a_crowd_follows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
