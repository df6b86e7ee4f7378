/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a history: what tools and link do. people.c: what a person with us does. */
#include "histories.h"

#include "core/organisation.h"

/* ---- steps: tools ---------------------------------------------------------------------------------- */

static void set_value(struct ent_ticket *ticket, enum ent_attr attr, struct ent_str word)
{
	if (!word.n)
		return;
	ticket->has |= 1u << attr;
	ticket->at[attr] = (struct ent_value){word, word};
}

/* It stands there now, and we hear of it. */
static void tool_says(struct world *world, int tool, enum ent_attr attr, struct ent_str word)
{
	if (!word.n)
		return;
	world->says[tool].at[attr] = attr_value(attr, word);
	for (size_t i = 0; i < world->dossier->n_delivery; i++)
		if (sdk_eq(world->dossier->delivery[i]->supplier, tool_name(world, tool)))
			world->unheard[world->dossier->delivery[i]->id] &= ~(1u << attr);
}

/* A ticket says something; asked: what of it we set ourselves. */
static void tell(struct world *world, int tool, struct ent_str id, struct ent_str status, struct ent_str priority,
		 uint32_t asked)
{
	struct situation at = situation_of(world, tool, id);
	struct events events = {.arena = &world->arena.abi};
	struct ent_change change = {.kind = ENT_TICKET_CHANGED, .stamp.time_ms = world->now_ms, .ticket.id = id};

	at.asked = asked;
	tool_says(world, tool, ENT_STATUS, status);
	tool_says(world, tool, ENT_PRIORITY, priority);
	set_value(&change.ticket, ENT_STATUS, status);
	set_value(&change.ticket, ENT_PRIORITY, priority);
	decide_change(&at, &change, &events);
	world_drain(world, &events);
}

static struct ent_str some_ticket(struct world *world, int tool)
{
	const struct ticket *ticket = ticket_in(world, tool);

	return ticket ? ticket->external_id : make_text(world, "T", ++world->n_ticket);
}

struct ent_str some_status(struct world *world)
{
	static const char *const word[] = {"new", "in_progress", "in_progress", "pending", "resolved", "closed"};

	return sdk_str(word[draw_below(world, 6)]);
}

/* Its webhooks come late and in order: of what we set before what somebody there says now. */
static void hear_late(struct world *world, int tool)
{
	const struct ticket *ticket = ticket_in(world, tool);
	const struct values says = world->says[tool];
	uint32_t unheard = 0;

	for (size_t i = 0; i < world->dossier->n_delivery; i++)
		if (sdk_eq(world->dossier->delivery[i]->supplier, tool_name(world, tool)))
			unheard |= world->unheard[world->dossier->delivery[i]->id];
	if (ticket && unheard)
		tell(world, tool, ticket->external_id,
		     attr_in(unheard, ENT_STATUS) ? attr_word(ENT_STATUS, says.at[ENT_STATUS]) : ENT_ABSENT,
		     attr_in(unheard, ENT_PRIORITY) ? attr_word(ENT_PRIORITY, says.at[ENT_PRIORITY]) : ENT_ABSENT,
		     unheard);
}

void step_tell(struct world *world)
{
	static const char *const priority[] = {"", "", "1", "3", "5"};
	int tool = draw_below(world, N_TOOL);

	world->doing = "a ticket tells";
	hear_late(world, tool);
	tell(world, tool, some_ticket(world, tool), some_status(world), sdk_str(priority[draw_below(world, 5)]), 0);
}

void step_remove_ticket(struct world *world)
{
	int tool = draw_below(world, N_TOOL);
	struct ticket *ticket = ticket_in(world, tool);
	struct events events = {.arena = &world->arena.abi};

	world->doing = "a ticket is removed";
	if (!ticket)
		return;
	struct situation at = situation_of(world, tool, ticket->external_id);
	struct ent_change change = {
	    .kind = ENT_TICKET_REMOVED, .stamp.time_ms = world->now_ms, .ticket.id = ticket->external_id};
	decide_change(&at, &change, &events);
	world_drain(world, &events);
}

