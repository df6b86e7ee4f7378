/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding who holds the ball, and whose value counts for the incident; for decide*.c and the tests. Pure. */
#ifndef CORE_DECIDE_WORD_H
#define CORE_DECIDE_WORD_H

#include "core/situation.h"

/* Who holds the ball after this change? While the holder's own ticket says transferred, the one it names does; so
 * hand-overs that are learned in the wrong order end where those in the right order do. A circle moves nothing: the
 * next word of one in it will tell. A supplier that was handed the ball and says no gives it back to the giver. */
struct ent_str decide_next_holder(const struct situation *at, const struct ent_change *change, struct ent_arena *arena);
/* The supplier that was handed the ball does something of its own: it has accepted. The change's events stand in the
 * list behind `from`. */
void decide_accepted(const struct situation *at, const struct ent_change *change, size_t from, struct events *ret);

void decide_opened(const struct situation *at, const struct ent_change *change, struct events *ret);
/* Decides how the change moves the incident: its holder, its status; and what it says in vain. */
void decide_incident(const struct situation *at, const struct ent_change *change, struct events *ret);
/* `values` and `nobodys` of the change's ticket.linked or ticket.changed. */
void decide_levels(const struct situation *at, const struct ent_change *change, struct event *event);
/* The levels that a ball's new holder brings along. */
struct values decide_brought_levels(const struct situation *at, const struct word *word);

#endif
