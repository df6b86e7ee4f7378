/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/json.h"
#include "sdk/marker.h"

enum { PAGE = 3, VISIBLE_US = 5000000 };

static int64_t now_ms(const struct sim *sim, const struct tool *tool)
{
	return SIM_EPOCH_MS + sim->world.us / 1000 + tool->skew_ms;
}

void tool_init(struct tool *tool, int index, uint64_t seed)
{
	struct rng one, *rng = &one;

	rng_init(rng, seed, "tool", (uint64_t)index);
	memset(tool, 0, sizeof *tool);
	tool->index = index;
	snprintf(tool->name, sizeof tool->name, "tool%d", index);
	tool->class = (enum tool_class)rng_below(rng, 3);
	tool->hooks = rng_below(rng, 3) > 0;
	tool->tells_actor = rng_below(rng, 2);
	tool->coarse = rng_below(rng, 4) == 0;
	tool->everyone = rng_below(rng, 4) > 0;
	tool->knows_account = rng_below(rng, 2);
	tool->skew_ms = rng_range(rng, -300000, 300000);
	tool->rate_per_min = rng_range(rng, 0, 2) ? 6000 : rng_range(rng, 60, 300);
	tool->locks_with = (const int[]){403, 422, 423}[rng_below(rng, 3)];
	tool->revokes_with = rng_below(rng, 2) ? 401 : 403;
	tool->moved = (enum tool_moved)rng_below(rng, 3);
	tool->retells = rng_below(rng, 2);
	tool->keeps_number = rng_below(rng, 2);
	/* Only where the account is known may a tool change the words and lose the marker: else nobody could tell. */
	if (tool->class != CLASS_B) {
		tool->marks = rng_below(rng, 2);
		tool->mangles = tool->knows_account && rng_below(rng, 2);
	} else {
		tool->marks = true;
	}
	/* Comments get new ids only if the marker or the account still shows whose they are. */
	tool->renumbers = (tool->marks || tool->knows_account) && rng_below(rng, 2);
}

int tool_now(const struct tool *tool, int ticket)
{
	while (tool->ticket[ticket].next >= 0)
		ticket = tool->ticket[ticket].next;
	return ticket;
}

void tool_log(struct sim *sim, struct tool *tool, int ticket, int comment, bool ours)
{
	struct tool_ticket *at = &tool->ticket[ticket];

	assert(tool->n_change < CHANGES);
	at->version++;
	at->time_ms = now_ms(sim, tool);
	tool->change[tool->n_change++] =
	    (struct tool_change){.ticket = ticket,
				 .comment = comment,
				 .comment_id = comment >= 0 ? tool->comment[comment].id : 0,
				 .next = comment >= 0 ? -1 : at->next,
				 .ours = ours};
	sim->last_word_us = sim->world.us;
}

void tool_touch(struct sim *sim, struct tool *tool, int ticket, int comment, bool ours)
{
	tool_log(sim, tool, ticket, comment, ours);
	if (tool->hooks)
		hook_send(sim, tool, tool->n_change - 1, -1);
}

void tool_touch_narrowing(struct sim *sim, struct tool *tool, int canary)
{
	tool_log(sim, tool, sim->canary[canary].ticket, sim->canary[canary].comment, false);
	if (tool->hooks)
		hook_send(sim, tool, tool->n_change - 1, canary);
}

int tool_open(struct sim *sim, struct tool *tool, bool ours, struct ent_str title, int status)
{
	int i = tool->n_ticket++;

	assert(i < TICKETS);
	tool->ticket[i] = (struct tool_ticket){
	    .status = status, .ours = ours, .us = sim->world.us, .asked_us = sim->world.us, .next = -1};
	tool->ticket[i].title = sdk_dup(&sim->arena.abi, title);
	rank_open(sim, tool, &tool->ticket[i]);
	return i;
}

/* As the tool keeps it: some eat the marker, some put words of their own around it. */
struct ent_str tool_keep(struct sim *sim, const struct tool *tool, struct ent_str body)
{
	struct ent_arena *arena = &sim->arena.abi;

	if (!tool->marks)
		body = sdk_marker_strip(arena, body);
	if (tool->mangles)
		return sdk_format(arena, "%s wrote: {%.*s}", tool->name, ENT_F(sdk_marker_strip(arena, body)));
	return sdk_dup(arena, body);
}

