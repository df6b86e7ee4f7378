/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a history, told in the plainest way. */
#include "histories.h"

#include "core/organisation.h"

const struct delivery *brings(struct world *world, const struct delivery *delivery)
{
	for (size_t i = 0; delivery->comment[0] && i < world->dossier->n_delivery; i++) {
		const struct delivery *add = world->dossier->delivery[i];
		if (add->op == ENT_ADD_COMMENT && strcmp(add->comment, delivery->comment) == 0 &&
		    sdk_eq(add->supplier, delivery->supplier))
			return add;
	}
	return NULL;
}

static bool changes(const struct delivery *delivery)
{
	return delivery->op == ENT_EDIT_COMMENT || delivery->op == ENT_REMOVE_COMMENT;
}

/* It waits for the comment that it changes. */
static bool comes_later(struct world *world, const struct delivery *delivery)
{
	const struct delivery *add = changes(delivery) ? brings(world, delivery) : NULL;

	return add && delivery_is_open(add);
}

static bool waits_for_nobody(const struct delivery *delivery)
{
	return (delivery->state == DELIVERY_PARKED || delivery->state == DELIVERY_UNKNOWN) &&
	       (delivery->op == ENT_UPDATE_TICKET || changes(delivery) || delivery->cause == CAUSE_LOOP ||
		delivery->cause == CAUSE_EARLIER);
}

static const struct delivery *first_of(struct world *world, int tool)
{
	const struct delivery *first = NULL;

	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *delivery = world->dossier->delivery[i];
		bool flies = delivery->state == DELIVERY_IN_FLIGHT;
		if (!sdk_eq(delivery->supplier, tool_name(world, tool)) || !delivery_is_open(delivery))
			continue;
		if (waits_for_nobody(delivery) || comes_later(world, delivery) ||
		    (!flies && !ticket_in(world, tool) && delivery->op != ENT_CREATE_TICKET))
			continue;
		if (!first || (flies && first->state != DELIVERY_IN_FLIGHT) ||
		    (flies == (first->state == DELIVERY_IN_FLIGHT) && delivery->id < first->id))
			first = delivery;
	}
	return first;
}

static void check_queue(struct world *world, int tool)
{
	const struct share *share = dossier_share(world->dossier, tool_name(world, tool));
	const struct delivery *first = first_of(world, tool);
	int n_flying = 0, n_create = 0;

	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *delivery = world->dossier->delivery[i];
		if (!sdk_eq(delivery->supplier, tool_name(world, tool)) || !delivery_is_open(delivery))
			continue;
		n_flying += delivery->state == DELIVERY_IN_FLIGHT;
		n_create += delivery->op == ENT_CREATE_TICKET;
		if (delivery->head != (delivery == first))
			VIOLATES(world, "delivery %d is%s head, and the first is %d", (int)delivery->id,
				 delivery->head ? "" : " not", first ? (int)first->id : 0);
		if (delivery->state == DELIVERY_PENDING && !first && !comes_later(world, delivery))
			VIOLATES(world, "delivery %d is pending, and nothing will let it go", (int)delivery->id);
		if ((delivery->state == DELIVERY_PARKED || delivery->state == DELIVERY_UNKNOWN) &&
		    delivery->cause == CAUSE_NONE)
			VIOLATES(world, "delivery %d stands still and nobody knows why", (int)delivery->id);
	}
	/* A merge may meet one of each side. */
	if (n_flying > (world->incident[1].incident.merged_into ? 2 : 1))
		VIOLATES(world, "%d are in flight to one ticket", n_flying);
	if (n_create != (share ? share->n_create : 0))
		VIOLATES(world, "%d deliveries make a ticket, %d are counted", n_create,
			 share ? (int)share->n_create : 0);
}

/* Each comment at most once for a supplier. */
static void check_once(struct world *world)
{
	for (size_t i = 0; i < world->dossier->n_delivery; i++)
		for (size_t k = 0; k < i && world->dossier->delivery[i]->comment[0]; k++) {
			const struct delivery *a = world->dossier->delivery[i], *b = world->dossier->delivery[k];
			if (a->op == ENT_ADD_COMMENT && b->op == ENT_ADD_COMMENT &&
			    strcmp(a->comment, b->comment) == 0 && sdk_eq(a->supplier, b->supplier))
				VIOLATES(world, "deliveries %d and %d bring one comment", (int)b->id, (int)a->id);
		}
}

/* Of what changes a comment at most one has not left. */
static void check_folded(struct world *world)
{
	for (size_t i = 0; i < world->dossier->n_delivery; i++)
		for (size_t k = 0; k < i; k++) {
			const struct delivery *a = world->dossier->delivery[i], *b = world->dossier->delivery[k];
			if (changes(a) && changes(b) && a->state == DELIVERY_PENDING && b->state == DELIVERY_PENDING &&
			    !b->look && b->phase == 0 && strcmp(a->comment, b->comment) == 0 &&
			    sdk_eq(a->supplier, b->supplier))
				VIOLATES(world, "deliveries %d and %d change one comment", (int)b->id, (int)a->id);
		}
}

