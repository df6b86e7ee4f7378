/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of files that people uploaded. A staged one (table `upload`) is its uploader's alone until a comment names it;
 * from then on it is an attachment of that comment (table `attachment`), for exactly its readers: it is widened,
 * narrowed, held, undone and removed with it. Each file of the disk that loses a row goes into table `loose`;
 * keeper.c removes it when no other row names it. Failures stick in db.
 */
#ifndef STORE_UPLOADS_H
#define STORE_UPLOADS_H

#include "base/files.h"
#include "core/event.h"
#include "core/reader.h"
#include "store/db.h"

#define UPLOADS_A_COMMENT  10
#define UPLOADS_STAGED_MAX 100 /* of one uploader */
#define UPLOAD_STAYS_MS    (24 * 3600 * INT64_C(1000))

/* id, word. CHECKING: attachments.check has not said anything yet, and nobody gets it */
#define UPLOAD_STATES(X)                                                                                               \
	X(UPLOAD_CHECKING, "checking")                                                                                 \
	X(UPLOAD_KEPT, "kept")                                                                                         \
	X(UPLOAD_REFUSED, "refused")

#define X(id, word) id,
enum upload_state { UPLOAD_STATES(X) UPLOAD_STATE_N };
#undef X
const char *upload_state_word(enum upload_state state);

struct upload_row {
	char id[ID_SIZE];
	int64_t incident;
	struct ent_str asker; /* reader_key() */
	struct ent_str name, media_type;
	int64_t size;
	char sha256[FILES_HASH_SIZE];
	enum upload_state state;
	int64_t made_ms, tries;
};

void upload_save(struct db *db, const struct upload_row *row);
/* A staged one; of whoever asks for it, the caller compares. */
bool upload_load(struct db *db, struct ent_arena *arena, struct ent_str id, struct upload_row *ret);
/* How many uploads the asker has staged, and their bytes. */
int64_t upload_sum(struct db *db, struct ent_str asker, int64_t *ret_bytes);
/* The staged one goes, and nobody has its bytes any more. */
void upload_drop(struct db *db, struct ent_str id);
void upload_judge(struct db *db, struct ent_str id, enum upload_state state, int64_t now_ms);
/* Staged before then: they go, some at a time. */
void upload_expire(struct db *db, int64_t before_ms);

/* A row names the content. */
bool upload_names(struct db *db, const char *sha256);
/* It lost a row. */
void upload_loosen(struct db *db, struct ent_str sha256);

/* The keeper's doings on the disk, for the store to note. */
struct uploads_kept {
	const char (*gone)[FILES_HASH_SIZE]; /* were loose; a row names them, or the file is gone */
	size_t n_gone;
	const char (*missing)[FILES_HASH_SIZE]; /* a row names them, and they are not there */
	size_t n_missing;
	const char (*found)[FILES_HASH_SIZE]; /* were missing, and are there again */
	size_t n_found;
	const char (*loose)[FILES_HASH_SIZE]; /* no row names them, it seems */
	size_t n_loose;
};
void uploads_note(struct db *db, const struct uploads_kept *kept);

/* The attachments of comments follow the event. */
void uploads_fold(struct db *db, const struct event *event);
/* Those of the comment are for exactly its readers. */
void uploads_follow(struct db *db, const struct comment *comment);

#endif
