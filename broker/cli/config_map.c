/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's words and what they mean, and the connector's own settings. */
#include "cli/config_supplier.h"

#include <string.h>

#include "sdk/webhook.h"

#define WORDS_STATUS   "new, acknowledged, in_progress, pending, held, transferred, resolved, closed, cancelled, rejected"
#define WORDS_PRIORITY "1, 2, 3, 4, 5 (1 is critical)"

struct ent_str config_supplier_name(struct config_reader *reader, const struct config_node *item)
{
	const yaml_node_t *yaml = item->yaml;

	for (const yaml_node_pair_t *pair = yaml->data.mapping.pairs.start; pair < yaml->data.mapping.pairs.top;
	     pair++) {
		const yaml_node_t *key = yaml_document_get_node(&reader->document, pair->key);
		const yaml_node_t *value = yaml_document_get_node(&reader->document, pair->value);

		if (key->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE ||
		    value->data.scalar.length == 0 || value->data.scalar.length > SUPPLIER_NAME_MAX)
			continue;
		if (sdk_eqz((struct ent_str){(const char *)key->data.scalar.value, key->data.scalar.length}, "name"))
			return (struct ent_str){(const char *)value->data.scalar.value, value->data.scalar.length};
	}
	return ENT_ABSENT;
}

/* ---- maps ------------------------------------------------------------------------- */

static const char *next_status(const void *of, size_t i)
{
	(void)of;
	return i + 1 < ENT_N_STATUS ? sdk_status_name((enum ent_status)(i + 1)) : NULL;
}

static bool canonical_vet(struct config_reader *reader, const struct config_node *node, struct ent_str word,
			  bool priority)
{
	struct ent_str found, near = ENT_STR("");
	bool known =
	    priority ? word.n == 1 && word.p[0] >= '1' && word.p[0] <= '5' : sdk_status(word) != ENT_STATUS_UNKNOWN;

	if (known)
		return true;
	found = config_found(reader, word);
	if (!priority)
		near = config_nearest(reader, word, next_status, NULL);
	config_problem(reader, node->line, node->name, "found %.*s%.*s%s allowed: %s", (int)found.n, found.p,
		       (int)near.n, near.p, near.n ? "" : ",", priority ? WORDS_PRIORITY : WORDS_STATUS);
	return false;
}

/* out: canonical words on the left. Else native words on the left. */
static size_t rows_read(struct supplier_reader *r, const struct config_node *node, bool priority, bool out,
			const struct map_row **ret)
{
	const struct config_member *member = NULL;
	size_t n_member = config_members(r->reader, node, &member), n = 0;
	struct map_row *row = SDK_NEW_N(r->arena, struct map_row, n_member + 1);

	for (size_t i = 0; i < n_member; i++) {
		struct ent_str left = member[i].key, right;

		if (!config_text(r->reader, &member[i].value, &right) ||
		    !canonical_vet(r->reader, &member[i].value, out ? left : right, priority))
			continue;
		row[n].native = sdk_dup(r->arena, out ? right : left);
		row[n++].canonical = sdk_dup(r->arena, out ? left : right);
	}
	*ret = row;
	return n;
}

static const struct {
	const char *name;
	bool priority, out;
} tables[] = {
    {"status", false, false}, {"status_out", false, true}, {"priority", true, false}, {"priority_out", true, true}};
#define N_TABLES (sizeof tables / sizeof *tables)

static const char *next_table(const void *of, size_t i)
{
	(void)of;
	return i < N_TABLES ? tables[i].name : NULL;
}

static void table_read(struct supplier_reader *r, const struct config_member *member)
{
	struct ent_str near;

	for (size_t k = 0; k < N_TABLES; k++) {
		struct map *map = tables[k].priority ? &r->supplier->priority : &r->supplier->status;

		if (!sdk_eqz(member->key, tables[k].name))
			continue;
		if (tables[k].out)
			map->n_out = rows_read(r, &member->value, tables[k].priority, true, &map->out);
		else
			map->n_in = rows_read(r, &member->value, tables[k].priority, false, &map->in);
		return;
	}
	near = config_nearest(r->reader, member->key, next_table, NULL);
	config_problem(r->reader, member->value.line, member->value.name,
		       "is no map%.*s (known: status, status_out, priority, priority_out)", (int)near.n, near.p);
}

void config_map_read(struct supplier_reader *r, const struct config_node *node)
{
	const struct config_member *member = NULL;
	size_t n = config_members(r->reader, node, &member), before = r->reader->n_problem;
	const struct ent_connector *connector = r->supplier->connector;
	struct ent_str name = sdk_format(&r->reader->arena.abi, "%.*s.map", (int)r->name.n, r->name.p);
	int line = node->yaml ? node->line : r->line;
	struct ent_err err;

	for (size_t i = 0; i < n; i++)
		table_read(r, &member[i]);
	if (!connector || r->reader->n_problem > before)
		return;
	if (map_check(&r->supplier->status, connector->status, "status", &err) != ENT_OK)
		config_problem(r->reader, line, name, "%s (say in status_out which word goes out)", err.msg);
	if (map_check(&r->supplier->priority, connector->priority, "priority", &err) != ENT_OK)
		config_problem(r->reader, line, name, "%s (say in priority_out which word goes out)", err.msg);
}

