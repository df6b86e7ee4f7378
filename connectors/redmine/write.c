/* SPDX-License-Identifier: Apache-2.0 */
#include "redmine.h"

/* WRITE and READ_BACK of an update; BEGIN reads. memo: "STATUS-ID PRIORITY-ID", "-" for none. */
enum phase { BEGIN, WRITE, READ_BACK, STATUSES, PRIORITIES };

void redmine_ask_begin(struct sdk_ask *ask)
{
	sdk_ask_begin(ask);
	sdk_jsonw_key(&ask->w, "issue");
	sdk_jsonw_open(&ask->w, '{');
}

enum ent_rc redmine_ask_send(struct sdk_ask *ask, const char *method, struct ent_str path, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err)
{
	sdk_jsonw_close(&ask->w, '}');
	return sdk_ask_send(ask, method, path, arena, ret, err);
}

enum ent_rc redmine_tell(const struct redmine_settings *settings, const struct sdk_json *issue, struct ent_arena *arena,
			 struct ent_result *ret, struct ent_err *err)
{
	struct sdk_changes list;
	enum ent_rc rc;

	sdk_changes_init(&list, arena);
	rc = redmine_issue_add(settings, &list, issue, err);
	return rc == ENT_OK ? sdk_changes_take(&list, &ret->changes, err) : rc;
}

enum ent_rc redmine_written(const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	if (response->status == 200 && response->body.n > 0) /* a page of a proxy; what became of it is not known */
		return sdk_fail_as(err, ENT_ERETRY, "redmine.not_204", "HTTP 200 where 204 is due");
	return sdk_http_status(response, arena, err);
}

struct ent_str redmine_word_id(const struct sdk_json *list, struct ent_str name)
{
	int64_t number;

	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at))
		if (sdk_eq(sdk_word_at(at, "name"), name) && sdk_to_int(sdk_word_at(at, "id"), &number))
			return sdk_word_at(at, "id");
	return sdk_to_int(name, &number) ? name : ENT_ABSENT;
}

enum ent_rc redmine_priority_id(const struct ent_response *response, struct ent_str name, struct ent_arena *arena,
				struct ent_str *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	*ret = redmine_word_id(sdk_json_at(root, "issue_priorities"), name);
	return ret->p ? ENT_OK
		      : sdk_fail_as(err, ENT_EINVAL, "redmine.priority",
				    "no priority is called {priority=%.*s} there: mend the map", ENT_F(name));
}

/* ---- one issue as it is --------------------------------------------------------------- */

enum ent_rc redmine_fetch_build(const struct redmine_settings *settings, const struct ent_call *call,
				struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	(void)settings, (void)err;
	sdk_ask_get(ret, redmine_issue_path(arena, call->op.ticket.id));
	return ENT_OK;
}

enum ent_rc redmine_fetch_parse(const struct redmine_settings *settings, const struct ent_call *call,
				const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				struct ent_err *err)
{
	const struct sdk_json *issue = NULL;
	enum ent_rc rc = redmine_issue_read(response, call->op.ticket.id, arena, &issue, err);

	return rc == ENT_OK ? redmine_tell(settings, issue, arena, ret, err) : rc;
}

/* ---- who are we? ------------------------------------------------------------------------ */

enum ent_rc redmine_probe_build(const struct redmine_settings *settings, const struct ent_call *call,
				struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	(void)settings, (void)call, (void)arena, (void)err;
	sdk_ask_get(ret, ENT_STR("/users/current.json")); /* 401 to a stranger, also where projects are public */
	return ENT_OK;
}

enum ent_rc redmine_probe_parse(const struct redmine_settings *settings, const struct ent_call *call,
				const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				struct ent_err *err)
{
	const struct sdk_json *root;

	(void)settings, (void)call, (void)ret;
	return sdk_http_json(response, arena, &root, err);
}

/* ---- status and priority ----------------------------------------------------------------- */

static bool wants(const struct ent_ticket *asked, enum ent_attr attr, struct ent_str found)
{
	return asked->has & 1u << attr && !sdk_eq(asked->at[attr].native, found);
}

static enum ent_rc update_put(const struct ent_call *call, struct ent_arena *arena, struct ent_request *ret,
			      struct ent_err *err)
{
	struct ent_str priority, status = sdk_cut(call->memo, ' ', &priority);
	struct sdk_ask ask;

