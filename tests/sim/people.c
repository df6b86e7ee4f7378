/* SPDX-License-Identifier: Apache-2.0 */
/* People at the tools and with us, webhooks on their way, and the asks of people with us. */
#include "sim.h"

#include "core/organisation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rows.h"
#include "store/rows_ticket.h"

enum { OPENED_MAX = 5 };

/* ---- webhooks ------------------------------------------------------------------------------- */

void hook_send(struct sim *sim, struct tool *tool, int change, int canary)
{
	if (sim_has(sim, FAULT_HOOK_LOST) && rng_ppm(&sim->by_tools, 200000))
		return;
	int times = 1 + (sim_has(sim, FAULT_HOOK_TWICE) && rng_ppm(&sim->by_tools, 200000));
	for (int i = 0; i < times; i++) {
		struct post *post =
		    post_new(sim, SENDER_TOOL, "POST", sdk_format(&sim->arena.abi, "/hooks/%s", tool->name));
		bool early = sim_has(sim, FAULT_EARLY) && rng_below(&sim->by_tools, 2);

		post->tool = tool->index;
		post->change = change;
		post->canary = canary;
		post->fields = sdk_format(&post->arena.abi, "delivery: %s-%d\r\n", tool->name, change);
		post->body = tool_tell(tool, change, false, &post->arena.abi);
		post->due_us +=
		    early ? 0 : rng_range(&sim->by_tools, 1000, sim_has(sim, FAULT_HOOK_ORDER) ? 8000000 : 300000);
		sim->n_hook++;
	}
}

/* ---- people at the tools -------------------------------------------------------------------- */

static int canary_new(struct sim *sim, int tool, int ticket, bool is_public, struct ent_str *ret_body)
{
	int i = sim->n_canary++;

	sim->canary[i] = (struct canary){
	    .tool = tool, .ticket = ticket, .is_public = is_public, .narrowed_us = INT64_MAX, .comment = -1};
	/* No two say the same: that would be a robot's habit. */
	*ret_body =
	    sdk_format(&sim->arena.abi, "canary-%d. somebody  says *so* of %c%c", i, 'a' + i % 26, 'a' + i / 26);
	return i;
}

struct tool *any_ticket(struct sim *sim, int *ret_ticket)
{
	struct tool *tool = &sim->tool[rng_below(&sim->by_people, (uint64_t)sim->n_tool)];

	if (tool->n_ticket == 0)
		return NULL;
	*ret_ticket = tool_now(tool, (int)rng_below(&sim->by_people, (uint64_t)tool->n_ticket));
	return tool->ticket[*ret_ticket].hidden ? NULL : tool;
}

static void person_opens(struct sim *sim)
{
	struct tool *tool = &sim->tool[rng_below(&sim->by_people, (uint64_t)sim->n_tool)];

	if (tool->n_ticket >= OPENED_MAX)
		return;
	int i = tool_open(sim, tool, false, sdk_format(&sim->arena.abi, "%s opens %d", tool->name, tool->n_ticket), 0);
	tool->ticket[i].locked = sim_has(sim, FAULT_LOCKED) && rng_ppm(&sim->by_people, 300000);
	trace_line(&sim->world, "person opens %s/%d%s", tool->name, i, tool->ticket[i].locked ? " locked" : "");
	tool_touch(sim, tool, i, -1, false);
}

static void person_says(struct sim *sim)
{
	struct ent_str body;
	int ticket;
	struct tool *tool = any_ticket(sim, &ticket);

	if (!tool || sim->n_canary == CANARIES)
		return;
	bool is_public = rng_below(&sim->by_people, 3) > 0;
	int canary = canary_new(sim, tool->index, ticket, is_public, &body);
	sim->canary[canary].comment = tool_say(sim, tool, ticket, false, is_public, canary, body);
	trace_line(&sim->world, "person says canary-%d. in %s/%d, %s", canary, tool->name, ticket,
		   is_public ? "public" : "internal");
	tool_touch(sim, tool, ticket, sim->canary[canary].comment, false);
}

static void person_sets(struct sim *sim)
{
	int ticket, status = (int)rng_below(&sim->by_people, STATUSES);
	struct tool *tool = any_ticket(sim, &ticket);

	if (!tool || tool->ticket[ticket].status == status)
		return;
	trace_line(&sim->world, "person sets %s/%d to %s", tool->name, ticket, tool_status[status]);
	tool_set(sim, tool, ticket, false, status);
}

