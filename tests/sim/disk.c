/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- bytes ---------------------------------------------------------------- */

static void bytes_size(struct disk_bytes *bytes, size_t n)
{
	if (n > bytes->cap) {
		bytes->cap = n * 2 + 4096;
		bytes->p = sdk_xrealloc(bytes->p, bytes->cap);
	}
	if (n > bytes->n)
		memset(bytes->p + bytes->n, 0, n - bytes->n);
	bytes->n = n;
}

static void bytes_write(struct disk_bytes *bytes, const unsigned char *p, size_t n, int64_t at)
{
	if ((size_t)at + n > bytes->n)
		bytes_size(bytes, (size_t)at + n);
	if (n)
		memcpy(bytes->p + at, p, n);
}

static void bytes_apply(struct disk_bytes *bytes, const struct disk_op *op)
{
	if (op->truncate)
		bytes_size(bytes, (size_t)op->at);
	else
		bytes_write(bytes, op->p, op->n, op->at);
}

static void bytes_copy(struct disk_bytes *to, const struct disk_bytes *from)
{
	to->n = 0;
	bytes_write(to, from->p, from->n, 0);
}

/* ---- inodes --------------------------------------------------------------- */

static void inode_forget_ops(struct inode *inode)
{
	for (size_t i = 0; i < inode->n_op; i++)
		free(inode->op[i].p);
	inode->n_op = 0;
}

static void inode_drop(struct inode *inode)
{
	if (!inode || inode->handles || inode->names)
		return;
	inode_forget_ops(inode);
	free(inode->op);
	free(inode->live.p);
	free(inode->synced.p);
	free(inode);
}

static void inode_add(struct inode *inode, bool truncate, int64_t at, const void *p, size_t n)
{
	struct disk_op *op;

	if (inode->n_op == inode->cap_op) {
		inode->cap_op = inode->cap_op * 2 + 16;
		inode->op = sdk_xrealloc(inode->op, inode->cap_op * sizeof *inode->op);
	}
	op = &inode->op[inode->n_op++];
	*op = (struct disk_op){truncate, at, NULL, n};
	if (n) {
		op->p = sdk_xalloc(n);
		memcpy(op->p, p, n);
	}
	bytes_apply(&inode->live, op);
}

static void inode_sync(struct inode *inode)
{
	for (size_t i = 0; i < inode->n_op; i++)
		bytes_apply(&inode->synced, &inode->op[i]);
	inode_forget_ops(inode);
}

/* The disk said no: some of the writes are still to be done, the others nobody will ever do. */
static void inode_sync_fails(struct disk *disk, struct inode *inode)
{
	size_t n = 0;

	for (size_t i = 0; i < inode->n_op; i++) {
		if (rng_ppm(&disk->rng, disk->faults.lost_ppm))
			free(inode->op[i].p);
		else
			inode->op[n++] = inode->op[i];
	}
	inode->n_op = n;
}

/* ---- names ---------------------------------------------------------------- */

static struct disk_name *disk_find(const struct disk *disk, const char *name)
{
	for (size_t i = 0; i < DISK_FILES; i++)
		if (disk->name[i].name[0] && !strcmp(disk->name[i].name, name))
			return (struct disk_name *)&disk->name[i];
	return NULL;
}

static void name_point(struct inode **slot, struct inode *inode)
{
	struct inode *old = *slot;

	if (inode)
		inode->names++;
	*slot = inode;
	if (old) {
		old->names--;
		inode_drop(old);
	}
}

static void name_free_if_unused(struct disk_name *name)
{
	if (!name->live && !name->durable)
		name->name[0] = '\0';
}

void disk_init(struct disk *disk, struct world *world, uint64_t seed)
{
	memset(disk, 0, sizeof *disk);
	disk->world = world;
	disk->faults.keep_ppm = 500000;
	rng_init(&disk->rng, seed, "disk", 0);
}

