/* SPDX-License-Identifier: Apache-2.0 */
/* The changes of an arrival: each is correlated with its incident, compared with what we sent, decided, and stored. */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include "store/apply.h"

/* The changes of an arrival that is in the inbox already. */
void changes_apply(struct apply *apply, const struct arrival *arrival);
/* The changes in the answer to our own delivery. asked: 1u << attribute that it set; those are nobody's word. */
void changes_told(struct apply *apply, const struct arrival *told, uint32_t asked);

#endif
