/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka registers a transaction's partitions 1 ms after the first record. A record that comes later, for another
 * partition, costs a second round trip. Few rows are the usual case, and they are all in memory when the transaction
 * begins; of a backlog the rest is read while the transaction is open.
 */
#include "bus/relay_ahead.h"

#define AHEAD_BYTES_MAX (1 << 20)

static bool ahead_keep(void *to, const struct outbox_row *row)
{
	struct relay *relay = to;
	struct ent_arena *arena = &relay->ahead_arena.abi;
	struct outbox_row *kept = &relay->ahead[relay->n_ahead++];

	*kept = *row;
	kept->key = sdk_dup(arena, row->key);
	kept->subject = sdk_dup(arena, row->subject);
	kept->supplier = sdk_dup(arena, row->supplier);
	kept->delivery_id = sdk_dup(arena, row->delivery_id);
	kept->traceparent = sdk_dup(arena, row->traceparent);
	kept->json = sdk_dup(arena, row->json);
	kept->reason = sdk_dup(arena, row->reason);
	kept->header_json = sdk_dup(arena, row->header_json);
	relay->ahead_bytes += (int64_t)(row->json.n + row->header_json.n);
	return relay->ahead_bytes < AHEAD_BYTES_MAX;
}

void relay_ahead_read(struct relay *relay)
{
	int64_t max = relay->options.batch_max < RELAY_AHEAD_MAX ? relay->options.batch_max : RELAY_AHEAD_MAX;

	sdk_arena_release(&relay->ahead_arena);
	relay->n_ahead = 0;
	relay->ahead_bytes = 0;
	(void)outbox_read(relay->db, relay->position.seq, max, ahead_keep, relay);
	relay->people_known = relay->n_ahead ? relay->ahead[relay->n_ahead - 1].seq : relay->position.seq;
	relay->people_next = outbox_people_next(relay->db, relay->position.seq);
	relay->ahead_is_all = (int64_t)relay->n_ahead < max && relay->ahead_bytes < AHEAD_BYTES_MAX;
}
