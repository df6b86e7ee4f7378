/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presence: people who have an incident open right now. It is in memory alone: nothing of it is stored, logged or an
 * event. People of one organisation see one another. Those of two see one another only where both are named by the
 * setting `presence`, and then only that they are there: that somebody writes is of the own organisation alone, for it
 * may be an internal note.
 */
#ifndef FACE_PRESENCE_H
#define FACE_PRESENCE_H

#include "base/world.h"
#include "core/reader.h"

enum {
	PRESENCE_S = 45,      /* it ends by itself unless it is told again */
	PRESENCE_EACH = 16,   /* people of one organisation in one incident; who comes then takes the place of the one
			       * of them that was told longest ago */
	PRESENCE_TOLD = 64,   /* that a reader is told of an incident */
	PRESENCE_MAX = 65536, /* in all; then nobody is added */
	PRESENCE_NAME_MAX = 120
};

struct presence_person {
	char incident[ID_SIZE], ref[ID_SIZE];
	char organisation[PRESENCE_NAME_MAX + 1], name[PRESENCE_NAME_MAX + 1];
	bool writes;
	int64_t until_us;
};

struct presence;
/* chance: for a key, so that nobody knows which incidents stand beside one another. allowed: names of the organisations
 * that allow others to see theirs, with commas between; copied. */
struct presence *presence_new(struct chance *chance, struct ent_str allowed);
void presence_free(struct presence *presence);

/* The reader's person is there, or writes, or left. incident: its uuid. Any thread, as below. */
enum presence_state { PRESENCE_LEFT, PRESENCE_VIEWS, PRESENCE_WRITES };
void presence_tell(struct presence *presence, struct ent_str incident, const struct reader *reader, struct ent_str name,
		   enum presence_state state, int64_t now_us);
/* Those who were not told again go. */
void presence_step(struct presence *presence, int64_t now_us);
/* Changes when somebody comes, goes or begins to write there; now and then also for another incident. */
unsigned presence_changed(const struct presence *presence, struct ent_str incident);
/* Those of them whom the reader may know of, the own organisation's first, ordered by ref. Whether the reader sees the
 * incident is another question. */
size_t presence_of(struct presence *presence, struct ent_str incident, const struct reader *reader,
		   struct presence_person ret[PRESENCE_TOLD]);

#endif
