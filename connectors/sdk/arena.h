/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: an arena for each unit of work, and what the arenas of a thread leave to each other. Nothing here fails on
 * memory: inputs are bounded and allocation aborts.
 */
#ifndef SDK_ARENA_H
#define SDK_ARENA_H

#include "entente/ticket.h"

/* Memory that the arenas of one thread leave to each other, so that a unit of work that is like the last one asks the
 * system for nothing. At most 8 chunks of at most 64 KB. Begins as {0}; outlives its arenas. */
struct sdk_spare {
	struct sdk_arena_chunk *chunk;
	unsigned n_chunk;
};
void sdk_spare_release(struct sdk_spare *spare);

/* `abi` is first, so that &arena->abi is what a connector gets. */
struct sdk_arena {
	struct ent_arena abi;
	struct sdk_arena_chunk *chunk;
	struct sdk_arena_defer *defer;
	struct sdk_spare *spare; /* NULL: none */
};
void sdk_arena_init(struct sdk_arena *arena);
/* The arena takes its chunks from `spare` and leaves them there. It must stay in the spare's thread. */
void sdk_arena_init_spare(struct sdk_arena *arena, struct sdk_spare *spare);
/* Runs what was deferred (last first), frees all, leaves it ready for use. */
void sdk_arena_release(struct sdk_arena *arena);

void *sdk_alloc(struct ent_arena *arena, size_t size); /* zeroed, aligned for any type */
#define SDK_NEW(arena, type)      ((type *)sdk_alloc((arena), sizeof(type)))
#define SDK_NEW_N(arena, type, n) ((type *)sdk_alloc((arena), sizeof(type) * (n)))

/* malloc/realloc that abort with one line when memory runs out. */
void *sdk_xalloc(size_t size);
void *sdk_xrealloc(void *old, size_t size);

#endif
