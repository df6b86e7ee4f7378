/* SPDX-License-Identifier: Apache-2.0 */
/* entente config: the settings explained, a sample file, or the values in effect. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "sdk/webhook.h"
#include "cli/command.h"
#include "config/config.h"
#include "config/config_print.h"
#include "config/config_values.h"

#define PRINT_MAX (64u << 20)

static const char usage[] =
    "Usage: entente config [--help [CONNECTOR]] [--sample] [--sentences] [--show] [--config FILE]\n"
    "\n"
    "  --help             every setting of the configuration file\n"
    "  --help CONNECTOR   the settings of one connector (suppliers: settings:)\n"
    "  --sample           a commented file with every default\n"
    "  --sentences        the help of every setting, one JSON object a line with its code, as\n"
    "                     catalogues in other languages need it\n"
    "  --show             the values in effect with --config FILE or ENTENTE_CONFIG,\n"
    "                     else the defaults; secrets only as references\n"
    "\n"
    "Examples: entente config --sample > entente.yaml\n"
    "          entente config --show --config entente.yaml\n"
    "          entente config --help generic\n"
    "\n";

struct wish {
	bool help, sample, sentences, show;
	const char *path;
};

static int config_complain(const char *text)
{
	fprintf(stderr, "entente config: %s\n", text);
	return 1;
}

/* The file without its suppliers says where connectors are; then the suppliers can be read with them. */
static enum ent_rc load_both(const char *path, struct sdk_buf *report, struct plugins **plugins, struct config **config,
			     struct ent_err *err)
{
	struct config *first = NULL;
	enum ent_rc rc = config_load_report(path, NULL, report, &first, err);

	if (rc != ENT_OK)
		return rc;
	rc = plugins_load(sdk_z(&first->arena.abi, first->connector_dir), plugins, err);
	config_free(first);
	if (rc != ENT_OK) {
		sdk_buf_format(report, "%s\n", err->msg);
		return rc;
	}
	return config_load_report(path, *plugins, report, config, err);
}

static int config_show(const char *path, struct sdk_buf *out)
{
	struct plugins *plugins = NULL;
	struct config *config = NULL;
	struct sdk_buf report;
	struct ent_err err;
	int status = 0;

	sdk_buf_init(&report, PRINT_MAX);
	if (path ? load_both(path, &report, &plugins, &config, &err) : config_load(NULL, NULL, &config, &err)) {
		fprintf(stderr, "%.*s", (int)report.n, report.p);
		status = 1;
	} else {
		config_values_print(config, out);
	}
	config_free(config);
	plugins_unload(plugins);
	sdk_buf_release(&report);
	return status;
}

static void setting_print(const struct ent_setting *row, struct sdk_buf *out)
{
	static const char *const type[] = {
	    [ENT_SETTING_STR] = "text", [ENT_SETTING_INT] = "whole number", [ENT_SETTING_BOOL] = "true or false"};

	sdk_buf_format(out, "\n  %s: %s", row->name, type[row->type]);
	if (!row->dflt)
		sdk_buf_z(out, " (required)");
	else
		sdk_buf_format(out, ", default %s", row->dflt[0] ? row->dflt : "\"\"");
	sdk_buf_format(out, "\n      %s\n", row->help);
}

static void map_print(const char *name, const struct ent_map_row *row, struct sdk_buf *out)
{
	if (!row || !row->native)
		return;
	sdk_buf_format(out, "\n  map.%s, built in:\n", name);
	for (; row->native; row++)
		sdk_buf_format(out, "      \"%s\": %s\n", row->native, row->canonical);
}

static void out_print(const struct ent_connector *connector, struct sdk_buf *out)
{
	static const char *const can[] = {"opens tickets", "changes tickets", "comments", "reads tickets",
					  "asks what is new"}; /* in the order of enum ent_op_kind */
	const char *between = " ";

	if (!connector->build || connector->ops == 0) {
		sdk_buf_z(out, "\n  Only listens: nothing can be sent to its tool.\n");
		return;
	}
	sdk_buf_z(out, "\n  On the way out it");
	for (size_t i = 0; i < sizeof can / sizeof *can; i++) {
		if (!(connector->ops & 1u << i))
			continue;
		sdk_buf_format(out, "%s%s", between, can[i]);
		between = ", ";
	}
	sdk_buf_z(out, ".\n");
	for (const struct ent_sentence *cannot = connector->cannot; cannot && cannot->code; cannot++)
		sdk_buf_format(out, "  Its tool cannot do all: %s\n", cannot->text);
}

