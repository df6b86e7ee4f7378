/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket that goes on as another one of the same tool. The row of the one that was left stays and names the last of
 * its chain; what was heard in it stands under its id. So what the next one tells again is looked for in all of them.
 */
#ifndef STORE_FOLLOW_H
#define STORE_FOLLOW_H

#include "store/apply.h"

/* A TICKET_CONTINUES: joins the incidents of both, moves the ticket, lets go what waited for it. */
void follow_ticket(struct apply *apply, const struct situation *base, const struct ent_change *change);

/* Was it heard in a ticket of the same chain? Where a tool counts ids by ticket, two comments or attachments may have
 * one id: so the same id alone does not say it. at->ticket, ticket: NULL when it was not heard of. */
struct comment *follow_comment(struct apply *apply, struct dossier *dossier, const struct situation *at,
			       const struct ent_change *change);
bool follow_attachment(struct db *db, const struct ticket *ticket, const struct ent_change *change);
/* Is the comment a copy that we made in a ticket of the same chain? at->ticket: the one it stands in now. */
bool follow_copy(struct apply *apply, const struct situation *at, const struct ent_change *change);

#endif
