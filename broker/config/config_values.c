/* SPDX-License-Identifier: Apache-2.0 */
/* The values that are in effect, as a file that says the same. Secrets only as references. */
#include "config/config_values.h"

#include <string.h>

#include "base/jws.h"
#include "config/config_amount.h"
#include "config/config_keys.h"
#include "sdk/webhook.h"

static void map_values(const char *name, const struct map_row *row, size_t n, bool out, struct sdk_buf *buf)
{
	if (n > 0)
		sdk_buf_format(buf, "      %s:\n", name);
	for (size_t i = 0; i < n; i++) {
		sdk_buf_z(buf, "        ");
		config_row_text(out ? row[i].canonical : row[i].native, buf);
		sdk_buf_z(buf, ": ");
		config_row_text(out ? row[i].native : row[i].canonical, buf);
		sdk_buf_z(buf, "\n");
	}
}

static void maps_values(const struct supplier *supplier, struct sdk_buf *buf)
{
	bool is_begun = false;

	for (const struct map_table *table = map_table_next(NULL); table; table = map_table_next(table)) {
		const struct map *map = &supplier->maps.of[table->of];
		size_t n = table->out ? map->n_out : map->n_in;

		if (n && !is_begun)
			sdk_buf_z(buf, "    map:\n");
		is_begun |= n > 0;
		map_values(table->name, table->out ? map->out : map->in, n, table->out, buf);
	}
}

/* "    url: ...", when there is one. */
static void text_value(const char *margin, const char *name, struct ent_str text, struct sdk_buf *buf)
{
	if (text.n == 0)
		return;
	sdk_buf_format(buf, "%s%s: ", margin, name);
	config_row_text(text, buf);
	sdk_buf_z(buf, "\n");
}

static void auth_values(const struct supplier_link *link, const struct config_note *note, struct sdk_buf *buf)
{
	static const char *const kind[] = {
	    [AUTH_BASIC] = "basic", [AUTH_BEARER] = "bearer", [AUTH_HEADER] = "header", [AUTH_OAUTH2] = "oauth2"};

	if (link->auth == AUTH_NONE)
		return;
	sdk_buf_format(buf, "    auth:\n      kind: %s\n", kind[link->auth]);
	text_value("      ", "user", link->user, buf);
	text_value("      ", "credential", note->credential, buf);
	text_value("      ", "header", link->header, buf);
	text_value("      ", "scheme", link->scheme, buf);
	text_value("      ", "token_url", link->token_url, buf);
	text_value("      ", "scope", link->scope, buf);
}

static void link_values(const struct supplier *supplier, const struct config_note *note, struct sdk_buf *buf)
{
	const struct supplier_link *link = &supplier->link;

	text_value("    ", "url", link->url, buf);
	auth_values(link, note, buf);
	if (link->n_named > 0)
		sdk_buf_z(buf, "    credentials:\n");
	for (size_t i = 0; i < link->n_named; i++) {
		sdk_buf_format(buf, "      %.*s: ", ENT_F(link->named[i].name));
		config_row_text(note->named[i], buf);
		sdk_buf_z(buf, "\n");
	}
	text_value("    ", "account", supplier->account, buf);
	sdk_buf_format(buf, "    comments_as: %s\n", supplier->comments_as == ENT_PUBLIC ? "public" : "internal");
	if (supplier->language == ENT_FRENCH)
		sdk_buf_z(buf, "    language: fr\n");
	sdk_buf_z(buf, "    policy:\n");
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_CARRIED, i))
			sdk_buf_format(buf, "      %s: %s\n", sdk_attr_name((enum ent_attr)i),
				       policy_name(supplier->policy[i]));
	text_value("    ", "ca_file", link->ca_file, buf);
	if (link->plain_http)
		sdk_buf_z(buf, "    plain_http: true\n");
	if (link->n_allow > 0)
		sdk_buf_z(buf, "    allow:\n");
	for (size_t i = 0; i < link->n_allow; i++) {
		sdk_buf_z(buf, "      - ");
		config_row_text(link->allow[i], buf);
		sdk_buf_z(buf, "\n");
	}
	for (const struct config_key *key = config_keys_supplier(); key->name; key++) {
		const char *at = (const char *)supplier;

		if (!key->row)
			continue;
		sdk_buf_format(buf, "    %s: ", key->name);
		config_amount_print(key->row, *(const int64_t *)(const void *)(at + key->row->offset), buf);
		sdk_buf_z(buf, "\n");
	}
	if (link->paused)
		sdk_buf_z(buf, "    paused: true\n");
}

