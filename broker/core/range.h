/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of IP addresses: which are special (loopback, private, link-local, multicast,
 * documentation, ...), and which of those a supplier's `allow` opens. Pure.
 */
#ifndef CORE_RANGE_H
#define CORE_RANGE_H

#include "sdk/str.h"

/* May we connect to this address? To one in a special range only when a range of `allow` holds it. address: struct
 * sockaddr. */
struct sockaddr;
bool range_may_connect(const struct sockaddr *address, const struct ent_str *allow, size_t n_allow);
bool range_is_cidr(struct ent_str text); /* "10.0.0.0/8", no bits beyond the length */

#endif
