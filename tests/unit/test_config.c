/* SPDX-License-Identifier: Apache-2.0 */
/* A right file is read, its values are shown, and the committed sample is one. */
#include "config_file.h"

#include "base/jws.h"
#include "config/config_print.h"
#include "config/config_values.h"

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
	    cmocka_unit_test(defaults),         cmocka_unit_test(ways_in),
	    cmocka_unit_test(values_and_units), cmocka_unit_test(suppliers),
	    cmocka_unit_test(values_shown),     cmocka_unit_test(sample_is_the_committed_one),
	    cmocka_unit_test(sample_is_true),   cmocka_unit_test(help_has_every_setting),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
