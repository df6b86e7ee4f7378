/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/arena.h"

#include <assert.h>
#include <stddef.h>
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
#define SPARE_MAX   (64u * 1024u)   /* a larger chunk is not kept: one large text would hold its memory for ever */
#define SPARE_N     8u
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

/* A chunk of at least `whole` bytes from the spare ones; NULL: there is none. */
static struct sdk_arena_chunk *spare_take(struct sdk_spare *spare, size_t whole)
{
	struct sdk_arena_chunk **at = spare ? &spare->chunk : NULL;

	while (at && *at) {
		struct sdk_arena_chunk *chunk = *at;
		if (chunk->size + sizeof *chunk >= whole) {
			*at = chunk->prev;
			spare->n_chunk--;
			return chunk;
		}
		at = &chunk->prev;
	}
	return NULL;
}

static void chunk_free(struct sdk_spare *spare, struct sdk_arena_chunk *chunk)
{
	if (spare && spare->n_chunk < SPARE_N && chunk->size + sizeof *chunk <= SPARE_MAX) {
		ASAN_POISON_MEMORY_REGION(chunk->at, chunk->size);
		chunk->prev = spare->chunk;
		spare->chunk = chunk;
		spare->n_chunk++;
		return;
	}
	ASAN_UNPOISON_MEMORY_REGION(chunk->at, chunk->size);
	free(chunk);
}

void sdk_spare_release(struct sdk_spare *spare)
{
	while (spare->chunk) {
		struct sdk_arena_chunk *chunk = spare->chunk;
		spare->chunk = chunk->prev;
		chunk_free(NULL, chunk);
	}
	spare->n_chunk = 0;
}

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
	chunk = spare_take(arena->spare, whole);
	if (!chunk) {
		chunk = sdk_xalloc(whole);
		chunk->size = whole - sizeof *chunk;
		ASAN_POISON_MEMORY_REGION(chunk->at, chunk->size);
	}
	chunk->prev = arena->chunk;
	chunk->used = 0;
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
	sdk_arena_init_spare(arena, NULL);
}

void sdk_arena_init_spare(struct sdk_arena *arena, struct sdk_spare *spare)
{
	*arena = (struct sdk_arena){.abi = {arena_alloc, arena_defer}, .spare = spare};
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
		chunk_free(arena->spare, chunk);
	}
}

void *sdk_alloc(struct ent_arena *arena, size_t size)
{
	return arena->alloc(arena, size);
}
