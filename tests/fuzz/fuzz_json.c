/* SPDX-License-Identifier: Apache-2.0 */
/* The gate, the readers and the printer: what passes prints as valid JSON that prints the same again. */
#include <stdlib.h>
#include <string.h>

#include "sdk/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(claim)                                                                                                   \
	do {                                                                                                           \
		if (!(claim))                                                                                          \
			abort();                                                                                       \
	} while (0)

/* Each reader on each node. */
static size_t walk(const struct sdk_json *node)
{
	size_t n = 1;
	int64_t i;

	(void)sdk_json_int(node, &i);
	CHECK(sdk_is_utf8(sdk_json_text(node)));
	CHECK(sdk_is_utf8(sdk_json_key(node)));
	for (const struct sdk_json *child = sdk_json_first(node); child; child = sdk_json_next(child))
		n += walk(child);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ent_str text = {(const char *)data, size};
	const struct sdk_json *node = NULL, *again = NULL;
	struct sdk_arena arena;
	struct ent_err err = {.msg = ""};

	sdk_arena_init(&arena);
	enum ent_rc rc = sdk_json_parse(&arena.abi, text, &node, &err);
	CHECK(sdk_json_check(text, &err) == rc);
	CHECK(rc == ENT_OK || (rc == ENT_EINVAL && err.msg[0] && sdk_is_utf8(sdk_str(err.msg))));
	if (rc == ENT_OK) {
		struct ent_str printed = sdk_json_print(&arena.abi, node);
		CHECK(sdk_json_parse(&arena.abi, printed, &again, &err) == ENT_OK);
		CHECK(sdk_eq(printed, sdk_json_print(&arena.abi, again)));
		CHECK(walk(node) == walk(again));
		CHECK(sdk_json_check(sdk_json_quote_big(&arena.abi, text), &err) == ENT_OK);
	}
	sdk_arena_release(&arena);
	return 0;
}
