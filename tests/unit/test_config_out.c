/* SPDX-License-Identifier: Apache-2.0 */
/* The way out to a supplier: what is taken, what each default is, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sdk/webhook.h"
#include "core/attr.h"
#include "core/organisation.h"
#include "config/config.h"
#include "config/config_values.h"

#define CANARY "canary-77c1"

struct fixture {
	struct plugins *plugins;
	char path[64], secret[64], lines[64];
};

static void text_put(char path[64], const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	static struct fixture fixture = {NULL, "/tmp/entente-out-XXXXXX", "/tmp/entente-osecret-XXXXXX",
					 "/tmp/entente-olines-XXXXXX"};
	struct ent_err err;

	*state = &fixture;
	close(mkstemp(fixture.path));
	close(mkstemp(fixture.secret));
	close(mkstemp(fixture.lines));
	text_put(fixture.secret, CANARY "\n");
	text_put(fixture.lines, CANARY "\nsecond\n");
	return plugins_load(FIXTURES "/good:" CONNECTORS, &fixture.plugins, &err);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	plugins_unload(fixture->plugins);
	return unlink(fixture->path) + unlink(fixture->secret) + unlink(fixture->lines);
}

/* In `text`, $ is the file with the secret and & that with two lines. */
static enum ent_rc load(struct fixture *fixture, const char *text, struct sdk_buf *report, struct config **ret)
{
	struct sdk_buf whole;
	struct ent_err err = {0};
	enum ent_rc rc;

	sdk_buf_init(&whole, 1 << 20);
	for (const char *p = text; *p; p++) {
		if (*p == '$')
			sdk_buf_z(&whole, fixture->secret);
		else if (*p == '&')
			sdk_buf_z(&whole, fixture->lines);
		else
			sdk_buf_char(&whole, *p);
	}
	sdk_buf_char(&whole, '\0');
	text_put(fixture->path, whole.p);
	sdk_buf_release(&whole);
	rc = config_load_report(fixture->path, fixture->plugins, report, ret, &err);
	assert_null(strstr(err.msg, CANARY));
	return rc;
}

#define SUPPLIER                                                                                                       \
	"suppliers:\n- name: orion\n  connector: fixture\n  unsigned: true\n  public_comments: us\n"                   \
	"  settings: {number: 1}\n"

static struct config *good(struct fixture *fixture, const char *text)
{
	struct config *config = NULL;
	struct sdk_buf report;

	sdk_buf_init(&report, 1 << 20);
	if (load(fixture, text, &report, &config) != ENT_OK)
		fail_msg("refused: %.*s", ENT_F(report));
	sdk_buf_release(&report);
	return config;
}

static void defaults(void **state)
{
	struct config *config = good(*state, SUPPLIER);
	const struct supplier *supplier = &config->suppliers->at[0];
	const struct supplier_link *link = &supplier->link;

	assert_null(link->url.p);
	assert_int_equal(link->auth, AUTH_NONE);
	assert_null(supplier->account.p);
	assert_int_equal(supplier->comments_as, ENT_INTERNAL);
	assert_int_equal(supplier->public_reader, PUBLIC_UNKNOWN);
	assert_false(supplier->drops_private);
	assert_true(sdk_eqz(organisation_of(supplier), "orion"));
	assert_true(sdk_eqz(config->suppliers->ours, "us"));
	assert_int_equal(supplier->policy[ENT_STATUS], POLICY_HOLDER);
	assert_int_equal(supplier->policy[ENT_PRIORITY], POLICY_HOLDER);
	assert_false(link->plain_http);
	assert_int_equal(link->n_allow, 0);
	assert_int_equal(link->timeout_ms, 30000);
	assert_int_equal(link->connect_ms, 5000);
	assert_int_equal(link->answer_max, 4 << 20);
	assert_int_equal(link->rate_per_min, 600);
	assert_int_equal(link->at_once, 4);
	assert_int_equal(link->poll_ms, 60000);
	assert_int_equal(link->sweep_ms, 6 * 3600000);
	assert_int_equal(link->silence_ms, 0);
	assert_int_equal(supplier->title_max, 0);
	assert_int_equal(supplier->text_max, 0);
	assert_int_equal(supplier->language, ENT_ENGLISH);
	assert_false(link->paused);
	assert_false(supplier->no_hooks);
	config_free(config);
}

