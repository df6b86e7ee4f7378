/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* The finisher of splitmix64: every input bit reaches every output bit. */
static uint64_t mix_bits(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

uint32_t peers_bucket(const struct peers *peers, const struct sockaddr_storage *address)
{
	uint64_t net = 0;

	if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

		memcpy(&net, &in6->sin6_addr, sizeof net);
		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
			memcpy(&net, in6->sin6_addr.s6_addr + 8, sizeof net);
	} else if (address->ss_family == AF_INET) {
		net = ((const struct sockaddr_in *)address)->sin_addr.s_addr;
	}
	return (uint32_t)(mix_bits(mix_bits(net ^ peers->key[0]) + peers->key[1]) % PEERS_BUCKETS);
}

void peers_text(const struct sockaddr_storage *address, char ret[PEER_SIZE])
{
	const void *ip = NULL;

	if (address->ss_family == AF_INET6)
		ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
	else if (address->ss_family == AF_INET)
		ip = &((const struct sockaddr_in *)address)->sin_addr;
	if (!ip || !inet_ntop(address->ss_family, ip, ret, PEER_SIZE))
		ret[0] = '\0';
}

bool peers_enter(struct peers *peers, uint32_t bucket, int max)
{
	if (atomic_fetch_add(&peers->count[bucket], 1) < max || max == 0)
		return true;
	peers_leave(peers, bucket);
	return false;
}

void peers_leave(struct peers *peers, uint32_t bucket)
{
	atomic_fetch_sub(&peers->count[bucket], 1);
}
