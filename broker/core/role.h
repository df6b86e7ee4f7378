/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role says what one may do: it is a set of verbs, and each route asks for one of them. A token may hold fewer verbs
 * than its role, never more. What one may read is another question: core/reader.h answers it. Pure.
 */
#ifndef CORE_ROLE_H
#define CORE_ROLE_H

#include "sdk/say.h"
#include "sdk/str.h"

#define ROLE_WORDS_MAX 256

/* id, word, what it lets one do */
#define VERB_TABLE(X)                                                                                                  \
	X(READ, "read", "read what the own organisation may see")                                                      \
	X(WRITE, "write", "comment, ask, answer, accept, decline, promise, offer help")                                \
	X(OPEN, "open", "open an incident")                                                                            \
	X(DESCRIBE, "describe", "set an incident's status, and say what it is about")                                  \
	X(SHARE, "share", "share an incident, and take the share back")                                                \
	X(HAND_OVER, "hand_over", "propose that another organisation takes over")                                      \
	X(MERGE, "merge", "merge, split and link incidents")                                                           \
	X(JOINS, "joins", "accept and refuse join requests")                                                           \
	X(SETTLE, "settle", "settle deliveries and dead letters, publish maps, start polls")                           \
	X(INVITE, "invite", "invite and disable people of the own organisation")                                       \
	X(ADMINISTER, "administer", "people, tokens and settings of every organisation")                               \
	X(AUDIT, "audit", "read the audit log")                                                                        \
	X(MEASURE, "measure", "read the metrics")                                                                      \
	X(ARRIVE, "arrive", "hand in arrivals that no tool has signed")

#define X(id, word, text) VERB_BIT_##id,
enum verb_bit { VERB_TABLE(X) VERB_BITS };
#undef X
#define X(id, word, text) VERB_##id = 1 << VERB_BIT_##id,
enum verb { VERB_NONE = 0, VERB_TABLE(X) VERB_ALL = (1 << VERB_BITS) - 1, VERB_ANYBODY = 1 << VERB_BITS };
#undef X

/* id, word, its verbs */
#define ROLE_TABLE(X)                                                                                                  \
	X(TECHNICIAN, "technician", VERB_OF_DESK)                                                                      \
	X(SERVICE_OWNER, "service_owner", VERB_OF_DESK)                                                                \
	X(ADMIN, "admin", VERB_ALL)                                                                                    \
	X(AUDITOR, "auditor", VERB_READ | VERB_AUDIT | VERB_MEASURE)                                                   \
	X(SUPPLIER_TECHNICIAN, "supplier_technician", VERB_READ | VERB_WRITE)                                          \
	X(SUPPLIER_ADMIN, "supplier_admin", VERB_READ | VERB_WRITE | VERB_INVITE)                                      \
	X(SYSTEM, "system", VERB_ALL)                                                                                  \
	X(SUPPLIER_SYSTEM, "supplier_system", VERB_READ | VERB_WRITE)
#define VERB_OF_DESK                                                                                                   \
	(VERB_READ | VERB_WRITE | VERB_OPEN | VERB_DESCRIBE | VERB_SHARE | VERB_HAND_OVER | VERB_MERGE | VERB_JOINS |  \
	 VERB_SETTLE | VERB_MEASURE)

#define X(id, word, verbs) ROLE_##id,
enum role { ROLE_NONE, ROLE_TABLE(X) ROLE_N };
#undef X

uint32_t role_verbs(enum role role);
const char *role_word(enum role role);
enum role role_of_word(struct ent_str word); /* ROLE_NONE: no role is called so */
bool role_is_ours(enum role role);           /* of our organisation; false of ROLE_NONE */
bool role_is_machine(enum role role);        /* a program's, never a person's */
/* The role's words, comma separated, of those that have the verb. */
struct ent_str role_list(struct ent_arena *arena, enum verb verb);

/* Why somebody of that organisation cannot have that role, and which ones there are. */
struct ent_said role_say_other(struct ent_arena *arena, struct ent_str word, struct ent_str organisation, bool is_ours);
/* Those of the verbs that the role has not, and those that it has. */
struct ent_said role_say_lacks(struct ent_arena *arena, enum role role, uint32_t verbs);

const char *role_verb_word(enum verb verb); /* of one verb */
/* Words with commas between; back: false, one of them is no verb. Empty: none. */
struct ent_str role_verbs_print(struct ent_arena *arena, uint32_t verbs);
bool role_verbs_parse(struct ent_str words, uint32_t *ret);

#endif
