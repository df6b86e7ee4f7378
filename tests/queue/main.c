/* SPDX-License-Identifier: Apache-2.0 */
/* The queue by properties, without a store: random histories of an incident with four suppliers, their tools, and a
 * person with us. After each step its rules are asked again in the plainest way; at the end all is brought and nothing
 * drifts. Each history is its seed; with ENTENTE_QUEUE_TRACE in the environment its events are shown. */
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

/* ---- chance ------------------------------------------------------------------------------- */

static uint64_t draw(struct world *world)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return world->random >> 11;
}

static int below(struct world *world, int n)
{
	return (int)(draw(world) % (uint64_t)n);
}

static void make_uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct world *world = (struct world *)((char *)chance - offsetof(struct world, chance));

	snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012llx", (unsigned)draw(world),
		 (unsigned long long)(draw(world) & 0xffffffffffff));
}

static struct ent_str make_text(struct world *world, const char *kind, int n)
{
	return sdk_format(&world->arena.abi, "%s%d", kind, n);
}

/* ---- what the dossier asks ------------------------------------------------------------------- */

static void nothing_more(struct dossier *dossier)
{
	(void)dossier;
}

static struct ticket *no_ticket(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id)
{
	(void)dossier, (void)supplier, (void)external_id;
	return NULL;
}

static bool no_comment(struct dossier *dossier, struct ent_str supplier, struct ent_str ticket,
		       struct ent_str external_id, struct comment *ret)
{
	(void)dossier, (void)supplier, (void)ticket, (void)external_id, (void)ret;
	return false;
}

static void no_page(struct dossier *dossier, struct dossier_queue *queue)
{
	(void)dossier;
	queue->is_whole = true;
}

static void no_delivery(struct dossier *dossier, const char *uuid)
{
	(void)dossier, (void)uuid;
}

static size_t nothing_lately(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, size_t max,
			     struct lately *ret)
{
	(void)dossier, (void)supplier, (void)op, (void)max, (void)ret;
	return 0;
}

static size_t no_thread(struct dossier *dossier, struct ent_str origin, const struct ent_person *author,
			struct loop_word *ret)
{
	(void)dossier, (void)origin, (void)author, (void)ret;
	return 0;
}

static bool not_ours(struct dossier *dossier, struct ent_str supplier)
{
	(void)dossier, (void)supplier;
	return false;
}

static bool last_of(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, uint32_t set,
		    struct delivery *ret)
{
	bool found = false;

	for (size_t i = 0; i < dossier->n_delivery; i++) {
		const struct delivery *delivery = dossier->delivery[i];
		if (delivery->op != op || (delivery->set & set) != set || delivery->cause == CAUSE_SUPERSEDED ||
		    !sdk_eq(delivery->supplier, supplier))
			continue;
		*ret = *delivery;
		found = true;
	}
	return found;
}

/* Nothing was stored: all that there is was made in this history. */
static const struct dossier_source here = {.tickets = nothing_more,
					   .ticket = no_ticket,
					   .shares = nothing_more,
					   .reads = nothing_more,
					   .page = no_page,
					   .of_comment = no_delivery,
					   .lately = nothing_lately,
					   .thread = no_thread,
					   .last = last_of,
					   .is_our_ticket = not_ours,
					   .comment = no_comment};

/* ---- a world --------------------------------------------------------------------------------- */

/* Of an incident of which nothing is known yet. */
static void begin_dossier(struct world *world, struct dossier *dossier)
{
	const struct incident incident = dossier->incident;

	dossier_init(dossier, &world->arena.abi, world->set, &here, world);
	dossier->has_tickets = dossier->has_shares = dossier->has_reads = true;
	dossier->incident = incident;
}

