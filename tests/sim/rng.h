/* SPDX-License-Identifier: Apache-2.0 */
/* Generators from the seed (xoshiro256**), one for each purpose: who draws once more moves nothing that another one
 * draws. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

static inline uint64_t rng_mix(uint64_t *x)
{
	uint64_t z = *x += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* The n-th of this name. */
static inline void rng_init(struct rng *rng, uint64_t seed, const char *name, uint64_t n)
{
	uint64_t stream = 0xCBF29CE484222325u, x;

	for (; *name; name++)
		stream = (stream ^ (unsigned char)*name) * 0x100000001B3u;
	x = seed * 0x9E3779B97F4A7C15u ^ (stream + n) * 0xD1342543DE82EF95u;
	for (int i = 0; i < 4; i++)
		rng->s[i] = rng_mix(&x);
}

static inline uint64_t rng_u64(struct rng *rng)
{
	uint64_t *s = rng->s, x = s[1] * 5, result = (x << 7 | x >> 57) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = s[3] << 45 | s[3] >> 19;
	return result;
}

/* 0..n-1; n > 0. */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
	return rng_u64(rng) % n;
}

static inline int64_t rng_range(struct rng *rng, int64_t lo, int64_t hi) /* both included */
{
	return lo + (int64_t)rng_below(rng, (uint64_t)(hi - lo) + 1);
}

/* True p times in a million. Always draws, so that a mix with a kind switched off draws the same for the others. */
static inline bool rng_ppm(struct rng *rng, int64_t p)
{
	return (int64_t)rng_below(rng, 1000000) < p;
}

#endif
