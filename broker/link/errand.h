/* SPDX-License-Identifier: Apache-2.0 */
/* A job of link's on its way to the writer and back. The writer answers on its own thread; what the answer leads to
 * runs on link's thread, in a later turn. */
#ifndef LINK_ERRAND_H
#define LINK_ERRAND_H

#include "store/writer.h"

struct link;

struct errand {
	unsigned magic; /* the writer gives back a void pointer: it is checked */
	struct link *link;
	struct job *job;
	bool is_out;                /* the job is with the writer */
	void (*answered)(void *of); /* the job was done, or refused: see its outcome */
	void *of;
};

/* Everything but is_out is set by the owner. A job that finds no room, or that the writer cannot store, is handed over
 * again later: then is_out is false until link_step() calls errand_send() again. */
void errand_send(struct errand *errand);
void errand_came(struct job *job); /* link's thread: the writer's answer */

#endif