static void begin(struct world *world, uint64_t seed)
{
	static const char *const name[] = {"orion", "telnord", "vega", "datacoeur"};
	static const enum policy policies[] = {POLICY_HOLDER, POLICY_HOLDER, POLICY_NEWEST, POLICY_OURS, POLICY_THEIRS};

	memset(world, 0, sizeof *world);
	world->seed = seed;
	world->random = seed * 0x9E3779B97F4A7C15u + 88172645463325252u;
	world->now_ms = 1700000000000;
	world->doing = "begin";
	sdk_arena_init(&world->arena);
	world->chance.uuid = make_uuid;
	world->set = supplier_set_new(N_TOOL);
	for (int i = 0; i < N_TOOL; i++) {
		struct supplier *supplier = &world->set->at[i];
		supplier->name = supplier->title = sdk_str(name[i]);
		supplier->connector = &test_connector;
		supplier->link.url = ENT_STR("https://tool.example");
		supplier->public_audience = AUDIENCE_EVERYONE;
		supplier->policy[ENT_STATUS] = policies[below(world, 5)];
		supplier->policy[ENT_PRIORITY] = policies[below(world, 5)];
	}
	for (int i = 0; i < N_INCIDENT; i++) {
		world->incident[i].incident.number = i + 1;
		begin_dossier(world, &world->incident[i]);
	}
	world->dossier = &world->incident[0];
	world->arrival = (struct arrival){.delivery_id = ENT_STR("d"), .suppliers = world->set};
}

static void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

static struct ent_str tool_name(const struct world *world, int tool)
{
	return world->set->at[tool].name;
}

static int tool_of(const struct world *world, struct ent_str supplier)
{
	return (int)supplier_by_name(world->set, supplier)->index;
}

/* The ticket that stands in the tool and speaks; NULL: none. */
static struct ticket *ticket_in(struct world *world, int tool)
{
	const struct ticket *ticket = dossier_speaker(world->dossier, tool_name(world, tool));

	return ticket && !ticket->removed ? dossier_ticket(world->dossier, ticket->supplier, ticket->external_id)
					  : NULL;
}

/* ---- rules, told in the plainest way ------------------------------------------------------------ */

static bool waits_for_nobody(const struct delivery *delivery)
{
	return (delivery->state == DELIVERY_PARKED || delivery->state == DELIVERY_UNKNOWN) &&
	       (delivery->op == ENT_UPDATE_TICKET || delivery->cause == CAUSE_LOOP || delivery->cause == CAUSE_EARLIER);
}

static const struct delivery *first_of(struct world *world, int tool)
{
	const struct delivery *first = NULL;

	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *delivery = world->dossier->delivery[i];
		bool flies = delivery->state == DELIVERY_IN_FLIGHT;
		if (!sdk_eq(delivery->supplier, tool_name(world, tool)) || !delivery_is_open(delivery))
			continue;
		if (waits_for_nobody(delivery) ||
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
		if (delivery->state == DELIVERY_PENDING && !first)
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
			if (strcmp(a->comment, b->comment) == 0 && sdk_eq(a->supplier, b->supplier))
				VIOLATES(world, "deliveries %d and %d bring one comment", (int)b->id, (int)a->id);
		}
}

static void check(struct world *world)
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
}

/* ---- events ------------------------------------------------------------------------------------- */

static struct queue queue_of(struct world *world, struct events *events)
{
	return (struct queue){world->dossier, events, &world->chance, &world->last_id, world->now_ms};
}

/* Whom the comment is for and who can be told has a delivery of it. */
static void check_planned(struct world *world, const struct event *event)
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
			      audience_allows(&event->comment.audience, tool_name(world, i), true);
		if (is_planned != is_for)
			VIOLATES(world, "a comment is%s brought to %s", is_planned ? "" : " not",
				 world->set->at[i].name.p);
	}
}

