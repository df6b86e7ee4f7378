/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/crypto.h"

/* A hint that may be lost. */
static void wake(void *of)
{
	struct broker *broker = of;

	if (rng_below(&broker->rng, 4))
		broker->relay_due_us = broker->sim->world.us;
}

static struct job *own_job(struct job *job, bool *waits, enum job_kind kind)
{
	memset(job, 0, sizeof *job);
	job->kind = kind;
	job->owner = waits;
	return job;
}

static void own_answer(struct job *job)
{
	*(bool *)job->owner = false;
}

/* The token of people with us; the one that is stored already stands. */
static void ask_token(struct broker *broker)
{
	struct job *job = own_job(&broker->token, &broker->token_waits, JOB_TOKEN_ADD);
	struct ent_str token = sdk_str(broker->sim->token);
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_digest(SDK_SHA256, &token, 1, hash);
	memcpy(job->token.hash, hash, sizeof job->token.hash);
	job->token.name = ENT_STR("ada-with-us");
	job->answer = own_answer;
	broker->token_waits = writer_submit(broker->writer, job);
}

void broker_prune(struct broker *broker, int64_t before_ms)
{
	if (broker->prune_waits)
		return;
	struct job *job = own_job(&broker->prune, &broker->prune_waits, JOB_PRUNE);
	job->prune_before_ms = before_ms;
	job->answer = own_answer;
	broker->prune_waits = writer_submit(broker->writer, job);
}

/* ---- parts ----------------------------------------------------------------------------- */

static enum ent_rc open_face(struct broker *broker, struct ent_err *err)
{
	struct sim *sim = broker->sim;
	struct face_options options = {
	    .limits = {LIMITS_FIXED, .head_max = 16384, .body_max = 1 << 20, .streams_max = 1},
	    .store_path = ENT_STR(STORE_PATH),
	    .source = ENT_STR("urn:sim")};
	struct face_world world = {.writer = broker->writer,
				   .clock = &sim->world.clock,
				   .chance = &sim->world.chance,
				   .metrics = &broker->metrics,
				   .log = &sim->log};

	face_open(&broker->face, &options, &world);
	enum ent_rc rc = desk_open(&broker->desk, &broker->face, "sim", NULL, NULL, err);
	if (rc == ENT_OK)
		rc = roster_open(sim->suppliers, true, &broker->desk.roster, err);
	broker->desk.packer = packer_new();
	return rc;
}

static void make_link(struct broker *broker)
{
	struct sim *sim = broker->sim;
	struct link_options options = link_options_default;
	struct link_world world = {.writer = broker->writer,
				   .read = broker->link_db,
				   .clock = &sim->world.clock,
				   .chance = &sim->world.chance,
				   .transfers = &broker->transfers,
				   .metrics = &broker->metrics};

	options.backoff_ms = 200;
	options.backoff_max_ms = 4000;
	options.limit_ms = 300;
	options.limit_max_ms = 4000;
	options.refused_ms = 2000;
	options.attempts_max = 1000000; /* a run's faults end */
	net_init(broker);
	broker->link = link_new(&world, &options, sim->suppliers);
}

static void make_relay(struct broker *broker)
{
	struct sim *sim = broker->sim;
	struct relay_options options = {.batch_max = sim->plan.relay_batch,
					.bytes_max = 1 << 20,
					.pause_us = 4000,
					.idle_ms = 3600000,
					.source = ENT_STR("urn:sim")};

	producer_init(&broker->producer, &sim->cluster, &broker->life, &broker->kafka_faults, sim->seed,
		      (uint64_t)broker->serial);
	broker->relay = relay_new(broker->relay_db, &broker->meta, &broker->producer.api, &sim->world.clock,
				  &broker->metrics, NULL, &options);
}

static void make_writer(struct broker *broker, struct db *db)
{
	const struct plan *plan = &broker->sim->plan;
	struct writer_options options = {
	    .queue_max = (size_t)plan->queue_max, .batch_max = (size_t)plan->batch_max, .wal_pages = plan->wal_pages};

	broker->writer = writer_new(db, &broker->meta, &broker->sim->world.clock, &broker->sim->world.chance,
				    &broker->metrics, &options, wake, broker);
	writer_reload(broker->writer, broker->sim->suppliers);
}

/* ---- a life ------------------------------------------------------------------------------ */

static enum ent_rc open_stores(struct broker *broker, struct db **ret_db, struct ent_err *err)
{
	struct sim *sim = broker->sim;
	struct store_meta again;
	enum ent_rc rc = store_open(STORE_PATH, VFS_NAME, sim->plan.partitions, &sim->world.clock, &sim->world.chance,
				    ret_db, &broker->meta, err);

	if (rc == ENT_OK)
		rc = store_open_read(STORE_PATH, VFS_NAME, &broker->relay_db, &again, err);
	if (rc == ENT_OK && sim->n_tool)
		rc = store_open_read(STORE_PATH, VFS_NAME, &broker->link_db, &again, err);
	return broker->life.dead ? ENT_EINVAL : rc;
}

