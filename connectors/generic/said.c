/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that leave as the tool takes them, and those that come back as they were: by the setting `dialect`. */
#include "generic.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/fit.h"

static enum sdk_dialect dialect_of(const struct generic_settings *settings)
{
	enum sdk_dialect dialect = SDK_PLAIN;

	(void)sdk_dialect_by_name(settings->dialect, &dialect); /* open() refused what is none */
	return dialect;
}

struct ent_call said_ready(const struct generic_settings *settings, const struct ent_call *call,
			   struct ent_arena *arena)
{
	enum sdk_dialect dialect = dialect_of(settings);
	struct ent_call ready = *call;
	struct ent_op bare = call->op; /* the program puts the marker behind it, after an empty line */
	size_t end = sdk_measure(bare.marker, bare.limits.unit) + 2;

	bare.marker = ENT_ABSENT;
	if (bare.limits.text > 0)
		bare.limits.text = bare.limits.text > end ? bare.limits.text - (uint32_t)end : 1;
	if (call->op.kind == ENT_ADD_COMMENT || call->op.kind == ENT_EDIT_COMMENT)
		ready.op.comment.body = sdk_op_text(&bare, dialect, arena);
	if (call->op.kind != ENT_CREATE_TICKET)
		return ready;
	ready.op.ticket.at[ENT_TITLE].text = sdk_op_title(&bare, dialect, ENT_ABSENT, arena);
	ready.op.ticket.at[ENT_DESCRIPTION].text = sdk_op_description(&bare, dialect, ENT_ABSENT, arena);
	return ready;
}

struct ent_changes said_read(const struct generic_settings *settings, struct ent_changes changes,
			     struct ent_arena *arena)
{
	enum sdk_dialect dialect = dialect_of(settings);
	struct ent_change *at;

	if (dialect == SDK_PLAIN || changes.n == 0)
		return changes;
	at = SDK_NEW_N(arena, struct ent_change, changes.n);
	memcpy(at, changes.at, changes.n * sizeof *at);
	for (size_t i = 0; i < changes.n; i++) {
		struct ent_value *value = at[i].ticket.at;

		at[i].comment.body = sdk_dialect_read(arena, dialect, at[i].comment.body);
		value[ENT_DESCRIPTION].text = sdk_dialect_read(arena, dialect, value[ENT_DESCRIPTION].text);
		value[ENT_TITLE].text = sdk_dialect_read_title(arena, dialect, value[ENT_TITLE].text);
	}
	return (struct ent_changes){at, changes.n};
}
