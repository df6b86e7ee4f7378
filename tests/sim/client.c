/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* One request and its way back. */
struct attempt {
	struct job job; /* first */
	struct attempt *next;
	struct sim *sim;
	struct sdk_arena arena;
	int delivery; /* -1: nobody waits for it (prune) */
	int serial;   /* of the broker it was sent to */
	bool answered, lost;
	int64_t due_us; /* answered: when the client sees it */
};

static struct message *delivery_of(const struct attempt *attempt)
{
	return attempt->delivery < 0 ? NULL : &attempt->sim->book.delivery[attempt->delivery];
}

static struct attempt *attempt_new(struct sim *sim, int delivery)
{
	struct attempt *attempt = sdk_xalloc(sizeof *attempt);

	memset(attempt, 0, sizeof *attempt);
	attempt->sim = sim;
	attempt->delivery = delivery;
	attempt->serial = sim->broker->serial;
	sdk_arena_init(&attempt->arena);
	return attempt;
}

static void attempt_free(struct attempt *attempt)
{
	sdk_arena_release(&attempt->arena);
	free(attempt);
}

static void attempt_unlink(struct sim *sim, struct attempt *attempt)
{
	struct attempt **at = &sim->attempts;

	while (*at != attempt)
		at = &(*at)->next;
	*at = attempt->next;
}

/* On the writer's turn, as edge's: the answer leaves, unless the process died before. */
static void answered(struct job *job)
{
	struct attempt *attempt = (struct attempt *)job;
	struct sim *sim = attempt->sim;
	struct broker *broker = sim->broker;

	if (!broker || broker->life.dead || broker->serial != attempt->serial)
		return;
	broker->n_waiting--;
	attempt->answered = true;
	attempt->lost = !sim->healing && rng_ppm(&sim->rng, sim->plan.answer_lost_ppm);
	attempt->due_us = sim->world.us + rng_range(&sim->rng, 100, attempt->lost ? 3000000 : 30000);
	if (delivery_of(attempt))
		trace_line(&sim->world, "answer %s: %d%s %s", delivery_of(attempt)->id, job->outcome,
			   attempt->lost ? ", lost" : "", job->incident_uuid);
}

static void submit(struct sim *sim, struct attempt *attempt)
{
	attempt->job.answer = answered;
	if (!writer_submit(sim->broker->writer, &attempt->job)) {
		sim->n_busy++;
		attempt_free(attempt);
		return;
	}
	sim->broker->n_waiting++;
	attempt->next = sim->attempts;
	sim->attempts = attempt;
	if (delivery_of(attempt)) {
		delivery_of(attempt)->n_flying++;
		if (delivery_of(attempt)->n_invoked++ == 0)
			delivery_of(attempt)->first_us = sim->world.us;
	}
}

/* ---- sending ---------------------------------------------------------------- */

/* Too late to repeat what may have been taken: it would count as new. */
static bool is_too_old(const struct sim *sim, const struct message *delivery)
{
	return delivery->n_invoked > 0 && sim->world.us - delivery->first_us > REPEAT_US &&
	       (delivery->acked || delivery->n_unknown > 0);
}

static bool wants_sending(const struct sim *sim, const struct message *delivery)
{
	return !is_too_old(sim, delivery) && !delivery->acked && !delivery->given_up && delivery->n_flying == 0;
}

/* Among the first few that are to be sent, or one that was answered already; -1: none. */
static int choose(struct sim *sim)
{
	struct book *book = &sim->book;
	int candidates[32], n = 0;
	int reach = sim->plan.reorder;
	bool repeat = rng_ppm(&sim->rng, sim->plan.repeat_ppm) && !sim->healing;

	for (int i = 0; i < book->n_delivery && n < reach; i++)
		if (wants_sending(sim, &book->delivery[i]))
			candidates[n++] = i;
	if (repeat) {
		int any = (int)rng_below(&sim->rng, (uint64_t)book->n_delivery);

		if (book->delivery[any].n_invoked && !book->delivery[any].given_up &&
		    !is_too_old(sim, &book->delivery[any]))
			return any;
	}
	return n ? candidates[rng_below(&sim->rng, (uint64_t)n)] : -1;
}

bool client_may_send(struct sim *sim)
{
	if (!sim->broker || sim->world.us < sim->next_send_us)
		return false;
	for (int i = 0; i < sim->book.n_delivery; i++)
		if (wants_sending(sim, &sim->book.delivery[i]))
			return true;
	return false;
}

/* What edge does with a request before it hands it on. False: answered at once, nothing is to be stored. */
static bool receive(struct sim *sim, struct attempt *attempt)
{
	struct message *delivery = delivery_of(attempt);
	const struct supplier *supplier = &sim->suppliers->at[delivery->supplier];
	struct ent_self self = {NULL, NULL};
	struct ent_webhook webhook;
	struct ent_err err;
	int64_t now_ms = sim->world.clock.now_ms(&sim->world.clock);
	enum ent_rc rc;

	wire_request(&sim->book, delivery, now_ms, &attempt->arena.abi, &webhook);
	rc = arrival_verify(supplier, &self, &webhook, false, now_ms, &attempt->arena.abi, &attempt->job.arrival, &err);
	if (rc != ENT_OK) {
		delivery->given_up = true;
		if (delivery->kind != DELIVERY_FORGED)
			sim_violates(sim, "verify", delivery->id, "delivery %s is signed and was refused: %s",
				     delivery->id, err.msg);
		return false;
	}
	if (delivery->kind == DELIVERY_FORGED)
		sim_violates(sim, "verify", delivery->id, "delivery %s is forged and was taken", delivery->id);
	arrival_decode(sim->suppliers, supplier, &self, &webhook, &attempt->arena.abi, &attempt->job.arrival);
	if (delivery->kind == DELIVERY_GOOD && attempt->job.arrival.dead)
		sim_violates(sim, "decode", delivery->id, "delivery %s became a dead letter: %.*s", delivery->id,
			     (int)attempt->job.arrival.reason.text.n, attempt->job.arrival.reason.text.p);
	return true;
}

