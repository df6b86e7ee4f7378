/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections an address has open, over all workers. Addresses share a bucket by
 * a secret hash: a rare collision only makes the cap narrower, and nobody can aim for one.
 * IPv6 counts by /64, which is what one customer gets.
 */
#ifndef EDGE_PEERS_H
#define EDGE_PEERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define PEERS_BUCKETS 16384u
#define PEER_SIZE     46 /* of an address as text, with its NUL */

struct peers {
	uint64_t key[2];
	_Atomic int32_t count[PEERS_BUCKETS];
};

uint32_t peers_bucket(const struct peers *peers, const struct sockaddr_storage *address);
void peers_text(const struct sockaddr_storage *address, char ret[PEER_SIZE]); /* "": no IP address */
/* False: it has max already (0: no cap); then it was not counted. */
bool peers_enter(struct peers *peers, uint32_t bucket, int max);
void peers_leave(struct peers *peers, uint32_t bucket);

#endif
