/* SPDX-License-Identifier: Apache-2.0 */
#include "broker.h"

#include <stdlib.h>
#include <string.h>

/* A hint that may be lost. */
static void wake(void *of)
{
	struct broker *broker = of;

	if (rng_below(&broker->rng, 4))
		broker->relay_due_us = broker->world->us;
}

static void make_parts(struct broker *broker, struct db *db, const struct plan *plan, struct metrics *metrics)
{
	struct writer_options writer = {
	    .queue_max = (size_t)plan->queue_max, .batch_max = (size_t)plan->batch_max, .wal_pages = plan->wal_pages};
	struct relay_options relay = {.batch_max = plan->relay_batch,
				      .bytes_max = 1 << 20,
				      .pause_us = 4000,
				      .idle_ms = 3600000,
				      .source = ENT_STR("urn:sim")};

	broker->writer = writer_new(db, &broker->meta, &broker->world->clock, &broker->world->chance, metrics, &writer,
				    wake, broker);
	broker->relay = relay_new(broker->reader, &broker->meta, &broker->producer.api, &broker->world->clock, metrics,
				  NULL, &relay);
}

struct broker *broker_start(struct world *world, struct disk *disk, struct cluster *cluster, const struct plan *plan,
			    uint64_t seed, int serial, struct ent_err *err)
{
	struct broker *broker = sdk_xalloc(sizeof *broker);
	struct db *db = NULL;
	struct store_meta again;
	enum ent_rc rc;

	memset(broker, 0, sizeof *broker);
	broker->world = world;
	broker->disk = disk;
	broker->serial = serial;
	broker->kafka_faults = plan->kafka;
	rng_init(&broker->rng, seed, 200 + (uint64_t)serial);
	disk->life = &broker->life;
	rc = store_open(STORE_PATH, VFS_NAME, plan->partitions, &world->clock, &world->chance, &db, &broker->meta, err);
	if (rc == ENT_OK)
		rc = store_open_read(STORE_PATH, VFS_NAME, &broker->reader, &again, err);
	if (rc != ENT_OK || broker->life.dead) {
		broker->life.dead = true;
		db_close(broker->reader);
		db_close(db);
		free(broker);
		return NULL;
	}
	producer_init(&broker->producer, cluster, &broker->life, &broker->kafka_faults, seed, (uint64_t)serial);
	make_parts(broker, db, plan, &broker->metrics);
	if (db_failed(db)) { /* the writer could not read where the store ends: nothing can come of this life */
		(void)sdk_fail(err, ENT_EINVAL, "%s", db_error(db));
		broker_die(broker);
		return NULL;
	}
	return broker;
}

/* Jobs that nobody will answer: the writer lets go of them, their owner frees them. */
static void writer_die(struct broker *broker)
{
	struct ent_err err;

	while (writer_step(broker->writer, &err) != ENT_MORE)
		;
	writer_free(broker->writer);
	broker->writer = NULL;
}

void broker_die(struct broker *broker)
{
	if (!broker)
		return;
	broker->life.dead = true;
	broker->disk->life = &broker->life;
	if (broker->writer)
		writer_die(broker);
	relay_free(broker->relay);
	db_close(broker->reader);
	producer_release(&broker->producer);
	free(broker);
}

void broker_become_zombie(struct broker *broker)
{
	broker->life.dead = true;
	broker->disk->life = &broker->life;
	writer_die(broker);
	broker->life.dead = false;
}

enum ent_rc broker_step_writer(struct broker *broker, struct ent_err *err)
{
	enum ent_rc rc;

	broker->disk->life = &broker->life;
	world_pass(broker->world, rng_range(&broker->rng, 50, 3000));
	rc = writer_step(broker->writer, err);
	return broker->life.dead ? ENT_EINVAL : rc;
}

enum ent_rc broker_step_relay(struct broker *broker, struct ent_err *err)
{
	int64_t wait_us = 0;
	enum ent_rc rc;

	broker->disk->life = &broker->life;
	rc = relay_step(broker->relay, &wait_us, err);
	broker->relay_due_us = broker->world->us + wait_us;
	return broker->life.dead ? ENT_EINVAL : rc;
}

bool broker_is_drained(const struct broker *broker)
{
	return broker->n_waiting == 0 && relay_caught_up(broker->relay) &&
	       relay_published_seq(broker->relay) == writer_last_seq(broker->writer) &&
	       broker->relay_due_us > broker->world->us + 100000;
}
