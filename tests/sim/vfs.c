/* SPDX-License-Identifier: Apache-2.0 */
#include "vfs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct vfs_file {
	sqlite3_file base;
	struct vfs *vfs;
	struct vfs_file *next;
	struct inode *inode;
	struct life *life;
	char name[DISK_NAME_MAX]; /* "": a nameless one, gone at its close */
	bool sync_folder;         /* at the first sync, as the unix VFS does for journals it may have made */
	bool delete_on_close;
	int lock;
	struct vfs_shm *shm;
	uint32_t shared, exclusive; /* bits of shared memory locks */
};

/* -shm: memory of the machine; gone when the last process that is alive lets go. */
#define SHM_REGIONS 64
struct vfs_shm {
	struct vfs_shm *next;
	struct inode *inode; /* the database's */
	int handles;
	void *region[SHM_REGIONS];
	int size;
};

static int vfs_rc(enum disk_rc rc, int eio)
{
	switch (rc) {
	case DISK_OK:
		return SQLITE_OK;
	case DISK_EFULL:
		return SQLITE_FULL;
	case DISK_ENOENT:
		return SQLITE_CANTOPEN;
	case DISK_EIO:
		break;
	}
	return eio;
}

/* ---- a file --------------------------------------------------------------- */

static void file_shm_leave(struct vfs_file *file);

static int file_close(sqlite3_file *base)
{
	struct vfs_file *file = (struct vfs_file *)base, **at = &file->vfs->file;

	file_shm_leave(file);
	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	disk_close(file->inode);
	if (file->delete_on_close && file->name[0])
		(void)disk_unlink(file->vfs->disk, file->life, file->name,
				  false); /* a temporary file: nobody misses it */
	return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *ret, int n, sqlite3_int64 at)
{
	struct vfs_file *file = (struct vfs_file *)base;
	size_t got = 0;
	int rc =
	    vfs_rc(disk_read(file->vfs->disk, file->life, file->inode, ret, (size_t)n, at, &got), SQLITE_IOERR_READ);

	if (rc != SQLITE_OK || got == (size_t)n)
		return rc;
	/* The end of the file. Nothing else is short: the unix VFS reads on until all is there. */
	memset((char *)ret + got, 0, (size_t)n - got);
	return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *file = (struct vfs_file *)base;

	return vfs_rc(disk_write(file->vfs->disk, file->life, file->inode, p, (size_t)n, at), SQLITE_IOERR_WRITE);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct vfs_file *file = (struct vfs_file *)base;

	return vfs_rc(disk_truncate(file->vfs->disk, file->life, file->inode, size), SQLITE_IOERR_TRUNCATE);
}

