/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out. GitHub's paths want the issue's number, which stands in its key ("owner/name#7"). A status between open
 * and closed, and the priority, are labels: read those the issue has, then write all of them. Every comment is public
 * there, so an internal one is refused before it leaves.
 */
#include "github.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"
#include "sdk/time.h"

enum { WRITE = 1, LOOK = 2, MOVED = GITHUB_MOVED, ANEW = GITHUB_ANEW, PAGE = 100 };
enum { LAG_S = 30 }; /* a list is read from the database, but perhaps from a copy of it */

const struct ent_sentence github_cannot[] = {
    {"cannot.github.reads_all",
     "Whoever sees an issue reads all its comments: only comments for the requester are delivered, and all others once "
     "public_is_read_by is service_desk."},
    {"cannot.github.labels", "States between open and closed are labels; so is the priority."},
    {0},
};

/* ---- paths ------------------------------------------------------------------------------- */

/* "owner/name" -> "/repos/owner/name". */
static enum ent_rc repository_path(struct ent_str repository, struct ent_arena *arena, struct ent_str *ret,
				   struct ent_err *err)
{
	struct ent_str name, owner = sdk_cut(repository, '/', &name);

	if (!owner.n || !name.n || memchr(name.p, '/', name.n))
		return sdk_fail_as(err, ENT_EINVAL, "github.repository",
				   "a repository is owner/name; found \"{found=%.*s}\"",
				   ENT_F(sdk_head(repository, 80)));
	*ret = sdk_http_path(arena, "/repos/%s/%s", &owner, &name, NULL);
	return ENT_OK;
}

/* The path of the op's ticket: repository and number out of its key. */
static enum ent_rc issue_path(const struct ent_op *op, struct ent_arena *arena, struct ent_str *ret,
			      struct ent_err *err)
{
	struct ent_str number, repository = sdk_cut(op->ticket.key, '#', &number);
	int64_t n;

	if (!sdk_to_int(number, &n) || n < 1)
		return sdk_fail_as(err, ENT_EINVAL, "github.ticket_key",
				   "the ticket's key is not owner/name#number but \"{found=%.*s}\"",
				   ENT_F(sdk_head(op->ticket.key, 80)));
	enum ent_rc rc = repository_path(repository, arena, ret, err);
	if (rc == ENT_OK)
		*ret = sdk_format(arena, "%.*s/issues/%lld", ENT_F(*ret), (long long)n);
	return rc;
}

/* ---- labels ------------------------------------------------------------------------------- */

static bool has_prefix(struct ent_str name, struct ent_str prefix, struct ent_arena *arena)
{
	return prefix.n && sdk_starts(name, sdk_z(arena, prefix));
}

static bool is_level(struct ent_str name)
{
	return name.n == 2 && name.p[0] == 'P' && name.p[1] >= '1' && name.p[1] <= '5';
}

static void put_word(struct sdk_jsonw *w, struct ent_str prefix, struct ent_str word, struct ent_arena *arena)
{
	sdk_jsonw_str(w, sdk_format(arena, "%.*s%.*s", ENT_F(prefix), ENT_F(word)));
}

/* A word of the map that is no state of GitHub's stands as a label. */
static bool is_state(struct ent_str word)
{
	return sdk_starts(word, "open") || sdk_starts(word, "closed");
}

