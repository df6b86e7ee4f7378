/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- records --------------------------------------------------------------- */

static struct sdk_arena *record_copy(const struct kafka_record *from, struct kafka_record *to)
{
	struct sdk_arena *arena = sdk_xalloc(sizeof *arena);
	struct kafka_header *header;

	sdk_arena_init(arena);
	header = SDK_NEW_N(&arena->abi, struct kafka_header, from->n_header + 1);
	*to = *from;
	to->key = sdk_dup(&arena->abi, from->key);
	to->value = sdk_dup(&arena->abi, from->value);
	for (size_t i = 0; i < from->n_header; i++) {
		header[i].name = sdk_z(&arena->abi, sdk_str(from->header[i].name));
		header[i].value = sdk_dup(&arena->abi, from->header[i].value);
	}
	to->header = header;
	return arena;
}

static void record_drop(struct sdk_arena *arena)
{
	if (!arena)
		return;
	sdk_arena_release(arena);
	free(arena);
}

static struct entry *partition_add(struct partition *partition, enum entry_kind kind, int32_t epoch)
{
	struct entry *entry;

	if (partition->n == partition->cap) {
		partition->cap = partition->cap * 2 + 64;
		partition->entry = sdk_xrealloc(partition->entry, partition->cap * sizeof *partition->entry);
	}
	entry = &partition->entry[partition->n++];
	memset(entry, 0, sizeof *entry);
	entry->kind = kind;
	entry->epoch = epoch;
	return entry;
}

void cluster_init(struct cluster *cluster, struct world *world, uint64_t seed, int32_t event_partitions)
{
	assert(event_partitions <= CLUSTER_PARTITIONS);
	memset(cluster, 0, sizeof *cluster);
	cluster->world = world;
	cluster->epoch = -1;
	cluster->partitions[KAFKA_EVENTS] = cluster->partitions[KAFKA_INCIDENTS] = event_partitions;
	cluster->partitions[KAFKA_PEOPLE] = cluster->partitions[KAFKA_DEADLETTER] =
	    cluster->partitions[KAFKA_PROGRESS] = 1;
	rng_init(&cluster->rng, seed, "cluster", 0);
}

void cluster_release(struct cluster *cluster)
{
	for (int t = 0; t < KAFKA_N_TOPIC; t++)
		for (int p = 0; p < CLUSTER_PARTITIONS; p++) {
			struct partition *partition = &cluster->partition[t][p];

			for (size_t i = 0; i < partition->n; i++)
				record_drop(partition->entry[i].arena);
			free(partition->entry);
		}
	for (size_t i = 0; i < CLUSTER_INFLIGHT; i++)
		if (cluster->late[i].used)
			record_drop(cluster->late[i].arena);
}

/* ---- coordinator ------------------------------------------------------------ */

static void txn_decide(struct cluster *cluster, bool commit)
{
	cluster->state = commit ? TXN_PREPARE_COMMIT : TXN_PREPARE_ABORT;
	for (int t = 0; t < KAFKA_N_TOPIC; t++)
		for (int p = 0; p < CLUSTER_PARTITIONS; p++) {
			cluster->partition[t][p].marker_due = cluster->partition[t][p].in_txn;
			cluster->partition[t][p].in_txn = false;
		}
	trace_line(cluster->world, "kafka: transaction of epoch %d %s", cluster->epoch,
		   commit ? "committed" : "aborted");
}

static bool txn_is_closing(const struct cluster *cluster)
{
	return cluster->state == TXN_PREPARE_COMMIT || cluster->state == TXN_PREPARE_ABORT;
}

/* One marker, to a partition by chance; false: that was the last. */
static bool txn_write_marker(struct cluster *cluster)
{
	struct partition *due[KAFKA_N_TOPIC * CLUSTER_PARTITIONS];
	bool commit = cluster->state == TXN_PREPARE_COMMIT;
	size_t n = 0;

	for (int t = 0; t < KAFKA_N_TOPIC; t++)
		for (int p = 0; p < CLUSTER_PARTITIONS; p++)
			if (cluster->partition[t][p].marker_due)
				due[n++] = &cluster->partition[t][p];
	if (n > 0) {
		struct partition *partition = due[rng_below(&cluster->rng, n)];

		partition_add(partition, commit ? ENTRY_COMMIT : ENTRY_ABORT, cluster->epoch);
		partition->marker_due = false;
	}
	if (n <= 1)
		cluster->state = commit ? TXN_COMMITTED : TXN_ABORTED;
	return n > 1;
}

static enum request_rc txn_may(struct cluster *cluster, int32_t epoch)
{
	if (cluster_is_down(cluster))
		return REQUEST_DOWN;
	if (epoch == cluster->epoch)
		return REQUEST_OK;
	cluster->n_fenced++;
	trace_line(cluster->world, "kafka: epoch %d is fenced", epoch);
	return REQUEST_FENCED;
}

