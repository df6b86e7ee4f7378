/* SPDX-License-Identifier: Apache-2.0 */
/* People of several organisations work together: asks, hand-overs, promises of news, help, plain words. */
#ifndef FACE_ACTS_H
#define FACE_ACTS_H

#include "face/exchange.h"

void acts_list(struct exchange *x);
void acts_ask(struct exchange *x);
void acts_answer(struct exchange *x);
void acts_withdraw(struct exchange *x);
void acts_propose(struct exchange *x);
void acts_accept(struct exchange *x);
void acts_decline(struct exchange *x);
void acts_handover_withdraw(struct exchange *x);
void acts_promise(struct exchange *x);
void acts_help(struct exchange *x);
void acts_offer(struct exchange *x);
void acts_help_end(struct exchange *x);
void acts_tell(struct exchange *x);

#endif
