/* SPDX-License-Identifier: Apache-2.0 */
/* Raises join requests. */
#ifndef STORE_JOIN_ASK_H
#define STORE_JOIN_ASK_H

#include "store/apply.h"

#define JOIN_OPEN_MAX 20 /* open ones that a supplier raised, and as many hand-overs: who guesses fills no list */

/* The asking side. dossier: its ticket's incident; NULL: a tool handed over to the supplier, and there is no ticket. */
struct join_asking {
	struct ent_str supplier, ticket, key;
	const struct dossier *dossier;
	const char *cause; /* number, key, reference, hand_over */
};

/* Raises one for an incident, unless it was asked before or too many are open. */
void join_ask(struct apply *apply, const struct situation *at, const struct join_asking *asking, int64_t incident);

#endif
