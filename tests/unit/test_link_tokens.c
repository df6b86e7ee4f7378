/* SPDX-License-Identifier: Apache-2.0 */
/* How we log in: headers made from secrets, tokens that are fetched. */
#include "link_pages.h"

#include "view/view_dead.h"
#include "view/view_supplier.h"

/* ---- tokens --------------------------------------------------------------------------------- */

static struct world *with_secret(enum auth_kind kind, const char *scheme, const char *secret, int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	struct supplier *orion;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	orion = toy_supplier(world, set, 1, "orion", "search");
	orion->link.auth = kind;
	orion->link.user = ENT_STR("bot:1");
	orion->link.header = ENT_STR("X-Key");
	orion->link.scheme = sdk_str(scheme);
	orion->link.token_url = ENT_STR("https://login.example/token");
	orion->link.scope = ENT_STR("tickets write");
	orion->link.credential = secret_of(secret);
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", *ret_incident);
	return world;
}

static struct world *with_auth(enum auth_kind kind, const char *scheme, int64_t *ret_incident)
{
	return with_secret(kind, scheme, "s3cret/&", ret_incident);
}

static void test_auth(void **state)
{
	static const struct {
		enum auth_kind kind;
		const char *scheme, *header;
	} row[] = {{AUTH_NONE, "", ""},
		   {AUTH_BASIC, "", "Basic Ym90OjE6czNjcmV0LyY="},
		   {AUTH_BEARER, "", "Bearer s3cret/&"},
		   {AUTH_HEADER, "", "s3cret/&"},
		   {AUTH_HEADER, "token", "token s3cret/&"}};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_auth(row[i].kind, row[i].scheme, &incident);

		comment(world, incident, "Hello");
		assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, row[i].header);
		/* A tool that says our secret to us: its words are not kept. */
		answer(world, "POST", "/orion/comment", 400, "{\"message\": \"no such key s3cret/&\"}");
		assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%s3cret%'"), 0);
		assert_int_equal(n_delivery(world, "parked"), 1);
		world_free(world);
	}
}

/* Nor when it repeats the header as it came, or a page of words that is cut in the midst of the secret. */
static void test_auth_repeated(void **state)
{
	int64_t incident;
	struct world *world = with_auth(AUTH_BASIC, "", &incident);
	char answered[TEXT_MAX];
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 400, "{\"message\": \"who is Basic Ym90OjE6czNjcmV0LyY=?\"}");
	assert_int_equal(n_delivery(world, "parked"), 1);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%Ym90OjE6czNj%'"), 0);
	world_free(world);

	world = with_secret(AUTH_BEARER, "", "0123456789abcdefghijklmnopqrstuvwxyz", &incident);
	comment(world, incident, "Hello");
	snprintf(answered, sizeof answered, "%0165d: 0123456789abcdefghijklmnopqrstuvwxyz", 7);
	answer(world, "POST", "/orion/comment", 400, answered);
	assert_int_equal(n_delivery(world, "parked"), 1);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE reason LIKE '%0123456789abcdef%'"), 0);
	world_free(world);
}

static struct sent *token_asked(struct world *world)
{
	for (size_t i = 0; i < world->fake.n; i++)
		if (world->fake.sent[i].is_open && strstr(world->fake.sent[i].line, "https://login.example/token"))
			return &world->fake.sent[i];
	fail_msg("no token is asked for");
	return NULL;
}

static void token_given(struct world *world, int status, const char *json)
{
	give(token_asked(world), TRANSFER_ANSWERED, status, json);
	settle(world);
}

static void test_token(void **state)
{
	int64_t incident;
	struct world *world = with_auth(AUTH_OAUTH2, "", &incident);
	(void)state;

	comment(world, incident, "Hello");
	assert_int_equal(n_open(world), 1); /* who needs it waits */
	assert_string_equal(token_asked(world)->body, "grant_type=client_credentials&client_id=bot%3A1&client_secret="
						      "s3cret%2F%26&scope=tickets%20write");
	assert_string_equal(token_asked(world)->authorization, "");
	token_given(world, 200, "{\"access_token\": \"abc.def\", \"expires_in\": 3600, \"token_type\": \"Bearer\"}");
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "Bearer abc.def");
	answer(world, "POST", "/orion/comment", 200, "ok");
	comment(world, incident, "again");
	answer(world, "POST", "/orion/comment", 200, "ok");
	pass_ms(world, 3545000); /* less than a minute to its end */
	comment(world, incident, "later");
	token_given(world, 200, "{\"access_token\": \"ghi\", \"expires_in\": \"3600\"}");
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "Bearer ghi");
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 3);
	world_free(world);
}

/* Taken back before its time: once a new one; refused with that, too: the supplier refuses us. */
static void test_token_taken_back(void **state)
{
	int64_t incident;
	struct world *world = with_auth(AUTH_OAUTH2, "", &incident);
	(void)state;

	comment(world, incident, "Hello");
	token_given(world, 200, "{\"access_token\": \"abc\", \"expires_in\": 3600}");
	answer(world, "POST", "/orion/comment", 401, "");
	token_given(world, 200, "{\"access_token\": \"def\", \"expires_in\": 3600}");
	assert_string_equal(expect(world, "POST", "/orion/comment")->authorization, "Bearer def");
	answer(world, "POST", "/orion/comment", 401, "");
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_int_equal(n_open(world), 0);
	assert_int_equal(n_delivery(world, "pending"), 1);
	world_free(world);
}