#define WHOLE                                                                                                          \
	SUPPLIER                                                                                                       \
	"  url: http://10.1.2.3:8080/rest//\n"                                                                         \
	"  auth: {kind: oauth2, user: us, credential: \"file:$\", token_url: \"https://login.example/t?x=1\", scope: " \
	"a "                                                                                                           \
	"b}\n"                                                                                                         \
	"  account: ' u7 '\n  comments_as: public\n  public_is_read_by: service_desk\n  joins: shared\n  policy: "     \
	"{status: ours, priority: theirs, "                                                                            \
	"urgency: newest}\n"                                                                                           \
	"  ca_file: $\n  plain_http: true\n  allow: [10.1.0.0/16, \"::1/128\"]\n"                                      \
	"  timeout: 1500ms\n  connect_timeout: 2s\n  answer_max: 1MiB\n  rate: 30\n  at_once: 1\n  poll: 0\n"          \
	"  sweep: 0s\n  silence: never\n  paused: true\n  title_max: 80\n  text_max: 2000\n  language: fr\n"           \
	"  map: {category: {net: network, lan: network}, person: {u1: David}}\n"

static void everything(void **state)
{
	struct config *config = good(*state, WHOLE);
	const struct supplier *supplier = &config->suppliers->at[0];
	const struct supplier_link *link = &supplier->link;

	assert_true(sdk_eqz(link->url, "http://10.1.2.3:8080/rest"));
	assert_int_equal(link->auth, AUTH_OAUTH2);
	assert_true(sdk_eqz(link->user, "us"));
	assert_true(sdk_eqz(secret_bytes(&link->credential), CANARY));
	assert_true(sdk_eqz(link->token_url, "https://login.example/t?x=1"));
	assert_true(sdk_eqz(link->scope, "a b"));
	assert_true(sdk_eqz(supplier->account, "u7"));
	assert_int_equal(supplier->comments_as, ENT_PUBLIC);
	assert_int_equal(supplier->public_reader, PUBLIC_SERVICE_DESK);
	assert_int_equal(supplier->joins, JOINS_SHARED);
	assert_int_equal(supplier->policy[ENT_STATUS], POLICY_OURS);
	assert_int_equal(supplier->policy[ENT_PRIORITY], POLICY_THEIRS);
	assert_int_equal(supplier->policy[ENT_IMPACT], POLICY_HOLDER);
	assert_int_equal(supplier->policy[ENT_URGENCY], POLICY_NEWEST);
	assert_non_null(link->ca_file.p);
	assert_int_equal(link->n_allow, 2);
	assert_true(sdk_eqz(link->allow[1], "::1/128"));
	assert_int_equal(link->timeout_ms, 1500);
	assert_int_equal(link->connect_ms, 2000);
	assert_int_equal(link->answer_max, 1 << 20);
	assert_int_equal(link->rate_per_min, 30);
	assert_int_equal(link->at_once, 1);
	assert_int_equal(link->poll_ms, 0);
	assert_int_equal(link->sweep_ms, 0);
	assert_int_equal(link->silence_ms, -1);
	assert_int_equal(supplier->title_max, 80);
	assert_int_equal(supplier->text_max, 2000);
	assert_int_equal(supplier->language, ENT_FRENCH);
	assert_true(link->paused);
	assert_true(sdk_eqz(map_in(&supplier->maps.of[ENT_CATEGORY], NULL, ENT_STR("lan")), "network"));
	assert_true(sdk_eqz(map_out(&supplier->maps.of[ENT_CATEGORY], NULL, ENT_STR("network")), "net"));
	assert_true(sdk_eqz(map_in(&supplier->maps.of[MAP_PERSON], NULL, ENT_STR("u1")), "David"));
	config_free(config);
}

