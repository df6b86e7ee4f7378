/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor as text, and back. For cursor*.c alone. */
#ifndef SDK_CURSOR_MEMO_H
#define SDK_CURSOR_MEMO_H

#include "sdk/cursor_inside.h"

bool cursor_memo_read(struct sdk_cursor *cursor, struct ent_str memo);
enum ent_rc cursor_memo_write(const struct sdk_cursor *cursor, struct ent_str *ret);

#endif
