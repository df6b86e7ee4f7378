/* SPDX-License-Identifier: Apache-2.0 */
/* A wrong file is refused with line, setting, what was found, what is allowed and the nearest name; a right one is
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/jws.h"
#include "config/config.h"
#include "config/config_print.h"
#include "config/config_values.h"

#define CANARY "canary-77c1"

static char path[] = "/tmp/entente-config-XXXXXX";
static char secret_path[] = "/tmp/entente-csecret-XXXXXX";

struct fixture {
	struct plugins *plugins;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct ent_err err;
	int fd = mkstemp(path), secret = mkstemp(secret_path);

	*state = &fixture;
	if (fd < 0 || secret < 0 || write(secret, CANARY "\n", sizeof CANARY) != sizeof CANARY)
		return -1;
	close(fd);
	close(secret);
	return plugins_load(FIXTURES "/good:" CONNECTORS, &fixture.plugins, &err);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	plugins_unload(fixture->plugins);
	return unlink(path) + unlink(secret_path);
}

static void file_write(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static struct config *load(const struct fixture *fixture, const char *text)
{
	struct config *config = NULL;
	struct ent_err err = {0};

	file_write(text);
	if (config_load(path, fixture->plugins, &config, &err) != ENT_OK)
		fail_msg("refused: %s", err.msg);
	return config;
}

/* Every problem of the text, as a person sees them; fails when there is none. */
static void problems_of(const struct fixture *fixture, const char *text, struct sdk_buf *report)
{
	struct config *config = NULL;
	struct ent_err err = {0};

	file_write(text);
	sdk_buf_init(report, 1 << 20);
	if (config_load_report(path, fixture->plugins, report, &config, &err) != ENT_EINVAL)
		fail_msg("was taken: %s", text);
	assert_null(config);
	sdk_buf_add(report, "", 1);
	assert_null(strstr(report->p, CANARY));
	assert_null(strstr(err.msg, CANARY));
	assert_memory_equal(err.msg, report->p, strlen(err.msg) > 200 ? 200 : strlen(err.msg));
}

/* ---- right ones ----------------------------------------------------------------------- */

static void defaults(void **state)
{
	struct config *config = NULL;
	struct ent_err err;

	(void)state;
	assert_int_equal(config_load(NULL, NULL, &config, &err), ENT_OK);
	assert_true(sdk_eqz(config->http.listen, "127.0.0.1"));
	assert_int_equal(config->http.port, 8480);
	assert_int_equal(config->http.threads, 2);
	assert_int_equal(config->http.body_max, 1048576);
	assert_int_equal(config->http.idle_s, 60);
	assert_int_equal(config->kafka.partitions, 4);
	assert_int_equal(config->kafka.retention_days, -1);
	assert_int_equal(config->kafka.pause_us, 3000);
	assert_int_equal(config->kafka.brokers.n, 0);
	assert_int_equal(config->store.raw_days, 30);
	assert_true(sdk_eqz(config->log.level, "info"));
	assert_true(sdk_eqz(config->source, "/entente"));
	assert_true(config->connector_dir.n > 0);
	assert_non_null(config->suppliers);
	assert_int_equal(config->suppliers->n, 0);
	config_free(config);
	config_free(NULL);
}

static void ways_in(void **state)
{
	struct config *config = load(
	    *state, "public_url: https://us.example:8443\nsessions: {idle: 30m, absolute: 1d}\n"
		    "http: {proxies: [10.1.0.7/32, 'fd00::/8']}\norganisations: council\n"
		    "sign_in:\n- {organisation: us, issuer: 'https://id.example/x', client_id: a, client_secret: "
		    "env:HOME, algorithms: [ES256, PS256], required: true}\n"
		    "- {organisation: council, issuer: 'http://127.0.0.1:9000', client_id: b, plain_http: true, allow: "
		    "[127.0.0.0/8]}\n");
	const struct way_in *way = config->way;
	struct sdk_buf shown;

	assert_true(sdk_eqz(config->public_url, "https://us.example:8443"));
	assert_int_equal(config->sessions.idle_s, 1800);
	assert_int_equal(config->sessions.absolute_s, 86400);
	assert_true(sdk_eqz(config->http.proxies, "10.1.0.7/32,fd00::/8"));
	assert_int_equal(config->n_way, 2);
	assert_true(way[0].required && way[0].secret.n > 0);
	assert_int_equal(way[0].algorithms, 1u << JWS_ES256 | 1u << JWS_PS256);
	assert_false(way[1].required);
	assert_int_equal(way[1].algorithms, 1u << JWS_RS256);
	assert_true(way[1].link.plain_http && way[1].link.n_allow == 1);
	sdk_buf_init(&shown, 1 << 20);
	config_values_print(config, &shown);
	sdk_buf_add(&shown, "", 1);
	assert_non_null(
	    strstr(shown.p, "client_secret: env:HOME\n") ? shown.p : strstr(shown.p, "client_secret: \"env:HOME\"\n"));
	sdk_buf_release(&shown);
	config_free(config);
}

