/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of "type<TAB>data" in; each read as rebuild reads it and printed as the writer prints it. */
#include "core/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX (1 << 20)

static enum ent_rc line_again(struct ent_arena *arena, struct ent_str line, struct sdk_buf *buf, struct ent_err *err)
{
	struct ent_str data, type = sdk_cut(line, '\t', &data);
	enum event_kind kind;
	struct event event;

	if (!event_kind(type, &kind))
		return sdk_fail(err, ENT_EINVAL, "no such type");
	if (event_parse(arena, kind, data, &event, err))
		return ENT_EINVAL;
	event_print(&event, buf);
	return buf->failed ? sdk_fail(err, ENT_EINVAL, "too large") : ENT_OK;
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int bad = 0;

	while ((n = getline(&line, &size, stdin)) > 0) {
		struct sdk_arena arena;
		struct sdk_buf buf;
		struct ent_err err = {0};

		sdk_arena_init(&arena);
		sdk_buf_init(&buf, VALUE_MAX);
		if (line_again(&arena.abi, sdk_trim((struct ent_str){line, (size_t)n}), &buf, &err)) {
			fprintf(stderr, "%s\n", err.msg);
			bad = 1;
		}
		printf("%.*s\n", (int)buf.n, buf.p ? buf.p : "");
		sdk_buf_release(&buf);
		sdk_arena_release(&arena);
	}
	free(line);
	return bad;
}
