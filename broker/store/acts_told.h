/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An act that a supplier's tool tells (ENT_ACT): its people ask, answer, propose, accept, decline, promise and help as
 * they could with us. What they may not see is as what is not there.
 */
#ifndef STORE_ACTS_TOLD_H
#define STORE_ACTS_TOLD_H

#include "store/apply.h"

/* at: supplier, from, arrival, actor and author of the change. One that cannot be taken leaves apply->refused. */
void acts_told(struct apply *apply, const struct situation *at, const struct ent_change *change);

#endif
