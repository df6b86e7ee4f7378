/* SPDX-License-Identifier: Apache-2.0 */
/* A Kafka that is strict about the order of calls and fails where it was told to. */
#ifndef UNIT_RELAY_KAFKA_H
#define UNIT_RELAY_KAFKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/record.h"
#include "relay_store.h"

#define SEQ_MAX 4096

/* ---- Kafka ------------------------------------------------------------------ */

enum fault {
	FAULT_RETRY,
	FAULT_ABORT,
	FAULT_REBUILD,
	FAULT_DONE_REBUILD,
	FAULT_DONE_ABORT,
	FAULT_DONE_ABORTED,
	FAULT_N
};
enum phase { CLOSED, READY, OPEN, MUST_ABORT, MUST_CLOSE };

struct fake_kafka {
	struct kafka kafka;
	enum phase phase;
	int call; /* counted over all functions */
	struct {
		int at; /* -1: none */
		enum fault fault;
	} plan[2];
	bool abort_is_fatal; /* after FAULT_DONE_ABORT; after FAULT_DONE_ABORTED it is said to have worked */
	/* committed */
	int64_t seq[SEQ_MAX * 2];
	size_t n_seq, n_snapshot, n_tombstone, n_progress, n_transaction;
	struct position position;
	bool has_position;
	/* pending */
	int64_t pending[SEQ_MAX];
	size_t n_pending, n_pending_snapshot, n_pending_tombstone;
	int64_t person[SEQ_MAX], pending_person[SEQ_MAX]; /* of each that went: twice the seq that names it first, plus
							   * which of the two it is */
	size_t n_person, n_pending_person;
	struct db *people; /* whose events bring people; NULL: none */
	int64_t n_late;    /* events that are committed just when the next transaction begins, with their people */
	struct position pending_position;
	bool has_pending_position;
	int64_t told[INCIDENTS_MAX], pending_told[INCIDENTS_MAX]; /* up to which seq an incident's snapshots show it */
	const struct db *db;                                      /* may be NULL */
	int64_t reads_at_begin, n_read_open;                      /* reads of the store while a transaction was open */
	int64_t snapshot_after; /* of the last snapshot: how many events were pending beside it */
};

static bool planned(struct fake_kafka *fake, enum fault *ret)
{
	int call = fake->call++;

	for (int i = 0; i < 2; i++)
		if (fake->plan[i].at == call) {
			*ret = fake->plan[i].fault;
			return true;
		}
	return false;
}

static void pending_apply(struct fake_kafka *fake)
{
	assert_true(fake->n_seq + fake->n_pending <= SEQ_MAX * 2);
	memcpy(fake->seq + fake->n_seq, fake->pending, fake->n_pending * sizeof *fake->pending);
	fake->n_seq += fake->n_pending;
	assert_true(fake->n_person + fake->n_pending_person <= SEQ_MAX);
	memcpy(fake->person + fake->n_person, fake->pending_person, fake->n_pending_person * sizeof *fake->person);
	fake->n_person += fake->n_pending_person;
	fake->n_snapshot += fake->n_pending_snapshot;
	fake->n_tombstone += fake->n_pending_tombstone;
	for (size_t i = 0; i < INCIDENTS_MAX; i++)
		if (fake->pending_told[i] > fake->told[i])
			fake->told[i] = fake->pending_told[i];
	fake->n_transaction++;
	if (fake->has_pending_position) {
		fake->position = fake->pending_position;
		fake->has_position = true;
		fake->n_progress++;
	}
}

static void pending_drop(struct fake_kafka *fake)
{
	fake->n_pending = fake->n_pending_person = fake->n_pending_snapshot = fake->n_pending_tombstone = 0;
	fake->has_pending_position = false;
	memset(fake->pending_told, 0, sizeof fake->pending_told);
}

static enum kafka_rc answer_fault(struct fake_kafka *fake, enum fault fault, struct ent_err *err)
{
	(void)sdk_fail(err, ENT_ERETRY, "planned fault %d", (int)fault);
	switch (fault) {
	case FAULT_RETRY:
		return KAFKA_RETRY;
	case FAULT_ABORT:
	case FAULT_DONE_ABORT:
	case FAULT_DONE_ABORTED:
		fake->phase = MUST_ABORT;
		return KAFKA_ABORT;
	case FAULT_REBUILD:
	case FAULT_DONE_REBUILD:
	case FAULT_N:
		break;
	}
	fake->phase = MUST_CLOSE;
	return KAFKA_REBUILD;
}

static enum kafka_rc fake_init(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, CLOSED);
	pending_drop(fake); /* fences: what was open is aborted */
	if (planned(fake, &fault))
		return answer_fault(fake, fault == FAULT_RETRY ? FAULT_RETRY : FAULT_REBUILD, err);
	fake->phase = READY;
	return KAFKA_OK;
}

static enum kafka_rc fake_position(struct kafka *kafka, struct position *ret, bool *ret_found, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, READY); /* only after init */
	if (planned(fake, &fault))
		return answer_fault(fake, fault == FAULT_RETRY ? FAULT_RETRY : FAULT_REBUILD, err);
	*ret = fake->position;
	*ret_found = fake->has_position;
	return KAFKA_OK;
}

