/* SPDX-License-Identifier: Apache-2.0 */
#include "core/maps.h"

#include "sdk/webhook.h"

/* ---- a map's JSON ------------------------------------------------------------------ */

struct table {
	const char *name;
	size_t offset; /* of its map in struct maps */
	bool out;      /* canonical words on the left */
	int attr;      /* ENT_STATUS, ENT_PRIORITY: words of the ticket language; -1: free text */
};
static const struct table tables[] = {{"status", offsetof(struct maps, status), false, ENT_STATUS},
				      {"status_out", offsetof(struct maps, status), true, ENT_STATUS},
				      {"priority", offsetof(struct maps, priority), false, ENT_PRIORITY},
				      {"priority_out", offsetof(struct maps, priority), true, ENT_PRIORITY},
				      {"category", offsetof(struct maps, category), false, -1},
				      {"person", offsetof(struct maps, person), false, -1}};
#define N_TABLES (sizeof tables / sizeof *tables)

static enum ent_rc check_row(const struct table *table, const struct map_row *row, struct ent_err *err)
{
	struct ent_str native = row->native, canonical = row->canonical;

	if (!native.n || native.n > MAPS_WORD_MAX || !canonical.n || canonical.n > MAPS_WORD_MAX)
		return sdk_fail(err, ENT_EINVAL, "%s: each word has to have 1 to %d bytes", table->name, MAPS_WORD_MAX);
	if (table->attr < 0 || sdk_is_canonical((enum ent_attr)table->attr, canonical))
		return ENT_OK;
	return sdk_fail(err, ENT_EINVAL, "%s: '%.*s' is no word of the ticket language; allowed: %s", table->name,
			ENT_F(sdk_head(canonical, 40)),
			table->attr == ENT_PRIORITY ? "\"1\" (critical) to \"5\""
						    : "new, acknowledged, in_progress, pending, held, transferred, "
						      "resolved, closed, cancelled, rejected");
}

static enum ent_rc read_table(struct ent_arena *arena, const struct table *table, const struct sdk_json *node,
			      struct map *map, struct ent_err *err)
{
	size_t n = sdk_json_count(node), i = 0;
	struct map_row *row;

	if (sdk_json_kind(node) != SDK_JSON_OBJECT || n > MAPS_ROWS_MAX)
		return sdk_fail(err, ENT_EINVAL, "%s has to be an object of at most %d words", table->name,
				MAPS_ROWS_MAX);
	row = SDK_NEW_N(arena, struct map_row, n + 1);
	for (const struct sdk_json *one = sdk_json_first(node); one; one = sdk_json_next(one), i++) {
		struct ent_str left = sdk_json_key(one), right = sdk_json_text(one);
		enum sdk_json_kind kind = sdk_json_kind(one);

		if (kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER)
			return sdk_fail(err, ENT_EINVAL, "%s: '%.*s' has to be given a word", table->name,
					ENT_F(sdk_head(left, 40)));
		row[i] = (struct map_row){table->out ? right : left, table->out ? left : right};
		if (check_row(table, &row[i], err) != ENT_OK)
			return ENT_EINVAL;
	}
	*(table->out ? &map->out : &map->in) = row;
	*(table->out ? &map->n_out : &map->n_in) = n;
	return ENT_OK;
}

static enum ent_rc read_member(struct ent_arena *arena, const struct sdk_json *member, struct maps *ret,
			       struct ent_err *err)
{
	for (size_t i = 0; i < N_TABLES; i++)
		if (sdk_eqz(sdk_json_key(member), tables[i].name))
			return read_table(arena, &tables[i], member,
					  (struct map *)(void *)((char *)ret + tables[i].offset), err);
	return sdk_fail(err, ENT_EINVAL,
			"'%.*s' is no map; known: status, status_out, priority, priority_out, category, person",
			ENT_F(sdk_head(sdk_json_key(member), 40)));
}

enum ent_rc maps_parse(struct ent_arena *arena, struct ent_str json, const struct ent_connector *connector,
		       struct maps *ret, struct ent_err *err)
{
	const struct sdk_json *node;
	struct maps maps = {.status = {0}};
	enum ent_rc rc = sdk_json_parse(arena, json, &node, err);

	if (rc == ENT_OK && sdk_json_kind(node) != SDK_JSON_OBJECT)
		rc = sdk_fail(err, ENT_EINVAL, "a map is an object of tables");
	for (const struct sdk_json *one = rc == ENT_OK ? sdk_json_first(node) : NULL; one && rc == ENT_OK;
	     one = sdk_json_next(one))
		rc = read_member(arena, one, &maps, err);
	if (rc == ENT_OK)
		rc = map_check(&maps.status, connector->status, "status", err);
	if (rc == ENT_OK)
		rc = map_check(&maps.priority, connector->priority, "priority", err);
	if (rc == ENT_OK)
		*ret = maps;
	return rc;
}

struct maps maps_of(const struct supplier *supplier)
{
	return (struct maps){supplier->status, supplier->priority, supplier->category, supplier->person};
}

void maps_put(struct supplier *supplier, const struct maps *maps)
{
	supplier->status = maps->status;
	supplier->priority = maps->priority;
	supplier->category = maps->category;
	supplier->person = maps->person;
}

void maps_print(const struct maps *maps, struct sdk_jsonw *w)
{
	sdk_jsonw_open(w, '{');
	for (size_t i = 0; i < N_TABLES; i++) {
		const struct map *map = (const struct map *)(const void *)((const char *)maps + tables[i].offset);
		const struct map_row *row = tables[i].out ? map->out : map->in;
		size_t n = tables[i].out ? map->n_out : map->n_in;

		if (!n)
			continue;
		sdk_jsonw_key(w, tables[i].name);
		sdk_jsonw_open(w, '{');
		for (size_t k = 0; k < n; k++) {
			sdk_jsonw_key_str(w, tables[i].out ? row[k].canonical : row[k].native);
			sdk_jsonw_str(w, tables[i].out ? row[k].native : row[k].canonical);
		}
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, '}');
}
