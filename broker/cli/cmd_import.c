/* SPDX-License-Identifier: Apache-2.0 */
/* entente import: a file of arrivals through the same journey as webhooks. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "cli/command.h"
#include "cli/import.h"

static const char help[] = "usage: entente import FILE|- [--parallel N] [--order-by PATH] [--no-progress]\n"
			   "\n"
			   "Sends arrivals to a running broker, as if each were a webhook. One JSON object a\n"
			   "line: {\"supplier\",\"delivery_id\",\"headers\"?,\"body\"}; other members are ignored.\n"
			   "\n"
			   "Order: of one supplier, at most one arrival is under way, in the order of the file;\n"
			   "suppliers overlap. With --order-by it is one per value at PATH of the body instead\n"
			   "(an incident's or a ticket's id), which is faster. The broker also orders by the\n"
			   "suppliers' own versions and times, where they give them.\n"
			   "\n"
			   "It may be interrupted and repeated: what the broker has is counted as \"repeated\".\n"
			   "A busy broker (503) is waited for, one that does not answer for 30 s. Exit status 1\n"
			   "when some lines failed.\n"
			   "\n"
			   "  --parallel N       arrivals under way at once, 1..256 (16)\n"
			   "  --order-by PATH    e.g. correlation, or issue.id\n"
			   "  --no-progress      no progress bar on a terminal\n" CLIENT_HELP "\n"
			   "examples:\n"
			   "  entente import arrivals.jsonl --token-file token\n"
			   "  zcat old.jsonl.gz | entente import - --parallel 64 --order-by correlation --json\n";

/* ---- the summary ----------------------------------------------------------- */

/* The first line that is neither durable nor refused for good; 0: none. */
static int64_t stopped_at(const struct import *import)
{
	for (size_t i = 0; i < import->n; i++) {
		const struct line *line = &import->line[(import->first + i) % import->n_window];
		if (line->state != LINE_FREE)
			return line->number;
	}
	return import->interrupted || import->stop ? import->source.line + 1 : 0;
}

static int by_line(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

static void summary_json(struct import *import, double seconds)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int64_t stopped = stopped_at(import);

	sdk_buf_init(&buf, (size_t)1 << 20);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "accepted", import->accepted);
	sdk_jsonw_kint(&w, "repeated", import->repeated);
	sdk_jsonw_kint(&w, "dead", import->dead);
	sdk_jsonw_kint(&w, "failed", import->failed);
	sdk_jsonw_kint(&w, "retried", import->retried);
	sdk_jsonw_key(&w, "seconds");
	sdk_jsonw_real(&w, seconds);
	sdk_jsonw_key(&w, "stopped_at_line");
	if (stopped)
		sdk_jsonw_int(&w, stopped);
	else
		sdk_jsonw_null(&w);
	sdk_jsonw_key(&w, "failures");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < import->n_failure; i++) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kint(&w, "line", import->failure[i].line);
		sdk_jsonw_kstr(&w, "reason", import->failure[i].why);
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	printf("%.*s\n", (int)buf.n, buf.p);
	sdk_buf_release(&buf);
}

static void summary_text(struct import *import, double seconds)
{
	int64_t n = import->accepted + import->repeated + import->dead + import->failed, stopped = stopped_at(import);

	printf("%lld accepted, %lld repeated, %lld dead letters, %lld failed in %.1f s (%.0f/s)\n",
	       (long long)import->accepted, (long long)import->repeated, (long long)import->dead,
	       (long long)import->failed, seconds, seconds > 0 ? (double)n / seconds : 0);
	for (size_t i = 0; i < import->n_failure; i++)
		printf("line %lld: %.*s\n", (long long)import->failure[i].line, (int)import->failure[i].why.n,
		       import->failure[i].why.p);
	if (import->failed > (int64_t)import->n_failure)
		printf("... and %lld more\n", (long long)(import->failed - (int64_t)import->n_failure));
	if (import->dead)
		printf("see: entente deadletter list\n");
	if (stopped == 1)
		printf("stopped before the first line was with the broker\n");
	else if (stopped)
		printf(
		    "stopped: everything before line %lld is with the broker. Run the same command again; what it has "
		    "already is not taken twice.\n",
		    (long long)stopped);
}

/* ---- the command ----------------------------------------------------------- */

static int parse_args(struct import *import, int argc, char **argv)
{
	enum { OPT_PARALLEL = 1, OPT_ORDER_BY, OPT_NO_PROGRESS };
	static const struct option option[] = {{"parallel", required_argument, NULL, OPT_PARALLEL},
					       {"order-by", required_argument, NULL, OPT_ORDER_BY},
					       {"no-progress", no_argument, NULL, OPT_NO_PROGRESS},
					       CLIENT_LONGOPTS,
					       {0}};
	int64_t n;
	int c;

	while ((c = getopt_long(argc, argv, "h", option, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return 0;
		} else if (c == OPT_PARALLEL && sdk_to_int(sdk_str(optarg), &n) && n >= 1 && n <= PARALLEL_MAX) {
			import->parallel = (size_t)n;
		} else if (c == OPT_ORDER_BY) {
			import->order_by = optarg;
		} else if (c == OPT_NO_PROGRESS) {
			import->progress = false;
		} else if (!client_option(&import->args, c, optarg)) {
			if (c == OPT_PARALLEL)
				fprintf(stderr, "entente import: --parallel takes a number from 1 to %d\n",
					PARALLEL_MAX);
			fputs(help, stderr);
			return 2;
		}
	}
	if (optind != argc - 1) {
		fputs(help, stderr);
		return 2;
	}
	import->file = argv[optind];
	return -1;
}

static int import_all(struct import *import, struct client *client)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);

	import->n_window = import->parallel * WINDOW_PER_SLOT;
	import->line = sdk_xalloc(import->n_window * sizeof *import->line);
	memset(import->line, 0, import->n_window * sizeof *import->line);
	import->slot = sdk_xalloc(import->parallel * sizeof *import->slot);
	import->pool = client_pool_new(client, ENT_STR("/v1/arrivals"), import->parallel);
	import->started_us = import->heard_us = import->clock->mono_us(import->clock);
	import_run(import, signals);
	double seconds = (double)(import->clock->mono_us(import->clock) - import->started_us) / 1e6;
	if (import->progress)
		fputs("\r\033[K", stderr);
	client_pool_free(import->pool);
	qsort(import->failure, import->n_failure, sizeof *import->failure, by_line);
	if (import->args.json)
		summary_json(import, seconds);
	else
		summary_text(import, seconds);
	if (import->stop)
		client_complain(&import->why);
	for (size_t i = 0; i < import->n_window; i++) {
		if (import->line[i].state != LINE_FREE)
			import_line_free(&import->line[i]);
	}
	free(import->line);
	free(import->slot);
	close(signals);
	return import->failed || import->stop || import->interrupted ? 1 : 0;
}

static int import_command(int argc, char **argv)
{
	struct import import = {.parallel = 16, .progress = isatty(STDERR_FILENO) == 1, .clock = clock_system()};
	struct client *client;
	struct ent_err err;
	int status = parse_args(&import, argc, argv);

	if (status >= 0)
		return status;
	if (client_open(&import.args, &client, &err))
		return client_complain(&err);
	if (import_source_open(&import.source, import.file, &err)) {
		client_close(client);
		return client_complain(&err);
	}
	sdk_arena_init(&import.arena);
	status = import_all(&import, client);
	sdk_arena_release(&import.arena);
	import_source_close(&import.source);
	client_close(client);
	return status;
}

const struct command command_import = {
    .name = "import", .summary = "send a file of arrivals to a running broker", .run = import_command};