static int file_sync(sqlite3_file *base, int flags)
{
	struct vfs_file *file = (struct vfs_file *)base;
	int rc = vfs_rc(disk_sync(file->vfs->disk, file->life, file->inode), SQLITE_IOERR_FSYNC);

	(void)flags; /* a data sync is as good as a full one here: sizes travel with the writes */
	if (rc != SQLITE_OK || !file->sync_folder)
		return rc;
	file->sync_folder = false;
	return vfs_rc(disk_sync_folder(file->vfs->disk, file->life), SQLITE_IOERR_DIR_FSYNC);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
	struct vfs_file *file = (struct vfs_file *)base;

	*ret = (sqlite3_int64)file->inode->live.n;
	return file->life->dead ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

/* Locks of the handles of dead processes are gone with them. */
static bool file_conflicts(const struct vfs_file *file, int lock)
{
	for (const struct vfs_file *other = file->vfs->file; other; other = other->next) {
		if (other == file || other->inode != file->inode || other->life->dead)
			continue;
		if (lock == SQLITE_LOCK_SHARED && other->lock >= SQLITE_LOCK_PENDING)
			return true;
		if (lock == SQLITE_LOCK_RESERVED && other->lock >= SQLITE_LOCK_RESERVED)
			return true;
		if (lock == SQLITE_LOCK_EXCLUSIVE && other->lock >= SQLITE_LOCK_SHARED)
			return true;
	}
	return false;
}

static int file_lock(sqlite3_file *base, int lock)
{
	struct vfs_file *file = (struct vfs_file *)base;

	if (file->life->dead)
		return SQLITE_IOERR_LOCK;
	if (file->lock >= lock)
		return SQLITE_OK;
	if (file_conflicts(file, lock))
		return SQLITE_BUSY;
	file->lock = lock;
	return SQLITE_OK;
}

static int file_unlock(sqlite3_file *base, int lock)
{
	struct vfs_file *file = (struct vfs_file *)base;

	if (file->lock > lock)
		file->lock = lock;
	return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *base, int *ret)
{
	struct vfs_file *file = (struct vfs_file *)base;

	*ret = file->lock >= SQLITE_LOCK_RESERVED || file_conflicts(file, SQLITE_LOCK_RESERVED);
	return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int op, void *arg)
{
	(void)base;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *base)
{
	(void)base;
	return 4096; /* SQLITE_DEFAULT_SECTOR_SIZE: what the unix VFS says */
}

static int file_characteristics(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE; /* as the unix VFS, off F2FS */
}

/* ---- shared memory -------------------------------------------------------- */

static void shm_clear(struct vfs_shm *shm)
{
	for (int i = 0; i < SHM_REGIONS; i++) {
		free(shm->region[i]);
		shm->region[i] = NULL;
	}
}

static struct vfs_shm *shm_of(struct vfs *vfs, struct inode *inode)
{
	struct vfs_shm *shm = vfs->shm;

	while (shm && shm->inode != inode)
		shm = shm->next;
	if (shm)
		return shm;
	shm = sdk_xalloc(sizeof *shm);
	memset(shm, 0, sizeof *shm);
	shm->inode = inode;
	shm->next = vfs->shm;
	vfs->shm = shm;
	return shm;
}

static void file_shm_leave(struct vfs_file *file)
{
	struct vfs_shm **at = &file->vfs->shm, *shm = file->shm;

	if (!shm)
		return;
	file->shm = NULL;
	file->shared = file->exclusive = 0;
	if (--shm->handles)
		return;
	while (*at != shm)
		at = &(*at)->next;
	*at = shm->next;
	shm_clear(shm);
	free(shm);
}

static int file_shm_map(sqlite3_file *base, int i, int size, int extend, void volatile **ret)
{
	struct vfs_file *file = (struct vfs_file *)base;

	*ret = NULL;
	if (file->life->dead)
		return SQLITE_IOERR_SHMMAP;
	assert(i < SHM_REGIONS);
	if (!file->shm) {
		file->shm = shm_of(file->vfs, file->inode);
		file->shm->handles++;
		file->shm->size = size;
	}
	if (!file->shm->region[i] && extend) {
		file->shm->region[i] = sdk_xalloc((size_t)size);
		memset(file->shm->region[i], 0, (size_t)size);
	}
	*ret = file->shm->region[i];
	return SQLITE_OK;
}

static int file_shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
	struct vfs_file *file = (struct vfs_file *)base;
	uint32_t mask = ((1u << (offset + n)) - 1) & ~((1u << offset) - 1);

	if (flags & SQLITE_SHM_UNLOCK) {
		if (flags & SQLITE_SHM_SHARED)
			file->shared &= ~mask;
		else
			file->exclusive &= ~mask;
		return SQLITE_OK;
	}
	if (file->life->dead)
		return SQLITE_IOERR_SHMLOCK;
	for (const struct vfs_file *other = file->vfs->file; other; other = other->next) {
		if (other == file || other->inode != file->inode || other->life->dead)
			continue;
		if ((other->exclusive & mask) || ((flags & SQLITE_SHM_EXCLUSIVE) && (other->shared & mask)))
			return SQLITE_BUSY;
	}
	if (flags & SQLITE_SHM_SHARED)
		file->shared |= mask;
	else
		file->exclusive |= mask;
	return SQLITE_OK;
}

static void file_shm_barrier(sqlite3_file *base)
{
	(void)base; /* one thread */
}

static int file_shm_unmap(sqlite3_file *base, int delete)
{
	(void)delete;
	file_shm_leave((struct vfs_file *)base);
	return SQLITE_OK;
}

