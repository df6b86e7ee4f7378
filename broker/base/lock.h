/* SPDX-License-Identifier: Apache-2.0 */
/* A lock for what several threads share, for rooms that know no threads. Held for moments only: nothing inside it asks
 * the store, the network or a clock. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

struct lock;
struct lock *lock_new(void);
void lock_free(struct lock *lock); /* nobody holds it; takes NULL */
void lock_take(struct lock *lock);
void lock_leave(struct lock *lock);

#endif
