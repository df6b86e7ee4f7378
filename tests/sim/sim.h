/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: the broker, whoever talks to it, the tools it talks to, its disk and its Kafka in one loop. The seed chooses
 * among what could happen next; faults come between any two steps and inside the worlds. At the end the faults stop,
 * everything drains, and the checker looks.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "blank.h"
#include "book.h"
#include "broker.h"
#include "post.h"
#include "tools.h"

#define CLAIM_MAX 400

/* A client repeats for so long; the broker forgets deliveries after more. */
#define REPEAT_US 60000000
#define FORGET_US 150000000

/* The first claim that does not hold. I1 nothing acknowledged is lost; I2 once on the stream; I3 order of an incident;
 * I4 once in a tool; I5 order in a tool; I6 nobody reads what is not for them; I7 no echo; I8 nothing goes back; I9 it
 * ends; else a word. */
struct violation {
	char invariant[16];
	char what[CLAIM_MAX];
	char subject[64]; /* a word whose trace lines tell the story */
};

struct sim {
	uint64_t seed;
	struct plan plan;
	struct rng rng; /* the schedule's */
	struct rng by_faults, by_clients, by_posts, by_people, by_splits, by_tools, by_robots, by_net, ranking, wording;
	struct sdk_arena arena;
	struct world world;
	struct log log;
	struct disk disk;
	struct vfs vfs;
	struct cluster cluster;
	struct supplier_set *suppliers;
	struct broker *broker, *zombie; /* NULL: down; none */
	struct post *posts;
	char token[AUTH_TOKEN_SIZE];
	struct store_meta meta; /* of the last life */

	struct book book;
	int64_t next_send_us;
	int64_t forgotten_us; /* deliveries from before may have been pruned */

	struct tool tool[TOOLS];
	int n_tool;
	struct flight *flights;
	struct canary canary[CANARIES];
	int n_canary, n_edit, people_done;
	bool rewords;         /* people edit and remove what they said */
	int64_t people_us;    /* their next act */
	int64_t last_word_us; /* by anybody, in a tool or with us */
	int64_t next_look_us; /* whether all is quiet */
	int64_t unshared;     /* the incident whose share was taken back last; 0: none */
	struct tool *unshared_with;

	struct db *eyes; /* of people with us, and of the checker; NULL: there is no store to be read now */
	struct life eyes_life;

	int64_t restart_us;
	int serial; /* lives of the broker so far */
	int healed_serial;
	int steps;
	bool healing;
	struct violation violation; /* invariant "": none */

	int n_kill, n_power, n_io_end, n_acked, n_busy, n_zombie, n_lost, n_hook, n_flight, n_delivered, n_refused;
	int64_t n_merge, n_late, n_dead; /* in the store at the end */
};

/* True: every claim held. */
bool sim_run(struct sim *sim, struct blank *blank, uint64_t seed, const struct reach *reach, bool keep_trace);
void sim_release(struct sim *sim);
/* The first one stays. */
void sim_violates(struct sim *sim, const char *invariant, const char *subject, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Not while everything heals. */
static inline bool sim_has(const struct sim *sim, enum fault fault)
{
	return !sim->healing && plan_has(&sim->plan, fault);
}

/* ---- fault.c -------------------------------------------------------------------------- */

/* The process is dead already, or dies now. */
void process_end(struct sim *sim, bool power, const char *why);
void process_start(struct sim *sim);
/* A step of the broker ended with ENT_EINVAL. */
void process_failed(struct sim *sim, const struct ent_err *err);
void zombie_end(struct sim *sim);
/* Between two steps, by chance. */
void fault_maybe(struct sim *sim);

/* While somebody outside of the broker looks at its store, no fault strikes. */
struct calm {
	struct life *before; /* whose turn it was */
	struct disk_faults faults;
	int64_t crash_in;
	bool broken;
};
void calm_begin(struct calm *calm, struct sim *sim, struct life *who);
void calm_end(const struct calm *calm, struct sim *sim);
void eyes_open(struct sim *sim);
void eyes_close(struct sim *sim);

/* ---- client.c ------------------------------------------------------------------------- */

bool client_may_send(const struct sim *sim);
void client_send(struct sim *sim);
int64_t client_next_us(const struct sim *sim); /* when something is to be sent; INT64_MAX: never */
bool client_is_settled(const struct sim *sim); /* nothing is to be sent */
void client_hears(struct sim *sim, const struct post *post);

/* ---- check.c -------------------------------------------------------------------------- */

/* After each start: what was answered 2xx can be read (I8). */
void check_readable(struct sim *sim);
/* After the end. */
void check_all(struct sim *sim);

#endif
