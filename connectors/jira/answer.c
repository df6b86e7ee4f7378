/* SPDX-License-Identifier: Apache-2.0 */
/* The meaning of the REST API's answers; the calls are made in out.c. */
#include "jira.h"

#include "sdk/ask.h"
#include "sdk/http.h"

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
		names = sdk_join(arena, names, ", ", sdk_json_text_at(at, "to.name"));
	return sdk_says_no(ret, err, "jira.no_transition",
			   "the workflow has no transition from here to \"{status=%.*s}\"; it has: {known=%.*s}",
			   ENT_F(name), ENT_F(names));
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
	    ret, JIRA_MOVE,
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

	if (call->phase == JIRA_READ || (!moves && !ranks))
		return ENT_OK;
	return sdk_more(ret, ranks ? JIRA_RANK : JIRA_TRANSITIONS, moves ? ENT_STR("moves") : ENT_STR(""));
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
		more = next > 0 || sdk_json_count(issues) >= JIRA_PAGE;
		token = next > 0 && sdk_json_count(issues) < JIRA_PAGE ? sdk_int(cursor->arena, next) : ENT_ABSENT;
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

	sdk_cursor_begin(&cursor, &jira_poll_rule, call, response, arena, err);
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
	bool wrote = call->phase == JIRA_RANK || call->phase == JIRA_MOVE; /* 204 */
	enum ent_rc rc = wrote ? sdk_http_status(response, arena, err) : sdk_http_json(response, arena, &root, err);

	if (rc != ENT_OK)
		return rc;
	if (wrote)
		return sdk_more(ret, call->phase == JIRA_RANK && call->memo.n ? JIRA_TRANSITIONS : JIRA_READ,
				ENT_ABSENT);
	if (call->phase == JIRA_TRANSITIONS)
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
	if (op->kind == ENT_EDIT_COMMENT || op->kind == ENT_REMOVE_COMMENT)
		return sdk_comment_status(op, response, arena, err);
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

		rc = sdk_find_marked(rows, creates ? "fields.description" : "body", "id", op, JIRA_WRITE, ret, &found,
				     err);
		if (rc == ENT_MORE && !creates && sdk_look_reaches(rows, JIRA_LOOKED, "created", op, err) != ENT_OK)
			return ENT_EINVAL;
		ret->remote_key = sdk_word_at(found, "key");
		return rc;
	}
	ret->remote_key = op->kind == ENT_CREATE_TICKET ? sdk_word_at(root, "key") : ENT_ABSENT;
	return sdk_id_at(root, "id", &ret->remote_id, err);
}