/* ---- settings ------------------------------------------------------------------------ */

static const char *next_setting(const void *of, size_t i)
{
	const struct ent_setting *row = of;

	return row ? row[i].name : NULL;
}

/* False: the text is no value of that type. */
static bool setting_put(struct supplier_reader *r, const struct ent_setting *row, struct ent_str text)
{
	void *at = (char *)r->supplier->settings + row->offset;
	int64_t n;

	switch (row->type) {
	case ENT_SETTING_STR:
		*(struct ent_str *)at = sdk_dup(r->arena, text);
		return true;
	case ENT_SETTING_INT:
		if (!sdk_to_int(text, &n))
			return false;
		*(int64_t *)at = n;
		return true;
	case ENT_SETTING_BOOL:
		if (!sdk_eqz(text, "true") && !sdk_eqz(text, "false"))
			return false;
		*(bool *)at = sdk_eqz(text, "true");
		return true;
	}
	return false;
}

static void setting_read(struct supplier_reader *r, const struct ent_setting *row, const struct config_member *member,
			 struct config_pair *pair)
{
	struct ent_str text, found;

	if (!config_text(r->reader, &member->value, &text))
		return;
	*pair = (struct config_pair){sdk_str(row->name), sdk_dup(r->keep, text), ENT_ABSENT, member->value.line};
	r->note->n_setting++;
	if (setting_put(r, row, text))
		return;
	found = config_found(r->reader, text);
	config_problem(r->reader, member->value.line, member->value.name, "found %.*s, allowed: %s", (int)found.n,
		       found.p, row->type == ENT_SETTING_INT ? "a whole number" : "true, false");
}

static const struct config_member *member_of(const struct config_member *member, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (sdk_eqz(member[i].key, name))
			return &member[i];
	return NULL;
}

static void strangers_tell(struct supplier_reader *r, const struct config_member *member, size_t n)
{
	const struct ent_connector *connector = r->supplier->connector;

	for (size_t i = 0; i < n; i++) {
		const struct ent_setting *row = connector->setting;
		struct ent_str near;

		while (row && row->name && !sdk_eqz(member[i].key, row->name))
			row++;
		if (row && row->name)
			continue;
		near = config_nearest(r->reader, member[i].key, next_setting, connector->setting);
		config_problem(r->reader, member[i].value.line, member[i].value.name,
			       "is no setting of connector %s%.*s (`entente config --help %s` lists them)",
			       connector->name, (int)near.n, near.p, connector->name);
	}
}

/* What open() says is a problem of the file, so a reload with it is refused as a whole. */
static void settings_try(struct supplier_reader *r, int line, struct ent_str name)
{
	const struct ent_connector *connector = r->supplier->connector;
	void *state = NULL;
	struct ent_err err;

	if (!connector->open)
		return;
	if (connector->open(r->supplier->settings, &state, &err) != ENT_OK) {
		config_problem(r->reader, line, name, "connector %s: %s", connector->name, err.msg);
		return;
	}
	if (connector->close)
		connector->close(state);
}

void config_settings_read(struct supplier_reader *r, const struct config_node *node)
{
	const struct ent_connector *connector = r->supplier->connector;
	const struct config_member *member = NULL;
	size_t n = config_members(r->reader, node, &member), before = r->reader->n_problem, n_row = 0;
	struct ent_str name = sdk_format(&r->reader->arena.abi, "%.*s.settings", (int)r->name.n, r->name.p);
	int line = node->yaml ? node->line : r->line;
	struct config_pair *pair;

	while (connector->setting && connector->setting[n_row].name)
		n_row++;
	r->supplier->settings = sdk_alloc(r->arena, connector->settings_size ? connector->settings_size : 1);
	r->note->setting = pair = SDK_NEW_N(r->keep, struct config_pair, n_row + 1);
	strangers_tell(r, member, n);
	for (size_t i = 0; i < n_row; i++) {
		const struct ent_setting *row = &connector->setting[i];
		const struct config_member *given = member_of(member, n, row->name);

		if (given)
			setting_read(r, row, given, &pair[r->note->n_setting]);
		else if (!row->dflt)
			config_problem(r->reader, line, name, "%s is missing. Connector %s needs it: %s", row->name,
				       connector->name, row->help);
		else if (!setting_put(r, row, sdk_str(row->dflt)))
			config_problem(r->reader, line, name, "connector %s has no valid default for %s",
				       connector->name, row->name);
	}
	if (r->reader->n_problem == before)
		settings_try(r, line, name);
}
