/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out by REST API 2, whose texts are strings on Cloud and Data Center alike. A status is not written but
 * reached by a transition of the customer's workflow: read the issue, list its transitions, take the one that leads
 * there, read back. Searching is eventually consistent on Cloud: what was just created may not be found for some
 * seconds.
 */
#include "jira.h"

#include "sdk/ask.h"
#include "sdk/http.h"

enum { CLOUD_LAG_S = 150, DATA_CENTER_LAG_S = 30 }; /* of the index that JQL reads; comments are read from the issue */

#define ISSUE "/rest/api/2/issue/"
#define FIELDS                                                                                                         \
	"summary,description,status,priority,resolution,issuetype,assignee,reporter,created,updated,duedate,labels"

const struct ent_sentence jira_cannot[] = {
    {"cannot.jira.workflow",
     "A status that the workflow does not reach in one step from where the issue stands is parked with the steps there "
     "are."},
    {"cannot.jira.no_desk", "In a project without a service desk every comment is for all who see the project."},
    {0},
};

static void ask_issue(const struct jira_settings *settings, struct ent_request *ret, struct ent_arena *arena,
		      struct ent_str id, bool with_comments)
{
	struct ent_str path = sdk_http_path(arena, ISSUE "%s?fields=" FIELDS, &id, NULL);

	const struct ent_str own[] = {settings->number_field, settings->impact_field, settings->urgency_field};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (own[i].n)
			path = sdk_format(arena, "%.*s,%.*s", ENT_F(path), ENT_F(own[i]));
	if (with_comments)
		path = sdk_format(arena, "%.*s,comment", ENT_F(path));
	sdk_ask_get(ret, path);
}

static void ask_search(const struct jira_settings *settings, struct ent_request *ret, struct ent_arena *arena,
		       struct ent_str jql, int64_t page, struct ent_str token)
{
	struct ent_str start = token.n ? token : sdk_int(arena, page * JIRA_PAGE);

	if (settings->data_center)
		sdk_ask_get(ret, sdk_http_path(arena,
					       "/rest/api/2/search?jql=%s&fields=updated,description&maxResults=100"
					       "&startAt=%s",
					       &jql, &start, NULL));
	else if (token.n)
		sdk_ask_get(ret, sdk_http_path(arena,
					       "/rest/api/2/search/jql?jql=%s&fields=updated,description"
					       "&maxResults=100&nextPageToken=%s",
					       &jql, &token, NULL));
	else
		sdk_ask_get(
		    ret, sdk_http_path(arena, "/rest/api/2/search/jql?jql=%s&fields=updated,description&maxResults=100",
				       &jql, NULL));
}

static void put_one(struct sdk_jsonw *w, const char *key, const char *member, struct ent_str word)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, member, word);
	sdk_jsonw_close(w, '}');
}

static void put_name(struct sdk_jsonw *w, const char *key, struct ent_str name)
{
	put_one(w, key, "name", name);
}

static enum ent_rc option_vet(const struct ent_op *op, enum ent_attr attr, struct ent_str field, const char *setting,
			      struct ent_err *err)
{
	if (!sdk_op_sets(op, attr) || field.n)
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "jira.field_setting",
			   "the supplier's setting `{setting=%s}` says which custom field that is; it is empty",
			   setting);
}

static enum ent_rc ranks_vet(const struct jira_settings *settings, const struct ent_op *op, struct ent_err *err)
{
	enum ent_rc rc = option_vet(op, ENT_IMPACT, settings->impact_field, "impact_field", err);

	return rc == ENT_OK ? option_vet(op, ENT_URGENCY, settings->urgency_field, "urgency_field", err) : rc;
}

/* Priority, impact, urgency: those that are asked for. */
static void put_ranks(struct sdk_jsonw *w, const struct jira_settings *settings, const struct ent_op *op,
		      struct ent_arena *arena)
{
	if (sdk_op_native(op, ENT_PRIORITY).n)
		put_one(w, "priority", "name", sdk_op_native(op, ENT_PRIORITY));
	if (sdk_op_native(op, ENT_IMPACT).n)
		put_one(w, sdk_z(arena, settings->impact_field), "value", sdk_op_native(op, ENT_IMPACT));
	if (sdk_op_native(op, ENT_URGENCY).n)
		put_one(w, sdk_z(arena, settings->urgency_field), "value", sdk_op_native(op, ENT_URGENCY));
}

static enum ent_rc build_create(const struct jira_settings *settings, const struct ent_op *op, struct ent_arena *arena,
				struct ent_request *ret, struct ent_err *err)
{
	enum ent_rc rc = ranks_vet(settings, op, err);
	struct sdk_ask ask;

