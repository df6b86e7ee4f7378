/* SPDX-License-Identifier: Apache-2.0 */
#include "producer.h"

#include <stdlib.h>
#include <string.h>

#include "bus/record.h"

#define LATE_MAX_US  8000000
#define LATE_SOON_US 40000 /* about as long as a new producer takes: where the races are */
#define STEPS_MAX    64    /* markers and late requests that one call waits for */

static struct producer *producer_of(struct kafka *kafka)
{
	return (struct producer *)kafka;
}

/* One request is about to be sent, or its answer came. False: the process is dead. */
static bool producer_lives(struct producer *producer)
{
	if (!producer->life->dead && producer->crash_in && --producer->crash_in == 0) {
		producer->life->dead = true;
		producer->life->power = producer->crash_power;
	}
	return !producer->life->dead;
}

static bool fault(struct producer *producer, int64_t ppm)
{
	return rng_ppm(&producer->rng, ppm);
}

static int64_t late_us(struct producer *producer)
{
	return rng_range(&producer->rng, 1, rng_below(&producer->rng, 2) ? LATE_SOON_US : LATE_MAX_US);
}

static enum kafka_rc said(struct producer *producer, enum kafka_rc rc, const char *what, struct ent_err *err)
{
	static const char *const word[] = {"OK", "RETRY", "ABORT", "REBUILD"};

	sdk_fail(err, ENT_ERETRY, "%s", what);
	trace_line(producer->cluster->world, "kafka: %s: %s", what, word[rc]);
	return rc;
}

/* Requests answered CONCURRENT_TRANSACTIONS are sent again by the library while the markers are written. */
static void wait_for_markers(struct producer *producer)
{
	world_pass(producer->cluster->world, 300);
	cluster_step(producer->cluster);
}

static void queue_clear(struct producer *producer)
{
	sdk_arena_release(&producer->arena);
	producer->n_queue = producer->n_sent = 0;
}

static void txn_over(struct producer *producer)
{
	queue_clear(producer);
	producer->in_txn = producer->must_abort = producer->is_begun = producer->must_bump = false;
}

/* ---- init, position --------------------------------------------------------- */

static enum request_rc take_epoch(struct producer *producer, int32_t known)
{
	enum request_rc rc = REQUEST_CONCURRENT;

	for (int i = 0; i < STEPS_MAX && rc == REQUEST_CONCURRENT; i++) {
		rc = cluster_init_producer(producer->cluster, known, &producer->epoch);
		if (rc == REQUEST_CONCURRENT)
			wait_for_markers(producer);
	}
	if (rc == REQUEST_OK)
		memset(producer->sequence, 0, sizeof producer->sequence);
	return rc;
}

static enum kafka_rc sim_init(struct kafka *kafka, struct ent_err *err)
{
	struct producer *producer = producer_of(kafka);

	if (!producer_lives(producer))
		return KAFKA_REBUILD;
	world_pass(producer->cluster->world, rng_range(&producer->rng, 1000, 50000));
	if (fault(producer, producer->faults->error_ppm))
		return said(producer, rng_below(&producer->rng, 3) ? KAFKA_RETRY : KAFKA_REBUILD, "init fails", err);
	/* What is due may reach the broker before this does. */
	for (int i = 0; i < STEPS_MAX && cluster_has_work(producer->cluster) && rng_below(&producer->rng, 4); i++)
		cluster_step(producer->cluster);
	txn_over(producer);
	producer->fatal = false;
	producer->n_end = 0;
	if (take_epoch(producer, -1) != REQUEST_OK)
		return said(producer, KAFKA_RETRY, "init finds nobody", err);
	if (!producer_lives(producer))
		return KAFKA_REBUILD;
	if (fault(producer, producer->faults->lost_ppm))
		return said(producer, KAFKA_RETRY, "init's answer is lost", err);
	return KAFKA_OK;
}

static enum kafka_rc sim_position(struct kafka *kafka, struct position *ret, bool *ret_found, struct ent_err *err)
{
	struct producer *producer = producer_of(kafka);
	struct consumer consumer = {producer->cluster, KAFKA_PROGRESS, 0, 0};
	const struct kafka_record *record, *last = NULL;

	if (!producer_lives(producer))
		return KAFKA_REBUILD;
	world_pass(producer->cluster->world, rng_range(&producer->rng, 500, 20000));
	if (cluster_is_down(producer->cluster) || fault(producer, producer->faults->error_ppm))
		return said(producer, rng_below(&producer->rng, 3) ? KAFKA_RETRY : KAFKA_REBUILD, "position fails",
			    err);
	while ((record = consumer_next(&consumer, NULL)))
		last = record;
	*ret_found = last != NULL;
	if (last && record_position(last->value, ret, err) != ENT_OK)
		return KAFKA_REBUILD;
	trace_line(producer->cluster->world, "kafka: position %lld", last ? (long long)ret->seq : -1LL);
	return KAFKA_OK;
}

/* ---- produce ---------------------------------------------------------------- */

