/* SPDX-License-Identifier: Apache-2.0 */
/* The items that are still to be told or asked for, and those put aside. For cursor*.c alone. */
#ifndef SDK_CURSOR_ITEM_H
#define SDK_CURSOR_ITEM_H

#include "sdk/cursor_inside.h"

bool cursor_item_fits(const struct sdk_cursor_item *item);
/* False: no room. */
bool cursor_todo_add(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
bool cursor_todo_read(struct sdk_cursor *cursor, const struct sdk_cursor_item *item); /* as it was written */
/* It is asked for once, from where it stands. */
void cursor_todo_want(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
void cursor_todo_drop(struct sdk_cursor *cursor, size_t i);
void cursor_todo_first(struct sdk_cursor *cursor, const struct sdk_cursor_item *item); /* before all others */
struct sdk_cursor_item *cursor_aside_find(struct sdk_cursor *cursor, const struct sdk_cursor_item *item);
/* ENT_EINVAL: there is no room for it, and none of the others is due. */
enum ent_rc cursor_aside_put(struct sdk_cursor *cursor, const struct sdk_cursor_item *item, struct ent_said reason);
/* As it is kept in the memo: whole, and not longer than fits there. Without a code: that no reason is known. */
struct ent_said cursor_why(const struct sdk_cursor *cursor, struct ent_said why);
void cursor_aside_due(struct sdk_cursor *cursor); /* those whose pause is over are to be asked for */
void cursor_aside_tell(const struct sdk_cursor *cursor, struct ent_result *ret);

#endif
