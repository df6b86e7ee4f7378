/* SPDX-License-Identifier: Apache-2.0 */
/* The output of `parse`: what the answer means. */
#include "generic.h"
#include "sdk/reader.h"
#include "sdk/time.h"

#define MEMO_MAX        (12u * 1024u)
#define RETRY_AFTER_MAX 3600

static const struct {
	const char *word;
	enum ent_rc rc;
} results[] = {
    {"ok", ENT_OK},
    {"more", ENT_MORE},
    {"later", ENT_ERETRY},
    {"refused", ENT_EAUTH},
    {"gone", ENT_EGONE},
    {"conflict", ENT_ECONFLICT},
    {"invalid", ENT_EINVAL},
    {"unsupported", ENT_EUNSUPPORTED},
    {"too_long", ENT_ETOOLONG},
};

enum ent_rc verdict_read(const struct sdk_json *root, enum ent_rc *ret, struct ent_err *err)
{
	struct ent_str word = sdk_word_at(root, "result"), message = sdk_word_at(root, "message");

	if (!word.p)
		word = ENT_STR("ok");
	for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
		if (!sdk_eqz(word, results[i].word))
			continue;
		*ret = results[i].rc;
		if (*ret < 0 && message.p)
			(void)sdk_fail_as(err, *ret, "generic.message", "{said=%.*s}", ENT_F(message));
		else if (*ret < 0)
			(void)sdk_fail_as(err, *ret, "generic.says", "the program says: {result=%.*s}", ENT_F(word));
		return ENT_OK;
	}
	return sdk_fail_as(
	    err, ENT_EINVAL, "generic.result_word",
	    "result is none of ok, more, later, refused, gone, conflict, too_long, unsupported and invalid");
}

/* As JSON, so that a program gets back what it gave: an object, a list, a text. */
static enum ent_rc memo_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err)
{
	const struct sdk_json *memo = sdk_json_at(root, "memo");

	if (sdk_json_kind(memo) == SDK_JSON_NULL)
		return ENT_OK;
	ret->memo = sdk_json_print(arena, memo);
	if (ret->memo.n > MEMO_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "generic.memo_large", "memo has more than {most=%u} bytes",
				   MEMO_MAX);
	return ENT_OK;
}

static enum ent_rc number_read(const struct sdk_json *root, const char *name, int64_t most, unsigned *ret,
			       struct ent_err *err)
{
	const struct sdk_json *node = sdk_json_at(root, name);
	int64_t i;

	if (sdk_json_kind(node) == SDK_JSON_NULL)
		return ENT_OK;
	if (!sdk_json_int(node, &i) || i < 0 || i > most)
		return sdk_fail_as(err, ENT_EINVAL, "generic.number_range",
				   "{name=%s} is no whole number of 0 to {most=%lld}", name, (long long)most);
	*ret = (unsigned)i;
	return ENT_OK;
}

static enum ent_rc id_read(const struct sdk_json *root, const char *name, struct ent_str *ret, struct ent_err *err)
{
	return sdk_word_at(root, name).p ? sdk_id_at(root, name, ret, err) : ENT_OK;
}

static enum ent_rc changes_read(const struct sdk_json *list, const struct zone *zone, struct sdk_changes *to,
				struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	if (sdk_json_kind(list) != SDK_JSON_NULL && sdk_json_kind(list) != SDK_JSON_ARRAY)
		return sdk_fail_as(err, ENT_EINVAL, "generic.changes_kind", "changes or page is no list");
	for (const struct sdk_json *at = sdk_json_first(list); at && rc == ENT_OK; at = sdk_json_next(at))
		rc = change_read(to, zone, at, err);
	return rc;
}

/* ---- a page for the connector's own cursor ------------------------------------------------ */

/* A row of page or ask. rc < ENT_OK: the row cannot be read, which is its own fault; the cursor's err says why. */
struct row {
	struct ent_str id, content; /* content: differs between versions of the row; absent: unknown */
	bool has_time;
	int64_t stamp_ms;
	enum ent_rc rc;
};

/* The cursor goes by "time"; in a list without times it goes by the content of each row. A time without a zone is not
 * the fault of one row: then the whole page fails. */
static enum ent_rc row_read(const struct sdk_json *node, struct ent_str id, struct ent_str content,
			    struct cursor *cursor, const struct zone *zone, struct row *ret, struct ent_err *err)
{
	const struct sdk_json *time = sdk_json_at(node, "time");
	struct ent_str text = sdk_json_text(time);

