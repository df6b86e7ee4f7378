/* SPDX-License-Identifier: Apache-2.0 */
/* The list `suppliers`: secrets by reference, the connector's settings by its own table. */
#include "cli/config_supplier.h"

#include <string.h>

static const struct config_key keys[] = {
    {"name", "text", "Short name, a-z 0-9 and -: stands in the URL /hooks/NAME and in events. Do not change it later.",
     true},
    {"title", "text", "What people read. Default: the name.", false},
    {"connector", "text", "Which connector speaks its tool's language; `entente check` lists them.", true},
    {"secret", "reference(s)",
     "What its webhooks are signed with: env:NAME or file:/path, never the secret itself. A list of two while one "
     "replaces the "
     "other.",
     false},
    {"unsigned", "true",
     "Instead of `secret`: accept its webhooks from anyone. Only where the network decides who can send.", false},
    {"public_comments", "us or everyone",
     "Who may read a comment that its tool calls public. us: only our own people. everyone: every supplier that works "
     "on the "
     "incident.",
     true},
    {"map", "group",
     "status: its words and what they mean; priority: its words and 1 to 5; status_out, priority_out: which word is "
     "used on the "
     "way out, where several mean the same. Adds to the connector's own table, row by row.",
     false},
    {"settings", "group", "The connector's own settings; `entente config --help CONNECTOR` lists them.", false},
    {0},
};

const struct config_key *config_supplier_keys(void)
{
	return keys;
}

/* One supplier while it is read: its members by the rows of keys[]. */
enum { KEY_NAME, KEY_TITLE, KEY_CONNECTOR, KEY_SECRET, KEY_UNSIGNED, KEY_PUBLIC, KEY_MAP, KEY_SETTINGS, KEY_N };

static const char *next_key(const void *of, size_t i)
{
	return ((const struct config_key *)of)[i].name;
}

static void members_sort(struct supplier_reader *r, const struct config_member *member, size_t n,
			 struct config_node found[KEY_N])
{
	for (size_t i = 0; i < n; i++) {
		struct ent_str near;
		size_t k = 0;

		while (k < KEY_N && !sdk_eqz(member[i].key, keys[k].name))
			k++;
		if (k < KEY_N) {
			found[k] = member[i].value;
			continue;
		}
		near = config_nearest(r->reader, member[i].key, next_key, keys);
		config_problem(r->reader, member[i].value.line, member[i].value.name,
			       "is no setting of a supplier%.*s (known: name, title, connector, secret, unsigned, "
			       "public_comments, "
			       "map, settings)",
			       (int)near.n, near.p);
	}
}

/* ---- name and title ------------------------------------------------------------ */

static bool is_name(struct ent_str name)
{
	if (name.n == 0 || name.n > SUPPLIER_NAME_MAX || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.p[i]))
			return false;
	return true;
}

static void name_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str name, found;

	if (!config_text(r->reader, node, &name))
		return;
	if (is_name(name)) {
		r->supplier->name = sdk_dup(r->arena, name);
		return;
	}
	found = config_found(r->reader, name);
	config_problem(r->reader, node->line, node->name,
		       "found %.*s, allowed: 1 to %d of a-z, 0-9 and -, not - first (put the readable name in `title`)",
		       (int)found.n, found.p, SUPPLIER_NAME_MAX);
}

static void title_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str title;

	r->supplier->title = r->supplier->name;
	if (!node->yaml || !config_text(r->reader, node, &title))
		return;
	title = sdk_trim(title);
	if (title.n == 0 || title.n > 200)
		config_problem(r->reader, node->line, node->name, "has %zu bytes, allowed: 1 to 200", title.n);
	else
		r->supplier->title = sdk_dup(r->arena, title);
}

/* ---- secrets -------------------------------------------------------------------- */

bool config_reference(struct config_reader *reader, const struct config_node *node, struct ent_str *ret)
{
	struct ent_str text;

	if (!config_text(reader, node, &text))
		return false;
	if (sdk_starts(text, "env:") || sdk_starts(text, "file:")) {
		*ret = text;
		return true;
	}
	config_problem(
	    reader, node->line, node->name,
	    "a secret stands in the file itself; write env:NAME or file:/path, and consider it known to others");
	return false;
}

static void secret_read(struct supplier_reader *r, const struct config_node *node)
{
	struct supplier *supplier = r->supplier;
	struct ent_str reference;
	struct ent_err err;

	if (!config_reference(r->reader, node, &reference))
		return;
	if (secret_load(reference, &supplier->secret[supplier->n_secret], &err) != ENT_OK) {
		config_problem(r->reader, node->line, node->name, "%s", err.msg);
		return;
	}
	r->note->secret[supplier->n_secret++] = sdk_dup(r->keep, reference);
}

static void secrets_read(struct supplier_reader *r, const struct config_node *node, const struct config_node *open)
{
	const struct config_node *item;
	bool is_unsigned = false;
	size_t n;

	if (open->yaml)
		(void)config_bool(r->reader, open, &is_unsigned); /* a problem is kept, and it stays false */
	if (node->yaml && is_unsigned) {
		config_problem(r->reader, open->line, open->name, "stands beside `secret`: remove one of the two");
	} else if (!node->yaml) {
		if (!is_unsigned)
			config_problem(r->reader, r->line, r->name,
				       "nothing says how its webhooks are signed. Add `secret: env:NAME` or `secret: "
				       "file:/path`, or "
				       "`unsigned: true` to accept them from anyone");
	} else if (node->yaml->type != YAML_SEQUENCE_NODE) {
		secret_read(r, node);
	} else {
		n = config_items(r->reader, node, &item);
		if (n < 1 || n > SUPPLIER_SECRET_MAX)
			config_problem(r->reader, node->line, node->name,
				       "has %zu secrets, allowed: 1, or 2 while one replaces the other", n);
		for (size_t i = 0; i < n && i < SUPPLIER_SECRET_MAX; i++)
			secret_read(r, &item[i]);
	}
}

