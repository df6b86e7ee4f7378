/* SPDX-License-Identifier: Apache-2.0 */
/* A webhook becomes a job for the writer. Used by hooks, import and replay. */
#ifndef FACE_ARRIVE_H
#define FACE_ARRIVE_H

#include "face/exchange.h"

/* Verifies, decodes and packs into ret, which is zeroed but for its kind. Fails as arrival_verify does; what cannot be
 * decoded is no failure but a dead letter. `unsigned_ok`: a person with a token vouches for it. */
enum ent_rc arrive_prepare(struct exchange *x, const struct supplier *supplier, const struct ent_webhook *webhook,
			   bool unsigned_ok, struct job *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* The same for a kept arrival that was an answer. */
enum ent_rc arrive_prepare_answer(struct exchange *x, const struct supplier *supplier, const struct ent_webhook *kept,
				  struct job *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* An arrival as it was kept: its body, and the headers that were kept with it. Headers that cannot be read back are no
 * reason to refuse a replay: then there are none. */
struct ent_webhook arrive_kept(struct ent_arena *arena, struct ent_str header_json, struct ent_str body);
/* True: it was no webhook but the tool's answer to a poll or a sweep. */
bool arrive_was_asked_for(struct ent_str delivery_id);
/* The changes in such an answer. link/ keeps the question (op, phase, memo) in the place of a webhook's headers.
 * ENT_EINVAL also for an answer that ended the broker before. */
enum ent_rc arrive_read_answer(struct exchange *x, const struct supplier *supplier, const struct ent_self *self,
			       const struct ent_webhook *kept, struct ent_arena *arena, struct ent_changes *ret,
			       struct ent_err *err) __attribute__((warn_unused_result));
/* Logs that the body became a dead letter, or that no room for join requests is left; nobody else does. */
void arrive_log(struct exchange *x, const struct job *job);
/* "accepted", "repeated" or "dead"; NULL: it is not durable. */
const char *arrive_outcome(const struct job *job);

#endif