/* Whatever goes into other tools has a policy. */
static void policy_of_each(void **state)
{
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		char text[1024];

		if (!attr_in(ATTR_CARRIED, i))
			continue;
		(void)snprintf(text, sizeof text, "%s  policy: {%s: newest}\n", SUPPLIER,
			       sdk_attr_name((enum ent_attr)i));
		struct config *config = good(*state, text);
		assert_int_equal(config->suppliers->at[0].policy[i], POLICY_NEWEST);
		config_free(config);
	}
}

static void kinds_of_auth(void **state)
{
	static const struct {
		const char *auth;
		enum auth_kind kind;
	} auth[] = {
	    {"{kind: basic, user: us, credential: \"file:$\"}", AUTH_BASIC},
	    {"{kind: bearer, credential: \"file:$\"}", AUTH_BEARER},
	    {"{kind: header, header: X-Redmine-API-Key, credential: \"file:$\"}", AUTH_HEADER},
	    {"{kind: header, header: Authorization, scheme: token, credential: \"file:$\"}", AUTH_HEADER},
	    {"{kind: oauth2, user: id, credential: \"file:$\", token_url: \"https://x/t\"}", AUTH_OAUTH2},
	};

	for (size_t i = 0; i < sizeof auth / sizeof *auth; i++) {
		char text[1024];
		struct config *config;

		snprintf(text, sizeof text, SUPPLIER "  url: https://x\n  auth: %s\n", auth[i].auth);
		config = good(*state, text);
		assert_int_equal(config->suppliers->at[0].link.auth, auth[i].kind);
		config_free(config);
	}
}

static void organisations_beside(void **state)
{
	static const char *const texts[] = {SUPPLIER "organisations: [council, police]\n",
					    "organisations: ' council , police '\n" SUPPLIER};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct config *config = good(*state, texts[i]);

		assert_true(sdk_eqz(config->suppliers->named, "council,police"));
		assert_true(organisation_has_no_tool(config->suppliers, ENT_STR("police")));
		assert_false(organisation_has_no_tool(config->suppliers, ENT_STR("orion")));
		assert_true(organisation_is_known(config->suppliers, ENT_STR("council")));
		config_free(config);
	}
	struct config *config = good(*state, SUPPLIER "organisations: []\n");
	assert_int_equal(config->suppliers->named.n, 0);
	config_free(config);
}

/* What is shown is a file that says the same, with references instead of secrets. */
static void values_shown(void **state)
{
	static const char *const texts[] = {
	    WHOLE, SUPPLIER, "organisations: [council, police]\n" SUPPLIER,
	    SUPPLIER "  url: https://x\n  auth: {kind: header, header: A, scheme: b, credential: \"file:$\"}\n"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct config *config = good(*state, texts[i]);
		struct sdk_buf shown, again;

		sdk_buf_init(&shown, 1 << 20);
		sdk_buf_init(&again, 1 << 20);
		config_values_print(config, &shown);
		config_free(config);
		sdk_buf_char(&shown, '\0');
		assert_null(strstr(shown.p, CANARY));
		config = good(*state, shown.p);
		config_values_print(config, &again);
		sdk_buf_char(&again, '\0');
		assert_string_equal(shown.p, again.p);
		config_free(config);
		sdk_buf_release(&shown);
		sdk_buf_release(&again);
	}
}

#define AUTH SUPPLIER "  url: https://x\n  auth: "
#define TOOL(n)                                                                                                        \
	"- {name: t" n ", connector: fixture, unsigned: true, public_comments: us, organisation: north, settings: "    \
	"{number: 2}}\n"

