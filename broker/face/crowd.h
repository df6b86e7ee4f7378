/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many live streams each person and each address has open, of all workers. Persons share a bucket by a secret hash,
 * and so do addresses, never one of each: a rare collision only makes the cap narrower, and nobody can aim for one.
 */
#ifndef FACE_CROWD_H
#define FACE_CROWD_H

#include "base/world.h"
#include "sdk/str.h"

struct crowd;
struct crowd *crowd_new(struct chance *chance);
void crowd_free(struct crowd *crowd);

uint32_t crowd_place_of_person(const struct crowd *crowd, struct ent_str ref);
/* The same of an address: of IPv6 its /64, which is what one customer gets. */
uint32_t crowd_place_of_address(const struct crowd *crowd, struct ent_str address);
/* False: it has `max` already; then it was not counted. max 0: no cap. Any thread. */
bool crowd_enter(struct crowd *crowd, uint32_t place, int max);
void crowd_leave(struct crowd *crowd, uint32_t place);

#endif
