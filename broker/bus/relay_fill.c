/* SPDX-License-Identifier: Apache-2.0 */
/* What one transaction holds: rows after the position, snapshots when there is no backlog, and last the progress. */
#include <assert.h>

#include "bus/relay_inside.h"

/* A transaction's share of snapshots, and of events they are looked for in: catching up must not hold up new events. */
#define SNAPSHOTS_MAX  200
#define SNAPSHOTS_SPAN 1000

static bool put(struct relay *relay)
{
	relay->fill_rc = relay->kafka->produce(relay->kafka, &relay->record.kafka, relay->fill_err);
	if (relay->fill_rc == KAFKA_OK)
		relay->n_byte += (int64_t)relay->record.kafka.value.n;
	return relay->fill_rc == KAFKA_OK;
}

static bool take_row(void *to, const struct outbox_row *row)
{
	struct relay *relay = to;
	bool too_large;

	assert(row->seq > relay->next.seq);
	record_row(&relay->record, row, relay->kafka->record_max, &too_large);
	if (!put(relay))
		return false;
	if (too_large && relay->log)
		log_write(relay->log, LOG_ERROR, "relay.record_too_large", LOG_INT("seq", row->seq),
			  LOG_STR("key", row->key), LOG_INT("record_bytes_max", relay->kafka->record_max), LOG_END);
	relay->next.seq = row->seq;
	record_mark(row, relay->next.mark);
	relay->n_event++;
	return relay->n_byte < relay->options.bytes_max;
}

static bool take_snapshot(void *to, struct ent_str uuid)
{
	struct relay *relay = to;
	struct sdk_arena arena;
	bool gone = false, ok;
	int32_t partition = -1;
	struct ent_str json;

	sdk_arena_init(&arena);
	json = outbox_snapshot(relay->db, &arena.abi, uuid, &gone, &partition);
	ok = true;
	if (json.p || gone) {
		record_snapshot(&relay->record, uuid, gone ? ENT_ABSENT : json, partition,
				relay->clock->now_ms(relay->clock));
		/* One too large for Kafka is left out: the events tell it all. */
		if (!relay->kafka->record_max || record_size(&relay->record.kafka) <= relay->kafka->record_max) {
			ok = put(relay);
			relay->n_snapshot += ok;
		}
	}
	sdk_arena_release(&arena);
	return ok;
}

static void fill_rows(struct relay *relay)
{
	int64_t left = relay->options.batch_max - relay->n_event;

	if (left > 0 && relay->n_byte < relay->options.bytes_max)
		(void)outbox_read(relay->db, relay->next.seq, left, take_row,
				  relay); /* db_failed() is asked afterwards */
	if (relay->fill_rc == KAFKA_OK)
		relay->fill = FILL_SNAPSHOTS;
}

/* Only when the whole backlog fits into this transaction, so that draining is not slowed, and not with the first event
 * after a silence: one more partition would make it wait a round trip longer. */
static void fill_snapshots(struct relay *relay)
{
	int64_t from = relay->next.snapshots, up_to = relay->next.seq, reached = from;

	relay->fill = FILL_PROGRESS;
	if (relay->next.seq < relay->last_seq || from == up_to || !relay->snapshots_due_us ||
	    relay->begin_us < relay->snapshots_due_us)
		return;
	if (up_to - from > SNAPSHOTS_SPAN)
		up_to = from + SNAPSHOTS_SPAN;
	(void)outbox_touched(relay->db, from, up_to, SNAPSHOTS_MAX, take_snapshot, relay, &reached);
	if (relay->fill_rc == KAFKA_OK && reached <= up_to)
		relay->next.snapshots = reached;
	else if (relay->fill_rc == KAFKA_RETRY)
		relay->fill_rc =
		    KAFKA_OK; /* no room: the next transaction tells them again, which the topic's compaction forgets */
}

static void fill_progress(struct relay *relay)
{
#ifdef ENTENTE_MUTANT_POSITION_OUTSIDE
	if (relay->n_event + relay->n_snapshot > 0) {
		relay->progress_due = true;
		return;
	}
	relay->progress_due = false;
#endif
	record_progress(&relay->record, &relay->next, relay->clock->now_ms(relay->clock));
	(void)put(relay);
}

enum kafka_rc relay_fill(struct relay *relay, struct ent_err *ret_why)
{
	relay->fill_rc = KAFKA_OK;
	relay->fill_err = ret_why;
	if (relay->fill == FILL_ROWS)
		fill_rows(relay);
	if (relay->fill_rc == KAFKA_OK && relay->fill == FILL_SNAPSHOTS && !db_failed(relay->db))
		fill_snapshots(relay);
	if (relay->fill_rc == KAFKA_OK && !db_failed(relay->db))
		fill_progress(relay);
	return relay->fill_rc;
}
