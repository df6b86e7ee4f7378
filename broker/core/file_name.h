/* SPDX-License-Identifier: Apache-2.0 */
/* The names of files that people upload: as given where that is harmless. Pure. */
#ifndef CORE_FILE_NAME_H
#define CORE_FILE_NAME_H

#include "sdk/str.h"

#define FILE_NAME_MAX 200 /* bytes */

/* The part behind the last '/' or '\', without controls, marks of the direction of writing and characters that are
 * not seen, and without spaces and dots at its ends that a file system drops. Too long: its middle goes, its extension
 * stays. Nothing left: "file". given: UTF-8. */
struct ent_str file_name_safe(struct ent_arena *arena, struct ent_str given);
/* The field Content-Disposition, CR LF included: always to be saved, never to be shown. RFC 6266: the name in ASCII for
 * old programs, and as RFC 8187 says for all others. */
struct ent_str file_name_disposition(struct ent_arena *arena, struct ent_str name);
/* "1.2 MB", "830 bytes"; comma: as one writes it in French, "1,2 Mo", "830 octets". */
struct ent_str file_name_size(struct ent_arena *arena, int64_t size, bool comma);

#endif
