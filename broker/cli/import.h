/* SPDX-License-Identifier: Apache-2.0 */
/* One import: import.c sends the lines, cmd_import.c starts it and sums up. */
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

#include "base/world.h"
#include "cli/client.h"
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

/* Until the file is sent, it is interrupted (`signals` can be read), or it cannot go on. */
void import_run(struct import *import, int signals);
void import_line_free(struct line *line);

#endif