/* A public comment turns out to be internal. Where the tool sends webhooks the moment it is durable is known. */
static void person_narrows(struct sim *sim, int i)
{
	struct canary *canary = &sim->canary[i];
	if (canary->tool < 0 || !canary->is_public || canary->is_narrowed ||
	    sim->tool[canary->tool].ticket[canary->ticket].hidden ||
	    !move_is_known(sim, &sim->tool[canary->tool], canary->ticket))
		return;
	struct tool *tool = &sim->tool[canary->tool];
	tool->comment[canary->comment].is_public = false;
	canary->is_narrowed = true;
	trace_line(&sim->world, "person narrows canary-%d.", i);
	tool_touch_narrowing(sim, tool, i);
}

/* ---- people with us ------------------------------------------------------------------------- */

/* JSON to a route of the API. */
static struct post *we_ask(struct sim *sim, const char *method, struct ent_str target, struct ent_str json)
{
	struct post *post = post_new(sim, SENDER_PERSON, method, target);

	if (json.p) {
		post->fields = ENT_STR("Content-Type: application/json\r\n");
		post->body = sdk_dup(&post->arena.abi, json);
	}
	return post;
}

/* Of a client's ticket; 0: none. */
static int64_t client_incident(struct sim *sim)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT incident FROM ticket WHERE supplier LIKE 's_' ORDER BY id "
						 "LIMIT 1 OFFSET $1");

	db_bind_int(stmt, 1, (int64_t)rng_below(&sim->by_people, (uint64_t)sim->book.n_ticket));
	int64_t number = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return number;
}

/* That a person with us opened; 0: none. */
static int64_t opened_incident(struct sim *sim)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT incident FROM event WHERE kind = 'incident.opened' AND "
						 "supplier = '' ORDER BY seq LIMIT 1 OFFSET $1");

	db_bind_int(stmt, 1, (int64_t)rng_below(&sim->by_people, 3));
	int64_t number = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return number;
}

/* The incident of a person's ticket, if it is known by now; or of a client's: *ret_tool stays. */
static int64_t any_incident(struct sim *sim, struct tool **ret_tool)
{
	char id[16];
	int ticket;

	if (!sim->eyes)
		return 0;
	if (sim_has(sim, FAULT_OPENED) && rng_below(&sim->by_people, 3) == 0)
		return opened_incident(sim);
	if (sim_has(sim, FAULT_SHARED) && sim->book.n_ticket && rng_below(&sim->by_people, 2))
		return client_incident(sim);
	struct tool *tool = any_ticket(sim, &ticket);
	if (!tool)
		return 0;
	snprintf(id, sizeof id, "%d", ticket);
	*ret_tool = tool;
	int64_t number = ticket_incident(sim->eyes, sdk_str(tool->name), sdk_str(id));
	return db_failed(sim->eyes) ? 0 : number;
}

static void we_share(struct sim *sim)
{
	struct tool *tool = NULL, *with = &sim->tool[rng_below(&sim->by_people, (uint64_t)sim->n_tool)];
	int64_t incident = any_incident(sim, &tool);

	if (!incident || with == tool || with->n_ticket >= TICKETS - 2)
		return;
	struct ent_arena *arena = &sim->arena.abi;
	bool escalated = rng_below(&sim->by_people, 2), history = rng_below(&sim->by_people, 3) == 0;
	we_ask(
	    sim, "POST", sdk_format(arena, "/v1/incidents/%lld/shares", (long long)incident),
	    sdk_format(arena,
		       "{\"supplier\":\"%s\",\"role\":\"%s\",\"with_history\":%s,\"brief\":{\"what\":\"look at it\"}}",
		       with->name, escalated ? "escalated" : "shadow", history ? "true" : "false"));
	trace_line(&sim->world, "we share %d with %s%s", (int)incident, with->name, escalated ? ", escalated" : "");
}

static struct ent_str comment_json(struct sim *sim, const struct canary *canary, struct ent_str body)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 65536);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "id", canary->uuid);
	sdk_jsonw_kstr(&w, "body", body);
	sdk_jsonw_key(&w, "audience");
	audience_print(&w, &canary->audience);
	sdk_jsonw_close(&w, '}');
	struct ent_str json = sdk_dup(&sim->arena.abi, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}

