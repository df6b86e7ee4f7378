/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cursor by properties, against random tools (tool.h), with power cuts between any two steps:
 * what can be read is told at least once, and in order per ticket; what cannot is listed as put aside; no walk stands
 * still; a still tool is read with at most twice the fewest requests. No clock, no I/O: the seed is all.
 *
 *   cursor_tools FIRST N      seeds FIRST .. FIRST+N-1; exit status 1 names the first one that fails
 */
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/ask.h"
#include "sdk/http.h"

#define MEMO_SIZE (ENT_MEMO_MAX + 1)
#define STEPS_MAX 6000
#define WALKS     4  /* while the tool lives */
#define LAST      12 /* walks after it */

struct world {
	struct tool tool;
	char memo[MEMO_SIZE];
	size_t memo_n;
	unsigned failures;
	bool is_aside[TICKETS_MAX]; /* by the last answer that was stored */
	size_t n_aside;
	char why[300];
};

static bool fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct world *world, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(world->why, sizeof world->why, format, args);
	va_end(args);
	return false;
}

/* ---- a connector ---------------------------------------------------------------------------- */

static struct sdk_cursor_rule rule_of(const struct tool *tool)
{
	return (struct sdk_cursor_rule){
	    .by = tool->by, .grain_ms = tool->grain_ms, .stamp_ms = tool->grain_ms, .overlap_ms = 10000};
}

static struct ent_str build(const struct tool *tool, const struct ent_call *call, struct ent_arena *arena)
{
	struct sdk_cursor_rule rule = rule_of(tool);
	struct sdk_cursor cursor;
	struct ent_err err;

	sdk_cursor_begin(&cursor, &rule, call, NULL, arena, &err);
	if (cursor.ask)
		return sdk_format(arena, "ticket?%.*s&%.*s", ENT_F(cursor.ask->ticket), ENT_F(cursor.ask->place));
	return sdk_format(arena, "list?%lld&%lld&%.*s", (long long)cursor.since_ms, (long long)cursor.page,
			  ENT_F(cursor.token));
}

static enum ent_rc tell(struct sdk_cursor *cursor, const struct sdk_json *node, struct ent_str id)
{
	struct ent_change *change = sdk_changes_add(&cursor->list, ENT_TICKET_CHANGED);

	change->ticket.id = id;
	if (!sdk_json_int(sdk_json_at(node, "v"), &change->stamp.version))
		return sdk_fail(cursor->err, ENT_EINVAL, "the ticket has no version");
	return ENT_OK;
}

static enum ent_rc list_parse(const struct tool *tool, struct sdk_cursor *cursor)
{
	const struct sdk_json *root = NULL, *rows = NULL;
	struct ent_str last = ENT_ABSENT, old = ENT_ABSENT;
	int64_t due = 0, stamp_ms = 0;
	enum ent_rc rc = sdk_http_list(cursor->response, "rows", cursor->arena, &root, &rows, cursor->err);

	(void)sdk_json_int(sdk_json_at(root, "count"), &due);
	if (rc == ENT_OK)
		rc = sdk_list_whole(rows, due, cursor->err);
	if (rc != ENT_OK)
		return rc;
	for (const struct sdk_json *at = sdk_json_first(rows); at; at = sdk_json_next(at)) {
		struct sdk_cursor_item item = {.ticket = sdk_json_text_at(at, "ticket")};
		struct ent_str content =
		    tool->by == SDK_BY_KEY || tool->tells_content ? sdk_json_text_at(at, "v") : ENT_ABSENT;

		(void)sdk_json_int(sdk_json_at(at, "at"), &stamp_ms);
		last = sdk_json_text_at(at, "id");
		if (tool->by == SDK_BY_KEY)
			content = last;
		if (sdk_cursor_is_old(cursor, stamp_ms))
			old = last;
		if (tool->tells_content && !content.p)
			content = ENT_STR("?");
		if (!sdk_cursor_news(cursor, last, stamp_ms, content))
			continue;
		if (tool->tells_rows)
			sdk_cursor_told(cursor, tell(cursor, at, item.ticket), &item);
		if (!tool->tells_rows || !sdk_eqz(sdk_json_text_at(at, "words"), "0"))
			sdk_cursor_ask(cursor, &item);
	}
	if (tool->by == SDK_BY_KEY)
		sdk_cursor_keys(cursor, sdk_json_bool(sdk_json_at(root, "more"), false), last, old);
	else
		sdk_cursor_page(cursor, sdk_json_bool(sdk_json_at(root, "more"), false),
				sdk_json_text_at(root, "token"));
	return ENT_OK;
}

