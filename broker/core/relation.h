/* SPDX-License-Identifier: Apache-2.0 */
/* The relations of one incident to another one, as a person says them. In the words of TM Forum's trouble tickets
 * (TMF621). */
#ifndef CORE_RELATION_H
#define CORE_RELATION_H

#include <stdbool.h>

#include "entente/ticket.h"

/* id, word, the same as the other one says it */
#define RELATIONS(X)                                                                                                   \
	X(RELATION_RELATED, "related", RELATION_RELATED)                                                               \
	X(RELATION_CAUSES, "causes", RELATION_CAUSED_BY)                                                               \
	X(RELATION_CAUSED_BY, "caused_by", RELATION_CAUSES)                                                            \
	X(RELATION_DUPLICATES, "duplicates", RELATION_DUPLICATED_BY)                                                   \
	X(RELATION_DUPLICATED_BY, "duplicated_by", RELATION_DUPLICATES)

#define X(id, word, back) id,
enum relation { RELATIONS(X) RELATION_N };
#undef X

const char *relation_word(enum relation relation);
enum relation relation_back(enum relation relation);
bool relation_by_word(struct ent_str word, enum relation *ret); /* false: it is none */

#endif
