/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: logging in when a request wants it, once for all who wait, again when it is refused; secrets in their
 * places and nowhere else. */
#include "link_pages.h"

#include "link/slots.h"

#define PASSWORD "p&ss\"w0rd-7d1f"
#define COOKIE   "cookie-5b1e-of-the-session"

/* ---- a tool with sessions --------------------------------------------------------------- */

static const struct ent_slot own_slot[] = {{.name = {"cookie", 6}, .session = true, .place = ENT_IN_HEADER}};
static const struct ent_header own_header[] = {{{"X-Key", 5}, {"", 0}}};

static enum ent_rc own_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err)
{
	enum ent_rc rc = toy_build(self, call, arena, ret, err);

	if (rc != ENT_OK)
		return rc;
	if (call->op.kind == ENT_LOGIN) {
		struct ent_slot *slot = SDK_NEW_N(arena, struct ent_slot, 2);

		slot[0] = (struct ent_slot){
		    .name = ENT_STR("user"), .place = ENT_IN_BODY, .coding = ENT_PERCENT, .at = strlen("user=")};
		slot[1] = (struct ent_slot){.name = ENT_STR("password"),
					    .place = ENT_IN_BODY,
					    .coding = ENT_PERCENT,
					    .at = strlen("user=&password=")};
		ret->slot = slot;
		ret->n_slot = 2;
		return ENT_OK;
	}
	ret->header = own_header;
	ret->n_header = 1;
	ret->slot = own_slot;
	ret->n_slot = 1;
	return ENT_OK;
}

static enum ent_rc own_parse(const struct ent_self *self, const struct ent_call *call,
			     const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err)
{
	struct ent_str rest, word = sdk_cut(response->body, ' ', &rest);

	if (call->op.kind == ENT_LOGIN && response->status == 200 && sdk_eqz(word, "cookie")) {
		struct ent_header *value = SDK_NEW(arena, struct ent_header);

		*value = (struct ent_header){ENT_STR("cookie"), rest};
		ret->session = value;
		ret->n_session = rest.n > 0;
		return ENT_OK;
	}
	if (sdk_eqz(word, "who?")) {
		ret->logged_out = true;
		return sdk_fail(err, ENT_EAUTH, "a page where one logs in");
	}
	return toy_parse(self, call, response, arena, ret, err);
}

static struct ent_connector own_connector(void)
{
	struct ent_connector own = toy_connector;

	own.build = own_build;
	own.parse = own_parse;
	own.ops |= 1u << ENT_LOGIN;
	return own;
}

static struct world *with_session(const struct ent_connector *own, int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	struct supplier *orion;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	orion = toy_supplier(world, set, 1, "orion", "safe");
	orion->connector = own;
	orion->link.n_named = 2;
	orion->link.named[0] = (struct named_secret){ENT_STR("user"), secret_of("entente")};
	orion->link.named[1] = (struct named_secret){ENT_STR("password"), secret_of(PASSWORD)};
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", *ret_incident);
	return world;
}

static size_t n_asked(const struct world *world, const char *part)
{
	size_t n = 0;

	for (size_t i = 0; i < world->fake.n; i++)
		n += strstr(world->fake.sent[i].line, part) != NULL;
	return n;
}

static void a_session_is_begun_when_it_is_wanted(void **state)
{
	const struct ent_connector own = own_connector();
	int64_t incident;
	struct world *world = with_session(&own, &incident);
	(void)state;

	comment(world, incident, "Hello");
	assert_int_equal(n_asked(world, "/orion/comment"), 0);
	assert_string_equal(expect(world, "POST", "/orion/login")->body, "user=entente&password=p%26ss%22w0rd-7d1f");
	answer(world, "POST", "/orion/login", 200, "cookie " COOKIE);
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, COOKIE);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_int_equal(n_delivery(world, "done"), 1);
	comment(world, incident, "Once more"); /* with the same session */
	answer(world, "POST", "/orion/comment", 200, "ok C2");
	assert_int_equal(n_asked(world, "/orion/login"), 1);
	world_free(world);
}

static void a_session_that_is_refused_is_begun_again(void **state)
{
	static const struct {
		int status;
		const char *body;
	} row[] = {{401, "no"}, {200, "who? log in"}};
	const struct ent_connector own = own_connector();
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_session(&own, &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/login", 200, "cookie " COOKIE);
		answer(world, "POST", "/orion/comment", row[i].status, row[i].body);
		answer(world, "POST", "/orion/login", 200, "cookie another");
		assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "another");
		answer(world, "POST", "/orion/comment", 200, "ok C1");
		assert_int_equal(n_delivery(world, "done"), 1);
		world_free(world);
	}
}

