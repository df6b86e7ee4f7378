/* SPDX-License-Identifier: Apache-2.0 */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW  "new"
#define LOCK "lock" /* shared: nothing is removed; alone: something is being removed */

struct files {
	struct sdk_arena arena;
	struct ent_str folder;
	_Atomic int64_t bytes;
	pthread_mutex_t lock;
	struct file_new *under_way; /* under lock */
};

/* ---- paths and folders ----------------------------------------------------------------------- */

struct ent_str files_folder(struct ent_arena *arena, struct ent_str store_path)
{
	size_t n = store_path.n;

	while (n > 0 && store_path.p[n - 1] != '/')
		n--;
	return sdk_format(arena, "%.*sfiles", (int)n, store_path.p);
}

struct ent_str files_path(struct ent_arena *arena, struct ent_str folder, const char *hash)
{
	return sdk_format(arena, "%.*s/%.2s/%s", ENT_F(folder), hash, hash);
}

bool files_is_hash(struct ent_str text)
{
	bool is_hex = text.n == FILES_HASH_SIZE - 1;

	for (size_t i = 0; i < text.n && is_hex; i++)
		is_hex = (text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f');
	return is_hex;
}

static bool folder_make(struct ent_arena *arena, struct ent_str path)
{
	return mkdir(sdk_z(arena, path), 0700) == 0 || errno == EEXIST;
}

static bool folder_fsync(struct ent_arena *arena, struct ent_str path)
{
	int fd = open(sdk_z(arena, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* The folder that holds the path. */
static struct ent_str folder_above(struct ent_str path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return (struct ent_str){path.p, path.n > 1 ? path.n - 1 : path.n};
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void folder_each(struct ent_str folder, const char *below,
			bool (*one)(void *of, const char *hash, struct ent_str path), void *of)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	DIR *dir = opendir(sdk_z(&arena.abi, sdk_format(&arena.abi, "%.*s/%s", ENT_F(folder), below)));
	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		bool is_ours = files_is_hash(sdk_str(entry->d_name)) && strncmp(entry->d_name, below, 2) == 0;
		if (!one(of, is_ours ? entry->d_name : "",
			 sdk_format(&arena.abi, "%.*s/%s/%s", ENT_F(folder), below, entry->d_name)))
			break;
	}
	if (dir)
		closedir(dir);
	sdk_arena_release(&arena);
}

void files_each(struct ent_str folder, bool (*one)(void *of, const char *hash, struct ent_str path), void *of)
{
	char below[3];

	for (unsigned i = 0; i < 256; i++) {
		snprintf(below, sizeof below, "%02x", i);
		folder_each(folder, below, one, of);
	}
}

static bool count_one(void *of, const char *hash, struct ent_str path)
{
	struct files *files = of;
	struct sdk_arena arena;
	struct stat st;

	(void)hash;
	sdk_arena_init(&arena);
	if (stat(sdk_z(&arena.abi, path), &st) == 0)
		atomic_fetch_add(&files->bytes, st.st_size);
	sdk_arena_release(&arena);
	return true;
}

static bool remove_one(void *of, const char *hash, struct ent_str path)
{
	struct sdk_arena arena;

	(void)of;
	(void)hash;
	sdk_arena_init(&arena);
	(void)unlink(sdk_z(&arena.abi, path)); /* it is tried again at the next start */
	sdk_arena_release(&arena);
	return true;
}

enum ent_rc files_open(struct ent_str folder, struct files **ret, struct ent_err *err)
{
	struct files *files = sdk_xalloc(sizeof *files);
	struct ent_arena *arena = &files->arena.abi;

	memset(files, 0, sizeof *files);
	sdk_arena_init(&files->arena);
	files->folder = sdk_dup(arena, folder);
	pthread_mutex_init(&files->lock, NULL);
	if (!folder_make(arena, folder) || !folder_make(arena, sdk_format(arena, "%.*s/" NEW, ENT_F(folder))) ||
	    !folder_fsync(arena, folder_above(folder))) {
		sdk_fail(err, ENT_EINVAL, "%.*s cannot be made: %s", ENT_F(folder), strerror(errno));
		files_close(files);
		return ENT_EINVAL;
	}
	folder_each(folder, NEW, remove_one, NULL);
	files_each(folder, count_one, files);
	*ret = files;
	return ENT_OK;
}

void files_close(struct files *files)
{
	if (!files)
		return;
	pthread_mutex_destroy(&files->lock);
	sdk_arena_release(&files->arena);
	free(files);
}

int64_t files_bytes(struct files *files)
{
	return atomic_load(&files->bytes);
}

/* ---- one upload -------------------------------------------------------------------------------- */

static struct ent_str path_new(struct ent_arena *arena, const struct files *files, const struct file_new *file)
{
	return sdk_format(arena, "%.*s/" NEW "/%s", ENT_F(files->folder), file->id);
}

int files_under_way(struct files *files, struct ent_str who, int *ret_who)
{
	int n = 0;

	*ret_who = 0;
	pthread_mutex_lock(&files->lock);
	for (const struct file_new *file = files->under_way; file; file = file->next) {
		n++;
		*ret_who += sdk_eq(file->who, who);
	}
	pthread_mutex_unlock(&files->lock);
	return n;
}

bool files_begin(struct files *files, const char *id, struct ent_str who, struct file_new *ret)
{
	struct sdk_arena arena;

	*ret = (struct file_new){.who = who, .fd = -1};
	snprintf(ret->id, sizeof ret->id, "%s", id);
	sdk_arena_init(&arena);
	ret->fd =
	    open(sdk_z(&arena.abi, path_new(&arena.abi, files, ret)), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	sdk_arena_release(&arena);
	if (ret->fd < 0)
		return false;
	sdk_digest_init(&ret->digest);
	ret->is_open = true;
	pthread_mutex_lock(&files->lock);
	ret->next = files->under_way;
	files->under_way = ret;
	pthread_mutex_unlock(&files->lock);
	return true;
}

bool files_add(struct files *files, struct file_new *file, const void *p, size_t n)
{
	const char *at = p;
	size_t left = n;

	while (left > 0) {
		ssize_t wrote = write(file->fd, at, left);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		at += wrote;
		left -= (size_t)wrote;
		file->size += wrote;
		atomic_fetch_add(&files->bytes, wrote);
	}
	size_t head = sizeof file->head - file->n_head < n ? sizeof file->head - file->n_head : n;
	memcpy(file->head + file->n_head, p, head);
	file->n_head += head;
	sdk_digest_add(&file->digest, p, n);
	return true;
}

static void hash_print(const unsigned char hash[32], char ret[FILES_HASH_SIZE])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(ret + 2 * i, 3, "%02x", hash[i]);
}

void files_whole(struct file_new *file)
{
	unsigned char hash[32];

	sdk_digest_end(&file->digest, hash);
	hash_print(hash, file->hash);
}

/* Its size, 0 when it is not there. */
static int64_t size_at(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

static bool file_rename(struct files *files, struct ent_arena *arena, struct file_new *file)
{
	const struct ent_str to = files_path(arena, files->folder, file->hash);
	const char *z = sdk_z(arena, to);

	/* Under the lock: whoever removes this content sees either that it is under way, or its row. */
	pthread_mutex_lock(&files->lock);
	const int64_t was = size_at(z);
	file->has_name = rename(sdk_z(arena, path_new(arena, files, file)), z) == 0;
	if (file->has_name)
		atomic_fetch_sub(&files->bytes, was); /* the same content stood there before */
	pthread_mutex_unlock(&files->lock);
	return file->has_name && folder_fsync(arena, folder_above(to)) && folder_fsync(arena, files->folder);
}

bool files_keep(struct files *files, struct file_new *file)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	bool ok = fsync(file->fd) == 0 &&
		  folder_make(&arena.abi, folder_above(files_path(&arena.abi, files->folder, file->hash))) &&
		  file_rename(files, &arena.abi, file);
	sdk_arena_release(&arena);
	return ok;
}

void files_end(struct files *files, struct file_new *file)
{
	struct sdk_arena arena;
	unsigned char unused[32];

	if (!file->is_open)
		return;
	file->is_open = false;
	close(file->fd);
	file->fd = -1;
	if (!file->hash[0])
		sdk_digest_end(&file->digest, unused);
	if (!file->has_name) {
		sdk_arena_init(&arena);
		(void)unlink(sdk_z(&arena.abi, path_new(&arena.abi, files, file))); /* the next start tries again */
		sdk_arena_release(&arena);
		atomic_fetch_sub(&files->bytes, file->size);
	}
	pthread_mutex_lock(&files->lock);
	for (struct file_new **at = &files->under_way; *at; at = &(*at)->next)
		if (*at == file) {
			*at = file->next;
			break;
		}
	pthread_mutex_unlock(&files->lock);
}

/* ---- files with a name --------------------------------------------------------------------------- */

int files_read(const struct files *files, const char *hash, int64_t size)
{
	struct sdk_arena arena;
	struct stat st;

	sdk_arena_init(&arena);
	int fd =
	    open(sdk_z(&arena.abi, files_path(&arena.abi, files->folder, hash)), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	sdk_arena_release(&arena);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != size)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool files_has(struct ent_str folder, const char *hash)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	bool has = access(sdk_z(&arena.abi, files_path(&arena.abi, folder, hash)), F_OK) == 0;
	sdk_arena_release(&arena);
	return has;
}

static bool is_arriving(const struct files *files, const char *hash)
{
	for (const struct file_new *file = files->under_way; file; file = file->next)
		if (file->has_name && strcmp(file->hash, hash) == 0)
			return true;
	return false;
}

static int folder_lock(struct ent_str folder, int how)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	int fd = open(sdk_z(&arena.abi, sdk_format(&arena.abi, "%.*s/" LOCK, ENT_F(folder))),
		      O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	sdk_arena_release(&arena);
	if (fd >= 0 && flock(fd, how) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool files_remove(struct files *files, const char *hash, bool (*is_named)(void *of, const char *hash), void *of)
{
	int held = folder_lock(files->folder, LOCK_EX | LOCK_NB);
	struct sdk_arena arena;

	if (held < 0)
		return false;
	sdk_arena_init(&arena);
	pthread_mutex_lock(&files->lock);
	bool done = !is_arriving(files, hash);
	if (done && !is_named(of, hash)) {
		const char *path = sdk_z(&arena.abi, files_path(&arena.abi, files->folder, hash));
		const int64_t size = size_at(path);
		done = unlink(path) == 0 || errno == ENOENT;
		if (done)
			atomic_fetch_sub(&files->bytes, size);
	}
	pthread_mutex_unlock(&files->lock);
	sdk_arena_release(&arena);
	close(held);
	return done;
}

bool files_hash(const char *path, char ret[FILES_HASH_SIZE])
{
	enum { CHUNK = 256 * 1024 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *buffer = sdk_xalloc(CHUNK);
	struct sdk_digest digest;
	unsigned char hash[32];
	ssize_t n = -1;

	sdk_digest_init(&digest);
	while (fd >= 0 && ((n = read(fd, buffer, CHUNK)) > 0 || (n < 0 && errno == EINTR)))
		sdk_digest_add(&digest, buffer, n > 0 ? (size_t)n : 0);
	sdk_digest_end(&digest, hash);
	hash_print(hash, ret);
	free(buffer);
	if (fd >= 0)
		close(fd);
	return n == 0;
}

/* ---- copies ---------------------------------------------------------------------------------------- */

int files_hold(struct ent_str folder)
{
	return folder_lock(folder, LOCK_SH);
}

void files_let_go(int held)
{
	if (held >= 0)
		close(held);
}

static bool bytes_copy(int from, int to)
{
	enum { CHUNK = 1 << 20 };
	ssize_t n;

	do
		n = copy_file_range(from, NULL, to, NULL, CHUNK, 0);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)) {
		char *buffer = sdk_xalloc(CHUNK);
		while ((n = read(from, buffer, CHUNK)) > 0 && write(to, buffer, (size_t)n) == n)
			;
		free(buffer);
	}
	return n == 0 && fsync(to) == 0;
}

enum ent_rc files_copy(struct ent_str from, struct ent_str to, const char *hash, struct ent_err *err)
{
	struct sdk_arena arena;
	int in = -1, out = -1;

	sdk_arena_init(&arena);
	const char *source = sdk_z(&arena.abi, files_path(&arena.abi, from, hash));
	const struct ent_str target = files_path(&arena.abi, to, hash), folder = folder_above(target);
	const char *z = sdk_z(&arena.abi, target);
	bool ok = folder_make(&arena.abi, to) && folder_make(&arena.abi, folder);
	if (ok && link(source, z) != 0 && errno != EEXIST) {
		in = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		out = in >= 0 ? open(z, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
		ok = out >= 0 && bytes_copy(in, out);
	}
	ok = ok && folder_fsync(&arena.abi, folder) && folder_fsync(&arena.abi, to);
	if (!ok)
		sdk_fail(err, ENT_EINVAL, "%s: %s", source, strerror(errno));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	sdk_arena_release(&arena);
	return ok ? ENT_OK : ENT_EINVAL;
}
