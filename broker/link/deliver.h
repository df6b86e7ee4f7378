/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a delivery: JOB_SEND is committed, the audience is asked again, then its requests are sent; their result
 * is JOB_RESULT. Whether it may be repeated after an answer was lost is what its connector says.
 */
#ifndef LINK_DELIVER_H
#define LINK_DELIVER_H

#include "core/delivery.h"

struct lane;

void deliver_start(struct lane *lane, const struct delivery *delivery);

#endif
