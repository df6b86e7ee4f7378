/* SPDX-License-Identifier: Apache-2.0 */
/* A new issue. Where it is looked for, issues of ours that carry the number are listed; the marker stands in the
 * description. */
#include "redmine.h"

/* BEGIN is one of the others: see phase_of(). memo of WRITE: the priority's id, "" for none. */
enum phase { BEGIN, WRITE, PRIORITIES, LOOK };

static enum phase phase_of(const struct ent_call *call)
{
	if (call->phase != BEGIN)
		return (enum phase)call->phase;
	if (call->look)
		return LOOK;
	return sdk_op_sets(&call->op, ENT_PRIORITY) ? PRIORITIES : WRITE;
}

static struct ent_str list_path(const struct redmine_settings *settings, const struct ent_op *op,
				struct ent_arena *arena)
{
	struct ent_str field = sdk_int(arena, settings->number_field);

	if (settings->number_field > 0)
		return sdk_http_path(
		    arena, "/issues.json?status_id=*&author_id=me&project_id=%s&cf_%s=%s&sort=id:desc&limit=100",
		    &settings->project, &field, &op->number, NULL);
	return sdk_http_path(arena,
			     "/issues.json?status_id=*&author_id=me&project_id=%s&subject=~%s&sort=id:desc&limit=100",
			     &settings->project, &op->number, NULL);
}

static void number_write(struct sdk_jsonw *w, int64_t field, struct ent_str number)
{
	sdk_jsonw_key(w, "custom_fields");
	sdk_jsonw_open(w, '[');
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kint(w, "id", field);
	sdk_jsonw_kstr(w, "value", number);
	sdk_jsonw_close(w, '}');
	sdk_jsonw_close(w, ']');
}

static enum ent_rc create_post(const struct redmine_settings *settings, const struct ent_call *call,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	struct ent_str number = settings->number_field > 0 ? ENT_ABSENT : op->number;
	enum sdk_dialect dialect = redmine_dialect(settings);
	struct sdk_ask ask;

	redmine_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "project_id", settings->project);
	if (settings->tracker > 0)
		sdk_jsonw_kint(&ask.w, "tracker_id", settings->tracker);
	sdk_jsonw_kstr(&ask.w, "subject", sdk_op_title(op, dialect, number, arena));
	sdk_jsonw_kstr(&ask.w, "description", sdk_op_description(op, dialect, number, arena));
	if (call->memo.n > 0)
		sdk_jsonw_kstr(&ask.w, "priority_id", call->memo);
	if (settings->number_field > 0)
		number_write(&ask.w, settings->number_field, op->number);
	return redmine_ask_send(&ask, "POST", ENT_STR("/issues.json"), arena, ret, err);
}

enum ent_rc redmine_create_build(const struct redmine_settings *settings, const struct ent_call *call,
				 struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	switch (phase_of(call)) {
	case LOOK:
		sdk_ask_get(ret, list_path(settings, &call->op, arena));
		return ENT_OK;
	case PRIORITIES:
		sdk_ask_get(ret, ENT_STR(REDMINE_PRIORITIES));
		return ENT_OK;
	case BEGIN:
	case WRITE:
		break;
	}
	return create_post(settings, call, arena, ret, err);
}

static enum ent_rc created(const struct redmine_settings *settings, const struct sdk_json *issue,
			   struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	enum ent_rc rc = redmine_tell(settings, issue, arena, ret, err);

	if (rc == ENT_OK)
		ret->remote_id = ret->changes.at[0].ticket.id;
	return rc;
}

static enum ent_rc looked(const struct redmine_settings *settings, const struct ent_call *call,
			  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			  struct ent_err *err)
{
	const struct sdk_json *root = NULL, *found = NULL;
	unsigned phase = sdk_op_sets(&call->op, ENT_PRIORITY) ? PRIORITIES : WRITE;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc == ENT_OK)
		rc = sdk_find_marked(sdk_json_at(root, "issues"), "description", "id", &call->op, phase, ret, &found,
				     err);
	return rc == ENT_OK ? created(settings, found, arena, ret, err) : rc;
}

enum ent_rc redmine_create_parse(const struct redmine_settings *settings, const struct ent_call *call,
				 const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				 struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct ent_str priority = ENT_ABSENT;
	enum ent_rc rc;

	switch (phase_of(call)) {
	case LOOK:
		return looked(settings, call, response, arena, ret, err);
	case PRIORITIES:
		rc = redmine_priority_id(response, call->op.ticket.at[ENT_PRIORITY].native, arena, &priority, err);
		return rc == ENT_OK ? sdk_more(ret, WRITE, priority) : rc;
	case BEGIN:
	case WRITE:
		break;
	}
	rc = sdk_http_json(response, arena, &root, err);
	return rc == ENT_OK ? created(settings, sdk_json_at(root, "issue"), arena, ret, err) : rc;
}
