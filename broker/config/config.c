/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the configuration: sections by the table, what Kafka's library knows, suppliers. */
#include "config/config.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_secret.h"
#include "config/config_way_in.h"

/* ---- unknown names ---------------------------------------------------------------- */

struct wanted {
	struct ent_str section; /* absent: the top level */
	bool sections;          /* candidates are sections and the top level's settings, else the section's settings */
};

static const char *next_known(const void *of, size_t i)
{
	const struct wanted *wanted = of;
	const struct config_row *row = config_rows();

	if (wanted->sections) {
		static const char *const top[] = {"data_dir",
						  "connector_dir",
						  "source",
						  "organisation",
						  "organisations",
						  "requester_at",
						  "handover_lapses",
						  "silence_after",
						  "public_url",
						  "presence",
						  "undo",
						  "search",
						  "http",
						  "sessions",
						  "attachments",
						  "kafka",
						  "store",
						  "log",
						  "sign_in",
						  "suppliers",
						  NULL};

		return top[i];
	}
	for (; row->name; row++)
		if (strlen(row->name) > wanted->section.n && row->name[wanted->section.n] == '.' &&
		    memcmp(row->name, wanted->section.p, wanted->section.n) == 0 && i-- == 0)
			return row->name + wanted->section.n + 1;
	return NULL;
}

/* The setting of that name in another section: people forget which group it is in. */
static const char *other_section(struct ent_str key)
{
	for (const struct config_row *row = config_rows(); row->name; row++) {
		const char *dot = strchr(row->name, '.');

		if (dot && sdk_eqz(key, dot + 1))
			return row->name;
	}
	return NULL;
}

static void stranger_tell(struct config_reader *reader, const struct config_member *member, const struct wanted *wanted)
{
	struct ent_str near = config_nearest(reader, member->key, next_known, wanted);
	const char *other = other_section(member->key);

	if (near.n == 0 && other)
		near = sdk_format(&reader->arena.abi, "; did you mean \"%s\"?", other);
	config_problem(reader, member->value.line, member->value.name, "is no setting%.*s%s", (int)near.n, near.p,
		       near.n ? "" : " (`entente config --help` lists them all)");
}

static const struct config_row *row_named(struct ent_str name)
{
	for (const struct config_row *row = config_rows(); row->name; row++)
		if (sdk_eqz(name, row->name))
			return row;
	return NULL;
}

/* ---- kafka: what librdkafka knows ---------------------------------------------------- */

static bool is_kafka_secret(struct ent_str name)
{
	return memmem(name.p, name.n, "password", 8) || memmem(name.p, name.n, "secret", 6) ||
	       sdk_eqz(name, "ssl.key.pem") || sdk_eqz(name, "sasl.oauthbearer.config");
}

static bool is_kafka_name(struct ent_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._", name.p[i]))
			return false;
	return name.n > 0 && name.n <= 100;
}

/* A value by reference is read now: librdkafka wants it in the clear. */
static bool pass_reference(struct config_reader *reader, struct config *config, const struct config_node *node,
			   struct config_pair *pair)
{
	struct secret secret;
	struct ent_str reference;
	struct ent_err err;

	if (!config_secret_reference(reader, node, &reference))
		return false;
	if (secret_load(reference, &secret, &err) != ENT_OK) {
		config_problem(reader, node->line, node->name, "%s", err.msg);
		return false;
	}
	pair->reference = sdk_dup(&config->arena.abi, reference);
	pair->value = sdk_dup(&config->arena.abi, secret_bytes(&secret));
	secret_release(&secret);
	return true;
}

static bool pass_read(struct config_reader *reader, struct config *config, const struct config_member *member,
		      struct config_pair *pair)
{
	const struct wanted wanted = {ENT_STR("kafka"), false};
	const struct config_node *node = &member->value;
	struct ent_str text, near;

	near = memchr(member->key.p, '.', member->key.n) ? ENT_STR("")
							 : config_nearest(reader, member->key, next_known, &wanted);
	if (!is_kafka_name(member->key) || near.n > 0) {
		stranger_tell(reader, member, &wanted);
		return false;
	}
	if (!config_is_text(node) && node->yaml->type == YAML_MAPPING_NODE) {
		config_problem(reader, node->line, node->name,
			       "write librdkafka's names on one line, e.g. \"sasl.username: x\"");
		return false;
	}
	if (!config_text(reader, node, &text))
		return false;
	*pair = (struct config_pair){.name = sdk_dup(&config->arena.abi, member->key), .line = node->line};
	if (is_kafka_secret(member->key) || sdk_starts(text, "env:") || sdk_starts(text, "file:"))
		return pass_reference(reader, config, node, pair);
	pair->value = sdk_dup(&config->arena.abi, text);
	return true;
}

/* ---- sections ------------------------------------------------------------------------ */

static bool is_section(struct ent_str key)
{
	return sdk_eqz(key, "http") || sdk_eqz(key, "sessions") || sdk_eqz(key, "attachments") ||
	       sdk_eqz(key, "kafka") || sdk_eqz(key, "store") || sdk_eqz(key, "log");
}

