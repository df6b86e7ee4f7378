/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows that the relay reads: events and dead letters in the order of their sequence,
 * ready to be put on Kafka, and the latest state of an incident.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "core/event.h"
#include "store/store.h"

enum outbox_topic {
	OUTBOX_EVENTS,
	OUTBOX_DEADLETTER,
	OUTBOX_PEOPLE /* nothing but what outbox_people() tells up to its seq: a name was forgotten */
};

struct outbox_row {
	int64_t seq; /* 1, 2, 3... over both topics */
	enum outbox_topic topic;
	int32_t partition;  /* OUTBOX_EVENTS; OUTBOX_DEADLETTER: -1, the key decides */
	struct ent_str key; /* incident uuid; of a supplier's state and of a dead letter the supplier's name */
	enum event_kind kind;
	int64_t sequence; /* in the incident, or among the supplier's states; OUTBOX_PEOPLE: minus its seq */
	int64_t time_ms, recorded_ms;
	struct ent_str subject;               /* incident uuid, supplier name */
	struct ent_str supplier, delivery_id; /* the cause; absent for none */
	struct ent_str traceparent;
	struct ent_str json; /* the value; OUTBOX_DEADLETTER: the raw body */
	/* OUTBOX_DEADLETTER: */
	struct ent_str reason, header_json;
	int64_t dead_letter; /* its id */
};

/* A row of the table `event`, as it is appended in the writer's transaction. */
struct outbox_entry {
	int64_t seq;
	struct ent_str kind; /* an event's name, EVENT_KIND_DEADLETTER or EVENT_KIND_PERSON */
	int64_t incident;    /* number; 0 for a dead letter; minus the supplier's row for its states */
	int64_t sequence;    /* in the incident; a dead letter's id; of EVENT_KIND_PERSON minus its seq */
	int32_t partition;   /* -1 for a dead letter */
	int64_t time_ms, recorded_ms;
	struct ent_str supplier, delivery_id, traceparent, json;
};
#define EVENT_KIND_DEADLETTER "deadletter"
#define EVENT_KIND_PERSON     "person"
void outbox_append(struct db *db, const struct outbox_entry *entry);
/* Sequences up to seq are taken although their rows are not here (after a rebuild). */
void outbox_reserve(struct db *db, int64_t seq);
int64_t outbox_reserved(struct db *db); /* 0: none */

/* Rows with seq > after, at most max, handed to take() one by one (borrowed until it returns; false stops).
 * Returns how many were taken; negative: the read failed, see db_error(). */
int64_t outbox_read(struct db *db, int64_t after, int64_t max, bool (*take)(void *to, const struct outbox_row *row),
		    void *to);
int64_t outbox_last_seq(struct db *db);
/* recorded_ms of the first row after `after`; 0: none. */
int64_t outbox_oldest_ms(struct db *db, int64_t after);

/* The first seq after `after` whose event has to find people published; INT64_MAX: none. */
int64_t outbox_people_next(struct db *db, int64_t after);
/* The people who are published no later than the events of (after, up_to], in order of their ref, those after `last`
 * only. take() may say false to stop. False: stopped, or failed. */
bool outbox_people(struct db *db, int64_t after, int64_t up_to, struct ent_str last,
		   bool (*take)(void *to, const struct person_row *row), void *to);

/* An event that touches an incident. */
struct outbox_touch {
	int64_t seq, incident, sequence; /* in the incident */
	int32_t partition;
};
/* Those of (after, up_to] in their order; take() may say false to stop. Returns the seq up to which all were taken. The
 * caller asks db_failed(). */
int64_t outbox_touched(struct db *db, int64_t after, int64_t up_to,
		       bool (*take)(void *to, const struct outbox_touch *touch), void *to);

/* The incident of a snapshot, and how far that tells of it. */
struct outbox_shown {
	char uuid[ID_SIZE];
	int64_t sequence; /* of the last event that it tells of; 0: there is no such incident */
	bool gone;        /* absorbed by another: publish a tombstone */
};
/* The value for entente.incidents.v1: the incident with its tickets, without the thread. Absent: none is there. */
struct ent_str outbox_snapshot(struct db *db, struct ent_arena *arena, int64_t number, struct outbox_shown *ret);

#endif
