/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what about people and tokens, and what the audit log tells of it. */
#include "face_world.h"

#include "store/audit.h"

#define ANA    "\"id\":\"11111111-1111-4111-8111-111111111111\""
#define BEN    "\"id\":\"22222222-2222-4222-8222-222222222222\""
#define CLEO   "\"id\":\"33333333-3333-4333-8333-333333333333\""
#define URL(n) "/v1/users/" n n n n n n n n "-" n n n n "-4" n n n "-8" n n n "-" n n n n n n n n n n n n

static void done(struct world *world, const char *method, const char *target, const char *body, int status)
{
	if (!send(world, method, target, body))
		commit(world);
	expect(world, status, "");
}

/* Requests go on with the token that this one makes. */
static void become(struct world *world, const char *body)
{
	char *token;

	done(world, "POST", "/v1/tokens", body, 201);
	token = strstr(answered(world), "\"token\":\"");
	assert_non_null(token);
	snprintf(world->authorization, sizeof world->authorization, "Bearer %.47s", token + strlen("\"token\":\""));
}

static void become_first(struct world *world)
{
	snprintf(world->authorization, sizeof world->authorization, "Bearer %s", world->token);
}

static void drop_notes(struct world *world)
{
	struct ent_err err;

	(void)!writer_step(world->writer, &err);
}

static struct db *store_of(struct world *world)
{
	struct db *db = NULL;
	struct ent_err err;

	assert_int_equal(db_open(world->path, DB_WRITE, NULL, &db, &err), ENT_OK);
	return db;
}

static int64_t n_audit(struct world *world, const char *act)
{
	struct db *db = store_of(world);
	struct db_stmt *stmt = db_use(db, "SELECT count(*) FROM audit WHERE act = $1");
	int64_t n;

	db_bind_str(stmt, 1, sdk_str(act));
	assert_true(db_row(stmt));
	n = db_int(stmt, 0);
	db_done(stmt);
	db_close(db);
	return n;
}

/* ---- people ------------------------------------------------------------------------------ */

static void test_roles_are_not_raised(void **state)
{
	struct world *world = *state;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 200);
	done(world, "POST", "/v1/users", "{" BEN ",\"name\":\"Ben\",\"role\":\"admin\"}", 201);
	done(world, "POST", "/v1/users",
	     "{" CLEO ",\"name\":\"Cleo\",\"role\":\"supplier_admin\",\"organisation\":\"orion\"}", 201);
	become(world, "{\"name\":\"cleo\",\"account\":\"33333333-3333-4333-8333-333333333333\"}");
	done(world, "PATCH", URL("3"), "{\"language\":\"fr\"}", 200); /* their own settings */
	done(world, "PATCH", URL("3"), "{\"role\":\"supplier_technician\"}", 403);
	done(world, "PATCH", URL("1"), "{\"role\":\"admin\"}", 404); /* no incident is shared: nobody is there */
	done(world, "POST", "/v1/users", "{\"name\":\"Eve\",\"role\":\"admin\"}", 409);
	done(world, "POST", "/v1/users", "{\"name\":\"Eve\",\"role\":\"supplier_admin\",\"organisation\":\"telnord\"}",
	     403);
	done(world, "POST", "/v1/users", "{\"name\":\"Dan\",\"role\":\"supplier_technician\"}", 201); /* of their own */
	done(world, "POST", "/v1/tokens", "{\"name\":\"more\"}", 403);
	drop_notes(world);
	become_first(world);
	become(world, "{\"name\":\"few\",\"verbs\":\"read,invite,administer\"}");
	done(world, "PATCH", URL("1"), "{\"role\":\"service_owner\"}", 403); /* it holds verbs that the token has not */
	done(world, "POST", "/v1/tokens", "{\"name\":\"more\"}", 403);
	done(world, "POST", "/v1/tokens", "{\"name\":\"more\",\"account\":\"11111111-1111-4111-8111-111111111111\"}",
	     403);
	done(world, "POST", "/v1/tokens", "{\"name\":\"less\",\"verbs\":[\"read\"]}", 201);
	drop_notes(world);
	assert_int_equal(n_audit(world, "request.refused"), 5); /* two by the routes, three by the writer */
}

static enum job_outcome invited(struct world *world, uint32_t verbs, const char *mail, enum role role)
{
	struct sign sign = {.user = {.ref = ENT_STR(""),
				     .organisation = ENT_STR("us"),
				     .name = ENT_STR("Eve"),
				     .mail = sdk_str(mail),
				     .role = role},
			    .ref = "99999999-9999-4999-8999-999999999999",
			    .link = {(unsigned char)mail[0]}};
	struct job job = {.kind = JOB_INVITE, .answer = no_answer, .sign = &sign};
	struct ent_err err;