static void say_there_as(struct world *world, int tool, struct ent_str id, enum ent_change_kind kind,
			 enum ent_visibility visibility)
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
						.body = make_text(world, "words ", (int)(draw(world) % 1000000)),
						.visibility = visibility}};
	struct comment *known = dossier_comment(world->dossier, at.supplier, ticket->external_id, id);
	at.comment = known->uuid[0] ? known : NULL;
	at.author = (struct person){.ref = ENT_STR("10000000-0000-4000-8000-000000000001"), .name = ENT_STR("Una")};
	if (draw_below(world, 6) == 0) /* by a clock that is behind, or read late */
		change.comment.created_ms = world->now_ms - 600000 - draw_below(world, 2) * 36000000;
	decide_change(&at, &change, &events);
	world_drain(world, &events);
}

static void say_there(struct world *world, int tool, struct ent_str id, enum ent_change_kind kind)
{
	say_there_as(world, tool, id, kind, draw_below(world, 4) ? ENT_PUBLIC : ENT_INTERNAL);
}

void step_say_there(struct world *world)
{
	int tool = draw_below(world, N_TOOL), n = world->n_comment;

	world->doing = "a comment is written in a tool";
	if (n == COMMENTS_MAX || !ticket_in(world, tool))
		return;
	world->comment[n].id = make_text(world, "c", n);
	world->comment[n].from = tool;
	world->n_comment++;
	say_there(world, tool, world->comment[n].id, ENT_COMMENT_ADDED);
}

/* A file, at a comment or beside the ticket alone. */
void step_attach(struct world *world)
{
	int n = world->n_comment ? draw_below(world, world->n_comment) : 0, tool = world->comment[n].from;
	struct events events = {.arena = &world->arena.abi};
	struct ticket *ticket = world->n_comment ? ticket_in(world, tool) : NULL;

	world->doing = "a file is put beside a ticket";
	if (!ticket)
		return;
	struct situation at = situation_of(world, tool, ticket->external_id);
	struct ent_change change = {.kind = ENT_ATTACHMENT_ADDED,
				    .stamp.time_ms = world->now_ms,
				    .ticket.id = ticket->external_id,
				    .attachment = {.id = ENT_STR("f"), .name = ENT_STR("f.png"), .size = -1}};
	if (draw_below(world, 4)) {
		struct comment *known =
		    dossier_comment(world->dossier, at.supplier, ticket->external_id, world->comment[n].id);
		at.comment = known->uuid[0] ? known : NULL;
	}
	decide_change(&at, &change, &events);
	world_drain(world, &events);
}

void step_edit_there(struct world *world)
{
	int n = world->n_comment ? draw_below(world, world->n_comment) : 0;

	world->doing = "a comment is edited or removed in a tool";
	if (world->n_comment && world->comment[n].from != N_TOOL)
		say_there(world, world->comment[n].from, world->comment[n].id,
			  draw_below(world, 3) ? ENT_COMMENT_ADDED : ENT_COMMENT_REMOVED);
}

/* ---- steps: link ------------------------------------------------------------------------------------ */

struct delivery *head_of(struct world *world, int tool)
{
	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		struct delivery *delivery = world->dossier->delivery[i];
		if (delivery->head && delivery_is_open(delivery) && sdk_eq(delivery->supplier, tool_name(world, tool)))
			return delivery;
	}
	return NULL;
}

const struct comment *comment_of(struct world *world, const struct delivery *delivery)
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
	return delivery_may_go(delivery, supplier_by_name(world->set, delivery->supplier), said ? &comment : NULL,
			       reading_of(world, delivery, said), ret_cause);
}

