/* SPDX-License-Identifier: Apache-2.0 */
/* %XX, as RFC 3986 has it. Comes with str.h. */
#ifndef SDK_PERCENT_H
#define SDK_PERCENT_H

#include "sdk/str.h"

int sdk_hex_value(char c); /* 0..15 of a digit of either case, else -1 */
/* %XX (and, with `plus`, '+' for a space) as the bytes they stand for, whatever those are. False: a '%' without
 * two digits. */
bool sdk_percent_decode(struct ent_arena *arena, struct ent_str s, bool plus, struct ent_str *ret)
    __attribute__((warn_unused_result));
/* Bytes that RFC 3986 leaves unreserved stay, each other byte is %XX. */
void sdk_percent_encode(struct sdk_buf *buf, struct ent_str s);

#endif
