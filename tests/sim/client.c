/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: they send what stands in the book, in any order, again and again, and hear what becomes of it. */
#include "sim.h"

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
	bool repeat = rng_ppm(&sim->by_clients, sim->plan.repeat_ppm) && !sim->healing;

	for (int i = 0; i < book->n_delivery && n < reach; i++)
		if (wants_sending(sim, &book->delivery[i]))
			candidates[n++] = i;
	if (repeat) {
		int any = (int)rng_below(&sim->by_clients, (uint64_t)book->n_delivery);

		if (book->delivery[any].n_invoked && !book->delivery[any].given_up &&
		    !is_too_old(sim, &book->delivery[any]))
			return any;
	}
	return n ? candidates[rng_below(&sim->by_clients, (uint64_t)n)] : -1;
}

bool client_may_send(const struct sim *sim)
{
	if (!sim->broker || sim->world.us < sim->next_send_us)
		return false;
	return !client_is_settled(sim);
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

static struct ent_str fields_of(struct ent_arena *arena, const struct ent_webhook *webhook)
{
	struct ent_str fields = ENT_STR("");

	for (size_t i = 0; i < webhook->n_header; i++)
		fields = sdk_format(arena, "%.*s%.*s: %.*s\r\n", ENT_F(fields), ENT_F(webhook->header[i].name),
				    ENT_F(webhook->header[i].value));
	return fields;
}

void client_send(struct sim *sim)
{
	int i = choose(sim);
	struct message *delivery = &sim->book.delivery[i < 0 ? 0 : i];
	struct ent_webhook webhook;

	sim->next_send_us = sim->world.us + rng_range(&sim->by_clients, 0, 20000);
	if (i < 0)
		return;
	struct post *post =
	    post_new(sim, SENDER_CLIENT, "POST",
		     sdk_format(&sim->arena.abi, "/hooks/%s", sim->book.supplier[delivery->supplier].name));
	trace_send(sim, delivery);
	post->delivery = i;
	wire_request(&sim->book, delivery, sim->world.clock.now_ms(&sim->world.clock), &post->arena.abi, &webhook);
	post->fields = fields_of(&post->arena.abi, &webhook);
	post->body = webhook.body;
	delivery->n_flying++;
	post_go(sim, post);
	if (post->state == POST_BACK && post->status != 202) /* refused at the door: nothing of it is inside */
		return;
	if (delivery->n_invoked++ == 0)
		delivery->first_us = sim->world.us;
}

/* ---- answers ---------------------------------------------------------------- */

static void unknown(struct sim *sim, struct message *delivery)
{
	delivery->n_unknown++;
	if (!delivery->acked && !sim->healing && rng_ppm(&sim->by_clients, sim->plan.give_up_ppm))
		delivery->given_up = true;
	trace_line(&sim->world, "unknown %s%s", delivery->id, delivery->given_up ? ", given up" : "");
}

static void refused(struct sim *sim, struct message *delivery, const struct post *post)
{
	delivery->given_up = true;
	if (delivery->kind != DELIVERY_FORGED || post->status != 401)
		sim_violates(sim, "verify", delivery->id, "delivery %s was refused with %d: %.*s", delivery->id,
			     post->status, ENT_F(sdk_head(post->answer, 300)));
}

void client_hears(struct sim *sim, const struct post *post)
{
	struct message *delivery = &sim->book.delivery[post->delivery];

	delivery->n_flying--;
	if (post->lost) {
		unknown(sim, delivery);
		return;
	}
	if (post->status == 503) { /* not done, to be sent again after a while */
		sim->n_busy++;
		sim->next_send_us = sim->world.us + rng_range(&sim->by_clients, 0, 1000000);
		return;
	}
	if (post->status != 202) {
		refused(sim, delivery, post);
		return;
	}
	if (delivery->kind == DELIVERY_FORGED)
		sim_violates(sim, "verify", delivery->id, "delivery %s is forged and was taken", delivery->id);
	if (!delivery->acked) {
		sim->n_acked++;
		trace_line(&sim->world, "ok %s", delivery->id);
	}
	delivery->acked = true;
}

int64_t client_next_us(const struct sim *sim)
{
	return sim->broker && !client_is_settled(sim) ? sim->next_send_us : INT64_MAX;
}

bool client_is_settled(const struct sim *sim)
{
	for (int i = 0; i < sim->book.n_delivery; i++)
		if (wants_sending(sim, &sim->book.delivery[i]))
			return false;
	return true;
}
