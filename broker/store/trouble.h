/* SPDX-License-Identifier: Apache-2.0 */
/* How a poll, a back-fill or a sweep failed last, for people: kept until that stream reads well again. Failures stick
 * in db. */
#ifndef STORE_TROUBLE_H
#define STORE_TROUBLE_H

#include "store/supplier_rows.h"

struct trouble {
	int64_t at_ms;           /* 0: there is none */
	struct ent_str ticket;   /* its id, when one ticket was asked for; absent: the list was */
	struct ent_said why;     /* without secrets, as the next one */
	struct ent_str exchange; /* JSON, see openapi.yaml; absent: nothing was asked */
};
/* Takes the place of the one before. Nothing happens when there is none. */
void trouble_save(struct db *db, struct ent_str supplier, enum cursor_stream stream, const struct trouble *trouble);
/* It reads well again. ticket: only if it was this one's; absent: whatever it was. Only what was before before_ms. */
void trouble_drop(struct db *db, struct ent_str supplier, enum cursor_stream stream, struct ent_str ticket,
		  int64_t before_ms);
bool trouble_known(struct db *db, struct ent_str supplier, enum cursor_stream stream);

#endif
