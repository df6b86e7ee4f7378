/* SPDX-License-Identifier: Apache-2.0 */
/* entente map: a supplier's words as data, tried against its last arrivals, or published. */
#ifndef CLI_MAP_SEND_H
#define CLI_MAP_SEND_H

#include "cli/question.h"

int map_send_try(const struct question_call *call);
int map_send_publish(const struct question_call *call);
/* Until the broker works with the map that was published: it answers first, and what is typed next may count on it. */
int map_send_wait(const struct question_call *call);

#endif