void begin_one(struct world *world, struct delivery *delivery)
{
	static const unsigned char hash[32] = {1};
	struct events events = {.arena = &world->arena.abi};
	struct queue queue = queue_of(world, &events);
	int tool = tool_of(world, delivery->supplier);

	if (!queue_begin(&queue, delivery, hash))
		VIOLATES(world, "delivery %d is head and pending, and cannot begin", (int)delivery->id);
	const struct delivery *add = delivery->op != ENT_ADD_COMMENT ? brings(world, delivery) : NULL;
	if (add && delivery_is_open(add))
		VIOLATES(world, "delivery %d goes before %d, which brings its comment", (int)delivery->id,
			 (int)add->id);
	const struct comment *said = comment_of(world, delivery);
	world->begun_with[delivery->id] = delivery->text.n ? delivery->text : said ? said->body : ENT_STR("");
	check_mended(world, delivery, said);
	if (delivery->op == ENT_CREATE_TICKET && ticket_in(world, tool) && !delivery->look && delivery->phase == 0)
		VIOLATES(world, "delivery %d makes a second ticket", (int)delivery->id);
	int64_t *last = &world->last_begun[world->dossier - world->incident][tool];
	if (!world->stood[delivery->id] && delivery->id < *last)
		VIOLATES(world, "delivery %d comes after %d", (int)delivery->id, (int)*last);
	/* What makes the ticket goes before what waits for it. */
	if (delivery->id > *last && delivery->op != ENT_CREATE_TICKET)
		*last = delivery->id;
	world_drain(world, &events);
}

static struct ent_str value_told(const struct delivery *delivery, enum ent_attr attr)
{
	return delivery->set & (1u << attr) ? attr_word(attr, delivery->values.at[attr]) : ENT_ABSENT;
}

/* The tool took it and answers with nothing. */
static void take_unheard(struct world *world, int tool, const struct delivery *delivery)
{
	world->unheard[delivery->id] = delivery->set & ATTR_CARRIED;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(delivery->set & ATTR_CARRIED, i))
			world->says[tool].at[i] = delivery->values.at[i];
}

/* What it set to what the incident says by now, and nothing else, is not set once more. */
static void check_once_set(struct world *world, const struct delivery *done, int64_t last_id)
{
	const struct values *ours = &world->dossier->incident.values;
	const struct ticket *ticket = ticket_in(world, tool_of(world, done->supplier));

	if (!ticket || !sdk_eq(ticket->external_id, done->sent_to)) /* of two it was not the one that speaks */
		return;
	for (size_t i = 0; i < world->dossier->n_delivery; i++) {
		const struct delivery *next = world->dossier->delivery[i];
		bool is_new =
		    next->op != ENT_UPDATE_TICKET || next->id <= last_id || !sdk_eq(next->supplier, done->supplier);
		for (unsigned k = 0; k < ENT_N_ATTR; k++)
			is_new |=
			    attr_in(next->set, k) && (!attr_in(done->set, k) || done->values.at[k] != ours->at[k]);
		if (!is_new)
			VIOLATES(world, "delivery %d sets what %d has just set", (int)next->id, (int)done->id);
	}
}

/* As the store does: what the answer told about the ticket first. */
static void settle(struct world *world, struct delivery *delivery, struct delivery_result result)
{
	struct events events = {.arena = &world->arena.abi};
	struct queue queue = queue_of(world, &events);
	int tool = tool_of(world, delivery->supplier);
	bool is_done = result.outcome == OUTCOME_DONE, is_update = is_done && delivery->op == ENT_UPDATE_TICKET;
	bool is_silent = world->silent && tool == 1;
	int64_t last_id;

	result.id = delivery->id;
	result.attempt = delivery->attempt;
	result.due_ms = world->now_ms;
	if (is_done && delivery->op == ENT_CREATE_TICKET)
		tell(world, tool, make_text(world, "N", ++world->n_ticket), ENT_STR("new"), ENT_ABSENT, UINT32_MAX);
	else if (is_update && !is_silent)
		tell(world, tool, delivery->sent_to, value_told(delivery, ENT_STATUS),
		     value_told(delivery, ENT_PRIORITY), delivery->set);
	last_id = world->last_id;
	queue_settle(&queue, delivery, &result);
	world_drain(world, &events);
	if (is_update && is_silent)
		take_unheard(world, tool, delivery); /* in the store's rows from the next job on */
	if (is_update)
		check_once_set(world, delivery, last_id);
}

void delivery_done(struct world *world, struct delivery *delivery)
{
	int tool = tool_of(world, delivery->supplier);
	struct delivery_result result = {.outcome = OUTCOME_DONE};
	enum delivery_cause cause;

	if (!may_go(world, delivery, &cause))
		result = (struct delivery_result){
		    .outcome = OUTCOME_CANCELLED, .cause = cause, .reason = SDK_SENTENCE("test.said", "no")};
	else if (delivery->op != ENT_CREATE_TICKET && !ticket_in(world, tool))
		result = (struct delivery_result){
		    .outcome = OUTCOME_PARKED, .cause = CAUSE_GONE, .reason = SDK_SENTENCE("test.said", "it is gone")};
	const struct delivery *add = brings(world, delivery);
	if (add && result.outcome == OUTCOME_DONE)
		world->words[add->id] =
		    delivery->op == ENT_REMOVE_COMMENT ? ENT_STR("") : world->begun_with[delivery->id];
	settle(world, delivery, result);
}