static const sqlite3_io_methods vfs_methods = {
    .iVersion = 2, /* no xFetch: no mmap */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the file system ------------------------------------------------------ */

static int vfs_open(sqlite3_vfs *base, const char *name, sqlite3_file *ret, int flags, int *ret_flags)
{
	struct vfs *vfs = (struct vfs *)base;
	struct vfs_file *file = (struct vfs_file *)ret;
	bool create = flags & SQLITE_OPEN_CREATE;
	enum disk_rc rc = DISK_OK;

	memset(file, 0, sizeof *file);
	assert(vfs->disk->life);
	file->life = vfs->disk->life;
	if (name)
		rc = disk_open(vfs->disk, file->life, name, create, &file->inode);
	else
		file->inode = disk_open_unnamed();
	if (rc != DISK_OK)
		return SQLITE_CANTOPEN;
	if (name)
		memcpy(file->name, name, strlen(name) + 1);
	file->vfs = vfs;
	/* Also for one that exists: whoever made it may have died before its first sync. */
	file->sync_folder =
	    create && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL));
	file->delete_on_close = flags & SQLITE_OPEN_DELETEONCLOSE;
	file->next = vfs->file;
	vfs->file = file;
	if (ret_flags)
		*ret_flags = flags;
	file->base.pMethods = &vfs_methods;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *base, const char *name, int sync_folder)
{
	struct disk *disk = ((struct vfs *)base)->disk;
	enum disk_rc rc = disk_unlink(disk, disk->life, name, sync_folder);

	return rc == DISK_ENOENT ? SQLITE_IOERR_DELETE_NOENT : vfs_rc(rc, SQLITE_IOERR_DELETE);
}

static int vfs_access(sqlite3_vfs *base, const char *name, int flags, int *ret)
{
	(void)flags;
	*ret = disk_exists(((struct vfs *)base)->disk, name);
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *base, const char *name, int n, char *ret)
{
	(void)base;
	sqlite3_snprintf(n, ret, "%s", name);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *base, int n, char *ret)
{
	for (int i = 0; i < n; i++)
		ret[i] = (char)rng_u64(&((struct vfs *)base)->rng);
	return n;
}

static int vfs_sleep(sqlite3_vfs *base, int us)
{
	world_pass(((struct vfs *)base)->disk->world, us);
	return us;
}

static int vfs_time_ms(sqlite3_vfs *base, sqlite3_int64 *ret)
{
	struct world *world = ((struct vfs *)base)->disk->world;

	*ret = world->clock.now_ms(&world->clock) + 210866760000000; /* Julian, in ms */
	return SQLITE_OK;
}

static int vfs_time(sqlite3_vfs *base, double *ret)
{
	sqlite3_int64 ms;

	(void)vfs_time_ms(base, &ms); /* never fails */
	*ret = (double)ms / 86400000.0;
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *base, int n, char *ret)
{
	(void)base;
	(void)n;
	(void)ret;
	return 0;
}

void vfs_init(struct vfs *vfs, struct disk *disk, uint64_t seed)
{
	memset(vfs, 0, sizeof *vfs);
	vfs->base = (sqlite3_vfs){
	    .iVersion = 2,
	    .szOsFile = sizeof(struct vfs_file),
	    .mxPathname = DISK_NAME_MAX - 1,
	    .zName = VFS_NAME,
	    .xOpen = vfs_open,
	    .xDelete = vfs_delete,
	    .xAccess = vfs_access,
	    .xFullPathname = vfs_full_path,
	    .xRandomness = vfs_randomness,
	    .xSleep = vfs_sleep,
	    .xCurrentTime = vfs_time,
	    .xGetLastError = vfs_last_error,
	    .xCurrentTimeInt64 = vfs_time_ms,
	};
	vfs->disk = disk;
	rng_init(&vfs->rng, seed, "vfs", 0);
	sqlite3_vfs_register(&vfs->base, 1);
	sqlite3_randomness(0, NULL); /* the next use draws a new seed from us */
}

void vfs_release(struct vfs *vfs)
{
	assert(!vfs->file && !vfs->shm);
	sqlite3_vfs_unregister(&vfs->base);
}
