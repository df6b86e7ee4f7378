/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor for tools that are asked "what changed since?", oldest first. It is the memo of
 * an ENT_POLL: JSON, whole in itself, stored with the changes of the page it came with.
 *
 *   build:  sdk_poll_begin(.., NULL, ..)
 *           poll.todo.p ? ask for that ticket : ask for what changed at or after poll.since_ms,
 *           passing over poll.page full pages (or with poll.token)
 *   parse:  sdk_poll_begin(.., response, ..)
 *           a page: for each item, if (sdk_poll_news(..)) tell it now, or sdk_poll_later() when it needs a request of
 *           its own; then return sdk_poll_page(..)
 *           a ticket that was asked for: tell it, then return sdk_poll_done(..)
 *
 * What it is good for:
 * - A page by number shifts when somebody changes a ticket meanwhile, and one is missed. So the next page is asked for
 *   from the time of the last item on; numbers only count pages that begin and end with the same time.
 * - A tool stores a change later than it stamps it. So the next walk asks from `overlap_ms` before this one began, by
 *   the tool's clock (the Date of its answers), or from the newest time seen; what was told is not told again.
 * - Coarse stamps: an item without `content` that was stamped just now may change again within the same stamp; it is
 *   told again in the next walk, until its stamp is overlap_ms old.
 * Something may be told twice, which the broker recognises; nothing is missed.
 */
#ifndef SDK_POLL_H
#define SDK_POLL_H

#include "entente/connector.h"
#include "sdk/str.h"

#define SDK_POLL_TODO_MAX 500 /* of one page */

struct sdk_poll_rule {
	int64_t overlap_ms; /* how much later than its stamp a change may appear; 0: 20 s */
	int64_t grain_ms;   /* how fine the tool's question is: 1000 for seconds, a day for dates; 0: 1 */
	int64_t stamp_ms;   /* how fine the tool stamps; 0: 1000 */
};

struct sdk_poll_seen;

struct sdk_poll {
	int64_t since_ms;     /* whole grains; 0: from the beginning */
	int64_t page;         /* from 0 */
	struct ent_str token; /* what the tool gave for the next page; absent: none */
	struct ent_str todo;  /* id of a ticket that waits for a request of its own; absent: ask for a page */

	/* its own */
	struct sdk_poll_rule rule;
	int64_t now_ms;             /* the tool's clock, else ours */
	int64_t high_ms, before_ms; /* newest stamp of all; of all before this page */
	int64_t reach_ms, began_ms; /* newest stamp of this page; the tool's time when the walk began */
	bool knows_now, caught_up;
	bool is_full; /* no more of this page can wait: what is behind it is taken with the next question */
	struct sdk_poll_seen *seen;
	struct ent_str *waits; /* todo is the first */
	size_t n_seen, n_waits, begin_waits, waits_size;
	struct ent_arena *arena;
	struct ent_err *err;
};

/* response: NULL in build(). ENT_EINVAL: the memo is none of ours. */
enum ent_rc sdk_poll_begin(struct sdk_poll *poll, const struct sdk_poll_rule *rule, const struct ent_call *call,
			   const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Was it not told yet? content: what tells one version of the item from the next (its bytes, a version number);
 * absent: the list does not show it. */
bool sdk_poll_news(struct sdk_poll *poll, struct ent_str id, int64_t stamp_ms, struct ent_str content);
/* When SDK_POLL_TODO_MAX of them wait, the rest of the page is news in the next question. */
void sdk_poll_later(struct sdk_poll *poll, struct ent_str id);
/* Behind a page: ENT_MORE or ENT_OK, and the memo. more: the page was full, or the tool says that there is another
 * one. token: for it, when the tool has one. ENT_EINVAL: the tool gives pages without an end. */
enum ent_rc sdk_poll_page(struct sdk_poll *poll, bool more, struct ent_str token, struct ent_str *ret_memo)
    __attribute__((warn_unused_result));
/* Behind the answer about `todo`, also when it is gone. */
enum ent_rc sdk_poll_done(struct sdk_poll *poll, struct ent_str *ret_memo) __attribute__((warn_unused_result));

#endif
