/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets that a poll, a back-fill or a sweep could not read or understand and passed over: what people are shown.
 * Failures stick in db. */
#ifndef STORE_ASIDE_H
#define STORE_ASIDE_H

#include "entente/connector.h"
#include "store/supplier_rows.h"

enum aside_how {
	ASIDE_STAYS,    /* nothing was said about it */
	ASIDE_REPLACED, /* `at` is all that is put aside now */
	ASIDE_ADDED,    /* `at` is put aside, too; one that was put aside before was tried once more */
	ASIDE_READ,     /* the tickets in `at` were read */
	ASIDE_ENDED     /* a sweep is through: what was to be asked for again before `next_ms` is asked for no more */
};
struct aside_news {
	enum aside_how how;
	const struct ent_aside *at;
	size_t n;
	int64_t next_ms;
};
void aside_save(struct db *db, struct ent_str supplier, enum cursor_stream stream, const struct aside_news *news);

bool aside_known(struct db *db, struct ent_str supplier, enum cursor_stream stream, struct ent_str ticket);
/* When the ticket was put aside that has been aside longest; INT64_MAX: none is put aside. */
int64_t aside_oldest_ms(struct db *db, struct ent_str supplier, enum cursor_stream stream);
int64_t aside_count(struct db *db, struct ent_str supplier); /* of all streams */

#endif