/* At the end a tool shows what the comment says, or nothing where it is not for its supplier any more. */
void check_words(struct world *world)
{
	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *add = world->dossier->delivery[i];
		const struct comment *comment = comment_of(world, add);
		int tool = tool_of(world, add->supplier);
		bool is_given_up = world->was_away[tool] || !ticket_in(world, tool);
		if (add->op != ENT_ADD_COMMENT || add->state != DELIVERY_DONE || !comment)
			continue;
		for (size_t k = 0; k < world->dossier->n_delivery; k++) {
			const struct delivery *by = world->dossier->delivery[k];
			is_given_up |= changes(by) && brings(world, by) == add && by->state == DELIVERY_CANCELLED &&
				       by->cause != CAUSE_SUPERSEDED;
			is_given_up |= by->op == ENT_EDIT_COMMENT && brings(world, by) == add && by->text.n;
		}
		bool reads = !comment->removed &&
			     audience_allows(&comment->audience, organisation_of(&world->set->at[tool]), true);
		struct ent_str stands = world->words[add->id];
		if (is_given_up || add->text.n || !stands.n) /* taken out once, it is said anew by a person */
			continue;
		if (!reads || !sdk_eq(stands, comment->body))
			VIOLATES(world, "delivery %d brought \"%.*s\", and the comment says \"%.*s\"", (int)add->id,
				 ENT_F(stands), ENT_F(reads ? comment->body : ENT_STR("nothing to this supplier")));
	}
}

/* While the comment says the same, no delivery of it brings the words that a person took out for this supplier. */
void check_mended(struct world *world, const struct delivery *begun, const struct comment *said)
{
	for (size_t i = 0; said && i < world->dossier->n_delivery; i++) {
		const struct delivery *delivery = world->dossier->delivery[i];
		struct ent_str body = world->mended[delivery->id];
		if (delivery->id <= begun->id && body.n && !begun->text.n && begun->op != ENT_REMOVE_COMMENT &&
		    sdk_eq(body, said->body) && strcmp(delivery->comment, begun->comment) == 0 &&
		    sdk_eq(delivery->supplier, begun->supplier))
			VIOLATES(world, "delivery %d brings what a person took out of %d", (int)begun->id,
				 (int)delivery->id);
	}
}

/* At the end each ticket says there what it should, whatever we heard of it. */
void check_values(struct world *world)
{
	const struct party *party;
	size_t n = dossier_parties(world->dossier, NULL, &party);

	for (size_t i = 0; i < n; i++) {
		struct party is = party[i];
		is.values = world->says[tool_of(world, is.supplier->name)];
		if (!is.shares || !is.ticket.n || sdk_eq(is.supplier->name, world->dossier->incident.holder))
			continue;
		for (unsigned attr = 0; attr < ENT_N_ATTR; attr++)
			if (attr_in(ATTR_CARRIED, attr) && is.values.at[attr] &&
			    !federate_agrees(&is, &world->dossier->incident, (enum ent_attr)attr))
				VIOLATES(world, "%s of %.*s is %d there", sdk_attr_name((enum ent_attr)attr),
					 ENT_F(is.supplier->name), (int)is.values.at[attr]);
	}
}

void check_step(struct world *world)
{
	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *delivery = world->dossier->delivery[i];
		if (delivery->state != DELIVERY_PENDING && delivery->state != DELIVERY_IN_FLIGHT)
			world->stood[delivery->id] = true;
		if (world->done[delivery->id] && delivery->state != DELIVERY_DONE)
			VIOLATES(world, "delivery %d was done and goes again", (int)delivery->id);
		world->done[delivery->id] = delivery->state == DELIVERY_DONE;
	}
	for (int i = 0; i < N_TOOL; i++)
		check_queue(world, i);
	check_once(world);
	for (int i = 0; i < N_INCIDENT; i++)
		if (world->incident[i].incident.sequence && !world->incident[i].incident.holder.n)
			VIOLATES(world, "nobody holds incident %d", i + 1);
	check_folded(world);
}

/* Whom the comment is for and who can be told has a delivery of it. */
void check_planned(struct world *world, const struct event *event)
{
	struct delivery **found;
	size_t n = dossier_of_comment(world->dossier, event->comment.uuid, &found);

	for (int i = 0; i < N_TOOL; i++) {
		bool is_planned = false;
		for (size_t k = 0; k < n; k++)
			is_planned |= sdk_eq(found[k]->supplier, tool_name(world, i));
		bool can_be_told = ticket_in(world, i) || (queue_ticket_comes(world->dossier, tool_name(world, i)) &&
							   dossier_share(world->dossier, tool_name(world, i))->anew);
		bool is_for = dossier_shares(world->dossier, tool_name(world, i)) && can_be_told &&
			      !sdk_eq(event->comment.supplier, tool_name(world, i)) &&
			      audience_allows(&event->comment.audience, organisation_of(&world->set->at[i]), true);
		if (is_planned != is_for)
			VIOLATES(world, "a comment is%s brought to %s", is_planned ? "" : " not",
				 world->set->at[i].name.p);
	}
}

/* Nobody reads a file who may not read the comment that it stands at; without one its own people and we do. */
void check_attachment(struct world *world, const struct event *event)
{
	const struct audience *audience = &event->beside.audience;
	struct audience most = audience_make(&world->arena.abi, organisation_ours(world->set),
					     organisation_named(world->set, event->supplier), ENT_ABSENT, false, false);

	for (size_t i = 0; i < world->dossier->n_comment; i++)
		if (event->beside.comment[0] && strcmp(world->dossier->comment[i]->uuid, event->beside.comment) == 0)
			most = world->dossier->comment[i]->audience;
	if (audience_widens(&most, audience))
		VIOLATES(world, "a file is for %.*s%s, its comment for %.*s%s", ENT_F(audience->organisations),
			 audience->everyone ? " and everyone" : "", ENT_F(most.organisations),
			 most.everyone ? " and everyone" : "");
}