void disk_release(struct disk *disk)
{
	for (size_t i = 0; i < DISK_FILES; i++) {
		name_point(&disk->name[i].live, NULL);
		name_point(&disk->name[i].durable, NULL);
	}
}

void disk_heal(struct disk *disk)
{
	int64_t keep = disk->faults.keep_ppm, tear = disk->faults.tear_ppm;

	disk->faults = (struct disk_faults){.keep_ppm = keep, .tear_ppm = tear};
	disk->broken = false;
	disk->crash_in = 0;
}

bool disk_exists(const struct disk *disk, const char *name)
{
	const struct disk_name *entry = disk_find(disk, name);

	return entry && entry->live;
}

/* ---- power ---------------------------------------------------------------- */

/* Sectors of one write that reached the platter. */
static void power_tear(struct disk *disk, struct inode *inode, const struct disk_op *op)
{
	int64_t at = op->at, end = op->at + (int64_t)op->n;

	while (at < end) {
		int64_t next = (at / 512 + 1) * 512;

		if (next > end)
			next = end;
		if (rng_below(&disk->rng, 2))
			bytes_write(&inode->synced, op->p + (at - op->at), (size_t)(next - at), at);
		at = next;
	}
}

static void power_inode(struct disk *disk, struct inode *inode)
{
	assert(inode->handles == 0);
	for (size_t i = 0; i < inode->n_op; i++) {
		const struct disk_op *op = &inode->op[i];

		if (!op->truncate && op->n > 512 && rng_ppm(&disk->rng, disk->faults.tear_ppm))
			power_tear(disk, inode, op);
		else if (rng_ppm(&disk->rng, disk->faults.keep_ppm))
			bytes_apply(&inode->synced, op);
	}
	inode_forget_ops(inode);
	bytes_copy(&inode->live, &inode->synced);
}

void disk_power_cut(struct disk *disk)
{
	for (size_t i = 0; i < DISK_FILES; i++) {
		struct disk_name *name = &disk->name[i];

		if (!name->name[0])
			continue;
		if (name->live != name->durable && rng_below(&disk->rng, 2))
			name_point(&name->live, name->durable);
		name_point(&name->durable, name->live);
		if (name->live)
			power_inode(disk, name->live);
		name_free_if_unused(name);
	}
	disk->broken = false;
	disk->crash_in = 0;
}

/* ---- calls ---------------------------------------------------------------- */

/* Every change of the disk passes here: the armed end of the life comes before or after it. */
static bool disk_change(struct disk *disk, struct life *life, bool *ret_then_dies)
{
	*ret_then_dies = false;
	if (life->dead)
		return false;
	disk->n_change++;
	trace_mix(disk->world, (uint64_t)disk->n_change);
	if (disk->crash_in && --disk->crash_in == 0) {
		life->power = disk->crash_power;
		if (rng_below(&disk->rng, 2)) {
			life->dead = true;
			return false;
		}
		*ret_then_dies = true;
	}
	return true;
}

static bool disk_fails(struct disk *disk, int64_t ppm)
{
	if (!disk->broken && !rng_ppm(&disk->rng, ppm))
		return false;
	disk->broken = disk->broken || disk->faults.for_ever;
	disk->n_error++;
	trace_line(disk->world, "disk: input/output error%s", disk->broken ? ", and from now on" : "");
	return true;
}

static int64_t disk_used(const struct disk *disk)
{
	int64_t n = 0;

	for (size_t i = 0; i < DISK_FILES; i++)
		n += disk->name[i].live ? (int64_t)disk->name[i].live->live.n : 0;
	return n;
}

enum disk_rc disk_open(struct disk *disk, struct life *life, const char *name, bool create, struct inode **ret)
{
	struct disk_name *entry = disk_find(disk, name);
	bool dies = false;