enum request_rc cluster_init_producer(struct cluster *cluster, int32_t known, int32_t *ret_epoch)
{
	enum request_rc rc = known >= 0 ? txn_may(cluster, known) : REQUEST_OK;

	if (cluster_is_down(cluster))
		return REQUEST_DOWN;
	if (rc != REQUEST_OK)
		return rc;
	if (txn_is_closing(cluster))
		return REQUEST_CONCURRENT;
	if (cluster->state == TXN_ONGOING) {
		/* The next epoch at once: the predecessor is fenced from here on. Who raises its own keeps the right
		 * to. */
		cluster->epoch += known < 0;
		txn_decide(cluster, false);
		return REQUEST_CONCURRENT;
	}
	cluster->epoch++;
	cluster->state = TXN_EMPTY;
	*ret_epoch = cluster->epoch;
	trace_line(cluster->world, "kafka: epoch %d begins", cluster->epoch);
	return REQUEST_OK;
}

enum request_rc cluster_add_partition(struct cluster *cluster, int32_t epoch, enum kafka_topic topic, int32_t partition)
{
	enum request_rc rc = txn_may(cluster, epoch);

	if (rc != REQUEST_OK)
		return rc;
	if (txn_is_closing(cluster))
		return REQUEST_CONCURRENT;
	if (cluster->state != TXN_ONGOING) {
		cluster->state = TXN_ONGOING;
		cluster->txn_began_us = cluster->world->us;
	}
	cluster->partition[topic][partition].in_txn = true;
	return REQUEST_OK;
}

enum request_rc cluster_append(struct cluster *cluster, int32_t epoch, int64_t sequence, int32_t at,
			       const struct kafka_record *record)
{
	struct partition *partition = &cluster->partition[record->topic][at];
	enum request_rc rc = txn_may(cluster, epoch);
	struct entry *entry;

	if (rc != REQUEST_OK)
		return rc;
	if (epoch != partition->epoch || partition->n == 0) {
		partition->epoch = epoch;
		partition->next_sequence = 0;
	}
	if (sequence < partition->next_sequence) {
		cluster->n_duplicate++;
		return REQUEST_OK;
	}
	if (sequence > partition->next_sequence || cluster->state != TXN_ONGOING || !partition->in_txn)
		return REQUEST_BAD_STATE;
	entry = partition_add(partition, ENTRY_DATA, epoch);
	entry->sequence = partition->next_sequence++;
	entry->arena = record_copy(record, &entry->record);
	cluster->n_append++;
	return REQUEST_OK;
}

enum request_rc cluster_end(struct cluster *cluster, int32_t epoch, bool commit)
{
	enum request_rc rc = txn_may(cluster, epoch);

	if (rc != REQUEST_OK)
		return rc;
	switch (cluster->state) {
	case TXN_ONGOING:
		txn_decide(cluster, commit);
		return REQUEST_OK;
	case TXN_PREPARE_COMMIT:
	case TXN_PREPARE_ABORT:
		return commit == (cluster->state == TXN_PREPARE_COMMIT) ? REQUEST_CONCURRENT : REQUEST_BAD_STATE;
	case TXN_COMMITTED:
		return commit ? REQUEST_OK : REQUEST_BAD_STATE;
	case TXN_ABORTED:
		return commit ? REQUEST_BAD_STATE : REQUEST_OK;
	case TXN_EMPTY:
		break;
	}
	return REQUEST_BAD_STATE;
}

/* ---- under way -------------------------------------------------------------- */

static struct late_request *late_add(struct cluster *cluster, int32_t epoch, int64_t delay_us)
{
	for (size_t i = 0; i < CLUSTER_INFLIGHT; i++) {
		struct late_request *late = &cluster->late[i];

		if (late->used)
			continue;
		memset(late, 0, sizeof *late);
		late->used = true;
		late->epoch = epoch;
		late->due_us = cluster->world->us + delay_us;
		return late;
	}
	return NULL;
}

void cluster_end_later(struct cluster *cluster, int32_t epoch, bool commit, int64_t delay_us)
{
	struct late_request *late = late_add(cluster, epoch, delay_us);

	if (!late)
		return;
	late->is_end = true;
	late->commit = commit;
}

void cluster_append_later(struct cluster *cluster, int32_t epoch, int64_t sequence, int32_t partition,
			  const struct kafka_record *record, int64_t delay_us)
{
	struct late_request *late = late_add(cluster, epoch, delay_us);

	if (!late)
		return;
	late->sequence = sequence;
	late->partition = partition;
	late->arena = record_copy(record, &late->record);
}

static void late_drop(struct late_request *late)
{
	record_drop(late->arena);
	late->arena = NULL;
	late->used = false;
}