static void trace_send(struct sim *sim, const struct message *delivery)
{
	static const char *const kind[] = {"ticket", "comment", "comment removed"};
	const struct statement *says = &delivery->says;

	trace_line(&sim->world, "send %s: %s %s %s, stamp %lld %lld, has %x%s%s%s", delivery->id,
		   sim->book.supplier[delivery->supplier].name, sim->book.ticket[says->ticket].id, kind[says->kind],
		   (long long)says->stamp.version, (long long)says->stamp.time_ms, says->has,
		   says->says_key ? ", with its key" : "", says->refers_to >= 0 ? ", refers to " : "",
		   says->refers_to >= 0 ? sim->book.ticket[says->refers_to].id : "");
}

void client_send(struct sim *sim)
{
	int i = choose(sim);
	struct attempt *attempt;

	sim->next_send_us = sim->world.us + rng_range(&sim->rng, 0, 20000);
	if (i < 0)
		return;
	attempt = attempt_new(sim, i);
	trace_send(sim, &sim->book.delivery[i]);
	attempt->job.kind = JOB_ARRIVAL;
	if (receive(sim, attempt))
		submit(sim, attempt);
	else
		attempt_free(attempt);
}

void client_prune(struct sim *sim)
{
	struct attempt *attempt = attempt_new(sim, -1);

	attempt->job.kind = JOB_PRUNE;
	attempt->job.prune_before_ms = SIM_EPOCH_MS + (sim->world.us - FORGET_US) / 1000;
	if (sim->world.us - FORGET_US > sim->forgotten_us)
		sim->forgotten_us = sim->world.us - FORGET_US;
	submit(sim, attempt);
}

/* ---- answers ---------------------------------------------------------------- */

static struct attempt *next_answer(const struct sim *sim)
{
	struct attempt *first = NULL;

	for (struct attempt *attempt = sim->attempts; attempt; attempt = attempt->next)
		if (attempt->answered && (!first || attempt->due_us <= first->due_us))
			first = attempt;
	return first;
}

static void unknown(struct sim *sim, struct message *delivery)
{
	delivery->n_unknown++;
	if (!delivery->acked && !sim->healing && rng_ppm(&sim->rng, sim->plan.give_up_ppm))
		delivery->given_up = true;
	trace_line(&sim->world, "unknown %s%s", delivery->id, delivery->given_up ? ", given up" : "");
}

static void take(struct sim *sim, struct attempt *attempt)
{
	struct message *delivery = delivery_of(attempt);

	if (!delivery)
		return;
	delivery->n_flying--;
	if (attempt->lost) {
		unknown(sim, delivery);
		return;
	}
	switch (attempt->job.outcome) {
	case JOB_DEAD:
		delivery->acked_dead = true;
		break;
	case JOB_REPEATED:
		sim->n_repeated++;
		break;
	case JOB_ACCEPTED:
		break;
	case JOB_UNAVAILABLE: /* 503: not done, to be sent again after a while */
		sim->next_send_us = sim->world.us + rng_range(&sim->rng, 0, 1000000);
		return;
	case JOB_WAITING:
	case JOB_NOT_FOUND:
	case JOB_CONFLICT:
		sim_violates(sim, "answer", delivery->id, "delivery %s was answered with outcome %d", delivery->id,
			     attempt->job.outcome);
		return;
	}
	if (!delivery->acked) {
		sim->n_acked++;
		trace_line(&sim->world, "ok %s", delivery->id);
	}
	delivery->acked = true;
}

bool client_has_answer(const struct sim *sim)
{
	struct attempt *attempt = next_answer(sim);

	return attempt && attempt->due_us <= sim->world.us;
}

void client_take_answer(struct sim *sim)
{
	struct attempt *attempt = next_answer(sim);

	attempt_unlink(sim, attempt);
	take(sim, attempt);
	attempt_free(attempt);
}

int64_t client_next_us(const struct sim *sim)
{
	const struct attempt *attempt = next_answer(sim);
	int64_t next = attempt ? attempt->due_us : INT64_MAX;

	for (int i = 0; sim->broker && i < sim->book.n_delivery; i++)
		if (wants_sending(sim, &sim->book.delivery[i]) && sim->next_send_us < next)
			next = sim->next_send_us;
	return next;
}

bool client_is_settled(const struct sim *sim)
{
	if (sim->attempts)
		return false;
	for (int i = 0; i < sim->book.n_delivery; i++)
		if (wants_sending(sim, &sim->book.delivery[i]))
			return false;
	return true;
}

/* What had left the machine may still arrive. */
void client_reset(struct sim *sim)
{
	for (struct attempt *attempt = sim->attempts, *next; attempt; attempt = next) {
		next = attempt->next;
		if (attempt->answered && rng_below(&sim->rng, 2))
			continue;
		attempt_unlink(sim, attempt);
		if (delivery_of(attempt)) {
			delivery_of(attempt)->n_flying--;
			unknown(sim, delivery_of(attempt));
		}
		attempt_free(attempt);
	}
}
