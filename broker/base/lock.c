/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lock.h"

#include <pthread.h>
#include <stdlib.h>

#include "sdk/arena.h"

struct lock {
	pthread_mutex_t mutex;
};

struct lock *lock_new(void)
{
	struct lock *lock = sdk_xalloc(sizeof *lock);

	pthread_mutex_init(&lock->mutex, NULL);
	return lock;
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	pthread_mutex_destroy(&lock->mutex);
	free(lock);
}

void lock_take(struct lock *lock)
{
	pthread_mutex_lock(&lock->mutex);
}

void lock_leave(struct lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}
