/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accounts that the writer met lately, with their rows of table person as they stand within its transaction. Like
 * the shelf (store/shelf.h): only the writer changes these rows. Bounded: ACCOUNTS_PLACES accounts, none longer than
 * ACCOUNT_BYTES_MAX; a newer one with the same place puts another one out. A row that is given out lives until the next
 * accounts_settle().
 */
#ifndef STORE_ACCOUNTS_H
#define STORE_ACCOUNTS_H

#include "core/person.h"

#define ACCOUNTS_PLACES   2048
#define ACCOUNT_BYTES_MAX 2048

/* The fields that the mark of a row is made of. */
struct account {
	struct ent_str organisation, supplier, id;
};

struct accounts;
struct accounts *accounts_new(void);
void accounts_free(struct accounts *accounts);  /* takes NULL */
void accounts_clear(struct accounts *accounts); /* the transaction was undone */

const struct person_row *accounts_find(const struct accounts *accounts, const struct account *account); /* or NULL */
/* Replaces what was here of it; row NULL: it is forgotten. */
void accounts_keep(struct accounts *accounts, const struct account *account, const struct person_row *row);
void accounts_settle(struct accounts *accounts); /* at the end of a job */

#endif