static void test_token_refused(void **state)
{
	static const struct {
		int status;
		const char *json, *becomes;
	} row[] = {{400, "{\"error\": \"invalid_client\"}", "refused"},
		   {401, "{\"error\": \"invalid_client\"}", "refused"},
		   {200, "{\"token\": \"x\"}", "healthy"},
		   {200, "{\"access_token\": \"a\\r\\nX-Evil: 1\"}", "healthy"},
		   {200, "<html>", "healthy"},
		   {503, "", "healthy"}};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = with_auth(AUTH_OAUTH2, "", &incident);

		comment(world, incident, "Hello");
		token_given(world, row[i].status, row[i].json);
		assert_string_equal(supplier_is(world, "orion"), row[i].becomes);
		assert_int_equal(n_sent(world, "POST", "/orion/comment"), 0);
		for (int k = 0; k < 6 && i >= 2; k++) {
			for (int j = 0; j < 100 && !n_open(world); j++)
				pass_ms(world, 1000);
			token_given(world, row[i].status, row[i].json);
		}
		if (i >= 2)
			assert_string_equal(supplier_is(world, "orion"), "failing");
		pass_ms(world, 620000);
		token_given(world, 200, "{\"access_token\": \"abc\", \"expires_in\": 3600}");
		answer(world, "POST", "/orion/comment", 200, "ok");
		assert_string_equal(supplier_is(world, "orion"), "healthy");
		assert_int_equal(n_delivery(world, "done"), 1);
		world_free(world);
	}
}

/* What people are shown of the last request and its answer: no secret, as it is, encoded, or cut; nothing when it is
 * done. */
static void test_exchange_without_secrets(void **state)
{
	int64_t incident;
	struct world *world = with_secret(AUTH_BEARER, "", "canary/credential-0123456789", &incident);
	struct supplier *orion = &world->set->at[1];
	(void)state;

	orion->secret[0] = secret_of("canary-of-webhooks-0123456789");
	orion->n_secret = 1;
	comment(world, incident, "Hello canary/credential-0123456789 and canary-of-webhooks-0123456789");
	answer(world, "POST", "/orion/comment", 422,
	       "refused canary/credential-0123456789, canary%2Fcredential-0123456789, canary-of-webhooks-01");
	struct db_stmt *stmt = db_use(world->db, "SELECT exchange FROM delivery WHERE id = 1");
	assert_true(db_row(stmt));
	const char *is = sdk_z(&world->arena.abi, db_str(stmt, 0));
	db_done(stmt);
	assert_non_null(strstr(is, "{\"method\":\"POST\",\"path\":\"/comment\",\"request\":\""));
	assert_non_null(strstr(is, "Hello *** and ***"));
	assert_non_null(strstr(is, "\"status\":422,\"answer\":\"refused ***, ***, ***\"}"));
	assert_null(strstr(is, "canary"));
	world_free(world);
}

static void test_exchange_goes_when_it_is_done(void **state)
{
	int64_t incident;
	struct world *world = with_secret(AUTH_BEARER, "", "s3cret/&", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 429, "slowly");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE exchange LIKE '%429%slowly%'"), 1);
	pass_ms(world, 120000);
	answer(world, "POST", "/orion/comment", 201, "ok C1");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM delivery WHERE exchange <> ''"), 0);
	world_free(world);
}

/* ---- how reading fails ------------------------------------------------------------------ */

#define TOKEN      "canary/token-0123456789abc"
#define CREDENTIAL "canary/credential-0123456789"
#define WEBHOOKS   "canary-of-webhooks-0123456789"

/* Its first page led to a place that holds the token. */
static struct world *polled_with_secrets(void)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	struct supplier *orion;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	orion = toy_supplier(world, set, 1, "orion", "search");
	orion->link.auth = AUTH_OAUTH2;
	orion->link.user = ENT_STR("bot");
	orion->link.token_url = ENT_STR("https://login.example/token");
	orion->link.credential = secret_of(CREDENTIAL);
	orion->link.poll_ms = 60000;
	orion->secret[0] = secret_of(WEBHOOKS);
	orion->n_secret = 1;
	world_start(world);
	settle(world);
	token_given(world, 200, "{\"access_token\": \"" TOKEN "\", \"expires_in\": 86400}");
	answer(world, "GET", "/orion/poll?", 200, "page " TOKEN " more");
	return world;
}

