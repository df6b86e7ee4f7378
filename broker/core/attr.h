/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows that say how the broker treats each attribute of a ticket. Name and scale stand in entente/ticket.h. Pure.
 *
 * A carried attribute is brought from a ticket into its incident and from there to the other tickets. Its words go
 * through the supplier's map, and the supplier's policy says whose word counts.
 */
#ifndef CORE_ATTR_H
#define CORE_ATTR_H

#include "entente/ticket.h"
#include "sdk/json.h"
#include "sdk/str.h"

enum attr_rule {
	ATTR_KEPT,  /* it stays with its ticket */
	ATTR_FIRST, /* the incident takes the first one that a ticket tells */
	/* From here on carried: */
	ATTR_STATE, /* it follows the ball: see decide_word.c. How far two values agree: status_agrees() */
	ATTR_LEVEL, /* a scale. Anybody's until the holder has said one, then the holder's; policies say otherwise. Two
		     * values agree when they are the same, as far as the tool's words can tell */
	ATTR_OPTIONAL /* a level that not every tool has: a ticket that never told one is told when it changes, and
		       * compared with nothing */
};
enum attr_words {
	ATTR_AS_IT_IS, /* no map */
	ATTR_MAPPED,   /* map.NAME and map.NAME_out: the tool's word and one of the ticket language */
	ATTR_NAMED     /* map.NAME: the tool's word and any other */
};

/* attribute, words, rule */
#define ATTR_TABLE(X)                                                                                                  \
	X(ENT_TITLE, ATTR_AS_IT_IS, ATTR_FIRST)                                                                        \
	X(ENT_DESCRIPTION, ATTR_AS_IT_IS, ATTR_KEPT)                                                                   \
	X(ENT_STATUS, ATTR_MAPPED, ATTR_STATE)                                                                         \
	X(ENT_PRIORITY, ATTR_MAPPED, ATTR_LEVEL)                                                                       \
	X(ENT_IMPACT, ATTR_MAPPED, ATTR_OPTIONAL)                                                                      \
	X(ENT_URGENCY, ATTR_MAPPED, ATTR_OPTIONAL)                                                                     \
	X(ENT_CATEGORY, ATTR_NAMED, ATTR_KEPT)                                                                         \
	X(ENT_SERVICE, ATTR_AS_IT_IS, ATTR_KEPT)                                                                       \
	X(ENT_SITE, ATTR_AS_IT_IS, ATTR_KEPT)                                                                          \
	X(ENT_TEAM, ATTR_AS_IT_IS, ATTR_KEPT)                                                                          \
	X(ENT_ASSIGNEE, ATTR_AS_IT_IS, ATTR_KEPT)                                                                      \
	X(ENT_REQUESTER, ATTR_AS_IT_IS, ATTR_KEPT)                                                                     \
	X(ENT_URL, ATTR_AS_IT_IS, ATTR_KEPT)                                                                           \
	X(ENT_TRANSFERRED_TO, ATTR_AS_IT_IS, ATTR_KEPT)                                                                \
	X(ENT_OPENED_AT, ATTR_AS_IT_IS, ATTR_KEPT)                                                                     \
	X(ENT_DUE_AT, ATTR_AS_IT_IS, ATTR_KEPT)                                                                        \
	X(ENT_FIELDS, ATTR_AS_IT_IS, ATTR_KEPT)

/* Sets of attributes, as bits. */
#define ATTR_BIT_CARRIED(id, words, rule) | (uint32_t)((rule) >= ATTR_STATE) << (id)
#define ATTR_BIT_LEVEL(id, words, rule)   | (uint32_t)((rule) >= ATTR_LEVEL) << (id)
#define ATTR_BIT_MAPPED(id, words, rule)  | (uint32_t)((words) == ATTR_MAPPED) << (id)
#define ATTR_CARRIED                      (UINT32_C(0) ATTR_TABLE(ATTR_BIT_CARRIED))
#define ATTR_LEVELS                       (UINT32_C(0) ATTR_TABLE(ATTR_BIT_LEVEL))
#define ATTR_MAPPEDS                      (UINT32_C(0) ATTR_TABLE(ATTR_BIT_MAPPED))

static inline bool attr_in(uint32_t bits, unsigned attr)
{
	return (bits >> attr) & 1u;
}

enum attr_rule attr_rule(enum ent_attr attr);
enum attr_words attr_words(enum ent_attr attr);

/* The carried attributes of an incident, a ticket or a delivery. Each is the place of its word: an enum ent_status, a
 * step of the scale; 0: not known. An attribute that is not carried is 0. */
struct values {
	unsigned at[ENT_N_ATTR];
};
/* The value of a canonical word; 0: it is none. */
unsigned attr_value(enum ent_attr attr, struct ent_str word);
/* And back; empty for 0. */
struct ent_str attr_word(enum ent_attr attr, unsigned value);
unsigned attr_n_value(enum ent_attr attr);                    /* 0 among them; of what is not carried: 1 */
void attr_take(struct values *to, const struct values *from); /* those that are known */
/* Bits of those that differ. */
uint32_t attr_differ(const struct values *a, const struct values *b);
/* "status=new priority=2": those that are known, as the store keeps them. And back; what is not understood is left
 * out. */
#define ATTR_VALUES_SIZE 256
struct ent_str attr_values_print(const struct values *values, char ret[ATTR_VALUES_SIZE]);
struct values attr_values_parse(struct ent_str text);

/* Members for each that is carried: the status as its word, a level as a number, 0 unknown. */
void attr_json(struct sdk_jsonw *w, const struct values *values);
void attr_json_known(struct sdk_jsonw *w, const struct values *values); /* only those that are known */

#endif
