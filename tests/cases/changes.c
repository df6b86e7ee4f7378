/* SPDX-License-Identifier: Apache-2.0 */
/* Changes as text, and the promises of ticket.h that every connector must keep. */
#include "harness.h"

#include <string.h>

#include "sdk/acts.h"
#include "sdk/time.h"

void quoted_print(struct sdk_buf *out, struct ent_str s)
{
	if (!s.p) {
		sdk_buf_z(out, "-");
		return;
	}
	sdk_buf_z(out, "\"");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\n')
			sdk_buf_z(out, "\\n");
		else if (c == '"' || c == '\\')
			sdk_buf_format(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			sdk_buf_format(out, "\\x%02x", c);
		else
			sdk_buf_add(out, &c, 1);
	}
	sdk_buf_z(out, "\"");
}

static const char *kind_name(enum ent_change_kind kind)
{
	switch (kind) {
	case ENT_TICKET_CHANGED:
		return "ticket changed";
	case ENT_TICKET_REMOVED:
		return "ticket removed";
	case ENT_COMMENT_ADDED:
		return "comment added";
	case ENT_COMMENT_REMOVED:
		return "comment removed";
	case ENT_ATTACHMENT_ADDED:
		return "attachment added";
	case ENT_TICKET_CONTINUES:
		return "ticket continues";
	case ENT_ACT:
		return "act";
	}
	return "unknown kind";
}

static void line_print(struct sdk_buf *out, const char *word, struct ent_str s)
{
	if (!s.p)
		return;
	sdk_buf_format(out, "   %s ", word);
	quoted_print(out, s);
	sdk_buf_z(out, "\n");
}

static void time_print(struct sdk_buf *out, int64_t ms)
{
	char text[SDK_TIME_SIZE];

	sdk_buf_z(out, ms ? " at " : "");
	sdk_buf_str(out, ms ? sdk_time_format(ms, text) : ENT_STR(""));
}

static void person_print(struct sdk_buf *out, const char *word, const struct ent_person *person)
{
	if (!person->id.p && !person->name.p)
		return;
	sdk_buf_format(out, "   %s ", word);
	quoted_print(out, person->name);
	sdk_buf_z(out, " id ");
	quoted_print(out, person->id);
	sdk_buf_z(out, "\n");
}

/* What the connector's own table makes of a word: "map held", "map -" when it does not know it. */
static void map_print(struct sdk_buf *out, const struct ent_map_row *row, struct ent_str native)
{
	for (; row && row->native; row++)
		if (sdk_eqz(native, row->native))
			break;
	if (native.p)
		sdk_buf_format(out, " map %s", row && row->native ? row->canonical : "-");
}

static void attr_print(struct sdk_buf *out, const struct ent_connector *connector, const struct ent_ticket *ticket,
		       enum ent_attr attr)
{
	const struct ent_value *value = &ticket->at[attr];

	sdk_buf_format(out, "   %s = ", sdk_attr_name(attr));
	quoted_print(out, value->text);
	if (value->native.p) {
		sdk_buf_z(out, " native ");
		quoted_print(out, value->native);
	}
	if (sdk_attr_is_mapped(attr))
		map_print(out, connector->map[attr], value->native);
	sdk_buf_z(out, "\n");
}

static void comment_print(struct sdk_buf *out, const struct ent_comment *comment)
{
	sdk_buf_z(out, "   comment ");
	quoted_print(out, comment->id);
	sdk_buf_z(out, comment->visibility == ENT_PUBLIC ? " public" : " internal");
	sdk_buf_z(out, comment->format == ENT_MARKDOWN ? " markdown" : "");
	time_print(out, comment->created_ms);
	sdk_buf_z(out, "\n");
	person_print(out, "  author", &comment->author);
	line_print(out, "  body", comment->body);
}

