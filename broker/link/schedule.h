/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose turn is it? In each lane: first the next round trips of what is under way; then deliveries and a page of the
 * poll by turns, then the sweep, then the back-fill. A lane costs nothing until its time comes.
 */
#ifndef LINK_SCHEDULE_H
#define LINK_SCHEDULE_H

#include <stdbool.h>

struct lane;

bool schedule_turn(struct lane *lane); /* true: it did something */

#endif
