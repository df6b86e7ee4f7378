/* SPDX-License-Identifier: Apache-2.0 */
/* Fills one transaction: rows after the position, some snapshots, and last the progress. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "bus/relay_fill.h"

#define SNAPSHOTS_ALONE                                                                                                \
	200                 /* in a transaction while no events come: one that comes now waits for no more than these  \
			     */
#define SNAPSHOTS_FEW 8     /* while events come, so that theirs are hardly later */
#define LAG_EVEN      20000 /* events: so far behind, a snapshot goes with each event */
#define SPAN          16    /* events looked at for one snapshot: several changes of an incident share it */

static bool record_put(struct relay *relay)
{
	relay->fill_rc = relay->kafka->produce(relay->kafka, &relay->record.kafka, relay->fill_err);
	if (relay->fill_rc == KAFKA_OK)
		relay->n_byte += (int64_t)relay->record.kafka.value.n;
	return relay->fill_rc == KAFKA_OK;
}

static bool fill_person(void *to, const struct person_row *row)
{
	struct relay *relay = to;

	record_person(&relay->record, row, relay->clock->now_ms(relay->clock));
	if (!record_put(relay))
		return false;
	(void)snprintf(relay->person_last, sizeof relay->person_last, "%.*s", ENT_F(row->person.ref));
	return true;
}

/* Whoever an event names stands on Kafka before it. When the queue is full midway, it goes on after the last one. */
static bool put_people(struct relay *relay, int64_t up_to)
{
	if (up_to > relay->people_known) { /* committed after it was asked who is next: it may name somebody new */
		relay->people_known = outbox_last_seq(relay->db);
		relay->people_next = outbox_people_next(relay->db, relay->next.seq);
	}
	if (up_to < relay->people_next)
		return true;
	if (!outbox_people(relay->db, relay->next.seq, up_to, sdk_str(relay->person_last), fill_person, relay))
		return false;
	relay->person_last[0] = '\0';
	relay->people_next = outbox_people_next(relay->db, up_to);
	return true;
}

static bool take_row(void *to, const struct outbox_row *row)
{
	struct relay *relay = to;
	bool too_large = false;

	assert(row->seq > relay->next.seq);
	if (!put_people(relay, row->seq))
		return false;
	if (row->topic == OUTBOX_PEOPLE) {
		relay->next.seq = row->seq;
		record_mark(row, relay->next.mark);
		relay->n_event++;
		return true;
	}
	record_row(&relay->record, row, relay->kafka->record_max, &too_large);
	if (!record_put(relay))
		return false;
	if (too_large && relay->log)
		log_write(relay->log, LOG_ERROR, "relay.record_too_large", LOG_INT("seq", row->seq),
			  LOG_STR("key", row->key), LOG_INT("record_bytes_max", relay->kafka->record_max), LOG_END);
	relay->next.seq = row->seq;
	record_mark(row, relay->next.mark);
	relay->n_event++;
	return relay->n_byte < relay->options.bytes_max;
}

static bool put_snapshot(struct relay *relay, const struct outbox_touch *touch, struct relay_shown *shown)
{
	struct sdk_arena arena;
	struct outbox_shown now;
	bool ok = true;

	sdk_arena_init_spare(&arena, &relay->spare);
	struct ent_str json = outbox_snapshot(relay->db, &arena.abi, touch->incident, &now);
	if (json.p || now.gone) {
		record_snapshot(&relay->record, sdk_str(now.uuid), json, touch->partition,
				relay->clock->now_ms(relay->clock));
		/* One too large for Kafka is left out: the events tell it all. */
		if (!relay->kafka->record_max || record_size(&relay->record.kafka) <= relay->kafka->record_max) {
			ok = record_put(relay);
			relay->n_snapshot += ok;
		}
	}
	if (ok)
		*shown = (struct relay_shown){touch->incident, now.sequence};
	sdk_arena_release(&arena);
	return ok;
}

/* A snapshot is of now, so it also stands for events that are still to be looked at. */
static bool take_touch(void *to, const struct outbox_touch *touch)
{
	struct relay *relay = to;
	struct relay_shown *shown = &relay->shown[touch->incident % RELAY_SHOWN_MAX];

	if (shown->incident == touch->incident && shown->sequence >= touch->sequence)
		return true;
	return relay->n_share-- > 0 && put_snapshot(relay, touch, shown);
}

static void fill_rows(struct relay *relay)
{
	int64_t left;

	for (size_t i = 0; i < relay->n_ahead && relay->n_byte < relay->options.bytes_max; i++)
		if (relay->ahead[i].seq > relay->next.seq && !take_row(relay, &relay->ahead[i]))
			break;
	left = relay->options.batch_max - relay->n_event;
	if (relay->fill_rc == KAFKA_OK && !relay->ahead_is_all && left > 0 && relay->n_byte < relay->options.bytes_max)
		(void)outbox_read(relay->db, relay->next.seq, left, take_row,
				  relay); /* db_failed() is asked afterwards */
	if (relay->fill_rc == KAFKA_OK)
		relay->fill = FILL_SNAPSHOTS;
}

int64_t relay_fill_share(int64_t n_event, int64_t lag)
{
	int64_t share = SNAPSHOTS_FEW, most = SNAPSHOTS_FEW + 2 * n_event;

	if (n_event == 0)
		return SNAPSHOTS_ALONE;
	/* An event changes one incident at most: with one snapshot for each event the lag stands still, with two it
	 * shrinks however fast events come. */
	share += lag >= 2 * LAG_EVEN ? 2 * n_event : n_event * lag / LAG_EVEN;
	return share < most ? share : most;
}

/* Not with the first event after a silence: one more partition would make it wait a round trip longer. */
static void fill_snapshots(struct relay *relay)
{
	int64_t from = relay->next.snapshots, up_to = relay->next.seq;
	int64_t n_since = relay->n_since + relay->n_event;
	bool is_quiet = relay->n_event == 0 && relay->begin_us - relay->event_us >= RELAY_QUIET_US;
	int64_t share = relay_fill_share(is_quiet ? 0 : n_since + (n_since == 0), up_to - from);

	relay->fill = FILL_PROGRESS;
	if (from == up_to || !relay->snapshots_due_us || relay->begin_us < relay->snapshots_due_us)
		return;
	if (up_to - from > share * SPAN)
		up_to = from + share * SPAN;
	relay->n_share = share;
	int64_t reached = outbox_touched(relay->db, from, up_to, take_touch, relay);
	if (relay->fill_rc == KAFKA_RETRY)
		relay->fill_rc = KAFKA_OK; /* no room for more: the next transaction goes on where this one ends */
	if (relay->fill_rc == KAFKA_OK)
		relay->next.snapshots = reached;
}

static void fill_progress(struct relay *relay)
{
	record_progress(&relay->record, &relay->next, relay->clock->now_ms(relay->clock));
	(void)record_put(relay);
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

void relay_fill_forget(struct relay *relay)
{
	memset(relay->shown, 0, sizeof relay->shown);
}
