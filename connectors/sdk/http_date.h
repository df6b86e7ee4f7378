/* SPDX-License-Identifier: Apache-2.0 */
/* Times as HTTP writes them. */
#ifndef SDK_HTTP_DATE_H
#define SDK_HTTP_DATE_H

#include "sdk/str.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms. now_ms: a year of two digits is less than 50 years ahead of
 * it. False: none. */
bool sdk_http_date(struct ent_str s, int64_t now_ms, int64_t *ret_ms) __attribute__((warn_unused_result));
/* "Retry-After" as a date or in seconds, also "3.5", in milliseconds from now_ms: at most an hour. -1: absent or not
 * readable. */
int64_t sdk_http_retry_after(struct ent_str value, int64_t now_ms);

#endif
