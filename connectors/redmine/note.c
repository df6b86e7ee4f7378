/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A note that stands there, edited and removed: Redmine 5 and newer, with the right to edit one's own notes. A note
 * without words and without changes beside it goes. PUT answers 204 whatever was done, so the note is read back. Its
 * readers stay the same: words that are for others do not leave, so an edit reads the note first.
 */
#include "redmine.h"

enum phase { BEGIN, READ_BACK, WRITE };

static enum ent_rc note_put(const struct ent_call *call, struct ent_str text, struct ent_arena *arena,
			    struct ent_request *ret, struct ent_err *err)
{
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	sdk_jsonw_key(&ask.w, "journal");
	sdk_jsonw_open(&ask.w, '{');
	sdk_jsonw_kstr(&ask.w, "notes", text);
	sdk_jsonw_close(&ask.w, '}');
	return sdk_ask_send(&ask, "PUT", sdk_http_path(arena, "/journals/%s.json", &call->op.comment.id, NULL), arena,
			    ret, err);
}

static struct ent_str note_text(const struct redmine_settings *settings, const struct ent_call *call,
				struct ent_arena *arena)
{
	return call->op.kind == ENT_EDIT_COMMENT ? sdk_op_text(&call->op, redmine_dialect(settings), arena)
						 : ENT_STR("");
}

/* A removal brings no words. */
static bool reads_first(const struct ent_call *call)
{
	return call->phase == BEGIN && call->op.kind == ENT_EDIT_COMMENT;
}

enum ent_rc redmine_note_build(const struct redmine_settings *settings, const struct ent_call *call,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	if (call->phase == READ_BACK || reads_first(call))
		return redmine_fetch_build(settings, call, arena, ret, err);
	return note_put(call, note_text(settings, call, arena), arena, ret, err);
}

/* Redmine ends lines with CR LF. */
static bool same_note(struct ent_str one, struct ent_str two)
{
	size_t i = 0, k = 0;

	one = sdk_trim(one);
	two = sdk_trim(two);
	while (i < one.n || k < two.n) {
		if (i < one.n && one.p[i] == '\r')
			i++;
		else if (k < two.n && two.p[k] == '\r')
			k++;
		else if (i == one.n || k == two.n || one.p[i++] != two.p[k++])
			return false;
	}
	return true;
}

/* NULL: it is not there, or not for our user to see. */
static const struct sdk_json *note_at(const struct ent_call *call, const struct sdk_json *issue)
{
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "journals")); at; at = sdk_json_next(at))
		if (sdk_eq(sdk_word_at(at, "id"), call->op.comment.id))
			return at;
	return NULL;
}

static enum ent_rc readers_vet(const struct ent_call *call, const struct sdk_json *issue, struct ent_result *ret,
			       struct ent_err *err)
{
	const struct sdk_json *note = note_at(call, issue);

	if (!note)
		return sdk_says_no(ret, err, "redmine.note_gone",
				   "the note is not there any more, or our user may not see it");
	if (sdk_json_bool(sdk_json_at(note, "private_notes"), false) != (call->op.comment.visibility != ENT_PUBLIC))
		return sdk_fail_as(err, ENT_EUNSUPPORTED, "redmine.note_readers",
				   "the comment is for other readers now than the note in Redmine is, and an edit "
				   "leaves a note private or public as it is: its words were not changed there");
	return sdk_more(ret, WRITE, ENT_STR(""));
}

static enum ent_rc read_back(const struct redmine_settings *settings, const struct ent_call *call,
			     const struct sdk_json *issue, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err)
{
	const struct sdk_json *note = note_at(call, issue);
	struct ent_str stands = note ? sdk_or_empty(sdk_json_text_at(note, "notes")) : ENT_STR("");

	if (same_note(stands, note_text(settings, call, arena)))
		return ENT_OK;
	return sdk_says_no(ret, err, "redmine.note_unchanged",
			   "Redmine answered with success and did not change the note: give our user the right Edit "
			   "own notes there, then retry");
}

enum ent_rc redmine_note_parse(const struct redmine_settings *settings, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	const struct sdk_json *issue = NULL;
	struct ent_err unsaid = {0};
	enum ent_rc rc;

	if (call->phase == READ_BACK || reads_first(call)) {
		rc = redmine_issue_read(response, call->op.ticket.id, arena, &issue, err);
		if (rc != ENT_OK)
			return rc;
		return call->phase == READ_BACK ? read_back(settings, call, issue, arena, ret, err)
						: readers_vet(call, issue, ret, err);
	}
	if (redmine_written(response, arena, &unsaid) == ENT_EGONE)
		return sdk_comment_status(&call->op, response, arena, err);
	rc = redmine_written(response, arena, err);
	return rc == ENT_OK ? sdk_more(ret, READ_BACK, ENT_STR("")) : rc;
}
