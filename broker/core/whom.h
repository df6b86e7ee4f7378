/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a person's comment is for: what was asked, or the narrowest; and what may not be asked. Nothing here widens: an
 * audience that is not said is the author's own organisation and ours, a reply is never for more than what it answers.
 * Pure.
 */
#ifndef CORE_WHOM_H
#define CORE_WHOM_H

#include "core/dossier.h"
#include "core/reader.h"
#include "sdk/say.h"

/* Does this reader read the comment, by the share of any of its tools, or as ours? */
bool whom_reads(struct dossier *dossier, const struct reader *reader, const struct comment *comment);

struct whom {
	const struct reader *author;
	const struct audience *asked;   /* NULL: nothing was asked */
	const struct comment *answered; /* NULL: it answers none */
};
enum whom_verdict {
	WHOM_FINE,
	WHOM_NO_PART,   /* *ret_name takes no part in the incident; others than ours are not told whether it exists */
	WHOM_REQUESTER, /* only our own people write to the requester */
	WHOM_WIDER,     /* *ret_name may not read what is answered */
	WHOM_UNSEEN     /* the author may not read what it answers: for the author it does not exist */
};
bool whom_is_conflict(enum whom_verdict verdict); /* the state of things does not allow it; else: what was asked */
/* Why not, and what to do; without a dot. */
struct ent_said whom_say(struct ent_arena *arena, const struct whom *whom, enum whom_verdict verdict,
			 struct ent_str name);
enum whom_verdict whom_decide(struct dossier *dossier, const struct whom *whom, struct audience *ret,
			      struct ent_str *ret_name);

#endif
