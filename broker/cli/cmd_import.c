/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entente import: a file of arrivals through the same journey as webhooks.
 *
 * A window of lines is kept; a line may go out when no earlier line of the window has
 * the same order key, so what belongs together stays in the order of the file while
 * the rest overlaps. A line leaves the window when the broker made it durable, or
 * refused it for good. The broker knows repeats by their delivery id, so the whole
 * file may be sent again after any interruption.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/world.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/import_source.h"

#define PARALLEL_MAX      256
#define WINDOW_PER_SLOT   8
#define FAILURES_KEPT     100
#define UNREACHABLE_S     30 /* without any answer for so long, it gives up */
#define PAUSE_MAX_US      5000000
#define PROGRESS_EVERY_US 200000

enum wait_state { LINE_FREE, LINE_WAITS, LINE_SENT };
struct line {
	enum wait_state state;
	int64_t number, end, order; /* end: bytes of the file up to its end; order: hash of the order key */
	int64_t not_before_us;      /* 503: the broker asked for a pause */
	struct sdk_arena arena;
	struct ent_str request;
};
struct failure {
	int64_t line;
	struct ent_str why;
};

struct import {
	struct client_args args;
	const char *file, *order_by;
	size_t parallel;
	bool progress;

	struct sdk_arena arena;
	struct import_source source;
	struct client_pool *pool;
	struct clock *clock;
	struct line *line; /* a ring: first..first+n, in the order of the file */
	size_t n_window, first, n;
	size_t *slot; /* slot -> index in line[] */

	int64_t accepted, repeated, dead, failed, retried;
	struct failure failure[FAILURES_KEPT];
	size_t n_failure;
	int64_t started_us, heard_us, drawn_us, pause_us;
	bool read_all, interrupted, stop;
	struct ent_err why; /* stop: it cannot go on */
};

static void usage(FILE *to)
{
	fputs("usage: entente import FILE|- [--parallel N] [--order-by PATH] [--no-progress]\n"
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
	      "  zcat old.jsonl.gz | entente import - --parallel 64 --order-by correlation --json\n",
	      to);
}

/* ---- progress -------------------------------------------------------------- */

static int terminal_width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static void progress_draw(struct import *import, int64_t now_us)
{
	int64_t n = import->accepted + import->repeated + import->dead + import->failed;
	double seconds = (double)(now_us - import->started_us) / 1e6, rate = seconds > 0 ? (double)n / seconds : 0;
	char text[256], bar[21] = "";
	int size = 0;
	int64_t done = import->n ? import->line[import->first].end : import->source.offset;

	if (import->source.size > 0 && done > 0) {
		double part = (double)done / (double)import->source.size;
		int rest_s = (int)(seconds / part - seconds);
		memset(bar, '.', 20);
		memset(bar, '#', (size_t)(part * 20));
		size = snprintf(text, sizeof text, "%s %3d%% %02d:%02d left  ", bar, (int)(part * 100), rest_s / 60,
				rest_s % 60);
	}
	size += snprintf(text + size, sizeof text - (size_t)size, "%lld lines  %.0f/s  %lld failed", (long long)n, rate,
			 (long long)import->failed);
	fprintf(stderr, "\r\033[K%.*s", terminal_width() - 1, text);
	import->drawn_us = now_us;
}

/* ---- lines and answers ----------------------------------------------------- */

static int64_t order_hash(struct ent_str key)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	return (int64_t)h;
}

static void fail_line(struct import *import, int64_t number, const struct ent_err *why)
{
	import->failed++;
	if (import->n_failure < FAILURES_KEPT)
		import->failure[import->n_failure++] =
		    (struct failure){number, sdk_dup(&import->arena.abi, sdk_str(why->msg))};
}

static void line_free(struct line *line)
{
	line->state = LINE_FREE;
	sdk_arena_release(&line->arena);
}

static void count_outcome(struct import *import, struct line *line, const struct client_answer *answer)
{
	const struct sdk_json *node;
	struct ent_err err;
	struct ent_str outcome = ENT_ABSENT;

	if (sdk_json_parse(&line->arena.abi, answer->body, &node, &err) == ENT_OK)
		outcome = sdk_json_text_at(node, "status");
	if (sdk_eqz(outcome, "accepted")) {
		import->accepted++;
	} else if (sdk_eqz(outcome, "repeated")) {
		import->repeated++;
	} else if (sdk_eqz(outcome, "dead")) {
		import->dead++;
	} else {
		sdk_fail(&err, ENT_EINVAL, "the broker's answer has no outcome that is known");
		fail_line(import, line->number, &err);
	}
}

static void answered(void *to, size_t slot, const struct client_answer *answer)
{
	struct import *import = to;
	struct line *line = &import->line[import->slot[slot]];
	int64_t now_us = import->clock->mono_us(import->clock);
	struct ent_err err;
	enum ent_rc rc = client_judge(answer, &err);

	if (answer->status)
		import->heard_us = now_us;
	if (rc == ENT_OK) {
		count_outcome(import, line, answer);
		line_free(line);
		import->pause_us = 0;
	} else if (rc == ENT_ERETRY) {
		int64_t pause = import->pause_us ? import->pause_us * 2 : 50000;
		import->pause_us = pause > PAUSE_MAX_US ? PAUSE_MAX_US : pause;
		if (answer->retry_after_s >= 0)
			import->pause_us = (int64_t)answer->retry_after_s * 1000000;
		line->not_before_us = now_us + import->pause_us;
		line->state = LINE_WAITS;
		import->retried++;
		if (now_us - import->heard_us > (int64_t)UNREACHABLE_S * 1000000) {
			import->stop = true;
			import->why = err;
		}
	} else if (rc == ENT_EAUTH) {
		import->stop = true;
		import->why = err;
		line->state = LINE_WAITS;
	} else {
		fail_line(import, line->number, &err);
		line_free(line);
	}
}

