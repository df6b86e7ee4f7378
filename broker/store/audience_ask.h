/* SPDX-License-Identifier: Apache-2.0 */
/* The audience that a person asks for a comment, for the writer's jobs: see core/whom.h. Each refuses the job where it
 * returns false. */
#ifndef STORE_AUDIENCE_ASK_H
#define STORE_AUDIENCE_ASK_H

#include "core/whom.h"
#include "store/job.h"

/* A new comment: what was asked or the narrowest, never for more than the comment that it answers. */
bool audience_ask_new(struct apply *apply, struct job *job, struct dossier *dossier, struct audience *ret);
/* The words of an act: *ret is whom they are for, as it was asked or follows from the act. answered: the words of the
 * act that they answer; NULL: they answer none. */
bool audience_ask_act(struct job *job, struct dossier *dossier, const struct comment *answered, struct audience *ret);
/* A comment that stands: without has_audience as it is, else what was asked, which may not widen it. */
bool audience_ask_edit(struct apply *apply, struct job *job, struct dossier *dossier, const struct comment *known,
		       struct audience *ret);
/* A comment that more are to read: by its author, or an administrator of the author's organisation, who was shown
 * who will read it, and nothing of that has changed. by: the person that asks. */
bool audience_ask_wider(struct apply *apply, struct job *job, struct dossier *dossier, const struct comment *known,
			const struct person *by, struct audience *ret);

#endif
