/* SPDX-License-Identifier: Apache-2.0 */
/* Words mention somebody who could not read them: the two acts that are left to their writer. */
#ifndef FACE_OUTSIDE_H
#define FACE_OUTSIDE_H

#include "store/writer.h"
#include "view/view.h"

/* JSON, for programs: share the incident with that person's organisation, or name it in the audience where it takes
 * part; or send the words with the name as plain text. ask: of a refused job, with ask.outside. */
struct ent_str outside_acts(const struct view *view, const struct ask *ask);

#endif
