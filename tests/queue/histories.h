/* SPDX-License-Identifier: Apache-2.0 */
/* A history of the queue: its world, what happens in it, and the rules that hold after each step. */
#ifndef QUEUE_HISTORIES_H
#define QUEUE_HISTORIES_H

#include "core/arrival.h"
#include "core/decide.h"
#include "core/decide_own.h"
#include "core/drift.h"
#include "core/queue.h"
#include "core/queue_plan.h"
#include "core/queue_wait.h"
#include "sdk/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/suppliers.h"

enum { N_TOOL = 4, N_INCIDENT = 2, STEPS = 50, DELIVERIES_MAX = 4096, COMMENTS_MAX = 128 };

struct world {
	uint64_t seed, random;
	struct sdk_arena arena;
	struct supplier_set *set;
	struct dossier incident[N_INCIDENT], *dossier; /* of several, the one that the step is about */
	struct chance chance;
	int64_t now_ms, last_id;
	int n_step, n_comment, n_ticket;
	struct arrival arrival;
	int64_t last_begun[N_INCIDENT][N_TOOL];
	bool stood[DELIVERIES_MAX]; /* was parked, unknown or cancelled once: it may go out of turn */
	bool done[DELIVERIES_MAX];
	struct ent_str begun_with[DELIVERIES_MAX]; /* the words that it went out with */
	struct ent_str words[DELIVERIES_MAX];      /* of a delivery that brings a comment: what the tool shows by now */
	bool was_away[N_TOOL]; /* a comment changed while it had no ticket, or its share was taken back */
	struct ent_str mended[DELIVERIES_MAX]; /* what its comment said when a person gave it other words */
	struct values says[N_TOOL];            /* what the ticket in the tool says */
	uint32_t unheard[DELIVERIES_MAX]; /* of an update that a silent tool took: what its ticket has not told since */
	bool silent;                      /* the second tool answers an update with nothing */
	struct ent_connector plain;       /* of the last tool: its comments cannot be changed */
	struct {
		struct ent_str id;
		int from; /* N_TOOL: we */
	} comment[COMMENTS_MAX];
	const char *doing;
};

#define VIOLATES(world, ...)                                                                                           \
	do {                                                                                                           \
		printf("seed %llu: step %d, %s: ", (unsigned long long)(world)->seed, (world)->n_step,                 \
		       (world)->doing);                                                                                \
		printf(__VA_ARGS__);                                                                                   \
		putchar('\n');                                                                                         \
		exit(1);                                                                                               \
	} while (0)

/* world.c */
uint64_t draw(struct world *world);
int draw_below(struct world *world, int n);
struct ent_str make_text(struct world *world, const char *kind, int n);
void world_begin(struct world *world, uint64_t seed);
void world_end(struct world *world);
struct ent_str tool_name(const struct world *world, int tool);
int tool_of(const struct world *world, struct ent_str supplier);
struct ticket *ticket_in(struct world *world, int tool);
const struct comment *comment_of(struct world *world, const struct delivery *delivery);
struct queue queue_of(struct world *world, struct events *events);
void world_drain(struct world *world, struct events *events);
struct situation situation_of(struct world *world, int tool, struct ent_str ticket);
void person_of(struct world *world, struct situation *ret);

/* rules.c */
void check_mended(struct world *world, const struct delivery *begun, const struct comment *said);
void check_values(struct world *world);
/* The delivery that brings the comment which this one changes; NULL: none. */
const struct delivery *brings(struct world *world, const struct delivery *delivery);
void check_words(struct world *world);
void check_step(struct world *world);
void check_planned(struct world *world, const struct event *event);
void check_attachment(struct world *world, const struct event *event);

/* people.c */
extern const struct person desk; /* a person with us */
struct delivery *some_delivery(struct world *world);
void step_share(struct world *world);
void step_unshare(struct world *world);
void step_say(struct world *world);
void step_edit_own(struct world *world);
void step_status(struct world *world);
void step_act(struct world *world);
void step_merge(struct world *world);

/* steps.c */
struct ent_str some_status(struct world *world);
void step_tell(struct world *world);
void step_remove_ticket(struct world *world);
void step_say_there(struct world *world);
void step_attach(struct world *world);
void step_edit_there(struct world *world);
void step_want_again(struct world *world);
struct delivery *head_of(struct world *world, int tool);
void begin_one(struct world *world, struct delivery *delivery);
void delivery_done(struct world *world, struct delivery *delivery);
void step_link(struct world *world);
void step_echo(struct world *world);

#endif
