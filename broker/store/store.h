/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a store: migrations, identity, version. The SQL of the tables is in
 * schemas/sql and built into the binary.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/world.h"
#include "store/db.h"

#define STORE_VERSION 3 /* of the tables; a newer store is refused */

/* The shape of what the store and the topics say. Other than the version of the tables it is not brought over: the
 * words of another shape mean something else. */
#define STORE_SHAPE      2
#define STORE_SHAPE_TEXT "2"

#define PEOPLE_KEY_SIZE 65 /* 32 bytes in hexadecimal digits, and a NUL */

struct store_meta {
	char store_id[ID_SIZE]; /* stands in every event id and progress record */
	int32_t partitions;     /* of entente.events.v1; fixed when the store is made */
	int64_t created_ms;
	char people_key[PEOPLE_KEY_SIZE]; /* of person_mark() and view_position.h: made once, in no event and no log */
};

/* Makes the file when it is missing (partitions is then taken), migrates an older one, refuses a
 * newer or foreign one. Only the writer's handle may do this. */
enum ent_rc store_open(const char *path, const char *vfs, int32_t partitions, struct clock *clock,
		       struct chance *chance, struct db **ret_db, struct store_meta *ret_meta, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A reader of a store that exists and has this version. */
enum ent_rc store_open_read(const char *path, const char *vfs, struct db **ret_db, struct store_meta *ret_meta,
			    struct ent_err *err) __attribute__((warn_unused_result));

/* The name of our organisation is the store's from its first start on: what is said there names us by it. */
enum ent_rc store_organisation(struct db *db, struct ent_str name, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
