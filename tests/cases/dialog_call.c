/* SPDX-License-Identifier: Apache-2.0 */
/* A call as a case writes it, made as the broker would: marker, native words by the connector's table. */
#include "dialog.h"

#include <string.h>

#include "sdk/acts.h"
#include "sdk/time.h"

#define KEY_SIZE 36 /* a UUID */

static const char *const op_name[] = {
    [ENT_CREATE_TICKET] = "create_ticket",
    [ENT_UPDATE_TICKET] = "update_ticket",
    [ENT_ADD_COMMENT] = "add_comment",
    [ENT_EDIT_COMMENT] = "edit_comment",
    [ENT_REMOVE_COMMENT] = "remove_comment",
    [ENT_FETCH_TICKET] = "fetch_ticket",
    [ENT_POLL] = "poll",
    [ENT_PROBE] = "probe",
    [ENT_LOGIN] = "login",
};

static const char *members_fault(struct ent_arena *arena, const struct sdk_json *node, const char *where,
				 const char *const *known)
{
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at)) {
		size_t i = 0;

		while (known[i] && !sdk_eqz(sdk_json_key(at), known[i]))
			i++;
		if (!known[i])
			return sdk_z(arena,
				     sdk_format(arena, "%s: no member is called %.*s", where, ENT_F(sdk_json_key(at))));
	}
	return NULL;
}

/* The tool's word for a canonical one: the first row, as the broker takes it. */
static struct ent_str word_out(const struct ent_map_row *row, struct ent_str canonical)
{
	for (; row && row->native; row++)
		if (sdk_eqz(canonical, row->canonical))
			return sdk_str(row->native);
	return ENT_ABSENT;
}

static const char *attr_read(const struct dialog *dialog, const struct sdk_json *node, struct ent_ticket *ret)
{
	const struct ent_connector *connector = dialog->plugin->connector;
	bool both = sdk_json_kind(node) == SDK_JSON_OBJECT;
	struct ent_value value;
	enum ent_attr attr;

	if (!sdk_attr(sdk_json_key(node), &attr))
		return "call: ticket has a member that is neither id, key nor an attribute";
	value.text = both ? sdk_json_text_at(node, "text") : sdk_json_text(node);
	value.native = both ? sdk_json_text_at(node, "native") : ENT_ABSENT;
	if (attr == ENT_FIELDS)
		value = (struct ent_value){sdk_json_print(dialog->arena, node), ENT_ABSENT};
	if (sdk_attr_is_mapped(attr)) {
		if (!sdk_is_canonical(attr, value.text))
			return "call: status and scales need a canonical word";
		if (!value.native.p)
			value.native = word_out(connector->map[attr], value.text);
		if (!value.native.p)
			return "call: the connector's table has no word for it: give {\"text\", \"native\"}";
	}
	ret->has |= 1u << attr;
	ret->at[attr] = value;
	return NULL;
}

static const char *ticket_read(const struct dialog *dialog, const struct sdk_json *node, struct ent_op *op)
{
	const char *why = NULL;

	op->ticket.id = sdk_word_at(node, "id");
	op->ticket.key = sdk_word_at(node, "key");
	for (const struct sdk_json *at = sdk_json_first(node); at && !why; at = sdk_json_next(at))
		if (!sdk_eqz(sdk_json_key(at), "id") && !sdk_eqz(sdk_json_key(at), "key"))
			why = attr_read(dialog, at, &op->ticket);
	if (why)
		return why;
	if (!op->ticket.id.p != (op->kind == ENT_CREATE_TICKET || op->kind >= ENT_POLL))
		return "call: ticket.id belongs to every op on a ticket that is there";
	if (!op->ticket.has != (op->kind != ENT_CREATE_TICKET && op->kind != ENT_UPDATE_TICKET))
		return "call: attributes belong to create_ticket and update_ticket";
	return NULL;
}

static const char *comment_read(const struct dialog *dialog, const struct sdk_json *node, struct ent_op *op)
{
	static const char *const known[] = {"id", "author", "body", "visibility", NULL};
	const char *why = members_fault(dialog->arena, node, "call: comment", known);

	if (!node != (op->kind != ENT_ADD_COMMENT && op->kind != ENT_EDIT_COMMENT && op->kind != ENT_REMOVE_COMMENT))
		return "call: comment belongs to add_comment, edit_comment and remove_comment";
	op->comment.id = sdk_word_at(node, "id");
	op->comment.author = sdk_person_at(node, "author.id", "author.name");
	op->comment.body = sdk_json_text_at(node, "body");
	op->comment.visibility = sdk_json_is(node, "visibility", "public") ? ENT_PUBLIC : ENT_INTERNAL;
	if (node && !op->comment.body.p && op->kind != ENT_REMOVE_COMMENT)
		return "call: comment.body is missing";
	return why;
}

