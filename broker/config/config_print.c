/* SPDX-License-Identifier: Apache-2.0 */
/* The table for people: help and the sample file. */
#include "config/config_print.h"

#include <stdio.h>
#include <string.h>

#include "config/config_amount.h"
#include "config/config_keys.h"
#include "config/config_way_in.h"
#include "sdk/jsonw.h"

#define HELP_WIDTH 88

/* Text broken at spaces; the first line is already `column` wide. */
static void text_wrap(struct sdk_buf *buf, const char *text, const char *margin, size_t column)
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

static void key_help(const struct config_key *key, const char *margin, struct sdk_buf *buf)
{
	const char *help = key->row ? key->row->help : key->help;
	char inner[16];

	(void)snprintf(inner, sizeof inner, "%s    ", margin);
	if (key->row) {
		sdk_buf_format(buf, "\n%s%s = %s   (", margin, key->name, key->row->dflt);
		config_amount_allowed(key->row, buf);
		sdk_buf_format(buf, ")\n%s", inner);
	} else {
		sdk_buf_format(buf, "\n%s%s: %s%s\n%s", margin, key->name, key->form,
			       key->required ? " (required)" : "", inner);
	}
	text_wrap(buf, help, inner, strlen(inner));
	sdk_buf_z(buf, "\n");
	for (const struct config_key *member = key->member; member && member->name; member++)
		key_help(member, inner, buf);
}

static void suppliers_help(struct sdk_buf *buf)
{
	sdk_buf_z(buf, "\nsign_in: a list; each item is the provider (OpenID Connect) of one organisation's people:\n");
	for (const struct config_key *key = config_keys_way_in(); key->name; key++)
		key_help(key, "  ", buf);
	sdk_buf_z(buf, "\nsuppliers: a list; each item is one supplier and the tool it works in:\n");
	for (const struct config_key *key = config_keys_supplier(); key->name; key++)
		key_help(key, "  ", buf);
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
			config_amount_allowed(row, buf);
			sdk_buf_z(buf, ")");
		}
		sdk_buf_z(buf, "\n      ");
		text_wrap(buf, row->help, "      ", 6);
		sdk_buf_z(buf, "\n");
	}
	sdk_buf_z(buf, "\n  kafka.*\n      ");
	text_wrap(
	    buf,
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
	text_wrap(buf, row->help, margin, strlen(margin));
	if (row->type != CONFIG_TEXT || row->words) {
		sdk_buf_format(buf, "\n%s# ", indent);
		config_amount_allowed(row, buf);
	}
}

static void sample_row(struct sdk_buf *buf, const struct config_row *row)
{
	const char *dot = strchr(row->name, '.'), *indent = dot ? "  " : "";

	comment_print(buf, row, indent);
	sdk_buf_format(buf, "\n%s%s: ", indent, dot ? dot + 1 : row->name);
	config_row_text(sdk_str(row->sample ? row->sample : row->dflt), buf);
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

static const char sample_sign_in[] =
    "\n# Where the people of an organisation sign in. Without a provider they have passwords here.\n"
    "sign_in: []\n"
    "# Remove the line above and the # in front of these to add the first one:\n"
    "#sign_in:\n";

static const char sample_way_in[] = "#\n"
				    "#  - organisation: us\n"
				    "#    issuer: https://id.example\n"
				    "#    client_id: entente\n"
				    "#    client_secret: file:/etc/entente/id.secret\n"
				    "#    required: true\n";

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
    "#    url: https://tickets.orion.example/api\n"
    "#    auth:\n"
    "#      kind: bearer\n"
    "#      credential: file:/etc/entente/orion.token\n"
    "#    account: entente\n"
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

/* group: "auth." for its members. */
static void sample_key(struct sdk_buf *buf, const struct config_key *key, const char *group)
{
	struct sdk_buf help;

	sdk_buf_init(&help, 4096);
	sdk_buf_z(&help, key->row ? key->row->help : key->help);
	if (key->row) {
		sdk_buf_format(&help, " Default: %s. ", key->row->dflt);
		config_amount_allowed(key->row, &help);
		sdk_buf_z(&help, ".");
	}
	sdk_buf_char(&help, '\0');
	sdk_buf_format(buf, "#    # %s%s: ", group, key->name);
	text_wrap(buf, help.p, "#    #   ", 9 + strlen(group) + strlen(key->name));
	sdk_buf_z(buf, "\n");
	sdk_buf_clear(&help);
	sdk_buf_format(&help, "%s.", key->name);
	sdk_buf_char(&help, '\0');
	for (const struct config_key *member = key->member; member && member->name; member++)
		sample_key(buf, member, help.p);
	sdk_buf_release(&help);
}

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
	sdk_buf_z(buf, sample_sign_in);
	for (const struct config_key *key = config_keys_way_in(); key->name; key++)
		sample_key(buf, key, "");
	sdk_buf_z(buf, sample_way_in);
	sdk_buf_z(buf, sample_suppliers);
	for (const struct config_key *key = config_keys_supplier(); key->name; key++)
		sample_key(buf, key, "");
	sdk_buf_z(buf, sample_supplier);
}

/* ---- for a catalogue ------------------------------------------------------------------------ */

void config_print_sentence(struct sdk_buf *buf, const char *before, const char *name, const char *help)
{
	struct sdk_jsonw w;
	struct sdk_buf code;

	sdk_buf_init(&code, 1024);
	sdk_buf_format(&code, "%s.%s", before, name);
	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "code", sdk_buf_view(&code));
	sdk_jsonw_kz(&w, "text", help);
	sdk_jsonw_close(&w, '}');
	sdk_buf_z(buf, "\n");
	sdk_buf_release(&code);
}

void config_print_sentences(struct sdk_buf *buf)
{
	struct sdk_buf group;

	for (const struct config_row *row = config_rows(); row->name; row++)
		config_print_sentence(buf, "setting", row->name, row->help);
	for (const struct config_key *key = config_keys_way_in(); key->name; key++)
		config_print_sentence(buf, "setting.sign_in", key->name, key->help);
	for (const struct config_key *key = config_keys_supplier(); key->name; key++) {
		config_print_sentence(buf, "setting.suppliers", key->name, key->row ? key->row->help : key->help);
		sdk_buf_init(&group, 1024);
		sdk_buf_format(&group, "setting.suppliers.%s", key->name);
		sdk_buf_char(&group, '\0');
		for (const struct config_key *member = key->member; member && member->name; member++)
			config_print_sentence(buf, group.p, member->name,
					      member->row ? member->row->help : member->help);
		sdk_buf_release(&group);
	}
}