/* ---- audience of public comments -------------------------------------------------- */

static void public_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word;

	if (!node->yaml) {
		config_problem(r->reader, r->line, r->name,
			       "public_comments is missing, and nobody can guess it: who may read a comment that its "
			       "tool calls public? "
			       "us: only our own people. everyone: every supplier that works on the incident");
		return;
	}
	if (!config_text(r->reader, node, &word))
		return;
	if (sdk_eqz(word, "us")) {
		r->supplier->public_audience = AUDIENCE_INTERNAL;
	} else if (sdk_eqz(word, "everyone")) {
		r->supplier->public_audience = AUDIENCE_EVERYONE;
	} else {
		struct ent_str found = config_found(r->reader, word);

		config_problem(r->reader, node->line, node->name,
			       "found %.*s, allowed: us (only our own people), everyone (every supplier that works on "
			       "the incident)",
			       (int)found.n, found.p);
	}
}

/* ---- connector ---------------------------------------------------------------------- */

static const char *next_connector(const void *of, size_t i)
{
	return i < plugins_count(of) ? plugins_at(of, i)->name : NULL;
}

static void connector_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word, near, found;
	struct sdk_buf known;

	if (!config_text(r->reader, node, &word))
		return;
	r->supplier->connector = plugins_find(r->plugins, word);
	if (r->supplier->connector)
		return;
	sdk_buf_init(&known, 32 * 1024);
	for (size_t i = 0; i < plugins_count(r->plugins); i++)
		sdk_buf_format(&known, "%s%s", i ? ", " : "", plugins_at(r->plugins, i)->name);
	near = config_nearest(r->reader, word, next_connector, r->plugins);
	found = config_found(r->reader, word);
	config_problem(r->reader, node->line, node->name,
		       "found %.*s, which is no connector here%.*s (there are: %.*s)", (int)found.n, found.p,
		       (int)near.n, near.p, known.n ? (int)known.n : 4, known.n ? known.p : "none");
	sdk_buf_release(&known);
}

/* ---- one supplier, all suppliers ------------------------------------------------------ */

static void supplier_read(struct supplier_reader *r, const struct config_node *item)
{
	struct config_node found[KEY_N] = {{0}};
	const struct config_member *member = NULL;
	struct config_node named = *item;
	struct ent_str name = ENT_ABSENT;
	size_t n = 0;

	/* Its name first: problems say suppliers.orion.secret, not suppliers[3].secret. */
	if (item->yaml->type == YAML_MAPPING_NODE)
		name = config_supplier_name(r->reader, item);
	if (name.p)
		named.name = sdk_format(&r->reader->arena.abi, "suppliers.%.*s", (int)name.n, name.p);
	r->name = named.name;
	r->line = r->note->line = item->line;
	n = config_members(r->reader, &named, &member);
	members_sort(r, member, n, found);
	for (size_t k = 0; k < KEY_N; k++)
		if (keys[k].required && k != KEY_PUBLIC && !found[k].yaml)
			config_problem(r->reader, r->line, r->name, "%s is missing. %s", keys[k].name, keys[k].help);
	if (found[KEY_NAME].yaml)
		name_read(r, &found[KEY_NAME]);
	title_read(r, &found[KEY_TITLE]);
	if (found[KEY_CONNECTOR].yaml)
		connector_read(r, &found[KEY_CONNECTOR]);
	secrets_read(r, &found[KEY_SECRET], &found[KEY_UNSIGNED]);
	public_read(r, &found[KEY_PUBLIC]);
	config_map_read(r, &found[KEY_MAP]);
	if (r->supplier->connector)
		config_settings_read(r, &found[KEY_SETTINGS]);
}

/* Two suppliers that a payload could mean with the same word. */
static void twins_tell(struct config_reader *reader, const struct config *config)
{
	const struct supplier_set *set = config->suppliers;

	for (size_t i = 0; i < set->n; i++) {
		const struct supplier *a = &set->at[i];
		const struct supplier *by_name = a->name.p ? supplier_by_any(set, a->name) : a;
		const struct supplier *by_title = a->title.p ? supplier_by_any(set, a->title) : a;
		const struct supplier *twin = by_name != a ? by_name : by_title != a ? by_title : NULL;

		if (twin)
			config_problem(
			    reader, config->note[i].line, sdk_format(&reader->arena.abi, "suppliers[%zu]", i + 1),
			    "name or title is the same as that of the supplier on line %d; both must be its own",
			    config->note[twin->index].line);
	}
}

void config_suppliers_read(struct config_reader *reader, const struct config_node *list, const struct plugins *plugins,
			   struct config *config)
{
	const struct config_node *item = NULL;
	size_t n = config_items(reader, list, &item);
	struct config_note *note;

	if (n > CONFIG_SUPPLIERS_MAX) {
		config_problem(reader, list->line, list->name, "has %zu suppliers, allowed: up to %d", n,
			       CONFIG_SUPPLIERS_MAX);
		n = 0;
	}
	supplier_set_unref(config->suppliers);
	config->suppliers = supplier_set_new(n);
	config->note = note = SDK_NEW_N(&config->arena.abi, struct config_note, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct supplier_reader r = {.reader = reader,
					    .plugins = plugins,
					    .supplier = &config->suppliers->at[i],
					    .note = &note[i],
					    .arena = &config->suppliers->arena.abi,
					    .keep = &config->arena.abi};

		supplier_read(&r, &item[i]);
	}
	twins_tell(reader, config);
}