	job.ask.by = (struct reader){.kind = READER_OURS, .organisation = ENT_STR("us"), .verbs = verbs};
	assert_true(writer_submit(world->writer, &job));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	return job.outcome;
}

static void test_nobody_invites_or_enables_above_themselves(void **state)
{
	struct world *world = *state;
	uint32_t few = VERB_READ | VERB_INVITE, desk = VERB_OF_DESK | VERB_INVITE;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"admin\",\"mail\":\"ana@us\"}", 201);
	done(world, "POST", "/v1/users", "{" BEN ",\"name\":\"Ben\",\"role\":\"technician\"}", 201);
	assert_int_equal(invited(world, few, "eve@us", ROLE_ADMIN), JOB_DENIED);
	assert_int_equal(invited(world, few, "eve@us", ROLE_TECHNICIAN), JOB_DENIED);
	assert_int_equal(invited(world, desk, "ana@us", ROLE_TECHNICIAN), JOB_DENIED); /* the account's role counts */
	assert_int_equal(invited(world, desk, "eve@us", ROLE_TECHNICIAN), JOB_ACCEPTED);
	assert_int_equal(invited(world, VERB_ALL, "ana@us", ROLE_TECHNICIAN), JOB_ACCEPTED);
	assert_int_equal(n_audit(world, "user.invited"), 2);
	done(world, "PATCH", URL("2"), "{\"state\":\"disabled\"}", 200);
	become(world, "{\"name\":\"few\",\"verbs\":\"read,invite\"}");
	done(world, "PATCH", URL("2"), "{\"state\":\"active\"}", 403);
}

static void test_the_last_administrator_stays(void **state)
{
	struct world *world = *state;
	struct db *db;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"admin\"}", 201);
	done(world, "POST", "/v1/users", "{" BEN ",\"name\":\"Ben\",\"role\":\"admin\"}", 201);
	db = store_of(world);
	db_exec(db, "UPDATE account SET state = 'active', password = 'x'");
	db_close(db);
	done(world, "PATCH", URL("1"), "{\"role\":\"technician\"}", 200);
	done(world, "PATCH", URL("2"), "{\"role\":\"technician\"}", 409);
	done(world, "PATCH", URL("2"), "{\"state\":\"disabled\"}", 409);
	done(world, "PATCH", URL("1"), "{\"role\":\"admin\"}", 200);
	done(world, "PATCH", URL("2"), "{\"state\":\"disabled\"}", 200);
	done(world, "PATCH", URL("1"), "{\"state\":\"disabled\"}", 409);
	done(world, "PATCH", URL("1"), "{\"role\":\"supplier_admin\"}", 409);
	assert_int_equal(n_audit(world, "user.role_changed"), 2);
	assert_int_equal(n_audit(world, "user.disabled"), 1);
}

static void test_who_is_disabled_is_out(void **state)
{
	struct world *world = *state;
	char kept[sizeof world->authorization];

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	become(world, "{\"name\":\"ana\",\"account\":\"11111111-1111-4111-8111-111111111111\"}");
	memcpy(kept, world->authorization, sizeof kept);
	done(world, "GET", "/v1/incidents", "", 200);
	become_first(world);
	done(world, "PATCH", URL("1"), "{\"state\":\"disabled\"}", 200);
	memcpy(world->authorization, kept, sizeof kept);
	done(world, "GET", "/v1/incidents", "", 401);
	become_first(world);
	done(world, "PATCH", URL("1"), "{\"state\":\"active\"}", 200);
	expect(world, 200, "\"invited\""); /* no way in yet, and the token is gone */
	memcpy(world->authorization, kept, sizeof kept);
	done(world, "GET", "/v1/incidents", "", 401);
}

/* Another state in the store is enough, should a token be left. */
static void test_a_token_that_is_left_lets_nobody_in(void **state)
{
	struct world *world = *state;
	struct db *db;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	become(world, "{\"name\":\"ana\",\"account\":\"11111111-1111-4111-8111-111111111111\"}");
	db = store_of(world);
	db_exec(db, "UPDATE account SET state = 'disabled'");
	db_close(db);
	done(world, "GET", "/v1/incidents", "", 401);
}

static void test_people_ask_so_often(void **state)
{
	struct world *world = *state;

	world->face.limits.asks_at_once = 3;
	world->face.limits.ask_every_ms = 60000;
	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	become(world, "{\"name\":\"ana\",\"account\":\"11111111-1111-4111-8111-111111111111\"}");
	for (int i = 0; i < 3; i++)
		done(world, "GET", "/v1/incidents", "", 200);
	done(world, "GET", "/v1/incidents", "", 429);
	expect(world, 429, "Retry-After: ");
	expect(world, 429, "RateLimit-Remaining: 0");
	become_first(world); /* a machine of ours goes on, and so does another person */
	done(world, "POST", "/v1/users", "{" BEN ",\"name\":\"Ben\",\"role\":\"technician\"}", 201);
	become(world, "{\"name\":\"ben\",\"account\":\"22222222-2222-4222-8222-222222222222\"}");
	done(world, "GET", "/v1/incidents", "", 200);
}

