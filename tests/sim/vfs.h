/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk as SQLite sees it: same device characteristics as the unix VFS, locks and
 * shared memory of one machine in memory. It is registered as the default, so that
 * SQLite draws its randomness from the run's seed too.
 */
#ifndef SIM_VFS_H
#define SIM_VFS_H

#include <sqlite3.h>
#include "disk.h"

#define VFS_NAME "sim"

struct vfs {
	sqlite3_vfs base;
	struct disk *disk;
	struct vfs_file *file; /* all open handles */
	struct vfs_shm *shm;   /* of each file that is in WAL mode */
	struct rng rng;
};

void vfs_init(struct vfs *vfs, struct disk *disk, uint64_t seed); /* registers */
void vfs_release(struct vfs *vfs);                                /* all handles are closed by then */

#endif
