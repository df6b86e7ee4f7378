/* SPDX-License-Identifier: Apache-2.0 */
#include "core/act_out.h"

#include "core/act.h"
#include "core/organisation.h"
#include "sdk/acts.h"
#include "sdk/webhook.h"

static const enum ent_act_kind out_kinds[ENTRY_N] = {
    [ENTRY_QUESTION] = ENT_ASK_MADE,
    [ENTRY_INFORMATION] = ENT_ASK_MADE,
    [ENTRY_ACTION] = ENT_ASK_MADE,
    [ENTRY_APPROVAL] = ENT_ASK_MADE,
    [ENTRY_ANSWER] = ENT_ASK_ANSWERED,
    [ENTRY_APPROVED] = ENT_ASK_ANSWERED,
    [ENTRY_REFUSED] = ENT_ASK_ANSWERED,
    [ENTRY_HANDOVER] = ENT_HANDOVER_PROPOSED,
    [ENTRY_ACCEPTED] = ENT_HANDOVER_ACCEPTED,
    [ENTRY_DECLINED] = ENT_HANDOVER_DECLINED,
    [ENTRY_PROMISE] = ENT_PROMISE_MADE,
    [ENTRY_HELP] = ENT_HELP_WANTED,
    [ENTRY_OFFER] = ENT_HELP_OFFERED,
};

/* The organisation that wrote it. */
static struct ent_str out_author(const struct comment *comment, const struct supplier_set *suppliers)
{
	if (comment->supplier.n)
		return organisation_named(suppliers, comment->supplier);
	return comment->author.organisation.n ? comment->author.organisation : organisation_ours(suppliers);
}

static struct ent_str out_id(const struct comment *comment, enum ent_act_kind kind, struct ent_str reader)
{
	bool is_handover = kind == ENT_HANDOVER_ACCEPTED || kind == ENT_HANDOVER_DECLINED;

	if (sdk_act_begins(kind))
		return sdk_str(comment->uuid);
	return is_handover || sdk_eq(comment->entry.to, reader) ? sdk_str(comment->reply_to) : ENT_ABSENT;
}

struct ent_act act_out(struct ent_arena *arena, const struct supplier_set *suppliers, const struct comment *comment,
		       struct ent_str reader)
{
	const struct entry_act *entry = &comment->entry;
	struct ent_act act = {.kind = out_kinds[entry->kind], .due_ms = entry->due_ms};

	if (act.kind == ENT_NO_ACT)
		return act;
	act.id = sdk_dup(arena, out_id(comment, act.kind, reader));
	if (act.kind == ENT_ASK_MADE)
		act.ask = sdk_str(entry_word(entry->kind));
	act.accepts = entry->kind == ENTRY_APPROVED ? ENT_YES : entry->kind == ENTRY_REFUSED ? ENT_NO : ENT_UNSAID;
	act.to = entry->to;
	if (sdk_act_begins(act.kind))
		act.from = out_author(comment, suppliers);
	return act;
}
