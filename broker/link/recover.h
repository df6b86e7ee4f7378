/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries that nobody takes care of: those that were in flight when the broker ended, and those to suppliers that
 * the configuration does not have any more. */
#ifndef LINK_RECOVER_H
#define LINK_RECOVER_H

#include <stdbool.h>

struct link;

/* Nobody knows whether what was in flight was done. Nothing else begins before this is through. True: it did something.
 */
bool recover_step(struct link *link);
/* Parks what waits for suppliers that are gone. True: it did something. */
bool recover_strand(struct link *link);

#endif
