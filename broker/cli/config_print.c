/* SPDX-License-Identifier: Apache-2.0 */
/* The table for people: help, the sample file, and the values that are in effect. */
#include <string.h>

#include "cli/config_read.h"

#define HELP_WIDTH 88

/* Text broken at spaces; the first line is already `column` wide. */
static void wrapped(struct sdk_buf *buf, const char *text, const char *margin, size_t column)
{
	for (bool first = true; *text; first = false) {
		size_t n = strcspn(text, " ");

		if (!first && column + 1 + n > HELP_WIDTH) {
			sdk_buf_format(buf, "\n%s", margin);
			column = strlen(margin);
		} else if (!first) {
			sdk_buf_z(buf, " ");
			column++;
		}
		sdk_buf_add(buf, text, n);
		column += n;
		text += n;
		text += strspn(text, " ");
	}
}

/* "1 to 64", "debug, info": as problems say it. */
static void range_print(const struct config_row *row, struct sdk_buf *buf)
{
	struct config *scratch = NULL;
	struct ent_err err;
	int64_t *at;

	if (row->type == CONFIG_TEXT) {
		for (const char *p = row->words ? row->words : ""; *p; p++)
			sdk_buf_add(buf, *p == ' ' ? ", " : p, *p == ' ' ? 2 : 1);
		return;
	}
	if (config_load(NULL, NULL, &scratch, &err) != ENT_OK)
		return;
	at = (int64_t *)(void *)((char *)scratch + row->offset);
	*at = row->min;
	config_row_print(row, scratch, buf);
	sdk_buf_z(buf, " to ");
	*at = row->max;
	config_row_print(row, scratch, buf);
	if (row->words)
		sdk_buf_format(buf, ", or %s", row->words);
	config_free(scratch);
}

static void suppliers_help(struct sdk_buf *buf)
{
	sdk_buf_z(buf, "\nsuppliers: a list; each item is one supplier and the tool it works in:\n");
	for (const struct config_key *key = config_supplier_keys(); key->name; key++) {
		sdk_buf_format(buf, "\n  %s: %s%s\n      ", key->name, key->form, key->required ? " (required)" : "");
		wrapped(buf, key->help, "      ", 6);
		sdk_buf_z(buf, "\n");
	}
}

void config_print_help(struct sdk_buf *buf)
{
	sdk_buf_z(buf, "One YAML file. Times need a unit (us, ms, s, m, h, d), sizes may have one (B, KiB, MiB, GiB).\n"
		       "A name with a dot stands in its group:  http:\n"
		       "                                          port: 8480\n");
	for (const struct config_row *row = config_rows(); row->name; row++) {
		sdk_buf_format(buf, "\n  %s = %s", row->name, row->dflt[0] ? row->dflt : "\"\"");
		if (row->type != CONFIG_TEXT || row->words) {
			sdk_buf_z(buf, "   (");
			range_print(row, buf);
			sdk_buf_z(buf, ")");
		}
		sdk_buf_z(buf, "\n      ");
		wrapped(buf, row->help, "      ", 6);
		sdk_buf_z(buf, "\n");
	}
	sdk_buf_z(buf, "\n  kafka.*\n      ");
	wrapped(buf,
		"Any other name is librdkafka's own, e.g. security.protocol, sasl.username, ssl.ca.location. Passwords "
		"and keys only "
		"as env:NAME or file:/path.",
		"      ", 6);
	sdk_buf_z(buf, "\n");
	suppliers_help(buf);
}

/* ---- sample ------------------------------------------------------------------------- */

static void comment_print(struct sdk_buf *buf, const struct config_row *row, const char *indent)
{
	const char *margin = indent[0] ? "  # " : "# ";

	sdk_buf_format(buf, "\n%s", margin);
	wrapped(buf, row->help, margin, strlen(margin));
	if (row->type != CONFIG_TEXT || row->words) {
		sdk_buf_format(buf, "\n%s# ", indent);
		range_print(row, buf);
	}
}

static void sample_row(struct sdk_buf *buf, const struct config_row *row)
{
	const char *dot = strchr(row->name, '.'), *indent = dot ? "  " : "";

	comment_print(buf, row, indent);
	sdk_buf_format(buf, "\n%s%s: ", indent, dot ? dot + 1 : row->name);
	config_print_text(sdk_str(row->sample ? row->sample : row->dflt), buf);
	sdk_buf_z(buf, "\n");
}

static const char sample_head[] =
    "# Entente's configuration. Every setting stands here with its default and what it may be.\n"
    "# Check a changed file with:  entente check --config FILE\n"
    "# Secrets never stand in it: env:NAME or file:/path says where they are.\n";

static const char sample_kafka[] = "\n  # Any other name is librdkafka's own. For a cluster with TLS and a password:\n"
				   "  # security.protocol: SASL_SSL\n"
				   "  # sasl.mechanism: SCRAM-SHA-512\n"
				   "  # sasl.username: entente\n"
				   "  # sasl.password: file:/etc/entente/kafka.password\n"
				   "  # ssl.ca.location: /etc/ssl/certs/ca-certificates.crt\n";

static const char sample_suppliers[] =
    "\n# Who works on tickets with us, and in which tool. POST /hooks/NAME takes a supplier's webhooks.\n"
    "suppliers: []\n"
    "# Remove the line above and the # in front of these to add the first one:\n"
    "#suppliers:\n";

