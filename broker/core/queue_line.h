/* SPDX-License-Identifier: Apache-2.0 */
/* A planned delivery takes its place at the end of its supplier's queue. */
#ifndef CORE_QUEUE_LINE_H
#define CORE_QUEUE_LINE_H

#include "core/queue_loop.h"

struct queue_line {
	struct queue *queue;
	struct queue_cause cause;
	struct ent_said endless; /* why its comment is an endless answer; no code: it is none */
};

struct delivery queue_line_make(const struct queue_line *line, const struct planned *planned);
struct delivery *queue_line_up(struct queue *queue, struct delivery *made);
/* Does it stand still from its beginning: made before the supplier took part, an endless answer, a rush? The rush is
 * asked before the delivery is lined up. */
void queue_line_vet(const struct queue_line *line, struct delivery *delivery, const struct planned *planned,
		    bool is_rush);

#endif
