/* SPDX-License-Identifier: Apache-2.0 */
/* The real world: the kernel's clocks, libuuid and getrandom. The only file that asks the system for either. */
#include "base/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <uuid/uuid.h>

static int64_t now_ms(struct clock *clock)
{
	struct timespec at;

	(void)clock;
	clock_gettime(CLOCK_REALTIME, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static int64_t mono_us(struct clock *clock)
{
	struct timespec at;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static void chance_uuid(struct chance *chance, char ret[ID_SIZE])
{
	uuid_t id;

	(void)chance;
	uuid_generate_random(id);
	uuid_unparse_lower(id, ret);
}

/* Tokens are made of these bytes: without them nothing may go on. */
static void chance_bytes(struct chance *chance, void *ret, size_t n)
{
	char *p = ret;

	(void)chance;
	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fputs("entente: the system gives no random bytes\n", stderr);
			abort();
		}
		p += got;
		n -= (size_t)got;
	}
}

/* Both hold no state: const, shared by all threads, never written through these pointers. */
static const struct clock system_clock = {now_ms, mono_us};
static const struct chance system_chance = {chance_uuid, chance_bytes};

struct clock *clock_system(void)
{
	return (struct clock *)&system_clock;
}

struct chance *chance_system(void)
{
	return (struct chance *)&system_chance;
}

int64_t system_mono_us(void)
{
	struct clock *clock = clock_system();
	return clock->mono_us(clock);
}
