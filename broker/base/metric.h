/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics: one table of names, one struct of atomics. Any thread adds; edge prints
 * them as Prometheus text. Base units; counters end in _total.
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include <stdatomic.h>
#include "sdk/str.h"

/* id, kind, name, help */
#define METRIC_TABLE(X)                                                                                                \
	X(METRIC_ARRIVALS_ACCEPTED, COUNTER, "entente_arrivals_accepted_total",                                        \
	  "Arrivals committed for the first time.")                                                                    \
	X(METRIC_ARRIVALS_REPEATED, COUNTER, "entente_arrivals_repeated_total",                                        \
	  "Arrivals seen before, answered as the first time.")                                                         \
	X(METRIC_ARRIVALS_DEAD, COUNTER, "entente_arrivals_dead_total", "Arrivals kept as dead letters.")              \
	X(METRIC_ARRIVALS_REFUSED, COUNTER, "entente_arrivals_refused_total",                                          \
	  "Hook requests refused before anything was stored (signature, limits, framing).")                            \
	X(METRIC_ARRIVALS_BUSY, COUNTER, "entente_arrivals_busy_total",                                                \
	  "Hook requests answered 503 because the writer's queue was full.")                                           \
	X(METRIC_CHANGES_LATE, COUNTER, "entente_changes_late_total",                                                  \
	  "Changes older than what is stored; recorded, nothing moved back.")                                          \
	X(METRIC_VALUES_UNMAPPED, COUNTER, "entente_values_unmapped_total",                                            \
	  "Statuses and priorities that no map knew; kept raw.")                                                       \
	X(METRIC_EVENTS_STORED, COUNTER, "entente_events_stored_total", "Events committed to the store.")              \
	X(METRIC_EVENTS_PUBLISHED, COUNTER, "entente_events_published_total", "Events committed to Kafka.")            \
	X(METRIC_SNAPSHOTS_PUBLISHED, COUNTER, "entente_snapshots_published_total",                                    \
	  "Incident snapshots committed to the compacted topic.")                                                      \
	X(METRIC_RELAY_TRANSACTIONS, COUNTER, "entente_relay_transactions_total", "Kafka transactions committed.")     \
	X(METRIC_RELAY_ABORTS, COUNTER, "entente_relay_aborts_total", "Kafka transactions aborted and sent again.")    \
	X(METRIC_RELAY_REBUILDS, COUNTER, "entente_relay_rebuilds_total",                                              \
	  "Times the Kafka producer was replaced after a fatal or unclear error.")                                     \
	X(METRIC_RELAY_BACKLOG_EVENTS, GAUGE, "entente_relay_backlog_events", "Events stored and not yet on Kafka.")   \
	X(METRIC_RELAY_BACKLOG_MS, GAUGE_MS, "entente_relay_backlog_seconds",                                          \
	  "Age of the oldest event not yet on Kafka.")                                                                 \
	X(METRIC_SNAPSHOTS_LAG_EVENTS, GAUGE, "entente_snapshots_lag_events",                                          \
	  "Events whose incidents entente.incidents.v1 does not show yet.")                                            \
	X(METRIC_SNAPSHOTS_LAG_MS, GAUGE_MS, "entente_snapshots_lag_seconds",                                          \
	  "Age of the oldest event whose incident entente.incidents.v1 does not show yet.")                            \
	X(METRIC_RELAY_UP, GAUGE, "entente_relay_up", "1 while the relay can reach Kafka.")                            \
	X(METRIC_WRITER_STATEMENTS, COUNTER, "entente_writer_statements_total",                                        \
	  "SQL statements of store transactions.")                                                                     \
	X(METRIC_WRITER_COMMITS, COUNTER, "entente_writer_commits_total", "Store transactions committed.")             \
	X(METRIC_WRITER_QUEUE, GAUGE, "entente_writer_queue_jobs", "Jobs waiting for the writer.")                     \
	X(METRIC_STORE_WAL_BYTES, GAUGE, "entente_store_wal_bytes",                                                    \
	  "SQLite's write-ahead log: it grows while a backup or a report reads the store.")                            \
	X(METRIC_DEAD_LETTERS, GAUGE, "entente_dead_letters", "Dead letters waiting for a person.")                    \
	X(METRIC_AUDIT_ROWS, GAUGE, "entente_audit_rows", "Rows of the audit log.")                                    \
	X(METRIC_AUDIT_HEAD, GAUGE, "entente_audit_head",                                                              \
	  "The first 48 bits of the hash of the audit log's last row, as a number: kept elsewhere, it shows a cut.")   \
	X(METRIC_HTTP_REQUESTS, COUNTER, "entente_http_requests_total", "HTTP requests answered.")                     \
	X(METRIC_HTTP_CONNECTIONS, GAUGE, "entente_http_connections", "Open HTTP connections.")                        \
	X(METRIC_SSE_STREAMS, GAUGE, "entente_sse_streams", "Open live event streams.")                                \
	X(METRIC_LINK_UP, GAUGE, "entente_link_up", "1 while link can read the store.")                                \
	X(METRIC_LINK_REQUESTS, COUNTER, "entente_link_requests_total", "Requests sent to suppliers' tools.")          \
	X(METRIC_LINK_FAILURES, COUNTER, "entente_link_failures_total",                                                \
	  "Requests to suppliers' tools that got no answer of use.")                                                   \
	X(METRIC_LINK_IN_FLIGHT, GAUGE, "entente_link_requests_in_flight", "Requests to suppliers' tools under way.")  \
	X(METRIC_LINK_PAGES, COUNTER, "entente_link_pages_total",                                                      \
	  "Pages of polls, back-fills and sweeps to be stored.")                                                       \
	X(METRIC_DELIVERIES_DONE, COUNTER, "entente_deliveries_done_total",                                            \
	  "Deliveries that stand in the supplier's tool.")                                                             \
	X(METRIC_DELIVERIES_STEPS, COUNTER, "entente_deliveries_steps_total",                                          \
	  "Steps of deliveries that take several requests.")                                                           \
	X(METRIC_DELIVERIES_LATER, COUNTER, "entente_deliveries_later_total",                                          \
	  "Attempts known not to be done, to be repeated.")                                                            \
	X(METRIC_DELIVERIES_LOST, COUNTER, "entente_deliveries_lost_total", "Attempts whose outcome is not known.")    \
	X(METRIC_DELIVERIES_PARKED, COUNTER, "entente_deliveries_parked_total", "Deliveries parked for a person.")     \
	X(METRIC_DELIVERIES_CANCELLED, COUNTER, "entente_deliveries_cancelled_total",                                  \
	  "Deliveries not to be brought any more.")

