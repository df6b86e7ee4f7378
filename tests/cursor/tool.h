/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random tool with lists in pages: rows with equal stamps, rows that move while they are read, changes that show
 * late, tickets that fail for a while or for ever, tokens that are refused, lists that break off. Pure but for its
 * seed.
 */
#ifndef CURSOR_TOOL_H
#define CURSOR_TOOL_H

#include "sdk/cursor.h"

#define TICKETS_MAX 600
#define LOG_MAX     6000
#define START_MS    INT64_C(1795320000000) /* 2026-11-22T04:00:00Z */
#define LATE_MS     5000                   /* how much later than its stamp a change may show */

enum fault { FAULT_NONE, FAULT_500, FAULT_403, FAULT_404, FAULT_SILENT, FAULT_CUT, FAULT_INVALID, FAULT_N };

struct ticket {
	int64_t stamp_ms, shows_ms, shown_stamp_ms; /* newest change; when lists show it; what they show now */
	int64_t shown_seq, shown_at_ms;
	int version, shown;
	int words; /* comments; they show at once */
	enum fault fault;
	int fault_left;  /* answers; negative: for ever */
	int told, heard; /* newest version told; words told, in order */
	bool is_removed;
};

struct entry { /* of the log of SDK_BY_KEY */
	int ticket;
	int64_t stamp_ms, shows_ms;
};

struct tool {
	uint64_t random;
	enum sdk_cursor_by by;
	bool is_still, tells_date, tells_content, tells_rows, has_tokens, fails;
	bool has_long_places;     /* of pages inside a ticket */
	bool ignores_since;       /* its list shows all rows and ignores `since` */
	int tickets, page, inner; /* rows of a page; comments of a page inside a ticket */
	int64_t now_ms, grain_ms, seq, epoch;
	struct ticket ticket[TICKETS_MAX];
	struct entry log[LOG_MAX];
	int n_log;
	int64_t asked; /* requests */
};

uint64_t tool_draw(struct tool *tool, uint64_t n); /* 0 <= it < n */
void tool_make(struct tool *tool, uint64_t seed);
void tool_live(struct tool *tool); /* a while passes */
void tool_wait(struct tool *tool, int64_t ms);
void tool_mend(struct tool *tool); /* what failed for a while is over; nothing changes any more */
/* Answers a request in the arena, as bytes. path: "list?since&page&token" or "ticket?id&place". */
struct ent_response tool_answer(struct tool *tool, struct ent_arena *arena, struct ent_str path);
/* Twice the fewest requests that read a tool without changes from its beginning, plus one for each page whose rows all
 * have one time: the rows after it need a new request. */
int64_t tool_most(const struct tool *tool);

#endif