static enum kafka_rc fake_begin(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, READY);
	pending_drop(fake);
	if (planned(fake, &fault))
		return answer_fault(fake, fault, err);
	if (fake->n_late) {
		fake->people->last_seq += fake->n_late;
		fake->people->people = fake->people->last_seq;
		fake->n_late = 0;
	}
	fake->reads_at_begin = fake->db ? fake->db->reads : 0;
	fake->phase = OPEN;
	return KAFKA_OK;
}

static int64_t seq_of(const struct kafka_record *record)
{
	int64_t seq = 0;

	for (size_t i = 0; i < record->n_header; i++)
		if (!strcmp(record->header[i].name, "ce_storeseq")) {
			assert_int_equal(record->header[i].value.n, 20);
			assert_true(sdk_to_int(record->header[i].value, &seq));
		}
	return seq;
}

static int64_t snapshot_at(struct ent_str value)
{
	struct ent_str at;
	int64_t seq = SEQ_MAX * 2; /* of a tombstone: for ever */

	(void)sdk_cut(value, ':', &at);
	if (value.p)
		assert_true(sdk_to_int((struct ent_str){at.p, at.n - 1}, &seq));
	return seq;
}

static void person_pend(struct fake_kafka *fake, const struct kafka_record *record)
{
	int64_t seq, which;

	assert_int_equal(record->partition, -1);
	assert_true(sdk_to_int((struct ent_str){record->key.p, 35}, &seq));
	assert_true(sdk_to_int((struct ent_str){record->key.p + 35, 1}, &which));
	assert_non_null(memmem(record->value.p, record->value.n, "account_hash", 12));
	fake->pending_person[fake->n_pending_person++] = 2 * seq + which;
}

/* Whom an event names went before it, in the same transaction. */
static void check_people_first(const struct fake_kafka *fake, int64_t seq)
{
	const int64_t *last = fake->pending_person + fake->n_pending_person;

	if (!fake->people || !seq_brings_people(fake->people, seq))
		return;
	assert_true(fake->n_pending_person >= 2);
	assert_int_equal(last[-2], 2 * seq);
	assert_int_equal(last[-1], 2 * seq + 1);
}

static enum kafka_rc fake_produce(struct kafka *kafka, const struct kafka_record *record, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, OPEN);
	if (planned(fake, &fault))
		return answer_fault(fake, fault, err);
	switch (record->topic) {
	case KAFKA_EVENTS:
	case KAFKA_DEADLETTER:
		assert_false(fake->has_pending_position); /* the progress is last */
		fake->pending[fake->n_pending++] = seq_of(record);
		check_people_first(fake, seq_of(record));
		assert_int_equal(record->topic == KAFKA_DEADLETTER, seq_of(record) % 7 == 0);
		assert_int_equal(record->partition,
				 record->topic == KAFKA_DEADLETTER ? -1 : (int32_t)(seq_of(record) % UUIDS));
		break;
	case KAFKA_PEOPLE:
		person_pend(fake, record);
		break;
	case KAFKA_INCIDENTS:
		fake->snapshot_after = (int64_t)fake->n_pending;
		fake->n_pending_snapshot++;
		fake->n_pending_tombstone += record->value.p == NULL;
		assert_int_equal(record->partition, incident_by(record->key) % UUIDS);
		fake->pending_told[incident_by(record->key)] = snapshot_at(record->value);
		break;
	case KAFKA_PROGRESS:
		assert_int_equal(record->partition, 0);
		assert_true(sdk_eqz(record->key, STORE_ID));
		assert_int_equal(record_position(record->value, &fake->pending_position, err), ENT_OK);
		fake->has_pending_position = true;
		break;
	}
	return KAFKA_OK;
}

static enum kafka_rc fake_commit(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, OPEN);
	if (planned(fake, &fault)) {
		if (fault >= FAULT_DONE_REBUILD)
			pending_apply(fake);
		fake->abort_is_fatal = fault == FAULT_DONE_ABORT;
		return answer_fault(fake, fault, err);
	}
	fake->n_read_open += fake->db ? fake->db->reads - fake->reads_at_begin : 0;
	pending_apply(fake);
	fake->phase = READY;
	return KAFKA_OK;
}

static enum kafka_rc fake_abort(struct kafka *kafka, struct ent_err *err)
{
	struct fake_kafka *fake = (struct fake_kafka *)kafka;
	enum fault fault;

	assert_int_equal(fake->phase, MUST_ABORT);
	if (fake->abort_is_fatal) {
		fake->abort_is_fatal = false;
		return answer_fault(fake, FAULT_REBUILD, err);
	}
	if (planned(fake, &fault))
		return answer_fault(fake, fault == FAULT_RETRY ? FAULT_RETRY : FAULT_REBUILD, err);
	pending_drop(fake);
	fake->phase = READY;
	return KAFKA_OK;
}

static void fake_close(struct kafka *kafka)
{
	((struct fake_kafka *)kafka)->phase = CLOSED;
}

#endif
