/* SPDX-License-Identifier: Apache-2.0 */
/* Raises join requests. */
#ifndef STORE_JOIN_ASK_H
#define STORE_JOIN_ASK_H

#include "store/apply.h"

#define JOIN_OPEN_MAX 20 /* open ones that a supplier raised, and as many hand-overs: who guesses fills no list */

/* Raises one for an incident, unless it was asked before or too many are open. asking: the ticket's own incident, NULL:
 * a tool handed over to the supplier; then ticket is absent. */
void join_ask(struct apply *apply, const struct situation *at, struct ent_str supplier, int64_t incident,
	      const struct dossier *asking, const struct ent_change *change, const char *cause);

#endif