	if (!settings->project.n)
		return sdk_fail_as(err, ENT_EINVAL, "jira.project_open",
				   "the supplier's setting `project` says where issues are opened; it is empty");
	if (rc != ENT_OK)
		return rc;
	sdk_ask_begin(&ask);
	sdk_jsonw_key(&ask.w, "fields");
	sdk_jsonw_open(&ask.w, '{');
	sdk_jsonw_key(&ask.w, "project");
	sdk_jsonw_open(&ask.w, '{');
	sdk_jsonw_kstr(&ask.w, "key", settings->project);
	sdk_jsonw_close(&ask.w, '}');
	put_name(&ask.w, "issuetype", settings->issue_type);
	sdk_jsonw_kstr(&ask.w, "summary", sdk_op_title(op, SDK_JIRA_WIKI, ENT_ABSENT, arena));
	sdk_jsonw_kstr(&ask.w, "description", sdk_op_description(op, SDK_JIRA_WIKI, ENT_ABSENT, arena));
	put_ranks(&ask.w, settings, op, arena);
	if (settings->number_field.n)
		sdk_jsonw_kstr(&ask.w, sdk_z(arena, settings->number_field), op->number);
	sdk_jsonw_key(&ask.w, "labels");
	sdk_jsonw_open(&ask.w, '[');
	sdk_jsonw_str(&ask.w, op->number); /* found again by it: labels are compared whole */
	sdk_jsonw_close(&ask.w, ']');
	sdk_jsonw_close(&ask.w, '}');
	return sdk_ask_send(&ask, "POST", ENT_STR("/rest/api/2/issue"), arena, ret, err);
}

/* An added and an edited comment alike. */
static enum ent_rc readers_vet(const struct jira_settings *settings, const struct ent_op *op, struct ent_err *err)
{
	if (settings->service_desk || op->comment.visibility == ENT_PUBLIC)
		return ENT_OK;
	return sdk_fail_as(
	    err, ENT_EUNSUPPORTED, "jira.no_internal",
	    "only a service project has internal comments: in this one whoever sees the issue reads them all");
}

/* A service project's comment is public unless it is said not to be. */
static enum ent_rc build_comment(const struct jira_settings *settings, const struct ent_op *op, struct ent_arena *arena,
				 struct ent_request *ret, struct ent_err *err)
{
	enum ent_rc rc = readers_vet(settings, op, err);
	struct sdk_ask ask;

	if (rc != ENT_OK)
		return rc;
	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "body", sdk_op_text(op, SDK_JIRA_WIKI, arena));
	if (settings->service_desk) {
		sdk_jsonw_kbool(&ask.w, "public", op->comment.visibility == ENT_PUBLIC);
		return sdk_ask_send(
		    &ask, "POST", sdk_http_path(arena, "/rest/servicedeskapi/request/%s/comment", &op->ticket.id, NULL),
		    arena, ret, err);
	}
	return sdk_ask_send(&ask, "POST", sdk_http_path(arena, ISSUE "%s/comment", &op->ticket.id, NULL), arena, ret,
			    err);
}

/* The platform's API for both kinds of projects: a request's comment has no address of its own in the other. */
static enum ent_rc build_edit(const struct jira_settings *settings, const struct ent_op *op, struct ent_arena *arena,
			      struct ent_request *ret, struct ent_err *err)
{
	enum ent_rc rc = readers_vet(settings, op, err);
	struct sdk_ask ask;

	if (rc != ENT_OK)
		return rc;
	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "body", sdk_op_text(op, SDK_JIRA_WIKI, arena));
	if (settings->service_desk) { /* said again, as it stands without it for the customer */
		sdk_jsonw_key(&ask.w, "properties");
		sdk_jsonw_open(&ask.w, '[');
		sdk_jsonw_open(&ask.w, '{');
		sdk_jsonw_kz(&ask.w, "key", "sd.public.comment");
		sdk_jsonw_key(&ask.w, "value");
		sdk_jsonw_open(&ask.w, '{');
		sdk_jsonw_kbool(&ask.w, "internal", op->comment.visibility != ENT_PUBLIC);
		sdk_jsonw_close(&ask.w, '}');
		sdk_jsonw_close(&ask.w, '}');
		sdk_jsonw_close(&ask.w, ']');
	}
	return sdk_ask_send(&ask, "PUT",
			    sdk_http_path(arena, ISSUE "%s/comment/%s", &op->ticket.id, &op->comment.id, NULL), arena,
			    ret, err);
}

/* memo: the transition's id, and a resolution when it asks for one: "31 Done". */
static enum ent_rc build_move(const struct ent_call *call, struct ent_arena *arena, struct ent_request *ret,
			      struct ent_err *err)
{
	struct ent_str resolution, id = sdk_cut(call->memo, ' ', &resolution);
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	sdk_jsonw_key(&ask.w, "transition");
	sdk_jsonw_open(&ask.w, '{');
	sdk_jsonw_kstr(&ask.w, "id", id);
	sdk_jsonw_close(&ask.w, '}');
	if (resolution.n) {
		sdk_jsonw_key(&ask.w, "fields");
		sdk_jsonw_open(&ask.w, '{');
		put_name(&ask.w, "resolution", resolution);
		sdk_jsonw_close(&ask.w, '}');
	}
	return sdk_ask_send(&ask, "POST", sdk_http_path(arena, ISSUE "%s/transitions", &call->op.ticket.id, NULL),
			    arena, ret, err);
}

