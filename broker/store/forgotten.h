/* SPDX-License-Identifier: Apache-2.0 */
/* Our comments that a supplier's tool tells again, and whose place there nobody remembers: their deliveries are not in
 * a rebuilt store, and a tool that tells no ids may be read long after we wrote there. */
#ifndef STORE_FORGOTTEN_H
#define STORE_FORGOTTEN_H

#include "core/echo.h"
#include "store/apply.h"

/* Adds to the n texts at *sent the comment whose words the change tells; its key is "". Returns how many there are
 * then.
 */
size_t forgotten_echo(struct apply *apply, const struct situation *at, const struct ent_change *change,
		      const struct echo_sent **sent, size_t n);

#endif
