/* SPDX-License-Identifier: Apache-2.0 */
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/time.h"

uint64_t tool_draw(struct tool *tool, uint64_t n)
{
	tool->random = tool->random * 6364136223846793005u + 1442695040888963407u;
	return (tool->random >> 33) % n;
}

#define WORDS_MAX 12 /* each row of the log asks for all of them again */

#define EPOCH INT64_C(10000000000000) /* a token is its epoch times this number, plus a place */

#define KEYS 1000 /* more than there are rows of one time */

/* ---- life ---------------------------------------------------------------------------------- */

static void show(struct tool *tool)
{
	for (int i = 0; i < tool->tickets; i++) {
		struct ticket *at = &tool->ticket[i];

		if (at->shows_ms > tool->now_ms || at->shown == at->version)
			continue;
		at->shown = at->version;
		at->shown_stamp_ms = at->stamp_ms;
		at->shown_at_ms = tool->now_ms;
		at->shown_seq = ++tool->seq;
	}
}

void tool_wait(struct tool *tool, int64_t ms)
{
	tool->now_ms += ms;
	show(tool);
}

static void change(struct tool *tool, int i)
{
	struct ticket *at = &tool->ticket[i];

	if (at->shows_ms > tool->now_ms || tool->n_log == LOG_MAX)
		return; /* one transaction at a time */
	at->version++;
	if (at->words < WORDS_MAX)
		at->words += (int)tool_draw(tool, 3);
	at->stamp_ms = tool->now_ms - tool->now_ms % tool->grain_ms;
	at->shows_ms = tool->now_ms + (tool_draw(tool, 4) == 0 ? (int64_t)tool_draw(tool, LATE_MS) : 0);
	tool->log[tool->n_log++] = (struct entry){i, at->stamp_ms, at->shows_ms};
	show(tool);
}

static void fail_some(struct tool *tool, struct ticket *at)
{
	if (!tool->fails || tool_draw(tool, 10) > 0)
		return;
	at->fault = (enum fault)(1 + tool_draw(tool, FAULT_N - 1));
	at->fault_left = tool_draw(tool, 2) ? -1 : (int)(1 + tool_draw(tool, 8));
}

void tool_make(struct tool *tool, uint64_t seed)
{
	static const int64_t grains[] = {1, 1000, 60000};
	static const int pages[] = {1, 2, 3, 7, 20, 50, 100};
	bool is_crowd;

	*tool = (struct tool){.random = seed * 2654435761u + 17, .now_ms = START_MS + 1};
	(void)tool_draw(tool, 2);
	tool->by = (enum sdk_cursor_by)tool_draw(tool, 3);
	tool->is_still = tool_draw(tool, 4) == 0;
	tool->fails = !tool->is_still && tool_draw(tool, 3) > 0;
	tool->tells_date = tool_draw(tool, 3) > 0;
	tool->tells_content = tool_draw(tool, 2);
	tool->tells_rows = tool_draw(tool, 2);
	tool->has_tokens = tool_draw(tool, 3) == 0;
	tool->grain_ms = grains[tool_draw(tool, 3)];
	tool->page = pages[tool_draw(tool, 7)];
	tool->inner = pages[tool_draw(tool, 7)];
	is_crowd = tool_draw(tool, 12) == 0; /* a page has more rows than a memo holds */
	tool->page = is_crowd ? TICKETS_MAX : tool->page;
	tool->tells_content = tool->tells_content || (is_crowd && tool->by == SDK_BY_TOKEN);
	tool->has_long_places = tool_draw(tool, 8) == 0;
	tool->ignores_since = is_crowd && tool_draw(tool, 4) == 0;
	tool->tickets = 1 + (int)tool_draw(tool, is_crowd ? TICKETS_MAX : tool_draw(tool, 2) ? 150 : 12);
	int64_t span_ms = is_crowd ? 1000 : 1 + (int64_t)tool_draw(tool, 300000) * (int64_t)tool_draw(tool, 3);
	for (int i = 0; i < tool->tickets; i++) {
		tool->now_ms += span_ms / tool->tickets;
		change(tool, i);
		fail_some(tool, &tool->ticket[i]);
	}
	if (tool->inner >= 7 && tool_draw(tool, 3) == 0)
		tool->ticket[tool_draw(tool, (uint64_t)tool->tickets)].words += (int)tool_draw(tool, 400);
	if (tool_draw(tool, 8) == 0) { /* one answer that tells more than can be told at once */
		tool->inner = 5000;
		tool->ticket[tool_draw(tool, (uint64_t)tool->tickets)].words += (int)tool_draw(tool, 3500);
	}
	if (tool->is_still) /* nothing is fresh any more */
		tool_wait(tool, 3600000);
}

