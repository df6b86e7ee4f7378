/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output of `decode`: the ticket language as the sdk reads it, closed, so that a typing
 * error does not lose an attribute without a word.
 */
#include "generic.h"
#include "sdk/reader.h"

struct output {
	const struct sdk_reader *reader;
	struct sdk_changes *list;
	struct ent_change model; /* ticket, stamp, actor and correlation: the first change has all of it */
	bool told;
};

static struct ent_change *change_add(struct output *output, enum ent_change_kind kind)
{
	struct ent_change *change;

	if (output->told)
		return sdk_changes_beside(output->list, &output->model, kind);
	output->told = true;
	change = sdk_changes_add(output->list, kind);
	*change = output->model;
	change->kind = kind;
	return change;
}

/* jq gives null for what is not there: without id and words there is no comment. */
static bool is_empty(const struct sdk_json *node)
{
	const struct sdk_json *body = sdk_json_at(node, "body");

	return sdk_json_kind(node) == SDK_JSON_OBJECT && sdk_json_kind(sdk_json_at(node, "id")) == SDK_JSON_NULL &&
	       (sdk_json_kind(body) == SDK_JSON_NULL ||
		(sdk_json_kind(body) == SDK_JSON_STRING && sdk_json_text(body).n == 0));
}

static enum ent_rc comment_add(struct output *output, const struct sdk_json *node)
{
	bool removed = sdk_json_bool(sdk_json_at(node, "removed"), false);

	if (!removed && is_empty(node))
		return ENT_OK;
	return sdk_read_comment(output->reader, node,
				change_add(output, removed ? ENT_COMMENT_REMOVED : ENT_COMMENT_ADDED));
}

static enum ent_rc attachment_add(struct output *output, const struct sdk_json *node)
{
	return sdk_read_attachment(output->reader, node, change_add(output, ENT_ATTACHMENT_ADDED));
}

static const char *const act_nouns[] = {"ask", "handover", "promise", "help"};

/* NULL: the output is no act. */
static enum ent_rc noun_find(const struct output *output, const struct sdk_json *root, const char **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < sizeof act_nouns / sizeof *act_nouns; i++) {
		if (sdk_json_kind(sdk_json_at(root, act_nouns[i])) == SDK_JSON_NULL)
			continue;
		if (*ret)
			return sdk_fail_as(output->reader->err, ENT_EINVAL, "generic.acts_two",
					   "{noun=%s} and {other=%s} in one output: give each an output of its own",
					   *ret, act_nouns[i]);
		*ret = act_nouns[i];
	}
	return ENT_OK;
}

/* The news of the ticket go first. */
static enum ent_rc act_add(struct output *output, const struct sdk_json *root, const char *noun)
{
	if (output->model.ticket.has && !output->told)
		(void)change_add(output, ENT_TICKET_CHANGED);
	return sdk_read_act(output->reader, root, noun, change_add(output, ENT_ACT));
}

/* `one` holds an object, `many` a list of them; either may be missing. */
static enum ent_rc parts_add(struct output *output, enum ent_rc (*add)(struct output *, const struct sdk_json *),
			     const struct sdk_json *one, const struct sdk_json *many)
{
	enum ent_rc rc = ENT_OK;

	if (sdk_json_kind(one) != SDK_JSON_NULL)
		rc = add(output, one);
	if (rc != ENT_OK || sdk_json_kind(many) == SDK_JSON_NULL)
		return rc;
	if (sdk_json_kind(many) != SDK_JSON_ARRAY)
		return sdk_fail_as(output->reader->err, ENT_EINVAL, "generic.lists_kind",
				   "comments or attachments is no list");
	for (const struct sdk_json *at = sdk_json_first(many); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = add(output, at);
	return rc;
}

static enum ent_rc root_read(const struct sdk_reader *reader, struct sdk_changes *list, const struct sdk_json *root)
{
	static const char known[] =
	    "ticket version time actor correlation comment comments attachment attachments removed continues_as "
	    "ask handover promise help";
	const struct sdk_json *comment = sdk_json_at(root, "comment"), *comments = sdk_json_at(root, "comments");
	const struct sdk_json *attachment = sdk_json_at(root, "attachment");
	const struct sdk_json *attachments = sdk_json_at(root, "attachments");
	bool removed = sdk_json_bool(sdk_json_at(root, "removed"), false);
	struct output output = {.reader = reader, .list = list};
	const char *noun;
	enum ent_rc rc = sdk_read_members(reader, root, "output", known);

	if (rc == ENT_OK)
		rc = noun_find(&output, root, &noun);

	if (rc == ENT_OK)
		rc = sdk_read_head(reader, root, &output.model);
	if (rc != ENT_OK)
		return rc;
	/* The state of a ticket that goes on as another one is told by that one. */
	if (sdk_json_kind(sdk_json_at(root, "continues_as")) != SDK_JSON_NULL) {
		output.told = true;
		rc = sdk_read_continues(reader, sdk_json_at(root, "continues_as"),
					sdk_changes_beside(list, &output.model, ENT_TICKET_CONTINUES));
		if (rc != ENT_OK)
			return rc;
	}
	/* a ticket that is only named beside a comment did not change */
	if (noun) {
		rc = act_add(&output, root, noun);
		comment = NULL; /* its words */
	}
	if (rc == ENT_OK && !output.told &&
	    (removed || output.model.ticket.has ||
	     (sdk_json_kind(comment) != SDK_JSON_OBJECT && sdk_json_count(comments) == 0 &&
	      sdk_json_kind(attachment) != SDK_JSON_OBJECT && sdk_json_count(attachments) == 0)))
		(void)change_add(&output, removed ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED); /* whole as it is */
	if (rc == ENT_OK)
		rc = parts_add(&output, comment_add, comment, comments);
	if (rc == ENT_OK)
		rc = parts_add(&output, attachment_add, attachment, attachments);
	return rc;
}

static bool time_read(const void *of, struct ent_str text, int64_t *ret_ms)
{
	return local_time(of, text, ret_ms);
}

enum ent_rc change_read(struct sdk_changes *list, const struct zone *zone, const struct sdk_json *node,
			struct ent_err *err)
{
	const struct sdk_reader reader = {.arena = list->arena,
					  .err = err,
					  .is_closed = true,
					  .null_is_untold = true,
					  .time = time_read,
					  .time_of = zone};

	return root_read(&reader, list, node);
}

enum ent_rc output_read(struct sdk_changes *list, const struct zone *zone, struct ent_str json, struct ent_err *err)
{
	struct ent_err why = {0};
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_json_parse(list->arena, sdk_json_mend(list->arena, json), &root, &why);

	if (rc == ENT_OK && sdk_json_kind(root) != SDK_JSON_OBJECT)
		return sdk_fail_as(
		    err, ENT_EINVAL, "generic.decode_no_object",
		    "decode gave {found=%.*s}, each output must be an object (nothing: empty; a list: .[])",
		    ENT_F(sdk_format(list->arena, "%.*s%s", ENT_F(sdk_head(json, 30)), json.n > 30 ? "..." : "")));
	if (rc == ENT_OK)
		rc = change_read(list, zone, root, &why);
	return rc == ENT_OK ? rc : sdk_fail_as(err, rc, "generic.decode", "decode: {why=%p}", SDK_WHY(&why));
}
