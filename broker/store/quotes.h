/* SPDX-License-Identifier: Apache-2.0 */
/* Takes our words that it quotes out of a comment of a supplier's tool: core/quote with the rows it needs. */
#ifndef STORE_QUOTES_H
#define STORE_QUOTES_H

#include "store/apply.h"

/* The change's words without our own in them; as they are when its author is our account, or nothing was brought to
 * that supplier in this incident. */
struct ent_str quotes_strip(struct apply *apply, const struct situation *at, const struct ent_change *change);

#endif
