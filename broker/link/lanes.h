/* SPDX-License-Identifier: Apache-2.0 */
/* The lanes of all suppliers, as the configuration names them. */
#ifndef LINK_LANES_H
#define LINK_LANES_H

struct link;
struct roster;

/* One lane for each supplier of the roster, whose reference it takes over. The lane of a supplier that is gone stays
 * until nothing flies there. */
void lanes_follow(struct link *link, struct roster *roster);
void lanes_touch(struct link *link); /* look at all of them in this turn or the next */
void lanes_reap(struct link *link);  /* frees the lanes of suppliers that are gone */
void lanes_free(struct link *link);

#endif
