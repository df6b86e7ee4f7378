/* SPDX-License-Identifier: Apache-2.0 */
/* Our incident's number in a ticket's title, for tools without a field for it: "Lift 3 stuck [ENT-000042]".
 * sdk_op_title() puts it there. */
#ifndef SDK_TITLE_H
#define SDK_TITLE_H

#include "sdk/str.h"

/* The title without a number at its end; *ret_number is what stood there, or absent. */
struct ent_str sdk_title_split(struct ent_str title, struct ent_str *ret_number);

#endif
