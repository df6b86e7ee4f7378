/* SPDX-License-Identifier: Apache-2.0 */
/* `entente check`: a line for each thing it looked at, 1 when one would stop the start, and nothing changed on disk. */
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
#include "cli/command.h"
#include "sdk/json.h"
#include "store/store.h"

static char folder[] = "/tmp/entente-check-XXXXXX";
static char text[65536]; /* what the last run wrote */

static const char *in_folder(const char *name)
{
	static char path[3][sizeof folder + 32];
	static int next;
	char *at = path[next = (next + 1) % 3];

	snprintf(at, sizeof path[0], "%s/%s", folder, name);
	return at;
}

static void file_write(const char *name, const char *content, mode_t mode)
{
	FILE *f = fopen(in_folder(name), "w");

	assert_non_null(f);
	assert_true(fputs(content, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(in_folder(name), mode), 0);
}

/* Runs the command with its standard output in a file; @ in `yaml` stands for the folder. */
static int check(const char *yaml, const char *option)
{
	char config[4096], path[64], *argv[] = {(char[]){"check"}, (char[]){"--config"}, path, NULL, NULL};
	int saved, status, argc = 3;
	FILE *out;
	size_t n;

	snprintf(config, sizeof config, "connector_dir: %s\n", CONNECTORS);
	n = strlen(config);
	for (const char *p = yaml; *p && n < sizeof config - sizeof folder; p++) {
		if (*p == '@') {
			memcpy(config + n, folder, strlen(folder));
			n += strlen(folder);
		} else {
			config[n++] = *p;
		}
	}
	config[n] = '\0';
	file_write("c.yaml", config, 0600);
	snprintf(path, sizeof path, "%s", in_folder("c.yaml"));
	if (option)
		argv[argc++] = (char *)(uintptr_t)option;
	fflush(stdout);
	saved = dup(1);
	out = fopen(in_folder("out"), "w+");
	assert_non_null(out);
	assert_true(dup2(fileno(out), 1) == 1);
	status = command_check.run(argc, argv);
	fflush(stdout);
	assert_true(dup2(saved, 1) == 1);
	close(saved);
	rewind(out);
	n = fread(text, 1, sizeof text - 1, out);
	text[n] = '\0';
	fclose(out);
	return status;
}

static void expect_line(const char *line)
{
	if (!strstr(text, line))
		fail_msg("no \"%s\" in\n%s", line, text);
}

#define GOOD                                                                                                           \
	"data_dir: @/data\nsuppliers:\n  - name: orion\n    connector: generic\n    secret: file:@/secret\n    "       \
	"public_comments: us\n"                                                                                        \
	"    settings: {decode: .body}\n    map: {status: {a: new}, priority: {x: 1}}\n"

static void all_is_well(void **state)
{
	struct stat st;

	(void)state;
	file_write("secret", "0123456789abcdef0123\n", 0600);
	assert_int_equal(check(GOOD, "--no-kafka"), 0);
	expect_line("ok   configuration: /tmp/entente-check-");
	expect_line(", 1 supplier\n");
	expect_line("ok   connectors: ");
	expect_line("ok   supplier orion: connector generic opens\n");
	expect_line("ok   supplier orion: secret file:/tmp/entente-check-");
	expect_line("ok   supplier orion: map.status: every status we send is read back as the same one\n");
	expect_line("ok   supplier orion: map.priority: every priority we send is read back as the same one\n");
	expect_line("/data will be made\n");
	expect_line("/data/entente.db will be made\n");
	expect_line("Ready to start.\n");
	assert_null(strstr(text, "kafka"));
	assert_null(strstr(text, "0123456789"));
	assert_int_not_equal(stat(in_folder("data"), &st), 0);
	assert_int_equal(check(GOOD, NULL), 0);
	expect_line("warn kafka: embedded Kafka, for evaluation");
	assert_int_equal(unlink(in_folder("secret")), 0);
}

static void warnings_do_not_stop(void **state)
{
	(void)state;
	file_write("secret", "short\n", 0600);
	assert_int_equal(mkdir(in_folder("data"), 0700), 0);
	assert_int_equal(chmod(in_folder("data"), 0755), 0);
	assert_int_equal(
	    check("http: {listen: 0.0.0.0}\n"
		  "data_dir: @/data\nsuppliers:\n"
		  "  - {name: a, connector: generic, secret: \"file:@/secret\", public_comments: us, settings: "
		  "{decode: .}}\n"
		  "  - {name: b, connector: generic, unsigned: true, public_comments: us, settings: {decode: .}}\n",
		  "--no-kafka"),
	    0);
	expect_line("warn supplier a: secret file:/tmp/entente-check-");
	expect_line("has 5 bytes");
	expect_line("warn supplier a: map.status is empty: ");
	expect_line("warn supplier b: unsigned: whoever reaches /hooks/b");
	expect_line("warn http: 0.0.0.0 can be reached from other machines");
	expect_line("is open to everyone on this machine (mode 0755)");
	expect_line("Ready to start, see the warnings.\n");
	assert_int_equal(rmdir(in_folder("data")), 0);
	assert_int_equal(unlink(in_folder("secret")), 0);
}

#define JIRA                                                                                                           \
	"data_dir: @/data\nsuppliers:\n  - name: telnord\n    connector: jira\n    public_comments: us\n"              \
	"    settings: {project: T}\n"

static void the_way_out(void **state)
{
	(void)state;
	file_write("token", "0123456789abcdef0123\n", 0600);
	assert_int_equal(check(JIRA "    url: https://tickets.example\n    account: u1\n    poll: 90s\n"
				    "    auth: {kind: bearer, credential: \"file:@/token\"}\n",
			       "--no-kafka"),
			 0);
	expect_line("ok   supplier telnord: sends no webhooks: /hooks/telnord is closed, it is asked every 90 s\n");
	expect_line("ok   supplier telnord: way out: connector jira opens tickets, changes tickets, comments, edits "
		    "its comments, removes them, reads "
		    "tickets, asks what is new\n");
	expect_line("ok   supplier telnord: its tool cannot do all: ");
	assert_null(strstr(text, "account is missing"));
	assert_null(strstr(text, "no auth"));
	assert_null(strstr(text, "http:"));
	assert_null(strstr(text, "0123456789"));
	assert_int_equal(check(JIRA "    unsigned: true\n    url: http://tickets.example\n    plain_http: true\n"
				    "    allow: [0.0.0.0/0]\n    paused: true\n",
			       "--no-kafka"),
			 0);
	expect_line("warn supplier telnord: account is missing: ");
	expect_line("warn supplier telnord: no auth: ");
	expect_line("warn supplier telnord: http: ");
	expect_line("warn supplier telnord: allow has 0.0.0.0/0: ");
	expect_line("warn supplier telnord: paused: ");
	assert_int_equal(
	    check(JIRA "    unsigned: true\n    auth: {kind: bearer, credential: \"file:@/token\"}\n", "--no-kafka"),
	    0);
	expect_line("warn supplier telnord: no way out, although auth is there");
	/* only asked, but nobody says where */
	assert_int_equal(check(JIRA, "--no-kafka"), 1);
	expect_line("nothing says how its webhooks are signed");
	assert_int_equal(unlink(in_folder("token")), 0);
}

#define NATIVE                                                                                                         \
	"data_dir: @/data\nsuppliers:\n  - {name: delta, connector: native, public_comments: us, url: "                \
	"\"https://delta.example\""

/* These connectors poll only with a setting, or with a program. */
static void who_is_not_polled(void **state)
{
	(void)state;
	assert_int_equal(check(NATIVE ", unsigned: true}\n", "--no-kafka"), 0);
	expect_line("ok   supplier delta: its tool cannot be polled: this supplier tells no changes (setting "
		    "changes)\n");
	assert_null(strstr(text, "asks what is new"));
	assert_int_equal(check(NATIVE "}\n", "--no-kafka"), 0);
	expect_line("warn supplier delta: nothing is heard from it: ");
	assert_null(strstr(text, "it is asked every"));
	assert_int_equal(check(NATIVE ", unsigned: true, settings: {changes: /changes}}\n", "--no-kafka"), 0);
	expect_line("asks what is new\n");
	assert_null(strstr(text, "cannot be polled"));
	assert_int_equal(
	    check(
		"data_dir: @/data\nsuppliers:\n  - {name: g, connector: generic, unsigned: true, public_comments: us, "
		"url: \"https://g.example\", settings: {decode: ., build: 'if .op == \"create\" then {method: "
		"\"POST\", path: \"/t\"} else empty end', parse: '{result: \"ok\"}'}}\n",
		"--no-kafka"),
	    0);
	expect_line("its tool cannot be polled: ");
	assert_null(strstr(text, "asks what is new"));
}

static void what_stops_the_start(void **state)
{
	(void)state;
	assert_int_equal(check(GOOD "http: {port: x}\n", "--no-kafka"), 1);
	expect_line("FAIL configuration: ");
	expect_line("http.port: found \"x\"");
	assert_int_equal(check(GOOD, "--no-kafka"), 1);
	expect_line("/secret: No such file");
	expect_line("1 of these would stop the start.\n");
	file_write("plain", "x", 0600);
	assert_int_equal(check("data_dir: @/plain\n", "--no-kafka"), 1);
	expect_line("/plain is no folder");
	assert_int_equal(check("data_dir: @/plain/data\n", "--no-kafka"), 1);
	expect_line("FAIL data_dir: ");
	assert_int_equal(mkdir(in_folder("data"), 0700), 0);
	file_write("data/entente.db", "this is no database, and long enough to be looked at as one, is it not?\n",
		   0600);
	assert_int_equal(check("data_dir: @/data\n", "--no-kafka"), 1);
	expect_line("FAIL store: ");
	assert_int_equal(unlink(in_folder("data/entente.db")), 0);
	assert_int_equal(rmdir(in_folder("data")), 0);
	assert_int_equal(unlink(in_folder("plain")), 0);
	assert_int_equal(check("data_dir: @/data\nkafka:\n  foo.bar: 1\n", NULL), 1);
	expect_line("c.yaml:4: kafka.foo.bar: ");
	assert_int_equal(check("data_dir: @/data\nkafka: {brokers: \"127.0.0.1:1\"}\n", NULL), 1);
	expect_line("FAIL kafka: ");
}

#define DESK                                                                                                           \
	"data_dir: @/data\nsuppliers:\n  - name: desk\n    connector: generic\n    public_comments: us\n"              \
	"    url: https://desk.example\n    credentials: {key: \"file:@/secret\"}\n    map: {status: {a: new}}\n"

/* Proxies on the way write addresses, with a secret in them, into their logs. The check warns for both directions, and
 * only where a secret is in an address. */
static void secrets_in_addresses(void **state)
{
	static const char in[] = "warn supplier desk: its secret stands in the address /hooks/desk/SECRET: proxies";
	static const char out[] = "warn supplier desk: the path of a request contains a secret: proxies";
	static const struct {
		const char *rest;
		bool in, out;
	} rows[] = {
	    {"    secret: file:@/secret\n    settings: {decode: empty, signature_scheme: path}\n", true, false},
	    {"    secret: file:@/secret\n    settings: {decode: empty}\n", false, false},
	    {"    unsigned: true\n    settings:\n      decode: empty\n"
	     "      build: '{method: \"GET\", path: [\"/\", {secret: \"key\"}, \"/x\"]}'\n      parse: '{}'\n",
	     false, true},
	    {"    unsigned: true\n    settings:\n      decode: empty\n"
	     "      build: 'if .op == \"fetch_ticket\" then {method: \"GET\", path: [\"/?k=\", {secret: \"key\"}]} "
	     "else empty end'\n      parse: '{}'\n",
	     false, true},
	    {"    unsigned: true\n    settings:\n      decode: empty\n"
	     "      build: 'empty'\n      parse: '{}'\n"
	     "      probe: '{method: \"GET\", path: [\"/\", {secret: \"key\"}]}'\n",
	     false, true},
	    {"    unsigned: true\n    settings:\n      decode: empty\n"
	     "      build: '{method: \"GET\", path: \"/x\", headers: {\"X-Key\": {secret: \"key\"}}}'\n      parse: "
	     "'{}'\n",
	     false, false},
	};

	(void)state;
	file_write("secret", "0123456789abcdef0123\n", 0600);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char yaml[2048];

		(void)snprintf(yaml, sizeof yaml, "%s%s", DESK, rows[i].rest);
		if (check(yaml, "--no-kafka") != 0)
			fail_msg("row %zu: %s", i, text);
		if ((strstr(text, in) != NULL) != rows[i].in || (strstr(text, out) != NULL) != rows[i].out)
			fail_msg("row %zu:\n%s", i, text);
		assert_null(strstr(text, "0123456789"));
	}
	assert_int_equal(unlink(in_folder("secret")), 0);
}

