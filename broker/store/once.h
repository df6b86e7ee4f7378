/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Idempotency keys: a write with a key is done once, however often it is sent. A key is its asker's own and is
 * remembered for a day. What was refused is not remembered. Private to this store: no event tells of it. Sent again, a
 * write is answered by what stands here: an answer that needs more is refused, see is_told_once().
 */
#ifndef STORE_ONCE_H
#define STORE_ONCE_H

#include "store/job.h"

/* Before the job runs. False: it does not run; its outcome says why, and its ids are those of the first one. */
bool once_begin(struct apply *apply, struct job *job);
/* After it. */
void once_end(struct apply *apply, const struct job *job);

#endif
