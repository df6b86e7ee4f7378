/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route works at: a handle on the store and a buffer for the answer. Each worker and each reader has
 * one, and an exchange stands at one of them at a time.
 */
#ifndef FACE_DESK_H
#define FACE_DESK_H

#include "base/slot.h"
#include "store/store.h"

struct edge;

struct desk {
	struct db *db;
	struct sdk_buf scratch; /* the body of the answer under way */
	int64_t now_ms;         /* one sample a turn or read */
	struct slot *slot;      /* names the text that its thread decodes; NULL: crashes are not recorded */
};

/* name: the name of its thread, see slot_new(). */
enum ent_rc desk_open(struct desk *desk, const struct edge *edge, const char *name, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A read that failed sticks to its handle: a fresh one tells whether the store can be read again. False: not yet. */
bool desk_reopen(struct desk *desk, const struct edge *edge);
void desk_close(struct desk *desk);

#endif
