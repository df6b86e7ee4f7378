/* SPDX-License-Identifier: Apache-2.0 */
#include "core/maps.h"

#include "sdk/webhook.h"

static enum ent_rc check_row(struct ent_arena *arena, const struct map_table *table, const struct map_row *row,
			     struct ent_err *err)
{
	struct ent_str native = row->native, canonical = row->canonical, words = map_table_words(arena, table);

	if (!native.n || native.n > MAPS_WORD_MAX || !canonical.n || canonical.n > MAPS_WORD_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "map.word_size",
				   "{map=%s}: each word has to have 1 to {most=%d} bytes", table->name, MAPS_WORD_MAX);
	if (!words.p || sdk_is_canonical((enum ent_attr)table->of, canonical))
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "map.no_word",
			   "{map=%s}: '{found=%.*s}' is no word of the ticket language; allowed: {words=%.*s}",
			   table->name, ENT_F(sdk_head(canonical, 40)), ENT_F(words));
}

static enum ent_rc read_table(struct ent_arena *arena, const struct map_table *table, const struct sdk_json *node,
			      struct map *map, struct ent_err *err)
{
	size_t n = sdk_json_count(node), i = 0;
	struct map_row *row;

	if (sdk_json_kind(node) != SDK_JSON_OBJECT || n > MAPS_ROWS_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "map.kind",
				   "{map=%s} has to be an object of at most {most=%d} words", table->name,
				   MAPS_ROWS_MAX);
	row = SDK_NEW_N(arena, struct map_row, n + 1);
	for (const struct sdk_json *one = sdk_json_first(node); one; one = sdk_json_next(one), i++) {
		struct ent_str left = sdk_json_key(one), right = sdk_json_text(one);
		enum sdk_json_kind kind = sdk_json_kind(one);

		if (kind != SDK_JSON_STRING && kind != SDK_JSON_NUMBER)
			return sdk_fail_as(err, ENT_EINVAL, "map.word_missing",
					   "{map=%s}: '{found=%.*s}' has to be given a word", table->name,
					   ENT_F(sdk_head(left, 40)));
		row[i] = (struct map_row){table->out ? right : left, table->out ? left : right};
		if (check_row(arena, table, &row[i], err) != ENT_OK)
			return ENT_EINVAL;
	}
	*(table->out ? &map->out : &map->in) = row;
	*(table->out ? &map->n_out : &map->n_in) = n;
	return ENT_OK;
}

enum ent_rc maps_parse(struct ent_arena *arena, struct ent_str json, const struct ent_connector *connector,
		       struct maps *ret, struct ent_err *err)
{
	const struct sdk_json *node;
	struct maps maps = {.of = {{0}}};
	enum ent_rc rc = sdk_json_parse(arena, json, &node, err);

	if (rc == ENT_OK && sdk_json_kind(node) != SDK_JSON_OBJECT)
		rc = sdk_fail_as(err, ENT_EINVAL, "map.no_object", "a map is an object of tables");
	for (const struct sdk_json *one = rc == ENT_OK ? sdk_json_first(node) : NULL; one && rc == ENT_OK;
	     one = sdk_json_next(one)) {
		const struct map_table *table = map_table_by_name(sdk_json_key(one));

		if (table)
			rc = read_table(arena, table, one, &maps.of[table->of], err);
		else
			rc =
			    sdk_fail_as(err, ENT_EINVAL, "map.unknown", "'{found=%.*s}' is no map; known: {known=%.*s}",
					ENT_F(sdk_head(sdk_json_key(one), 40)), ENT_F(map_table_names(arena)));
	}
	for (unsigned i = 0; i < ENT_N_ATTR && rc == ENT_OK; i++)
		if (attr_in(ATTR_MAPPEDS, i))
			rc = map_check(&maps.of[i], connector->map[i], (enum ent_attr)i, err);
	if (rc == ENT_OK)
		*ret = maps;
	return rc;
}

void maps_print(const struct maps *maps, struct sdk_jsonw *w)
{
	sdk_jsonw_open(w, '{');
	for (const struct map_table *table = map_table_next(NULL); table; table = map_table_next(table)) {
		const struct map *map = &maps->of[table->of];
		const struct map_row *row = table->out ? map->out : map->in;
		size_t n = table->out ? map->n_out : map->n_in;

		if (!n)
			continue;
		sdk_jsonw_key(w, table->name);
		sdk_jsonw_open(w, '{');
		for (size_t k = 0; k < n; k++) {
			sdk_jsonw_key_str(w, table->out ? row[k].canonical : row[k].native);
			sdk_jsonw_str(w, table->out ? row[k].native : row[k].canonical);
		}
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, '}');
}