int tool_say(struct sim *sim, struct tool *tool, int ticket, bool ours, bool is_public, int canary, struct ent_str body)
{
	int i = tool->n_comment++;

	assert(i < COMMENTS);
	tool->comment[i] =
	    (struct tool_comment){.ticket = ticket,
				  .id = i,
				  .ours = ours,
				  .is_public = is_public,
				  .canary = canary,
				  .body = ours ? tool_keep(sim, tool, body) : sdk_dup(&sim->arena.abi, body),
				  .us = sim->world.us};
	return i;
}

void tool_set(struct sim *sim, struct tool *tool, int ticket, bool ours, int status)
{
	tool->ticket[ticket].status = status;
	tool_touch(sim, tool, ticket, -1, ours);
}

/* ---- telling --------------------------------------------------------------------------- */

static void print_ticket(struct sdk_jsonw *w, const struct tool *tool, int ticket)
{
	const struct tool_ticket *at = &tool->ticket[ticket];
	char id[16];

	snprintf(id, sizeof id, "%d", ticket);
	sdk_jsonw_key(w, "ticket");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "id", id);
	sdk_jsonw_kstr(w, "title", at->title);
	sdk_jsonw_kz(w, "status", tool_status[at->status]);
	rank_print(w, tool, at);
	if (!tool->coarse)
		sdk_jsonw_kint(w, "version", at->version);
	sdk_jsonw_kint(w, "time", tool->coarse ? at->time_ms / 1000 * 1000 : at->time_ms);
	if (at->number.n)
		sdk_jsonw_kstr(w, "number", at->number);
	sdk_jsonw_close(w, '}');
}

static void print_comment(struct sdk_jsonw *w, const struct tool *tool, const struct tool_change *change)
{
	const struct tool_comment *comment = &tool->comment[change->comment];
	char id[16];

	snprintf(id, sizeof id, "c%d", change->comment_id);
	sdk_jsonw_key(w, "comment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "id", id);
	sdk_jsonw_kz(w, "author", comment->ours ? "bot" : comment->by_robot ? "robot" : "person");
	sdk_jsonw_kint(w, "at", SIM_EPOCH_MS + comment->us / 1000 + tool->skew_ms);
	sdk_jsonw_kstr(w, "body", comment->body);
	sdk_jsonw_kbool(w, "public", comment->is_public);
	sdk_jsonw_kbool(w, "removed", comment->is_removed);
	sdk_jsonw_close(w, '}');
}

static void print_next(struct sdk_jsonw *w, const struct tool *tool, int next)
{
	char id[16];

	snprintf(id, sizeof id, "%d", next);
	sdk_jsonw_kz(w, "continues", id);
	sdk_jsonw_kbool(w, "hidden", tool->ticket[next].hidden);
}

static struct ent_str taken(struct sdk_buf *buf, struct ent_arena *arena)
{
	struct ent_str text = sdk_dup(arena, sdk_buf_view(buf));

	assert(!buf->failed);
	sdk_buf_release(buf);
	return text;
}

static void print_change(struct sdk_jsonw *w, const struct tool *tool, const struct tool_change *change, bool is_poll)
{
	sdk_jsonw_open(w, '{');
	print_ticket(w, tool, change->ticket);
	if (!is_poll && tool->tells_actor)
		sdk_jsonw_kz(w, "actor", change->ours ? "bot" : "person");
	if (change->comment >= 0)
		print_comment(w, tool, change);
	if (change->next >= 0)
		print_next(w, tool, change->next);
	sdk_jsonw_close(w, '}');
}

struct ent_str tool_tell(struct tool *tool, int change, bool is_poll, struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 65536);
	sdk_jsonw_init(&w, &buf);
	print_change(&w, tool, &tool->change[change], is_poll);
	return taken(&buf, arena);
}

/* ---- serving ------------------------------------------------------------------------------ */

static struct ent_response answer(int status, struct ent_str body)
{
	return (struct ent_response){.status = status, .body = body};
}

static struct ent_response answer_id(struct ent_arena *arena, const char *prefix, int id)
{
	if (id < 0)
		return answer(200, ENT_STR("{}"));
	return answer(201, sdk_format(arena, "{\"id\":\"%s%d\"}", prefix, id));
}

static struct ent_response page(struct sim *sim, struct tool *tool, int after, struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int i = after;

	sdk_buf_init(&buf, 1 << 20);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "log");
	sdk_jsonw_open(&w, '[');
	for (; i < tool->n_change && i < after + PAGE; i++) {
		const struct tool_change *change = &tool->change[i];

		if (tool->ticket[change->ticket].hidden)
			continue;
		/* A search index that lags: only there does the id alone tell our words. */
		if (!tool->knows_account && tool->mangles && change->comment >= 0 &&
		    tool->comment[change->comment].us + VISIBLE_US > sim->world.us)
			break;
		print_change(&w, tool, change, true);
	}
	sdk_jsonw_close(&w, ']');
	char next[16];
	snprintf(next, sizeof next, "%d", i);
	sdk_jsonw_kz(&w, "next", next);
	sdk_jsonw_kbool(&w, "more", i < tool->n_change && i == after + PAGE);
	sdk_jsonw_close(&w, '}');
	return answer(200, taken(&buf, arena));
}

