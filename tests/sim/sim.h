/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: the broker, its suppliers, its disk and its Kafka in one loop. The seed
 * chooses among what could happen next; faults come between any two steps and inside
 * the worlds. At the end the faults stop, everything drains, and the checker looks.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "book.h"
#include "broker.h"

#define CLAIM_MAX 400

/* A supplier repeats for so long; the broker forgets deliveries after more. */
#define REPEAT_US 60000000
#define FORGET_US 150000000

/* The first claim of reliability.md section 2 that does not hold. */
struct violation {
	char invariant[16];
	char what[CLAIM_MAX];
	char subject[64]; /* a word whose trace lines tell the story */
};

struct attempt;

struct sim {
	uint64_t seed;
	struct limits limits;
	struct plan plan;
	struct rng rng; /* the schedule's */
	struct world world;
	struct disk disk;
	struct vfs vfs;
	struct cluster cluster;
	struct book book;
	struct supplier_set *suppliers;
	struct broker *broker, *zombie; /* NULL: down; none */
	struct attempt *attempts;
	int64_t next_send_us, restart_us;
	int64_t forgotten_us; /* deliveries from before may have been pruned */
	int serial;           /* lives of the broker so far */
	int healed_serial;
	int steps;
	bool healing;
	struct violation violation; /* invariant "": none */

	int n_kill, n_power, n_io_end, n_restart, n_acked, n_repeated, n_busy, n_zombie;
	int64_t n_merge, n_late, n_dead; /* in the store at the end */
};

/* True: every claim held. */
bool sim_run(struct sim *sim, uint64_t seed, const struct limits *limits, bool keep_trace);
void sim_release(struct sim *sim);
/* The first one stays. */
void sim_violates(struct sim *sim, const char *invariant, const char *subject, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- client.c: suppliers' tools as HTTP clients, and edge's part of the journey ------ */

bool client_may_send(struct sim *sim);
void client_send(struct sim *sim);
int64_t client_next_us(const struct sim *sim); /* when an answer arrives or something is to be sent; INT64_MAX: never */
bool client_has_answer(const struct sim *sim);
void client_take_answer(struct sim *sim);
bool client_is_settled(const struct sim *sim); /* nothing flies, nothing is to be sent */
void client_reset(struct sim *sim);            /* the broker is gone: what flew is unknown now */
void client_prune(struct sim *sim);

/* ---- check.c -------------------------------------------------------------------------- */

/* After each start: what was answered 2xx can be read (I8). */
void check_readable(struct sim *sim);
/* After the end. */
void check_all(struct sim *sim);

#endif