static void attachment_print(struct sdk_buf *out, const struct ent_attachment *attachment)
{
	line_print(out, "attachment", attachment->id);
	line_print(out, "  name", attachment->name);
	line_print(out, "  type", attachment->media_type);
	line_print(out, "  url", attachment->url);
	if (attachment->size >= 0)
		sdk_buf_format(out, "     size %lld\n", (long long)attachment->size);
}

static void act_print(struct sdk_buf *out, const struct ent_act *act)
{
	sdk_buf_format(out, "   %s %s", sdk_act_noun(act->kind), sdk_act_verb(act->kind));
	sdk_buf_z(out, act->accepts ? act->accepts == ENT_YES ? ", yes" : ", no" : "");
	time_print(out, act->due_ms);
	sdk_buf_z(out, "\n");
	line_print(out, "  id", act->id);
	line_print(out, "  kind", act->ask);
	line_print(out, "  to", act->to);
}

static void change_print(struct sdk_buf *out, const struct ent_connector *connector, const struct ent_change *change)
{
	const struct ent_correlation *correlation = &change->correlation;

	sdk_buf_z(out, kind_name(change->kind));
	time_print(out, change->stamp.time_ms);
	if (change->stamp.version)
		sdk_buf_format(out, " version %lld", (long long)change->stamp.version);
	sdk_buf_z(out, "\n");
	line_print(out, "ticket", change->ticket.id);
	line_print(out, "key", change->ticket.key);
	person_print(out, "actor", &change->actor);
	line_print(out, "our number", correlation->number);
	line_print(out, "shared key", correlation->key);
	for (size_t i = 0; i < correlation->n_reference; i++) {
		line_print(out, "reference to", correlation->reference[i].supplier);
		line_print(out, "  ticket", correlation->reference[i].id);
	}
	for (unsigned attr = 0; attr < ENT_N_ATTR; attr++)
		if (change->ticket.has & 1u << attr)
			attr_print(out, connector, &change->ticket, (enum ent_attr)attr);
	if (change->kind == ENT_ACT)
		act_print(out, &change->act);
	if (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED ||
	    (change->kind == ENT_ACT && change->comment.body.p))
		comment_print(out, &change->comment);
	if (change->kind == ENT_ATTACHMENT_ADDED) {
		attachment_print(out, &change->attachment);
		line_print(out, "  comment", change->comment.id);
	}
	if (change->kind == ENT_TICKET_CONTINUES) {
		line_print(out, "continues as", change->continues_as.id);
		line_print(out, "  key", change->continues_as.key);
	}
}

void changes_print(struct sdk_buf *out, const struct ent_connector *connector, const struct ent_changes *changes)
{
	for (size_t i = 0; i < changes->n; i++) {
		sdk_buf_format(out, "%zu. ", i + 1);
		change_print(out, connector, &changes->at[i]);
	}
}

/* ---- promises -------------------------------------------------------------- */

static bool is_id(struct ent_str id)
{
	return id.p && id.n >= 1 && id.n <= ENT_ID_MAX && sdk_is_utf8(id);
}

static bool is_time(struct ent_str text)
{
	char again[SDK_TIME_SIZE];
	int64_t ms;

	return text.n == 0 || (sdk_time_parse(text, 0, &ms) && sdk_eq(sdk_time_format(ms, again), text));
}

static const char *attr_fault(const struct ent_ticket *ticket, enum ent_attr attr)
{
	const struct ent_value *value = &ticket->at[attr];
	struct ent_err err;

	if (!(ticket->has & 1u << attr))
		return value->text.p || value->native.p ? "an attribute is set that `has` does not name" : NULL;
	if (!sdk_is_utf8(value->text) || !sdk_is_utf8(value->native))
		return "an attribute is not UTF-8";
	if (sdk_attr_is_mapped(attr) && value->text.n > 0 && !sdk_is_canonical(attr, value->text))
		return "the text of a status or scale is no word of the ticket language";
	if (sdk_attr_is_mapped(attr) && value->text.n > 0 && !value->native.p)
		return "a status or scale has text, but no native value";
	if ((attr == ENT_OPENED_AT || attr == ENT_DUE_AT) && !is_time(value->text))
		return "a time is not as sdk_time_format writes it";
	if (attr == ENT_FIELDS && value->text.n > 0 &&
	    (value->text.p[0] != '{' || sdk_json_check(value->text, &err) != ENT_OK))
		return "fields is no JSON object";
	return NULL;
}