	*ret = (struct row){.id = id, .content = content, .rc = ENT_OK};
	if (id.n == 0 || id.n > ENT_ID_MAX) {
		ret->id = ENT_STR("(none)");
		ret->content = sdk_json_print(cursor->arena, node);
		ret->rc = sdk_fail_as(cursor->poll.err, ENT_EINVAL, "generic.row_no_id",
				      "page and ask: each row needs its ticket's id");
	} else if (sdk_json_kind(time) != SDK_JSON_NULL) {
		ret->has_time = local_time(zone, text, &ret->stamp_ms);
		if (!ret->has_time && sdk_time_parse(text, 0, &ret->stamp_ms))
			return sdk_fail_as(err, ENT_EINVAL, "generic.time_no_zone",
					   "page and ask: the time \"{found=%.*s}\" of {ticket=%.*s} has no zone: set "
					   "`zone` to the tool's time zone, such as Europe/Paris or UTC",
					   ENT_F(sdk_head(text, 40)), ENT_F(sdk_head(id, 40)));
		if (!ret->has_time) {
			ret->content = sdk_json_print(cursor->arena, node);
			ret->rc = sdk_fail_as(
			    cursor->poll.err, ENT_EINVAL, "generic.time_unread",
			    "its time \"{found=%.*s}\" cannot be read; it must look like 2026-11-22T08:00:00Z",
			    ENT_F(sdk_head(text, 40)));
		}
	}
	return ENT_OK;
}

static bool row_is_news(struct cursor *cursor, const struct row *row)
{
	if (row->has_time)
		return sdk_cursor_news(&cursor->poll, row->id, row->stamp_ms, row->content);
	return cursor_is_news(cursor, row->id, row->content) && sdk_cursor_row(&cursor->poll, row->id);
}

static void row_end(struct cursor *cursor, const struct row *row)
{
	if (!row->has_time && sdk_cursor_is_taken(&cursor->poll))
		cursor_know(cursor, row->id, row->content);
}

/* This was about one ticket. A program's word that it is gone holds at any status. */
static enum ent_rc asked_read(const struct sdk_json *root, enum ent_rc said, const struct ent_result *result,
			      struct cursor *cursor, const struct zone *zone, struct ent_err *err)
{
	enum ent_rc rc;

	if (said == ENT_EGONE) {
		sdk_changes_add(&cursor->poll.list, ENT_TICKET_REMOVED)->ticket.id = cursor->poll.ask->ticket;
		return ENT_OK;
	}
	rc = changes_read(sdk_json_at(root, "changes"), zone, &cursor->poll.list, err);
	if (rc == ENT_OK && said == ENT_MORE && result->phase == 0)
		return sdk_fail_as(err, ENT_EINVAL, "generic.more_phase", "more needs the next phase, of 1 or more");
	if (rc == ENT_OK && said == ENT_MORE)
		cursor_more(cursor, result->phase, result->memo);
	return rc;
}

static enum ent_rc page_read(const struct sdk_json *root, struct cursor *cursor, const struct zone *zone,
			     struct ent_err *err)
{
	const struct sdk_json *page = sdk_json_at(root, "page"), *ask = sdk_json_at(root, "ask");
	struct sdk_cursor *poll = &cursor->poll;
	enum ent_rc rc = ENT_OK;
	struct row row;

	if (sdk_json_kind(page) != SDK_JSON_ARRAY && sdk_json_kind(ask) != SDK_JSON_ARRAY)
		return sdk_fail_as(err, ENT_EINVAL, "generic.poll_answer",
				   "a poll answers with page, with ask, or with a memo of its own");
	for (const struct sdk_json *at = sdk_json_first(page); at && rc == ENT_OK; at = sdk_json_next(at)) {
		rc = row_read(at, sdk_json_text_at(at, "ticket.id"), sdk_json_print(poll->arena, at), cursor, zone,
			      &row, err);
		if (rc != ENT_OK || !row_is_news(cursor, &row))
			continue;
		sdk_cursor_told(poll, row.rc == ENT_OK ? change_read(&poll->list, zone, at, poll->err) : row.rc, NULL);
		row_end(cursor, &row);
	}
	for (const struct sdk_json *at = sdk_json_first(ask); at && rc == ENT_OK; at = sdk_json_next(at)) {
		const struct sdk_cursor_item item = {.ticket = sdk_json_text_at(at, "id")};

		rc = row_read(at, item.ticket, sdk_word_at(at, "version"), cursor, zone, &row, err);
		if (rc != ENT_OK || !row_is_news(cursor, &row))
			continue;
		if (row.rc == ENT_OK)
			sdk_cursor_ask(poll, &item);
		else
			sdk_cursor_told(poll, row.rc, &item);
		row_end(cursor, &row);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(poll, sdk_json_bool(sdk_json_at(root, "more"), false), ENT_ABSENT);
	return rc;
}

/* ---- a session ------------------------------------------------------------------------------ */

static enum ent_rc session_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_result *ret,
				struct ent_err *err)
{
	const struct sdk_json *session = sdk_json_at(root, "session");
	struct ent_header *value = SDK_NEW_N(arena, struct ent_header, ENT_SESSION_MAX);

