/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's words and what they mean. */
#include "config/config_map.h"

#include "sdk/webhook.h"

static const char *next_status_word(const void *of, size_t i)
{
	(void)of;
	return i + 1 < ENT_N_STATUS ? sdk_status_name((enum ent_status)(i + 1)) : NULL;
}

static bool canonical_vet(struct config_reader *reader, const struct config_node *node, struct ent_str word,
			  const struct map_table *table)
{
	enum ent_attr attr = (enum ent_attr)table->of;
	struct ent_str found, near = ENT_STR("");

	if (sdk_is_canonical(attr, word))
		return true;
	found = config_found(reader, word);
	if (attr == ENT_STATUS)
		near = config_nearest(reader, word, next_status_word, NULL);
	config_problem(reader, node->line, node->name, "found %.*s%.*s%s allowed: %.*s", (int)found.n, found.p,
		       (int)near.n, near.p, near.n ? "" : ",", ENT_F(map_table_words(&reader->arena.abi, table)));
	return false;
}

/* Words that are ours to choose: what a category is called here, a person's name. */
static bool free_vet(struct config_reader *reader, const struct config_node *node, struct ent_str word)
{
	if (word.n > 0 && word.n <= ENT_ID_MAX)
		return true;
	config_problem(reader, node->line, node->name, "has %zu bytes, allowed: 1 to %d", word.n, ENT_ID_MAX);
	return false;
}

static size_t map_rows_read(struct supplier_reader *r, const struct config_node *node, const struct map_table *table,
			    const struct map_row **ret)
{
	bool is_free = !map_table_words(r->arena, table).p;
	const struct config_member *member = NULL;
	size_t n_member = config_members(r->reader, node, &member), n = 0;
	struct map_row *row = SDK_NEW_N(r->arena, struct map_row, n_member + 1);

	for (size_t i = 0; i < n_member; i++) {
		struct ent_str left = member[i].key, right;

		if (!config_text(r->reader, &member[i].value, &right))
			continue;
		if (is_free ? !free_vet(r->reader, &member[i].value, right)
			    : !canonical_vet(r->reader, &member[i].value, table->out ? left : right, table))
			continue;
		row[n].native = sdk_dup(r->arena, table->out ? right : left);
		row[n++].canonical = sdk_dup(r->arena, table->out ? left : right);
	}
	*ret = row;
	return n;
}

static const char *next_table(const void *of, size_t i)
{
	const struct map_table *table = map_table_next(NULL);

	(void)of;
	while (table && i-- > 0)
		table = map_table_next(table);
	return table ? table->name : NULL;
}

static void table_read(struct supplier_reader *r, const struct config_member *member)
{
	const struct map_table *table = map_table_by_name(member->key);
	struct ent_str near;

	if (table) {
		struct map *map = &r->supplier->maps.of[table->of];

		if (table->out)
			map->n_out = map_rows_read(r, &member->value, table, &map->out);
		else
			map->n_in = map_rows_read(r, &member->value, table, &map->in);
		return;
	}
	near = config_nearest(r->reader, member->key, next_table, NULL);
	config_problem(r->reader, member->value.line, member->value.name, "is no map%.*s (known: %.*s)", ENT_F(near),
		       ENT_F(map_table_names(&r->reader->arena.abi)));
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
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_MAPPEDS, i) &&
		    map_check(&r->supplier->maps.of[i], connector->map[i], (enum ent_attr)i, &err) != ENT_OK)
			config_problem(r->reader, line, name, "%s (say in %s_out which word goes out)", err.msg,
				       sdk_attr_name((enum ent_attr)i));
}