static void we_say(struct sim *sim, int64_t incident)
{
	struct ent_str body;

	if (!incident || sim->n_canary == CANARIES)
		return;
	int i = canary_new(sim, -1, -1, false, &body);
	struct canary *canary = &sim->canary[i];
	canary->incident = incident;
	unsigned kind = (unsigned)rng_below(&sim->by_people, 3);
	canary->audience =
	    audience_make(&sim->arena.abi, ENT_STR(ORGANISATION_OURS), ENT_ABSENT,
			  kind == 1 ? sdk_str(sim->tool[sim->n_tool - 1].name) : ENT_ABSENT, kind == 2, i % 3 == 0);
	sim->world.chance.uuid(&sim->world.chance, canary->uuid);
	struct post *post =
	    we_ask(sim, "POST", sdk_format(&sim->arena.abi, "/v1/incidents/%lld/comments", (long long)incident),
		   comment_json(sim, canary, body));
	post->said = i;
	trace_line(&sim->world, "we say canary-%d. in %d to %s", i, (int)incident,
		   kind == 2   ? "everyone"
		   : kind == 1 ? "one"
			       : "ours");
}

static void we_open(struct sim *sim)
{
	char uuid[ID_SIZE];

	sim->world.chance.uuid(&sim->world.chance, uuid);
	we_ask(sim, "POST", ENT_STR("/v1/incidents"),
	       sdk_format(&sim->arena.abi, "{\"id\":\"%s\",\"title\":\"we open %d\"}", uuid, sim->people_done));
	trace_line(&sim->world, "we open %s", uuid);
}

/* Of our own words; false: there are none. */
static bool we_reword(struct sim *sim)
{
	struct ent_arena *arena = &sim->arena.abi;
	int i = sim->n_canary ? (int)rng_below(&sim->by_people, (uint64_t)sim->n_canary) : 0;
	struct canary *canary = &sim->canary[i];

	if (sim->n_canary == 0 || canary->tool >= 0 || canary->is_removed)
		return false;
	canary->is_removed = rng_below(&sim->by_people, 4) == 0;
	struct ent_str target =
	    sdk_format(arena, "/v1/incidents/%lld/comments/%s", (long long)canary->incident, canary->uuid);
	if (canary->is_removed)
		we_ask(sim, "DELETE", target, ENT_ABSENT);
	else
		we_ask(sim, "PATCH", target,
		       sdk_format(arena, "{\"body\":\"canary-%d. somebody  says *more* edit-%d.\"}", i, ++sim->n_edit));
	trace_line(&sim->world, "we %s canary-%d.", canary->is_removed ? "remove" : "edit", i);
	return true;
}

