/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding the acts of people who work together, as events: ask and answer, propose and accept, promise, call for help.
 * Each says no with a sentence (ENT_EINVAL) and then adds nothing. Pure. */
#ifndef CORE_DECIDE_ACT_H
#define CORE_DECIDE_ACT_H

#include "core/act_follow.h"

/* act: kind, to, due_ms. words: uuid, author, body, format, audience; the author's organisation begins it. A
 * promise replaces the one that stands. */
enum ent_rc decide_act_begin(const struct act_scene *scene, const struct act *act, const struct comment *words,
			     struct events *ret, struct ent_err *err);
/* words: the answer. said: to an approval yes or no, to another ask nothing. */
enum ent_rc decide_ask_answer(const struct act_scene *scene, const struct act *ask, enum act_said said,
			      const struct comment *words, struct events *ret, struct ent_err *err);
/* words: uuid "" when nothing is said; declining needs some. The ball moves with a yes. */
enum ent_rc decide_handover_answer(const struct act_scene *scene, const struct act *handover, bool accepts,
				   const struct comment *words, struct events *ret, struct ent_err *err);
enum ent_rc decide_help_offer(const struct act_scene *scene, const struct act *help, const struct comment *words,
			      struct events *ret, struct ent_err *err);
/* An ask or a hand-over is withdrawn, a call for help ended, by who began it. */
enum ent_rc decide_act_end(const struct act_scene *scene, const struct act *act, const struct person *author,
			   struct events *ret, struct ent_err *err);
/* Plain words for the requester. */
void decide_act_told(const struct act_scene *scene, const struct comment *words, struct events *ret);

#endif
