/* SPDX-License-Identifier: Apache-2.0 */
/* Name, title, connector and whose comments are public; the rest of a supplier is read by the files beside. */
#include "config/config_supplier.h"

#include "config/config_link.h"
#include "config/config_map.h"
#include "config/config_secret.h"
#include "config/config_settings.h"
#include "core/organisation.h"

/* ---- name and title ------------------------------------------------------------ */

static void supplier_name_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str name, found;

	if (!config_text(r->reader, node, &name))
		return;
	if (organisation_is_name(name)) {
		r->supplier->name = sdk_dup(r->arena, name);
		return;
	}
	found = config_found(r->reader, name);
	config_problem(r->reader, node->line, node->name,
		       "found %.*s, allowed: 1 to %d of a-z, 0-9 and -, not - first (put the readable name in `title`)",
		       (int)found.n, found.p, SUPPLIER_NAME_MAX);
}

static void supplier_title_read(struct supplier_reader *r, const struct config_node *node)
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

static void organisation_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str name;

	if (node->yaml && config_text(r->reader, node, &name) && config_row_organisation(r->reader, node, name))
		r->supplier->organisation = sdk_dup(r->arena, name);
}

/* ---- audience of public and private comments -------------------------------------------------- */

static void joins_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word, found;

	if (!node->yaml || !config_text(r->reader, node, &word))
		return;
	if (joins_by_name(word, &r->supplier->joins))
		return;
	found = config_found(r->reader, word);
	config_problem(r->reader, node->line, node->name, "found %.*s, allowed: ask, shared, anyone", ENT_F(found));
}

/* One of two words, if it is there. 1, 2: which one; 0: none. */
static int either_read(struct supplier_reader *r, const struct config_node *node, const char *first, const char *second)
{
	struct ent_str word;

	if (!node->yaml || !config_text(r->reader, node, &word))
		return 0;
	if (sdk_eqz(word, first) || sdk_eqz(word, second))
		return sdk_eqz(word, first) ? 1 : 2;
	config_problem(r->reader, node->line, node->name, "found %.*s, allowed: %s, %s",
		       ENT_F(config_found(r->reader, word)), first, second);
	return 0;
}

static void read_by_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word;

	if (node->yaml && config_text(r->reader, node, &word) &&
	    !public_reader_by_name(word, &r->supplier->public_reader))
		config_problem(r->reader, node->line, node->name,
			       "found %.*s, allowed: unknown, requester, service_desk",
			       ENT_F(config_found(r->reader, word)));
}

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
	r->supplier->public_everyone = sdk_eqz(word, "everyone");
	if (!r->supplier->public_everyone && !sdk_eqz(word, "us")) {
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

/* The name when it is one, for the names of problems; absent when not. */
static struct ent_str name_peek(struct config_reader *reader, const struct config_node *item)
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

static void supplier_read(struct supplier_reader *r, const struct config_node *item)
{
	const struct config_key *keys = config_keys_supplier();
	struct config_node found[KEY_N] = {{0}};
	struct config_node named = *item;
	struct ent_str name = ENT_ABSENT;

	/* Its name first: problems say suppliers.orion.secret, not suppliers[3].secret. */
	if (item->yaml->type == YAML_MAPPING_NODE)
		name = name_peek(r->reader, item);
	if (name.p)
		named.name = sdk_format(&r->reader->arena.abi, "suppliers.%.*s", (int)name.n, name.p);
	r->name = named.name;
	r->line = r->note->line = item->line;
	config_keys_sort(r->reader, &named, keys, "a supplier", found);
	for (size_t k = 0; k < KEY_N; k++)
		if (keys[k].required && k != KEY_PUBLIC && !found[k].yaml)
			config_problem(r->reader, r->line, r->name, "%s is missing. %s", keys[k].name, keys[k].help);
	if (found[KEY_NAME].yaml)
		supplier_name_read(r, &found[KEY_NAME]);
	supplier_title_read(r, &found[KEY_TITLE]);
	if (found[KEY_CONNECTOR].yaml)
		connector_read(r, &found[KEY_CONNECTOR]);
	if (found[KEY_ORGANISATION].yaml)
		organisation_read(r, &found[KEY_ORGANISATION]);
	public_read(r, &found[KEY_PUBLIC]);
	r->supplier->drops_private = either_read(r, &found[KEY_PRIVATE], "keep", "drop") == 2;
	read_by_read(r, &found[KEY_READ_BY]);
	joins_read(r, &found[KEY_JOINS]);
	config_link_read(r, found);
	config_secret_read(r, &found[KEY_SECRET], &found[KEY_UNSIGNED]);
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

/* Those that the configuration names beside the suppliers'. */
static void named_check(struct config_reader *reader, const struct config *config)
{
	const struct supplier_set *set = config->suppliers;
	struct ent_str rest = config->organisations;

	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);
		const struct supplier *supplier = supplier_by_name(set, name);

		if (sdk_eq(name, set->ours))
			config_problem(reader, 0, ENT_STR("organisations"), "%.*s is our own: leave it out",
				       ENT_F(name));
		else if (supplier && !sdk_eq(organisation_of(supplier), name))
			config_problem(reader, config->note[supplier->index].line, ENT_STR("organisations"),
				       "%.*s is called like the supplier on this line, which belongs to %.*s",
				       ENT_F(name), ENT_F(organisation_of(supplier)));
	}
}

