/* SPDX-License-Identifier: Apache-2.0 */
#include "out.h"

#include <stdlib.h>
#include <string.h>

static void nothing(void *of)
{
	(void)of;
}

static bool open_all(struct out_broker *broker, struct db **ret_db, struct db **ret_link, struct ent_err *err)
{
	struct out_sim *sim = broker->sim;
	struct store_meta again;
	enum ent_rc rc =
	    store_open(STORE, VFS_NAME, 2, &sim->world.clock, &sim->world.chance, ret_db, &broker->meta, err);

	if (rc == ENT_OK)
		rc = store_open_read(STORE, VFS_NAME, &broker->read, &again, err);
	if (rc == ENT_OK)
		rc = store_open_read(STORE, VFS_NAME, ret_link, &again, err);
	return rc == ENT_OK && !broker->life.dead;
}

struct out_broker *life_start(struct out_sim *sim, struct ent_err *err)
{
	struct out_broker *broker = sdk_xalloc(sizeof *broker);
	struct writer_options options = {.queue_max = 64,
					 .batch_max = 1 + (size_t)rng_below(&sim->rng, 32),
					 .wal_pages = rng_range(&sim->rng, 5, 200)};
	struct db *db = NULL, *read = NULL;

	memset(broker, 0, sizeof *broker);
	broker->sim = sim;
	broker->serial = ++sim->serial;
	rng_init(&broker->rng, sim->seed, 500 + (uint64_t)broker->serial);
	sim->disk.life = &broker->life;
	if (!open_all(broker, &db, &read, err)) {
		broker->life.dead = true;
		db_close(read);
		db_close(broker->read);
		db_close(db);
		free(broker);
		return NULL;
	}
	net_init(broker);
	broker->writer = writer_new(db, &broker->meta, &sim->world.clock, &sim->world.chance, &broker->metrics,
				    &options, nothing, broker);
	struct link_options link = link_options_default;
	link.backoff_ms = 200;
	link.backoff_max_ms = 4000;
	link.limit_ms = 300;
	link.limit_max_ms = 4000;
	link.refused_ms = 2000;
	link.attempts_max = 1000000; /* a run's faults end */
	struct link_world world = {.writer = broker->writer,
				   .read = read,
				   .clock = &sim->world.clock,
				   .chance = &sim->world.chance,
				   .transfers = &broker->transfers,
				   .metrics = &broker->metrics};
	broker->link = link_new(&world, &link, sim->suppliers);
	if (db_failed(db) || db_failed(read)) {
		(void)sdk_fail(err, ENT_EINVAL, "%s%s", db_error(db), db_error(read));
		life_end(broker);
		return NULL;
	}
	return broker;
}

void life_end(struct out_broker *broker)
{
	struct out_sim *sim = broker->sim;
	struct ent_err err;
	struct transfer_end end;

	broker->life.dead = true;
	sim->disk.life = &broker->life;
	while (writer_step(broker->writer, &err) != ENT_MORE) /* it lets go of its jobs; nothing is written */
		;
	net_reset(sim);
	(void)broker->transfers.next(&broker->transfers, &end);
	link_free(broker->link);
	writer_free(broker->writer);
	db_close(broker->read);
	free(broker);
}

enum ent_rc life_step_writer(struct out_broker *broker, struct ent_err *err)
{
	enum ent_rc rc;

	broker->sim->disk.life = &broker->life;
	world_pass(&broker->sim->world, rng_range(&broker->rng, 50, 3000));
	rc = writer_step(broker->writer, err);
	return broker->life.dead ? ENT_EINVAL : rc;
}

bool life_step_link(struct out_broker *broker)
{
	broker->sim->disk.life = &broker->life;
	return link_step(broker->link);
}

bool life_writer_waits(const struct out_broker *broker)
{
	return metric_get((struct metrics *)&broker->metrics, METRIC_WRITER_QUEUE) > 0;
}