static enum ent_rc build_ranks(const struct jira_settings *settings, const struct ent_op *op, struct ent_arena *arena,
			       struct ent_request *ret, struct ent_err *err)
{
	enum ent_rc rc = ranks_vet(settings, op, err);
	struct sdk_ask ask;

	if (rc != ENT_OK)
		return rc;
	sdk_ask_begin(&ask);
	sdk_jsonw_key(&ask.w, "fields");
	sdk_jsonw_open(&ask.w, '{');
	put_ranks(&ask.w, settings, op, arena);
	sdk_jsonw_close(&ask.w, '}');
	return sdk_ask_send(&ask, "PUT", sdk_http_path(arena, ISSUE "%s", &op->ticket.id, NULL), arena, ret, err);
}

static enum ent_rc build_update(const struct jira_settings *settings, const struct ent_call *call,
				struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	switch (call->phase) {
	case JIRA_TRANSITIONS:
		sdk_ask_get(ret, sdk_http_path(arena, ISSUE "%s/transitions?expand=transitions.fields",
					       &call->op.ticket.id, NULL));
		return ENT_OK;
	case JIRA_RANK:
		return build_ranks(settings, &call->op, arena, ret, err);
	case JIRA_MOVE:
		return build_move(call, arena, ret, err);
	default: /* before and after */
		ask_issue(settings, ret, arena, call->op.ticket.id, false);
		return ENT_OK;
	}
}

const struct sdk_cursor_rule jira_poll_rule = {.overlap_ms = 300000};

static enum ent_rc build_poll(const struct jira_settings *settings, const struct ent_call *call,
			      struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct sdk_cursor cursor;

	if (!settings->project.n)
		return sdk_fail_as(err, ENT_EINVAL, "jira.project_poll",
				   "the supplier's setting `project` says what is polled; it is empty");
	sdk_cursor_begin(&cursor, &jira_poll_rule, call, NULL, arena, err);
	if (cursor.ask && cursor.ask->place.n) /* the comments that the issue itself did not show */
		sdk_ask_get(ret, sdk_http_path(arena, ISSUE "%s/comment?orderBy=created&maxResults=100&startAt=%s",
					       &cursor.ask->ticket, &cursor.ask->place, NULL));
	else if (cursor.ask)
		ask_issue(settings, ret, arena, cursor.ask->ticket, true);
	else /* A bare number is milliseconds; a date would be read to the minute, in the user's own zone. */
		ask_search(settings, ret, arena,
			   sdk_format(arena, "project = \"%.*s\" AND updated >= %lld ORDER BY updated ASC, id ASC",
				      ENT_F(settings->project), (long long)cursor.since_ms),
			   cursor.page, cursor.token);
	return ENT_OK;
}

enum ent_rc jira_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
		       struct ent_request *ret, struct ent_err *err)
{
	const struct jira_settings *settings = self->settings;
	const struct ent_op *op = &call->op;

	switch (op->kind) {
	case ENT_CREATE_TICKET:
		if (!sdk_call_looks(call))
			return build_create(settings, op, arena, ret, err);
		ask_search(settings, ret, arena,
			   sdk_format(arena, "project = \"%.*s\" AND labels = \"%.*s\"", ENT_F(settings->project),
				      ENT_F(op->number)),
			   0, ENT_ABSENT);
		return ENT_OK;
	case ENT_ADD_COMMENT:
		if (!sdk_call_looks(call))
			return build_comment(settings, op, arena, ret, err);
		sdk_ask_get(ret, sdk_http_path(arena, ISSUE "%s/comment?orderBy=-created&maxResults=100",
					       &op->ticket.id, NULL));
		return ENT_OK;
	case ENT_EDIT_COMMENT:
		return build_edit(settings, op, arena, ret, err);
	case ENT_REMOVE_COMMENT:
		sdk_ask_delete(ret, sdk_http_path(arena, ISSUE "%s/comment/%s", &op->ticket.id, &op->comment.id, NULL));
		return ENT_OK;
	case ENT_UPDATE_TICKET:
		return build_update(settings, call, arena, ret, err);
	case ENT_FETCH_TICKET:
		ask_issue(settings, ret, arena, op->ticket.id, true);
		return ENT_OK;
	case ENT_PROBE:
		sdk_ask_get(ret, ENT_STR("/rest/api/2/myself"));
		return ENT_OK;
	case ENT_LOGIN:
		return sdk_fail_as(err, ENT_EUNSUPPORTED, "jira.no_sessions", "it has no sessions");
	case ENT_POLL:
		break;
	}
	return build_poll(settings, call, arena, ret, err);
}

enum ent_repeat jira_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	const struct jira_settings *settings = self->settings;

	*ret_lag_s = 0;
	if (kind == ENT_CREATE_TICKET)
		*ret_lag_s = settings->data_center ? DATA_CENTER_LAG_S : CLOUD_LAG_S;
	return kind == ENT_CREATE_TICKET || kind == ENT_ADD_COMMENT ? ENT_REPEAT_SEARCH : ENT_REPEAT_SAFE;
}
