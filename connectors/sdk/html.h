/* SPDX-License-Identifier: Apache-2.0 */
/* HTML, as tools send it. */
#ifndef SDK_HTML_H
#define SDK_HTML_H

#include "sdk/str.h"

/* HTML to plain text: block elements become line breaks, entities are decoded,
 * script and style vanish, links keep their address in brackets. Never fails. */
struct ent_str sdk_html_to_text(struct ent_arena *arena, struct ent_str html);

#endif