static void values_and_units(void **state)
{
	struct config *config =
	    load(*state, "http: {port: 0, body_max: 2 MiB, header_max: 8192, idle: 2m, listen: \"::1\"}\n"
			 "kafka:\n  retention: 14d\n  pause: 500us\n  linger.ms: 7\n  brokers: a:1,b:2\n"
			 "store: {raw: 48h}\nlog:\ndata_dir: /x y\n");

	assert_int_equal(config->http.port, 0);
	assert_int_equal(config->http.body_max, 2 * 1048576);
	assert_int_equal(config->http.header_max, 8192);
	assert_int_equal(config->http.idle_s, 120);
	assert_int_equal(config->kafka.retention_days, 14);
	assert_int_equal(config->kafka.pause_us, 500);
	assert_int_equal(config->store.raw_days, 2);
	assert_true(sdk_eqz(config->data_dir, "/x y"));
	assert_true(sdk_eqz(config->kafka.brokers, "a:1,b:2"));
	assert_int_equal(config->kafka.n_pass, 1);
	assert_true(sdk_eqz(config->kafka.pass[0].name, "linger.ms"));
	assert_true(sdk_eqz(config->kafka.pass[0].value, "7"));
	assert_int_equal(config->kafka.pass[0].line, 5);
	config_free(config);
	config_free(load(*state, ""));
	config_free(load(*state, "# nothing yet\n"));
	config_free(load(*state, "---\nhttp:\nsuppliers:\n"));
}

static void suppliers(void **state)
{
	char text[2048];
	struct config *config;
	const struct supplier *orion, *telnord;

	snprintf(text, sizeof text,
		 "suppliers:\n"
		 "  - name: orion\n"
		 "    title: Orion Infogérance\n"
		 "    connector: fixture\n"
		 "    secret: [file:%s, env:HOME]\n"
		 "    public_comments: everyone\n"
		 "    map: &words\n"
		 "      status: {queued: new, -100: held, \"Awaiting User Info\": pending, fixed: resolved, done: "
		 "resolved}\n"
		 "      status_out: {resolved: fixed}\n"
		 "      priority: {1 - Critical: 1}\n"
		 "    settings: {number: -7, flag: true}\n"
		 "  - {name: telnord, connector: fixture, unsigned: true, public_comments: us, map: *words, settings: "
		 "{number: 8, word: \"\"}}\n",
		 secret_path);
	config = load(*state, text);
	assert_int_equal(config->suppliers->n, 2);
	orion = supplier_by_any(config->suppliers, ENT_STR("Orion Infogérance"));
	telnord = supplier_by_name(config->suppliers, ENT_STR("telnord"));
	assert_non_null(orion);
	assert_non_null(telnord);
	assert_int_equal(orion->n_secret, 2);
	assert_true(sdk_eqz(secret_bytes(&orion->secret[0]), CANARY));
	assert_true(orion->public_everyone);
	assert_true(
	    sdk_eqz(map_in(&orion->maps.of[ENT_STATUS], orion->connector->map[ENT_STATUS], ENT_STR("-100")), "held"));
	assert_true(sdk_eqz(
	    map_out(&orion->maps.of[ENT_STATUS], orion->connector->map[ENT_STATUS], ENT_STR("resolved")), "fixed"));
	assert_true(sdk_eqz(map_in(&orion->maps.of[ENT_PRIORITY], NULL, ENT_STR("1 - Critical")), "1"));
	assert_int_equal(telnord->n_secret, 0);
	assert_false(telnord->public_everyone);
	assert_true(sdk_eqz(telnord->title, "telnord"));
	assert_true(sdk_eqz(map_in(&telnord->maps.of[ENT_STATUS], NULL, ENT_STR("queued")), "new"));
	assert_true(sdk_eqz(*(const struct ent_str *)orion->settings, "plain"));
	assert_int_equal(*(const int64_t *)(const void *)((const char *)orion->settings + sizeof(struct ent_str)), -7);
	assert_int_equal(((const struct ent_str *)telnord->settings)->n, 0);
	config_free(config);
}

