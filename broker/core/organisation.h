/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organisations: who takes part. They read, and what is said is for them; suppliers are their tools. One namespace with
 * the suppliers: a supplier belongs to the organisation of its own name unless its setting says another. Ours has a
 * name as the others do. An organisation may have several tools, or none: then a share names the organisation itself,
 * where it would name a supplier.
 */
#ifndef CORE_ORGANISATION_H
#define CORE_ORGANISATION_H

#include "core/supplier.h"

#define ORGANISATION_OURS "us" /* unless the configuration says another name */

/* 1 to SUPPLIER_NAME_MAX of a-z, 0-9 and -, not - first; a supplier's name has the same form. */
bool organisation_is_name(struct ent_str name);
/* set NULL: none is configured. */
struct ent_str organisation_ours(const struct supplier_set *set);
struct ent_str organisation_of(const struct supplier *supplier);
/* The organisation of the supplier with this name; a supplier that is not in the set is an organisation of its own. */
struct ent_str organisation_named(const struct supplier_set *set, struct ent_str supplier);
/* Whom its shares may name: the suppliers that are its tools, and itself, which one without a tool does. How many. */
#define ORGANISATION_TOOLS_MAX 8
size_t organisation_tools(const struct supplier_set *set, struct ent_str organisation,
			  struct ent_str ret[ORGANISATION_TOOLS_MAX]);
/* Ours, one that has a supplier, or one that the configuration names. */
bool organisation_is_known(const struct supplier_set *set, struct ent_str organisation);
/* Known, not ours, and without a supplier. */
bool organisation_has_no_tool(const struct supplier_set *set, struct ent_str organisation);
/* Whom a share names when a person says a supplier, or an organisation that has one tool or none. */
enum sharer { SHARER_FOUND, SHARER_UNKNOWN, SHARER_SEVERAL /* its tools are in *ret, with commas between */ };
enum sharer organisation_sharer(struct ent_arena *arena, const struct supplier_set *set, struct ent_str word,
				struct ent_str *ret);
/* All of them, ours first, each once, comma separated. */
struct ent_str organisation_list(struct ent_arena *arena, const struct supplier_set *set);

#endif
