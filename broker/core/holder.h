/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The holder of the ball: an organisation, ours included, or the name that a tool handed over to and nobody here has.
 * It is one text: the organisation's name, or HOLDER_WORD and that name. Never empty once an incident is open. Pure.
 */
#ifndef CORE_HOLDER_H
#define CORE_HOLDER_H

#include "core/organisation.h"
#include "sdk/json.h"

#define HOLDER_WORD "word:" /* no organisation's name has a colon */

/* Does this supplier's organisation hold it? */
bool holder_is(const struct supplier_set *suppliers, struct ent_str holder, struct ent_str supplier);
/* Is it a name that nobody here has? *ret: that name. */
bool holder_word(struct ent_str holder, struct ent_str *ret);
/* Whom a tool means: who has this name or title, us when it names nobody, else the name. suppliers: NULL: nobody is
 * known, and a name of the form of an organisation's is taken for one. */
struct ent_str holder_named(const struct supplier_set *suppliers, struct ent_str name, struct ent_arena *arena);

/* "orion", or {"word": "Vega Night Shift"}. Reading: absent when it is neither. */
void holder_json(struct sdk_jsonw *w, const char *key, struct ent_str holder);
struct ent_str holder_read(struct ent_arena *arena, const struct sdk_json *node);

#endif