struct broker *broker_start(struct sim *sim, int serial, struct ent_err *err)
{
	struct broker *broker = sdk_xalloc(sizeof *broker);
	struct db *db = NULL;

	memset(broker, 0, sizeof *broker);
	broker->sim = sim;
	broker->serial = serial;
	broker->kafka_faults = sim->plan.kafka;
	rng_init(&broker->rng, sim->seed, "broker", (uint64_t)serial);
	sim->disk.life = &broker->life;
	if (open_stores(broker, &db, err) != ENT_OK) {
		broker->life.dead = true;
		db_close(broker->link_db);
		db_close(broker->relay_db);
		db_close(db);
		free(broker);
		return NULL;
	}
	make_writer(broker, db);
	make_relay(broker);
	if (broker->link_db)
		make_link(broker);
	enum ent_rc rc = open_face(broker, err);
	/* The writer could not read where the store ends, or link what is under way: nothing can come of this life. */
	if (rc == ENT_OK && (db_failed(db) || (broker->link_db && db_failed(broker->link_db))))
		rc = sdk_fail(err, ENT_EINVAL, "%s%s", db_error(db), broker->link_db ? db_error(broker->link_db) : "");
	if (rc != ENT_OK || broker->life.dead) {
		broker_die(broker);
		return NULL;
	}
	if (sim->n_tool)
		ask_token(broker);
	return broker;
}

/* All but the relay. Jobs that nobody will answer: the writer lets go of them, their owner frees them. */
static void end_writing(struct broker *broker)
{
	struct transfer_end end;
	struct ent_err err;

	while (writer_step(broker->writer, &err) != ENT_MORE)
		;
	post_dropped(broker->sim);
	desk_close(&broker->desk);
	face_close(&broker->face);
	if (broker->link) {
		net_reset(broker->sim);
		(void)broker->transfers.next(&broker->transfers, &end);
		link_free(broker->link);
	}
	writer_free(broker->writer);
	broker->writer = NULL;
}

void broker_die(struct broker *broker)
{
	if (!broker)
		return;
	broker->life.dead = true;
	broker->sim->disk.life = &broker->life;
	if (broker->writer)
		end_writing(broker);
	relay_free(broker->relay);
	db_close(broker->relay_db);
	producer_release(&broker->producer);
	free(broker);
}

void broker_become_zombie(struct broker *broker)
{
	broker->life.dead = true;
	broker->sim->disk.life = &broker->life;
	end_writing(broker);
	broker->life.dead = false;
}

/* ---- steps --------------------------------------------------------------------------------- */

enum ent_rc broker_step_writer(struct broker *broker, struct ent_err *err)
{
	enum ent_rc rc;

	broker->sim->disk.life = &broker->life;
	world_pass(&broker->sim->world, rng_range(&broker->rng, 50, 3000));
	rc = writer_step(broker->writer, err);
	broker->link_due_us = broker->sim->world.us;
	return broker->life.dead ? ENT_EINVAL : rc;
}

enum ent_rc broker_step_relay(struct broker *broker, struct ent_err *err)
{
	int64_t wait_us = 0;
	enum ent_rc rc;

	broker->sim->disk.life = &broker->life;
	rc = relay_step(broker->relay, &wait_us, err);
	broker->relay_due_us = broker->sim->world.us + wait_us;
	return broker->life.dead ? ENT_EINVAL : rc;
}

/* A failed read sticks to link's handle: people are told, and start the process anew. */
enum ent_rc broker_step_link(struct broker *broker, struct ent_err *err)
{
	int64_t now_us = broker->sim->world.us;

	broker->sim->disk.life = &broker->life;
	broker->link_due_us = link_step(broker->link) ? now_us : link_next_us(broker->link);
	if (broker->life.dead)
		return ENT_EINVAL;
	return db_failed(broker->link_db) ? sdk_fail(err, ENT_EINVAL, "link: %s", db_error(broker->link_db)) : ENT_OK;
}

int64_t broker_timer_us(const struct broker *broker)
{
	int64_t next_ms = writer_next_ms(broker->writer);

	return next_ms == TIMER_NEVER ? INT64_MAX : (next_ms - SIM_EPOCH_MS) * 1000;
}

bool broker_writer_waits(const struct broker *broker)
{
	return metric_get((struct metrics *)&broker->metrics, METRIC_WRITER_QUEUE) > 0 ||
	       broker_timer_us(broker) <= broker->sim->world.us;
}

bool broker_is_drained(const struct broker *broker)
{
	return !broker_writer_waits(broker) && relay_caught_up(broker->relay) &&
	       relay_published_seq(broker->relay) == writer_last_seq(broker->writer) &&
	       broker->relay_due_us > broker->sim->world.us + 100000;
}