/* A role that is taken away takes its verbs from tokens that were made before. */
static void test_a_token_follows_its_person(void **state)
{
	struct world *world = *state;
	char kept[sizeof world->authorization];

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	become(world, "{\"name\":\"ana\",\"account\":\"11111111-1111-4111-8111-111111111111\"}");
	memcpy(kept, world->authorization, sizeof kept);
	done(world, "POST", "/v1/incidents", "{\"title\":\"One\"}", 201);
	expect(world, 201, "\"number\"");
	become_first(world);
	done(world, "PATCH", URL("1"), "{\"role\":\"auditor\"}", 200);
	memcpy(world->authorization, kept, sizeof kept);
	done(world, "POST", "/v1/incidents", "{\"title\":\"Two\"}", 403);
	expect(world, 403, "ask.verb");
	drop_notes(world);
	done(world, "GET", "/v1/audit?act=request.refused", "", 200);
	expect(world, 200, "\"subject\":\"POST /v1/incidents\"");
	expect(world, 200, "\"by\":\"11111111-1111-4111-8111-111111111111\"");
}

/* An act of a person is told as that person's: by the ref of the account. */
static void test_the_author_is_the_account(void **state)
{
	struct world *world = *state;
	struct db *db;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	become(world, "{\"name\":\"anas-laptop\",\"account\":\"11111111-1111-4111-8111-111111111111\"}");
	done(world, "POST", "/v1/incidents", "{\"title\":\"One\"}", 201);
	done(world, "POST", "/v1/incidents/1/comments", "{\"body\":\"Hello\",\"audience\":\"internal\"}", 201);
	expect(world, 201, "\"ref\":\"11111111-1111-4111-8111-111111111111\"");
	expect(world, 201, "\"name\":\"Ana\"");
	db = store_of(world);
	assert_int_equal(db_ask(db,
				"SELECT count(*) FROM person WHERE ref = '11111111-1111-4111-8111-111111111111' AND "
				"kind = 'person' AND name = 'Ana'"),
			 1);
	assert_int_equal(db_ask(db, "SELECT count(*) FROM person"), 1);
	db_close(db);
}

/* A share may be taken back while the request is on its way: the writer asks once more. */
static void test_the_writer_asks_who_takes_part(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_COMMENT, .answer = no_answer, .suppliers = world->suppliers};
	struct ent_err err;

	done(world, "POST", "/v1/incidents", "{\"title\":\"One\"}", 201);
	job.ask = (struct ask){.incident = 1,
			       .text = ENT_STR("words"),
			       .audience.organisations = ENT_STR("us"),
			       .by = {.kind = READER_ORGANISATION, .organisation = ENT_STR("orion")}};
	assert_true(writer_submit(world->writer, &job));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	assert_int_equal(job.outcome, JOB_NOT_FOUND);
	job.ask.by = reader_ours;
	assert_true(writer_submit(world->writer, &job));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	assert_int_equal(job.outcome, JOB_ACCEPTED);
}

/* ---- the chain ------------------------------------------------------------------------------ */

static void digest_text(struct sdk_digest *digest, struct ent_str text)
{
	char length[24];

	snprintf(length, sizeof length, "%zu:", text.n);
	sdk_digest_add(digest, length, strlen(length));
	sdk_digest_add(digest, text.p, text.n);
}

/* Somebody who knows how a row is made changes one and its hash: the row behind it does not follow from that. */
/* One row a step, as the API goes through a long log: it finds what one read finds. */
static enum ent_rc verify_in_steps(struct db *db, struct ent_str wanted, struct audit_found *ret, struct ent_err *err)
{
	struct audit_head from = {0};
	bool has_wanted = false;

	do {
		assert_int_equal(audit_verify(db, &from, 1, wanted, ret, err), ENT_OK);
		assert_true(ret->head.id <= from.id + 1);
		has_wanted = has_wanted || ret->has_wanted;
		from = ret->head;
	} while (ret->more && !ret->broken);
	ret->has_wanted = has_wanted;
	return ENT_OK;
}

