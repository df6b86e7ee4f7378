/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as they go into a tool: a brief, a comment of the thread, notices. The words that we add are in the tool's
 * language, by the catalogue (phrase.h). Pure. */
#ifndef CORE_WORDING_H
#define CORE_WORDING_H

#include "core/state.h"
#include "core/supplier.h"

/* The text of a ticket from a brief and what the incident's description adds. It does not tell who asked. */
struct ent_str wording_brief(struct ent_arena *arena, enum ent_language language, const struct brief *brief,
			     const struct incident *incident);
/* A comment as others read it: "David (Orion): ..." - the author's name is never guessed: without one it is the
 * supplier's title alone; with us: the author, or "Entente". Before it the line of the act that it carries. */
struct ent_str wording_comment(struct ent_arena *arena, const struct supplier_set *suppliers,
			       enum ent_language language, const struct comment *comment);
/* The share was taken back; reason: in the words of who did it, may be absent. */
struct ent_str wording_unshared(struct ent_arena *arena, enum ent_language language, int64_t incident,
				struct ent_str reason);
/* The language of a supplier's tool; one that is not configured: English. */
enum ent_language wording_language(const struct supplier_set *suppliers, struct ent_str supplier);
/* The name of an organisation for people: the title of its first tool, or its own name. */
struct ent_str wording_title(const struct supplier_set *suppliers, struct ent_str organisation);

#endif
