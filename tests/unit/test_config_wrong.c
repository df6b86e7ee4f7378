/* SPDX-License-Identifier: Apache-2.0 */
/* A wrong file is refused with line, setting, what was found, what is allowed and the nearest name. */
#include "config_file.h"

#define SUPPLIER "suppliers:\n  - name: orion\n    connector: fixture\n    settings: {number: 1}\n"
#define SIGNED   SUPPLIER "    unsigned: true\n    public_comments: us\n"

static const struct {
	const char *text, *first, *second; /* parts of the report; second may be NULL */
} wrong[] = {
#define WAY "sign_in: [{organisation: us, issuer: 'https://id.example', client_id: a"
    {"public_url: http://us.example\n", "allowed: https://host", NULL},
    {"public_url: https://us.example/\n", "not even a slash", NULL},
    {"http: {proxies: [10.1.0.0]}\n", "http.proxies: found \"10.1.0.0\", allowed: ranges with their length", NULL},
    {"sessions: {idle: 5s}\n", "allowed: 1m to 30d", NULL},
    {"sign_in: {us: {}}\n", "sign_in: a list", NULL},
    {"sign_in: [{organisation: us}]\n", "sign_in[1]: issuer is missing", "client_id is missing"},
    {WAY ", client_secret: " CANARY "}]\n", "a secret stands in the file itself", NULL},
    {WAY ", client_secret: env:ENTENTE_NOT_SET}]\n", "the environment variable is not set", NULL},
    {WAY ", algorithms: [RS256, HS256]}]\n", "found \"HS256\", allowed: RS256, PS256, ES256", NULL},
    {WAY ", algorithms: [none]}]\n", "found \"none\", allowed: RS256, PS256, ES256", NULL},
    {WAY ", algorithms: []}]\n", "is empty; allowed: RS256", NULL},
    {WAY ", require: true}]\n", "is no setting of sign_in; did you mean \"required\"?", NULL},
    {WAY ", allow: [10.0.0.1/8]}]\n", "allowed: a range", NULL},
    {WAY "}, {organisation: us, issuer: 'https://b.example', client_id: b}]\n", "us stands twice", NULL},
    {"sign_in: [{organisation: us, issuer: 'http://id.example', client_id: a}]\n", "sign_in[1].issuer", NULL},
    {"sign_in: [{organisation: nobody, issuer: 'https://id.example', client_id: a}]\n",
     "found \"nobody\", which is no organisation here", NULL},
    {"htp: {}\n", ":1: htp: is no setting; did you mean \"http\"?", NULL},
    {"a:\n", ":1: a: is no setting", "entente config --help"},
    {"port: 1\n", "did you mean \"http.port\"?", NULL},
    {"http:\n  prot: 1\n", ":2: http.prot: is no setting; did you mean \"port\"?", NULL},
    {"http: {port: 70000}\n", ":1: http.port: found \"70000\", allowed: 0 to 65535", NULL},
    {"http: {port: 8o}\n", "found \"8o\", which is no whole number", NULL},
    {"http: {port: 1MiB}\n", "no whole number", NULL},
    {"http: {port: }\n", "a value is expected, found nothing", NULL},
    {"http: {port: [1]}\n", "a value is expected, found a list", NULL},
    {"http: 8480\n", ":1: http: a group of settings", "found a single value"},
    {"http: {listen: localhost}\n", "found \"localhost\", allowed: an IPv4 or IPv6 address", NULL},
    {"http: {body_max: 1MB}\n", "found \"1MB\" (units: B, KiB, MiB, GiB), allowed: 1KiB to 64MiB", NULL},
    {"http: {body_max: 99999999999999999999}\n", "allowed: 1KiB to 64MiB", NULL},
    {"http: {body_max: 9223372036854775807GiB}\n", "allowed: 1KiB to 64MiB", NULL},
    {"http: {idle: 30}\n", "found \"30\" without a unit", "allowed: 1s to 1h"},
    {"http: {idle: 1500ms}\n", "not in whole seconds", NULL},
    {"http: {idle: -5s}\n", "found \"-5s\", allowed: 1s to 1h", NULL},
    {"kafka: {retention: 12h}\n", "not in whole days", "or forever"},
    {"kafka: {retention: for ever}\n", "or forever", NULL},
    {"kafka: {partition: 3}\n", "kafka.partition: is no setting; did you mean \"partitions\"?", NULL},
    {"kafka: {sasl: {password: x}}\n", "on one line", NULL},
    {"kafka: {Linger.ms: 3}\n", "is no setting", NULL},
    {"kafka: {sasl.password: " CANARY "}\n", ":1: kafka.sasl.password: a secret stands in the file itself",
     "env:NAME or file:/path"},
    {"kafka: {sasl.password: env:ENTENTE_NOT_SET}\n", "env:ENTENTE_NOT_SET: the environment variable is not set", NULL},
    {"log: {level: warning}\n", "found \"warning\"; did you mean \"warn\"? allowed: debug, info, warn, error", NULL},
    {"log: {level: info, level: warn}\n", "log.level: stands a second time (first on line 1)", NULL},
    {"log: {}\nhttp: {}\nlog: {}\n", ":3: log: stands a second time (first on line 1)", NULL},
    {"data_dir: \"\"\n", "may not be empty", NULL},
    {"data_dir: \"a\\0b\"\n", "U+0000", NULL},
    {"- 1\n", "a group of settings", "found a list"},
    {"a: b: c\n", ":1: is no valid YAML", NULL},
    {"a: \"\xff\"\n", "is no valid YAML", NULL},
    {"http: {}\n---\nhttp: {}\n", ":2: a second YAML document", NULL},
    {"? [a]\n: b\n", "a name of a setting is expected, found a list", NULL},
    {"suppliers: {orion: {}}\n", "suppliers: a list", "found a group of settings"},
    {"suppliers: [orion]\n", "suppliers[1]: a group of settings", NULL},
    {SUPPLIER "    unsigned: true\n", ":2: suppliers.orion: public_comments is missing", "us: only our own people"},
    {SUPPLIER "    public_comments: us\n", ":2: suppliers.orion: nothing says how its webhooks are signed",
     "`unsigned: true`"},
    {SUPPLIER "    public_comments: us\n    unsigned: false\n", "nothing says how its webhooks are signed", NULL},
    {SUPPLIER "    public_comments: all\n    unsigned: true\n", ":5: suppliers.orion.public_comments: found \"all\"",
     "everyone"},
    {SUPPLIER "    public_comments: us\n    secret: " CANARY "\n",
     ":6: suppliers.orion.secret: a secret stands in the file itself", NULL},
    {SUPPLIER "    public_comments: us\n    secret: [env:HOME, " CANARY "]\n",
     "suppliers.orion.secret[2]: a secret stands in the file", NULL},
    {SUPPLIER "    public_comments: us\n    secret: [env:HOME, env:HOME, env:HOME]\n", "has 3 secrets", NULL},
    {SUPPLIER "    public_comments: us\n    secret: []\n", "has 0 secrets", NULL},
    {SUPPLIER "    public_comments: us\n    secret:\n", "a value is expected, found nothing", NULL},
    {SIGNED "    secret: env:HOME\n", "suppliers.orion.unsigned: stands beside `secret`", NULL},
    {SUPPLIER "    public_comments: us\n    secrets: env:HOME\n",
     "suppliers.orion.secrets: is no setting of a supplier; did you mean \"secret\"?", NULL},
    {SIGNED "    map: {status: {a: in_progres}}\n",
     "suppliers.orion.map.status.a: found \"in_progres\"; did you mean \"in_progress\"?", "allowed: new, acknowledged"},
    {SIGNED "    map: {status: {a: unknown}}\n", "found \"unknown\"", NULL},
    {SIGNED "    map: {status_out: {finished: a}}\n", "suppliers.orion.map.status_out.finished: found \"finished\"",
     NULL},
    {SIGNED "    map: {priority: {a: P1}}\n", "found \"P1\", allowed: 1, 2, 3, 4, 5", NULL},
    {SIGNED "    map: {state: {}}\n", "suppliers.orion.map.state: is no map; did you mean \"status\"?", NULL},
    {SIGNED "    map: {status: {a: new, a: held}}\n", "suppliers.orion.map.status.a: stands a second time", NULL},
    {SIGNED "    map: {status: {a: resolved, b: closed}, status_out: {resolved: b}}\n",
     "suppliers.orion.map: status: resolved goes out as \"b\", which comes back as closed", NULL},
    {SIGNED "  - {name: orion, connector: fixture, unsigned: true, public_comments: us, settings: {number: 2}}\n",
     "name or title is the same", NULL},
    {SIGNED
     "  - {name: tel, title: ORION, connector: fixture, unsigned: true, public_comments: us, settings: {number: 2}}\n",
     "name or title is the same", NULL},
    {"suppliers: [{connector: fixture, unsigned: true, public_comments: us, settings: {number: 1}}]\n",
     "suppliers[1]: name is missing", NULL},
    {"suppliers: [{name: Tel Nord, connector: fixture, unsigned: true, public_comments: us, settings: {number: 1}}]\n",
     "found \"Tel Nord\", allowed: 1 to 64 of a-z, 0-9 and -", NULL},
    {"suppliers: [{name: tel, unsigned: true, public_comments: us}]\n", "suppliers.tel: connector is missing", NULL},
    {"suppliers: [{name: tel, connector: fixtur, unsigned: true, public_comments: us}]\n",
     "found \"fixtur\", which is no connector here; did you mean \"fixture\"?", "generic"},
    {"suppliers: [{name: tel, connector: fixture, unsigned: true, public_comments: us}]\n",
     "suppliers.tel.settings: number is missing. Connector fixture needs it: a number that must be given", NULL},
    {"suppliers: [{name: tel, connector: fixture, unsigned: true, public_comments: us, settings: {number: x, flag: "
     "yes, numbr: 1}}]\n",
     "suppliers.tel.settings.numbr: is no setting of connector fixture; did you mean \"number\"?",
     "suppliers.tel.settings.number: found \"x\", allowed: a whole number"},
    {"suppliers: [{name: tel, connector: fixture, unsigned: true, public_comments: us, settings: {number: 1, flag: "
     "yes}}]\n",
     "found \"yes\", allowed: true, false", NULL},
    {"suppliers:\n- name: tel\n  connector: generic\n  unsigned: true\n  public_comments: us\n  settings:\n    decode: "
     "\".a\\n|foo\"\n",
     ":6: suppliers.tel.settings: connector generic: decode: line 2: foo/0 is not defined", NULL},
};

