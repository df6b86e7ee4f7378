/* SPDX-License-Identifier: Apache-2.0 */
/* People at the tools and with us, webhooks on their way, and the asks of people with us. */
#include "out.h"

#include "core/organisation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rows.h"
#include "store/rows_ticket.h"

enum { OPENED_MAX = 5, PATIENCE_US = 3000000 };

/* ---- requests: to the writer and back ------------------------------------------------------ */

struct request *request_new(struct out_sim *sim, enum job_kind kind)
{
	struct request *request = sdk_xalloc(sizeof *request);
	struct request **end = &sim->requests;

	memset(request, 0, sizeof *request);
	request->sim = sim;
	request->job.kind = kind;
	request->canary = -1;
	request->due_us = sim->world.us;
	sdk_arena_init(&request->arena);
	while (*end)
		end = &(*end)->next;
	*end = request;
	return request;
}

static void request_free(struct out_sim *sim, struct request *request)
{
	struct request **at = &sim->requests;

	while (*at != request)
		at = &(*at)->next;
	*at = request->next;
	sdk_arena_release(&request->arena);
	free(request);
}

void request_hook(struct out_sim *sim, struct tool *tool, int change)
{
	if (out_has(sim, OUT_HOOK_LOST) && rng_ppm(&sim->rng, 200000))
		return;
	int times = 1 + (out_has(sim, OUT_HOOK_TWICE) && rng_ppm(&sim->rng, 200000));
	for (int i = 0; i < times; i++) {
		struct request *request = request_new(sim, JOB_ARRIVAL);
		bool early = out_has(sim, OUT_EARLY) && rng_below(&sim->rng, 2);

		request->is_hook = true;
		request->tool = tool->index;
		request->change = change;
		request->job.arrival.body = tool_tell(tool, change, false, &request->arena.abi);
		request->due_us +=
		    early ? 0 : rng_range(&sim->rng, 1000, out_has(sim, OUT_HOOK_ORDER) ? 8000000 : 300000);
		sim->n_hook++;
	}
}

static void on_answer(struct job *job)
{
	struct request *request = (struct request *)job;
	struct out_sim *sim = request->sim;

	if (sim->broker && !sim->broker->life.dead && sim->broker->serial == request->serial)
		request->answered = true;
}

/* What edge does with a webhook. */
static void receive(struct out_sim *sim, struct request *request)
{
	const struct supplier *supplier = &sim->suppliers->at[request->tool];
	struct ent_self self = {supplier->settings, NULL};
	struct arrival *arrival = &request->job.arrival;
	struct ent_header header = {ENT_STR("delivery"), sdk_format(&request->arena.abi, "%s-%d",
								    sim->tool[request->tool].name, request->change)};
	struct ent_webhook webhook = {&header, 1, arrival->body, ENT_ABSENT};
	struct ent_err err;
	int64_t now_ms = sim->world.clock.now_ms(&sim->world.clock);

	if (arrival_verify(supplier, &self, &webhook, true, now_ms, &request->arena.abi, arrival, &err) != ENT_OK)
		out_violates(sim, "verify", "hook", "a webhook was refused: %s", err.msg);
	arrival_decode(sim->suppliers, supplier, &self, &webhook, &request->arena.abi, arrival);
	if (arrival->dead)
		out_violates(sim, "decode", "hook", "a webhook is a dead letter: %.*s", ENT_F(arrival->reason.text));
}

static struct request *next_due(const struct out_sim *sim)
{
	struct request *first = NULL;

	for (struct request *request = sim->requests; request; request = request->next)
		if (!request->submitted && (!first || request->due_us < first->due_us))
			first = request;
	return first;
}

bool request_is_due(const struct out_sim *sim)
{
	const struct request *request = next_due(sim);

	return sim->broker && request && request->due_us <= sim->world.us;
}

int64_t request_next_us(const struct out_sim *sim)
{
	const struct request *request = next_due(sim);

	return sim->broker && request ? request->due_us : INT64_MAX;
}