/* old: JSON list of the names the issue has; absent: none. */
static void put_labels(struct sdk_jsonw *w, const struct github_settings *settings, const struct ent_op *op,
		       const struct sdk_json *old, struct ent_arena *arena)
{
	struct ent_str status = sdk_op_native(op, ENT_STATUS), priority = sdk_op_native(op, ENT_PRIORITY);

	sdk_jsonw_key(w, "labels");
	sdk_jsonw_open(w, '[');
	for (const struct sdk_json *at = sdk_json_first(old); at; at = sdk_json_next(at)) {
		struct ent_str name = sdk_json_text(at);
		bool is_status = status.n && has_prefix(name, settings->status_label_prefix, arena);
		bool is_priority =
		    priority.n && (is_level(name) || has_prefix(name, settings->priority_label_prefix, arena));
		if (!is_status && !is_priority)
			sdk_jsonw_str(w, name);
	}
	if (status.n && !is_state(status))
		put_word(w, settings->status_label_prefix, status, arena);
	if (priority.n)
		put_word(w, is_level(priority) ? ENT_STR("") : settings->priority_label_prefix, priority, arena);
	if (op->kind == ENT_CREATE_TICKET)
		sdk_jsonw_str(w, op->number);
	sdk_jsonw_close(w, ']');
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Page after page of what was changed since we planned it: memo is the page. */
static bool looks(const struct ent_call *call)
{
	return sdk_call_looks(call) || call->phase == LOOK;
}

static int64_t look_page(const struct ent_call *call)
{
	int64_t page = 1;

	return call->phase == LOOK && sdk_to_int(call->memo, &page) ? page : 1;
}

static struct ent_str look_path(const struct ent_call *call, struct ent_str path, struct ent_arena *arena)
{
	int64_t since_ms = sdk_look_since_ms(&call->op);

	path = sdk_format(arena, "%.*sper_page=%d&page=%lld", ENT_F(path), PAGE, (long long)look_page(call));
	return since_ms ? sdk_format(arena, "%.*s&since=%.*s", ENT_F(path), ENT_F(sdk_time(arena, since_ms))) : path;
}

enum ent_repeat github_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	enum ent_repeat how = sdk_repeat_by_search(self, kind, ret_lag_s);

	*ret_lag_s = LAG_S;
	return how;
}

static enum ent_rc build_create(const struct github_settings *settings, const struct ent_call *call,
				struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	struct ent_str path, end = sdk_format(arena, "\n<!-- entente:%.*s -->", ENT_F(op->number));
	struct ent_op less = *op; /* that stands behind the text and counts, too */
	struct sdk_ask ask;
	enum ent_rc rc = repository_path(settings->repository, arena, &path, err);

	if (rc != ENT_OK)
		return rc;
	path = sdk_format(arena, "%.*s/issues", ENT_F(path));
	if (looks(call)) { /* not by its label: where our user may not set labels, GitHub drops them silently */
		path = sdk_format(arena, "%.*s?state=all&sort=created&direction=desc&", ENT_F(path));
		sdk_ask_get(ret, look_path(call, path, arena));
		return ENT_OK;
	}
	sdk_ask_begin(&ask);
	less.limits.text -= less.limits.text > end.n ? (uint32_t)end.n : 0;
	sdk_jsonw_kstr(&ask.w, "title", sdk_op_title(op, SDK_MARKDOWN, ENT_ABSENT, arena));
	sdk_jsonw_kstr(&ask.w, "body",
		       sdk_format(arena, "%.*s%.*s", ENT_F(sdk_op_description(&less, SDK_MARKDOWN, ENT_ABSENT, arena)),
				  ENT_F(end)));
	put_labels(&ask.w, settings, op, NULL, arena);
	return sdk_ask_send(&ask, "POST", path, arena, ret, err);
}

static enum ent_rc build_comment(const struct ent_call *call, struct ent_str path, struct ent_arena *arena,
				 struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	struct sdk_ask ask;

	if (op->comment.visibility != ENT_PUBLIC)
		return github_no_internal(err);
	if (looks(call)) {
		sdk_ask_get(ret, look_path(call, sdk_format(arena, "%.*s/comments?", ENT_F(path)), arena));
		return ENT_OK;
	}
	if (call->phase == ANEW) /* where its repository is now */
		path = call->memo;
	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "body", sdk_op_text(op, SDK_MARKDOWN, arena));
	return sdk_ask_send(&ask, "POST", sdk_format(arena, "%.*s/comments", ENT_F(path)), arena, ret, err);
}

