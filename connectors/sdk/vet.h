/* SPDX-License-Identifier: Apache-2.0 */
/* Does a change keep to what the broker takes? */
#ifndef SDK_VET_H
#define SDK_VET_H

#include "entente/connector.h"

/* U+0000 out of what people wrote. */
void sdk_change_mend(struct ent_arena *arena, struct ent_change *change);
/* Does it keep to what the broker takes? ENT_EINVAL says what is too long, no text or missing; a comment that was added
 * may lack its id. */
enum ent_rc sdk_change_vet(const struct ent_change *change, struct ent_err *err) __attribute__((warn_unused_result));

#endif