#define LOGIN "warn supplier desk: no auth: its tool is asked without logging in"

/* A login, a credential or a signature of the connector's own shows who we are, too. */
static void who_is_shown(void **state)
{
	static const struct {
		const char *rest;
		bool warns;
	} rows[] = {
	    {"generic\n    unsigned: true\n    settings:\n      decode: empty\n      build: '{method: \"GET\", path: "
	     "\"/x\"}'\n      parse: '{}'\n",
	     true},
	    {"generic\n    unsigned: true\n    credentials: {key: \"file:@/secret\"}\n    settings:\n      decode: "
	     "empty\n      build: empty\n      parse: '{}'\n",
	     false},
	    {"generic\n    unsigned: true\n    settings:\n      decode: empty\n      build: '{method: \"GET\", path: "
	     "\"/x\"}'\n      parse: '{}'\n      login: '{method: \"GET\", path: \"/login\"}'\n      login_parse: "
	     "'{session: {a: \"b\"}}'\n",
	     false},
	    {"native\n    secret: file:@/secret\n", false},
	    {"native\n    unsigned: true\n    poll: 0\n", true},
	};

	(void)state;
	file_write("secret", "0123456789abcdef0123\n", 0600);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char yaml[2048];

		(void)snprintf(yaml, sizeof yaml,
			       "data_dir: @/data\nsuppliers:\n  - name: desk\n    public_comments: us\n"
			       "    url: https://desk.example\n    connector: %s",
			       rows[i].rest);
		if (check(yaml, "--no-kafka") != 0 || (strstr(text, LOGIN) != NULL) != rows[i].warns)
			fail_msg("row %zu:\n%s", i, text);
	}
	assert_int_equal(unlink(in_folder("secret")), 0);
}