static void request_failed(struct producer *producer, enum request_rc rc)
{
	producer->must_abort = true;
	producer->must_bump = true;
	if (rc == REQUEST_FENCED || rc == REQUEST_BAD_STATE)
		producer->fatal = true;
}

/* One record to the cluster. False: the transaction cannot go on. */
static bool send_record(struct producer *producer, const struct kafka_record *record)
{
	struct cluster *cluster = producer->cluster;
	int32_t partition = cluster_partition(cluster, record);
	int64_t *sequence = &producer->sequence[record->topic][partition];
	enum request_rc rc = REQUEST_CONCURRENT;

	for (int i = 0; i < STEPS_MAX && rc == REQUEST_CONCURRENT; i++) {
		rc = cluster_add_partition(cluster, producer->epoch, record->topic, partition);
		if (rc == REQUEST_CONCURRENT) {
			producer->api.contended = true;
			wait_for_markers(producer);
		}
	}
	producer->is_begun |= rc == REQUEST_OK;
	if (!producer_lives(producer))
		return false;
	if (rc == REQUEST_OK && fault(producer, producer->faults->late_ppm)) {
		cluster_append_later(cluster, producer->epoch, *sequence, partition, record, late_us(producer));
		rc = REQUEST_DOWN;
	} else if (rc == REQUEST_OK && fault(producer, producer->faults->error_ppm / 8)) {
		rc = REQUEST_DOWN;
	} else if (rc == REQUEST_OK) {
		rc = cluster_append(cluster, producer->epoch, *sequence, partition, record);
		if (fault(producer,
			  producer->faults->lost_ppm)) /* the library asks again, the broker knows the sequence */
			rc = rng_below(&producer->rng, 2)
				 ? cluster_append(cluster, producer->epoch, *sequence, partition, record)
				 : REQUEST_DOWN;
	}
	if (rc == REQUEST_OK) {
		++*sequence;
		return producer_lives(producer);
	}
	request_failed(producer, rc);
	return false;
}

static void flush(struct producer *producer, size_t n)
{
	while (n-- > 0 && producer->n_sent < producer->n_queue && !producer->must_abort && !producer->life->dead)
		if (send_record(producer, &producer->queue[producer->n_sent]))
			producer->n_sent++;
}

static void queue_add(struct producer *producer, const struct kafka_record *record)
{
	struct kafka_record *to;
	struct kafka_header *header = SDK_NEW_N(&producer->arena.abi, struct kafka_header, record->n_header + 1);

	if (producer->n_queue == producer->cap_queue) {
		producer->cap_queue = producer->cap_queue * 2 + 64;
		producer->queue = sdk_xrealloc(producer->queue, producer->cap_queue * sizeof *producer->queue);
	}
	to = &producer->queue[producer->n_queue++];
	*to = *record;
	to->key = sdk_dup(&producer->arena.abi, record->key);
	to->value = sdk_dup(&producer->arena.abi, record->value);
	for (size_t i = 0; i < record->n_header; i++) {
		header[i].name = sdk_z(&producer->arena.abi, sdk_str(record->header[i].name));
		header[i].value = sdk_dup(&producer->arena.abi, record->header[i].value);
	}
	to->header = header;
}

static enum kafka_rc sim_begin(struct kafka *kafka, struct ent_err *err)
{
	struct producer *producer = producer_of(kafka);

	if (!producer_lives(producer) || producer->fatal || producer->epoch < 0 || producer->in_txn)
		return said(producer, KAFKA_REBUILD, "begin without a producer", err);
	if (producer->n_end > 1) /* as kafka_rd.c does */
		return said(producer, KAFKA_REBUILD, "begin: the last transaction's end was sent twice", err);
	txn_over(producer);
	producer->n_end = 0;
	producer->in_txn = true;
	producer->api.contended = false;
	return KAFKA_OK;
}

static enum kafka_rc sim_produce(struct kafka *kafka, const struct kafka_record *record, struct ent_err *err)
{
	struct producer *producer = producer_of(kafka);

	if (!producer_lives(producer) || producer->fatal || !producer->in_txn)
		return said(producer, KAFKA_REBUILD, "produce without a transaction", err);
	if (producer->must_abort)
		return said(producer, KAFKA_ABORT, "produce after a failure", err);
	if (fault(producer, producer->faults->full_ppm)) {
		flush(producer, producer->n_queue);
		return said(producer, KAFKA_RETRY, "produce: the queue is full", err);
	}
	queue_add(producer, record);
	if (rng_below(&producer->rng, 4) == 0)
		flush(producer, rng_below(&producer->rng, producer->n_queue - producer->n_sent) + 1);
	return KAFKA_OK;
}

/* ---- commit, abort ---------------------------------------------------------- */

static enum request_rc end_request(struct producer *producer, bool commit)
{
	enum request_rc rc = REQUEST_CONCURRENT;

	for (int i = 0; i < STEPS_MAX && rc == REQUEST_CONCURRENT; i++) {
		rc = cluster_end(producer->cluster, producer->epoch, commit);
		if (rc == REQUEST_CONCURRENT)
			wait_for_markers(producer);
	}
	return rc;
}

