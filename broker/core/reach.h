/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom would a comment reach? Asked before it is written. The queue itself answers, in a dossier that nobody saves: it
 * plans here as it plans when the comment is written, and whoever reads is asked of core/reader. Pure; connectors are
 * asked to build their request, and it is thrown away.
 */
#ifndef CORE_REACH_H
#define CORE_REACH_H

#include "core/dossier.h"

enum reach_why {
	REACH_OURS,    /* ours reads all */
	REACH_AUTHOR,  /* its own words */
	REACH_NAMED,   /* the audience names it */
	REACH_EVERYONE /* it is for everyone, and it takes part */
};
const char *reach_why_word(enum reach_why why);

struct reach_organisation {
	struct ent_str name;
	enum reach_why why;
};

enum reach_form { REACH_NOT, REACH_INTERNAL, REACH_PUBLIC };
const char *reach_form_word(enum reach_form form); /* "none", "internal", "public" */

/* The tool of a supplier that takes part. */
struct reach_tool {
	const struct supplier *supplier;
	enum reach_form form;
	struct ent_said why; /* REACH_NOT */
};

struct reach {
	struct reach_organisation *organisation; /* ours first */
	size_t n_organisation;
	struct reach_tool *tool;
	size_t n_tool;
	bool requester; /* it stands in public in a tool where the requester may read it */
};
/* comment: of a person: author, body, format, audience; id 0: a new one, its uuid may be "". Else a stored one as it
 * would be. The dossier is used up: what it holds afterwards stands nowhere. */
void reach_comment(struct dossier *dossier, const struct comment *comment, int64_t now_ms, struct reach *ret);
/* A stored comment as it stands: who reads it, and of each tool why nothing is planned for it; a delivery that there
 * is is not asked for. */
void reach_stored(struct dossier *dossier, const struct comment *comment, struct reach *ret);
/* The readers of the comment, as a person is shown them and repeats them: organisations, and "requester" where it is
 * for the requester; sorted, with commas between. */
struct ent_str reach_readers(struct dossier *dossier, const struct comment *comment);
/* The same of names in any order. */
struct ent_str reach_names(struct ent_arena *arena, struct ent_str names);

#endif