/* A query for what an organisation may see names all its tools. */
static bool has_too_many(const struct supplier_set *set, const struct supplier *supplier)
{
	size_t n = 0;

	for (size_t i = 0; i <= supplier->index; i++)
		n += sdk_eq(organisation_of(&set->at[i]), organisation_of(supplier));
	return n >= ORGANISATION_TOOLS_MAX && !sdk_eq(organisation_of(supplier), set->ours);
}

static void presence_check(struct config_reader *reader, const struct config *config)
{
	for (struct ent_str rest = config->presence; rest.n;) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		if (!organisation_is_known(config->suppliers, name))
			config_problem(reader, 0, ENT_STR("presence"), "no organisation is called %.*s", ENT_F(name));
	}
}

/* One namespace: an organisation that is called like a supplier is that supplier's. */
void config_organisations_check(struct config_reader *reader, struct config *config)
{
	struct supplier_set *set = config->suppliers;

	set->ours = sdk_dup(&set->arena.abi, config->organisation);
	set->named = config->organisations.n ? sdk_dup(&set->arena.abi, config->organisations) : ENT_ABSENT;
	named_check(reader, config);
	if (set->n)
		presence_check(reader, config);
	set->requester_at = config->requester_at.n ? sdk_dup(&set->arena.abi, config->requester_at) : ENT_ABSENT;
	set->handover_lapses_ms = config->handover_lapses_ms;
	set->silence_after_ms = config->silence_after_ms;
	if (set->n && set->requester_at.n && !supplier_by_name(set, set->requester_at))
		config_problem(reader, 0, ENT_STR("requester_at"), "no supplier is called %.*s",
			       ENT_F(set->requester_at));
	for (size_t i = 0; i < set->n; i++) {
		const struct supplier *supplier = &set->at[i];
		const struct ent_str where = sdk_format(&reader->arena.abi, "suppliers[%zu]", i + 1);
		const struct supplier *named =
		    supplier->organisation.n ? supplier_by_name(set, supplier->organisation) : NULL;

		if (!supplier->organisation.n && sdk_eq(supplier->name, set->ours))
			config_problem(reader, config->note[i].line, where,
				       "its name %.*s is that of our own organisation. Is it our own tool? Then say "
				       "organisation: %.*s. If not, give it another name",
				       ENT_F(set->ours), ENT_F(set->ours));
		else if (!supplier->organisation.n && audience_is_word(supplier->name))
			config_problem(reader, config->note[i].line, where,
				       "%.*s says who may read a comment and cannot be an organisation's name: give it "
				       "another name, or say organisation: NAME",
				       ENT_F(supplier->name));
		else if (named && !sdk_eq(organisation_of(named), supplier->organisation))
			config_problem(
			    reader, config->note[i].line, where,
			    "its organisation %.*s is called like the supplier on line %d, which belongs to %.*s",
			    ENT_F(supplier->organisation), config->note[named->index].line,
			    ENT_F(organisation_of(named)));
		else if (has_too_many(set, supplier))
			config_problem(reader, config->note[i].line, where,
				       "%.*s has more than %d tools, which no organisation can have here",
				       ENT_F(organisation_of(supplier)), ORGANISATION_TOOLS_MAX - 1);
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