static bool has_key(struct ent_str text, struct ent_str key)
{
	char found[SDK_MARKER_KEY_SIZE];

	return sdk_marker_find(text, found) && sdk_eqz(key, found);
}

/* Each thing comes into the index at its own time. */
static bool is_indexed(const struct sim *sim, const struct tool *tool, int i, int64_t made_us)
{
	int64_t lag_us = tool->class == CLASS_B ? (int64_t)((i + 1) * 7 % SEARCH_LAG_S) * 1000000 : 0;

	return sim->world.us >= made_us + lag_us;
}

static struct ent_response find(const struct sim *sim, struct tool *tool, int ticket, struct ent_str key,
				struct ent_arena *arena)
{
	if (ticket < 0) {
		for (int i = 0; i < tool->n_ticket; i++)
			if (has_key(tool->ticket[i].marker, key) && is_indexed(sim, tool, i, tool->ticket[i].us))
				return answer_id(arena, "", tool_now(tool, i));
		return answer_id(arena, "", -1);
	}
	for (int i = 0; i < tool->n_comment; i++)
		if (tool->comment[i].ticket == ticket && !tool->comment[i].is_removed &&
		    has_key(tool->comment[i].body, key) && is_indexed(sim, tool, i, tool->comment[i].us))
			return answer_id(arena, "c", tool->comment[i].id);
	return answer_id(arena, "c", -1);
}

static int status_of(const struct sdk_json *node)
{
	for (int i = 0; i < STATUSES; i++)
		if (sdk_json_is(node, "status", tool_status[i]))
			return i;
	return -1;
}

static struct ent_response create(struct sim *sim, struct tool *tool, const struct sdk_json *node, struct ent_str key,
				  struct ent_arena *arena)
{
	for (int i = 0; tool->class == CLASS_A && i < tool->n_ticket; i++)
		if (sdk_eqz(key, tool->ticket[i].key))
			return answer_id(arena, "", tool->moved == MOVED_ALIAS ? tool_now(tool, i) : i);
	if (tool->n_ticket == TICKETS)
		return answer(422, ENT_STR("{\"message\":\"full\"}"));
	int i = tool_open(sim, tool, true, sdk_json_text_at(node, "title"), 0);
	struct tool_ticket *at = &tool->ticket[i];
	(void)rank_take(sim, tool, at, node);
	at->number = sdk_dup(&sim->arena.abi, sdk_json_text_at(node, "number"));
	at->marker = sdk_dup(&sim->arena.abi, sdk_json_text_at(node, "text"));
	snprintf(at->key, sizeof at->key, "%.*s", ENT_F(key));
	tool_touch(sim, tool, i, -1, true);
	robot_hears(sim, tool, i);
	return answer_id(arena, "", i);
}

/* "canary-12." in a text; -1: none. */
static int canary_in(struct ent_str text)
{
	static const char word[] = "canary-";

	for (size_t i = 0; i + sizeof word <= text.n; i++)
		if (memcmp(text.p + i, word, sizeof word - 1) == 0)
			return atoi(text.p + i + sizeof word - 1);
	return -1;
}

static struct ent_response comment(struct sim *sim, struct tool *tool, int ticket, const struct sdk_json *node,
				   struct ent_str key, struct ent_arena *arena)
{
	for (int i = 0; tool->class == CLASS_A && i < tool->n_comment; i++)
		if (sdk_eqz(key, tool->comment[i].key))
			return answer_id(arena, "c", tool->comment[i].id);
	if (tool->ticket[ticket].locked)
		return answer(tool->locks_with, ENT_STR("{\"message\":\"this ticket is locked\"}"));
	if (tool->n_comment == COMMENTS || tool->n_change == CHANGES) {
		sim_violates(sim, "I7", tool->name, "%s has %d comments: it does not end", tool->name, tool->n_comment);
		return answer(422, ENT_STR("{}"));
	}
	struct ent_str body = sdk_json_text_at(node, "body");
	int i =
	    tool_say(sim, tool, ticket, true, sdk_json_bool(sdk_json_at(node, "public"), false), canary_in(body), body);
	snprintf(tool->comment[i].key, sizeof tool->comment[i].key, "%.*s", ENT_F(key));
	tool_touch(sim, tool, ticket, i, true);
	robot_hears(sim, tool, ticket);
	return answer_id(arena, "c", i);
}

