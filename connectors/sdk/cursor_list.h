/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the cursor: pages, rows, tokens. For cursor*.c alone. */
#ifndef SDK_CURSOR_LIST_H
#define SDK_CURSOR_LIST_H

#include "sdk/cursor_inside.h"

int64_t cursor_whole(const struct sdk_cursor *cursor, int64_t ms);
void cursor_row_undo(struct sdk_cursor *cursor); /* the row is for the next time: it does not fit into this one */
enum ent_rc cursor_page_move(struct sdk_cursor *cursor);
bool cursor_token_drop(struct sdk_cursor *cursor, enum ent_rc rc); /* true: the tool refuses its own token */

#endif
