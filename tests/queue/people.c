/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a history: what a person with us does. */
#include "histories.h"

#include "core/organisation.h"

const struct person desk = {.ref = {"10000000-0000-4000-8000-000000000000", 36}, .name = {"desk", 4}};

void step_share(struct world *world)
{
	const struct brief brief = {.what = draw_below(world, 2) ? make_text(world, "brief ", draw_below(world, 1000))
								 : ENT_ABSENT};
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "a share";
	person_of(world, &at);
	if (status_facts(world->dossier->incident.values.at[ENT_STATUS])->terminal || !at.incident->sequence)
		return;
	decide_share(&at, tool_name(world, draw_below(world, N_TOOL)), draw_below(world, 3) == 0, false, &brief, &desk,
		     &events);
	world_drain(world, &events);
}

void step_unshare(struct world *world)
{
	int tool = draw_below(world, N_TOOL);
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "a share is taken back";
	person_of(world, &at);
	if (!dossier_shares(world->dossier, tool_name(world, tool)))
		return;
	world->was_away[tool] = true;
	decide_unshare(&at, tool_name(world, tool), ENT_STR("It is done."), &desk, &events);
	world_drain(world, &events);
	for (size_t i = 0; i < world->dossier->n_delivery; i++) { /* a removal brings no words: it may */
		const struct delivery *delivery = world->dossier->delivery[i];
		if (delivery_is_open(delivery) && delivery->state != DELIVERY_IN_FLIGHT && delivery->comment[0] &&
		    delivery->op != ENT_REMOVE_COMMENT && sdk_eq(delivery->supplier, tool_name(world, tool)))
			VIOLATES(world, "delivery %d still waits", (int)delivery->id);
	}
}

static struct audience some_audience(struct world *world)
{
	return audience_make(&world->arena.abi, organisation_ours(world->set), ENT_ABSENT,
			     draw_below(world, 2) ? tool_name(world, draw_below(world, N_TOOL)) : ENT_ABSENT,
			     draw_below(world, 2), draw_below(world, 4) == 0);
}

/* Of a comment of ours: other words, other readers, or both. */
void step_edit_own(struct world *world)
{
	const struct comment *known = NULL;
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "we edit what we said";
	for (size_t i = 0; i < world->dossier->n_comment && (!known || draw_below(world, 2)); i++) {
		const struct comment *comment = world->dossier->comment[i];
		if (comment->uuid[0] && !comment->supplier.n && !comment->removed)
			known = comment;
	}
	if (!known)
		return;
	const struct audience audience = draw_below(world, 3) ? some_audience(world) : known->audience;
	person_of(world, &at);
	decide_own_edit(&at, known,
			draw_below(world, 2) ? make_text(world, "ours ", draw_below(world, 1000000)) : known->body,
			&audience, &desk, &events);
	world_drain(world, &events);
}

void step_say(struct world *world)
{
	struct comment comment = {
	    .author = desk, .body = make_text(world, "ours ", draw_below(world, 1000000)), .created_ms = world->now_ms};
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "we say something";
	person_of(world, &at);
	comment.audience = some_audience(world);
	if (!at.incident->sequence)
		return;
	decide_own_comment(&at, &comment, &events);
	world_drain(world, &events);
}

void step_status(struct world *world)
{
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "we give a status";
	person_of(world, &at);
	if (!at.incident->sequence)
		return;
	decide_status(&at, sdk_status(some_status(world)), &desk, &events);
	world_drain(world, &events);
}

struct delivery *some_delivery(struct world *world)
{
	return world->dossier->n_delivery ? world->dossier->delivery[draw_below(world, (int)world->dossier->n_delivery)]
					  : NULL;
}

/* What sets values is not ignored here: at the end nothing may differ. */
void step_act(struct world *world)
{
	struct delivery *delivery = some_delivery(world);
	struct events events = {.arena = &world->arena.abi};
	enum delivery_action action = (enum delivery_action)draw_below(world, 3);

	world->doing = "a person decides about a delivery";
	if (!delivery || ((delivery->op == ENT_UPDATE_TICKET || delivery_changes_comment(delivery->op)) &&
			  action == DELIVERY_IGNORE))
		return;
	struct queue queue = queue_of(world, &events);
	bool acts = queue_act(&queue, delivery, action, make_text(world, "mended ", draw_below(world, 1000)), &desk);
	if (acts && action == DELIVERY_EDIT && comment_of(world, delivery))
		world->mended[delivery->id] = comment_of(world, delivery)->body;
	world_drain(world, &events);
}

void step_merge(struct world *world)
{
	struct dossier *kept = &world->incident[0], *gone = &world->incident[1];
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "two incidents are one";
	if (kept->incident.sequence == 0 || gone->incident.sequence == 0 || gone->incident.merged_into)
		return;
	world->dossier = kept;
	person_of(world, &at);
	decide_merge(&at, &kept->incident, &gone->incident, &(struct values){{0}}, &events);
	world_drain(world, &events);
}
