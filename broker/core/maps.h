/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps as data: what a published map's JSON holds, and the maps of a supplier for people. serve puts the active one
 * (map_active()) into the supplier by maps_parse(), edge looks at one before it is published.
 */
#ifndef STORE_READ_MAP_H
#define STORE_READ_MAP_H

#include "core/supplier.h"
#include "sdk/json.h"
#include "store/store.h"

#define MAPS_ROWS_MAX 1000 /* of one table */
#define MAPS_WORD_MAX 200  /* bytes of a word */

struct maps {
	struct map status, priority, category, person;
};

/* {"status": {native: canonical}, "status_out": {canonical: native}, "priority", "priority_out", "category": {its word:
 * ours}, "person": {its id: name}}, each optional. ENT_EINVAL names what is unknown, wrong, or does not come back
 * (map_check). Everything lives in the arena or is borrowed from json. */
enum ent_rc maps_parse(struct ent_arena *arena, struct ent_str json, const struct ent_connector *connector,
		       struct maps *ret, struct ent_err *err) __attribute__((warn_unused_result));
struct maps maps_of(const struct supplier *supplier);
void maps_put(struct supplier *supplier, const struct maps *maps);
/* As maps_parse() reads it. */
void maps_print(const struct maps *maps, struct sdk_jsonw *w);

/* {"version","map","items":[{"version","made","author","active","map"}]}: what is in force, and what was published,
 * newest first. */
enum ent_rc read_maps(struct db *db, struct ent_arena *arena, const struct supplier *supplier, struct ent_str *ret,
		      struct ent_err *err) __attribute__((warn_unused_result));

/* What arrived from a supplier and is kept, newest first; false of take stops. ENT_ERETRY: the store failed. */
struct raw_row {
	struct ent_str delivery_id, header_json, body; /* body unpacked; borrowed */
	int64_t received_ms;
};
enum ent_rc read_raw(struct db *db, struct ent_str supplier, int64_t max,
		     bool (*take)(void *to, const struct raw_row *row), void *to, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