/* A tool that takes our password and then never our session: it ends, and is seen as a refusal. */
static void a_session_that_is_never_taken_ends_as_refused(void **state)
{
	const struct ent_connector own = own_connector();
	int64_t incident;
	struct world *world = with_session(&own, &incident);
	(void)state;

	comment(world, incident, "Hello");
	for (int i = 0; i < 3; i++) {
		answer(world, "POST", "/orion/login", 200, "cookie " COOKIE);
		answer(world, "POST", "/orion/comment", 401, "no");
	}
	assert_int_equal(n_asked(world, "/orion/login"), 3);
	assert_int_equal(n_open(world), 0);
	world_free(world);
}

/* Nobody spins at the door: a login that fails is not tried again at once, and nothing else is asked meanwhile. */
static void a_login_that_fails_is_waited_for(void **state)
{
	static const struct {
		int status;
		const char *body;
	} row[] = {{403, "no"}, {500, "down"}, {200, "cookie "}, {200, "nonsense"}};
	const struct ent_connector own = own_connector();
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_session(&own, &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/login", row[i].status, row[i].body);
		assert_int_equal(n_asked(world, "/orion/login"), 1);
		assert_int_equal(n_asked(world, "/orion/comment"), 0);
		assert_int_equal(n_delivery(world, "done") + n_delivery(world, "parked"), 0);
		world_free(world);
	}
}

static void what_a_tool_says_of_our_secrets_is_not_kept(void **state)
{
	static const char *const says[] = {"{\"message\": \"bad header X-Key: " COOKIE "\"}",
					   "{\"message\": \"your password p&ss\\\"w0rd-7d1f?\"}",
					   "{\"message\": \"your password p%26ss%22w0rd-7d1f?\"}"};
	const struct ent_connector own = own_connector();
	(void)state;

	for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
		int64_t incident;
		struct world *world = with_session(&own, &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/login", 200, "cookie " COOKIE);
		answer(world, "POST", "/orion/comment", 422, says[i]);
		assert_int_equal(n_delivery(world, "parked"), 1);
		assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%cookie-5b1e%' OR "
						   "reason LIKE '%w0rd-7d1f%'"),
				 0);
		world_free(world);
	}
}

/* "sid=word": the word alone is a secret, too. A session that was refused may still be valid. */
static void what_a_session_was_is_not_shown_either(void **state)
{
	static const struct {
		const char *login, *again;
	} row[] = {{"cookie sid=" COOKIE "; theme=dark", NULL},
		   {"cookie Bearer " COOKIE, NULL},
		   {"cookie sid=" COOKIE, "cookie sid=another"}};
	const struct ent_connector own = own_connector();
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_session(&own, &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/login", 200, row[i].login);
		if (row[i].again) {
			answer(world, "POST", "/orion/comment", 401, "no");
			answer(world, "POST", "/orion/login", 200, row[i].again);
		}
		answer(world, "POST", "/orion/comment", 422, "{\"message\": \"session " COOKIE " is over, not dark\"}");
		assert_int_equal(n_delivery(world, "parked"), 1);
		assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%cookie-5b1e%' OR "
						   "exchange LIKE '%cookie-5b1e%'"),
				 0);
		assert_int_equal(
		    db_ask(world->db,
			   "SELECT count(*) FROM delivery WHERE exchange LIKE '%session *** is over, not dark%'"),
		    1);
		world_free(world);
	}
}

static struct sent *asked_with(struct world *world, const char *cookie)
{
	for (size_t i = 0; i < world->fake.n; i++)
		if (world->fake.sent[i].is_open && strcmp(world->fake.sent[i].authorization, cookie) == 0)
			return &world->fake.sent[i];
	fail_msg("no open request with %s", cookie);
	return NULL;
}

