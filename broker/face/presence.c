/* SPDX-License-Identifier: Apache-2.0 */
#include "face/presence.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/text_hash.h"
#include "sdk/webhook.h"

enum { PRESENCE_ROOMS = 1024 };

struct presence_room {
	struct presence_person at[PRESENCE_EACH];
	size_t n;
};

struct presence {
	struct lock *lock;
	char *allowed;
	size_t n_person;
	struct presence_room *room[PRESENCE_ROOMS]; /* made when it is first needed */
	atomic_uint changed[PRESENCE_ROOMS];
};

struct presence *presence_new(struct ent_str allowed)
{
	struct presence *presence = sdk_xalloc(sizeof *presence);

	memset(presence, 0, sizeof *presence);
	presence->lock = lock_new();
	presence->allowed = sdk_xalloc(allowed.n + 1);
	if (allowed.n)
		memcpy(presence->allowed, allowed.p, allowed.n);
	presence->allowed[allowed.n] = '\0';
	return presence;
}

void presence_free(struct presence *presence)
{
	for (size_t i = 0; i < PRESENCE_ROOMS; i++)
		free(presence->room[i]);
	free(presence->allowed);
	lock_free(presence->lock);
	free(presence);
}

static size_t room_of(struct ent_str incident)
{
	return text_hash(TEXT_HASH, incident) % PRESENCE_ROOMS;
}

unsigned presence_changed(const struct presence *presence, struct ent_str incident)
{
	return atomic_load(&presence->changed[room_of(incident)]);
}

static bool presence_is_open(const struct presence *presence, struct ent_str organisation)
{
	for (struct ent_str rest = sdk_str(presence->allowed); rest.n;)
		if (sdk_eq(sdk_cut(rest, ',', &rest), organisation))
			return true;
	return false;
}

static void person_goes(struct presence *presence, size_t room, size_t i)
{
	struct presence_room *in = presence->room[room];

	in->at[i] = in->at[--in->n];
	presence->n_person--;
	atomic_fetch_add(&presence->changed[room], 1);
}

static struct presence_person *presence_find(struct presence_room *room, struct ent_str incident, struct ent_str ref)
{
	for (size_t i = 0; i < room->n; i++)
		if (sdk_eqz(incident, room->at[i].incident) && sdk_eqz(ref, room->at[i].ref))
			return &room->at[i];
	return NULL;
}

static size_t longest_ago(const struct presence_room *room)
{
	size_t ret = 0;

	for (size_t i = 1; i < room->n; i++)
		if (room->at[i].until_us < room->at[ret].until_us)
			ret = i;
	return ret;
}

static void person_is_there(struct presence *presence, size_t room, const struct presence_person *person)
{
	struct presence_room *in = presence->room[room];
	struct presence_person *known;

	if (!in) {
		in = presence->room[room] = sdk_xalloc(sizeof *in);
		in->n = 0;
	}
	known = presence_find(in, sdk_str(person->incident), sdk_str(person->ref));
	if (known) {
		if (known->writes != person->writes || strcmp(known->name, person->name) != 0)
			atomic_fetch_add(&presence->changed[room], 1);
		*known = *person;
		return;
	}
	if (in->n == PRESENCE_EACH)
		person_goes(presence, room, longest_ago(in));
	in->at[in->n++] = *person;
	presence->n_person++;
	atomic_fetch_add(&presence->changed[room], 1);
}

void presence_tell(struct presence *presence, struct ent_str incident, const struct reader *reader, struct ent_str name,
		   enum presence_state state, int64_t now_us)
{
	struct presence_person person = {.writes = state == PRESENCE_WRITES,
					 .until_us = now_us + (int64_t)PRESENCE_S * 1000000};
	size_t room = room_of(incident);

	snprintf(person.incident, sizeof person.incident, "%.*s", ENT_F(incident));
	snprintf(person.ref, sizeof person.ref, "%.*s", ENT_F(reader->ref));
	snprintf(person.organisation, sizeof person.organisation, "%.*s", ENT_F(reader->organisation));
	snprintf(person.name, sizeof person.name, "%.*s", ENT_F(sdk_head(name, PRESENCE_NAME_MAX)));
	lock_take(presence->lock);
	if (state != PRESENCE_LEFT) {
		person_is_there(presence, room, &person);
	} else if (presence->room[room]) {
		struct presence_person *known = presence_find(presence->room[room], incident, reader->ref);

		if (known)
			person_goes(presence, room, (size_t)(known - presence->room[room]->at));
	}
	lock_leave(presence->lock);
}

void presence_step(struct presence *presence, int64_t now_us)
{
	lock_take(presence->lock);
	for (size_t room = 0; room < PRESENCE_ROOMS && presence->n_person > 0; room++)
		for (size_t i = presence->room[room] ? presence->room[room]->n : 0; i-- > 0;)
			if (presence->room[room]->at[i].until_us <= now_us)
				person_goes(presence, room, i);
	lock_leave(presence->lock);
}

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct presence_person *)a)->ref, ((const struct presence_person *)b)->ref);
}

size_t presence_of(struct presence *presence, struct ent_str incident, const struct reader *reader,
		   struct presence_person ret[PRESENCE_EACH])
{
	bool open = presence_is_open(presence, reader->organisation);
	size_t n = 0;

	lock_take(presence->lock);
	const struct presence_room *room = presence->room[room_of(incident)];
	for (size_t i = 0; room && i < room->n; i++) {
		const struct presence_person *person = &room->at[i];
		struct ent_str of = sdk_str(person->organisation);
		bool own = sdk_eq(of, reader->organisation);

		if (!sdk_eqz(incident, person->incident) || (!own && !(open && presence_is_open(presence, of))))
			continue;
		ret[n] = *person;
		ret[n++].writes = own && person->writes;
	}
	lock_leave(presence->lock);
	qsort(ret, n, sizeof *ret, by_ref);
	return n;
}