static const char sample_supplier[] =
    "#\n"
    "#  - name: orion\n"
    "#    title: Orion Hosting\n"
    "#    connector: generic\n"
    "#    secret: file:/etc/entente/orion.secret\n"
    "#    public_comments: us\n"
    "#    settings:\n"
    "#      signature_header: X-Signature\n"
    "#      delivery_header: X-Delivery\n"
    "#      decode: |\n"
    "#        {ticket: {id: .body.number, title: .body.subject, status: .body.state}}\n"
    "#    map:\n"
    "#      status:\n"
    "#        queued: new\n"
    "#        working: in_progress\n"
    "#        \"waiting for user\": pending\n"
    "#        done: resolved\n";

void config_print_sample(struct sdk_buf *buf)
{
	struct ent_str section = ENT_ABSENT;

	sdk_buf_z(buf, sample_head);
	for (const struct config_row *row = config_rows(); row->name; row++) {
		const char *dot = strchr(row->name, '.');
		struct ent_str now = dot ? (struct ent_str){row->name, (size_t)(dot - row->name)} : ENT_ABSENT;

		if (!sdk_eq(now, section)) {
			if (sdk_eqz(section, "kafka"))
				sdk_buf_z(buf, sample_kafka);
			sdk_buf_format(buf, "\n%.*s:", (int)now.n, now.p);
			section = now;
		}
		sample_row(buf, row);
	}
	sdk_buf_z(buf, sample_suppliers);
	for (const struct config_key *key = config_supplier_keys(); key->name; key++) {
		sdk_buf_format(buf, "#    # %s: ", key->name);
		wrapped(buf, key->help, "#    #   ", 8 + strlen(key->name));
		sdk_buf_z(buf, "\n");
	}
	sdk_buf_z(buf, sample_supplier);
}

/* ---- effective values ---------------------------------------------------------------- */

static void map_values(const char *name, const struct map_row *row, size_t n, bool out, struct sdk_buf *buf)
{
	if (n > 0)
		sdk_buf_format(buf, "      %s:\n", name);
	for (size_t i = 0; i < n; i++) {
		sdk_buf_z(buf, "        ");
		config_print_text(out ? row[i].canonical : row[i].native, buf);
		sdk_buf_z(buf, ": ");
		config_print_text(out ? row[i].native : row[i].canonical, buf);
		sdk_buf_z(buf, "\n");
	}
}

static void supplier_values(const struct supplier *supplier, const struct config_note *note, struct sdk_buf *buf)
{
	const struct map *status = &supplier->status, *priority = &supplier->priority;

	sdk_buf_format(buf, "  - name: %.*s\n    title: ", (int)supplier->name.n, supplier->name.p);
	config_print_text(supplier->title, buf);
	sdk_buf_format(buf, "\n    connector: %s\n", supplier->connector->name);
	if (supplier->n_secret == 0)
		sdk_buf_z(buf, "    unsigned: true\n");
	else
		sdk_buf_z(buf, "    secret:\n");
	for (size_t i = 0; i < supplier->n_secret; i++) {
		sdk_buf_z(buf, "      - ");
		config_print_text(note->secret[i], buf);
		sdk_buf_z(buf, "\n");
	}
	sdk_buf_format(buf, "    public_comments: %s\n",
		       supplier->public_audience == AUDIENCE_INTERNAL ? "us" : "everyone");
	if (status->n_in + status->n_out + priority->n_in + priority->n_out > 0)
		sdk_buf_z(buf, "    map:\n");
	map_values("status", status->in, status->n_in, false, buf);
	map_values("status_out", status->out, status->n_out, true, buf);
	map_values("priority", priority->in, priority->n_in, false, buf);
	map_values("priority_out", priority->out, priority->n_out, true, buf);
	if (note->n_setting > 0)
		sdk_buf_z(buf, "    settings:\n");
	for (size_t i = 0; i < note->n_setting; i++) {
		sdk_buf_format(buf, "      %.*s: ", (int)note->setting[i].name.n, note->setting[i].name.p);
		config_print_text(note->setting[i].value, buf);
		sdk_buf_z(buf, "\n");
	}
}

static void pass_values(const struct config *config, struct sdk_buf *buf)
{
	for (size_t i = 0; i < config->kafka.n_pass; i++) {
		const struct config_pair *pair = &config->kafka.pass[i];

		sdk_buf_format(buf, "  %.*s: ", (int)pair->name.n, pair->name.p);
		config_print_text(pair->reference.p ? pair->reference : pair->value, buf);
		sdk_buf_z(buf, "\n");
	}
}

void config_print_values(const struct config *config, struct sdk_buf *buf)
{
	struct ent_str section = ENT_ABSENT;

	for (const struct config_row *row = config_rows(); row->name; row++) {
		const char *dot = strchr(row->name, '.');
		struct ent_str now = dot ? (struct ent_str){row->name, (size_t)(dot - row->name)} : ENT_ABSENT;

		if (!sdk_eq(now, section)) {
			if (sdk_eqz(section, "kafka"))
				pass_values(config, buf);
			sdk_buf_format(buf, "%.*s:\n", (int)now.n, now.p);
			section = now;
		}
		sdk_buf_format(buf, "%s%s: ", dot ? "  " : "", dot ? dot + 1 : row->name);
		config_row_print(row, config, buf);
		sdk_buf_z(buf, "\n");
	}
	sdk_buf_z(buf, config->suppliers->n ? "suppliers:\n" : "suppliers: []\n");
	for (size_t i = 0; i < config->suppliers->n; i++)
		supplier_values(&config->suppliers->at[i], &config->note[i], buf);
}