static const struct {
	const char *text, *first, *second; /* parts of the report; second may be NULL */
} wrong[] = {
    {SUPPLIER "  url: tickets.example\n",
     ":7: suppliers.orion.url: found \"tickets.example\": begins neither with https://", "allowed: https://host/path"},
    {SUPPLIER "  url: http://tickets.example\n", "is http:", "or http: with `plain_http: true`"},
    {SUPPLIER "  url: https://us:" CANARY "@tickets.example\n", "found a URL: a user stands before its host", NULL},
    {SUPPLIER "  url: https://tickets.example/rest?x=y\n", "has a query", NULL},
    {SUPPLIER "  url: https://tickets.example/#x\n", "has a fragment", NULL},
    {SUPPLIER "  url: https://tickets.example:22/\n", "port 22 is that of another protocol", NULL},
    {SUPPLIER "  url: ftp://tickets.example\n", "begins neither", NULL},
    {SUPPLIER "  url: https://tickets.example/a/%2e%2e/b\n", "\"..\"", NULL},
    {SUPPLIER "  ulr: https://x\n", "is no setting of a supplier; did you mean \"url\"?", NULL},
    {AUTH "{credential: \"file:$\"}\n", ":8: suppliers.orion.auth: kind is missing", "basic, bearer, header, oauth2"},
    {AUTH "{kind: digest}\n", "suppliers.orion.auth.kind: found \"digest\"", "allowed: basic, bearer"},
    {AUTH "{kind: bearr, credential: \"file:$\"}\n", "did you mean \"bearer\"?", NULL},
    {AUTH "{kind: bearer}\n", "suppliers.orion.auth: credential is missing, which bearer needs", "env:NAME"},
    {AUTH "{kind: basic, credential: \"file:$\"}\n", "user is missing, which basic needs", NULL},
    {AUTH "{kind: header, credential: \"file:$\"}\n", "header is missing, which header needs", NULL},
    {AUTH "{kind: oauth2, credential: \"file:$\", user: u}\n", "token_url is missing, which oauth2 needs", NULL},
    {AUTH "{kind: bearer, credential: \"file:$\", user: u}\n",
     "suppliers.orion.auth.user: has no use with kind bearer; remove it", NULL},
    {AUTH "{kind: basic, credential: \"file:$\", user: u, scope: x}\n", "auth.scope: has no use with kind basic", NULL},
    {AUTH "{kind: bearer, credential: " CANARY "}\n",
     "suppliers.orion.auth.credential: a secret stands in the file itself", NULL},
    {AUTH "{kind: bearer, credential: \"env:ENTENTE_NOT_SET\"}\n", "the environment variable is not set", NULL},
    {AUTH "{kind: bearer, credential: \"file:&\"}\n", "has more than one line or a control character", NULL},
    {AUTH "{kind: bearer, token: \"file:$\"}\n", "auth.token: is no setting of auth", NULL},
    {AUTH "{kind: basic, user: \"a:b\", credential: \"file:$\"}\n", "has a colon, which basic cannot carry", NULL},
    {AUTH "{kind: basic, user: \"a\\nb\", credential: \"file:$\"}\n", "control character", NULL},
    {AUTH "{kind: header, header: \"X Y\", credential: \"file:$\"}\n", "is no name of a header", NULL},
    {AUTH "{kind: header, header: Content-Length, credential: \"file:$\"}\n", "is a header that HTTP itself sets",
     NULL},
    {AUTH "{kind: header, header: \"X\\r\\nY\", credential: \"file:$\"}\n", "control character", NULL},
    {AUTH "{kind: oauth2, user: u, credential: \"file:$\", token_url: \"http://x/t\"}\n",
     "suppliers.orion.auth.token_url: is http:", NULL},
    {AUTH "bearer\n", "suppliers.orion.auth: a group of settings", NULL},
    {SUPPLIER "  account: \"\"\n", "suppliers.orion.account: has 0 bytes, allowed: 1 to 200", NULL},
    {SUPPLIER "  comments_as: public\n", "public needs public_is_read_by: service_desk", NULL},
    {SUPPLIER "  comments_as: public\n  public_is_read_by: requester\n", "public needs public_is_read_by", NULL},
    {SUPPLIER "  public_is_read_by: desk\n", "found \"desk\", allowed: unknown, requester, service_desk", NULL},
    {SUPPLIER "  private_comments: hide\n", "found \"hide\", allowed: keep, drop", NULL},
    {SUPPLIER "  organisation: Orion SA\n", "found \"Orion SA\", allowed: 1 to 64 of a-z", NULL},
    {SUPPLIER "  organisation: everyone\n", "none of internal, everyone, requester", NULL},
    {SUPPLIER "organisation: orion\n", "is that of our own organisation", "organisation: orion"},
    {"organisation: internal\n" SUPPLIER, "none of internal, everyone, requester", NULL},
    {SUPPLIER
     "- {name: vega, connector: fixture, unsigned: true, public_comments: us, organisation: orion, settings: "
     "{number: 2}}\n- {name: tel, connector: fixture, unsigned: true, public_comments: us, organisation: vega, "
     "settings: {number: 3}}\n",
     "its organisation vega is called like the supplier on line 7, which belongs to orion", NULL},
    {SUPPLIER "- {name: everyone, connector: fixture, unsigned: true, public_comments: us, settings: {number: 2}}\n",
     "cannot be an organisation's name", NULL},
    {SUPPLIER "organisations: council, Town Hall\n", ":7: organisations: found \"Town Hall\", allowed: 1 to 64 of a-z",
     NULL},
    {SUPPLIER "organisations: [council, requester]\n", "none of internal, everyone, requester", NULL},
    {SUPPLIER "organisations: {council: Town Hall}\n", "a value is expected", NULL},
    {SUPPLIER "organisations: [council, us]\n", "organisations: us is our own: leave it out", NULL},
    {SUPPLIER "  organisation: north\norganisations: council,orion\n",
     "orion is called like the supplier on this line, which belongs to north", NULL},
    {SUPPLIER "  organisation: north\n" TOOL("1") TOOL("2") TOOL("3") TOOL("4") TOOL("5") TOOL("6") TOOL("7"),
     "suppliers[8]: north has more than 7 tools, which no organisation can have here", NULL},
    {SUPPLIER "  joins: all\n", "found \"all\", allowed: ask, shared, anyone", NULL},
    {SUPPLIER "  comments_as: private\n", "found \"private\", allowed: internal", "public"},
    {SUPPLIER "  policy: {status: our}\n",
     "suppliers.orion.policy.status: found \"our\"; did you mean \"ours\"? allowed: holder, newest, ours, theirs",
     NULL},
    {SUPPLIER "  policy: {title: ours}\n", "is no setting of policy", NULL},
    {SUPPLIER "  policy: ours\n", "a group of settings", NULL},
    {SUPPLIER "  ca_file: ca.pem\n", "found \"ca.pem\", allowed: an absolute path", NULL},
    {SUPPLIER "  ca_file: /nowhere/ca.pem\n", "\"/nowhere/ca.pem\" cannot be read", NULL},
    {SUPPLIER "  plain_http: yes\n", "found \"yes\", allowed: true, false", NULL},
    {SUPPLIER "  allow: [10.1.2.3/16]\n", ":7: suppliers.orion.allow[1]: found \"10.1.2.3/16\"", "nothing beyond it"},
    {SUPPLIER "  allow: [127.0.0.0/8, localhost]\n", "suppliers.orion.allow[2]: found \"localhost\"", NULL},
    {SUPPLIER "  allow: 127.0.0.0/8\n", "a list", NULL},
    {SUPPLIER "  timeout: 30\n", "suppliers.orion.timeout: found \"30\" without a unit", "allowed: 100ms to 10m"},
    {SUPPLIER "  timeout: 1h\n", "allowed: 100ms to 10m", NULL},
    {SUPPLIER "  timeout: 0\n", "allowed: 100ms to 10m", NULL},
    {SUPPLIER "  timeout: 100500us\n", "not in whole milliseconds", NULL},
    {SUPPLIER "  connect_timeout: 1ms\n", "allowed: 50ms to 5m", NULL},
    {SUPPLIER "  language: de\n", "found \"de\", allowed: fr, en", NULL},
    {SUPPLIER "  text_max: 100\n", "allowed: 500 to 1000000000", NULL},
    {SUPPLIER "  answer_max: 1GiB\n", "allowed: 1KiB to 256MiB", NULL},
    {SUPPLIER "  rate: 0\n", "allowed: 1 to 100000", NULL},
    {SUPPLIER "  rate: ten\n", "no whole number", NULL},
    {SUPPLIER "  at_once: 65\n", "allowed: 1 to 64", NULL},
    {SUPPLIER "  poll: 10ms\n", "allowed: 100ms to 1d, or 0", NULL},
    {SUPPLIER "  sweep: 31d\n", "allowed: 1s to 30d, or 0", NULL},
    {SUPPLIER "  silence: forever\n", "allowed: 1s to 365d, 0, or never", NULL},
    {SUPPLIER "  paused: 1\n", "allowed: true, false", NULL},
    {SUPPLIER "  map: {category: {a: \"\"}}\n", "suppliers.orion.map.category.a: has 0 bytes", NULL},
    {SUPPLIER "  map: {persons: {a: b}}\n", "did you mean \"person\"?", NULL},
};