/* id, name, help: durations in microseconds, printed as seconds */
#define METRIC_HISTOGRAM_TABLE(X)                                                                                      \
	X(METRIC_WRITER_COMMIT_US, "entente_writer_transaction_seconds", "One store transaction, begin to durable.")   \
	X(METRIC_RELAY_COMMIT_US, "entente_relay_transaction_seconds", "One Kafka transaction, begin to committed.")   \
	X(METRIC_HOOK_US, "entente_hook_duration_seconds", "An arrival, first byte to answer.")                        \
	X(METRIC_LINK_REQUEST_US, "entente_link_request_seconds", "One request to a supplier's tool, to its answer.")

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_GAUGE_MS };
#define X(id, kind, name, help) id,
enum metric { METRIC_TABLE(X) METRIC_N };
#undef X
#define X(id, name, help) id,
enum metric_histogram { METRIC_HISTOGRAM_TABLE(X) METRIC_HISTOGRAM_N };
#undef X

#define METRIC_BUCKETS 16 /* upper bounds: 100 us doubling up to 3.3 s, then +Inf */
struct metrics {
	_Atomic int64_t value[METRIC_N];
	struct {
		_Atomic int64_t bucket[METRIC_BUCKETS + 1], sum_us, count;
	} histogram[METRIC_HISTOGRAM_N];
};

void metric_add(struct metrics *metrics, enum metric metric, int64_t n);
void metric_set(struct metrics *metrics, enum metric metric, int64_t value);
int64_t metric_get(struct metrics *metrics, enum metric metric);
void metric_observe(struct metrics *metrics, enum metric_histogram histogram, int64_t us);
/* The Prometheus text exposition of all of it. */
void metric_print(struct metrics *metrics, struct sdk_buf *buf);

#endif