/* Secrets are shown as references only, and what is shown is a file that says the same. */
static void values_shown(void **state)
{
	char text[512];
	struct config *config;
	struct sdk_buf shown, again;

	snprintf(text, sizeof text,
		 "kafka: {brokers: k:9092, sasl.password: \"file:%s\", pause: 90s}\n"
		 "suppliers: [{name: o, connector: generic, secret: \"file:%s\", public_comments: us,\n"
		 "  map: {status: {\"null\": new, \"a: b\": held, \"\": closed}}, settings: {decode: \".a\\n| "
		 "\\\"b\\\"\"}}]\n",
		 secret_path, secret_path);
	memcpy(strstr(text, "90s"), "9ms", 3);
	config = load(*state, text);
	assert_true(sdk_eqz(config->kafka.pass[0].value, CANARY));
	sdk_buf_init(&shown, 1 << 20);
	config_values_print(config, &shown);
	config_free(config);
	sdk_buf_add(&shown, "", 1);
	assert_null(strstr(shown.p, CANARY));
	assert_non_null(strstr(shown.p, secret_path));
	config = load(*state, shown.p);
	sdk_buf_init(&again, 1 << 20);
	config_values_print(config, &again);
	sdk_buf_add(&again, "", 1);
	assert_string_equal(again.p, shown.p);
	config_free(config);
	sdk_buf_release(&shown);
	sdk_buf_release(&again);
}

/* ---- wrong ones ----------------------------------------------------------------------------- */

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

/* ---- sample ------------------------------------------------------------------------------------ */

static void sample_is_the_committed_one(void **state)
{
	FILE *f = fopen(SAMPLE, "rb");
	struct sdk_buf sample;
	char *file = calloc(1, 65536);

	(void)state;
	assert_non_null(f);
	assert_non_null(file);
	assert_true(fread(file, 1, 65535, f) > 0);
	fclose(f);
	sdk_buf_init(&sample, 65536);
	config_print_sample(&sample);
	sdk_buf_add(&sample, "", 1);
	assert_string_equal(sample.p, file);
	sdk_buf_release(&sample);
	free(file);
}

/* The sample says the defaults; its supplier, when the # are removed as it says, is a good one. */
static void sample_is_true(void **state)
{
	struct sdk_buf sample, given, dflt;
	struct config *config = load(*state, ""), *from;
	char *tail, *secret;

	sdk_buf_init(&sample, 65536);
	sdk_buf_init(&given, 65536);
	sdk_buf_init(&dflt, 65536);
	config_print_sample(&sample);
	sdk_buf_add(&sample, "", 1);
	from = load(*state, sample.p);
	assert_true(sdk_eqz(from->data_dir, "/var/lib/entente"));
	from->data_dir = config->data_dir;
	config_values_print(config, &dflt);
	config_values_print(from, &given);
	assert_int_equal(given.n, dflt.n);
	assert_memory_equal(given.p, dflt.p, dflt.n);
	config_free(from);
	config_free(config);
	tail = strstr(sample.p, "suppliers: []\n");
	assert_non_null(tail);
	memset(tail, ' ', strlen("suppliers: []"));
	for (char *line = strstr(tail, "\n#"); line; line = strstr(line, "\n#"))
		line[1] = line[2] == ' ' && line[3] == 'R' ? '#' : ' ', line++;
	secret = strstr(tail, "file:/etc/entente/orion.secret");
	assert_non_null(secret);
	memcpy(secret, "env:HOME                      ", strlen("file:/etc/entente/orion.secret"));
	secret = strstr(tail, "file:/etc/entente/orion.token");
	assert_non_null(secret);
	memcpy(secret, "env:HOME                     ", strlen("file:/etc/entente/orion.token"));
	/* "#suppliers:" leaves one space more than YAML has at the top: everything below it has it, too */
	config = load(*state, strstr(tail, " suppliers:"));
	assert_int_equal(config->suppliers->n, 1);
	assert_true(sdk_eqz(config->suppliers->at[0].title, "Orion Hosting"));
	config_free(config);
	sdk_buf_release(&sample);
	sdk_buf_release(&given);
	sdk_buf_release(&dflt);
}

static void help_has_every_setting(void **state)
{
	static const char *const some[] = {"http.body_max = 1MiB   (1KiB to 64MiB)",
					   "kafka.retention = forever",
					   "log.format = auto",
					   "  public_comments: us or everyone (required)",
					   "  secret: reference(s)",
					   "kafka.*",
					   "  timeout = 30s   (100ms to 10m)",
					   "      kind: basic, bearer",
					   "  silence = 0   (1s to 365d, 0, or never)"};
	struct sdk_buf help;

	(void)state;
	sdk_buf_init(&help, 65536);
	config_print_help(&help);
	sdk_buf_add(&help, "", 1);
	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		if (!strstr(help.p, some[i]))
			fail_msg("help lacks \"%s\"", some[i]);
	assert_null(strstr(help.p, " \n"));
	sdk_buf_release(&help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(ways_in),
	    cmocka_unit_test(values_and_units),
	    cmocka_unit_test(suppliers),
	    cmocka_unit_test(values_shown),
	    cmocka_unit_test(wrong_files),
	    cmocka_unit_test(all_problems_at_once),
	    cmocka_unit_test(files_that_are_none),
	    cmocka_unit_test(aliases_without_end),
	    cmocka_unit_test(sample_is_the_committed_one),
	    cmocka_unit_test(sample_is_true),
	    cmocka_unit_test(help_has_every_setting),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
