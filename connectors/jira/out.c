/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out by REST API 2, whose texts are strings on Cloud and Data Center alike. A status is not written but
 * reached by a transition of the customer's workflow: read the issue, list its transitions, take the one that leads
 * there, read back. Searching is eventually consistent on Cloud: what was just created may not be found for some
 * seconds.
 */
#include "jira.h"

#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"

enum { WRITE = 1, TRANSITIONS, RANK, MOVE, READ, PAGE = 100, LOOKED = 100 };
enum { CLOUD_LAG_S = 150, DATA_CENTER_LAG_S = 30 }; /* of the index that JQL reads; comments are read from the issue */

#define ISSUE "/rest/api/2/issue/"
#define FIELDS                                                                                                         \
	"summary,description,status,priority,resolution,issuetype,assignee,reporter,created,updated,duedate,labels"

const char *const jira_cannot[] = {
    "A status that the workflow does not reach in one step from where the issue stands is parked with the steps there "
    "are.",
    "In a project without a service desk every comment is for all who see the project.",
    NULL,
};

/* ---- asking --------------------------------------------------------------------------- */

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
	struct ent_str start = token.n ? token : sdk_int(arena, page * PAGE);

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
	return sdk_fail(err, ENT_EINVAL, "the supplier's setting `%s` says which custom field that is; it is empty",
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
		return sdk_fail(err, ENT_EINVAL,
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

/* A service project's comment is public unless it is said not to be. */
static enum ent_rc build_comment(const struct jira_settings *settings, const struct ent_op *op, struct ent_arena *arena,
				 struct ent_request *ret, struct ent_err *err)
{
	bool is_public = op->comment.visibility == ENT_PUBLIC;
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "body", sdk_op_text(op, SDK_JIRA_WIKI, arena));
	if (settings->service_desk) {
		sdk_jsonw_kbool(&ask.w, "public", is_public);
		return sdk_ask_send(
		    &ask, "POST", sdk_http_path(arena, "/rest/servicedeskapi/request/%s/comment", &op->ticket.id, NULL),
		    arena, ret, err);
	}
	return sdk_ask_send(&ask, "POST", sdk_http_path(arena, ISSUE "%s/comment", &op->ticket.id, NULL), arena, ret,
			    err);
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
	case TRANSITIONS:
		sdk_ask_get(ret, sdk_http_path(arena, ISSUE "%s/transitions?expand=transitions.fields",
					       &call->op.ticket.id, NULL));
		return ENT_OK;
	case RANK:
		return build_ranks(settings, &call->op, arena, ret, err);
	case MOVE:
		return build_move(call, arena, ret, err);
	default: /* before and after */
		ask_issue(settings, ret, arena, call->op.ticket.id, false);
		return ENT_OK;
	}
}

static const struct sdk_cursor_rule poll_rule = {.overlap_ms = 300000};

static enum ent_rc build_poll(const struct jira_settings *settings, const struct ent_call *call,
			      struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct sdk_cursor cursor;

	if (!settings->project.n)
		return sdk_fail(err, ENT_EINVAL, "the supplier's setting `project` says what is polled; it is empty");
	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
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
	case ENT_UPDATE_TICKET:
		return build_update(settings, call, arena, ret, err);
	case ENT_FETCH_TICKET:
		ask_issue(settings, ret, arena, op->ticket.id, true);
		return ENT_OK;
	case ENT_PROBE:
		sdk_ask_get(ret, ENT_STR("/rest/api/2/myself"));
		return ENT_OK;
	case ENT_LOGIN:
		return sdk_fail(err, ENT_EUNSUPPORTED, "it has no sessions");
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

/* ---- understanding ------------------------------------------------------------------------ */

static enum ent_rc tell_issue(const struct jira_settings *settings, const struct sdk_json *issue,
			      struct sdk_changes *list, struct ent_err *err)
{
	struct ent_change *change = sdk_changes_add(list, ENT_TICKET_CHANGED);
	enum ent_rc rc = sdk_id_at(issue, "id", &change->ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	change->ticket.key = sdk_word_at(issue, "key");
	change->stamp.time_ms = sdk_time_at(issue, "fields.updated");
	jira_issue(settings, issue, change, list->arena);
	struct ent_change head = *change;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "fields.comment.comments"));
	     at && rc == ENT_OK; at = sdk_json_next(at))
		if (!jira_comment_is_empty(at))
			rc = jira_comment(sdk_changes_beside(list, &head, ENT_COMMENT_ADDED), at, list->arena, err);
	return rc;
}

