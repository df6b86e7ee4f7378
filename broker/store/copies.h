/* SPDX-License-Identifier: Apache-2.0 */
/* Where our comments stand in tools: the first layer against echoes. Failures stick in db. */
#ifndef STORE_COPIES_H
#define STORE_COPIES_H

#include "store/db.h"

bool copy_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id);
void copy_save(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id,
	       const char *comment, bool learned);

#endif
