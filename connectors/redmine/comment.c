/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A note. PUT tells nothing of it, so it is found again by its marker. A private one is
 * written only when a role of our user there has the right to: without it Redmine would
 * show the note to everybody.
 */
#include "redmine.h"

#define RIGHT "set_notes_private"

/* memo of USER: the project's id; of ROLE: ids of roles still to be asked, commas between. */
enum phase { BEGIN, WRITE, READ_BACK, USER, ROLE };

static enum ent_rc note_put(const struct redmine_settings *settings, const struct ent_call *call,
			    struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct sdk_ask ask;

	redmine_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "notes", sdk_op_text(&call->op, redmine_dialect(settings), arena));
	sdk_jsonw_kbool(&ask.w, "private_notes", call->op.comment.visibility != ENT_PUBLIC);
	return redmine_ask_send(&ask, "PUT", sdk_http_path(arena, "/issues/%s.json", &call->op.ticket.id, NULL), arena,
				ret, err);
}

enum ent_rc redmine_comment_build(const struct redmine_settings *settings, const struct ent_call *call,
				  struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct ent_str rest, role = sdk_cut(call->memo, ',', &rest);

	switch ((enum phase)call->phase) {
	case WRITE:
		return note_put(settings, call, arena, ret, err);
	case USER:
		sdk_ask_get(ret, ENT_STR("/users/current.json?include=memberships"));
		return ENT_OK;
	case ROLE:
		sdk_ask_get(ret, sdk_http_path(arena, "/roles/%s.json", &role, NULL));
		return ENT_OK;
	case BEGIN:
	case READ_BACK:
		break;
	}
	return redmine_fetch_build(settings, call, arena, ret, err);
}

/* The first journal with our marker; later ones quote it. ENT_MORE: there is none. */
static enum ent_rc note_find(const struct ent_call *call, const struct sdk_json *issue, struct ent_result *ret,
			     const struct sdk_json **ret_note, struct ent_err *err)
{
	return sdk_find_marked(sdk_json_at(issue, "journals"), "notes", "id", &call->op, WRITE, ret, ret_note, err);
}

static enum ent_rc written_parse(const struct ent_call *call, const struct sdk_json *issue, struct ent_result *ret,
				 struct ent_err *err)
{
	const struct sdk_json *note = NULL;
	enum ent_rc rc = note_find(call, issue, ret, &note, err);

	if (rc == ENT_MORE)
		return sdk_says_no(ret, err, "redmine.note_missing",
				   "Redmine said yes and there is no such note: may our user add notes there?");
	if (rc == ENT_OK && call->op.comment.visibility != ENT_PUBLIC &&
	    !sdk_json_bool(sdk_json_at(note, "private_notes"), false))
		return sdk_says_no(ret, err, "redmine.note_public",
				   "the note was to be private and stands there for everybody");
	return rc;
}

static enum ent_rc begun_parse(const struct ent_call *call, const struct sdk_json *issue, struct ent_result *ret,
			       struct ent_err *err)
{
	const struct sdk_json *note = NULL;
	struct ent_str project = ENT_ABSENT;
	enum ent_rc rc = call->look ? note_find(call, issue, ret, &note, err) : ENT_MORE;

	if (rc != ENT_MORE)
		return rc;
	if (call->op.comment.visibility == ENT_PUBLIC)
		return sdk_more(ret, WRITE, ENT_STR(""));
	rc = sdk_id_at(issue, "project.id", &project, err);
	return rc == ENT_OK ? sdk_more(ret, USER, project) : rc;
}

static enum ent_rc no_right(struct ent_result *ret, struct ent_err *err)
{
	return sdk_says_no(ret, err, "redmine.note_right",
			   "our user may not write private notes in that project: give its role the right, then retry");
}

static enum ent_rc user_parse(const struct ent_call *call, const struct ent_response *response, struct ent_arena *arena,
			      struct ent_result *ret, struct ent_err *err)
{
	struct ent_str roles = ENT_STR("");
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	if (sdk_json_bool(sdk_json_at(root, "user.admin"), false))
		return sdk_more(ret, WRITE, ENT_STR(""));
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "user.memberships")); at;
	     at = sdk_json_next(at)) {
		const struct sdk_json *role = sdk_json_first(sdk_json_at(at, "roles"));

		for (; role && sdk_eq(sdk_word_at(at, "project.id"), call->memo); role = sdk_json_next(role))
			roles = sdk_join(arena, roles, ",", sdk_word_at(role, "id"));
	}
	return roles.n > 0 ? sdk_more(ret, ROLE, roles) : no_right(ret, err);
}

static enum ent_rc role_parse(const struct ent_call *call, const struct ent_response *response, struct ent_arena *arena,
			      struct ent_result *ret, struct ent_err *err)
{
	struct ent_str rest;
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "role.permissions")); at;
	     at = sdk_json_next(at))
		if (sdk_eqz(sdk_json_text(at), RIGHT))
			return sdk_more(ret, WRITE, ENT_STR(""));
	(void)sdk_cut(call->memo, ',', &rest);
	return rest.n > 0 ? sdk_more(ret, ROLE, rest) : no_right(ret, err);
}

enum ent_rc redmine_comment_parse(const struct redmine_settings *settings, const struct ent_call *call,
				  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				  struct ent_err *err)
{
	const struct sdk_json *issue = NULL;
	enum ent_rc rc;

	(void)settings;
	switch ((enum phase)call->phase) {
	case WRITE:
		rc = redmine_written(response, arena, err);
		return rc == ENT_OK ? sdk_more(ret, READ_BACK, ENT_STR("")) : rc;
	case USER:
		return user_parse(call, response, arena, ret, err);
	case ROLE:
		return role_parse(call, response, arena, ret, err);
	case BEGIN:
	case READ_BACK:
		break;
	}
	rc = redmine_issue_read(response, call->op.ticket.id, arena, &issue, err);
	if (rc != ENT_OK)
		return rc;
	return call->phase == BEGIN ? begun_parse(call, issue, ret, err) : written_parse(call, issue, ret, err);
}