/* What the library may say when it does not know. */
static enum kafka_rc unclear(struct producer *producer, const char *what, struct ent_err *err)
{
	enum kafka_rc rc = (enum kafka_rc)(KAFKA_RETRY + rng_below(&producer->rng, 3));

	producer->must_abort |= rc == KAFKA_ABORT;
	producer->fatal |= rc == KAFKA_REBUILD;
	return said(producer, rc, what, err);
}

static enum kafka_rc commit_end(struct producer *producer, struct ent_err *err)
{
	enum request_rc rc;

	if (fault(producer, producer->faults->error_ppm))
		return unclear(producer, "commit is not sent", err);
	producer->n_end++;
	if (fault(producer, producer->faults->late_ppm)) {
		cluster_end_later(producer->cluster, producer->epoch, true, late_us(producer));
		return unclear(producer, "commit is held back", err);
	}
	rc = end_request(producer, true);
	if (!producer_lives(producer))
		return KAFKA_REBUILD;
	if (rc == REQUEST_OK && fault(producer, producer->faults->lost_ppm))
		return unclear(producer, "commit's answer is lost", err);
	if (rc == REQUEST_DOWN || rc == REQUEST_CONCURRENT)
		return said(producer, KAFKA_RETRY, "commit finds nobody", err);
	if (rc != REQUEST_OK) {
		producer->fatal = true;
		return said(producer, KAFKA_REBUILD, "commit is refused", err);
	}
	return KAFKA_OK;
}

static enum kafka_rc sim_commit(struct kafka *kafka, struct ent_err *err)
{
	struct producer *producer = producer_of(kafka);
	enum kafka_rc rc;

	if (!producer_lives(producer) || producer->fatal || !producer->in_txn)
		return said(producer, KAFKA_REBUILD, "commit without a transaction", err);
	world_pass(producer->cluster->world, rng_range(&producer->rng, 500, 10000));
	flush(producer, producer->n_queue);
	if (!producer_lives(producer) || producer->fatal)
		return said(producer, KAFKA_REBUILD, "commit: records were refused", err);
	if (producer->must_abort)
		return said(producer, KAFKA_ABORT, "commit: records failed", err);
	if (producer->is_begun) {
		rc = commit_end(producer, err);
		if (rc != KAFKA_OK)
			return rc;
	}
	producer->n_commit++;
	trace_line(producer->cluster->world, "kafka: commit of %zu records answered", producer->n_queue);
	txn_over(producer);
	return KAFKA_OK;
}

static enum kafka_rc sim_abort(struct kafka *kafka, struct ent_err *err)
{
	struct producer *producer = producer_of(kafka);
	enum request_rc rc = REQUEST_OK;

	if (!producer_lives(producer) || producer->fatal || !producer->in_txn)
		return said(producer, KAFKA_REBUILD, "abort without a transaction", err);
	world_pass(producer->cluster->world, rng_range(&producer->rng, 500, 10000));
	if (fault(producer, producer->faults->error_ppm))
		return said(producer, KAFKA_RETRY, "abort is not sent", err);
	producer->n_end += producer->is_begun;
	if (producer->is_begun && fault(producer, producer->faults->late_ppm)) {
		cluster_end_later(producer->cluster, producer->epoch, false, late_us(producer));
		return said(producer, KAFKA_RETRY, "abort is held back", err);
	}
	if (producer->is_begun)
		rc = end_request(producer, false);
	if (rc == REQUEST_DOWN || rc == REQUEST_CONCURRENT)
		return said(producer, KAFKA_RETRY, "abort finds nobody", err);
	if (rc == REQUEST_OK && producer->must_bump)
		rc = take_epoch(producer, producer->epoch);
	if (rc != REQUEST_OK || !producer_lives(producer)) {
		producer->fatal = true;
		return said(producer, KAFKA_REBUILD, "abort is refused", err);
	}
	txn_over(producer);
	return KAFKA_OK;
}

static void sim_close(struct kafka *kafka)
{
	struct producer *producer = producer_of(kafka);

	txn_over(producer);
	producer->epoch = -1;
}

void producer_init(struct producer *producer, struct cluster *cluster, struct life *life,
		   const struct producer_faults *faults, uint64_t seed, uint64_t stream)
{
	memset(producer, 0, sizeof *producer);
	producer->api = (struct kafka){.init = sim_init,
				       .position = sim_position,
				       .begin = sim_begin,
				       .produce = sim_produce,
				       .commit = sim_commit,
				       .abort = sim_abort,
				       .close = sim_close};
	producer->cluster = cluster;
	producer->life = life;
	producer->faults = faults;
	producer->epoch = -1;
	rng_init(&producer->rng, seed, "producer", stream);
	sdk_arena_init(&producer->arena);
}

void producer_release(struct producer *producer)
{
	sdk_arena_release(&producer->arena);
	free(producer->queue);
}
