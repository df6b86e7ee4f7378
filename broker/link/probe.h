/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe asks the tool who we are: a read that needs our credentials and no ticket. It is sent when a ticket was
 * refused, and only its answer says that the supplier refuses us; then it is sent again until we are let in.
 */
#ifndef LINK_PROBE_H
#define LINK_PROBE_H

struct lane;

void probe_begin(struct lane *lane);

#endif
