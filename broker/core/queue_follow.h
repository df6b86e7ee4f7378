/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comment that was brought to a supplier, or is on its way there, is edited or removed.
 *
 *   its first delivery               an edit                             a removal
 *   is known not to be done          changes its words                   cancels it, with a reason
 *   in flight, in doubt, unknown     waits behind it                     waits behind it; it is not tried again
 *   is done                          one delivery; a second edit folds   one delivery; edits that wait are cancelled
 *                                    into one that has not left
 *
 * An edit sets the words and a removal finds nothing to remove: after a lost answer both are simply done again.
 */
#ifndef CORE_QUEUE_FOLLOW_H
#define CORE_QUEUE_FOLLOW_H

#include "core/queue_line.h"

/* planned: EDIT_COMMENT or REMOVE_COMMENT. */
void queue_follow(const struct queue_line *line, const struct planned *planned);
/* The comment was edited: what waits says its new words; who may not read it any more gets it by no earlier word of a
 * person. Comes before what follows is planned. */
void queue_follow_edited(struct queue *queue, const struct event *event);
/* A person gave it other words: an edit that waits behind it brings them, too, and not the comment's. */
void queue_follow_mended(struct queue *queue, const struct delivery *mended);
/* The comment was removed: what has not left is cancelled for every supplier. */
void queue_follow_removed(struct queue *queue, const char *uuid);
/* After an attempt or a person's decision. It does not wait again where its comment is to be removed by now; with a
 * comment that is given up, and certainly is not there, goes what was to change it. */
void queue_follow_settled(struct queue *queue, struct delivery *delivery);
/* The delivery that brings the comment which this one changes is open: it goes first. */
bool queue_follow_waits(struct dossier *dossier, const struct delivery *delivery);

#endif
