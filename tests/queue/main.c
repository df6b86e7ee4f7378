/* SPDX-License-Identifier: Apache-2.0 */
/* The queue by properties, without a store: random histories of an incident with four suppliers, their tools, and a
 * person with us. After each step its rules are asked again in the plainest way; at the end all is brought and nothing
 * drifts. Each history is its seed; with ENTENTE_QUEUE_TRACE in the environment its events are shown. */
#include "histories.h"

static void step(struct world *world)
{
	static void (*const steps[])(struct world *) = {
	    step_tell,       step_tell,   step_say_there, step_say_there, step_edit_there,    step_edit_there,
	    step_share,      step_share,  step_unshare,   step_say,       step_say,           step_status,
	    step_act,        step_link,   step_link,      step_link,      step_link,          step_link,
	    step_link,       step_link,   step_link,      step_echo,      step_remove_ticket, step_merge,
	    step_want_again, step_attach, step_edit_own,  step_edit_own};

	world->now_ms += draw_below(world, 4) ? draw_below(world, 20000) : 300;
	world->dossier = &world->incident[draw_below(world, N_INCIDENT)];
	if (world->dossier->incident.merged_into)
		world->dossier = &world->incident[0];
	steps[draw_below(world, (int)(sizeof steps / sizeof *steps))](world);
}

/* People let everything go that stands still, and every tool takes it. */
static void bring_all(struct world *world)
{
	struct delivery *delivery;
	bool busy = true;

	world->doing = "all is brought";
	for (int round = 0; busy; round++) {
		if (round > 2000)
			VIOLATES(world, "it does not end");
		busy = false;
		world->now_ms += 120000;
		for (int i = 0; i < N_TOOL; i++) {
			while ((delivery = head_of(world, i)) && delivery->state == DELIVERY_IN_FLIGHT)
				delivery_done(world, delivery);
			if ((delivery = head_of(world, i)) && delivery->state == DELIVERY_PENDING) {
				begin_one(world, delivery);
				busy = true;
			}
		}
		for (size_t i = 0; i < world->dossier->n_delivery && !busy; i++) {
			struct events events = {.arena = &world->arena.abi};
			struct queue queue = queue_of(world, &events);
			delivery = world->dossier->delivery[i];
			if (delivery->state != DELIVERY_PARKED && delivery->state != DELIVERY_UNKNOWN)
				continue;
			/* One whose ticket is gone stays where it is. */
			bool goes =
			    ticket_in(world, tool_of(world, delivery->supplier)) || delivery->op == ENT_CREATE_TICKET;
			(void)queue_act(&queue, delivery, goes ? DELIVERY_RETRY : DELIVERY_IGNORE, ENT_ABSENT, &desk);
			world_drain(world, &events);
			busy = true;
		}
	}
}

/* Nothing is open, and nothing drifts but the ball holder's ticket: what that one was born with is not yet its word. */
static void check_end(struct world *world)
{
	const struct party *party;
	struct drift_row row;
	size_t n = dossier_parties(world->dossier, NULL, &party);

	for (size_t i = 0; i < world->dossier->n_delivery; i++)
		if (delivery_is_open(world->dossier->delivery[i]))
			VIOLATES(world, "delivery %d is open", (int)world->dossier->delivery[i]->id);
	check_words(world);
	if (world->silent && !world->incident[1].incident.sequence) /* one incident: one ticket in each tool */
		check_values(world);
	for (size_t i = 0; i < n; i++)
		for (unsigned attr = 0; attr < ENT_N_ATTR; attr++)
			if (attr_in(ATTR_CARRIED, attr) &&
			    !sdk_eq(party[i].supplier->name, world->dossier->incident.holder) &&
			    drift_attribute(world->dossier, &party[i], (enum ent_attr)attr, &row))
				VIOLATES(world, "%s of %.*s drifts: %.*s, and ours is %.*s", row.what,
					 ENT_F(party[i].supplier->name), ENT_F(row.theirs), ENT_F(row.ours));
}

static void history(uint64_t seed)
{
	struct world *world = malloc(sizeof *world);

	world_begin(world, seed);
	step_tell(world);
	for (world->n_step = 1; world->n_step <= STEPS; world->n_step++)
		step(world);
	for (int i = 0; i < N_INCIDENT; i++) {
		world->dossier = &world->incident[i];
		bring_all(world);
		check_end(world);
	}
	world_end(world);
	free(world);
}

/* queue_histories FIRST N: so many histories from that seed on. */
int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	for (uint64_t i = 0; i < n; i++)
		history(first + i);
	printf("%llu histories of %d steps from %llu on\n", (unsigned long long)n, STEPS, (unsigned long long)first);
	return 0;
}