static void section_read(struct config_reader *reader, const struct config_member *section, struct config *config)
{
	const struct config_member *member = NULL;
	size_t n = config_members(reader, &section->value, &member), n_pass = 0;
	bool kafka = sdk_eqz(section->key, "kafka");
	struct config_pair *pass = kafka ? SDK_NEW_N(&config->arena.abi, struct config_pair, n + 1) : NULL;
	const struct wanted wanted = {section->key, false};

	for (size_t i = 0; i < n; i++) {
		const struct config_row *row = row_named(member[i].value.name);

		if (row)
			(void)config_row_read(reader, row, &member[i].value, config); /* a problem is kept */
		else if (!kafka)
			stranger_tell(reader, &member[i], &wanted);
		else if (pass_read(reader, config, &member[i], &pass[n_pass]))
			n_pass++;
	}
	if (kafka) {
		config->kafka.pass = pass;
		config->kafka.n_pass = n_pass;
	}
}

static void root_read(struct config_reader *reader, const struct config_node *root, const struct plugins *plugins,
		      struct config *config)
{
	const struct config_member *member = NULL;
	size_t n = config_members(reader, root, &member);
	const struct wanted wanted = {ENT_ABSENT, true};

	for (size_t i = 0; i < n; i++) {
		const struct config_row *row = row_named(member[i].key);

		if (row && !strchr(row->name, '.'))
			(void)config_row_read(reader, row, &member[i].value, config); /* a problem is kept */
		else if (is_section(member[i].key))
			section_read(reader, &member[i], config);
		else if (sdk_eqz(member[i].key, "sign_in"))
			config_ways_in_read(reader, &member[i].value, config);
		else if (!sdk_eqz(member[i].key, "suppliers"))
			stranger_tell(reader, &member[i], &wanted);
		else if (plugins)
			config_suppliers_read(reader, &member[i].value, plugins, config);
	}
	config_organisations_check(reader, config);
	if (plugins)
		config_ways_in_check(reader, config);
}

static struct config *config_new(const char *path)
{
	struct config *config = sdk_xalloc(sizeof *config);

	*config = (struct config){0};
	sdk_arena_init(&config->arena);
	config->path = sdk_dup(&config->arena.abi, sdk_str(path));
	config->suppliers = supplier_set_new(0);
	for (const struct config_row *row = config_rows(); row->name; row++)
		config_row_default(row, config);
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->kafka.n_pass; i++) {
		const struct config_pair *pair = &config->kafka.pass[i];

		if (pair->reference.p)
			explicit_bzero((char *)(uintptr_t)pair->value.p, pair->value.n); /* our own copy */
	}
	for (size_t i = 0; i < config->n_way; i++)
		secret_release(&config->way[i].secret);
	supplier_set_unref(config->suppliers);
	sdk_arena_release(&config->arena);
	free(config);
}

/* ---- where connectors are ---------------------------------------------------------------- */

/* Beside the program in a build folder; under its prefix's lib when installed. */
static struct ent_str installed_connectors(struct ent_arena *arena)
{
	static const char *const places[] = {"/connectors", "/../lib/entente/connectors",
					     "/../lib64/entente/connectors", "/../lib/*/entente/connectors"};
	struct ent_str found = ENT_STR("connectors");
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program);
	const char *slash = n > 0 ? memrchr(program, '/', (size_t)n) : NULL;
	bool well = false;

	for (size_t i = 0; slash && !well && i < sizeof places / sizeof *places; i++) {
		struct ent_str pattern = sdk_format(arena, "%.*s%s", (int)(slash - program), program, places[i]);
		glob_t at;

		well = glob(sdk_z(arena, pattern), GLOB_ONLYDIR, NULL, &at) == 0 && at.gl_pathc > 0;
		if (well)
			found = sdk_dup(arena, sdk_str(at.gl_pathv[0]));
		globfree(&at);
	}
	return found;
}

/* ---- loading ---------------------------------------------------------------------- */

const char *config_where(const char *given)
{
	const char *named = given ? given : getenv("ENTENTE_CONFIG");

	return named && *named ? named : NULL;
}

enum ent_rc config_load_report(const char *path, const struct plugins *plugins, struct sdk_buf *report,
			       struct config **ret, struct ent_err *err)
{
	struct config *config = config_new(path);
	struct config_node root = {0};
	struct config_reader reader;
	enum ent_rc rc = ENT_OK;

	if (!path) {
		config->connector_dir = installed_connectors(&config->arena.abi);
		*ret = config;
		return ENT_OK;
	}
	if (config_reader_open(&reader, path, &root) && root.yaml)
		root_read(&reader, &root, plugins, config);
	if (config->connector_dir.n == 0)
		config->connector_dir = installed_connectors(&config->arena.abi);
	if (reader.n_problem > 0) {
		rc = ENT_EINVAL;
		*err = reader.first;
		if (report)
			sdk_buf_str(report, sdk_buf_view(&reader.problems));
		if (report && reader.n_problem > CONFIG_PROBLEMS_MAX)
			sdk_buf_format(report, "%s: and %zu problems more\n", path,
				       reader.n_problem - CONFIG_PROBLEMS_MAX);
	}
	config_reader_close(&reader);
	if (rc == ENT_OK)
		*ret = config;
	else
		config_free(config);
	return rc;
}

enum ent_rc config_load(const char *path, const struct plugins *plugins, struct config **ret, struct ent_err *err)
{
	return config_load_report(path, plugins, NULL, ret, err);
}
