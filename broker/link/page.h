/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a request of a stream, as an arrival that can be stored; and its job. The page's changes and how far
 * the stream has read are stored together. */
#ifndef LINK_PAGE_H
#define LINK_PAGE_H

#include "link/ending.h"

struct flight;

/* Into the flight's job. */
void page_arrival(struct flight *flight, const struct ending *ending, struct ent_changes changes);
/* JOB_PAGE: the arrival and the flight's cursor. */
void page_tell(struct flight *flight, void (*answered)(struct flight *));

#endif
