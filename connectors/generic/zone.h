/* SPDX-License-Identifier: Apache-2.0 */
/* Local times of a tool that tells no zone: the rules of one place, read once, then arithmetic. */
#ifndef GENERIC_ZONE_H
#define GENERIC_ZONE_H

#include "sdk/str.h"

struct zone;

/* name: "Europe/Paris", from the system's tzdata. ENT_EINVAL: it is not there. The one file that a connector opens. */
enum ent_rc zone_open(struct ent_str name, struct zone **ret, struct ent_err *err) __attribute__((warn_unused_result));
/* The bytes of a TZif file (RFC 8536, version 2 or later). */
enum ent_rc zone_read(struct ent_str bytes, struct zone **ret, struct ent_err *err) __attribute__((warn_unused_result));
void zone_close(struct zone *zone); /* takes NULL */

/* Milliseconds to add to UTC at this instant. */
int64_t zone_offset_ms(const struct zone *zone, int64_t utc_ms);
/* A clock on the wall, as if it were UTC, to the instant. An hour that comes twice: the first one; one that is left
 * out: as if the clock had not been put on. */
int64_t zone_to_utc(const struct zone *zone, int64_t local_ms);
/* The least that the clock on the wall shows from this instant on: what one asks for to miss nothing, also in the hour
 * that comes twice. */
int64_t zone_since(const struct zone *zone, int64_t utc_ms);

#endif
