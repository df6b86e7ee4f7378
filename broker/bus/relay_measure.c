/* SPDX-License-Identifier: Apache-2.0 */
/* How far the topics are behind the store, as metrics and for /readyz. */
#include "bus/relay_measure.h"

#define LAG_MS 60000 /* snapshots that are further behind are worth a word */

/* How far entente.incidents.v1 is behind the store. */
static void measure_snapshots(struct relay *relay)
{
	int64_t from = relay->position.snapshots, lag = relay->last_seq > from ? relay->last_seq - from : 0;
	int64_t oldest_ms = lag ? outbox_oldest_ms(relay->db, from) : 0;
	int64_t lag_ms = oldest_ms ? relay->clock->now_ms(relay->clock) - oldest_ms : 0;
	bool lags = lag_ms > LAG_MS;

	metric_set(relay->metrics, METRIC_SNAPSHOTS_LAG_EVENTS, lag);
	metric_set(relay->metrics, METRIC_SNAPSHOTS_LAG_MS, lag_ms > 0 ? lag_ms : 0);
	if (lags != relay->lags && relay->log)
		log_write(relay->log, lags ? LOG_WARN : LOG_INFO,
			  lags ? "relay.snapshots_lag" : "relay.snapshots_kept_up", LOG_INT("events", lag),
			  LOG_INT("ms", lag_ms), LOG_END);
	relay->lags = lags;
	atomic_store(&relay->shared_lag_ms, lags ? lag_ms : 0);
}

/* The backlog is measured also while Kafka is away. */
void relay_measure(struct relay *relay, int64_t now_us)
{
	int64_t from = relay->position_known ? relay->position.seq : relay->first_seq;
	int64_t oldest_ms, backlog;

	if (now_us - relay->measured_us < RELAY_MEASURE_US)
		return;
	relay->measured_us = now_us;
	relay->last_seq = outbox_last_seq(relay->db);
	backlog = relay->last_seq > from ? relay->last_seq - from : 0;
	oldest_ms = backlog ? outbox_oldest_ms(relay->db, from) : 0;
	metric_set(relay->metrics, METRIC_RELAY_BACKLOG_EVENTS, backlog);
	oldest_ms = oldest_ms ? relay->clock->now_ms(relay->clock) - oldest_ms : 0;
	metric_set(relay->metrics, METRIC_RELAY_BACKLOG_MS, oldest_ms > 0 ? oldest_ms : 0);
	if (relay->position_known)
		measure_snapshots(relay);
}
