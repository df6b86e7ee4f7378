/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding: what an event does to what is kept. The writer folds what it decided, and
 * rebuild folds what it read back from Kafka, so that both end with the same incidents,
 * tickets and threads. Pure.
 */
#ifndef CORE_FOLD_H
#define CORE_FOLD_H

#include "core/event.h"

/* Applies an event to the three things it may touch. ticket and comment are those it names: zeroed with id 0 when it is
 * their first. Strings are borrowed from the event. */
void fold_incident(struct incident *incident, const struct event *event);
void fold_ticket(struct ticket *ticket, const struct event *event);
void fold_comment(struct comment *comment, const struct event *event);
/* ticket.continued: the ticket that the one that was left goes on as, when it was not known before. */
struct ticket fold_continued(const struct ticket *left, const struct event *event);
/* ticket.continued: as above, for a known ticket that was left before and to which `left` comes back. `known` keeps its
 * address. */
struct ticket fold_returned(const struct ticket *known, const struct ticket *left, const struct event *event);

#endif
