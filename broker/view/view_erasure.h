/* SPDX-License-Identifier: Apache-2.0 */
/* How far a person is erased, and what cannot be. */
#ifndef VIEW_ERASURE_H
#define VIEW_ERASURE_H

#include "store/erase.h"
#include "view/view.h"

/* {"ref","begun","done","raw","dead_letters","deliveries","stays":[sentences]}. */
enum ent_rc view_erasure(const struct view *view, struct ent_str ref, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
