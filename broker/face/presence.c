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
	struct presence_person *at;
	size_t n, room;
};

struct presence {
	struct lock *lock;
	uint64_t key;
	char *allowed;
	size_t n_person;
	struct presence_room room[PRESENCE_ROOMS];
	atomic_uint changed[PRESENCE_ROOMS];
};

struct presence *presence_new(struct chance *chance, struct ent_str allowed)
{
	struct presence *presence = sdk_xalloc(sizeof *presence);

	memset(presence, 0, sizeof *presence);
	chance->bytes(chance, &presence->key, sizeof presence->key);
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
		free(presence->room[i].at);
	free(presence->allowed);
	lock_free(presence->lock);
	free(presence);
}

static size_t room_of(const struct presence *presence, struct ent_str incident)
{
	return text_hash(presence->key, incident) % PRESENCE_ROOMS;
}

unsigned presence_changed(const struct presence *presence, struct ent_str incident)
{
	return atomic_load(&presence->changed[room_of(presence, incident)]);
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
	struct presence_room *in = &presence->room[room];

	in->at[i] = in->at[--in->n];
	presence->n_person--;
	atomic_fetch_add(&presence->changed[room], 1);
}

/* in->n: nobody of that ref is there. */
static size_t presence_find(const struct presence_room *in, struct ent_str incident, struct ent_str ref)
{
	size_t i = 0;

	while (i < in->n && !(sdk_eqz(incident, in->at[i].incident) && sdk_eqz(ref, in->at[i].ref)))
		i++;
	return i;
}

/* One more of its organisation comes to its incident: where that has no room, somebody of the same one goes. */
static void make_room_beside(struct presence *presence, size_t room, const struct presence_person *person)
{
	struct presence_room *in = &presence->room[room];
	size_t n = 0, oldest = 0;

	for (size_t i = 0; i < in->n; i++) {
		if (strcmp(in->at[i].incident, person->incident) != 0 ||
		    strcmp(in->at[i].organisation, person->organisation) != 0)
			continue;
		if (n++ == 0 || in->at[i].until_us < in->at[oldest].until_us)
			oldest = i;
	}
	if (n >= PRESENCE_EACH)
		person_goes(presence, room, oldest);
}

static void person_comes(struct presence *presence, size_t room, const struct presence_person *person)
{
	struct presence_room *in = &presence->room[room];

	make_room_beside(presence, room, person);
	if (presence->n_person == PRESENCE_MAX)
		return;
	if (in->n == in->room) {
		in->room = in->room ? 2 * in->room : PRESENCE_EACH;
		in->at = sdk_xrealloc(in->at, in->room * sizeof *in->at);
	}
	in->at[in->n++] = *person;
	presence->n_person++;
	atomic_fetch_add(&presence->changed[room], 1);
}

static void person_is_there(struct presence *presence, size_t room, const struct presence_person *person)
{
	struct presence_room *in = &presence->room[room];
	size_t i = presence_find(in, sdk_str(person->incident), sdk_str(person->ref));

	if (i == in->n) {
		person_comes(presence, room, person);
		return;
	}
	if (in->at[i].writes != person->writes || strcmp(in->at[i].name, person->name) != 0)
		atomic_fetch_add(&presence->changed[room], 1);
	in->at[i] = *person;
}

void presence_tell(struct presence *presence, struct ent_str incident, const struct reader *reader, struct ent_str name,
		   enum presence_state state, int64_t now_us)
{
	struct presence_person person = {.writes = state == PRESENCE_WRITES,
					 .until_us = now_us + (int64_t)PRESENCE_S * 1000000};
	size_t room = room_of(presence, incident), i;

	snprintf(person.incident, sizeof person.incident, "%.*s", ENT_F(incident));
	snprintf(person.ref, sizeof person.ref, "%.*s", ENT_F(reader->ref));
	snprintf(person.organisation, sizeof person.organisation, "%.*s", ENT_F(reader->organisation));
	snprintf(person.name, sizeof person.name, "%.*s", ENT_F(sdk_head(name, PRESENCE_NAME_MAX)));
	lock_take(presence->lock);
	i = presence_find(&presence->room[room], incident, reader->ref);
	if (state != PRESENCE_LEFT)
		person_is_there(presence, room, &person);
	else if (i < presence->room[room].n)
		person_goes(presence, room, i);
	lock_leave(presence->lock);
}

void presence_step(struct presence *presence, int64_t now_us)
{
	lock_take(presence->lock);
	for (size_t room = 0; room < PRESENCE_ROOMS && presence->n_person > 0; room++)
		for (size_t i = presence->room[room].n; i-- > 0;)
			if (presence->room[room].at[i].until_us <= now_us)
				person_goes(presence, room, i);
	lock_leave(presence->lock);
}

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct presence_person *)a)->ref, ((const struct presence_person *)b)->ref);
}

/* Those of one organisation that are there, or of all others that may be told of. */
static size_t add_people(const struct presence *presence, struct ent_str incident, const struct reader *reader,
			 bool own, struct presence_person ret[PRESENCE_TOLD], size_t n)
{
	const struct presence_room *room = &presence->room[room_of(presence, incident)];
	size_t begin = n;

	for (size_t i = 0; i < room->n && n < PRESENCE_TOLD; i++) {
		const struct presence_person *person = &room->at[i];
		struct ent_str of = sdk_str(person->organisation);

		if (!sdk_eqz(incident, person->incident) || sdk_eq(of, reader->organisation) != own ||
		    (!own && !presence_is_open(presence, of)))
			continue;
		ret[n] = *person;
		ret[n++].writes = own && person->writes;
	}
	qsort(ret + begin, n - begin, sizeof *ret, by_ref);
	return n;
}

size_t presence_of(struct presence *presence, struct ent_str incident, const struct reader *reader,
		   struct presence_person ret[PRESENCE_TOLD])
{
	size_t n;

	lock_take(presence->lock);
	n = add_people(presence, incident, reader, true, ret, 0);
	if (presence_is_open(presence, reader->organisation))
		n = add_people(presence, incident, reader, false, ret, n);
	lock_leave(presence->lock);
	return n;
}