static void late_land(struct cluster *cluster, struct late_request *late)
{
	enum request_rc rc;

	if (late->is_end)
		rc = cluster_end(cluster, late->epoch, late->commit);
	else
		rc = cluster_append(cluster, late->epoch, late->sequence, late->partition, &late->record);
	cluster->n_late++;
	trace_line(cluster->world, "kafka: a late %s of epoch %d lands: %d", late->is_end ? "EndTxn" : "record",
		   late->epoch, rc);
	late_drop(late);
}

/* ---- by itself -------------------------------------------------------------- */

bool cluster_is_down(const struct cluster *cluster)
{
	return cluster->world->us < cluster->down_until_us;
}

int64_t cluster_next_us(const struct cluster *cluster)
{
	int64_t next = INT64_MAX;

	if (txn_is_closing(cluster))
		next = cluster->world->us;
	if (cluster->state == TXN_ONGOING)
		next = cluster->txn_began_us + CLUSTER_TXN_TIMEOUT_US;
	for (size_t i = 0; i < CLUSTER_INFLIGHT; i++)
		if (cluster->late[i].used && cluster->late[i].due_us < next)
			next = cluster->late[i].due_us;
	return next < cluster->down_until_us ? cluster->down_until_us : next;
}

bool cluster_has_work(const struct cluster *cluster)
{
	return cluster_next_us(cluster) <= cluster->world->us;
}

void cluster_step(struct cluster *cluster)
{
	if (cluster_is_down(cluster))
		return;
	for (size_t i = 0; i < CLUSTER_INFLIGHT; i++)
		if (cluster->late[i].used && cluster->late[i].due_us <= cluster->world->us) {
			late_land(cluster, &cluster->late[i]);
			return;
		}
	if (txn_is_closing(cluster)) {
		(void)txn_write_marker(cluster); /* whether more are due is seen at the next step */
		return;
	}
	if (cluster->state == TXN_ONGOING && cluster->world->us >= cluster->txn_began_us + CLUSTER_TXN_TIMEOUT_US) {
		cluster->n_timeout++;
		cluster->epoch++;
		trace_line(cluster->world, "kafka: the transaction timed out");
		txn_decide(cluster, false);
	}
}

void cluster_restart(struct cluster *cluster, int64_t away_us)
{
	trace_line(cluster->world, "kafka: the node restarts, away for %d ms", (int)(away_us / 1000));
	cluster->down_until_us = cluster->world->us + away_us;
	for (size_t i = 0; i < CLUSTER_INFLIGHT; i++)
		if (cluster->late[i].used)
			late_drop(&cluster->late[i]);
}

void cluster_heal(struct cluster *cluster)
{
	cluster->down_until_us = 0;
}

/* ---- reading ---------------------------------------------------------------- */

int32_t cluster_partition(const struct cluster *cluster, const struct kafka_record *record)
{
	uint32_t hash = 2166136261u;

	if (record->partition >= 0)
		return record->partition;
	for (size_t i = 0; i < record->key.n; i++)
		hash = (hash ^ (unsigned char)record->key.p[i]) * 16777619u;
	return (int32_t)(hash % (uint32_t)cluster->partitions[record->topic]);
}

/* What became of the data at `at`: the next marker of its partition tells. ENTRY_DATA: nothing yet, and so nothing
 * from here on is stable. */
static enum entry_kind entry_fate(const struct partition *partition, size_t at)
{
	while (at < partition->n && partition->entry[at].kind == ENTRY_DATA)
		at++;
	return at < partition->n ? partition->entry[at].kind : ENTRY_DATA;
}

const struct kafka_record *consumer_next(struct consumer *consumer, int64_t *ret_offset)
{
	const struct partition *partition = &consumer->cluster->partition[consumer->topic][consumer->partition];

	while (consumer->at < partition->n) {
		const struct entry *entry = &partition->entry[consumer->at];
		enum entry_kind fate;

		if (entry->kind != ENTRY_DATA) {
			consumer->at++;
			continue;
		}
		fate = entry_fate(partition, consumer->at);
		if (fate == ENTRY_DATA)
			return NULL;
		consumer->at++;
		if (fate == ENTRY_COMMIT) {
			if (ret_offset)
				*ret_offset = (int64_t)consumer->at - 1;
			return &entry->record;
		}
	}
	return NULL;
}

const struct kafka_record *consumer_next_any(struct consumer *consumer, int64_t *ret_offset)
{
	const struct partition *partition = &consumer->cluster->partition[consumer->topic][consumer->partition];

	while (consumer->at < partition->n) {
		const struct entry *entry = &partition->entry[consumer->at++];

		if (entry->kind != ENTRY_DATA)
			continue;
		if (ret_offset)
			*ret_offset = (int64_t)consumer->at - 1;
		return &entry->record;
	}
	return NULL;
}
