/* SPDX-License-Identifier: Apache-2.0 */
/* The store behind the relay as a formula: it takes the place of store/outbox.c and the errors of store/db.h. */
#ifndef UNIT_RELAY_STORE_H
#define UNIT_RELAY_STORE_H

#include <stdio.h>
#include <string.h>

#include "bus/record.h"

#define STORE_ID   "0b0e7a66-0000-4000-8000-000000000001"
#define PEOPLE_KEY "4d1a4f6c8e2b7a5d3c1f0e9a0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a0b9c6f0e"
#define OTHER_ID   "0b0e7a66-0000-4000-8000-000000000002"
#define UUIDS      5

/* ---- the store: event s belongs to incident s % UUIDS, every 7th is a dead letter --------------
 * With db.incidents there are so many of them, a multiple of UUIDS; partitions are UUIDS all the same. */

#define INCIDENTS_MAX 1000
#define PEOPLE_EVERY  4

struct db {
	int64_t last_seq;
	int64_t large; /* the seq of a row of 5,000 bytes, 0: none */
	bool failed;
	int64_t reads;
	int64_t copied;    /* 0: none; else an old copy up to here, which went on by itself */
	int64_t reserved;  /* rebuilt: no dead letters up to here */
	int64_t incidents; /* 0: UUIDS */
	int64_t people;    /* up to this seq every PEOPLE_EVERYth event brings two */
	int64_t forgets;   /* the seq of a row that is no event: a name was forgotten; 0: none */
	int64_t known;     /* but up to this seq none, a multiple of PEOPLE_EVERY: they were told of before */
};

static const char *const uuid[UUIDS] = {"aaaaaaaa-0000-4000-8000-000000000000", "aaaaaaaa-0000-4000-8000-000000000001",
					"aaaaaaaa-0000-4000-8000-000000000002", "aaaaaaaa-0000-4000-8000-000000000003",
					"aaaaaaaa-0000-4000-8000-000000000004"};

static int64_t incident_of(const struct db *db, int64_t seq)
{
	return seq % (db->incidents ? db->incidents : UUIDS);
}

/* Its uuid ends in its number. */
static struct ent_str uuid_of(int64_t incident, char ret[40])
{
	snprintf(ret, 40, "aaaaaaaa-0000-4000-8000-%012d", (int)incident);
	return sdk_str(ret);
}

static inline int64_t incident_by(struct ent_str which)
{
	int64_t incident = -1;

	assert_true(sdk_to_int((struct ent_str){which.p + which.n - 12, 12}, &incident));
	return incident;
}

static bool seq_brings_people(const struct db *db, int64_t seq)
{
	return seq % PEOPLE_EVERY == 0 && seq > db->known && seq <= db->people;
}

int64_t outbox_people_next(struct db *db, int64_t after)
{
	if (after < db->known)
		after = db->known;
	for (int64_t seq = after + 1; seq <= after + PEOPLE_EVERY; seq++)
		if (seq_brings_people(db, seq))
			return seq;
	return INT64_MAX;
}

/* Two people come with each PEOPLE_EVERYth event, up to db.people. */
bool outbox_people(struct db *db, int64_t after, int64_t up_to, struct ent_str last,
		   bool (*take)(void *to, const struct person_row *row), void *to)
{
	char ref[ID_SIZE];

	db->reads++;
	for (int64_t seq = after + 1; seq <= up_to && seq <= db->people; seq++)
		for (int i = 0; i < 2 && seq_brings_people(db, seq); i++) {
			snprintf(ref, sizeof ref, "%035d%d", (int)seq, i);
			struct person_row row = {.person = {.ref = sdk_str(ref), .organisation = ENT_STR("orion")}};
			if ((!last.n || strncmp(ref, last.p, last.n) > 0) && !take(to, &row))
				return false;
		}
	return true;
}

int64_t outbox_read(struct db *db, int64_t after, int64_t max, bool (*take)(void *to, const struct outbox_row *row),
		    void *to)
{
	int64_t n = 0;
	char json[5000];

	db->reads++;
	if (db->failed)
		return -1;
	for (int64_t seq = after + 1; seq <= db->last_seq && n < max; seq++) {
		if (seq <= db->reserved && seq % 7 == 0)
			continue;
		n++;
		char key[40];
		int size = snprintf(json, sizeof json, "{\"n\":%d}", (int)seq);
		struct outbox_row row = {.seq = seq,
					 .kind = EVENT_TICKET_CHANGED,
					 .sequence = seq / UUIDS + 1,
					 .partition = (int32_t)(seq % UUIDS),
					 .key = uuid_of(incident_of(db, seq), key),
					 .subject = sdk_str(key),
					 .time_ms = 1700000000000 + seq,
					 .recorded_ms = 1700000000500 + seq,
					 .supplier = ENT_STR("acme"),
					 .delivery_id = ENT_STR("d/1 \xc3\xa9"),
					 .traceparent =
					     ENT_STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
					 .json = {json, (size_t)size}};
		if (db->copied && seq > db->copied)
			row.recorded_ms += 60000;
		if (seq == db->large) {
			memset(json, ' ', sizeof json);
			row.json.n = sizeof json;
		}
		if (seq % 7 == 0) {
			row.topic = OUTBOX_DEADLETTER;
			row.partition = -1;
			row.key = ENT_STR("acme");
			row.reason = ENT_STR("no ticket id");
			row.dead_letter = seq;
		}
		if (seq == db->forgets) {
			row.topic = OUTBOX_PEOPLE;
			row.sequence = -seq; /* as people_erase() writes it */
			row.partition = -1;
			row.key = row.subject = ENT_STR(EVENT_KIND_PERSON);
		}
		if (!take(to, &row))
			return n - 1;
	}
	return n;
}

int64_t outbox_last_seq(struct db *db)
{
	return db->last_seq;
}

int64_t outbox_reserved(struct db *db)
{
	return db->reserved;
}

int64_t outbox_oldest_ms(struct db *db, int64_t after)
{
	return after < db->last_seq ? 1700000000500 + after + 1 : 0;
}

/* Numbers of incidents begin at 1, and an event's number in its incident is its seq. */
int64_t outbox_touched(struct db *db, int64_t after, int64_t up_to,
		       bool (*take)(void *to, const struct outbox_touch *touch), void *to)
{
	int64_t reached = after;

	for (int64_t seq = after + 1; seq <= up_to; seq++) {
		if (seq % 7 == 0)
			continue;
		if (!take(to, &(struct outbox_touch){seq, incident_of(db, seq) + 1, seq, (int32_t)(seq % UUIDS)}))
			return reached;
		reached = seq;
	}
	return up_to;
}

struct ent_str outbox_snapshot(struct db *db, struct ent_arena *arena, int64_t number, struct outbox_shown *ret)
{
	char text[40];

	*ret = (struct outbox_shown){.sequence = db->last_seq, .gone = number - 1 == 4};
	snprintf(ret->uuid, ID_SIZE, "%.*s", ENT_F(uuid_of(number - 1, text)));
	return ret->gone ? ENT_ABSENT : sdk_format(arena, "{\"at\":%d}", (int)db->last_seq);
}

bool db_failed(const struct db *db)
{
	return db->failed;
}

const char *db_error(const struct db *db)
{
	return db->failed ? "disk I/O error" : "";
}

#endif
