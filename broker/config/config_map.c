/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's words and what they mean. */
#include "config/config_map.h"

#include "sdk/webhook.h"

#define WORDS_STATUS   "new, acknowledged, in_progress, pending, held, transferred, resolved, closed, cancelled, rejected"
#define WORDS_PRIORITY "1, 2, 3, 4, 5 (1 is critical)"

static const char *next_status_word(const void *of, size_t i)
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
		near = config_nearest(reader, word, next_status_word, NULL);
	config_problem(reader, node->line, node->name, "found %.*s%.*s%s allowed: %s", (int)found.n, found.p,
		       (int)near.n, near.p, near.n ? "" : ",", priority ? WORDS_PRIORITY : WORDS_STATUS);
	return false;
}

enum table_kind { TABLE_STATUS, TABLE_PRIORITY, TABLE_FREE };

/* Words that are ours to choose: what a category is called here, a person's name. */
static bool free_vet(struct config_reader *reader, const struct config_node *node, struct ent_str word)
{
	if (word.n > 0 && word.n <= ENT_ID_MAX)
		return true;
	config_problem(reader, node->line, node->name, "has %zu bytes, allowed: 1 to %d", word.n, ENT_ID_MAX);
	return false;
}

/* out: canonical words on the left. Else native words on the left. */
static size_t map_rows_read(struct supplier_reader *r, const struct config_node *node, enum table_kind kind, bool out,
			    const struct map_row **ret)
{
	const struct config_member *member = NULL;
	size_t n_member = config_members(r->reader, node, &member), n = 0;
	struct map_row *row = SDK_NEW_N(r->arena, struct map_row, n_member + 1);

	for (size_t i = 0; i < n_member; i++) {
		struct ent_str left = member[i].key, right;

		if (!config_text(r->reader, &member[i].value, &right))
			continue;
		if (kind == TABLE_FREE
			? !free_vet(r->reader, &member[i].value, right)
			: !canonical_vet(r->reader, &member[i].value, out ? left : right, kind == TABLE_PRIORITY))
			continue;
		row[n].native = sdk_dup(r->arena, out ? right : left);
		row[n++].canonical = sdk_dup(r->arena, out ? left : right);
	}
	*ret = row;
	return n;
}

static const struct {
	const char *name;
	enum table_kind kind;
	size_t offset; /* of its struct map in struct supplier */
	bool out;
} tables[] = {
    {"status", TABLE_STATUS, offsetof(struct supplier, status), false},
    {"status_out", TABLE_STATUS, offsetof(struct supplier, status), true},
    {"priority", TABLE_PRIORITY, offsetof(struct supplier, priority), false},
    {"priority_out", TABLE_PRIORITY, offsetof(struct supplier, priority), true},
    {"category", TABLE_FREE, offsetof(struct supplier, category), false},
    {"person", TABLE_FREE, offsetof(struct supplier, person), false},
};
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
		struct map *map = (struct map *)(void *)((char *)r->supplier + tables[k].offset);

		if (!sdk_eqz(member->key, tables[k].name))
			continue;
		if (tables[k].out)
			map->n_out = map_rows_read(r, &member->value, tables[k].kind, true, &map->out);
		else
			map->n_in = map_rows_read(r, &member->value, tables[k].kind, false, &map->in);
		return;
	}
	near = config_nearest(r->reader, member->key, next_table, NULL);
	config_problem(r->reader, member->value.line, member->value.name,
		       "is no map%.*s (known: status, status_out, priority, priority_out, category, person)",
		       ENT_F(near));
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
