/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records on Kafka for an event, a dead letter, a snapshot and the progress: CloudEvents 1.0 in Kafka's binary
 * mode. For relay.c and its tests.
 */
#ifndef BUS_RECORD_H
#define BUS_RECORD_H

#include "bus/kafka.h"
#include "bus/relay.h"
#include "sdk/time.h"
#include "store/outbox.h"
#include "store/store.h"

#define RECORD_HEADERS_MAX     24
#define RECORD_SCHEMA_PREFIX   "urn:entente:schema:events:" /* + name + ".v1": the $id of schemas/events */
#define RECORD_SHAPE           "ce_entshape"                /* STORE_SHAPE, in each record that holds anything */
#define RECORD_DEADLETTER_TYPE EVENT_TYPE_PREFIX "deadletter.stored.v1"

#define RECORD_TOO_LARGE                                                                                               \
	"the record is larger than Kafka's message.max.bytes; its bytes are in the store" /* the reason */

/* A record and all that it borrows; made again and again in the same place. */
struct record {
	struct kafka_record kafka;
	struct kafka_header header[RECORD_HEADERS_MAX];
	char id[ID_SIZE + 24], sequence[24], store_seq[24];
	char time[SDK_TIME_SIZE], recorded[SDK_TIME_SIZE];
	struct sdk_buf cause, value;
	/* once per relay */
	struct ent_str store_id, source;
	struct ent_str type[EVENT_N], schema[EVENT_N];
};

/* store_id and source must outlive it; names live in the arena. */
void record_init(struct record *record, struct ent_arena *arena, struct ent_str store_id, struct ent_str source);
void record_release(struct record *record);

/* record_max: 0 for any. A larger row goes to the dead letter topic with its reason and without its bytes, so that one
 * row cannot hold up all others; *ret_too_large says so. */
void record_row(struct record *record, const struct outbox_row *row, int64_t record_max, bool *ret_too_large);
void record_snapshot(struct record *record, struct ent_str uuid, struct ent_str json, int32_t partition,
		     int64_t now_ms);
/* A person, as known now. */
void record_person(struct record *record, const struct person_row *row, int64_t now_ms);
void record_progress(struct record *record, const struct position *position, int64_t now_ms);

/* Tells the row from any other that a store could have at its seq. */
void record_mark(const struct outbox_row *row, char ret[POSITION_MARK_SIZE]);

/* The value of a progress record. ENT_EINVAL: it is none. */
enum ent_rc record_position(struct ent_str json, struct position *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* Bytes of key, value and headers. */
int64_t record_size(const struct kafka_record *kafka);

#endif
