/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entente backfill: what a supplier's tool holds since a time, read by the broker page by page within the supplier's
 * limit. This command starts it and watches; the cursor is the broker's, so that neither a crash nor a lost terminal
 * loses or repeats anything.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

#define LOOK_EVERY_MS 500
#define LOST_MAX      60 /* looks without an answer, then it gives up watching */

static void usage(FILE *to)
{
	fputs("usage: entente backfill SUPPLIER --since TIME [--no-wait]\n"
	      "       entente backfill SUPPLIER --stop\n"
	      "\n"
	      "Reads from a supplier's tool all that changed since TIME, as if its webhooks had just\n"
	      "come; what is known already stays as it is. It shows how far it is until it is done.\n"
	      "Ctrl-C stops it; what was read is kept. A broker that is restarted goes on by itself.\n"
	      "\n"
	      "  --since TIME       RFC 3339, e.g. 2026-01-01T00:00:00Z\n"
	      "  --no-wait          only start it\n"
	      "  --stop             stop one that runs\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente backfill telnord --since 2026-01-01T00:00:00Z\n"
	      "  entente backfill telnord --stop\n",
	      to);
}

struct backfill {
	struct client *client;
	const struct client_args *args;
	const char *supplier;
	bool draws; /* the terminal shows progress in place */
};

/* Of the supplier's JSON. */
static const struct sdk_json *cursor_of(const struct sdk_json *supplier)
{
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(supplier, "cursors")); one;
	     one = sdk_json_next(one))
		if (sdk_json_is(one, "stream", "backfill"))
			return one;
	return NULL;
}

static enum ent_rc call(struct ent_arena *arena, const struct backfill *backfill, const char *method, const char *after,
			struct ent_str body, const struct sdk_json **ret, struct ent_err *err)
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

static struct ent_str words(struct ent_arena *arena, const struct sdk_json *supplier)
{
	const struct sdk_json *cursor = cursor_of(supplier);
	struct ent_str why = sdk_json_text_at(supplier, "why");
	struct ent_str left = aside_words(arena, sdk_json_at(supplier, "aside"));

	return sdk_format(arena, "%.*s: %.*s pages, %.*s changes%.*s, tool %.*s%s%.*s",
			  ENT_F(sdk_json_text_at(cursor, "state")), ENT_F(sdk_json_text_at(cursor, "pages")),
			  ENT_F(sdk_json_text_at(cursor, "changes")), ENT_F(left),
			  ENT_F(sdk_json_text_at(supplier, "state")), why.n ? ": " : "", ENT_F(why));
}

static void print_end(struct ent_arena *arena, const struct backfill *backfill, const struct sdk_json *supplier)
{
	const struct sdk_json *cursor = cursor_of(supplier);

	if (backfill->draws)
		fputs("\r\033[K", stderr);
	if (!backfill->args->json)
		printf("%.*s\n", ENT_F(words(arena, supplier)));
	else if (cursor)
		printf("%.*s\n", ENT_F(sdk_json_print(arena, cursor)));
}

static int stop(struct ent_arena *arena, const struct backfill *backfill)
{
	const struct sdk_json *supplier;
	struct ent_err err;

	if (call(arena, backfill, "DELETE", "/backfill", ENT_ABSENT, &supplier, &err))
		return client_complain(&err);
	print_end(arena, backfill, supplier);
	return 0;
}

/* Until it is done, was stopped, or a signal comes. */
static int watch(const struct backfill *backfill, int signals)
{
	struct pollfd fd = {.fd = signals, .events = POLLIN};
	int lost = 0, status = -1;

	while (status < 0) {
		const struct sdk_json *supplier;
		struct sdk_arena arena;
		struct ent_err err;

		sdk_arena_init(&arena);
		enum ent_rc rc = call(&arena.abi, backfill, "GET", "", ENT_ABSENT, &supplier, &err);
		lost = rc == ENT_ERETRY ? lost + 1 : 0;
		if (rc && (rc != ENT_ERETRY || lost > LOST_MAX)) {
			status = client_complain(&err);
		} else if (!rc && !sdk_json_is(cursor_of(supplier), "state", "running")) {
			print_end(&arena.abi, backfill, supplier);
			status = sdk_json_is(cursor_of(supplier), "state", "done") ? 0 : 1;
		} else if (!rc && backfill->draws) {
			fprintf(stderr, "\r\033[K%.*s", ENT_F(words(&arena.abi, supplier)));
		}
		if (status < 0 && poll(&fd, 1, LOOK_EVERY_MS) > 0)
			status = stop(&arena.abi, backfill) ? 1 : 130;
		sdk_arena_release(&arena);
	}
	return status;
}

static int start(struct ent_arena *arena, const struct backfill *backfill, const char *since, bool waits)
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
	if (call(arena, backfill, "POST", "/backfill", client_body_take(&body, arena), &supplier, &err))
		return client_complain(&err);
	if (!waits) {
		print_end(arena, backfill, supplier);
		return 0;
	}
	int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	int status = watch(backfill, signals);
	close(signals);
	return status;
}

int cmd_backfill(int argc, char **argv)
{
	struct client_args args = {0};
	const char *since = NULL;
	bool stops = false, no_wait = false;
	const struct client_word option[] = {
	    {"since", &since, NULL}, {"stop", NULL, &stops}, {"no-wait", NULL, &no_wait}, {0}};
	int status = client_words(&args, option, argc, argv, usage);
	struct backfill backfill = {.args = &args, .draws = isatty(STDERR_FILENO) == 1 && !no_wait && !stops};
	struct sdk_arena arena;
	struct ent_err err;

	if (status >= 0)
		return status;
	if (optind + 1 != argc || stops == (since != NULL)) {
		usage(stderr);
		return 2;
	}
	backfill.supplier = argv[optind];
	if (client_open(&args, &backfill.client, &err))
		return client_complain(&err);
	sdk_arena_init(&arena);
	status = stops ? stop(&arena.abi, &backfill) : start(&arena.abi, &backfill, since, !no_wait);
	sdk_arena_release(&arena);
	client_close(backfill.client);
	return status;
}
