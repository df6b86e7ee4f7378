/* SPDX-License-Identifier: Apache-2.0 */
#include "store/said.h"

#include "sdk/said.h"

enum { SAID_SIZE_MAX = 64 << 10 };

/* A column with other text was written by hand. */
static bool is_sentence(struct ent_str column)
{
	return column.n > 0 && column.p[0] == '{';
}

void said_bind(struct db_stmt *stmt, int i, struct ent_said said, struct sdk_buf *buf)
{
	struct sdk_jsonw w;

	sdk_buf_init(buf, SAID_SIZE_MAX);
	sdk_jsonw_init(&w, buf);
	if (said.code.n)
		sdk_said_print(&w, said);
	db_bind_str(stmt, i, said.code.n ? sdk_buf_view(buf) : ENT_STR(""));
}

struct ent_said said_column(struct db_stmt *stmt, int i, struct ent_arena *arena)
{
	struct ent_str json = db_str(stmt, i);

	if (json.n == 0)
		return SDK_SILENCE;
	return is_sentence(json) ? sdk_said_parse(arena, sdk_dup(arena, json))
				 : (struct ent_said){ENT_STR(SDK_SAID_PLAIN), ENT_ABSENT, sdk_dup(arena, json)};
}

void said_kprint(struct sdk_jsonw *w, const char *key, struct ent_str column)
{
	if (is_sentence(column))
		sdk_jsonw_kraw(w, key, column);
	else if (column.n)
		sdk_said_kprint(w, key, (struct ent_said){ENT_STR(SDK_SAID_PLAIN), ENT_ABSENT, column});
}