static void supplier_values(const struct supplier *supplier, const struct config_note *note, struct sdk_buf *buf)
{
	sdk_buf_format(buf, "  - name: %.*s\n    title: ", ENT_F(supplier->name));
	config_row_text(supplier->title, buf);
	sdk_buf_format(buf, "\n    connector: %s\n", supplier->connector->name);
	if (supplier->n_secret > 0)
		sdk_buf_z(buf, "    secret:\n");
	else if (!supplier->no_hooks)
		sdk_buf_z(buf, "    unsigned: true\n");
	for (size_t i = 0; i < supplier->n_secret; i++) {
		sdk_buf_z(buf, "      - ");
		config_row_text(note->secret[i], buf);
		sdk_buf_z(buf, "\n");
	}
	text_value("    ", "organisation", supplier->organisation, buf);
	sdk_buf_format(buf, "    public_comments: %s\n", supplier->public_everyone ? "everyone" : "us");
	sdk_buf_format(buf, "    public_is_read_by: %s\n", public_reader_name(supplier->public_reader));
	sdk_buf_format(buf, "    private_comments: %s\n", supplier->drops_private ? "drop" : "keep");
	sdk_buf_format(buf, "    joins: %s\n", joins_name(supplier->joins));
	link_values(supplier, note, buf);
	maps_values(supplier, buf);
	if (note->n_setting > 0)
		sdk_buf_z(buf, "    settings:\n");
	for (size_t i = 0; i < note->n_setting; i++) {
		sdk_buf_format(buf, "      %.*s: ", ENT_F(note->setting[i].name));
		config_row_text(note->setting[i].value, buf);
		sdk_buf_z(buf, "\n");
	}
}

static void pass_values(const struct config *config, struct sdk_buf *buf)
{
	for (size_t i = 0; i < config->kafka.n_pass; i++) {
		const struct config_pair *pair = &config->kafka.pass[i];

		sdk_buf_format(buf, "  %.*s: ", (int)pair->name.n, pair->name.p);
		config_row_text(pair->reference.p ? pair->reference : pair->value, buf);
		sdk_buf_z(buf, "\n");
	}
}

static void ways_values(const struct config *config, struct sdk_buf *buf)
{
	sdk_buf_z(buf, config->n_way ? "sign_in:\n" : "sign_in: []\n");
	for (size_t i = 0; i < config->n_way; i++) {
		const struct way_in *way = &config->way[i];
		const char *between = "";

		sdk_buf_format(buf, "  - organisation: %.*s\n", ENT_F(way->organisation));
		text_value("    ", "issuer", way->issuer, buf);
		text_value("    ", "client_id", way->client_id, buf);
		text_value("    ", "client_secret", config->way_secret[i], buf);
		sdk_buf_z(buf, "    algorithms: [");
		for (enum jws_algorithm k = 0; k < JWS_N; k++) {
			if (!(way->algorithms & 1u << k))
				continue;
			sdk_buf_format(buf, "%s%s", between, jws_name(k));
			between = ", ";
		}
		sdk_buf_format(buf, "]\n    required: %s\n", way->required ? "true" : "false");
		text_value("    ", "ca_file", way->link.ca_file, buf);
		if (way->link.plain_http)
			sdk_buf_z(buf, "    plain_http: true\n");
		if (way->link.n_allow > 0)
			sdk_buf_z(buf, "    allow:\n");
		for (size_t k = 0; k < way->link.n_allow; k++)
			sdk_buf_format(buf, "      - \"%.*s\"\n", ENT_F(way->link.allow[k]));
	}
}

void config_values_print(const struct config *config, struct sdk_buf *buf)
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
	ways_values(config, buf);
	sdk_buf_z(buf, config->suppliers->n ? "suppliers:\n" : "suppliers: []\n");
	for (size_t i = 0; i < config->suppliers->n; i++)
		supplier_values(&config->suppliers->at[i], &config->note[i], buf);
}