static enum ent_rc ticket_parse(struct sdk_cursor *cursor)
{
	struct ent_str id = cursor->ask->ticket, word_id;
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(cursor->response, cursor->arena, &root, cursor->err);

	if (rc == ENT_OK && !cursor->ask->place.p)
		rc = tell(cursor, root, id);
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "words")); at && rc == ENT_OK;
	     at = sdk_json_next(at)) {
		struct ent_change *change = sdk_changes_add(&cursor->list, ENT_COMMENT_ADDED);

		word_id = sdk_json_text(at);
		if (sdk_json_at(root, "long"))
			word_id = sdk_format(cursor->arena, "%0250d", 1);
		change->ticket.id = sdk_json_at(root, "long") ? ENT_ABSENT : id;
		change->comment.id = word_id;
		change->comment.body = ENT_STR("");
	}
	if (rc == ENT_OK && sdk_json_at(root, "long"))
		sdk_changes_add(&cursor->list, ENT_TICKET_CHANGED)->ticket.id = ENT_ABSENT;
	sdk_cursor_part(cursor, sdk_json_text_at(root, "next"));
	return rc;
}

/* ---- the broker ------------------------------------------------------------------------------- */

static bool store_change(struct world *world, const struct ent_change *change)
{
	struct ticket *at;
	int64_t i = -1, word;

	if (!sdk_to_int(change->ticket.id, &i) || i < 0 || i >= world->tool.tickets)
		return fail(world, "a change of no ticket");
	at = &world->tool.ticket[i];
	if (change->kind == ENT_TICKET_REMOVED) {
		at->is_removed = true;
		return true;
	}
	if (change->kind == ENT_TICKET_CHANGED) {
		at->told = change->stamp.version > at->told ? (int)change->stamp.version : at->told;
		return true;
	}
	if (!sdk_to_int(change->comment.id, &word) || word > at->heard)
		return fail(world, "ticket %lld: word %.*s was told before word %d", (long long)i,
			    ENT_F(change->comment.id), at->heard);
	at->heard += word == at->heard;
	return true;
}

static bool store(struct world *world, const struct ent_result *result)
{
	if (result->memo.n > ENT_MEMO_MAX || result->changes.n > ENT_CHANGES_MAX || result->n_aside > ENT_ASIDE_MAX)
		return fail(world, "a memo of %zu bytes, %zu changes, %zu aside", result->memo.n, result->changes.n,
			    result->n_aside);
	for (size_t i = 0; i < result->changes.n; i++)
		if (!store_change(world, &result->changes.at[i]))
			return false;
	memcpy(world->memo, result->memo.p, result->memo.n);
	world->memo_n = result->memo.n;
	memset(world->is_aside, 0, sizeof world->is_aside);
	world->n_aside = result->n_aside;
	for (size_t i = 0; i < result->n_aside; i++) {
		int64_t ticket = 0;

		if (!sdk_to_int(result->aside[i].ticket, &ticket) || result->aside[i].reason.code.n == 0)
			return fail(world, "something is put aside without id or reason");
		world->is_aside[ticket] = true;
	}
	return true;
}