/* The first that leads to this status. */
static const struct sdk_json *find_transition(const struct sdk_json *list, struct ent_str name)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at))
		if (sdk_ieq(sdk_json_text_at(at, "to.name"), name))
			return at;
	return NULL;
}

static enum ent_rc no_transition(const struct sdk_json *list, struct ent_str name, struct ent_arena *arena,
				 struct ent_result *ret, struct ent_err *err)
{
	struct ent_str names = ENT_STR("");

	for (const struct sdk_json *at = sdk_json_first(list); at && names.n < 120; at = sdk_json_next(at))
		names = sdk_format(arena, "%.*s%s%.*s", ENT_F(names), names.n ? ", " : "",
				   ENT_F(sdk_json_text_at(at, "to.name")));
	return sdk_says_no(ret, err, "the workflow has no transition from here to \"%.*s\"; it has: %.*s", ENT_F(name),
			   ENT_F(names));
}

static enum ent_rc parse_transitions(const struct jira_settings *settings, const struct ent_call *call,
				     const struct sdk_json *root, struct ent_arena *arena, struct ent_result *ret,
				     struct ent_err *err)
{
	struct ent_str said, name = sdk_cut(sdk_op_native(&call->op, ENT_STATUS), '/', &said);
	const struct sdk_json *list = sdk_json_at(root, "transitions"), *found = find_transition(list, name);

	if (!found)
		return no_transition(list, name, arena, ret, err);
	bool asks = sdk_json_bool(sdk_json_at(found, "fields.resolution.required"), false);
	if (!said.n && asks)
		said = settings->resolution;
	return sdk_more(
	    ret, MOVE,
	    sdk_format(arena, "%.*s%s%.*s", ENT_F(sdk_json_text_at(found, "id")), said.n ? " " : "", ENT_F(said)));
}

static bool differs(const struct ent_ticket *now, const struct ent_op *op, enum ent_attr attr)
{
	return sdk_op_sets(op, attr) && !sdk_ieq(now->at[attr].native, sdk_op_native(op, attr));
}

/* Where it stands before: what of the two is still to be done? */
static enum ent_rc parse_before(const struct ent_call *call, const struct sdk_changes *list, struct ent_result *ret)
{
	const struct ent_ticket *now = &list->at[0].ticket;
	const struct ent_op *op = &call->op;
	bool moves = differs(now, op, ENT_STATUS);
	bool ranks = differs(now, op, ENT_PRIORITY) || differs(now, op, ENT_IMPACT) || differs(now, op, ENT_URGENCY);

	if (call->phase == READ || (!moves && !ranks))
		return ENT_OK;
	return sdk_more(ret, ranks ? RANK : TRANSITIONS, moves ? ENT_STR("moves") : ENT_STR(""));
}

static int64_t number_at(const struct sdk_json *node, const char *path)
{
	int64_t n = 0;

	(void)sdk_json_int(sdk_json_at(node, path), &n);
	return n;
}

/* A list as Jira counts it: whole, or no list. *ret_next: where the next page begins; 0: it ends here. */
static enum ent_rc list_count(const struct sdk_json *node, const struct sdk_json *list, int64_t *ret_next,
			      struct ent_err *err)
{
	int64_t total = number_at(node, "total"), most = number_at(node, "maxResults");
	int64_t begin = number_at(node, "startAt"), rest = total > begin ? total - begin : 0;
	int64_t end = begin + (int64_t)sdk_json_count(list);

	*ret_next = total > end ? end : 0;
	return sdk_list_whole(list, most > 0 && most < rest ? most : rest, err);
}

/* A page is counted in hundreds; where the tool gives fewer, its own number of the next row leads on. */
static enum ent_rc parse_page(const struct jira_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *issues = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "issues", cursor->arena, &root, &issues, err);
	struct ent_str token = sdk_word_at(root, "nextPageToken");
	bool more = token.n > 0;
	int64_t next = 0;

	if (rc == ENT_OK && settings->data_center)
		rc = list_count(root, issues, &next, err);
	if (rc != ENT_OK)
		return rc;
	if (settings->data_center) {
		more = next > 0 || sdk_json_count(issues) >= PAGE;
		token = next > 0 && sdk_json_count(issues) < PAGE ? sdk_int(cursor->arena, next) : ENT_ABSENT;
	}
	for (const struct sdk_json *at = sdk_json_first(issues); at; at = sdk_json_next(at)) {
		const struct sdk_cursor_item item = {.ticket = sdk_json_text_at(at, "id"),
						     .key = sdk_word_at(at, "key")};

		if (sdk_cursor_news(cursor, item.ticket, sdk_time_at(at, "fields.updated"),
				    sdk_json_text_at(at, "fields.updated")))
			sdk_cursor_ask(cursor, &item);
	}
	sdk_cursor_page(cursor, more, token);
	return ENT_OK;
}

