/* SPDX-License-Identifier: Apache-2.0 */
/* The words that comments had before they were edited or removed: a comment's row holds only the last ones, its events
 * all. Failures stick in db. */
#ifndef STORE_REVISIONS_H
#define STORE_REVISIONS_H

#include "core/event.h"
#include "store/db.h"

/* A comment as comment.added told it. Also where the incident was merged since. */
bool revisions_first(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid, struct comment *ret);
/* The comments as comment.added and comment.edited told them until then, the newest first: of one comment, or of all in
 * the incident (uuid: NULL). Bounded: see WORDINGS_MAX. Returns how many. */
#define WORDINGS_MAX 1000
size_t revisions_list(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid, int64_t until_ms,
		      struct comment **ret);
/* The files that it was given, as comment.files has them, also when they went with it. */
struct ent_str revisions_files(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid);
/* All that was done to one comment, as its events tell it, the oldest first; with time_ms and recorded_ms. Bounded in
 * the same way. */
size_t revisions_events(struct db *db, struct ent_arena *arena, int64_t incident, const char *uuid,
			const struct event **ret);
/* Were the words of list[i] replaced or undone before anybody but the author's organisation read them? */
bool revisions_is_draft(const struct event *list, size_t n, size_t i);
/* Whom they are for, or were for when they were published. */
const struct audience *revisions_audience(const struct event *list, size_t i);

#endif
