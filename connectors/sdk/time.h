/* SPDX-License-Identifier: Apache-2.0 */
/* Times as milliseconds since the Unix epoch, UTC; text as RFC 3339. */
#ifndef SDK_TIME_H
#define SDK_TIME_H

#include "sdk/str.h"

#define SDK_TIME_SIZE 25 /* "2026-11-22T04:18:45.000Z" and its NUL */

/* Accepts RFC 3339 and what tools really send: "T" or one space, fraction of any
 * length, "Z", "+hh:mm", "-hhmm", "+hh", or no offset (then zone_minutes east of UTC).
 * A leap second is clamped to :59.999. Year 1..9999. False: not a time. */
bool sdk_time_parse(struct ent_str s, int zone_minutes, int64_t *ret_ms) __attribute__((warn_unused_result));
/* Always UTC with milliseconds and Z. */
struct ent_str sdk_time_format(int64_t ms, char ret[SDK_TIME_SIZE]);
struct ent_str sdk_time(struct ent_arena *arena, int64_t ms);

#endif
