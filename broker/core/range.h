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
/* Does one of these ranges, with commas between, hold the address? Both as text. */
bool range_holds(struct ent_str ranges, struct ent_str address);
/* Whom an address as text stands for: itself, of IPv6 its /64, which is what one customer gets. False: no address. */
bool range_customer(struct ent_str address, unsigned char ret[16]);

#endif
