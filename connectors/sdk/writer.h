/* SPDX-License-Identifier: Apache-2.0 */
/* The ticket language as JSON, as sdk/reader.h reads it: for native and generic on the way out. */
#ifndef SDK_WRITER_H
#define SDK_WRITER_H

#include "entente/connector.h"
#include "sdk/json.h"

/* {"id", "key", and each attribute of `has`}: status and the scales as {"native", "canonical"}, what has two names as
 * {"id", "name"}, fields as its object, an empty value as "". */
void sdk_write_ticket(struct sdk_jsonw *w, const struct ent_ticket *ticket);
/* {"id", "body", "visibility", "author"} as far as it is set. */
void sdk_write_comment(struct sdk_jsonw *w, const struct ent_comment *comment);
/* {"act", "id", "kind", "from", "to", "due", "accepts"} as far as it is set; "act", its verb, where it is not told
 * elsewhere. */
void sdk_write_act(struct sdk_jsonw *w, const struct ent_act *act, bool tells_verb);

#endif
