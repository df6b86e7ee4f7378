/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world the relay lives in: a log with transactions. The real one is librdkafka
 * (kafka_rd.c), the simulated one is in tests/sim. Every call says what to do next,
 * never what broke; kafka_rd.c maps librdkafka's errors to these four, with a test
 * against Apache Kafka.
 *
 * One thread. Calls may block up to a few seconds in the real world.
 */
#ifndef BUS_KAFKA_H
#define BUS_KAFKA_H

#include "base/world.h"

enum kafka_rc {
	KAFKA_OK,
	KAFKA_RETRY,  /* call the same again, after a pause */
	KAFKA_ABORT,  /* abort(), go back to the position before begin(), begin again */
	KAFKA_REBUILD /* outcome unclear, fatal or fenced: close(), init(), read position() again */
};

enum kafka_topic { KAFKA_EVENTS, KAFKA_INCIDENTS, KAFKA_PEOPLE, KAFKA_DEADLETTER, KAFKA_PROGRESS };
#define KAFKA_N_TOPIC 5

struct kafka_header {
	const char *name;
	struct ent_str value;
};
struct kafka_record {
	enum kafka_topic topic;
	int32_t partition;         /* -1: by key */
	struct ent_str key, value; /* value absent: a tombstone */
	const struct kafka_header *header;
	size_t n_header;
	int64_t time_ms;
};

/* The position: how much the relay has put on Kafka, written as a record inside each transaction. */
#define POSITION_KEY_SIZE  65
#define POSITION_MARK_SIZE 88 /* two int64_t, a uuid, two colons */
struct position {
	char store_id[ID_SIZE];
	int64_t seq;       /* events and dead letters up to here */
	int64_t snapshots; /* incident snapshots cover events up to here; <= seq */
	/* The record_mark() of the row at seq: an old copy of the store that went on by itself has something else
	 * there. Empty at seq 0, and in records of relays that wrote none. */
	char mark[POSITION_MARK_SIZE];
	/* The store's key of person_mark(): a rebuilt store has to know the accounts of entente.people.v1 again. Only
	 * the broker may read the topic that it stands in. */
	char people_key[POSITION_KEY_SIZE];
};

struct kafka {
	/* A new producer under the one transactional.id; fences and resolves its predecessor. Topics' metadata is warm
	 * after it. */
	enum kafka_rc (*init)(struct kafka *, struct ent_err *);
	/* The last committed progress record, read after init(). *ret_found false: there is none. */
	enum kafka_rc (*position)(struct kafka *, struct position *ret, bool *ret_found, struct ent_err *);
	enum kafka_rc (*begin)(struct kafka *, struct ent_err *);
	/* Borrowed until it returns. KAFKA_RETRY: the local queue is full. */
	enum kafka_rc (*produce)(struct kafka *, const struct kafka_record *, struct ent_err *);
	enum kafka_rc (*commit)(struct kafka *, struct ent_err *);
	enum kafka_rc (*abort)(struct kafka *, struct ent_err *);
	void (*close)(struct kafka *); /* drop the producer; init() may follow */

	/* Told by the world, read by the relay; a world that leaves them 0 is well served, too. */
	int64_t record_max; /* largest record (key, value, headers) that Kafka takes, set by init(); 0: any */
	bool contended; /* set by commit(): the begin came while markers of the transaction before were being written */
};

#endif