static void test_a_row_with_a_hash_of_its_own_is_found(void **state)
{
	struct world *world = *state;
	struct audit_found found;
	struct sdk_digest digest;
	unsigned char hash[32];
	struct ent_err err;
	struct db *db;
	struct db_stmt *stmt;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	done(world, "POST", "/v1/users", "{" BEN ",\"name\":\"Ben\",\"role\":\"auditor\"}", 201);
	db = store_of(world);
	db_exec(db, "UPDATE audit SET subject = 'x' WHERE id = 2");
	stmt = db_use(db, "SELECT (SELECT hash FROM audit WHERE id = 1), CAST(at_ms AS TEXT), act, by_ref, subject, "
			  "detail FROM audit WHERE id = 2");
	assert_true(db_row(stmt));
	sdk_digest_init(&digest);
	sdk_digest_add(&digest, db_str(stmt, 0).p, db_str(stmt, 0).n);
	digest_text(&digest, ENT_STR("2"));
	for (int i = 1; i < 6; i++)
		digest_text(&digest, db_str(stmt, i));
	sdk_digest_end(&digest, hash);
	db_done(stmt);
	stmt = db_use(db, "UPDATE audit SET hash = $1 WHERE id = 2");
	db_bind_blob(stmt, 1, (struct ent_str){(const char *)hash, sizeof hash});
	assert_int_equal(db_changed(stmt), 1);
	assert_int_equal(verify_in_steps(db, ENT_ABSENT, &found, &err), ENT_OK);
	assert_int_equal(found.broken, 3);
	db_close(db);
}

static void test_a_row_that_was_changed_is_found(void **state)
{
	static const struct {
		const char *sql;
		int64_t broken;
	} row[] = {
	    {"UPDATE audit SET detail = 'x' WHERE id = 2", 2},
	    {"UPDATE audit SET subject = 'x' WHERE id = 2", 2},
	    {"UPDATE audit SET act = 'user.changed' WHERE id = 2", 2},
	    {"UPDATE audit SET by_ref = 'x' WHERE id = 2", 2},
	    {"UPDATE audit SET at_ms = at_ms + 1 WHERE id = 2", 2},
	    {"UPDATE audit SET hash = x'00' WHERE id = 2", 2},
	    {"UPDATE audit SET subject = subject || substr(detail, 1, 1), detail = substr(detail, 2) WHERE id = 2", 2},
	    {"DELETE FROM audit WHERE id = 2", 3},
	    {"DELETE FROM audit WHERE id = 1", 2},
	    {"DELETE FROM audit WHERE id = 2; UPDATE audit SET id = id - 1 WHERE id > 2", 2},
	    {"UPDATE audit SET id = 9 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3; UPDATE audit SET id = 3 "
	     "WHERE "
	     "id = 9",
	     2},
	};
	struct world *world = *state;
	struct audit_found found;
	struct ent_err err;
	struct db *db;
	struct ent_str head;

	done(world, "POST", "/v1/users", "{" ANA ",\"name\":\"Ana\",\"role\":\"technician\"}", 201);
	done(world, "POST", "/v1/users", "{" BEN ",\"name\":\"Ben\",\"role\":\"auditor\"}", 201);
	done(world, "POST", "/v1/users", "{" CLEO ",\"name\":\"Cleo\",\"role\":\"admin\"}", 201);
	db = store_of(world);
	assert_int_equal(verify_in_steps(db, ENT_ABSENT, &found, &err), ENT_OK);
	assert_int_equal(found.broken, 0);
	assert_int_equal(found.head.id, 4); /* and the token */
	assert_int_equal(metric_get(&world->metrics, METRIC_AUDIT_HEAD), audit_head_number(&found.head));
	head = sdk_hex(&world->x.arena.abi, found.head.hash, 6);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		db_begin(db);
		db_exec(db, row[i].sql);
		assert_int_equal(verify_in_steps(db, ENT_ABSENT, &found, &err), ENT_OK);
		if (found.broken != row[i].broken)
			fail_msg("%s: broken at %lld", row[i].sql, (long long)found.broken);
		db_rollback(db);
	}
	assert_int_equal(verify_in_steps(db, head, &found, &err), ENT_OK);
	assert_true(found.has_wanted && found.broken == 0);
	db_begin(db);
	db_exec(db, "DELETE FROM audit WHERE id = 4"); /* the end: nothing but a kept head tells */
	assert_int_equal(verify_in_steps(db, head, &found, &err), ENT_OK);
	assert_true(found.broken == 0 && !found.has_wanted);
	db_rollback(db);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_roles_are_not_raised, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_nobody_invites_or_enables_above_themselves, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_the_last_administrator_stays, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_who_is_disabled_is_out, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_token_that_is_left_lets_nobody_in, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_people_ask_so_often, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_token_follows_its_person, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_the_author_is_the_account, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_the_writer_asks_who_takes_part, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_row_with_a_hash_of_its_own_is_found, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_a_row_that_was_changed_is_found, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
