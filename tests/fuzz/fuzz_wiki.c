/* SPDX-License-Identifier: Apache-2.0 */
/* Wiki markup, and documents of Jira's, as text: any bytes give no control characters, valid UTF-8 stays valid, and not
 * much more comes out than came in. */
#include <stdlib.h>

#include "jira/jira.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct ent_str text, size_t size, bool was_utf8)
{
	if ((was_utf8 && !sdk_is_utf8(text)) || text.n > 64 + 40 * size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ent_str bytes = {(const char *)data, size};
	const struct sdk_json *node = NULL;
	struct ent_err err = {0};
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	check(sdk_or_empty(jira_wiki(&arena.abi, bytes)), size, sdk_is_utf8(bytes));
	if (sdk_json_parse(&arena.abi, bytes, &node, &err) == ENT_OK && sdk_json_kind(node) == SDK_JSON_OBJECT)
		check(jira_text(&arena.abi, node), size, true);
	sdk_arena_release(&arena);
	return 0;
}