/* Deliveries to a supplier that was taken out of the configuration; those to one that is there are no news. */
static void who_was_taken_out(void **state)
{
	static const char insert[] =
	    "INSERT INTO delivery (key, incident, marked, supplier, sent_to, op, attributes, comment, title, text, "
	    "planned, organisations, everyone, requester, hash, state, head, look, unsure_ms, attempt, phase, memo, "
	    "origin, said_ms, made_ms, due_ms, state_ms, cause, reason, exchange, remote_id, bound) SELECT 'k' || $1, "
	    "1, "
	    "1, $2, '', 'create_ticket', 0, '', 't', 't', '', 'us', 1, 0, '', $3, 1, 0, 0, 0, 0, '', '', 0, 0, "
	    "0, "
	    "0, '', '', '', '', 0";
	static const struct {
		const char *supplier, *state;
	} row[] = {
	    {"vega", "pending"}, {"vega", "pending"}, {"vega", "parked"}, {"vega", "done"}, {"orion", "pending"}};
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;

	(void)state;
	file_write("secret", "0123456789abcdef0123\n", 0600);
	assert_int_equal(mkdir(in_folder("data"), 0700), 0);
	if (store_open(in_folder("data/entente.db"), NULL, 6, clock_system(), chance_system(), &db, &meta, &err) !=
	    ENT_OK)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct db_stmt *stmt = db_use(db, insert);
		db_bind_int(stmt, 1, (int64_t)i);
		db_bind_str(stmt, 2, sdk_str(row[i].supplier));
		db_bind_str(stmt, 3, sdk_str(row[i].state));
		assert_false(db_row(stmt));
	}
	assert_false(db_failed(db));
	db_close(db);
	assert_int_equal(check(GOOD, "--no-kafka"), 0);
	expect_line(
	    "warn store: vega is not in the configuration. At the start 2 deliveries to it will be parked; 1 are "
	    "parked or unknown already. To deliver them, put it back. To see them: entente delivery list --supplier "
	    "vega\n");
	assert_null(strstr(text, "orion is not in the configuration"));
	char command[sizeof folder + 32];
	snprintf(command, sizeof command, "rm -rf '%s'", in_folder("data"));
	assert_int_equal(system(command), 0);
	assert_int_equal(unlink(in_folder("secret")), 0);
}