static enum ent_rc parse_issue(const struct jira_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *comment;
	enum ent_rc rc = sdk_http_json(cursor->response, cursor->arena, &root, err);
	int64_t next = 0;

	if (rc == ENT_OK)
		rc = tell_issue(settings, root, &cursor->list, err);
	comment = sdk_json_at(root, "fields.comment");
	if (rc == ENT_OK)
		rc = list_count(comment, sdk_json_at(comment, "comments"), &next, err);
	if (rc == ENT_OK && next > 0)
		sdk_cursor_part(cursor, sdk_int(cursor->arena, next));
	return rc;
}

static enum ent_rc parse_comments(struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *comments = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "comments", cursor->arena, &root, &comments, err);
	const struct ent_change head = {.ticket = {.id = cursor->ask->ticket, .key = cursor->ask->key}};
	int64_t next = 0;

	if (rc == ENT_OK)
		rc = list_count(root, comments, &next, err);
	for (const struct sdk_json *at = sdk_json_first(comments); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = jira_comment(sdk_changes_beside(&cursor->list, &head, ENT_COMMENT_ADDED), at, cursor->arena, err);
	if (rc == ENT_OK && next > 0)
		sdk_cursor_part(cursor, sdk_int(cursor->arena, next));
	return rc;
}

static enum ent_rc parse_poll(const struct jira_settings *settings, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (!cursor.ask)
		rc = parse_page(settings, &cursor, err);
	else
		rc = cursor.ask->place.n ? parse_comments(&cursor, err) : parse_issue(settings, &cursor, err);
	return sdk_cursor_end(&cursor, rc, ret);
}

static enum ent_rc parse_update(const struct jira_settings *settings, const struct ent_call *call,
				const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				struct ent_err *err)
{
	const struct sdk_json *root;
	struct sdk_changes list;
	bool wrote = call->phase == RANK || call->phase == MOVE; /* 204 */
	enum ent_rc rc = wrote ? sdk_http_status(response, arena, err) : sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	if (wrote)
		return sdk_more(ret, call->phase == RANK && call->memo.n ? TRANSITIONS : READ, ENT_ABSENT);
	if (call->phase == TRANSITIONS)
		return parse_transitions(settings, call, root, arena, ret, err);
	sdk_changes_init(&list, arena);
	rc = tell_issue(settings, root, &list, err);
	if (rc == ENT_OK)
		rc = sdk_changes_take(&list, &ret->changes, err);
	return rc == ENT_OK ? parse_before(call, &list, ret) : rc;
}

enum ent_rc jira_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
		       struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct jira_settings *settings = self->settings;
	const struct ent_op *op = &call->op;
	const struct sdk_json *root;
	struct sdk_changes list;
	enum ent_rc rc;

	if (op->kind == ENT_POLL)
		return parse_poll(settings, call, response, arena, ret, err);
	if (op->kind == ENT_UPDATE_TICKET)
		return parse_update(settings, call, response, arena, ret, err);
	rc = sdk_http_json(response, arena, &root, err);
	if (rc != ENT_OK || op->kind == ENT_PROBE)
		return rc;
	if (op->kind == ENT_FETCH_TICKET) {
		sdk_changes_init(&list, arena);
		rc = tell_issue(settings, root, &list, err);
		list.failed = false; /* more comments than one answer tells: a poll tells them all */
		return rc == ENT_OK ? sdk_changes_take(&list, &ret->changes, err) : rc;
	}
	if (sdk_call_looks(call)) {
		const struct sdk_json *found = NULL;
		bool creates = op->kind == ENT_CREATE_TICKET;
		const struct sdk_json *rows = sdk_json_at(root, creates ? "issues" : "comments");

		rc = sdk_find_marked(rows, creates ? "fields.description" : "body", "id", op, WRITE, ret, &found, err);
		if (rc == ENT_MORE && !creates && sdk_look_reaches(rows, LOOKED, "created", op, err) != ENT_OK)
			return ENT_EINVAL;
		ret->remote_key = sdk_word_at(found, "key");
		return rc;
	}
	ret->remote_key = op->kind == ENT_CREATE_TICKET ? sdk_word_at(root, "key") : ENT_ABSENT;
	return sdk_id_at(root, "id", &ret->remote_id, err);
}
