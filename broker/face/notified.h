/* SPDX-License-Identifier: Apache-2.0 */
/* A person's inbox, and the threads that it follows. Machines have neither. */
#ifndef FACE_NOTIFIED_H
#define FACE_NOTIFIED_H

#include "face/exchange.h"

void notified_list(struct exchange *x);
void notified_read(struct exchange *x);
void notified_follow(struct exchange *x);
void notified_mute(struct exchange *x);
void notified_unfollow(struct exchange *x);

#endif