static int connector_help(const char *path, const char *name, struct sdk_buf *out)
{
	const struct ent_connector *connector = NULL;
	struct plugins *plugins = NULL;
	struct config *config = NULL;
	struct ent_err err;
	int status = 0;

	if (config_load(path, NULL, &config, &err) != ENT_OK ||
	    plugins_load(sdk_z(&config->arena.abi, config->connector_dir), &plugins, &err) != ENT_OK) {
		config_free(config);
		return config_complain(err.msg);
	}
	connector = plugins_find(plugins, sdk_str(name));
	if (connector) {
		sdk_buf_format(out, "%s %s: %s\n", connector->name, connector->version, connector->summary);
		for (const struct ent_setting *row = connector->setting; row && row->name; row++)
			setting_print(row, out);
		for (unsigned i = 0; i < ENT_N_ATTR; i++)
			map_print(sdk_attr_name((enum ent_attr)i), connector->map[i], out);
		out_print(connector, out);
	} else {
		fprintf(stderr, "entente config: no connector \"%s\"; there are:", name);
		for (size_t i = 0; i < plugins_count(plugins); i++)
			fprintf(stderr, " %s", plugins_at(plugins, i)->name);
		fputs("\n", stderr);
		status = 1;
	}
	plugins_unload(plugins);
	config_free(config);
	return status;
}

/* Prints the sentences of the file, then of each connector: what it is for, its settings. */
static int sentences_print(const char *path, struct sdk_buf *out)
{
	struct plugins *plugins = NULL;
	struct config *config = NULL;
	struct ent_err err;
	char before[80];

	config_print_sentences(out);
	if (config_load(path, NULL, &config, &err) != ENT_OK ||
	    plugins_load(sdk_z(&config->arena.abi, config->connector_dir), &plugins, &err) != ENT_OK) {
		config_free(config);
		return config_complain(err.msg);
	}
	for (size_t i = 0; i < plugins_count(plugins); i++) {
		const struct ent_connector *connector = plugins_at(plugins, i);

		config_print_sentence(out, "summary", connector->name, connector->summary);
		(void)snprintf(before, sizeof before, "setting.connector.%s", connector->name);
		for (const struct ent_setting *row = connector->setting; row && row->name; row++)
			config_print_sentence(out, before, row->name, row->help);
	}
	plugins_unload(plugins);
	config_free(config);
	return 0;
}

static int wish_answer(const struct wish *wish, const char *connector, struct sdk_buf *out)
{
	if (wish->help && connector)
		return connector_help(wish->path, connector, out);
	if (wish->sample) {
		config_print_sample(out);
		return 0;
	}
	if (wish->sentences)
		return sentences_print(wish->path, out);
	if (wish->show)
		return config_show(wish->path, out);
	sdk_buf_z(out, usage);
	config_print_help(out);
	return 0;
}

static int config_command(int argc, char **argv)
{
	static const struct option options[] = {
	    {"help", no_argument, NULL, 'h'},         {"sample", no_argument, NULL, 's'},
	    {"sentences", no_argument, NULL, 't'},    {"show", no_argument, NULL, 'w'},
	    {"config", required_argument, NULL, 'c'}, {NULL, 0, NULL, 0}};
	struct wish wish = {0};
	struct sdk_buf out;
	int status;

	optind = 1;
	for (int option; (option = getopt_long(argc, argv, "hc:", options, NULL)) != -1;) {
		if (option == '?') {
			fputs(usage, stderr);
			return 2;
		}
		wish.help |= option == 'h';
		wish.sample |= option == 's';
		wish.sentences |= option == 't';
		wish.show |= option == 'w';
		if (option == 'c')
			wish.path = optarg;
	}
	if (argc - optind > (wish.help ? 1 : 0) || wish.help + wish.sample + wish.sentences + wish.show > 1) {
		fputs(usage, stderr);
		return 2;
	}
	wish.path = config_where(wish.path);
	sdk_buf_init(&out, PRINT_MAX);
	status = wish_answer(&wish, argv[optind], &out);
	if (out.n > 0 && fwrite(out.p, 1, out.n, stdout) != out.n)
		status = config_complain("cannot write the output");
	sdk_buf_release(&out);
	return status;
}

const struct command command_config = {
    .name = "config", .summary = "explain the settings, print a sample or what is in force", .run = config_command};