/* One round trip. False: a property is broken. *ret_ended: the walk is over. */
static bool step(struct world *world, bool may_cut, bool *ret_ended)
{
	struct tool *tool = &world->tool;
	struct ent_call call = {.op = {.kind = ENT_POLL},
				.attempt = world->failures + 1,
				.memo = world->memo_n ? (struct ent_str){world->memo, world->memo_n} : ENT_ABSENT,
				.now_ms = tool->now_ms - 7000}; /* our clock is not theirs */
	struct sdk_cursor_rule rule = rule_of(tool);
	struct ent_result result = {0};
	struct ent_err err = {0};
	struct sdk_cursor cursor;
	struct sdk_arena arena;
	bool fine = true;
	enum ent_rc rc;

	sdk_arena_init(&arena);
	struct ent_response response = tool_answer(tool, &arena.abi, build(tool, &call, &arena.abi));
	sdk_cursor_begin(&cursor, &rule, &call, &response, &arena.abi, &err);
	rc = cursor.ask ? ticket_parse(&cursor) : list_parse(tool, &cursor);
	rc = sdk_cursor_end(&cursor, rc, &result);
	*ret_ended = rc == ENT_OK;
	if (may_cut && tool_draw(tool, 25) == 0) { /* the power went before anything of it was stored */
		world->failures = 0;
		*ret_ended = false;
	} else if (rc >= ENT_OK) {
		world->failures = 0;
		fine = store(world, &result);
	} else {
		if (!sdk_eq(sdk_or_empty(result.remote_id), cursor.ask ? cursor.ask->ticket : ENT_STR("")))
			fine = fail(world, "a failure names another ticket than the one that was asked for");
		world->failures++;
		tool_wait(tool, 1000);
	}
	sdk_arena_release(&arena);
	return fine;
}

static bool walk(struct world *world, bool may_cut)
{
	bool ended = false;
	int steps = 0;

	while (!ended) {
		if (++steps > STEPS_MAX)
			return fail(world, "a walk does not end; memo %.200s", world->memo);
		if (!step(world, may_cut, &ended))
			return false;
		tool_live(&world->tool);
		if (may_cut && steps > 200)
			world->tool.is_still = true;
	}
	return true;
}

/* ---- properties --------------------------------------------------------------------------------- */

static bool check(struct world *world)
{
	for (int i = 0; i < world->tool.tickets; i++) {
		const struct ticket *at = &world->tool.ticket[i];

		bool is_asked = at->words > 0 || !world->tool.tells_rows || at->fault == FAULT_CUT;

		if (at->fault != FAULT_NONE && is_asked) {
			if (!world->is_aside[i] && !at->is_removed)
				return fail(world, "ticket %d cannot be read (fault %d) and is not listed as put aside",
					    i, at->fault);
		} else if (at->told != at->version || at->heard != at->words) {
			return fail(world, "ticket %d: version %d of %d, %d of %d words", i, at->told, at->version,
				    at->heard, at->words);
		}
	}
	return true;
}

static bool world_run(struct world *world, uint64_t seed)
{
	bool was_still;

	memset(world, 0, sizeof *world);
	tool_make(&world->tool, seed);
	was_still = world->tool.is_still && !world->tool.ignores_since;
	if (was_still) {
		int64_t most = tool_most(&world->tool);

		if (!walk(world, false))
			return false;
		if (world->tool.asked > most)
			return fail(world, "%lld requests where %lld are enough", (long long)world->tool.asked,
				    (long long)most);
		return check(world);
	}
	for (int i = 0; i < WALKS; i++) {
		if (!walk(world, true))
			return false;
		tool_wait(&world->tool, (int64_t)tool_draw(&world->tool, 60000));
		world->tool.is_still = false;
	}
	tool_mend(&world->tool);
	for (int i = 0; i < LAST; i++) {
		if (!walk(world, false))
			return false;
		tool_wait(&world->tool, i % 2 ? 7 * 3600000 : 30000);
	}
	return check(world);
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
	struct world *world = malloc(sizeof *world);

	for (uint64_t seed = first; seed < first + n; seed++)
		if (!world_run(world, seed)) {
			printf("seed %llu: %s\n", (unsigned long long)seed, world->why);
			free(world);
			return 1;
		}
	printf("%llu tools\n", (unsigned long long)n);
	free(world);
	return 0;
}
