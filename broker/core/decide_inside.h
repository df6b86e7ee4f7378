/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of decide share; nobody else includes it. */
#ifndef CORE_DECIDE_INSIDE_H
#define CORE_DECIDE_INSIDE_H

#include "core/decide.h"

#include <string.h>

static inline bool speaks_of(uint32_t bits, enum ent_attr attr)
{
	return (bits >> attr) & 1u;
}

/* What is kept does not tell absent from empty. */
static inline bool same_text(struct ent_str a, struct ent_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool same_value(const struct ent_value *a, const struct ent_value *b)
{
	return same_text(a->text, b->text) && same_text(a->native, b->native);
}

/* An event about the change's ticket. */
struct event *decide_add(struct events *events, enum event_kind kind, const struct situation *at,
			 const struct ent_change *change);
/* When it was said: the tool's stamp, at most its arrival. */
int64_t decide_when(const struct situation *at, const struct ent_change *change);
/* Bits of the change that are older than what is stored. */
uint32_t decide_late(const struct situation *at, const struct ent_change *change);

/* ---- decide_word.c ---- */

void decide_opened(const struct situation *at, const struct ent_change *change, struct events *ret);
/* What the change moves in the incident: its holder, its status; and what it says in vain. */
void decide_incident(const struct situation *at, const struct ent_change *change, struct events *ret);
/* `values` and `nobodys` of the change's ticket.linked or ticket.changed. */
void decide_levels(const struct situation *at, const struct ent_change *change, struct event *event);
/* The levels that a ball's new holder brings along. */
struct values decide_brought_levels(const struct situation *at, const struct word *word);

#endif