static const char *change_fault(const struct ent_change *change)
{
	const char *fault = NULL;
	struct ent_err err;

	if (!is_id(change->ticket.id))
		return "ticket.id is not 1..ENT_ID_MAX bytes of UTF-8";
	if (change->ticket.has >> ENT_N_ATTR)
		return "`has` names an attribute that does not exist";
	for (unsigned attr = 0; attr < ENT_N_ATTR && !fault; attr++)
		fault = attr_fault(&change->ticket, (enum ent_attr)attr);
	if (fault)
		return fault;
	if (change->correlation.n_reference > ENT_REFERENCES_MAX)
		return "more than ENT_REFERENCES_MAX references";
	if (change->stamp.version < 0)
		return "stamp.version is negative";
	if (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED) {
		if (!is_id(change->comment.id) && (change->comment.id.p || change->kind == ENT_COMMENT_REMOVED))
			return "comment.id is not 1..ENT_ID_MAX bytes of UTF-8";
		if (!sdk_is_utf8(change->comment.body))
			return "comment.body is not UTF-8";
	}
	if (change->kind == ENT_ACT &&
	    (change->ticket.has || sdk_act_vet(&change->act, change->comment.body.n > 0, &err) != ENT_OK))
		return "an act has attributes, or lacks what it needs";
	if (change->kind == ENT_COMMENT_ADDED && !change->comment.body.p)
		return "a comment was added without a body";
	if (change->kind == ENT_ATTACHMENT_ADDED && (!is_id(change->attachment.id) || change->attachment.size < -1))
		return "attachment.id or size is not as promised";
	if (change->kind == ENT_TICKET_CONTINUES &&
	    (!is_id(change->continues_as.id) || sdk_eq(change->continues_as.id, change->ticket.id)))
		return "continues_as.id is no id, or the ticket's own";
	return NULL;
}

static const struct ent_map_row *map_first(const struct ent_map_row *map, const char *native, const char *canonical)
{
	const char *word = native ? native : canonical;

	while (map->native && strcmp(native ? map->native : map->canonical, word) != 0)
		map++;
	return map;
}

const char *map_fault(struct ent_arena *arena, const struct ent_map_row *map, enum ent_attr attr)
{
	for (const struct ent_map_row *row = map; row && row->native; row++) {
		struct ent_str word = sdk_str(row->canonical);
		const char *out = map_first(map, NULL, row->canonical)->native;
		const char *back = map_first(map, out, NULL)->canonical;

		if (!sdk_is_canonical(attr, word))
			return sdk_z(arena, sdk_format(arena, "%s is no word of the ticket language", row->canonical));
		if (strcmp(back, row->canonical) != 0)
			return sdk_z(arena, sdk_format(arena, "%s goes out as %s and comes back as %s", row->canonical,
						       out, back));
		if (map_first(map, row->native, NULL) != row)
			return sdk_z(arena, sdk_format(arena, "%s stands twice", row->native));
	}
	return NULL;
}

const char *changes_fault(struct ent_arena *arena, const struct ent_changes *changes)
{
	if (changes->n > ENT_CHANGES_MAX + 1) /* one more says that there are more */
		return "more than ENT_CHANGES_MAX + 1 changes";
	for (size_t i = 0; i < changes->n; i++) {
		const char *fault = change_fault(&changes->at[i]);

		if (fault)
			return sdk_z(arena, sdk_format(arena, "change %zu: %s", i + 1, fault));
	}
	return NULL;
}