/* Fills the window from the file. */
static void read_lines(struct import *import)
{
	while (!import->read_all && import->n < import->n_window) {
		struct ent_str text, order;
		struct ent_err err;
		enum import_line got = import_source_next(&import->source, &text);

		if (got == IMPORT_NOTHING_YET)
			return;
		if (got == IMPORT_END || got == IMPORT_BROKEN) {
			import->read_all = true;
			if (got == IMPORT_BROKEN) {
				import->stop = true;
				sdk_fail(&import->why, ENT_EINVAL, "%s cannot be read further: %s", import->file,
					 strerror(errno));
			}
			return;
		}
		struct line *line = &import->line[(import->first + import->n) % import->n_window];
		sdk_arena_init(&line->arena);
		if (got == IMPORT_TOO_LONG)
			sdk_fail(&err, ENT_EINVAL, "the line is longer than %zu MiB", IMPORT_LINE_MAX >> 20);
		if (got == IMPORT_TOO_LONG ||
		    import_request(&line->arena.abi, text, import->order_by, &line->request, &order, &err)) {
			fail_line(import, import->source.line, &err);
			sdk_arena_release(&line->arena);
			continue;
		}
		line->state = LINE_WAITS;
		line->number = import->source.line;
		line->end = import->source.offset;
		line->order = order_hash(order);
		line->not_before_us = 0;
		import->n++;
	}
}

/* May it go: has no earlier line of the window the same key? */
static bool is_first_of_key(const struct import *import, size_t i)
{
	int64_t order = import->line[(import->first + i) % import->n_window].order;

	for (size_t k = 0; k < i; k++) {
		const struct line *before = &import->line[(import->first + k) % import->n_window];
		if (before->state != LINE_FREE && before->order == order)
			return false;
	}
	return true;
}

/* Sends what may go; returns how long to wait at most, in ms. */
static int send_lines(struct import *import)
{
	int64_t now_us = import->clock->mono_us(import->clock), wait_us = 200000;
	size_t slot = 0;

	while (import->n && import->line[import->first].state == LINE_FREE) {
		import->first = (import->first + 1) % import->n_window;
		import->n--;
	}
	for (size_t i = 0; i < import->n && slot < import->parallel; i++) {
		size_t at = (import->first + i) % import->n_window;
		struct line *line = &import->line[at];

		if (line->state != LINE_WAITS || !is_first_of_key(import, i))
			continue;
		if (line->not_before_us > now_us) {
			if (line->not_before_us - now_us < wait_us)
				wait_us = line->not_before_us - now_us;
			continue;
		}
		while (slot < import->parallel && !client_pool_idle(import->pool, slot))
			slot++;
		if (slot == import->parallel)
			break;
		line->state = LINE_SENT;
		import->slot[slot] = at;
		client_pool_post(import->pool, slot, line->request);
	}
	return (int)(wait_us / 1000) + 1;
}

static bool any_sent(const struct import *import)
{
	for (size_t slot = 0; slot < import->parallel; slot++) {
		if (!client_pool_idle(import->pool, slot))
			return true;
	}
	return false;
}

static void run(struct import *import, int signals)
{
	int64_t last_chance_us = 0; /* after an interruption: until when answers are waited for */

	for (;;) {
		int64_t now_us = import->clock->mono_us(import->clock);
		bool ends = import->interrupted || import->stop;
		int fd[2] = {signals, import->source.fd}, wait_ms = 100;

		if (!ends) {
			read_lines(import);
			wait_ms = send_lines(import);
			if (import->read_all && !import->n && !any_sent(import))
				return;
		} else {
			if (!last_chance_us)
				last_chance_us = now_us + 5000000;
			if (!any_sent(import) || now_us > last_chance_us)
				return;
		}
		bool pipe = import->source.size < 0 && !import->read_all && import->n < import->n_window;
		client_pool_wait(import->pool, fd, pipe && !ends ? 2 : 1, wait_ms, answered, import);
		struct signalfd_siginfo info;
		if (read(signals, &info, sizeof info) > 0) {
			if (import->interrupted)
				return; /* asked twice: no more waiting */
			import->interrupted = true;
		}
		now_us = import->clock->mono_us(import->clock);
		if (import->progress && now_us - import->drawn_us > PROGRESS_EVERY_US)
			progress_draw(import, now_us);
	}
}

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
			usage(stdout);
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
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc - 1) {
		usage(stderr);
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
	run(import, signals);
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
			line_free(&import->line[i]);
	}
	free(import->line);
	free(import->slot);
	close(signals);
	return import->failed || import->stop || import->interrupted ? 1 : 0;
}

int cmd_import(int argc, char **argv)
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
