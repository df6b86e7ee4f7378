/* SPDX-License-Identifier: Apache-2.0 */
/* What hooks, import and replay share: a webhook becomes a job for the writer. */
#ifndef EDGE_ARRIVE_H
#define EDGE_ARRIVE_H

#include "edge/exchange.h"

/* Verifies, decodes and packs into ret, which is zeroed but for its kind. Fails as arrival_verify does; what cannot be
 * decoded is no failure but a dead letter. `unsigned_ok`: a person with a token vouches for it. */
enum ent_rc arrive_prepare(struct exchange *x, const struct supplier *supplier, const struct ent_webhook *webhook,
			   bool unsigned_ok, struct job *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* The body became a dead letter: said once, here. */
void arrive_log_dead(struct exchange *x, const struct job *job);
/* "accepted", "repeated" or "dead"; NULL: it is not durable. */
const char *arrive_outcome(const struct job *job);

#endif