static void trace(const struct world *world, const struct event *event)
{
	struct sdk_buf buf;

	if (!getenv("ENTENTE_QUEUE_TRACE"))
		return;
	sdk_buf_init(&buf, 1 << 20);
	event_print(event, &buf);
	fprintf(stderr, "%2d %s %.*s\n", world->n_step, event_name(event->kind), ENT_F(sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

/* Each supplier goes on reading its incident as before, and the other incident from now on. */
static void merge_reads(struct world *world, struct dossier *kept, const struct dossier *gone)
{
	struct reads *list = SDK_NEW_N(&world->arena.abi, struct reads, (kept->n_share + gone->n_share) * 2 + 1);
	size_t n = 0;

	for (int side = 0; side < 2; side++) {
		const struct dossier *own = side ? gone : kept;
		for (size_t i = 0; i < own->n_share; i++)
			for (int64_t origin = 1; origin <= N_INCIDENT; origin++)
				list[n++] = (struct reads){own->share[i]->supplier, origin,
							   origin == own->incident.number ? own->share[i]->reads_ms
											  : world->now_ms};
	}
	kept->reads = list; /* of two for a supplier and an origin the earlier one counts */
	kept->n_reads = n;
}

/* What the store does to rows. */
static void merge_rows(struct world *world, struct dossier *kept, struct dossier *gone)
{
	merge_reads(world, kept, gone);
	queue_merge_shares(kept, gone, world->now_ms);
	for (size_t i = 0; i < gone->n_ticket; i++) {
		struct ticket ticket = *gone->ticket[i];
		ticket.origin = ticket.origin ? ticket.origin : gone->incident.number;
		ticket.incident = kept->incident.number;
		(void)dossier_ticket_add(kept, &ticket);
	}
	for (size_t i = 0; i < gone->n_comment; i++) {
		const struct comment *comment = gone->comment[i];
		*dossier_comment(kept, comment->supplier, comment->ticket, comment->external_id) = *comment;
	}
	for (size_t i = 0; i < gone->n_delivery; i++) {
		struct delivery delivery = *gone->delivery[i];
		delivery.incident = kept->incident.number;
		(void)dossier_adopt(kept, &delivery);
	}
	kept->incident.n_ticket += gone->incident.n_ticket;
	kept->incident.n_comment += gone->incident.n_comment;
	begin_dossier(world, gone);
	memset(world->last_begun, 0, sizeof world->last_begun); /* two queues became one, by the ids */
}

/* One list, drained: what an event makes happen is added at its end. */
static void drain(struct world *world, struct events *events)
{
	for (size_t i = 0; i < events->n; i++) {
		struct event *event = &events->at[i];
		world->dossier = &world->incident[event->incident - 1];
		const struct incident before = world->dossier->incident;
		struct queue queue = queue_of(world, events);

		event->sequence = before.sequence + 1;
		event->recorded_ms = world->now_ms;
		if (event->kind == EVENT_COMMENT_ADDED && !event->comment.uuid[0])
			make_uuid(&world->chance, event->comment.uuid);
		if (event->kind == EVENT_COMMENT_ADDED && !event->comment.external_id.n)
			event->comment.external_id = sdk_dup(&world->arena.abi, sdk_str(event->comment.uuid));
		trace(world, event);
		dossier_fold(world->dossier, event);
		if (event->kind == EVENT_INCIDENT_MERGED)
			merge_rows(world, world->dossier, &world->incident[event->other - 1]);
		queue_plan(&queue, &before, event);
		event = &events->at[i]; /* the list may have grown */
		if (event->kind == EVENT_COMMENT_ADDED)
			check_planned(world, event);
	}
	queue_heads(world->dossier);
	check(world);
	if (world->last_id >= DELIVERIES_MAX)
		VIOLATES(world, "there are too many deliveries");
}

static struct situation situation_of(struct world *world, int tool, struct ent_str ticket)
{
	const struct supplier *supplier = &world->set->at[tool];
	struct situation at = {.suppliers = world->set,
			       .supplier = supplier->name,
			       .public_audience = supplier->public_audience,
			       .incident = &world->dossier->incident,
			       .ticket = dossier_ticket(world->dossier, supplier->name, ticket),
			       .now_ms = world->now_ms,
			       .arrival = &world->arrival,
			       .writes = true};

	world->arrival.supplier = supplier->name;
	world->arrival.from = supplier;
	world->arrival.received_ms = world->now_ms;
	memcpy(at.policy, supplier->policy, sizeof at.policy);
	at.n_word = dossier_words(world->dossier, &(struct ticket){.supplier = supplier->name, .external_id = ticket},
				  &at.word);
	at.withdrawn = at.ticket && !dossier_shares(world->dossier, supplier->name);
	return at;
}

static void person(struct world *world, struct situation *ret)
{
	*ret =
	    (struct situation){.suppliers = world->set, .incident = &world->dossier->incident, .now_ms = world->now_ms};
	ret->n_word = dossier_words(world->dossier, NULL, &ret->word);
}

/* ---- steps: tools ---------------------------------------------------------------------------------- */

static void set_value(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str word)
{
	if (!word.n)
		return;
	ticket->has |= 1u << attr;
	ticket->at[attr] = (struct ent_value){word, word};
}

/* A ticket says something; asked: what of it we set ourselves. */
static void tell(struct world *world, int tool, struct ent_str id, struct ent_str status, struct ent_str priority,
		 uint32_t asked)
{
	struct situation at = situation_of(world, tool, id);
	struct events events = {.arena = &world->arena.abi};
	struct ent_change change = {.kind = ENT_TICKET_CHANGED, .stamp.time_ms = world->now_ms, .ticket.id = id};

	at.asked = asked;
	set_value(&change.ticket, ENT_STATUS, status);
	set_value(&change.ticket, ENT_PRIORITY, priority);
	decide_change(&at, &change, &events);
	drain(world, &events);
}

static struct ent_str some_ticket(struct world *world, int tool)
{
	const struct ticket *ticket = ticket_in(world, tool);

	return ticket ? ticket->external_id : make_text(world, "T", ++world->n_ticket);
}

static struct ent_str some_status(struct world *world)
{
	static const char *const word[] = {"new", "in_progress", "in_progress", "pending", "resolved", "closed"};

	return sdk_str(word[below(world, 6)]);
}

static void step_tell(struct world *world)
{
	static const char *const priority[] = {"", "", "1", "3", "5"};
	int tool = below(world, N_TOOL);

	world->doing = "a ticket tells";
	tell(world, tool, some_ticket(world, tool), some_status(world), sdk_str(priority[below(world, 5)]), 0);
}

static void step_remove_ticket(struct world *world)
{
	int tool = below(world, N_TOOL);
	struct ticket *ticket = ticket_in(world, tool);
	struct events events = {.arena = &world->arena.abi};

	world->doing = "a ticket is removed";
	if (!ticket)
		return;
	struct situation at = situation_of(world, tool, ticket->external_id);
	struct ent_change change = {
	    .kind = ENT_TICKET_REMOVED, .stamp.time_ms = world->now_ms, .ticket.id = ticket->external_id};
	decide_change(&at, &change, &events);
	drain(world, &events);
}

static void say_there(struct world *world, int tool, struct ent_str id, enum ent_change_kind kind)
{
	struct ticket *ticket = ticket_in(world, tool);
	struct events events = {.arena = &world->arena.abi};

	if (!ticket)
		return;
	struct situation at = situation_of(world, tool, ticket->external_id);
	struct ent_change change = {.kind = kind,
				    .stamp.time_ms = world->now_ms,
				    .ticket.id = ticket->external_id,
				    .comment = {.id = id,
						.author = {ENT_STR("u"), ENT_STR("Una")},
						.body = make_text(world, "words ", (int)(draw(world) % 1000000)),
						.visibility = below(world, 4) ? ENT_PUBLIC : ENT_INTERNAL}};
	struct comment *known = dossier_comment(world->dossier, at.supplier, ticket->external_id, id);
	at.comment = known->uuid[0] ? known : NULL;
	if (below(world, 6) == 0) /* by a clock that is behind, or read late */
		change.comment.created_ms = world->now_ms - 600000 - below(world, 2) * 36000000;
	decide_change(&at, &change, &events);
	drain(world, &events);
}

static void step_say_there(struct world *world)
{
	int tool = below(world, N_TOOL), n = world->n_comment;

	world->doing = "a comment is written in a tool";
	if (n == COMMENTS_MAX || !ticket_in(world, tool))
		return;
	world->comment[n].id = make_text(world, "c", n);
	world->comment[n].from = tool;
	world->n_comment++;
	say_there(world, tool, world->comment[n].id, ENT_COMMENT_ADDED);
}

static void step_edit_there(struct world *world)
{
	int n = world->n_comment ? below(world, world->n_comment) : 0;

	world->doing = "a comment is edited or removed in a tool";
	if (world->n_comment && world->comment[n].from != N_TOOL)
		say_there(world, world->comment[n].from, world->comment[n].id,
			  below(world, 3) ? ENT_COMMENT_ADDED : ENT_COMMENT_REMOVED);
}

/* ---- steps: a person with us --------------------------------------------------------------------- */

static const struct ent_person desk = {{"desk", 4}, {"desk", 4}};

static void step_share(struct world *world)
{
	const struct brief brief = {.what =
					below(world, 2) ? make_text(world, "brief ", below(world, 1000)) : ENT_ABSENT};
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "a share";
	person(world, &at);
	if (status_facts(world->dossier->incident.values.at[ENT_STATUS])->terminal || !at.incident->sequence)
		return;
	decide_share(&at, tool_name(world, below(world, N_TOOL)), below(world, 3) == 0, false, &brief, &desk, &events);
	drain(world, &events);
}

static void step_unshare(struct world *world)
{
	int tool = below(world, N_TOOL);
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "a share is taken back";
	person(world, &at);
	if (!dossier_shares(world->dossier, tool_name(world, tool)))
		return;
	decide_unshare(&at, tool_name(world, tool), ENT_STR("It is done."), &desk, &events);
	drain(world, &events);
	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *delivery = world->dossier->delivery[i];
		if (delivery_is_open(delivery) && delivery->state != DELIVERY_IN_FLIGHT && delivery->comment[0] &&
		    sdk_eq(delivery->supplier, tool_name(world, tool)))
			VIOLATES(world, "delivery %d still waits", (int)delivery->id);
	}
}

static void step_say(struct world *world)
{
	struct comment comment = {
	    .author = desk, .body = make_text(world, "ours ", below(world, 1000000)), .created_ms = world->now_ms};
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "we say something";
	person(world, &at);
	comment.audience.kind = (enum audience_kind)below(world, 4);
	comment.audience.suppliers =
	    comment.audience.kind == AUDIENCE_SUPPLIERS ? tool_name(world, below(world, N_TOOL)) : ENT_STR("");
	if (!at.incident->sequence)
		return;
	decide_own_comment(&at, &comment, &events);
	drain(world, &events);
}

static void step_status(struct world *world)
{
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "we give a status";
	person(world, &at);
	if (!at.incident->sequence)
		return;
	decide_status(&at, sdk_status(some_status(world)), &desk, &events);
	drain(world, &events);
}

static struct delivery *some_delivery(struct world *world)
{
	return world->dossier->n_delivery ? world->dossier->delivery[below(world, (int)world->dossier->n_delivery)]
					  : NULL;
}

/* What sets values is not ignored here: at the end nothing may differ. */
static void step_act(struct world *world)
{
	struct delivery *delivery = some_delivery(world);
	struct events events = {.arena = &world->arena.abi};
	enum delivery_action action = (enum delivery_action)below(world, 3);

	world->doing = "a person decides about a delivery";
	if (!delivery || (delivery->op == ENT_UPDATE_TICKET && action == DELIVERY_IGNORE))
		return;
	struct queue queue = queue_of(world, &events);
	(void)queue_act(&queue, delivery, action, make_text(world, "mended ", below(world, 1000)), &desk);
	drain(world, &events);
}

static void step_merge(struct world *world)
{
	struct dossier *kept = &world->incident[0], *gone = &world->incident[1];
	struct events events = {.arena = &world->arena.abi};
	struct situation at;

	world->doing = "two incidents are one";
	if (kept->incident.sequence == 0 || gone->incident.sequence == 0 || gone->incident.merged_into)
		return;
	world->dossier = kept;
	person(world, &at);
	decide_merge(&at, &kept->incident, &gone->incident, &events);
	drain(world, &events);
}

/* ---- steps: link ------------------------------------------------------------------------------------ */

static struct delivery *head_of(struct world *world, int tool)
{
	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		struct delivery *delivery = world->dossier->delivery[i];
		if (delivery->head && delivery_is_open(delivery) && sdk_eq(delivery->supplier, tool_name(world, tool)))
			return delivery;
	}
	return NULL;
}

static const struct comment *comment_of(struct world *world, const struct delivery *delivery)
{
	for (size_t i = 0; delivery->comment[0] && i < world->dossier->n_comment; i++)
		if (strcmp(world->dossier->comment[i]->uuid, delivery->comment) == 0)
			return world->dossier->comment[i];
	return NULL;
}

/* What the supplier may read at this moment of this comment. */
static struct reading reading_of(struct world *world, const struct delivery *delivery, const struct comment *said)
{
	const struct party *party;
	size_t n = dossier_parties(world->dossier, said, &party);

	for (size_t i = 0; i < n; i++)
		if (sdk_eq(party[i].supplier->name, delivery->supplier))
			return (struct reading){dossier_shares(world->dossier, delivery->supplier), party[i].reads_ms};
	return (struct reading){false, INT64_MAX};
}

static bool may_go(struct world *world, const struct delivery *delivery, enum delivery_cause *ret_cause)
{
	const struct comment *said = comment_of(world, delivery);
	struct comment comment = {.id = 0};

	if (said) {
		comment = *said;
		comment.incident = delivery->incident;
	}
	return delivery_may_go(delivery, said ? &comment : NULL, reading_of(world, delivery, said), ret_cause);
}

static void begin_one(struct world *world, struct delivery *delivery)
{
	static const unsigned char hash[32] = {1};
	struct events events = {.arena = &world->arena.abi};
	struct queue queue = queue_of(world, &events);
	int tool = tool_of(world, delivery->supplier);

	if (!queue_begin(&queue, delivery, hash))
		VIOLATES(world, "delivery %d is head and pending, and cannot begin", (int)delivery->id);
	if (delivery->op == ENT_CREATE_TICKET && ticket_in(world, tool) && !delivery->look && delivery->phase == 0)
		VIOLATES(world, "delivery %d makes a second ticket", (int)delivery->id);
	int64_t *last = &world->last_begun[world->dossier - world->incident][tool];
	if (!world->stood[delivery->id] && delivery->id < *last)
		VIOLATES(world, "delivery %d comes after %d", (int)delivery->id, (int)*last);
	/* What makes the ticket goes before what waits for it. */
	if (delivery->id > *last && delivery->op != ENT_CREATE_TICKET)
		*last = delivery->id;
	drain(world, &events);
}

static struct ent_str value_told(const struct delivery *delivery, enum ent_attr attr)
{
	return delivery->set & (1u << attr) ? attr_word(attr, delivery->values.at[attr]) : ENT_ABSENT;
}

/* As the store does: what the answer told about the ticket first. */
static void settle(struct world *world, struct delivery *delivery, struct delivery_result result)
{
	struct events events = {.arena = &world->arena.abi};
	struct queue queue = queue_of(world, &events);
	int tool = tool_of(world, delivery->supplier);
	bool is_done = result.outcome == OUTCOME_DONE;

	result.id = delivery->id;
	result.attempt = delivery->attempt;
	result.due_ms = world->now_ms;
	if (is_done && delivery->op == ENT_CREATE_TICKET)
		tell(world, tool, make_text(world, "N", ++world->n_ticket), ENT_STR("new"), ENT_ABSENT, UINT32_MAX);
	else if (is_done && delivery->op == ENT_UPDATE_TICKET)
		tell(world, tool, delivery->sent_to, value_told(delivery, ENT_STATUS),
		     value_told(delivery, ENT_PRIORITY), delivery->set);
	queue_settle(&queue, delivery, &result);
	drain(world, &events);
}

static void done(struct world *world, struct delivery *delivery)
{
	int tool = tool_of(world, delivery->supplier);
	struct delivery_result result = {.outcome = OUTCOME_DONE};
	enum delivery_cause cause;

	if (!may_go(world, delivery, &cause))
		result =
		    (struct delivery_result){.outcome = OUTCOME_CANCELLED, .cause = cause, .reason = ENT_STR("no")};
	else if (delivery->op != ENT_CREATE_TICKET && !ticket_in(world, tool))
		result = (struct delivery_result){
		    .outcome = OUTCOME_PARKED, .cause = CAUSE_GONE, .reason = ENT_STR("it is gone")};
	settle(world, delivery, result);
}

static void step_link(struct world *world)
{
	static const struct delivery_result outcome[] = {
	    {.outcome = OUTCOME_LATER},
	    {.outcome = OUTCOME_LATER, .keeps_phase = true},
	    {.outcome = OUTCOME_MORE, .phase = 1},
	    {.outcome = OUTCOME_LOST, .may_look = true},
	    {.outcome = OUTCOME_LOST},
	    {.outcome = OUTCOME_PARKED, .cause = CAUSE_REFUSED, .keeps_phase = true},
	};
	struct delivery *delivery = head_of(world, below(world, N_TOOL));
	int kind = below(world, 14);

	world->doing = "link brings something";
	if (!delivery)
		return;
	if (delivery->state == DELIVERY_PENDING)
		begin_one(world, delivery);
	else if (delivery->state == DELIVERY_IN_FLIGHT && kind < 6)
		settle(world, delivery, outcome[kind]);
	else if (delivery->state == DELIVERY_IN_FLIGHT)
		done(world, delivery);
}

static void step_echo(struct world *world)
{
	struct delivery *delivery = some_delivery(world);
	struct events events = {.arena = &world->arena.abi};

	world->doing = "an echo is heard";
	if (!delivery || delivery->attempt == 0)
		return;
	struct queue queue = queue_of(world, &events);
	(void)queue_seen(&queue, delivery, ENT_STR("T1"), ENT_STR("r1"));
	drain(world, &events);
}

/* ---- a history -------------------------------------------------------------------------------------- */

static void step(struct world *world)
{
	static void (*const steps[])(struct world *) = {
	    step_tell,  step_tell,    step_say_there, step_say_there,     step_edit_there, step_share,
	    step_share, step_unshare, step_say,       step_say,           step_status,     step_act,
	    step_link,  step_link,    step_link,      step_link,          step_link,       step_link,
	    step_link,  step_link,    step_echo,      step_remove_ticket, step_merge};

	world->now_ms += below(world, 4) ? below(world, 20000) : 300;
	world->dossier = &world->incident[below(world, N_INCIDENT)];
	if (world->dossier->incident.merged_into)
		world->dossier = &world->incident[0];
	steps[below(world, (int)(sizeof steps / sizeof *steps))](world);
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
				done(world, delivery);
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
			drain(world, &events);
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

	begin(world, seed);
	step_tell(world);
	for (world->n_step = 1; world->n_step <= STEPS; world->n_step++)
		step(world);
	for (int i = 0; i < N_INCIDENT; i++) {
		world->dossier = &world->incident[i];
		bring_all(world);
		check_end(world);
	}
	end(world);
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