	if (life->dead)
		return DISK_EIO;
	if (!entry || !entry->live) {
		if (!create)
			return DISK_ENOENT;
		if (!disk_change(disk, life, &dies))
			return DISK_EIO;
		for (size_t i = 0; i < DISK_FILES && !entry; i++)
			if (!disk->name[i].name[0])
				entry = &disk->name[i];
		assert(entry && strlen(name) < DISK_NAME_MAX);
		memcpy(entry->name, name, strlen(name) + 1);
		name_point(&entry->live, disk_open_unnamed());
		entry->live->handles = 0;
		life->dead = dies;
	}
	entry->live->handles++;
	*ret = entry->live;
	return DISK_OK;
}

struct inode *disk_open_unnamed(void)
{
	struct inode *inode = sdk_xalloc(sizeof *inode);

	memset(inode, 0, sizeof *inode);
	inode->handles = 1;
	return inode;
}

void disk_close(struct inode *inode)
{
	inode->handles--;
	inode_drop(inode);
}

enum disk_rc disk_sync_folder(struct disk *disk, struct life *life)
{
	if (life->dead || disk_fails(disk, disk->faults.sync_ppm))
		return DISK_EIO;
	for (size_t i = 0; i < DISK_FILES; i++) {
		name_point(&disk->name[i].durable, disk->name[i].live);
		name_free_if_unused(&disk->name[i]);
	}
	return DISK_OK;
}

enum disk_rc disk_unlink(struct disk *disk, struct life *life, const char *name, bool sync_folder)
{
	struct disk_name *entry = disk_find(disk, name);
	bool dies;

	if (!entry || !entry->live)
		return life->dead ? DISK_EIO : DISK_ENOENT;
	if (!disk_change(disk, life, &dies) || disk_fails(disk, disk->faults.write_ppm))
		return DISK_EIO;
	name_point(&entry->live, NULL);
	name_free_if_unused(entry);
	life->dead = dies;
	return sync_folder ? disk_sync_folder(disk, life) : DISK_OK;
}

enum disk_rc disk_read(struct disk *disk, struct life *life, struct inode *inode, void *ret, size_t n, int64_t at,
		       size_t *ret_n)
{
	size_t have = inode->live.n > (size_t)at ? inode->live.n - (size_t)at : 0;

	if (life->dead || disk_fails(disk, disk->faults.read_ppm))
		return DISK_EIO;
	*ret_n = have < n ? have : n;
	if (*ret_n)
		memcpy(ret, inode->live.p + at, *ret_n);
	return DISK_OK;
}

enum disk_rc disk_write(struct disk *disk, struct life *life, struct inode *inode, const void *p, size_t n, int64_t at)
{
	int64_t grows = at + (int64_t)n - (int64_t)inode->live.n;
	bool dies;

	if (!disk_change(disk, life, &dies) || disk_fails(disk, disk->faults.write_ppm))
		return DISK_EIO;
	if (disk->faults.space && grows > 0 && disk_used(disk) + grows > disk->faults.space) {
		disk->n_full++;
		return DISK_EFULL;
	}
	inode_add(inode, false, at, p, n);
	life->dead = dies;
	return DISK_OK;
}

enum disk_rc disk_truncate(struct disk *disk, struct life *life, struct inode *inode, int64_t size)
{
	bool dies;

	if (!disk_change(disk, life, &dies) || disk_fails(disk, disk->faults.write_ppm))
		return DISK_EIO;
	inode_add(inode, true, size, NULL, 0);
	life->dead = dies;
	return DISK_OK;
}

enum disk_rc disk_sync(struct disk *disk, struct life *life, struct inode *inode)
{
	bool dies;

	if (!disk_change(disk, life, &dies))
		return DISK_EIO;
	disk->n_sync++;
	if (disk_fails(disk, disk->faults.sync_ppm)) {
		inode_sync_fails(disk, inode);
		return DISK_EIO;
	}
	inode_sync(inode);
	life->dead = dies;
	return DISK_OK;
}
