/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often somebody may try: so many at once, then one in each period. Pure: it knows neither who tries nor the time.
 * Whoever tries is a number (a keyed hash, so that nobody can aim at another's place). The table has a fixed size; in a
 * full place the one goes first that may try again soonest.
 */
#ifndef CORE_ATTEMPTS_H
#define CORE_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#define ATTEMPTS_WAYS  4u
#define ATTEMPTS_SETS  2048u
#define ATTEMPTS_CELLS (ATTEMPTS_WAYS * ATTEMPTS_SETS)

struct attempts {
	int64_t at_once, every_ms; /* the rule: set before the first try */
	struct {
		uint64_t who;
		int64_t paid_ms; /* what was tried is paid for at this time; a past time: nothing is owed */
	} at[ATTEMPTS_CELLS];
};

/* 0: the try is allowed and counted. Above 0: the try is not allowed, wait this many milliseconds. */
int64_t attempts_take(struct attempts *attempts, uint64_t who, int64_t now_ms) __attribute__((warn_unused_result));
/* The try was right: it counts no more. */
void attempts_give_back(struct attempts *attempts, uint64_t who, int64_t now_ms);

#endif
