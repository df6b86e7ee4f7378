/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One life of the broker: the real face, writer, link and relay over the simulated worlds, made the way cli/boot makes
 * them. When it dies, nothing it holds writes any more.
 */
#ifndef SIM_BROKER_H
#define SIM_BROKER_H

#include "bus/relay.h"
#include "face/desk.h"
#include "link/link.h"
#include "plan.h"
#include "store/writer.h"
#include "vfs.h"

#define STORE_PATH "store.db"

struct sim;
struct flight;

struct broker {
	struct life life; /* first of all: handles point here */
	struct sim *sim;
	struct db *relay_db, *link_db; /* link_db: link's own; NULL: no link */
	struct writer *writer;         /* NULL: only the relay goes on */
	struct relay *relay;
	struct face face;
	struct desk desk;
	struct link *link; /* NULL: nobody is to be asked */
	struct transfers transfers;
	struct flight *last; /* handed out by transfers.next(), to be freed by the next call */
	struct store_meta meta;
	struct metrics metrics;
	struct producer producer;
	struct producer_faults kafka_faults;
	struct rng rng;
	int64_t relay_due_us;    /* when the relay wants to be stepped */
	int64_t link_due_us;     /* the same; the writer's answers wake it before, and those of tools */
	struct job token, prune; /* asked by main */
	bool token_waits, prune_waits;
	int serial;
};

/* NULL: it could not start (the reason in err); the disk is as it left it. */
struct broker *broker_start(struct sim *sim, int serial, struct ent_err *err);
/* The process is gone at once; frees all but keeps the disk as it is. */
void broker_die(struct broker *broker);
/* All but the relay is gone; that goes on beside its successor. */
void broker_become_zombie(struct broker *broker);

/* The process ends by itself: ENT_EINVAL. */
enum ent_rc broker_step_writer(struct broker *broker, struct ent_err *err);
enum ent_rc broker_step_relay(struct broker *broker, struct ent_err *err);
enum ent_rc broker_step_link(struct broker *broker, struct ent_err *err);
int64_t broker_timer_us(const struct broker *broker); /* when the next timer is due; INT64_MAX: none */
bool broker_writer_waits(const struct broker *broker);
void broker_prune(struct broker *broker, int64_t before_ms);
/* All that is stored is on Kafka, and nothing is under way. */
bool broker_is_drained(const struct broker *broker);

#endif
