/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people uploaded, beside the store: FOLDER/ab/SHA256, named by their content, and FOLDER/new/ID while
 * they arrive. A file has its name before a row of the store names it, and loses it after the last row is gone: a crash
 * leaves a file too much, never one too few. An upload counts as under way until the store has answered, so that nobody
 * removes the same content meanwhile.
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <sys/types.h>
#include "base/world.h"
#include "sdk/crypto.h"

#define FILES_HASH_SIZE 65   /* SHA-256 in hex, NUL-terminated */
#define FILES_HEAD      4096 /* bytes of the beginning that are kept to tell what it is */

struct files;

/* FOLDER of a store: where its files are. */
struct ent_str files_folder(struct ent_arena *arena, struct ent_str store_path);
/* Makes the folder; what uploads left unfinished goes. Any thread may use the result. */
enum ent_rc files_open(struct ent_str folder, struct files **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
void files_close(struct files *files); /* takes NULL */
/* Bytes of all files, those that are arriving included. */
int64_t files_bytes(struct files *files);

/* ---- one upload; used by one thread at a time ------------------------------------------------------------ */

struct file_new {
	struct file_new *next; /* of those under way */
	struct ent_str who;    /* whose upload it is; borrowed */
	int fd;                /* -1: closed */
	char id[ID_SIZE];
	char hash[FILES_HASH_SIZE]; /* "" until it is whole */
	struct sdk_digest digest;
	int64_t size;
	char head[FILES_HEAD];
	size_t n_head;
	bool is_open, has_name; /* has_name: it stands under its hash */
};

/* How many uploads are under way, all and those of who. */
int files_under_way(struct files *files, struct ent_str who, int *ret_who);
/* id, who: as in file_new. False: the disk does not take it, see errno. */
bool files_begin(struct files *files, const char *id, struct ent_str who, struct file_new *ret)
    __attribute__((warn_unused_result));
bool files_add(struct files *files, struct file_new *file, const void *p, size_t n) __attribute__((warn_unused_result));
/* All bytes are there: the hash is known. */
void files_whole(struct file_new *file);
/* It is on the disk, under its hash, and so is that name. Waits for the disk. It always writes, also where the same
 * content is there already: nobody learns from the time it takes. */
bool files_keep(struct files *files, struct file_new *file) __attribute__((warn_unused_result));
/* It is over: the store has a row with its hash, or none. What has no name goes. Again is all right. */
void files_end(struct files *files, struct file_new *file);

/* ---- files with a name ------------------------------------------------------------------------------------ */

/* To read; -1: it is not there, or has another size. */
int files_read(const struct files *files, const char *hash, int64_t size);
/* The path of a file with a name. */
struct ent_str files_path(struct ent_arena *arena, struct ent_str folder, const char *hash);
bool files_has(struct ent_str folder, const char *hash);
/* Removes a file that no row names. is_named asks the store, while no upload of the same content can begin to be kept.
 * False: it stays, as an upload of the content is under way or a backup reads. */
bool files_remove(struct files *files, const char *hash, bool (*is_named)(void *of, const char *hash), void *of);
/* Each file with a name, or whose name is none of ours: hash "" and its path. False ends it. */
void files_each(struct ent_str folder, bool (*one)(void *of, const char *hash, struct ent_str path), void *of);
/* SHA-256 of a file's bytes. False: it cannot be read. */
bool files_hash(const char *path, char ret[FILES_HASH_SIZE]);
bool files_is_hash(struct ent_str text);

/* While it is held, in this process or another one, nothing is removed. -1: there is no such folder. */
int files_hold(struct ent_str folder);
void files_let_go(int held);
/* A copy of a file under the same hash in another folder: a second name of the same bytes where the file system can do
 * that, else its bytes. On the disk when it returns. */
enum ent_rc files_copy(struct ent_str from, struct ent_str to, const char *hash, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
