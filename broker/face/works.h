/* SPDX-License-Identifier: Apache-2.0 */
/* Where to start: the work of the asker's organisation; its people take incidents and put places off. */
#ifndef FACE_WORKS_H
#define FACE_WORKS_H

#include "face/exchange.h"

void works_list(struct exchange *x);
void works_take(struct exchange *x);
void works_give_back(struct exchange *x);
void works_snooze(struct exchange *x);
void works_wake(struct exchange *x);

#endif
