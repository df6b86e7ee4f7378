/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/said.h"

struct ent_said sdk_said_read(struct ent_arena *arena, const struct sdk_json *node)
{
	const struct sdk_json *params = sdk_json_at(node, "params");
	struct ent_str code = sdk_json_text_at(node, "code"), text = sdk_json_text_at(node, "text");

	if (sdk_json_kind(node) == SDK_JSON_STRING && sdk_json_text(node).n > 0)
		return (struct ent_said){ENT_STR(SDK_SAID_PLAIN), ENT_ABSENT, sdk_json_text(node)};
	if (!code.n || !text.p || sdk_json_kind(params) != SDK_JSON_OBJECT)
		return SDK_SILENCE;
	return (struct ent_said){code, sdk_json_print(arena, params), text};
}

struct ent_said sdk_said_parse(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *node = NULL;
	struct ent_err unread;

	if (json.n == 0 || sdk_json_parse(arena, json, &node, &unread) != ENT_OK)
		return SDK_SILENCE;
	return sdk_said_read(arena, node);
}