/* Phase WRITE: memo is the list of labels that were read. */
static enum ent_rc build_update(const struct github_settings *settings, const struct ent_call *call,
				struct ent_str path, struct ent_arena *arena, struct ent_request *ret,
				struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	struct ent_str reason, state = sdk_cut(sdk_op_native(op, ENT_STATUS), '/', &reason);
	const struct sdk_json *old = NULL;
	struct sdk_ask ask;

	if (call->phase != WRITE) {
		sdk_ask_get(ret, path);
		return ENT_OK;
	}
	if (sdk_json_parse(arena, call->memo, &old, err) != ENT_OK)
		return ENT_EINVAL;
	sdk_ask_begin(&ask);
	if (state.n) {
		bool closes = sdk_eqz(state, "closed");
		sdk_jsonw_kz(&ask.w, "state", closes ? "closed" : "open");
		if (closes)
			sdk_jsonw_kstr(&ask.w, "state_reason",
				       sdk_eqz(reason, "not_planned") ? reason : ENT_STR("completed"));
	}
	put_labels(&ask.w, settings, op, old, arena);
	return sdk_ask_send(&ask, "PATCH", path, arena, ret, err);
}

/* A comment list goes by pages; an issue that the list showed and nobody understood is asked for by itself before it.
 */
#define PLACE_ISSUE "issue"

static const struct sdk_cursor_rule poll_rule = {.grain_ms = 1000};

static enum ent_rc build_poll(const struct github_settings *settings, const struct ent_call *call,
			      struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	const struct sdk_cursor_item *item;
	struct sdk_cursor cursor;
	struct ent_str path;
	enum ent_rc rc = repository_path(settings->repository, arena, &path, err);

	if (rc != ENT_OK)
		return rc;
	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
	item = cursor.ask;
	if (item && sdk_eqz(item->place, PLACE_ISSUE))
		sdk_ask_get(ret, sdk_format(arena, "%.*s/issues/%.*s", ENT_F(path), ENT_F(item->word)));
	else if (item)
		sdk_ask_get(ret, sdk_format(arena, "%.*s/issues/%.*s/comments?per_page=100&page=%.*s", ENT_F(path),
					    ENT_F(item->word), ENT_F(item->place.n ? item->place : ENT_STR("1"))));
	else
		sdk_ask_get(
		    ret,
		    sdk_format(arena,
			       "%.*s/issues?state=all&sort=updated&direction=asc&per_page=100&since=%.*s&page=%lld",
			       ENT_F(path), ENT_F(sdk_time(arena, cursor.since_ms)), (long long)cursor.page + 1));
	return ENT_OK;
}

enum ent_rc github_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err)
{
	const struct github_settings *settings = self->settings;
	struct ent_header *header = SDK_NEW_N(arena, struct ent_header, 2);
	struct ent_str path = ENT_ABSENT, number;
	enum ent_op_kind kind = call->op.kind;
	enum ent_rc rc = ENT_OK;

	if (github_changes(kind))
		rc = repository_path(sdk_cut(call->op.ticket.key, '#', &number), arena, &path, err);
	else if (kind != ENT_CREATE_TICKET && kind != ENT_POLL && kind != ENT_PROBE)
		rc = issue_path(&call->op, arena, &path, err);
	if (rc != ENT_OK)
		return rc;
	if (kind == ENT_POLL)
		rc = build_poll(settings, call, arena, ret, err);
	else if (github_changes(kind))
		rc = github_change_build(call, path, arena, ret, err);
	else if (kind != ENT_CREATE_TICKET && call->phase == MOVED)
		sdk_ask_get(ret, call->memo);
	else if (kind == ENT_CREATE_TICKET)
		rc = build_create(settings, call, arena, ret, err);
	else if (kind == ENT_ADD_COMMENT)
		rc = build_comment(call, path, arena, ret, err);
	else if (kind == ENT_UPDATE_TICKET)
		rc = build_update(settings, call, path, arena, ret, err);
	else
		sdk_ask_get(ret, kind == ENT_PROBE ? ENT_STR("/user") : path);
	header[0] = (struct ent_header){ENT_STR("Accept"), ENT_STR("application/vnd.github+json")};
	header[1] = (struct ent_header){ENT_STR("X-GitHub-Api-Version"), ENT_STR("2022-11-28")};
	ret->header = header;
	ret->n_header = 2;
	return rc;
}

/* ---- understanding ------------------------------------------------------------------------------ */

/* "https://api.github.com/repos/owner/name" -> "owner/name". */
static struct ent_str repository_of(const struct sdk_json *issue)
{
	struct ent_str url = sdk_word_at(issue, "repository_url");
	const char *at = url.n ? memmem(url.p, url.n, "/repos/", 7) : NULL;

