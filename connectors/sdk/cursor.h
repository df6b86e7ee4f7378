/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cursor for everything that is read in pages: what changed in a tool, and the lists inside a ticket. It is the
 * memo of an ENT_POLL: JSON, whole in itself, stored together with what the page told. Pure. A connector sees one
 * header; the functions stand in cursor.c, cursor_list.c (the list) and cursor_item.c (what is asked for alone).
 *
 *   build:  sdk_cursor_begin(&cursor, &rule, call, NULL, ..)
 *           cursor.ask ? ask for cursor.ask->ticket, at cursor.ask->place : ask for the list, where since_ms, page and
 *           token say
 *   parse:  sdk_cursor_begin(&cursor, &rule, call, response, ..)
 *           the list:  for each row  if (sdk_cursor_news(..)) { add its changes to cursor.list; sdk_cursor_told(..);
 *                      and where it needs a request of its own sdk_cursor_ask(..) }
 *                      sdk_cursor_page(..)
 *           a ticket:  add its changes to cursor.list; where its own list goes on sdk_cursor_part(..)
 *           return sdk_cursor_end(&cursor, rc, ret), also when rc says that the answer was none
 *
 * What it keeps to:
 * - A page by number shifts when somebody changes a ticket meanwhile. So the next page is asked for from the time of
 * the last row on. Pages of one and the same time go by number; they are read once more from the last to the first,
 * because rows that leave only move the others towards the front.
 * - A tool stores a change later than it stamps it. So the next walk asks from `overlap_ms` before this one began, by
 * the tool's clock (the Date of its answers), or from the newest time seen. A row that was told is not told again.
 * - Coarse stamps: a row without `content` that was stamped just now may change again within the same stamp. It is told
 *   again in each walk while the stamp lasts, then after pauses that double, and a last time when the stamp is
 *   overlap_ms old.
 * - A ticket that cannot be read or understood is put aside with the reason, and the others go on. It is asked for
 * again after growing pauses. A failure that may be the tool's own is the ticket's only if the tool answers its list
 * after it.
 * - A ticket that tells more than ENT_CHANGES_MAX changes, and a list that names more than the memo holds, are told in
 *   parts.
 * - A token that the tool refuses is dropped once, and the walk begins anew from the last time that is safe.
 * Something may be told twice, which the broker recognises; nothing is missed.
 */
#ifndef SDK_CURSOR_H
#define SDK_CURSOR_H

#include "entente/connector.h"
#include "sdk/webhook.h"

enum sdk_cursor_by {
	SDK_BY_STAMP, /* the list is asked for from a time on, oldest first; a token only leads on within one time */
	SDK_BY_TOKEN, /* the tool's own cursor says where to go on, in this walk and in the next one; rows have
			 `content` */
	SDK_BY_KEY    /* rows have growing keys: the list is asked for behind cursor.token; see sdk_cursor_keys() */
};

struct sdk_cursor_rule {
	enum sdk_cursor_by by;
	int64_t overlap_ms; /* how much later than its stamp a change may appear; 0: 20 s */
	int64_t grain_ms;   /* how fine the tool's question is: 1000 for seconds, a day for dates; 0: 1 */
	int64_t stamp_ms;   /* how fine the tool stamps; 0: 1000 */
};

/* A ticket, or a part of one, that needs a request of its own. */
struct sdk_cursor_item {
	struct ent_str ticket, key; /* id, 1..ENT_ID_MAX bytes; what people call it, may be absent */
	struct ent_str word;        /* the connector's: which request; with `ticket` it says which item this is */
	struct ent_str place;       /* the connector's: where in it to go on; absent: at its beginning */
	/* the cursor's */
	int64_t skip;  /* changes of this place that were told already */
	int64_t parts; /* places it went through */
	int64_t tries; /* how often it was put aside; 0: never */
	int64_t aside_ms, next_ms;
	int64_t gone_ms; /* since when every answer said that it is not there; 0: the last answer did not */
	struct ent_said reason;
};

struct sdk_cursor_seen;

struct sdk_cursor {
	/* what to ask for */
	const struct sdk_cursor_item *ask; /* NULL: the list */
	int64_t since_ms;                  /* whole grains; 0: from the beginning */
	int64_t page;                      /* from 0 */
	struct ent_str token;              /* absent: none */

	/* what the answer tells, to be added to */
	struct sdk_changes list;
	bool goes_on; /* this answer was neither list nor ticket: there is more to ask */

