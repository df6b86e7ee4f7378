/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the cursor share; for cursor*.c alone. */
#ifndef SDK_CURSOR_INSIDE_H
#define SDK_CURSOR_INSIDE_H

#include "sdk/cursor.h"
#include "sdk/json.h"

#define CURSOR_HASH_CHARS 8     /* base64: 48 bits tell a few thousand apart */
#define CURSOR_SEEN_MAX   3000  /* rows in the memo */
#define CURSOR_SEEN_SIZE  30000 /* bytes of these rows; beyond either limit the oldest are forgotten, and told again */
#define CURSOR_SEEN_SURE  700   /* rows, whatever their stamps are */
#define CURSOR_TODO_MAX   600   /* items, and bytes of them in the memo */
#define CURSOR_TODO_SIZE  18000 /* one item of the longest words always fits */
#define CURSOR_ASIDE_SIZE 30000
#define CURSOR_WORD_MAX   2000                 /* bytes of a token, a word, a place */
#define CURSOR_REASON_MAX 160                  /* bytes that are kept of a reason */
#define CURSOR_AHEAD_MS   (24 * 3600 * 1000LL) /* a stamp further ahead is wrong and moves nothing */

/* A row that was told. */
struct sdk_cursor_seen {
	int64_t stamp_ms; /* 0: its list goes by keys */
	int64_t first_ms; /* when it was first seen, by our clock; 0: told for good */
	char how;
	bool is_met; /* in this answer; not in the memo */
	char hash[CURSOR_HASH_CHARS];
};

/* cursor_memo.c */
bool cursor_memo_read(struct sdk_cursor *cursor, struct ent_str memo);
enum ent_rc cursor_memo_write(const struct sdk_cursor *cursor, struct ent_str *ret);

/* cursor_seen.c: which rows were told */
/* True: the row at hand, of at.row_ms, is to be told; then it counts as told. */
bool cursor_seen_take(struct sdk_cursor *cursor, struct ent_str id, struct ent_str content);
void cursor_seen_undo(struct sdk_cursor *cursor); /* the row at hand is not told after all */
void cursor_seen_walk_end(struct sdk_cursor *cursor);
/* No walk meets a row before least_ms again, unless the tool shows it all the same. */
void cursor_seen_prune(struct sdk_cursor *cursor, int64_t least_ms);
int64_t cursor_margin_ms(const struct sdk_cursor *cursor); /* as old as this, a stamp gets no more changes */
bool cursor_seen_read(struct sdk_cursor *cursor, const struct sdk_json *groups);
void cursor_seen_write(const struct sdk_cursor *cursor, struct sdk_jsonw *w);

/* cursor_list.c */
int64_t cursor_whole(const struct sdk_cursor *cursor, int64_t ms);
void cursor_row_undo(struct sdk_cursor *cursor); /* the row is for the next time: it does not fit into this one */
enum ent_rc cursor_page_move(struct sdk_cursor *cursor);
bool cursor_token_drop(struct sdk_cursor *cursor, enum ent_rc rc); /* true: the tool refuses its own token */

/* cursor_item.c */
bool cursor_item_fits(const struct sdk_cursor_item *item);
/* False: no room. */
bool cursor_todo_add(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
bool cursor_todo_read(struct sdk_cursor *cursor, const struct sdk_cursor_item *item); /* as it was written */
void cursor_todo_drop(struct sdk_cursor *cursor, size_t i);
void cursor_todo_first(struct sdk_cursor *cursor, const struct sdk_cursor_item *item); /* before all others */
struct sdk_cursor_item *cursor_aside_find(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
/* ENT_EINVAL: there is no room for it, and none of the others is due. */
enum ent_rc cursor_aside_put(struct sdk_cursor *cursor, const struct sdk_cursor_item *item, struct ent_str reason);
void cursor_aside_due(struct sdk_cursor *cursor); /* those whose pause is over are to be asked for */
void cursor_aside_tell(const struct sdk_cursor *cursor, struct ent_result *ret);

#endif