	return at ? (struct ent_str){at + 7, url.n - (size_t)(at + 7 - url.p)} : ENT_ABSENT;
}

enum ent_rc github_tell(const struct github_settings *settings, const struct sdk_json *issue, struct sdk_changes *list,
			struct ent_err *err)
{
	struct ent_change *change = sdk_changes_add(list, ENT_TICKET_CHANGED);
	struct ent_str repository = repository_of(issue);
	enum ent_rc rc = sdk_id_at(issue, "id", &change->ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	if (!repository.n)
		repository = settings->repository;
	change->ticket.key =
	    sdk_format(list->arena, "%.*s#%.*s", ENT_F(repository), ENT_F(sdk_json_text_at(issue, "number")));
	change->stamp.time_ms = sdk_time_at(issue, "updated_at");
	github_issue(settings, change, issue, list->arena);
	return ENT_OK;
}

static bool has_more(const struct sdk_cursor *cursor, const struct sdk_json *list)
{
	return sdk_http_header(cursor->response, "Link").p ? sdk_http_has_next(cursor->response)
							   : sdk_json_count(list) >= PAGE;
}

static enum ent_rc parse_page(const struct github_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root, *list;
	enum ent_rc rc = sdk_http_list(cursor->response, NULL, cursor->arena, &root, &list, err);

	for (const struct sdk_json *at = sdk_json_first(list); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct sdk_cursor_item item = {
		    .ticket = sdk_json_text_at(at, "id"),
		    .key = sdk_format(cursor->arena, "#%.*s", ENT_F(sdk_json_text_at(at, "number"))),
		    .word = sdk_json_text_at(at, "number"),
		    .place = ENT_STR(PLACE_ISSUE)};

		if (!sdk_cursor_news(cursor, item.ticket, sdk_time_at(at, "updated_at"), ENT_ABSENT) ||
		    sdk_json_kind(sdk_json_at(at, "pull_request")) != SDK_JSON_NULL)
			continue;
		sdk_cursor_told(cursor, github_tell(settings, at, &cursor->list, err), &item);
		item.place = ENT_ABSENT;
		if (!sdk_eqz(sdk_json_text_at(at, "comments"), "0"))
			sdk_cursor_ask(cursor, &item);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(cursor, has_more(cursor, list), ENT_ABSENT);
	return rc;
}

static enum ent_rc parse_comments(struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root, *list;
	enum ent_rc rc = sdk_http_list(cursor->response, NULL, cursor->arena, &root, &list, err);
	int64_t page = 1;

	for (const struct sdk_json *at = sdk_json_first(list); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct ent_change *change = sdk_changes_add(&cursor->list, ENT_COMMENT_ADDED);

		change->ticket.id = cursor->ask->ticket;
		rc = github_comment(change, at, cursor->arena, err);
	}
	(void)sdk_to_int(cursor->ask->place, &page);
	if (rc == ENT_OK && has_more(cursor, list))
		sdk_cursor_part(cursor, sdk_int(cursor->arena, page + 1));
	return rc;
}

static enum ent_rc parse_issue(const struct github_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root;
	enum ent_rc rc = sdk_http_json(cursor->response, cursor->arena, &root, err);

	if (rc == ENT_OK)
		rc = github_tell(settings, root, &cursor->list, err);
	sdk_cursor_part(cursor, ENT_STR("1"));
	return rc;
}

static enum ent_rc parse_poll(const struct github_settings *settings, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (!cursor.ask)
		rc = parse_page(settings, &cursor, err);
	else if (sdk_eqz(cursor.ask->place, PLACE_ISSUE))
		rc = parse_issue(settings, &cursor, err);
	else
		rc = parse_comments(&cursor, err);
	return sdk_cursor_end(&cursor, rc, ret);
}

/* The names of an issue's labels as a JSON list, for the phase that writes them. */
static struct ent_str label_names(const struct sdk_json *issue, struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 16u * 1024u);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '[');
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "labels")); at; at = sdk_json_next(at))
		sdk_jsonw_str(&w, sdk_label(at));
	sdk_jsonw_close(&w, ']');
	struct ent_str names = buf.failed ? ENT_ABSENT : sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return names;
}

