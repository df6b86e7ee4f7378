/* SPDX-License-Identifier: Apache-2.0 */
/* Searches by the index of words: as one types, and incidents that are alike. */
#ifndef FACE_SEEK_H
#define FACE_SEEK_H

#include "face/exchange.h"
#include "view/view_list.h"

void seek_get(struct exchange *x);
void seek_similar(struct exchange *x);          /* to a title that is being typed */
void seek_similar_incident(struct exchange *x); /* to an incident */
void seek_rebuild(struct exchange *x);

/* The desk's handle on the index. NULL: there is none, *ret_why says why. */
struct db *seek_index(struct exchange *x, struct ent_said *ret_why);
/* Fills among and index of a list by a text. */
void seek_titles(struct exchange *x, struct incident_filter *filter);

#endif