void tool_live(struct tool *tool)
{
	if (tool->is_still)
		return;
	tool_wait(tool, (int64_t)tool_draw(tool, 2000));
	while (tool_draw(tool, 3) == 0)
		change(tool, (int)tool_draw(tool, (uint64_t)tool->tickets));
	if (tool->fails && tool_draw(tool, 200) == 0) /* all tokens so far */
		tool->epoch++;
}

void tool_mend(struct tool *tool)
{
	tool_wait(tool, LATE_MS);
	tool->is_still = true;
	tool->fails = false;
	for (int i = 0; i < tool->tickets; i++)
		if (tool->ticket[i].fault_left >= 0)
			tool->ticket[i].fault = FAULT_NONE;
}

/* ---- lists ---------------------------------------------------------------------------------- */

struct row {
	int64_t id, ticket, stamp_ms, order;
};

static int by_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : (x->id > y->id) - (x->id < y->id);
}

static size_t rows_of(const struct tool *tool, int64_t since_ms, int64_t token, struct row *ret)
{
	size_t n = 0;

	for (int i = 0; i < tool->n_log && tool->by == SDK_BY_KEY; i++)
		if (i + 1 > token && tool->log[i].shows_ms <= tool->now_ms && tool->log[i].stamp_ms >= since_ms)
			ret[n++] = (struct row){i + 1, tool->log[i].ticket, tool->log[i].stamp_ms, i};
	for (int i = 0; i < tool->tickets && tool->by != SDK_BY_KEY; i++) {
		const struct ticket *at = &tool->ticket[i];
		bool wanted = tool->by == SDK_BY_STAMP ? at->shown_stamp_ms >= since_ms || tool->ignores_since
			      : token > 0              ? at->shown_seq > token
						       : at->shown_at_ms >= since_ms;

		if (at->shown > 0 && wanted)
			ret[n++] = (struct row){i, i, at->shown_stamp_ms,
						tool->by == SDK_BY_STAMP ? at->shown_stamp_ms : at->shown_seq};
	}
	qsort(ret, n, sizeof *ret, by_order);
	return n;
}

static int64_t number_take(struct ent_str *path)
{
	int64_t n = 0;
	struct ent_str rest;

	(void)sdk_to_int(sdk_cut(*path, '&', &rest), &n);
	*path = rest;
	return n;
}

static void row_write(const struct tool *tool, struct sdk_jsonw *w, const struct row *row)
{
	const struct ticket *at = &tool->ticket[row->ticket];
	bool is_bad = tool->tells_rows && at->fault == FAULT_CUT;

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kint(w, "id", row->id);
	sdk_jsonw_kint(w, "ticket", row->ticket);
	sdk_jsonw_kint(w, "at", row->stamp_ms);
	if (!is_bad)
		sdk_jsonw_kint(w, "v", at->shown);
	sdk_jsonw_kint(w, "words", at->words);
	sdk_jsonw_close(w, '}');
}

/* The row after which a token goes on: the last row of its page, wherever it is now. */
static int64_t key_of(const struct row *row)
{
	return (row->stamp_ms - START_MS) * KEYS + row->id + 1;
}

/* A token is a row's order, or its key. */
static void list_write(struct tool *tool, struct sdk_jsonw *w, int64_t since_ms, int64_t page, int64_t token,
		       bool is_broken)
{
	struct row *row = malloc(sizeof *row * (LOG_MAX + TICKETS_MAX));
	bool by_token = tool->by == SDK_BY_TOKEN, by_key = tool->by == SDK_BY_KEY;
	size_t n = rows_of(tool, since_ms, token, row), begin = by_token || by_key ? 0 : (size_t)(page * tool->page);
	bool by_row = !by_token && !by_key && tool->has_tokens && token > 0;
	size_t end, shown;

	for (begin = by_row ? 0 : begin; by_row && begin < n && key_of(&row[begin]) <= token; begin++)
		;
	begin = begin < n ? begin : n;
	end = begin + (size_t)tool->page < n ? begin + (size_t)tool->page : n;
	shown = is_broken ? begin + (end - begin) / 2 : end;
	sdk_jsonw_key(w, "rows");
	sdk_jsonw_open(w, '[');
	for (size_t i = begin; i < shown; i++)
		row_write(tool, w, &row[i]);
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kint(w, "count", (int64_t)(end - begin));
	sdk_jsonw_kbool(w, "more", end < n && !is_broken);
	if (by_token)
		sdk_jsonw_kint(w, "token", tool->epoch * EPOCH + (end > begin ? row[end - 1].order : token));
	else if (!by_key && tool->has_tokens && end < n)
		sdk_jsonw_kint(w, "token", tool->epoch * EPOCH + key_of(&row[end - 1]));
	free(row);
}

