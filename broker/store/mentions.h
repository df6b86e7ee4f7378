/* SPDX-License-Identifier: Apache-2.0 */
/* Mentions in words that were written here: who the people are, whether the writer may mention them, and whether they
 * may read it. Table mention. */
#ifndef STORE_MENTIONS_H
#define STORE_MENTIONS_H

#include "core/mention.h"
#include "store/job.h"

struct mention_person {
	char ref[ID_SIZE];
	bool is_quoted;
	struct ent_str name, organisation; /* as they are now; "": not known (any more) */
};

/* Whom the words mention. */
size_t mentions_read(struct db *db, struct ent_arena *arena, struct ent_str body, enum ent_format format,
		     struct mention_person **ret);
/* The words as tools and searches have them: "@" and the name of each. */
struct ent_str mentions_plain(struct db *db, struct ent_arena *arena, struct ent_str body, enum ent_format format);
/* The name behind "@": without one, the organisation's. Empty: nothing is known. */
struct ent_str mentions_name(const struct mention_person *person);
/* Is there such a person for this reader? Others than ours know their own people, and those who may come in of
 * organisations that they share an incident with. */
bool mentions_knows(struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		    const struct reader *reader, struct ent_str ref);

struct ent_said mentions_unknown(struct ent_arena *arena, const char *ref); /* of somebody whom it does not know */

/* ---- in the writer's transaction ---- */

/* May the asker mention those whom the comment mentions, and may they read it? comment: as it would be: author, body,
 * format, audience. False: refused; who cannot read it is in job->ask.outside. *ret_refs: as events tell them. */
bool mentions_ask(struct apply *apply, struct job *job, struct dossier *dossier, const struct comment *comment,
		  struct ent_str *ret_refs);
/* Those whom the comment mentions and who may read it as it would be. The others stand there by name. */
struct ent_str mentions_reached(struct apply *apply, struct dossier *dossier, const struct comment *comment);
/* They stand in each event of the list that tells the comment's words or publishes it, and are named by it. */
void mentions_put(struct apply *apply, struct events *events, struct ent_str refs);
/* A fold of row_folds.c. */
void mentions_fold(struct db *db, const struct event *event);

#endif
