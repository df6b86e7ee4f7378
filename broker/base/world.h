/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small worlds that every step gets passed: time and chance. Only main and
 * the simulator build them; nothing else asks the system.
 */
#ifndef BASE_WORLD_H
#define BASE_WORLD_H

#include "sdk/str.h"

struct clock {
	int64_t (*now_ms)(struct clock *);  /* wall clock, Unix epoch */
	int64_t (*mono_us)(struct clock *); /* never goes back; for durations and pauses */
};

#define ID_SIZE 37 /* a UUID as text, lower case, and its NUL */
struct chance {
	void (*uuid)(struct chance *, char ret[ID_SIZE]); /* version 4 */
	void (*bytes)(struct chance *, void *ret, size_t n);
};

/* The system's monotonic clock, for code that waits on the system itself (sockets, condition variables). */
int64_t system_mono_us(void);
struct clock *clock_system(void);   /* immutable, shared by all threads */
struct chance *chance_system(void); /* getrandom; any thread */

#endif