/* The session was renewed twice while the tool thought about a request. */
static void a_late_answer_shows_nothing_of_an_old_session(void **state)
{
	const struct ent_connector own = own_connector();
	int64_t incident, other;
	struct world *world = with_session(&own, &incident);
	(void)state;

	other = ticket_comes(world, "acme", "A2", "Open", 0);
	ticket_comes(world, "orion", "T2", "Open", other);
	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/login", 200, "cookie " COOKIE);
	(void)expect(world, "POST", "/orion/comment");
	comment(world, other, "Hello there");
	struct sent *first = asked_with(world, COOKIE);
	for (struct sent *second = &world->fake.sent[world->fake.n]; second-- != first + 1;)
		if (second->is_open)
			give(second, TRANSFER_ANSWERED, 401, "no");
	settle(world);
	answer(world, "POST", "/orion/login", 200, "cookie second");
	give(asked_with(world, "second"), TRANSFER_ANSWERED, 401, "no");
	settle(world);
	answer(world, "POST", "/orion/login", 200, "cookie third");
	give(asked_with(world, "third"), TRANSFER_ANSWERED, 200, "ok C2");
	settle(world);
	give(asked_with(world, COOKIE), TRANSFER_ANSWERED, 422, "{\"message\": \"" COOKIE " may not write\"}");
	settle(world);
	assert_int_equal(n_delivery(world, "parked"), 1);
	assert_int_equal(n_delivery(world, "done"), 1);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%cookie-5b1e%' OR "
					   "exchange LIKE '%cookie-5b1e%'"),
			 0);
	world_free(world);
}

/* ---- secrets in their places ---------------------------------------------------------------- */

static void secrets_stand_where_they_belong(void **state)
{
	static const struct ent_header header[] = {{{"X-A", 3}, {"plain", 5}}, {{"X-B", 3}, {"token= end", 10}}};
	const struct ent_slot slot[] = {
	    {.name = ENT_STR("password"), .place = ENT_IN_PATH, .at = 5},
	    {.name = ENT_STR("password"), .place = ENT_IN_HEADER, .header = 1, .at = 6},
	    {.name = ENT_STR("password"), .place = ENT_IN_BODY, .coding = ENT_IN_JSON, .at = 6},
	    {.name = ENT_STR("user"), .place = ENT_IN_BODY, .coding = ENT_AS_IT_IS, .at = 6},
	};
	struct ent_request request = {.method = "POST",
				      .path = ENT_STR("/key//tickets"),
				      .body = ENT_STR("{\"a\":\"\"}"),
				      .header = header,
				      .n_header = 2,
				      .slot = slot,
				      .n_slot = 4};
	struct supplier_link link = {
	    .n_named = 2, .named = {{ENT_STR("password"), secret_of(PASSWORD)}, {ENT_STR("user"), secret_of("me")}}};
	const struct session session = {0};
	struct slots_filled filled;
	struct sdk_arena arena;
	struct ent_err err = {0};
	(void)state;

	sdk_arena_init(&arena);
	assert_int_equal(slots_fill(&request, &link, &session, &arena.abi, &filled, &err), ENT_OK);
	assert_true(sdk_eqz(filled.request.path, "/key/p%26ss%22w0rd-7d1f/tickets"));
	assert_true(sdk_eqz(filled.request.header[0].value, "plain"));
	assert_true(sdk_eqz(filled.request.header[1].value, "token=" PASSWORD " end"));
	assert_true(sdk_eqz(filled.request.body, "{\"a\":\"p&ss\\\"w0rd-7d1fme\"}"));
	struct ent_str body = filled.request.body;
	slots_wipe(&filled);
	assert_null(memmem(body.p, body.n, "w0rd", 4));
	assert_true(sdk_eqz(slots_show(&request, ENT_IN_PATH, 0, request.path, &arena.abi), "/key/***/tickets"));
	assert_true(sdk_eqz(slots_show(&request, ENT_IN_BODY, 0, request.body, &arena.abi), "{\"a\":\"******\"}"));
	link.n_named = 1;
	assert_int_equal(slots_fill(&request, &link, &session, &arena.abi, &filled, &err), ENT_EAUTH);
	assert_non_null(strstr(err.msg, "credential user"));
	link.n_named = 2;
	request.body = ENT_STR("{}");
	assert_int_equal(slots_fill(&request, &link, &session, &arena.abi, &filled, &err), ENT_EINVAL);
	sdk_arena_release(&arena);
	secret_release(&link.named[0].secret);
	secret_release(&link.named[1].secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_is_begun_when_it_is_wanted),
	    cmocka_unit_test(a_session_that_is_refused_is_begun_again),
	    cmocka_unit_test(a_session_that_is_never_taken_ends_as_refused),
	    cmocka_unit_test(a_login_that_fails_is_waited_for),
	    cmocka_unit_test(what_a_tool_says_of_our_secrets_is_not_kept),
	    cmocka_unit_test(what_a_session_was_is_not_shown_either),
	    cmocka_unit_test(a_late_answer_shows_nothing_of_an_old_session),
	    cmocka_unit_test(secrets_stand_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
