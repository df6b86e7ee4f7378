/* SPDX-License-Identifier: Apache-2.0 */
#include "blank.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"

#define BLANK_SEED 0

void blank_make(struct blank *blank, int32_t partitions)
{
	struct world world;
	struct disk disk;
	struct vfs vfs;
	struct life life = {0};
	struct store_meta meta;
	struct db *db = NULL;
	struct inode *inode;
	struct ent_err err;
	struct disk_bytes *to = &blank->store[partitions];

	if (to->n)
		return;
	world_init(&world, BLANK_SEED, false);
	disk_init(&disk, &world, BLANK_SEED);
	disk.life = &life;
	vfs_init(&vfs, &disk, BLANK_SEED);
	enum ent_rc rc = store_open(STORE_PATH, VFS_NAME, partitions, &world.clock, &world.chance, &db, &meta, &err);
	assert(rc == ENT_OK);
	db_close(db); /* the last handle: all of it is in the file now */
	if (rc == ENT_OK && disk_open(&disk, &life, STORE_PATH, false, &inode) == DISK_OK) {
		*to = (struct disk_bytes){sdk_xalloc(inode->live.n), inode->live.n, inode->live.n};
		memcpy(to->p, inode->live.p, to->n);
		disk_close(inode);
	}
	disk_release(&disk);
	vfs_release(&vfs);
	world_release(&world);
}

void blank_put(const struct blank *blank, int32_t partitions, struct disk *disk)
{
	const struct disk_bytes *from = &blank->store[partitions];
	struct life life = {0};
	struct inode *inode;

	if (disk_open(disk, &life, STORE_PATH, true, &inode) != DISK_OK)
		return;
	(void)disk_write(disk, &life, inode, from->p, from->n, 0);
	(void)disk_sync(disk, &life, inode);
	(void)disk_sync_folder(disk, &life);
	disk_close(inode);
}

void blank_release(struct blank *blank)
{
	for (int i = 0; i <= BLANK_PARTITIONS; i++)
		free(blank->store[i].p);
}
