/* SPDX-License-Identifier: Apache-2.0 */
#include "core/map.h"

#include "sdk/webhook.h"

static const struct map_row *row_of_native(const struct map *map, struct ent_str native)
{
	for (size_t i = 0; i < map->n_in; i++)
		if (sdk_eq(map->in[i].native, native))
			return &map->in[i];
	return NULL;
}

struct ent_str map_in(const struct map *map, const struct ent_map_row *dflt, struct ent_str native)
{
	const struct map_row *row = row_of_native(map, native);

	if (row)
		return row->canonical;
	for (; dflt && dflt->native; dflt++)
		if (sdk_eqz(native, dflt->native))
			return sdk_str(dflt->canonical);
	return ENT_ABSENT;
}

struct ent_str map_out(const struct map *map, const struct ent_map_row *dflt, struct ent_str canonical)
{
	for (size_t i = 0; i < map->n_out; i++)
		if (sdk_eq(map->out[i].canonical, canonical))
			return map->out[i].native;
	for (size_t i = 0; i < map->n_in; i++)
		if (sdk_eq(map->in[i].canonical, canonical))
			return map->in[i].native;
	for (; dflt && dflt->native; dflt++)
		/* a word that the supplier's rows give another meaning is no way out any more */
		if (sdk_eqz(canonical, dflt->canonical) && !row_of_native(map, sdk_str(dflt->native)))
			return sdk_str(dflt->native);
	return ENT_ABSENT;
}

/* Does any word of the tool mean it? */
static bool is_meant(const struct map *map, const struct ent_map_row *dflt, struct ent_str canonical)
{
	for (size_t i = 0; i < map->n_in; i++)
		if (sdk_eq(map->in[i].canonical, canonical))
			return true;
	for (; dflt && dflt->native; dflt++)
		if (sdk_eqz(canonical, dflt->canonical) && !row_of_native(map, sdk_str(dflt->native)))
			return true;
	return false;
}

static const struct map_table tables[] = {
#define X(id, name, steps) {name, id, false}, {name "_out", id, true},
    ENT_ATTRIBUTES(X)
#undef X
	{"person", MAP_PERSON, false},
};
#define N_TABLES (sizeof tables / sizeof *tables)

static bool is_table(const struct map_table *table)
{
	if (table->of == MAP_PERSON || attr_in(ATTR_MAPPEDS, table->of))
		return true;
	return attr_words((enum ent_attr)table->of) == ATTR_NAMED && !table->out;
}

const struct map_table *map_table_next(const struct map_table *before)
{
	for (const struct map_table *at = before ? before + 1 : tables; at < tables + N_TABLES; at++)
		if (is_table(at))
			return at;
	return NULL;
}

const struct map_table *map_table_by_name(struct ent_str name)
{
	const struct map_table *table = map_table_next(NULL);

	while (table && !sdk_eqz(name, table->name))
		table = map_table_next(table);
	return table;
}

struct ent_str map_table_names(struct ent_arena *arena)
{
	struct ent_str names = ENT_STR("");

	for (const struct map_table *table = map_table_next(NULL); table; table = map_table_next(table))
		names = sdk_join(arena, names, ", ", sdk_str(table->name));
	return names;
}

struct ent_str map_table_words(struct ent_arena *arena, const struct map_table *table)
{
	struct ent_str words = ENT_ABSENT;
	enum ent_attr attr = (enum ent_attr)table->of;

	if (table->of == MAP_PERSON || !attr_in(ATTR_MAPPEDS, attr))
		return words;
	for (unsigned value = 1; value < attr_n_value(attr); value++)
		words = sdk_join(arena, words, ", ", attr_word(attr, value));
	return attr_in(ATTR_LEVELS, attr) ? sdk_format(arena, "%.*s (1 is the most severe)", ENT_F(words)) : words;
}

/* Appends what is wrong with one canonical value; a value seen in an earlier row was looked at then. */
static void check_one(const struct map *map, const struct ent_map_row *dflt, struct ent_str canonical,
		      struct sdk_buf *wrong)
{
	struct ent_str native = map_out(map, dflt, canonical), back;

	if (!native.p)
		return;
	back = map_in(map, dflt, native);
	if (back.p && sdk_eq(back, canonical))
		return;
	/* A value that no word means may borrow one, as `closed` that of `resolved`: it settles there. */
	if (back.p && !is_meant(map, dflt, canonical) && sdk_eq(map_out(map, dflt, back), native))
		return;
	if (!back.p)
		back = ENT_STR("nothing");
	sdk_buf_format(wrong, "%s%.*s goes out as \"%.*s\", which comes back as %.*s", wrong->n ? "; " : "",
		       ENT_F(canonical), ENT_F(native), ENT_F(back));
}

enum ent_rc map_check(const struct map *map, const struct ent_map_row *dflt, enum ent_attr attr, struct ent_err *err)
{
	struct sdk_buf wrong;
	enum ent_rc rc = ENT_OK;

	sdk_buf_init(&wrong, 16 * 1024);
	for (unsigned value = 1; value < attr_n_value(attr); value++)
		check_one(map, dflt, attr_word(attr, value), &wrong);
	if (wrong.n > 0)
		rc = sdk_fail_as(err, ENT_EINVAL, "map.comes_back", "{attribute=%s}: {wrong=%.*s}", sdk_attr_name(attr),
				 ENT_F(wrong));
	sdk_buf_release(&wrong);
	return rc;
}
