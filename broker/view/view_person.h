/* SPDX-License-Identifier: Apache-2.0 */
/* People, for those who may read what they wrote. Only for view/. */
#ifndef VIEW_PERSON_H
#define VIEW_PERSON_H

#include "core/person.h"
#include "view/view_json.h"

/* {"ref", "organisation", "kind", "name"}: the name as it is now, "" for one that was never told or is forgotten.
 * Nobody: the name "" alone. */
void view_person_print(const struct view *view, struct sdk_jsonw *w, struct ent_str ref);
/* "requester" of an incident, for our people; nobody: nothing at all. */
void view_requester_print(const struct view *view, struct sdk_jsonw *w, struct ent_str ref);
/* "people": [...], each that one of these events names, once. json: the events' data, one after the other. */
void view_people_print(const struct view *view, struct sdk_jsonw *w, struct ent_str json);

#endif