void step_link(struct world *world)
{
	static const struct delivery_result outcome[] = {
	    {.outcome = OUTCOME_LATER},
	    {.outcome = OUTCOME_LATER, .keeps_phase = true},
	    {.outcome = OUTCOME_MORE, .phase = 1},
	    {.outcome = OUTCOME_LOST, .may_look = true},
	    {.outcome = OUTCOME_LOST},
	    {.outcome = OUTCOME_PARKED, .cause = CAUSE_REFUSED, .keeps_phase = true},
	};
	struct delivery *delivery = head_of(world, draw_below(world, N_TOOL));
	int kind = draw_below(world, 14);

	world->doing = "link brings something";
	if (!delivery)
		return;
	if (delivery->state == DELIVERY_PENDING)
		begin_one(world, delivery);
	else if (delivery->state == DELIVERY_IN_FLIGHT && kind < 6)
		settle(world, delivery, outcome[kind]);
	else if (delivery->state == DELIVERY_IN_FLIGHT)
		delivery_done(world, delivery);
}

void step_echo(struct world *world)
{
	struct delivery *delivery = some_delivery(world);
	struct events events = {.arena = &world->arena.abi};

	world->doing = "an echo is heard";
	if (!delivery || delivery->attempt == 0)
		return;
	struct queue queue = queue_of(world, &events);
	(void)queue_seen(&queue, delivery, ENT_STR("T1"), ENT_STR("r1"));
	world_drain(world, &events);
}

/* A comment that may have been brought, while its share is taken back and given again: it is edited and, for a person's
 * word, the edit goes. */
void step_want_again(struct world *world)
{
	struct events events = {.arena = &world->arena.abi};
	struct queue queue = queue_of(world, &events);
	const struct comment *said = NULL;
	struct delivery *add = NULL;
	struct situation at;

	world->doing = "a comment that may stand there is wanted again";
	for (size_t i = 0; i < world->dossier->n_delivery && !add; i++)
		if (world->dossier->delivery[i]->op == ENT_ADD_COMMENT && world->dossier->delivery[i]->head &&
		    world->dossier->delivery[i]->state == DELIVERY_PENDING)
			add = world->dossier->delivery[i];
	said = add ? comment_of(world, add) : NULL;
	if (!said || !said->supplier.n || !ticket_in(world, tool_of(world, said->supplier)))
		return;
	begin_one(world, add);
	settle(world, add, (struct delivery_result){.outcome = OUTCOME_LOST, .may_look = true});
	world->was_away[tool_of(world, add->supplier)] = true;
	person_of(world, &at);
	decide_unshare(&at, add->supplier, ENT_STR(""), &desk, &events);
	world_drain(world, &events);
	events.n = 0;
	world->now_ms += 60000;
	person_of(world, &at);
	if (status_facts(world->dossier->incident.values.at[ENT_STATUS])->terminal)
		return;
	decide_share(&at, add->supplier, false, false, &(struct brief){.what = ENT_ABSENT}, &desk, &events);
	world_drain(world, &events);
	events.n = 0;
	say_there_as(world, tool_of(world, said->supplier), said->external_id, ENT_COMMENT_ADDED, ENT_INTERNAL);
	world->now_ms += 1000;
	say_there_as(world, tool_of(world, said->supplier), said->external_id, ENT_COMMENT_ADDED, ENT_PUBLIC);
	for (size_t i = 0; i < world->dossier->n_delivery; i++)
		if (world->dossier->delivery[i]->op == ENT_EDIT_COMMENT &&
		    world->dossier->delivery[i]->cause == CAUSE_EARLIER)
			(void)queue_act(&queue, world->dossier->delivery[i], DELIVERY_RETRY, ENT_ABSENT, &desk);
	world_drain(world, &events);
}
