/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The incident as it stands when everything is told in the order in which it was said. Pure.
 *
 * Words arrive late: a poll is slower than a webhook, a key that joins two tickets comes with the last of them. The
 * result in the order of arrival is then not what happened. So the words are told again, in the order of their stamps,
 * to the same functions that decide when they arrive (decide.h, fold).
 *
 * Among words of one time the ball holder's goes first, as a hand-over and what the receiver says of it often carry the
 * same minute; else the one of the lower supplier and ticket id. Words of one ticket keep their own order.
 */
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "core/situation.h"

#define REPLAY_MAX 500 /* words of one incident; one with more stays as it is */

struct replay {
	struct incident incident; /* title, values, and what is of its holder */
	const struct hand_over *hand_over;
	size_t n_hand_over;
};

/* event: the ticket.linked, ticket.changed, ticket.late and ticket.removed events of an incident in the order in which
 * they were stored, time_ms set; also comment.added where that was its supplier's first word. suppliers: may be NULL.
 * Only for tickets of suppliers that are listened to: what our own deliveries did is not known here. Borrows from the
 * events. */
void replay(const struct event *event, size_t n, const struct supplier_set *suppliers, struct ent_arena *arena,
	    struct replay *ret);

/* Is it what is stored? Comments are not told again: one may have accepted the ball. */
bool replay_agrees(const struct replay *replay, const struct incident *incident, const struct hand_over *hand_over,
		   size_t n_hand_over);

#endif
