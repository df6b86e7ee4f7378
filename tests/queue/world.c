/* SPDX-License-Identifier: Apache-2.0 */
/* The world of a history: chance, what the dossier asks for, events, and the rules in the plainest way. */
#include "histories.h"

#include "core/organisation.h"

/* ---- chance ------------------------------------------------------------------------------- */

uint64_t draw(struct world *world)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return world->random >> 11;
}

int draw_below(struct world *world, int n)
{
	return (int)(draw(world) % (uint64_t)n);
}

static void make_uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct world *world = (struct world *)((char *)chance - offsetof(struct world, chance));

	snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012llx", (unsigned)draw(world),
		 (unsigned long long)(draw(world) & 0xffffffffffff));
}

struct ent_str make_text(struct world *world, const char *kind, int n)
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

static size_t no_thread(struct dossier *dossier, struct ent_str origin, const struct person *author,
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

static bool stands_nowhere(struct dossier *dossier, const char *uuid, struct ent_str supplier)
{
	(void)dossier, (void)uuid, (void)supplier;
	return false;
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
					   .stands = stands_nowhere,
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

void world_begin(struct world *world, uint64_t seed)
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
	world->plain = test_connector;
	world->plain.ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT;
	world->set = supplier_set_new(N_TOOL);
	for (int i = 0; i < N_TOOL; i++) {
		struct supplier *supplier = &world->set->at[i];
		supplier->name = supplier->title = sdk_str(name[i]);
		supplier->connector = i == N_TOOL - 1 ? &world->plain : &test_connector;
		supplier->link.url = ENT_STR("https://tool.example");
		supplier->public_everyone = true;
		supplier->joins = JOINS_ANYONE;
		supplier->policy[ENT_STATUS] = policies[draw_below(world, 5)];
		supplier->policy[ENT_PRIORITY] = policies[draw_below(world, 5)];
	}
	for (int i = 0; i < N_INCIDENT; i++) {
		world->incident[i].incident.number = i + 1;
		begin_dossier(world, &world->incident[i]);
	}
	world->dossier = &world->incident[0];
	world->arrival = (struct arrival){.delivery_id = ENT_STR("d"), .suppliers = world->set};
}

void world_end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

struct ent_str tool_name(const struct world *world, int tool)
{
	return world->set->at[tool].name;
}

int tool_of(const struct world *world, struct ent_str supplier)
{
	return (int)supplier_by_name(world->set, supplier)->index;
}

/* The ticket that stands in the tool and speaks; NULL: none. */
struct ticket *ticket_in(struct world *world, int tool)
{
	const struct ticket *ticket = dossier_speaker(world->dossier, tool_name(world, tool));

	return ticket && !ticket->removed ? dossier_ticket(world->dossier, ticket->supplier, ticket->external_id)
					  : NULL;
}

/* ---- rules, told in the plainest way ------------------------------------------------------------ */

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
	for (int i = 0; i < N_INCIDENT; i++)
		if (world->incident[i].incident.sequence && !world->incident[i].incident.holder.n)
			VIOLATES(world, "nobody holds incident %d", i + 1);
	check_folded(world);
}

/* ---- events ------------------------------------------------------------------------------------- */

struct queue queue_of(struct world *world, struct events *events)
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
			      audience_allows(&event->comment.audience, organisation_of(&world->set->at[i]), true);
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

/* Nobody reads a file who may not read the comment that it stands at; without one its own people and we do. */
static void check_attachment(struct world *world, const struct event *event)
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

/* One list, drained: what an event makes happen is added at its end. */
void world_drain(struct world *world, struct events *events)
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
		for (int k = 0; k < N_TOOL; k++)
			world->was_away[k] |=
			    (event->kind == EVENT_COMMENT_EDITED || event->kind == EVENT_COMMENT_REMOVED) &&
			    !ticket_in(world, k);
		if (event->kind == EVENT_COMMENT_ADDED)
			check_planned(world, event);
		if (event->kind == EVENT_ATTACHMENT_ADDED)
			check_attachment(world, event);
	}
	queue_heads(world->dossier);
	check(world);
	if (world->last_id >= DELIVERIES_MAX)
		VIOLATES(world, "there are too many deliveries");
}

struct situation situation_of(struct world *world, int tool, struct ent_str ticket)
{
	const struct supplier *supplier = &world->set->at[tool];
	struct situation at = {.suppliers = world->set,
			       .supplier = supplier->name,
			       .from = supplier,
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

void person_of(struct world *world, struct situation *ret)
{
	*ret =
	    (struct situation){.suppliers = world->set, .incident = &world->dossier->incident, .now_ms = world->now_ms};
	ret->n_word = dossier_words(world->dossier, NULL, &ret->word);
}