static void wrong_files(void **state)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct sdk_buf report;

		problems_of(*state, wrong[i].text, &report);
		if (!strstr(report.p, wrong[i].first) || (wrong[i].second && !strstr(report.p, wrong[i].second)))
			fail_msg("%sgives\n%s\nand not: %s", wrong[i].text, report.p, wrong[i].first);
		assert_memory_equal(report.p, path, strlen(path));
		sdk_buf_release(&report);
	}
}

static void all_problems_at_once(void **state)
{
	struct sdk_buf report;

	problems_of(*state, "http: {port: x, idle: 1}\nlog: {level: x}\nsuppliers: [{name: a}]\n", &report);
	assert_non_null(strstr(report.p, "http.port"));
	assert_non_null(strstr(report.p, "http.idle"));
	assert_non_null(strstr(report.p, "log.level"));
	assert_non_null(strstr(report.p, "suppliers.a: connector is missing"));
	sdk_buf_release(&report);
}

static void files_that_are_none(void **state)
{
	const struct fixture *fixture = *state;
	struct config *config = NULL;
	struct ent_err err;
	FILE *f;

	assert_int_equal(config_load("/nowhere/entente.yaml", fixture->plugins, &config, &err), ENT_EINVAL);
	assert_string_equal(err.msg, "/nowhere/entente.yaml: No such file or directory");
	assert_int_equal(config_load("/tmp", NULL, &config, &err), ENT_EINVAL);
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 0; i < CONFIG_SIZE_MAX / 64 + 1; i++)
		assert_true(fprintf(f, "# %060zu\n\n", i) == 64);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(config_load(path, NULL, &config, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "has more than"));
	assert_null(config);
}

/* Aliases that name one another a billion times cost nothing: nothing is expanded. */
static void aliases_without_end(void **state)
{
	struct sdk_buf report;

	problems_of(*state,
		    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
		    "d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nhttp: *e\n",
		    &report);
	sdk_buf_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wrong_files),
	    cmocka_unit_test(all_problems_at_once),
	    cmocka_unit_test(files_that_are_none),
	    cmocka_unit_test(aliases_without_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
