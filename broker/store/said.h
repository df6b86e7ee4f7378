/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences in columns: a column holds the JSON of sdk/say.h, '' where nothing is said. */
#ifndef STORE_SAID_H
#define STORE_SAID_H

#include "sdk/json.h"
#include "store/db.h"

/* The statement borrows it from buf, which is released when the statement has run. */
void said_bind(struct db_stmt *stmt, int i, struct ent_said said, struct sdk_buf *buf);
struct ent_said said_column(struct db_stmt *stmt, int i, struct ent_arena *arena);
/* "key": {...}; nothing where the column is empty. */
void said_kprint(struct sdk_jsonw *w, const char *key, struct ent_str column);

#endif