void request_send(struct out_sim *sim)
{
	struct request *request = next_due(sim);

	if (request->is_hook && !request->job.arrival.suppliers)
		receive(sim, request);
	request->job.suppliers = sim->suppliers;
	request->job.answer = on_answer;
	request->serial = sim->broker->serial;
	request->submitted = writer_submit(sim->broker->writer, &request->job);
	if (!request->submitted)
		request->due_us = sim->world.us + PATIENCE_US;
	else if (request->is_hook)
		trace_line(&sim->world, "hook %s-%d%s", sim->tool[request->tool].name, request->change,
			   request->narrows ? " narrows" : "");
}

/* Nobody answered: a webhook is sent again, a person asks again; what is repeated is known by its id. */
void request_reset(struct out_sim *sim)
{
	for (struct request *request = sim->requests; request; request = request->next)
		if (request->submitted && !request->answered) {
			request->submitted = false;
			request->due_us = sim->world.us + PATIENCE_US;
		}
}

void request_take(struct out_sim *sim)
{
	for (struct request *request = sim->requests, *next; request; request = next) {
		next = request->next;
		if (!request->answered)
			continue;
		if (request->job.outcome == JOB_UNAVAILABLE) {
			request->answered = request->submitted = false;
			request->due_us = sim->world.us + PATIENCE_US;
			continue;
		}
		if (request->canary >= 0 && sim->canary[request->canary].narrowed_us == INT64_MAX)
			sim->canary[request->canary].narrowed_us = sim->world.us;
		trace_line(&sim->world, "answered %d: %d", request->job.kind, request->job.outcome);
		request_free(sim, request);
	}
}

void request_release(struct out_sim *sim)
{
	while (sim->requests)
		request_free(sim, sim->requests);
}

/* ---- people at the tools -------------------------------------------------------------------- */

static int canary_new(struct out_sim *sim, int tool, int ticket, bool is_public, struct ent_str *ret_body)
{
	int i = sim->n_canary++;

	sim->canary[i] = (struct canary){
	    .tool = tool, .ticket = ticket, .is_public = is_public, .narrowed_us = INT64_MAX, .comment = -1};
	/* No two say the same: that would be a robot's habit. */
	*ret_body =
	    sdk_format(&sim->arena.abi, "canary-%d. somebody  says *so* of %c%c", i, 'a' + i % 26, 'a' + i / 26);
	return i;
}

struct tool *any_ticket(struct out_sim *sim, int *ret_ticket)
{
	struct tool *tool = &sim->tool[rng_below(&sim->rng, (uint64_t)sim->n_tool)];

	if (tool->n_ticket == 0)
		return NULL;
	*ret_ticket = tool_now(tool, (int)rng_below(&sim->rng, (uint64_t)tool->n_ticket));
	return tool->ticket[*ret_ticket].hidden ? NULL : tool;
}

static void person_opens(struct out_sim *sim)
{
	struct tool *tool = &sim->tool[rng_below(&sim->rng, (uint64_t)sim->n_tool)];

	if (tool->n_ticket >= OPENED_MAX)
		return;
	int i = tool_open(sim, tool, false, sdk_format(&sim->arena.abi, "%s opens %d", tool->name, tool->n_ticket), 0);
	tool->ticket[i].locked = out_has(sim, OUT_LOCKED) && rng_ppm(&sim->rng, 300000);
	trace_line(&sim->world, "person opens %s/%d%s", tool->name, i, tool->ticket[i].locked ? " locked" : "");
	tool_touch(sim, tool, i, -1, false);
}

static void person_says(struct out_sim *sim)
{
	struct ent_str body;
	int ticket;
	struct tool *tool = any_ticket(sim, &ticket);

	if (!tool || sim->n_canary == CANARIES)
		return;
	bool is_public = rng_below(&sim->rng, 3) > 0;
	int canary = canary_new(sim, tool->index, ticket, is_public, &body);
	sim->canary[canary].comment = tool_say(sim, tool, ticket, false, is_public, canary, body);
	trace_line(&sim->world, "person says canary-%d. in %s/%d, %s", canary, tool->name, ticket,
		   is_public ? "public" : "internal");
	tool_touch(sim, tool, ticket, sim->canary[canary].comment, false);
}

