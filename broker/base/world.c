/* SPDX-License-Identifier: Apache-2.0 */
/* The real world: the kernel's clocks and getrandom. The only file that asks the system for either. */
#include "base/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

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

/* Version 4. */
static void chance_uuid(struct chance *chance, char ret[ID_SIZE])
{
	static const char digit[] = "0123456789abcdef";
	unsigned char id[16];
	char *p = ret;

	chance_bytes(chance, id, sizeof id);
	id[6] = 0x40 | (id[6] & 0x0F);
	id[8] = 0x80 | (id[8] & 0x3F);
	for (size_t i = 0; i < sizeof id; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digit[id[i] >> 4];
		*p++ = digit[id[i] & 15];
	}
	*p = '\0';
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
