/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending a file of arrivals.
 *
 * A window of lines is kept; a line may go out when no earlier line of the window has
 * the same order key, so what belongs together stays in the order of the file while
 * the rest overlaps. A line leaves the window when the broker made it durable, or
 * refused it for good. The broker knows repeats by their delivery id, so the whole
 * file may be sent again after any interruption.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/text_hash.h"
#include "cli/import.h"

/* ---- progress -------------------------------------------------------------- */

static int bar_width(void)
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
	fprintf(stderr, "\r\033[K%.*s", bar_width() - 1, text);
	import->drawn_us = now_us;
}

/* ---- lines and answers ----------------------------------------------------- */

static void fail_line(struct import *import, int64_t number, const struct ent_err *why)
{
	import->failed++;
	if (import->n_failure < FAILURES_KEPT)
		import->failure[import->n_failure++] =
		    (struct failure){number, sdk_dup(&import->arena.abi, sdk_str(why->msg))};
}

void import_line_free(struct line *line)
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

static void line_answered(void *to, size_t slot, const struct client_answer *answer)
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
		import_line_free(line);
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
		import_line_free(line);
	}
}

/* Fills the window from the file. */
static void lines_read(struct import *import)
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
		line->order = (int64_t)text_hash(TEXT_HASH, order);
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

void import_run(struct import *import, int signals)
{
	int64_t last_chance_us = 0; /* after an interruption: until when answers are waited for */

	for (;;) {
		int64_t now_us = import->clock->mono_us(import->clock);
		bool ends = import->interrupted || import->stop;
		int fd[2] = {signals, import->source.fd}, wait_ms = 100;

		if (!ends) {
			lines_read(import);
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
		client_pool_wait(import->pool, fd, pipe && !ends ? 2 : 1, wait_ms, line_answered, import);
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