static void person_sets(struct out_sim *sim)
{
	int ticket, status = (int)rng_below(&sim->rng, STATUSES);
	struct tool *tool = any_ticket(sim, &ticket);

	if (!tool || tool->ticket[ticket].status == status)
		return;
	trace_line(&sim->world, "person sets %s/%d to %s", tool->name, ticket, out_status[status]);
	tool_set(sim, tool, ticket, false, status);
}

/* A public comment turns out to be internal. Where the tool sends webhooks the moment it is durable is known. */
static void person_narrows(struct out_sim *sim, int i)
{
	struct canary *canary = &sim->canary[i];
	if (canary->tool < 0 || !canary->is_public || canary->is_narrowed ||
	    sim->tool[canary->tool].ticket[canary->ticket].hidden ||
	    !move_is_known(sim, &sim->tool[canary->tool], canary->ticket))
		return;
	struct tool *tool = &sim->tool[canary->tool];
	struct request *before = sim->requests;
	tool->comment[canary->comment].is_public = false;
	canary->is_narrowed = true;
	trace_line(&sim->world, "person narrows canary-%d.", i);
	while (before && before->next)
		before = before->next;
	tool_touch(sim, tool, canary->ticket, canary->comment, false);
	for (struct request *request = before ? before->next : sim->requests; request; request = request->next) {
		request->canary = i;
		request->narrows = true;
	}
}

/* ---- people with us ------------------------------------------------------------------------- */

/* The incident of a person's ticket, if it is known by now. */
static int64_t any_incident(struct out_sim *sim, struct tool **ret_tool)
{
	char id[16];
	int ticket;
	struct tool *tool = any_ticket(sim, &ticket);

	if (!tool || !sim->broker)
		return 0;
	snprintf(id, sizeof id, "%d", ticket);
	*ret_tool = tool;
	int64_t number = ticket_incident(sim->broker->read, sdk_str(tool->name), sdk_str(id));
	return db_failed(sim->broker->read) ? 0 : number;
}

static void we_share(struct out_sim *sim)
{
	struct tool *tool = NULL, *with = &sim->tool[rng_below(&sim->rng, (uint64_t)sim->n_tool)];
	int64_t incident = any_incident(sim, &tool);

	if (!incident || with == tool || with->n_ticket >= TICKETS - 2)
		return;
	struct request *request = request_new(sim, JOB_SHARE);
	request->job.ask = (struct ask){.incident = incident,
					.supplier = sdk_str(with->name),
					.escalated = rng_below(&sim->rng, 2),
					.with_history = rng_below(&sim->rng, 3) == 0,
					.author = {ENT_ABSENT, ENT_STR("we")},
					.brief = {.what = ENT_STR("look at it")}};
	trace_line(&sim->world, "we share %d with %s%s", (int)incident, with->name,
		   request->job.ask.escalated ? ", escalated" : "");
}

static void we_say(struct out_sim *sim, int64_t incident)
{
	struct ent_str body;

	if (!incident || sim->n_canary == CANARIES)
		return;
	int i = canary_new(sim, -1, -1, false, &body);
	struct canary *canary = &sim->canary[i];
	struct request *request = request_new(sim, JOB_COMMENT);
	canary->incident = incident;
	unsigned kind = (unsigned)rng_below(&sim->rng, 3);
	canary->audience =
	    audience_make(&sim->arena.abi, ENT_STR(ORGANISATION_OURS), ENT_ABSENT,
			  kind == 1 ? sdk_str(sim->tool[sim->n_tool - 1].name) : ENT_ABSENT, kind == 2, i % 3 == 0);
	sim->world.chance.uuid(&sim->world.chance, canary->uuid);
	request->job.ask = (struct ask){
	    .incident = incident, .text = body, .audience = canary->audience, .author = {ENT_ABSENT, ENT_STR("we")}};
	memcpy(request->job.ask.comment_uuid, canary->uuid, ID_SIZE);
	trace_line(&sim->world, "we say canary-%d. in %d to %s", i, (int)incident,
		   kind == 2   ? "everyone"
		   : kind == 1 ? "one"
			       : "ours");
}

