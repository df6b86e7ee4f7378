/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the cursor share; for cursor*.c alone. */
#ifndef SDK_CURSOR_INSIDE_H
#define SDK_CURSOR_INSIDE_H

#include "sdk/cursor.h"

#define CURSOR_HASH_CHARS 12    /* hex: 48 bits tell a few hundred apart */
#define CURSOR_SEEN_MAX   400   /* beyond it the oldest are forgotten, and told again */
#define CURSOR_TODO_MAX   600   /* items, and bytes of them in the memo */
#define CURSOR_TODO_SIZE  18000 /* one item of the longest words always fits */
#define CURSOR_ASIDE_SIZE 30000
#define CURSOR_WORD_MAX   2000 /* bytes of a token, a word, a place */
#define CURSOR_REASON_MAX 160  /* bytes that are kept of a reason */

enum seen_how {
	SEEN_FOR_GOOD = '+',
	SEEN_NOW = '~', /* in this walk, stamped just now: to be told again in the next one */
	SEEN_ONCE = '-' /* in the walk before */
};

struct sdk_cursor_seen {
	int64_t stamp_ms;
	char how;
	char hash[CURSOR_HASH_CHARS];
};

/* cursor_memo.c */
bool cursor_memo_read(struct sdk_cursor *cursor, struct ent_str memo);
enum ent_rc cursor_memo_write(const struct sdk_cursor *cursor, struct ent_str *ret);

/* cursor_list.c */
int64_t cursor_whole(const struct sdk_cursor *cursor, int64_t ms);
void cursor_row_undo(struct sdk_cursor *cursor); /* the row is for the next time: it does not fit into this one */
enum ent_rc cursor_page_move(struct sdk_cursor *cursor);
bool cursor_token_drop(struct sdk_cursor *cursor, enum ent_rc rc); /* true: the tool refuses its own token */

/* cursor_item.c */
bool cursor_item_fits(const struct sdk_cursor_item *item);
/* False: no room. */
bool cursor_todo_add(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
void cursor_todo_drop(struct sdk_cursor *cursor, size_t i);
void cursor_todo_first(struct sdk_cursor *cursor, const struct sdk_cursor_item *item); /* before all others */
struct sdk_cursor_item *cursor_aside_find(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
/* ENT_EINVAL: there is no room for it, and none of the others is due. */
enum ent_rc cursor_aside_put(struct sdk_cursor *cursor, const struct sdk_cursor_item *item, struct ent_str reason);
void cursor_aside_due(struct sdk_cursor *cursor); /* those whose pause is over are to be asked for */
void cursor_aside_tell(const struct sdk_cursor *cursor, struct ent_result *ret);

#endif