static void wrong_files(void **state)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct config *config = NULL;
		struct sdk_buf report;

		sdk_buf_init(&report, 1 << 20);
		if (load(*state, wrong[i].text, &report, &config) != ENT_EINVAL)
			fail_msg("was taken: %s", wrong[i].text);
		sdk_buf_char(&report, '\0');
		assert_null(strstr(report.p, CANARY));
		if (!strstr(report.p, wrong[i].first) || (wrong[i].second && !strstr(report.p, wrong[i].second)))
			fail_msg("%sgives\n%s\nand not: %s", wrong[i].text, report.p, wrong[i].first);
		sdk_buf_release(&report);
	}
}

/* Who is only asked needs no secret, and nobody may call in its name; who is neither asked nor signed is no supplier.
 */
static void only_asked(void **state)
{
	static const char entry[] = "suppliers:\n- name: orion\n  connector: generic\n  public_comments: us\n"
				    "  url: https://desk.example\n  settings: {decode: ., build: ., parse: .}\n";
	char text[400];
	struct config *config = good(*state, entry);
	struct sdk_buf report;

	assert_true(config->suppliers->at[0].no_hooks);
	assert_int_equal(config->suppliers->at[0].n_secret, 0);
	config_free(config);
	snprintf(text, sizeof text, "%s  unsigned: true\n", entry);
	config = good(*state, text);
	assert_false(config->suppliers->at[0].no_hooks);
	config_free(config);
	snprintf(text, sizeof text, "%s  poll: 0\n", entry);
	sdk_buf_init(&report, 1 << 20);
	assert_int_not_equal(load(*state, text, &report, &config), ENT_OK);
	assert_non_null(memmem(report.p, report.n, "nothing says how its webhooks are signed", 40));
	sdk_buf_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),       cmocka_unit_test(everything),
	    cmocka_unit_test(policy_of_each), cmocka_unit_test(organisations_beside),
	    cmocka_unit_test(kinds_of_auth),  cmocka_unit_test(values_shown),
	    cmocka_unit_test(wrong_files),    cmocka_unit_test(only_asked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