/* A tool that takes part in two incidents, if there is one: comments then made in the other one are owed to it. */
static int64_t share_of_two(struct out_sim *sim, struct tool **ret_with, int64_t *ret_other)
{
	struct db *db = sim->broker ? sim->broker->read : NULL;
	int64_t incident = 0;

	if (!db || !out_has(sim, OUT_MERGE))
		return 0;
	struct db_stmt *stmt = db_use(
	    db, "SELECT a.incident, a.supplier, b.incident FROM share AS a JOIN share AS b ON b.supplier = a.supplier "
		"AND b.incident <> a.incident WHERE a.withdrawn_ms = 0 AND b.withdrawn_ms = 0 ORDER BY a.supplier, "
		"a.incident, b.incident LIMIT 1");
	if (db_row(stmt)) {
		incident = db_int(stmt, 0);
		*ret_other = db_int(stmt, 2);
		for (int i = 0; i < sim->n_tool; i++)
			if (sdk_eqz(db_str(stmt, 1), sim->tool[i].name))
				*ret_with = &sim->tool[i];
	}
	db_done(stmt);
	return incident;
}

static void we_unshare(struct out_sim *sim)
{
	struct tool *tool = NULL, *with = &sim->tool[rng_below(&sim->rng, (uint64_t)sim->n_tool)];
	int64_t other = 0, incident = share_of_two(sim, &with, &other);

	incident = incident ? incident : any_incident(sim, &tool);

	if (!incident)
		return;
	struct request *request = request_new(sim, JOB_UNSHARE);
	request->job.ask =
	    (struct ask){.incident = incident, .supplier = sdk_str(with->name), .author = {ENT_ABSENT, ENT_STR("we")}};
	sim->unshared = incident;
	sim->unshared_with = with;
	trace_line(&sim->world, "we unshare %d with %s", (int)incident, with->name);
	if (other)
		we_say(sim, other);
}

static void we_set(struct out_sim *sim)
{
	static const enum ent_status words[] = {ENT_IN_PROGRESS, ENT_PENDING, ENT_RESOLVED};
	struct tool *tool = NULL;
	int64_t incident = any_incident(sim, &tool);

	if (!incident)
		return;
	struct request *request = request_new(sim, JOB_STATUS);
	request->job.ask = (struct ask){
	    .incident = incident, .status = words[rng_below(&sim->rng, 3)], .author = {ENT_ABSENT, ENT_STR("we")}};
	trace_line(&sim->world, "we set %d to %d", (int)incident, request->job.ask.status);
}

/* Who gives up a ticket gives up all that is said later: that is a person's word, and left out here. */
#define STANDS_STILL "(state = 'parked' OR state = 'unknown' AND op <> 'create_ticket')"

/* Any that stands still. What may have been done is not said again where nobody can look: a person would be wrong. */
static void we_decide(struct out_sim *sim)
{
	struct db *db = sim->broker ? sim->broker->read : NULL;
	int64_t n = db ? db_ask(db, "SELECT count(*) FROM delivery WHERE " STANDS_STILL) : 0;

	if (n <= 0)
		return;
	struct db_stmt *stmt =
	    db_use(db, "SELECT id, state FROM delivery WHERE " STANDS_STILL " ORDER BY id LIMIT 1 OFFSET $1");
	db_bind_int(stmt, 1, (int64_t)rng_below(&sim->rng, (uint64_t)n));
	bool found = db_row(stmt), is_parked = found && sdk_eqz(db_str(stmt, 1), "parked");
	int64_t id = found ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (!found)
		return;
	struct request *request = request_new(sim, JOB_DELIVERY_ACT);
	request->job.ask = (struct ask){
	    .id = id, .action = is_parked ? DELIVERY_RETRY : DELIVERY_IGNORE, .author = {ENT_ABSENT, ENT_STR("we")}};
	trace_line(&sim->world, "we %s delivery %d", is_parked ? "retry" : "ignore", (int)id);
}

static void person_merges(struct out_sim *sim)
{
	struct tool *tool = NULL, *of = NULL;
	int64_t incident = any_incident(sim, &of);
	char number[INCIDENT_NUMBER_SIZE];
	int ticket;

	if (!incident || !(tool = any_ticket(sim, &ticket)))
		return;
	tool->ticket[ticket].number = sdk_dup(&sim->arena.abi, incident_number(incident, number));
	trace_line(&sim->world, "person writes %s into %s/%d", number, tool->name, ticket);
	tool_touch(sim, tool, ticket, -1, false);
}