static struct ent_response put(struct sim *sim, struct tool *tool, int ticket, const struct sdk_json *node)
{
	int status = status_of(node);

	if (tool->n_change == CHANGES) {
		sim_violates(sim, "I7", tool->name, "%s was changed %d times: it does not end", tool->name, CHANGES);
		return answer(422, ENT_STR("{}"));
	}
	if (sim_has(sim, FAULT_IDLE_PUT) && rng_ppm(&sim->by_tools, 200000))
		return answer(200, ENT_STR("{}"));
	bool ranks = rank_take(sim, tool, &tool->ticket[ticket], node);
	if (status >= 0 && status != tool->ticket[ticket].status)
		tool_set(sim, tool, ticket, true, status);
	else if (ranks)
		tool_touch(sim, tool, ticket, -1, true);
	return answer(200, ENT_STR("{}"));
}

static struct ent_response went_on(const struct tool *tool, int now, struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (tool->moved != MOVED_SAYS)
		return answer(404, ENT_STR("{\"message\":\"no such ticket\"}"));
	sdk_buf_init(&buf, 4096);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	print_next(&w, tool, now);
	sdk_jsonw_close(&w, '}');
	return answer(410, taken(&buf, arena));
}

static struct ent_response on_ticket(struct sim *sim, struct tool *tool, const char *method, int ticket,
				     struct ent_str rest, const struct sdk_json *node, struct ent_str key,
				     struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (ticket < 0 || ticket >= tool->n_ticket)
		return answer(404, ENT_STR("{\"message\":\"no such ticket\"}"));
	int now = tool_now(tool, ticket);
	if (tool->ticket[now].hidden || (now != ticket && tool->moved != MOVED_ALIAS))
		return went_on(tool, now, arena);
	ticket = now;
	if (sdk_starts(rest, "c/c"))
		return words_serve(sim, tool, method, ticket, atoi(rest.p + 3), node);
	if (strcmp(method, "POST") == 0)
		return comment(sim, tool, ticket, node, key, arena);
	if (strcmp(method, "PUT") == 0)
		return put(sim, tool, ticket, node);
	if (sdk_starts(rest, "c?find="))
		return find(sim, tool, ticket, (struct ent_str){rest.p + 7, rest.n - 7}, arena);
	sdk_buf_init(&buf, 65536);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	print_ticket(&w, tool, ticket);
	sdk_jsonw_close(&w, '}');
	return answer(200, taken(&buf, arena));
}

static struct ent_response who_am_i(struct sim *sim, struct tool *tool, bool refused)
{
	if (tool->n_probe < PROBES) {
		tool->probe[tool->n_probe].ms = SIM_EPOCH_MS + sim->world.us / 1000;
		tool->probe[tool->n_probe++].refused = refused;
	}
	return answer(refused ? tool->revokes_with : 200, ENT_STR("{\"id\":\"bot\"}"));
}

struct ent_response tool_serve(struct sim *sim, struct tool *tool, const char *method, struct ent_str path,
			       struct ent_str body, struct ent_str key, struct ent_arena *arena)
{
	const struct sdk_json *node = NULL;
	struct ent_err err;
	struct ent_str rest;

	bool refused = tool->revoked_until_us > sim->world.us && !sim->healing;

	tool->n_request++;
	if (sdk_eqz(path, "/me"))
		return who_am_i(sim, tool, refused);
	if (refused)
		return answer(tool->revokes_with, ENT_STR("{\"message\":\"who are you?\"}"));
	if (body.n && sdk_json_parse(arena, body, &node, &err) != ENT_OK)
		return answer(400, ENT_STR("{}"));
	if (sdk_starts(path, "/log?after="))
		return page(sim, tool, atoi(path.p + 11), arena);
	if (sdk_starts(path, "/t?find="))
		return find(sim, tool, -1, (struct ent_str){path.p + 8, path.n - 8}, arena);
	if (sdk_eqz(path, "/t"))
		return create(sim, tool, node, key, arena);
	if (!sdk_starts(path, "/t/"))
		return answer(404, ENT_STR("{}"));
	struct ent_str id = sdk_cut((struct ent_str){path.p + 3, path.n - 3}, '/', &rest);
	return on_ticket(sim, tool, method, atoi(sdk_z(arena, id)), rest, node, key, arena);
}
