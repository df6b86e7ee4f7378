/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person or a program with an account in a tool. Events and rows name it by `ref` alone: random, given when an event
 * names the account for the first time. The name stands in table person and in topic entente.people.v1 only, so that it
 * can be forgotten there. Pure.
 *
 * An account is known again by its organisation, its tool and what the tool calls it: two tools of one organisation may
 * both have an account 17. Where a tool tells a name and no account, the name is the account. So two people of one tool
 * with one name and no account are one person here, and so is a person whom it tells by account "ann" in one place and
 * by the name "ann" alone in another. Two accounts with one name are two.
 */
#ifndef CORE_PERSON_H
#define CORE_PERSON_H

#include "core/attr.h"

#define PERSON_MARK_SIZE 32 /* bytes of HMAC-SHA256 */

struct person {
	struct ent_str ref; /* a UUID; empty: nobody is named */
	struct ent_str organisation;
	struct ent_str name; /* as it is now; empty: never told, or forgotten. Never in an event */
	bool is_machine;
	bool is_erased; /* of a row: the name was forgotten for good: no tool's word brings it back */
};

/* A row of table person, and a record of entente.people.v1. */
struct person_row {
	struct person person;
	unsigned char mark[PERSON_MARK_SIZE]; /* of the account: see person_mark() */
};

struct ent_str person_account(const struct ent_person *told); /* empty: nobody is told */
/* The account, without telling it: a keyed hash. key: the store's, of store_meta. supplier: "" with us. */
void person_mark(struct ent_str key, struct ent_str organisation, struct ent_str supplier, struct ent_str account,
		 unsigned char ret[PERSON_MARK_SIZE]);
/* Takes over what is told about a known account. False: it is known already. */
bool person_learn(struct person *known, const struct ent_person *told, bool is_machine);

/* {"ref", "organisation", "kind"}; nothing at all when nobody is named. And back, without a name. */
void person_print(struct sdk_jsonw *w, const char *key, const struct person *person);
struct person person_parse(const struct sdk_json *node);
const char *person_kind(const struct person *person); /* "person", "machine" */

/* A ticket's attribute that names a person: text is the ref, native is "ORGANISATION KIND". */
#define PERSON_ATTRS (UINT32_C(1) << ENT_ASSIGNEE | UINT32_C(1) << ENT_REQUESTER)
struct ent_value person_value(struct ent_arena *arena, const struct person *person);
struct person person_of_value(const struct ent_value *value);

/* The value of a record of entente.people.v1; its key is the ref. And back: ENT_EINVAL, it is none. */
void person_record(const struct person_row *row, struct sdk_buf *buf);
enum ent_rc person_record_parse(struct ent_arena *arena, struct ent_str json, struct person_row *ret,
				struct ent_err *err) __attribute__((warn_unused_result));

#endif
