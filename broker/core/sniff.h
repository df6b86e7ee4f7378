/* SPDX-License-Identifier: Apache-2.0 */
/* The kind of a file, by its first bytes, whatever its sender says. It is told to people and never believed: a
 * file is always saved and never shown. So a table of marks is enough, and no reader of foreign formats runs here.
 * Pure. */
#ifndef CORE_SNIFF_H
#define CORE_SNIFF_H

#include "sdk/str.h"

/* head: the file's first bytes, whole: all of them. "application/octet-stream" when nothing fits. */
const char *sniff_type(struct ent_str head, bool whole);

#endif