	if (sdk_json_kind(session) != SDK_JSON_NULL &&
	    (sdk_json_kind(session) != SDK_JSON_OBJECT || sdk_json_count(session) > ENT_SESSION_MAX))
		return sdk_fail_as(err, ENT_EINVAL, "generic.session_kind",
				   "session is no object of at most {most=%d} texts", ENT_SESSION_MAX);
	for (const struct sdk_json *at = sdk_json_first(session); at; at = sdk_json_next(at)) {
		if (sdk_json_text(at).n == 0)
			return sdk_fail_as(err, ENT_EINVAL, "generic.session_empty",
					   "session: {name=%.*s} is empty: did its tool let us in?",
					   ENT_F(sdk_head(sdk_json_key(at), 40)));
		value[ret->n_session++] = (struct ent_header){sdk_json_key(at), sdk_json_text(at)};
	}
	ret->session = value;
	return number_read(root, "lasts", 365 * 86400, &ret->session_s, err);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static enum ent_rc parts_read(const struct sdk_json *root, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	enum ent_rc rc = memo_read(root, arena, ret, err);

	if (rc == ENT_OK)
		rc = number_read(root, "phase", ENT_PHASES_MAX - 1, &ret->phase, err);
	if (rc == ENT_OK)
		rc = number_read(root, "retry_after", RETRY_AFTER_MAX, &ret->retry_after_s, err);
	if (rc == ENT_OK)
		rc = id_read(root, "remote_id", &ret->remote_id, err);
	if (rc == ENT_OK)
		rc = id_read(root, "remote_key", &ret->remote_key, err);
	return rc;
}

/* Checks what a program may forget, and the broker relies on. */
static enum ent_rc result_vet(const struct ent_call *call, enum ent_rc rc, const struct ent_result *result,
			      struct ent_err *err)
{
	enum ent_op_kind kind = call->op.kind;

	if (rc == ENT_MORE && result->phase == 0 && kind != ENT_POLL)
		return sdk_fail_as(err, ENT_EINVAL, "generic.more_phase", "more needs the next phase, of 1 or more");
	if (rc == ENT_OK && kind == ENT_CREATE_TICKET && !result->remote_id.p)
		return sdk_fail_as(err, ENT_EINVAL, "generic.create_no_id", "a created ticket needs remote_id");
	if (rc == ENT_OK && kind == ENT_FETCH_TICKET && result->changes.n == 0)
		return sdk_fail_as(err, ENT_EINVAL, "generic.fetch_no_changes", "a fetched ticket needs changes");
	return ENT_OK;
}

static enum ent_rc verdict_take(const struct sdk_json *root, enum ent_rc *ret_said, struct ent_err *verdict,
				struct ent_result *ret, struct ent_err *err)
{
	enum ent_rc rc;

	if (sdk_json_is(root, "result", "logged_out")) {
		ret->logged_out = true;
		*ret_said = sdk_fail_as(verdict, ENT_EAUTH, "generic.session_over",
					"its tool does not know our session any more");
		return ENT_OK;
	}
	rc = verdict_read(root, ret_said, verdict);
	if (rc != ENT_OK)
		*err = *verdict;
	return rc;
}

enum ent_rc result_read(const struct ent_call *call, const struct sdk_json *root, struct cursor *poll,
			const struct zone *zone, struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	static const char known[] = "result message phase memo remote_id remote_key retry_after changes page ask more";
	static const char known_login[] = "result message phase memo retry_after session lasts";
	bool is_login = call->op.kind == ENT_LOGIN;
	const struct sdk_reader reader = {.arena = arena, .err = err, .is_closed = true};
	struct ent_result result = {0};
	struct sdk_changes list;
	struct ent_err verdict = {0};
	enum ent_rc said = ENT_OK, rc = sdk_read_members(&reader, root, "output", is_login ? known_login : known);

	sdk_changes_init(&list, arena);
	if (rc == ENT_OK)
		rc = verdict_take(root, &said, &verdict, &result, err);
	if (rc == ENT_OK)
		rc = parts_read(root, arena, &result, err);
	if (rc == ENT_OK && poll && poll->poll.ask && (said >= ENT_OK || said == ENT_EGONE))
		return asked_read(root, said, &result, poll, zone, err);
	if (rc == ENT_OK && said < 0) {
		ret->retry_after_s = result.retry_after_s;
		ret->said_no = true; /* the program read it, and says so */
		ret->logged_out = result.logged_out;
		*err = verdict;
		return said;
	}
	if (rc == ENT_OK && poll && !result.memo.p)
		return page_read(root, poll, zone, err);
	if (rc == ENT_OK && is_login)
		rc = session_read(root, arena, &result, err);
	else if (rc == ENT_OK)
		rc = changes_read(sdk_json_at(root, "changes"), zone, &list, err);
	if (rc == ENT_OK)
		rc = sdk_changes_take(&list, &result.changes, err);
	if (rc == ENT_OK)
		rc = result_vet(call, said, &result, err);
	if (rc != ENT_OK)
		return rc;
	*ret = result;
	return said;
}