	/* its own */
	struct sdk_cursor_rule rule;
	const struct ent_call *call;
	const struct ent_response *response;
	struct ent_arena *arena;
	struct ent_err *err;
	struct ent_said note;
	int64_t now_ms; /* the tool's clock, else ours */
	bool knows_now, caught_up;
	int64_t high_ms, before_ms; /* newest stamp of all; of all before this page */
	int64_t began_ms;           /* the tool's time when the walk began */
	bool is_down;               /* pages of one time, once more from the last to the first */
	int64_t up_ms;              /* then: where to go on after them; 0: the list ends there */
	int64_t skip;               /* rows of this page that were taken before */
	bool is_dropped;            /* a token was refused, at dropped_ms, and no walk ended since */
	int64_t dropped_ms;
	struct ent_str back;   /* SDK_BY_KEY: behind it something may still appear */
	struct ent_said doubt; /* why the first item failed: does the tool answer its list? no code: no such question */
	struct sdk_cursor_seen *seen;
	struct sdk_cursor_item *todo, *aside;
	size_t n_seen, n_todo, n_aside, todo_size;
	struct {
		int64_t reach_ms, rest_ms; /* newest stamp taken; oldest one that is left for the next time */
		int64_t n_row, n_taken;    /* rows so far; those before the first that is left */
		size_t begin;              /* of the row in `list` */
		struct ent_str id;         /* of the row */
		size_t n_passed;           /* rows that could not be understood, and cannot be asked for */
		int64_t row_ms, old_reach_ms, old_high_ms, old_first_ms;
		char hash[8], old_how;
		bool is_open, is_cut, is_page, more;
		enum ent_rc failed;
		struct ent_str token, last, old;
		struct ent_str place;        /* sdk_cursor_part() */
		size_t tell_begin, tell_end; /* of `list` */
	} at;                                /* this answer */
};

/* response: NULL in build(). A memo that cannot be read begins anew at op.since_ms, and the note says so. */
void sdk_cursor_begin(struct sdk_cursor *cursor, const struct sdk_cursor_rule *rule, const struct ent_call *call,
		      const struct ent_response *response, struct ent_arena *arena, struct ent_err *err);
/* Is it a memo of this cursor, or none yet? */
bool sdk_cursor_is_memo(struct ent_arena *arena, struct ent_str memo);

/* A row of the list. True: tell it. content: what tells one version of the row from the next (its bytes, a version
 * number); absent: the list does not show it. */
bool sdk_cursor_news(struct sdk_cursor *cursor, struct ent_str id, int64_t stamp_ms, struct ent_str content);
/* A row of a list without times; the caller knows whether it is news. False: not now, it comes again. */
bool sdk_cursor_row(struct sdk_cursor *cursor, struct ent_str id);
/* After the row: was it taken? If not, it comes again. */
bool sdk_cursor_is_taken(const struct sdk_cursor *cursor);
/* Behind the row that was told. rc: could it be understood? If not it is put aside. item: how to ask for it alone;
 * NULL: this tool cannot be asked for one, then a note says what was passed over. */
void sdk_cursor_told(struct sdk_cursor *cursor, enum ent_rc rc, const struct sdk_cursor_item *item);
/* The row needs a request of its own. */
void sdk_cursor_ask(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
/* Behind a whole page. more: it was full, or the tool says that there is another one. token: for the next, when the
 * tool has one. */
void sdk_cursor_page(struct sdk_cursor *cursor, bool more, struct ent_str token);
/* SDK_BY_KEY, instead of it. last: the key of the last row; old: of the newest row before which nothing can appear any
 * more, see sdk_cursor_is_old(); absent: there is none on this page. */
void sdk_cursor_keys(struct sdk_cursor *cursor, bool more, struct ent_str last, struct ent_str old);
bool sdk_cursor_is_old(const struct sdk_cursor *cursor, int64_t stamp_ms);
/* The list inside the ticket goes on at `place`; absent: it ends here. */
void sdk_cursor_part(struct sdk_cursor *cursor, struct ent_str place);
/* Nothing else of this ticket is asked for. */
void sdk_cursor_forget(struct sdk_cursor *cursor, struct ent_str ticket);
/* The last step of parse(): rc is what reading the answer came to. ENT_MORE or ENT_OK, with changes, memo, phase, aside
 * and note in *ret; or the failure, and *ret says only which ticket was asked for. */
enum ent_rc sdk_cursor_end(struct sdk_cursor *cursor, enum ent_rc rc, struct ent_result *ret)
    __attribute__((warn_unused_result));

#define SDK_CURSOR_TRIES 3 /* of a request before its ticket is doubted; fewer than what opens the broker's breaker */

#endif
