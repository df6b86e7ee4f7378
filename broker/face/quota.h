/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a person, or a machine of another organisation, may ask: so many at once, then one in each period; one
 * count for all workers. Machines of ours are not counted: imports are theirs.
 */
#ifndef FACE_QUOTA_H
#define FACE_QUOTA_H

#include "face/exchange.h"

struct quota;
struct quota *quota_new(void);
void quota_free(struct quota *quota);
/* False: answered 429, with the time to wait. */
bool quota_admit(struct exchange *x);

#endif
