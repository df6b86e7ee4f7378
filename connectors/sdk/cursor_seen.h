/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows were told. For cursor*.c alone. */
#ifndef SDK_CURSOR_SEEN_H
#define SDK_CURSOR_SEEN_H

#include "sdk/cursor_inside.h"

/* True: the row at hand, of at.row_ms, is to be told; then it counts as told. */
bool cursor_seen_take(struct sdk_cursor *cursor, struct ent_str id, struct ent_str content);
void cursor_seen_undo(struct sdk_cursor *cursor); /* the row at hand is not told after all */
void cursor_seen_walk_end(struct sdk_cursor *cursor);
/* No walk meets a row before least_ms again, unless the tool shows it all the same. */
void cursor_seen_prune(struct sdk_cursor *cursor, int64_t least_ms);
int64_t cursor_margin_ms(const struct sdk_cursor *cursor); /* as old as this, a stamp gets no more changes */
bool cursor_seen_read(struct sdk_cursor *cursor, const struct sdk_json *groups);
void cursor_seen_write(const struct sdk_cursor *cursor, struct sdk_jsonw *w);

#endif