/* The hourly limit is told with 403 and no Retry-After. */
static bool is_used_up(const struct ent_response *response)
{
	return (response->status == 403 || response->status == 429) &&
	       sdk_eqz(sdk_http_header(response, "x-ratelimit-remaining"), "0");
}

static enum ent_rc wait_for_quota(const struct ent_call *call, const struct ent_response *response,
				  struct ent_result *ret, struct ent_err *err)
{
	int64_t reset_s, wait_s = 60;

	if (sdk_to_int(sdk_http_header(response, "x-ratelimit-reset"), &reset_s))
		wait_s = reset_s - call->now_ms / 1000;
	ret->retry_after_s = wait_s < 1 ? 1 : wait_s > 3600 ? 3600 : (unsigned)wait_s;
	return sdk_fail_as(err, ENT_ERETRY, "github.hourly_limit",
			   "HTTP {status=%d}: the hourly limit of our user is used up", response->status);
}

/* A full page: what was not found may stand on the next. */
static enum ent_rc looked(const struct ent_call *call, const struct sdk_json *list, struct ent_arena *arena,
			  struct ent_result *ret, const struct sdk_json **ret_found, struct ent_err *err)
{
	enum ent_rc rc = sdk_find_marked(list, "body", "id", &call->op, WRITE, ret, ret_found, err);

	if (rc == ENT_MORE && sdk_json_count(list) >= PAGE)
		return sdk_more(ret, LOOK, sdk_int(arena, look_page(call) + 1));
	return rc;
}

/* An app's token is no user: it is let in and told so. */
static enum ent_rc parse_probe(const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
{
	const struct sdk_json *root;
	struct ent_err why = {0};
	enum ent_rc rc = sdk_http_json(response, arena, &root, &why);

	if (rc == ENT_OK || (response->status == 403 && strstr(why.msg, "not accessible by integration")))
		return ENT_OK;
	return sdk_fail_said(err, rc, sdk_said(&why));
}

enum ent_rc github_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct github_settings *settings = self->settings;
	const struct ent_op *op = &call->op;
	const struct sdk_json *root;
	struct sdk_changes list;
	enum ent_rc rc;

	if (is_used_up(response))
		return wait_for_quota(call, response, ret, err);
	if (op->kind == ENT_POLL)
		return parse_poll(settings, call, response, arena, ret, err);
	if (op->kind == ENT_PROBE)
		return parse_probe(response, arena, err);
	if (github_changes(op->kind))
		return github_change_parse(call, response, arena, ret, err);
	if (github_is_moved(response) && op->kind != ENT_CREATE_TICKET && call->phase != MOVED && call->phase != ANEW)
		return github_ask_moved(response, arena, ret);
	rc = sdk_http_json(response, arena, &root, err);
	if (rc == ENT_OK && op->kind != ENT_CREATE_TICKET && sdk_word_at(root, "number").p)
		rc = github_follow(settings, call, root, arena, ret, err);
	if (rc != ENT_OK)
		return rc;
	if (call->phase == MOVED && op->kind == ENT_ADD_COMMENT) /* its repository was renamed */
		return sdk_more(ret, ANEW, call->memo);
	if (op->kind == ENT_ADD_COMMENT) {
		if (looks(call))
			return looked(call, root, arena, ret, &root, err);
		return sdk_id_at(root, "id", &ret->remote_id, err);
	}
	if (op->kind == ENT_UPDATE_TICKET && call->phase != WRITE) {
		ret->memo = label_names(root, arena);
		ret->phase = WRITE;
		return ret->memo.p
			   ? ENT_MORE
			   : sdk_fail_as(err, ENT_EINVAL, "github.labels_many", "the issue has too many labels");
	}
	if (op->kind == ENT_CREATE_TICKET && looks(call)) {
		rc = looked(call, root, arena, ret, &root, err);
		if (rc != ENT_OK)
			return rc;
	}
	sdk_changes_init(&list, arena);
	rc = github_tell(settings, root, &list, err);
	if (rc == ENT_OK)
		rc = sdk_changes_take(&list, &ret->changes, err);
	if (rc == ENT_OK && op->kind == ENT_CREATE_TICKET) {
		ret->remote_id = list.at[0].ticket.id;
		ret->remote_key = list.at[0].ticket.key;
	}
	return rc;
}
