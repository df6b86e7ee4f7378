/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that forgets. Each file is what is durable (`synced`), what programs see
 * (`live`) and the list of writes between them. A sync moves the list to the durable
 * image. At a power cut every write of the list is kept, dropped or torn at a 512 byte
 * border, each by chance; names made or removed since the last sync of the directory
 * are there or not, each by chance. After a failed sync a write may be in no list any
 * more: programs see it, no later sync will bring it to the disk (as Linux does).
 *
 * A process that dies takes nothing with it but its handles: `live` stays until the
 * power goes. Every call names the life it is made in; in a dead one nothing works.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "world.h"

#define DISK_NAME_MAX 64
#define DISK_FILES    16 /* the store's three and what SQLite makes beside them */

struct life {
	bool dead;
	bool power; /* it ended because the power went */
};

struct disk_bytes {
	unsigned char *p;
	size_t n, cap;
};

struct disk_op {
	bool truncate;
	int64_t at; /* write: where; truncate: the new size */
	unsigned char *p;
	size_t n;
};

struct inode {
	struct disk_bytes live, synced;
	struct disk_op *op;
	size_t n_op, cap_op;
	int handles, names; /* handles open; names that lead here, live or durable */
};

struct disk_name {
	char name[DISK_NAME_MAX]; /* "": free */
	struct inode *live, *durable;
};

/* What goes wrong, each out of a million calls; set by the run's plan. */
struct disk_faults {
	int64_t read_ppm, write_ppm, sync_ppm; /* EIO */
	int64_t lost_ppm;                      /* of the unsynced writes, those a failed sync loses for ever */
	bool for_ever;                         /* the first error stays until disk_heal() */
	int64_t tear_ppm, keep_ppm;            /* at a power cut, of each write */
	int64_t space;                         /* bytes in all files; 0: no limit */
};

struct disk {
	struct world *world;
	struct rng rng;
	struct disk_name name[DISK_FILES];
	struct disk_faults faults;
	bool broken;       /* for_ever has struck */
	struct life *life; /* whose turn it is: xOpen takes it */
	int64_t crash_in;  /* the life ends at this many changes of the disk from now; 0: no */
	bool crash_power;
	int64_t n_change, n_error, n_full, n_sync;
};

enum disk_rc { DISK_OK, DISK_EIO, DISK_EFULL, DISK_ENOENT };

void disk_init(struct disk *disk, struct world *world, uint64_t seed);
void disk_release(struct disk *disk);
void disk_heal(struct disk *disk); /* no faults from now on */
/* No handle may be open. */
void disk_power_cut(struct disk *disk);

/* create: made when missing. */
enum disk_rc disk_open(struct disk *disk, struct life *life, const char *name, bool create, struct inode **ret);
struct inode *disk_open_unnamed(void);
void disk_close(struct inode *inode);
bool disk_exists(const struct disk *disk, const char *name);
enum disk_rc disk_unlink(struct disk *disk, struct life *life, const char *name, bool sync_folder);
enum disk_rc disk_read(struct disk *disk, struct life *life, struct inode *inode, void *ret, size_t n, int64_t at,
		       size_t *ret_n);
enum disk_rc disk_write(struct disk *disk, struct life *life, struct inode *inode, const void *p, size_t n, int64_t at);
enum disk_rc disk_truncate(struct disk *disk, struct life *life, struct inode *inode, int64_t size);
enum disk_rc disk_sync(struct disk *disk, struct life *life, struct inode *inode);
enum disk_rc disk_sync_folder(struct disk *disk, struct life *life);

#endif