/* {"noun": "ask", "verb": "made", ...} */
static const char *act_read(const struct sdk_json *node, struct ent_op *op)
{
	struct ent_act *act = &op->act;
	const struct sdk_json *accepts = sdk_json_at(node, "accepts");

	if (!node)
		return NULL;
	if (op->kind != ENT_ADD_COMMENT)
		return "call: act belongs to add_comment";
	if (!sdk_act(sdk_json_text_at(node, "noun"), sdk_json_text_at(node, "verb"), &act->kind))
		return "call: act.noun and act.verb are no act";
	act->id = sdk_word_at(node, "id");
	act->ask = sdk_word_at(node, "kind");
	act->from = sdk_word_at(node, "from");
	act->to = sdk_word_at(node, "to");
	if (accepts)
		act->accepts = sdk_json_bool(accepts, false) ? ENT_YES : ENT_NO;
	if (sdk_json_at(node, "due") && !sdk_time_parse(sdk_json_text_at(node, "due"), 0, &act->due_ms))
		return "call: act.due is no time";
	return NULL;
}

/* Of the connector, lowered as a supplier's settings do; a case shows with them what happens without a long text. */
static void limits_read(const struct dialog *dialog, const struct sdk_json *root, struct ent_op *op)
{
	int64_t title, text;

	op->limits = dialog->plugin->connector->limits;
	if (sdk_json_int(sdk_json_at(root, "title_max"), &title))
		op->limits.title = (uint32_t)title;
	if (sdk_json_int(sdk_json_at(root, "text_max"), &text))
		op->limits.text = (uint32_t)text;
	op->language = sdk_json_is(root, "language", "fr") ? ENT_FRENCH : ENT_ENGLISH;
}

static const char *op_read(const struct dialog *dialog, const struct sdk_json *root, struct ent_op *op)
{
	struct ent_arena *arena = dialog->arena;
	struct ent_str plain;
	char *key;
	size_t i = 0, n = 0;

	while (i < sizeof op_name / sizeof *op_name && !sdk_json_is(root, "op", op_name[i]))
		i++;
	if (i == sizeof op_name / sizeof *op_name)
		return "call: op is create_ticket, update_ticket, add_comment, edit_comment, remove_comment, "
		       "fetch_ticket or poll";
	op->kind = (enum ent_op_kind)i;
	limits_read(dialog, root, op);
	op->key = sdk_word_at(root, "key");
	op->number = sdk_word_at(root, "number");
	op->key = op->key.p ? op->key : ENT_STR("0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a");
	op->number = op->number.p ? op->number : ENT_STR("ENT-000042");
	if (op->key.n != KEY_SIZE)
		return "call: key is no UUID";
	key = sdk_alloc(arena, KEY_SIZE + 1);
	for (i = 0; i < KEY_SIZE; i++)
		if (op->key.p[i] != '-')
			key[n++] = op->key.p[i];
	plain = (struct ent_str){key, n};
	if (op->kind == ENT_CREATE_TICKET || op->kind == ENT_ADD_COMMENT || op->kind == ENT_EDIT_COMMENT)
		op->marker = sdk_format(arena, "[%.*s:%.*s]", ENT_F(op->number), ENT_F(plain));
	if (sdk_json_at(root, "since") && !sdk_time_parse(sdk_json_text_at(root, "since"), 0, &op->since_ms))
		return "call: since is no time";
	return NULL;
}

const char *call_read(const struct dialog *dialog, struct ent_str json, struct ent_call *ret)
{
	static const char *const known[] = {"op",        "key",      "number",   "ticket", "comment",
					    "since",     "phase",    "attempt",  "look",   "memo",
					    "title_max", "text_max", "language", "act",    NULL};
	const struct sdk_json *root = NULL;
	struct ent_call call = {.now_ms = dialog->now_ms};
	struct ent_err err = {0};
	int64_t phase = 0, attempt = 1;
	const char *why;

	if (sdk_json_parse(dialog->arena, json, &root, &err) != ENT_OK)
		return sdk_z(dialog->arena, sdk_format(dialog->arena, "call: %s", err.msg));
	why = members_fault(dialog->arena, root, "call", known);
	if (!why)
		why = op_read(dialog, root, &call.op);
	if (!why)
		why = ticket_read(dialog, sdk_json_at(root, "ticket"), &call.op);
	if (!why)
		why = comment_read(dialog, sdk_json_at(root, "comment"), &call.op);
	if (!why)
		why = act_read(sdk_json_at(root, "act"), &call.op);
	if (sdk_json_at(root, "phase") && !sdk_json_int(sdk_json_at(root, "phase"), &phase))
		why = "call: phase is no number";
	if (sdk_json_at(root, "attempt") && !sdk_json_int(sdk_json_at(root, "attempt"), &attempt))
		why = "call: attempt is no number";
	call.phase = (unsigned)phase;
	call.attempt = (unsigned)attempt;
	call.look = sdk_json_bool(sdk_json_at(root, "look"), false);
	call.memo = sdk_json_text_at(root, "memo");
	if (!why)
		*ret = call;
	return why;
}
