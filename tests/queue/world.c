/* SPDX-License-Identifier: Apache-2.0 */
/* The world of a history: chance, what the dossier asks for, events. */
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

/* As the store: what is done and unheard stands over what the ticket said. */
static void brought_to(struct dossier *dossier, const struct ticket *ticket, struct values *ret)
{
	struct world *world = dossier->of;
	int64_t done_ms[ENT_N_ATTR] = {0};

	for (size_t i = 0; i < dossier->n_delivery; i++) {
		const struct delivery *delivery = dossier->delivery[i];
		for (unsigned k = 0; k < ENT_N_ATTR; k++)
			if (attr_in(world->unheard[delivery->id], k) && sdk_eq(delivery->supplier, ticket->supplier) &&
			    sdk_eq(delivery->sent_to, ticket->external_id) && delivery->state_ms > done_ms[k]) {
				ret->at[k] = delivery->values.at[k];
				done_ms[k] = delivery->state_ms;
			}
	}
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
					   .brought = brought_to,
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
	world->silent = seed % 4 == 0;
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

/* ---- events ------------------------------------------------------------------------------------- */

struct queue queue_of(struct world *world, struct events *events)
{
	return (struct queue){world->dossier, events, &world->chance, &world->last_id, world->now_ms};
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
	check_step(world);
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
