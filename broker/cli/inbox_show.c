/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inbox_show.h"

#include <stdio.h>

#include "cli/client_words.h"
#include "cli/table.h"

void inbox_show_read(struct ent_arena *arena, struct ent_str json)
{
	(void)arena, (void)json;
	printf("Your inbox is read.\n");
}

void inbox_show_following(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	const struct ent_str number = table_cell(arena, sdk_json_at(answer, "incident"));

	if (!answer)
		return;
	if (sdk_json_is(answer, "following", "followed"))
		printf("You follow %.*s: `entente inbox` shows what is written there.\n", ENT_F(number));
	else if (sdk_json_is(answer, "following", "muted"))
		printf("%.*s is muted: you only hear when somebody names you, or your organisation is asked.\n",
		       ENT_F(number));
	else
		printf("You do not follow %.*s any more.\n", ENT_F(number));
}
