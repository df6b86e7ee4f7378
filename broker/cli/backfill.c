/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/backfill.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOK_EVERY_MS 500
#define LOST_MAX      60 /* looks without an answer, then it gives up watching */

struct backfill {
	struct client *client;
	const struct client_args *args;
	const char *supplier;
	bool draws; /* the terminal shows progress in place */
};

/* The backfill's cursor in the supplier's JSON. */
static const struct sdk_json *backfill_cursor(const struct sdk_json *supplier)
{
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(supplier, "cursors")); one;
	     one = sdk_json_next(one))
		if (sdk_json_is(one, "stream", "backfill"))
			return one;
	return NULL;
}

static enum ent_rc backfill_call(struct ent_arena *arena, const struct backfill *backfill, const char *method,
				 const char *after, struct ent_str body, const struct sdk_json **ret,
				 struct ent_err *err)
{
	struct client_answer answer;
	enum ent_rc rc =
	    client_call(backfill->client, arena, method,
			client_path(arena, "/v1/suppliers/", sdk_str(backfill->supplier), after), body, &answer, err);

	return rc ? rc : sdk_json_parse(arena, answer.body, ret, err);
}

static struct ent_str aside_words(struct ent_arena *arena, const struct sdk_json *aside)
{
	int64_t n = 0;

	for (const struct sdk_json *one = sdk_json_first(aside); one; one = sdk_json_next(one))
		n += sdk_json_is(one, "stream", "backfill");
	return n ? sdk_format(arena, ", %lld tickets put aside (see supplier show)", (long long)n) : ENT_STR("");
}

static struct ent_str progress_words(struct ent_arena *arena, const struct sdk_json *supplier)
{
	const struct sdk_json *cursor = backfill_cursor(supplier);
	struct ent_str why = sdk_json_text_at(supplier, "why.text");
	struct ent_str left = aside_words(arena, sdk_json_at(supplier, "aside"));

	return sdk_format(arena, "%.*s: %.*s pages, %.*s changes%.*s, tool %.*s%s%.*s",
			  ENT_F(sdk_json_text_at(cursor, "state")), ENT_F(sdk_json_text_at(cursor, "pages")),
			  ENT_F(sdk_json_text_at(cursor, "changes")), ENT_F(left),
			  ENT_F(sdk_json_text_at(supplier, "state")), why.n ? ": " : "", ENT_F(why));
}

static void end_print(struct ent_arena *arena, const struct backfill *backfill, const struct sdk_json *supplier)
{
	const struct sdk_json *cursor = backfill_cursor(supplier);

	if (backfill->draws)
		fputs("\r\033[K", stderr);
	if (!backfill->args->json)
		printf("%.*s\n", ENT_F(progress_words(arena, supplier)));
	else if (cursor)
		printf("%.*s\n", ENT_F(sdk_json_print(arena, cursor)));
}

static int watch_end(struct ent_arena *arena, const struct backfill *backfill)
{
	const struct sdk_json *supplier;
	struct ent_err err;

	if (backfill_call(arena, backfill, "DELETE", "/backfill", ENT_ABSENT, &supplier, &err))
		return client_complain(&err);
	end_print(arena, backfill, supplier);
	return 0;
}

/* Until it is done, was stopped, or a signal comes. */
static int backfill_watch(const struct backfill *backfill, int signals)
{
	struct pollfd fd = {.fd = signals, .events = POLLIN};
	int lost = 0, status = -1;

	while (status < 0) {
		const struct sdk_json *supplier;
		struct sdk_arena arena;
		struct ent_err err;

		sdk_arena_init(&arena);
		enum ent_rc rc = backfill_call(&arena.abi, backfill, "GET", "", ENT_ABSENT, &supplier, &err);
		lost = rc == ENT_ERETRY ? lost + 1 : 0;
		if (rc && (rc != ENT_ERETRY || lost > LOST_MAX)) {
			status = client_complain(&err);
		} else if (!rc && !sdk_json_is(backfill_cursor(supplier), "state", "running")) {
			end_print(&arena.abi, backfill, supplier);
			status = sdk_json_is(backfill_cursor(supplier), "state", "done") ? 0 : 1;
		} else if (!rc && backfill->draws) {
			fprintf(stderr, "\r\033[K%.*s", ENT_F(progress_words(&arena.abi, supplier)));
		}
		if (status < 0 && poll(&fd, 1, LOOK_EVERY_MS) > 0)
			status = watch_end(&arena.abi, backfill) ? 1 : 130;
		sdk_arena_release(&arena);
	}
	return status;
}

static int watch_begin(struct ent_arena *arena, const struct backfill *backfill, const char *since, bool waits)
{
	const struct sdk_json *supplier;
	struct client_body body;
	struct ent_err err;
	sigset_t set;

	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "since", since);
	/* Before it is started: a Ctrl-C must stop it, not only this program. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (backfill_call(arena, backfill, "POST", "/backfill", client_body_take(&body, arena), &supplier, &err))
		return client_complain(&err);
	if (!waits) {
		end_print(arena, backfill, supplier);
		return 0;
	}
	int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	int status = backfill_watch(backfill, signals);
	close(signals);
	return status;
}

static int backfill_run(const struct question_call *call, bool stops)
{
	bool waits = !stops && !question_value(call, "no-wait");
	struct backfill backfill = {.args = &call->client,
				    .supplier = question_value(call, "supplier"),
				    .draws = waits && isatty(STDERR_FILENO) == 1};
	struct ent_err err;
	int status;

	if (client_open(&call->client, &backfill.client, &err))
		return client_complain(&err);
	status = stops ? watch_end(call->arena, &backfill)
		       : watch_begin(call->arena, &backfill, question_value(call, "since"), waits);
	client_close(backfill.client);
	return status;
}

int backfill_run_start(const struct question_call *call)
{
	return backfill_run(call, false);
}

int backfill_run_stop(const struct question_call *call)
{
	return backfill_run(call, true);
}
