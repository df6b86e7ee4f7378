/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people who may come in, and the organisations. Somebody of an organisation sees the whole of its own people; of
 * others, who take part in an incident with it, the ref, the organisation and the name; and nobody else.
 */
#ifndef VIEW_USER_H
#define VIEW_USER_H

#include "view/view.h"

/* {"items":[{"ref","organisation","name", ...}],"next"}; organisation, state: "" all. */
enum ent_rc view_user_list(const struct view *view, struct ent_str organisation, struct ent_str state,
			   struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
enum ent_rc view_user(const struct view *view, struct ent_str ref, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The reader's own name; "": it is a machine. */
struct ent_str view_user_own_name(const struct view *view);
/* {"items":[{"name","ours","tools"}]}: the tools of the own one, and all for our people. */
enum ent_rc view_user_organisations(const struct view *view, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
enum ent_rc view_user_organisation(const struct view *view, struct ent_str name, struct ent_str *ret,
				   struct ent_err *err) __attribute__((warn_unused_result));

#endif
