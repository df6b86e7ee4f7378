/* SPDX-License-Identifier: Apache-2.0 */
/* A tool's list, and each of its tickets, as the tests of the one cursor tell it: no connector is between. */
#ifndef UNIT_CURSOR_POLL_H
#define UNIT_CURSOR_POLL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/cursor.h"
#include "sdk/http.h"

#define START_MS INT64_C(1795320000000) /* 2026-11-22T04:00:00Z */

/* One walk, step by step: what is kept between two requests is the memo. */
struct poll {
	struct sdk_arena arena;
	struct sdk_cursor_rule rule;
	struct ent_call call;
	struct ent_response response;
	struct sdk_cursor cursor;
	struct ent_result result;
	struct ent_err err;
};

static inline void poll_open(struct poll *poll, struct sdk_cursor_rule rule)
{
	memset(poll, 0, sizeof *poll);
	sdk_arena_init(&poll->arena);
	poll->rule = rule;
	poll->call = (struct ent_call){.op = {.kind = ENT_POLL, .since_ms = START_MS}, .attempt = 1};
	poll->call.now_ms = START_MS + 3600000; /* nothing is fresh */
}

static inline void poll_begin(struct poll *poll, int status)
{
	poll->response = (struct ent_response){.status = status};
	poll->err.msg[0] = '\0';
	sdk_cursor_begin(&poll->cursor, &poll->rule, &poll->call, &poll->response, &poll->arena.abi, &poll->err);
}

static inline enum ent_rc poll_end(struct poll *poll, enum ent_rc rc)
{
	if (rc < ENT_OK)
		(void)snprintf(poll->err.msg, sizeof poll->err.msg, "HTTP %d", poll->response.status);
	rc = sdk_cursor_end(&poll->cursor, rc, &poll->result);
	if (rc >= ENT_OK)
		poll->call.memo = poll->result.memo;
	return rc;
}

static inline struct sdk_cursor_item item_of(const char *id)
{
	return (struct sdk_cursor_item){.ticket = sdk_str(id)};
}

/* A row that needs a request of its own. True: it was news. */
static inline bool row(struct poll *poll, const char *id, int64_t stamp_ms)
{
	struct sdk_cursor_item item = item_of(id);
	bool news = sdk_cursor_news(&poll->cursor, item.ticket, stamp_ms, ENT_STR("1"));

	if (news)
		sdk_cursor_ask(&poll->cursor, &item);
	return news;
}

static inline void asks_for(struct poll *poll, const char *id)
{
	poll_begin(poll, 200);
	if (!poll->cursor.ask || !sdk_eqz(poll->cursor.ask->ticket, id))
		fail_msg("ticket %s is not asked for", id);
}

static inline void tell(struct poll *poll, const char *id)
{
	sdk_changes_add(&poll->cursor.list, ENT_TICKET_CHANGED)->ticket.id = sdk_str(id);
}

#endif
