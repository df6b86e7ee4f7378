/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of JSON in an arena that is new for each test. For the tests of test_json*.c. */
#ifndef UNIT_JSON_TEXTS_H
#define UNIT_JSON_TEXTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/json.h"

#define N(array) (sizeof(array) / sizeof *(array))
#define TEST(f)  cmocka_unit_test_setup_teardown(f, arena_new, arena_end)

static inline struct ent_arena *arena_of(void **state)
{
	return &((struct sdk_arena *)*state)->abi;
}

static inline int arena_new(void **state)
{
	struct sdk_arena *arena = test_malloc(sizeof *arena);

	sdk_arena_init(arena);
	*state = arena;
	return 0;
}

static inline int arena_end(void **state)
{
	sdk_arena_release(*state);
	test_free(*state);
	return 0;
}

/* The text in memory of exactly its size, so that the sanitizer sees a byte read behind it. */
static inline struct ent_str exact(struct ent_arena *arena, struct ent_str s)
{
	char *p = sdk_alloc(arena, s.n > 0 ? s.n : 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct ent_str){p, s.n};
}

#endif
