/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table person: who stands behind each ref. A row is written with the first event that names its ref, and again with
 * the next event that names it after something new was told, each time with the seq of that event: by it the relay
 * publishes the row no later than the event. An account that no event names is not stored.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "core/reader.h"
#include "core/situation.h"
#include "store/apply.h"

/* The name as it is now, for a column that holds a ref. */
#define PEOPLE_NAME(ref) "coalesce((SELECT person.name FROM person WHERE person.ref = " ref "), '')"

/* The people that a change of a supplier names: at->actor, at->author, and in place of the words of the attributes that
 * name a person, person_value(). */
void people_of_change(struct apply *apply, struct situation *at, struct ent_change *change);
/* A person with us. */
struct person people_ours(struct apply *apply, const struct ent_person *told);
/* The person of an account: its ref is the account's. Nobody: there is no such account. */
struct person people_of_account(struct apply *apply, struct ent_str ref);
/* The asker of a job: the account's person, or the token's name as a person with us or a machine of an organisation. */
struct person people_asking(struct apply *apply, const struct reader *by, const struct ent_person *told);
/* The event names these people from its seq on. */
void people_named(struct apply *apply, const struct event *event);

/* The name is forgotten, here and, by a row of the outbox, on Kafka and in the index; no tool's word brings it back.
 * False: nobody has this ref. Before the job meets anybody. */
bool people_erase(struct apply *apply, struct ent_str ref);

/* At the end of a job: whom it met is known to the next one. */
void people_keep(struct apply *apply);

/* The person whose ref a column holds, as the table has it. False: no ref, or forgotten. */
bool people_load(struct db *db, struct ent_arena *arena, struct ent_str ref, struct person *ret);

/* For rebuild: as it was published. */
void people_restore(struct db *db, const struct person_row *row);
void people_forget(struct db *db, struct ent_str ref);

#endif