	redmine_ask_begin(&ask);
	if (!sdk_eqz(status, "-"))
		sdk_jsonw_kstr(&ask.w, "status_id", status);
	if (!sdk_eqz(priority, "-"))
		sdk_jsonw_kstr(&ask.w, "priority_id", priority);
	return redmine_ask_send(&ask, "PUT", sdk_http_path(arena, "/issues/%s.json", &call->op.ticket.id, NULL), arena,
				ret, err);
}

enum ent_rc redmine_update_build(const struct redmine_settings *settings, const struct ent_call *call,
				 struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	switch ((enum phase)call->phase) {
	case WRITE:
		return update_put(call, arena, ret, err);
	case STATUSES:
		sdk_ask_get(ret, ENT_STR("/issue_statuses.json"));
		return ENT_OK;
	case PRIORITIES:
		sdk_ask_get(ret, ENT_STR(REDMINE_PRIORITIES));
		return ENT_OK;
	case BEGIN:
	case READ_BACK:
		break;
	}
	return redmine_fetch_build(settings, call, arena, ret, err);
}

/* The status is known by now, "-" when it is not to be set. */
static enum ent_rc status_known(struct ent_str status, bool priority, struct ent_arena *arena, struct ent_result *ret)
{
	return sdk_more(ret, priority ? PRIORITIES : WRITE, sdk_format(arena, "%.*s -", ENT_F(status)));
}

/* The statuses that our user may set from here are listed since Redmine 5; before, every status is tried. */
static enum ent_rc begun_parse(const struct redmine_settings *settings, const struct ent_call *call,
			       const struct sdk_json *issue, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	const struct ent_ticket *asked = &call->op.ticket;
	const struct sdk_json *allowed = sdk_json_at(issue, "allowed_statuses");
	struct ent_str found = sdk_word_at(issue, "status.name"), id;
	bool status = wants(asked, ENT_STATUS, found);
	bool priority = wants(asked, ENT_PRIORITY, sdk_word_at(issue, "priority.name"));

	if (!status && !priority)
		return redmine_tell(settings, issue, arena, ret, err);
	if (!status)
		return status_known(ENT_STR("-"), priority, arena, ret);
	if (!allowed) /* the priority's turn comes after */
		return sdk_more(ret, STATUSES, priority ? ENT_STR("priority") : ENT_STR(""));
	id = redmine_word_id(allowed, asked->at[ENT_STATUS].native);
	if (!id.p)
		return sdk_says_no(ret, err, "redmine.workflow",
				   "their workflow does not let our user set {status=%.*s} after {from=%.*s}",
				   ENT_F(asked->at[ENT_STATUS].native), ENT_F(found));
	return status_known(id, priority, arena, ret);
}

static enum ent_rc statuses_parse(const struct ent_call *call, const struct ent_response *response,
				  struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	struct ent_str name = call->op.ticket.at[ENT_STATUS].native, id;
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	id = redmine_word_id(sdk_json_at(root, "issue_statuses"), name);
	if (!id.p)
		return sdk_fail_as(err, ENT_EINVAL, "redmine.status",
				   "no status is called {status=%.*s} there: mend the map", ENT_F(name));
	return status_known(id, call->memo.n > 0, arena, ret);
}

enum ent_rc redmine_update_parse(const struct redmine_settings *settings, const struct ent_call *call,
				 const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				 struct ent_err *err)
{
	struct ent_str priority = ENT_ABSENT, rest, status = sdk_cut(call->memo, ' ', &rest);
	const struct sdk_json *issue = NULL;
	enum ent_rc rc;

	switch ((enum phase)call->phase) {
	case WRITE:
		rc = redmine_written(response, arena, err);
		return rc == ENT_OK ? sdk_more(ret, READ_BACK, ENT_STR("")) : rc;
	case STATUSES:
		return statuses_parse(call, response, arena, ret, err);
	case PRIORITIES:
		rc = redmine_priority_id(response, call->op.ticket.at[ENT_PRIORITY].native, arena, &priority, err);
		if (rc != ENT_OK)
			return rc;
		return sdk_more(ret, WRITE, sdk_format(arena, "%.*s %.*s", ENT_F(status), ENT_F(priority)));
	case BEGIN:
	case READ_BACK:
		break;
	}
	rc = redmine_issue_read(response, call->op.ticket.id, arena, &issue, err);
	if (rc != ENT_OK)
		return rc;
	return call->phase == BEGIN ? begun_parse(settings, call, issue, arena, ret, err)
				    : redmine_tell(settings, issue, arena, ret, err);
}
