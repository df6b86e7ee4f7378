/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents whose titles share words with a title. It compares words and nothing else: a rare word counts more than a
 * common one, and what is rare is counted among those that the reader may read.
 */
#ifndef SEARCH_ALIKE_H
#define SEARCH_ALIKE_H

#include "search/index.h"

/* {"items": [...], "compares": "words", "index": ...}: the most alike first. but: an incident that is left out; 0:
 * none.
 */
enum ent_rc alike_find(const struct view *view, struct db *index, struct ent_str title, int64_t but, int limit,
		       struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