static void as_json(void **state)
{
	const struct sdk_json *root = NULL, *item;
	struct sdk_arena arena;
	struct ent_err err;

	(void)state;
	sdk_arena_init(&arena);
	assert_int_equal(check("data_dir: @/data\nlog: {level: \"q\\\"uiet\"}\n", "--json"), 1);
	assert_int_equal(sdk_json_parse(&arena.abi, sdk_str(text), &root, &err), ENT_OK);
	assert_false(sdk_json_bool(sdk_json_at(root, "ok"), true));
	item = sdk_json_first(sdk_json_at(root, "checks"));
	assert_true(sdk_json_is(item, "name", "configuration"));
	assert_true(sdk_json_is(item, "result", "fail"));
	assert_int_equal(check("data_dir: @/data\n", "--json"), 0);
	assert_int_equal(sdk_json_parse(&arena.abi, sdk_str(text), &root, &err), ENT_OK);
	assert_true(sdk_json_bool(sdk_json_at(root, "ok"), false));
	sdk_arena_release(&arena);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(in_folder("c.yaml")) + unlink(in_folder("out")) + rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_is_well),
	    cmocka_unit_test(warnings_do_not_stop),
	    cmocka_unit_test(the_way_out),
	    cmocka_unit_test(who_is_not_polled),
	    cmocka_unit_test(what_stops_the_start),
	    cmocka_unit_test(secrets_in_addresses),
	    cmocka_unit_test(who_is_shown),
	    cmocka_unit_test(who_was_taken_out),
	    cmocka_unit_test(as_json),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
