/* SPDX-License-Identifier: Apache-2.0 */
/* New stores, made once and copied: making one costs as much as a tenth of a run, and few runs ask how it goes. */
#ifndef SIM_BLANK_H
#define SIM_BLANK_H

#include "disk.h"

#define BLANK_PARTITIONS 4

struct blank {
	struct disk_bytes store[BLANK_PARTITIONS + 1]; /* by their number; n 0: not made yet */
};

/* Before the run's own VFS is there. */
void blank_make(struct blank *blank, int32_t partitions);
/* On the disk, durable. */
void blank_put(const struct blank *blank, int32_t partitions, struct disk *disk);
void blank_release(struct blank *blank);

#endif