/* Merges, into the incident whose share was taken back, another one that owes the same tool something. False: none. */
static bool person_merges_what_owes(struct out_sim *sim)
{
	struct db *db = sim->broker ? sim->broker->read : NULL;
	char number[INCIDENT_NUMBER_SIZE];
	int64_t ticket = 0;
	struct tool *tool = NULL;

	if (!db || !sim->unshared || !out_has(sim, OUT_MERGE))
		return false;
	struct db_stmt *stmt = db_use(
	    db, "SELECT t.supplier, t.external_id FROM delivery AS d JOIN ticket AS t ON t.incident = d.incident "
		"AND t.removed = 0 WHERE d.supplier = $1 AND d.state = 'pending' AND d.comment <> '' AND d.incident "
		"<> $2 ORDER BY d.id, t.id LIMIT 1");
	db_bind_str(stmt, 1, sdk_str(sim->unshared_with->name));
	db_bind_int(stmt, 2, sim->unshared);
	if (db_row(stmt) && sdk_to_int(db_str(stmt, 1), &ticket))
		for (int i = 0; i < sim->n_tool; i++)
			if (sdk_eqz(db_str(stmt, 0), sim->tool[i].name))
				tool = &sim->tool[i];
	db_done(stmt);
	if (!tool)
		return false;
	tool->ticket[ticket].number = sdk_dup(&sim->arena.abi, incident_number(sim->unshared, number));
	trace_line(&sim->world, "person writes %s into %s/%d, which owes", number, tool->name, (int)ticket);
	tool_touch(sim, tool, (int)ticket, -1, false);
	sim->unshared = 0;
	return true;
}

/* Right after it was said: then it may not have gone out yet. */
static bool narrows_now(struct out_sim *sim)
{
	const struct canary *last = sim->n_canary ? &sim->canary[sim->n_canary - 1] : NULL;

	return last && out_has(sim, OUT_NARROW) && last->tool >= 0 && last->is_public && !last->is_narrowed &&
	       rng_below(&sim->rng, 3) == 0;
}

void people_act(struct out_sim *sim)
{
	struct tool *tool = NULL;
	uint64_t what = rng_below(&sim->rng, 20);

	if (narrows_now(sim)) {
		person_narrows(sim, sim->n_canary - 1);
		return;
	}
	sim->people_done++;
	sim->last_word_us = sim->world.us;
	sim->people_us = sim->world.us + rng_range(&sim->rng, 10000, 4000000);
	if (person_merges_what_owes(sim))
		return;
	if (out_has(sim, OUT_DECIDE) && rng_below(&sim->rng, 4) == 0) {
		we_decide(sim);
		return;
	}
	if (out_has(sim, OUT_MERGE) && rng_below(&sim->rng, 12) == 0) {
		person_merges(sim);
		return;
	}
	if (out_has(sim, OUT_MOVE) && rng_below(&sim->rng, 12) == 0) {
		person_moves(sim);
		return;
	}
	if (out_has(sim, OUT_ROBOT) && rng_below(&sim->rng, 2) == 0 && person_thanks(sim))
		return;
	if (sim->people_done > 2 && (person_ranks(sim) || person_rewords(sim)))
		return;
	if (sim->people_done <= 2 || what < 2)
		person_opens(sim);
	else if (what < 7)
		person_says(sim);
	else if (what < 10)
		person_sets(sim);
	else if (what < 14)
		we_share(sim);
	else if (what < 17)
		we_say(sim, any_incident(sim, &tool));
	else if (what < 18)
		we_set(sim);
	else if (what < 19 && out_has(sim, OUT_NARROW) && sim->n_canary > 0)
		person_narrows(sim, (int)rng_below(&sim->rng, (uint64_t)sim->n_canary));
	else if (out_has(sim, OUT_UNSHARE))
		we_unshare(sim);
	else
		person_says(sim);
}