/* As `entente supplier show` gets it; never with a secret in it. */
static const char *shown(struct world *world)
{
	struct view view = {.db = world->db, .arena = &world->arena.abi, .reader = &reader_ours};
	struct ent_str json;
	struct ent_err err;

	if (view_supplier(&view, world->set, &world->set->at[1], world_now_ms(&world->clock), &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	const char *is = sdk_z(&world->arena.abi, json);
	assert_null(strstr(is, "canary"));
	return is;
}

static void shows(struct world *world, const char *what)
{
	const char *is = shown(world);

	if (!strstr(is, what))
		fail_msg("no %s in %s", what, is);
}

static void pass_until_asked(struct world *world)
{
	for (int i = 0; i < 4000 && !n_open(world); i++)
		pass_ms(world, 1000);
}

/* Our secrets in the request and in the answer, as they are, in a path, within JSON, cut. */
static void test_a_poll_that_fails_is_shown_without_secrets(void **state)
{
	struct world *world = polled_with_secrets();
	(void)state;

	shows(world, "\"troubles\":[]");
	answer(world, "GET", "/orion/poll?" TOKEN, 500,
	       "down " CREDENTIAL " canary\\/token-0123456789abc canary%2Ftoken-0123456789abc " WEBHOOKS
	       " canary\\/credential-01");
	shows(world, "\"troubles\":[{\"stream\":\"poll\",\"at\":\"2023-");
	shows(world, "\"exchange\":{\"method\":\"GET\",\"path\":\"/poll?***\",\"request\":\"\",\"status\":500,"
		     "\"answer\":\"down *** *** *** *** ***\"}}]");
	pass_until_asked(world);
	lose(world, "GET", "/orion/poll?" TOKEN);
	shows(world, "\"path\":\"/poll?***\",\"request\":\"\"}}]"); /* there was no answer */
	pass_until_asked(world);
	answer(world, "GET", "/orion/poll?" TOKEN, 200, "at T7 " TOKEN);
	shows(world, "\"ticket\":\"T7 ***\",\"why\":{\"code\":\"connector.said\",\"params\":{\"said\":\"its comments "
		     "cannot be read\"},\"text\":\"its comments cannot be read\"}");
	pass_until_asked(world);
	answer(world, "GET", "/orion/poll?" TOKEN, 200, "page " TOKEN " end");
	shows(world, "\"troubles\":[]");
	pass_until_asked(world);
	answer(world, "GET", "/orion/poll?" TOKEN, 500, "down");
	shows(world, "\"answer\":\"down\"");
	pass_until_asked(world);
	answer(world, "GET", "/orion/poll?" TOKEN, 200,
	       "page " TOKEN " end"); /* nothing new, but it reads well again */
	shows(world, "\"troubles\":[]");
	world_free(world);
}

/* It goes to people and to the bus. */
static void test_a_dead_page_holds_no_secrets(void **state)
{
	struct world *world = polled_with_secrets();
	struct view view = {.db = world->db, .arena = &world->arena.abi, .reader = &reader_ours};
	struct dead_letter letter;
	struct ent_err err;
	(void)state;

	answer(world, "GET", "/orion/poll?" TOKEN, 200, TOKEN " and " CREDENTIAL ", " WEBHOOKS);
	shows(world, "\"answer\":\"*** and ***, ***\"}}]");
	if (view_dead(&view, 1, &letter, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	const char *is = sdk_z(&world->arena.abi, view_dead_print(&view, &letter));
	assert_null(strstr(is, "canary"));
	assert_non_null(strstr(is, "\"memo\":\"***\""));
	assert_non_null(strstr(is, "\"body\":\"*** and ***, ***\""));
	assert_non_null(strstr(is, "\"exchange\":{\"method\":\"GET\",\"path\":\"/poll?***\",\"request\":\"\","
				   "\"status\":200,\"answer\":\"*** and ***, ***\"}"));
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM dead_letter WHERE reason LIKE '%canary%'"), 0);
	world_free(world);
}

/* Other tickets that are read say nothing of the one that was not. */
static void test_a_sweep_that_failed_is_shown_until_its_ticket_is_read(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	(void)state;

	ticket_comes(world, "orion", "T0", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 61000);
	answer(world, "GET", "/orion/ticket/T0", 200, "nonsense");
	shows(world, "\"troubles\":[{\"stream\":\"sweep\"");
	shows(world, "\"ticket\":\"T0\",\"why\":{\"code\":\"connector.said\",\"params\":{\"said\":\"the tool says "
		     "nonsense\"},\"text\":\"the tool says nonsense\"},\"exchange\":{\"method\":\"GET\",\"path\":"
		     "\"/ticket/T0\"");
	pass_until_asked(world);
	answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
	pass_ms(world, 60000);
	shows(world, "\"ticket\":\"T0\",\"why\"");
	pass_until_asked(world);
	answer(world, "GET", "/orion/ticket/T0", 200, "is Open");
	shows(world, "\"troubles\":[]");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_poll_that_fails_is_shown_without_secrets),
	    cmocka_unit_test(test_a_dead_page_holds_no_secrets),
	    cmocka_unit_test(test_a_sweep_that_failed_is_shown_until_its_ticket_is_read),
	    cmocka_unit_test(test_exchange_without_secrets),
	    cmocka_unit_test(test_exchange_goes_when_it_is_done),
	    cmocka_unit_test(test_auth),
	    cmocka_unit_test(test_auth_repeated),
	    cmocka_unit_test(test_token),
	    cmocka_unit_test(test_token_taken_back),
	    cmocka_unit_test(test_token_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