/* A tool that takes part in two incidents, if there is one: comments then made in the other one are owed to it. */
static int64_t share_of_two(struct sim *sim, struct tool **ret_with, int64_t *ret_other)
{
	struct db *db = sim->eyes;
	int64_t incident = 0;

	if (!db || !sim_has(sim, FAULT_MERGE))
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

static void we_unshare(struct sim *sim)
{
	struct tool *tool = NULL, *with = &sim->tool[rng_below(&sim->by_people, (uint64_t)sim->n_tool)];
	int64_t other = 0, incident = share_of_two(sim, &with, &other);

	incident = incident ? incident : any_incident(sim, &tool);

	if (!incident)
		return;
	we_ask(sim, "DELETE",
	       sdk_format(&sim->arena.abi, "/v1/incidents/%lld/shares/%s", (long long)incident, with->name),
	       ENT_ABSENT);
	sim->unshared = incident;
	sim->unshared_with = with;
	trace_line(&sim->world, "we unshare %d with %s", (int)incident, with->name);
	if (other)
		we_say(sim, other);
}

static void we_set(struct sim *sim)
{
	static const char *const words[] = {"in_progress", "pending", "resolved"};
	const char *word = words[rng_below(&sim->by_people, 3)];
	struct tool *tool = NULL;
	int64_t incident = any_incident(sim, &tool);

	if (!incident)
		return;
	we_ask(sim, "PATCH", sdk_format(&sim->arena.abi, "/v1/incidents/%lld", (long long)incident),
	       sdk_format(&sim->arena.abi, "{\"status\":\"%s\"}", word));
	trace_line(&sim->world, "we set %d to %s", (int)incident, word);
}

/* Who gives up a ticket gives up all that is said later: that is a person's word, and left out here. */
#define STANDS_STILL "(state = 'parked' OR state = 'unknown' AND op <> 'create_ticket')"

/* Any that stands still. What may have been done is not said again where nobody can look: a person would be wrong. */
static void we_decide(struct sim *sim)
{
	struct db *db = sim->eyes;
	int64_t n = db ? db_ask(db, "SELECT count(*) FROM delivery WHERE " STANDS_STILL) : 0;

	if (n <= 0)
		return;
	struct db_stmt *stmt =
	    db_use(db, "SELECT id, state FROM delivery WHERE " STANDS_STILL " ORDER BY id LIMIT 1 OFFSET $1");
	db_bind_int(stmt, 1, (int64_t)rng_below(&sim->by_people, (uint64_t)n));
	bool found = db_row(stmt), is_parked = found && sdk_eqz(db_str(stmt, 1), "parked");
	int64_t id = found ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (!found)
		return;
	we_ask(sim, "POST",
	       sdk_format(&sim->arena.abi, "/v1/deliveries/%lld/%s", (long long)id, is_parked ? "retry" : "ignore"),
	       ENT_ABSENT);
	trace_line(&sim->world, "we %s delivery %d", is_parked ? "retry" : "ignore", (int)id);
}

static void person_merges(struct sim *sim)
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
static bool person_merges_what_owes(struct sim *sim)
{
	struct db *db = sim->eyes;
	char number[INCIDENT_NUMBER_SIZE];
	int64_t ticket = 0;
	struct tool *tool = NULL;

	if (!db || !sim->unshared || !sim_has(sim, FAULT_MERGE))
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

/* A merge is undone; where there is none, two incidents are merged. False: there are not two. */
static bool we_split(struct sim *sim)
{
	struct db *db = sim->eyes;
	struct ent_arena *arena = &sim->arena.abi;
	int64_t kept =
	    db ? db_ask(db, "SELECT coalesce(max(kept), 0) FROM merging JOIN incident ON number = kept WHERE "
			    "merged_into = 0")
	       : 0;

	if (!db)
		return false;
	if (kept > 0) {
		we_ask(sim, "POST", sdk_format(arena, "/v1/incidents/%lld/split", (long long)kept), ENT_STR("{}"));
		trace_line(&sim->world, "we split %d", (int)kept);
		return true;
	}
	int64_t one = db_ask(db, "SELECT coalesce(min(number), 0) FROM incident WHERE merged_into = 0");
	int64_t other = db_ask(db, "SELECT coalesce(max(number), 0) FROM incident WHERE merged_into = 0");
	if (one <= 0 || one == other)
		return false;
	we_ask(sim, "POST", sdk_format(arena, "/v1/incidents/%lld/merge", (long long)other),
	       sdk_format(arena, "{\"other\":\"%lld\"}", (long long)one));
	trace_line(&sim->world, "we merge %d with %d", (int)other, (int)one);
	return true;
}

/* Right after it was said: then it may not have gone out yet. */
static bool narrows_now(struct sim *sim)
{
	const struct canary *last = sim->n_canary ? &sim->canary[sim->n_canary - 1] : NULL;

	return last && sim_has(sim, FAULT_NARROW) && last->tool >= 0 && last->is_public && !last->is_narrowed &&
	       rng_below(&sim->by_people, 3) == 0;
}

/* One time in so many, in runs with this theme and in others. */
static bool one_in(struct sim *sim, enum theme theme, uint64_t themed, uint64_t else_n)
{
	return rng_below(&sim->by_people, sim->plan.theme == theme ? themed : else_n) == 0;
}

void people_act(struct sim *sim)
{
	struct tool *tool = NULL;
	uint64_t what = rng_below(&sim->by_people, 20);

	if (narrows_now(sim)) {
		person_narrows(sim, sim->n_canary - 1);
		return;
	}
	sim->people_done++;
	sim->last_word_us = sim->world.us;
	sim->people_us = sim->world.us + rng_range(&sim->by_people, 10000, 4000000);
	if (person_merges_what_owes(sim))
		return;
	if (sim_has(sim, FAULT_DECIDE) && rng_below(&sim->by_people, 4) == 0) {
		we_decide(sim);
		return;
	}
	if (sim_has(sim, FAULT_MERGE) && one_in(sim, THEME_MERGES, 4, 12)) {
		person_merges(sim);
		return;
	}
	if (sim_has(sim, FAULT_SPLIT) && rng_below(&sim->by_splits, 5) == 0 && we_split(sim))
		return;
	if (sim_has(sim, FAULT_MOVE) && one_in(sim, THEME_MOVES, 4, 12)) {
		person_moves(sim);
		return;
	}
	if (sim_has(sim, FAULT_OPENED) && rng_below(&sim->by_people, 8) == 0) {
		we_open(sim);
		return;
	}
	if (sim_has(sim, FAULT_REWORD) && rng_below(&sim->by_people, 6) == 0 && we_reword(sim))
		return;
	if (sim_has(sim, FAULT_ROBOT) && one_in(sim, THEME_ROBOTS, 1, 2) && person_thanks(sim))
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
	else if (what < 19 && sim_has(sim, FAULT_NARROW) && sim->n_canary > 0)
		person_narrows(sim, (int)rng_below(&sim->by_people, (uint64_t)sim->n_canary));
	else if (sim_has(sim, FAULT_UNSHARE))
		we_unshare(sim);
	else
		person_says(sim);
}
