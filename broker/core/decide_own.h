/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding what a person does here, of our organisation or of another one, as events. Pure. */
#ifndef CORE_DECIDE_OWN_H
#define CORE_DECIDE_OWN_H

#include "core/situation.h"

/* The acts of a person with us. author may be empty. A brief for a supplier that has a ticket already becomes a comment
 * of our own for it alone: comment.added with uuid "" and no external_id; the store gives it both, the same. */
void decide_share(const struct situation *at, struct ent_str supplier, bool escalated, enum reads_from reads_from,
		  const struct brief *brief, const struct person *author, struct events *ret);
/* A ticket of the supplier comes in, by a person's word: its incident is merged with this one. */
void decide_join(const struct situation *at, struct ent_str supplier, struct ent_str ticket, enum reads_from reads_from,
		 const struct person *author, struct events *ret);
void decide_unshare(const struct situation *at, struct ent_str supplier, struct ent_str reason,
		    const struct person *author, struct events *ret);
/* The organisation took the ball, which was offered to it. */
void decide_hand_over(const struct situation *at, struct ent_str holder, const struct person *author,
		      struct events *ret);
/* An incident begins without a ticket; description: its title and more. */
void decide_own_opened(const struct situation *at, const struct description *description, const struct person *author,
		       struct events *ret);
/* Only what differs is told. */
void decide_described(const struct situation *at, const struct description *description, const struct person *author,
		      struct events *ret);
void decide_status(const struct situation *at, enum ent_status status, const struct person *author, struct events *ret);
/* comment: uuid, author, body, audience; held_by, meant and held_ms of one that is held. It stands with supplier "",
 * ticket "" and its uuid as external_id. */
void decide_own_comment(const struct situation *at, const struct comment *comment, struct events *ret);
/* A file that was uploaded here and stands at the comment, for exactly its readers. */
void decide_own_attached(const struct situation *at, const struct comment *comment,
			 const struct ent_attachment *attachment, const char *sha256, struct events *ret);
/* known: of our own, as it stands. Nothing where nothing changes. author: who edits, also another than who wrote it. */
void decide_own_edit(const struct situation *at, const struct comment *known, struct ent_str body,
		     const struct audience *audience, const struct person *author, struct events *ret);
/* A comment that is held is undone: nobody else has read it. */
void decide_own_removal(const struct situation *at, const struct comment *known, const struct person *author,
			struct events *ret);
/* It is held, and from now on for whom it is meant, as far as they may read it. author: who sends it now; empty: its
 * time has come. */
void decide_own_published(const struct situation *at, const struct comment *known, const struct audience *audience,
			  const struct person *author, struct events *ret);
/* known: any comment of the thread, also a tool's. Nothing where nothing changes. */
void decide_own_pinned(const struct situation *at, const struct comment *known, bool is_pinned,
		       const struct person *author, struct events *ret);

#endif