/* ---- answers ---------------------------------------------------------------------------------- */

static int fault_status(enum fault fault)
{
	static const int status[FAULT_N] = {200, 500, 403, 404, 0, 200, 200};

	return status[fault];
}

static void ticket_write(struct tool *tool, struct sdk_jsonw *w, int64_t i, int64_t place, enum fault fault)
{
	const struct ticket *at = &tool->ticket[i];
	int64_t end = place + tool->inner < at->words ? place + tool->inner : at->words;
	char next[500];

	sdk_jsonw_kint(w, "id", i);
	sdk_jsonw_kint(w, "v", at->shown);
	sdk_jsonw_key(w, "words");
	sdk_jsonw_open(w, '[');
	for (int64_t word = place; word < end; word++)
		sdk_jsonw_int(w, word);
	sdk_jsonw_close(w, ']');
	if (fault == FAULT_INVALID)
		sdk_jsonw_kbool(w, "long", true);
	if (end < at->words) {
		(void)snprintf(next, sizeof next, "%0*lld", tool->has_long_places ? 400 : 1, (long long)end);
		sdk_jsonw_kz(w, "next", next);
	}
}

static enum fault fault_take(struct ticket *at)
{
	enum fault fault = at->fault;

	if (fault != FAULT_NONE && at->fault_left > 0 && --at->fault_left == 0)
		at->fault = FAULT_NONE;
	return fault;
}

static struct ent_header *date_header(const struct tool *tool, struct ent_arena *arena)
{
	struct ent_header *header = SDK_NEW(arena, struct ent_header);
	char text[SDK_TIME_SIZE];

	(void)sdk_time_format(tool->now_ms, text);
	*header = (struct ent_header){ENT_STR("Date"),
				      sdk_format(arena, "Sun, %.2s Nov %.4s %.8s GMT", text + 8, text, text + 11)};
	return header;
}

struct ent_response tool_answer(struct tool *tool, struct ent_arena *arena, struct ent_str path)
{
	struct ent_response response = {200, date_header(tool, arena), tool->tells_date, ENT_ABSENT};
	struct ent_str rest, what = sdk_cut(path, '?', &rest);
	enum fault fault = FAULT_NONE;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	tool->asked++;
	sdk_buf_init(&buf, 4u << 20);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	if (sdk_eqz(what, "list")) {
		int64_t since_ms = number_take(&rest), page = number_take(&rest), token = number_take(&rest);
		bool breaks = tool->fails && tool_draw(tool, 20) == 0, tells = tool_draw(tool, 2);

		if (token > 0 && token / EPOCH != tool->epoch && tool->by != SDK_BY_KEY)
			response.status = 400;
		list_write(tool, &w, since_ms, page, token % EPOCH, breaks);
		if (breaks && tells)
			sdk_jsonw_kz(&w, "error", "execution time exceeded");
		fault = breaks && !tells && tool_draw(tool, 2) ? FAULT_CUT : FAULT_NONE;
	} else {
		int64_t i = number_take(&rest), place = number_take(&rest);

		fault = fault_take(&tool->ticket[i]);
		response.status = fault_status(fault);
		ticket_write(tool, &w, i, place, fault);
	}
	sdk_jsonw_close(&w, '}');
	response.body = sdk_dup(arena, sdk_buf_view(&buf));
	if (fault == FAULT_CUT)
		response.body.n -= 2;
	if (fault == FAULT_SILENT)
		response.body = ENT_STR("no answer within 30 s");
	sdk_buf_release(&buf);
	return response;
}

int64_t tool_most(const struct tool *tool)
{
	struct row *row = malloc(sizeof *row * (LOG_MAX + TICKETS_MAX));
	size_t n = rows_of(tool, 0, 0, row), begin = 0, page = (size_t)tool->page;
	int64_t least = 1, lone = 0;

	while (begin + page < n) { /* to the last row of the page, or over it when all of the page has its time */
		size_t last = begin + page - 1;

		if (tool->by == SDK_BY_STAMP && row[last].stamp_ms > row[begin].stamp_ms)
			while (row[last - 1].stamp_ms == row[last].stamp_ms)
				last--;
		else
			last++, lone++;
		begin = last;
		least++;
	}
	for (int i = 0; i < tool->tickets; i++) {
		int64_t words = tool->ticket[i].words;
		int64_t in = words / tool->inner + (words % tool->inner > 0), at_once = (words + 1) / 1000 + 1;

		if (words > 0 || !tool->tells_rows)
			least += in > at_once ? in : at_once;
	}
	free(row);
	return 2 * least + (tool->by == SDK_BY_STAMP ? lone : 0);
}
