/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers the deliveries that failed, or were refused, while their supplier did well with others: after a few such
 * failures the delivery itself is to blame, not the supplier. A restart forgets them, which costs some more tries.
 * Pure.
 */
#ifndef LINK_STRIKE_H
#define LINK_STRIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRIKES 512 /* of one supplier; then the oldest place is used again */

struct strike {
	int64_t delivery;  /* 0: free */
	int64_t successes; /* the supplier's, when this one failed last */
	unsigned n, conflicts;
	int64_t refused_ms, let_in; /* when it was refused first, 0: never; the supplier's successes then */
	unsigned n_refused;
};
struct strikes {
	struct strike at[STRIKES];
	size_t next;
	int64_t successes; /* of the supplier, with anything */
};

struct strike *strike_of(struct strikes *strikes, int64_t delivery); /* makes it */
void strike_forget(struct strikes *strikes, int64_t delivery);
/* The delivery failed. True: the supplier did well with others between its failures, and that n_max times. */
bool strike_is_out(struct strikes *strikes, int64_t delivery, int64_t n_max);
/* The delivery was refused before, and the supplier did something else for us since. */
bool strike_is_alone(struct strikes *strikes, int64_t delivery);

#endif
