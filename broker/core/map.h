/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's words and what they mean, in both directions. Pure. */
#ifndef CORE_MAP_H
#define CORE_MAP_H

#include "core/attr.h"
#include "entente/connector.h"

/* One word of a supplier's tool and what it means. */
struct map_row {
	struct ent_str native, canonical;
};
/* in: native -> canonical, in the order of the file; the first row of a canonical
 * value is its way out, unless `out` names another. */
struct map {
	const struct map_row *in, *out;
	size_t n_in, n_out;
};

/* By attribute. Those that are mapped (attr.h): its word -> one of the ticket language. CATEGORY: its word -> ours. */
#define MAP_PERSON ENT_N_ATTR /* its id -> name shown */
struct maps {
	struct map of[ENT_N_ATTR + 1];
};
/* The tables that a map may have, as people name them: "priority", "priority_out", ... */
struct map_table {
	const char *name;
	unsigned of;
	bool out; /* canonical words on the left */
};
/* NULL at the end; before: NULL for the first. */
const struct map_table *map_table_next(const struct map_table *before);
const struct map_table *map_table_by_name(struct ent_str name);
struct ent_str map_table_names(struct ent_arena *arena); /* "status, status_out, ..." */
/* Where a table's right side has words of the ticket language: which ones; absent: any. */
struct ent_str map_table_words(struct ent_arena *arena, const struct map_table *table);

/* Native -> canonical by the supplier's rows, then the connector's; absent when no row knows it. */
struct ent_str map_in(const struct map *map, const struct ent_map_row *dflt, struct ent_str native);
/* Canonical -> native by the same rows; absent when the tool cannot express it. */
struct ent_str map_out(const struct map *map, const struct ent_map_row *dflt, struct ent_str canonical);
/* in(out(c)) == c for each canonical value that some row gives; one that no word of the tool means may borrow another's
 * word in `out`, if that settles: out(in(out(c))) is the same word. ENT_EINVAL names those that do not come back. attr:
 * one that is mapped. */
enum ent_rc map_check(const struct map *map, const struct ent_map_row *dflt, enum ent_attr attr, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
