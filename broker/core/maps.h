/* SPDX-License-Identifier: Apache-2.0 */
/* Maps as data: the JSON of a published map. serve puts the active one into the supplier, face looks at one before it
 * is published. */
#ifndef CORE_MAPS_H
#define CORE_MAPS_H

#include "core/supplier.h"
#include "sdk/json.h"

#define MAPS_ROWS_MAX 1000 /* of one table */
#define MAPS_WORD_MAX 200  /* bytes of a word */

/* {"status": {native: canonical}, "status_out": {canonical: native}, the same for each attribute that is mapped,
 * "category": {its word: ours}, "person": {its id: name}}, each optional. ENT_EINVAL names what is unknown, wrong, or
 * does not come back (map_check). Everything lives in the arena or is borrowed from json. */
enum ent_rc maps_parse(struct ent_arena *arena, struct ent_str json, const struct ent_connector *connector,
		       struct maps *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* As maps_parse() reads it. */
void maps_print(const struct maps *maps, struct sdk_jsonw *w);

#endif
