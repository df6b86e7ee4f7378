/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas, and the allocation that does not fail. See str.h. */
#include "sdk/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer the free part of a chunk is poisoned and allocations stand
 * apart, so that an overrun inside an arena is seen like one on the heap. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define ARENA_GAP 16u
#else
#define ARENA_GAP                         0u
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define CHUNK_FIRST 8192u           /* bytes, with its header: holds the usual webhook */
#define CHUNK_MAX   (1024u * 1024u) /* doubling ends here; a larger request gets a chunk of its size */
#define ALIGN       (_Alignof(max_align_t))

struct sdk_arena_chunk {
	struct sdk_arena_chunk *prev;
	size_t used, size; /* bytes in at[] */
	_Alignas(max_align_t) unsigned char at[];
};

struct sdk_arena_defer {
	struct sdk_arena_defer *prev;
	void (*fn)(void *);
	void *what;
};

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "entente: out of memory (%zu bytes wanted)\n", size);
	abort();
}

void *sdk_xalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *sdk_xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

/* ---- arena --------------------------------------------------------------- */

static struct sdk_arena_chunk *chunk_add(struct sdk_arena *arena, size_t need)
{
	size_t whole = CHUNK_FIRST;
	struct sdk_arena_chunk *chunk;

	if (need > SIZE_MAX / 2)
		out_of_memory(need);
	if (arena->chunk) {
		size_t last = arena->chunk->size + sizeof *chunk;
		whole = last < CHUNK_MAX / 2 ? last * 2 : CHUNK_MAX;
	}
	if (whole < need + sizeof *chunk)
		whole = need + sizeof *chunk;
	chunk = sdk_xalloc(whole);
	chunk->prev = arena->chunk;
	chunk->used = 0;
	chunk->size = whole - sizeof *chunk;
	ASAN_POISON_MEMORY_REGION(chunk->at, chunk->size);
	arena->chunk = chunk;
	return chunk;
}

static void *arena_alloc(struct ent_arena *abi, size_t size)
{
	struct sdk_arena *arena = (struct sdk_arena *)abi; /* abi is its first member */
	struct sdk_arena_chunk *chunk = arena->chunk;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 4)
		out_of_memory(size);
	need = (size + ALIGN - 1 + ARENA_GAP) / ALIGN * ALIGN;
	if (!chunk || chunk->size - chunk->used < need)
		chunk = chunk_add(arena, need);
	p = chunk->at + chunk->used;
	chunk->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return memset(p, 0, size);
}

static void arena_defer(struct ent_arena *abi, void (*fn)(void *), void *what)
{
	struct sdk_arena *arena = (struct sdk_arena *)abi;
	struct sdk_arena_defer *defer = arena_alloc(abi, sizeof *defer);

	*defer = (struct sdk_arena_defer){arena->defer, fn, what};
	arena->defer = defer;
}

void sdk_arena_init(struct sdk_arena *arena)
{
	*arena = (struct sdk_arena){.abi = {arena_alloc, arena_defer}};
}

void sdk_arena_release(struct sdk_arena *arena)
{
	while (arena->defer) {
		struct sdk_arena_defer *defer = arena->defer;
		arena->defer = defer->prev; /* first, so that fn may defer again */
		defer->fn(defer->what);
	}
	while (arena->chunk) {
		struct sdk_arena_chunk *chunk = arena->chunk;
		arena->chunk = chunk->prev;
		ASAN_UNPOISON_MEMORY_REGION(chunk->at, chunk->size);
		free(chunk);
	}
}

void *sdk_alloc(struct ent_arena *arena, size_t size)
{
	return arena->alloc(arena, size);
}
