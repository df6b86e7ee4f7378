/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_reach.h"

#include "core/organisation.h"
#include "core/reach.h"
#include "sdk/said.h"
#include "sdk/webhook.h"
#include "store/dossier.h"
#include "store/rows.h"
#include "view/view_json.h"
#include "view/view_mention.h"

static void print_names(struct sdk_jsonw *w, const char *key, struct ent_str rest)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '[');
	while (rest.n)
		sdk_jsonw_str(w, sdk_cut(rest, ',', &rest));
	sdk_jsonw_close(w, ']');
}

static void print_tools(const struct view *view, struct sdk_jsonw *w, const struct reach *reach)
{
	sdk_jsonw_key(w, "tools");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < reach->n_tool; i++) {
		const struct reach_tool *tool = &reach->tool[i];

		if (!view_is_own(view, tool->supplier->name))
			continue;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", tool->supplier->name);
		sdk_jsonw_kstr(w, "organisation", organisation_of(tool->supplier));
		sdk_jsonw_kz(w, "form", reach_form_word(tool->form));
		if (tool->form == REACH_NOT && tool->why.code.n)
			sdk_said_kprint(w, "why", tool->why);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

/* Whom the words mention, and who of them could not read it. */
struct mentioned {
	struct mention_person *list;
	bool *reads;
	size_t n;
};

/* False: somebody is mentioned whom the reader cannot know. */
static bool find_mentioned(const struct view *view, struct dossier *dossier, const struct comment *comment,
			   int64_t now_ms, struct mentioned *ret, struct ent_err *err)
{
	ret->n = mentions_read(view->db, view->arena, comment->body, comment->format, &ret->list);
	ret->reads = SDK_NEW_N(view->arena, bool, ret->n + 1);
	for (size_t i = 0; i < ret->n; i++) {
		const struct mention_person *one = &ret->list[i];

		if (!mentions_knows(view->db, view->arena, view->suppliers, view->reader, sdk_str(one->ref))) {
			(void)sdk_fail_said(err, ENT_EINVAL, mentions_unknown(view->arena, one->ref));
			return false;
		}
		ret->reads[i] = mention_reaches(dossier, comment, one->organisation, one->is_quoted, now_ms);
	}
	return true;
}

static void print_mentioned(struct sdk_jsonw *w, const struct mentioned *mentioned)
{
	sdk_jsonw_key(w, "mentions");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < mentioned->n; i++) {
		sdk_jsonw_open(w, '{');
		view_mention_members(w, &mentioned->list[i]);
		sdk_jsonw_kbool(w, "reads", mentioned->reads[i]);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void print_reach(const struct view *view, struct sdk_jsonw *w, const struct comment *comment,
			struct ent_str readers, const struct reach *reach, const struct mentioned *mentioned)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_key(w, "audience");
	audience_print(w, &comment->audience);
	print_names(w, "readers", readers);
	sdk_jsonw_key(w, "organisations");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < reach->n_organisation; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "name", reach->organisation[i].name);
		sdk_jsonw_kz(w, "why", reach_why_word(reach->organisation[i].why));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	print_tools(view, w, reach);
	sdk_jsonw_kbool(w, "requester_reads", reach->requester);
	print_mentioned(w, mentioned);
	sdk_jsonw_close(w, '}');
}

/* The comment that is asked about: a new one, or one of our own that stands. False: there is none. */
static bool find_comment(const struct view *view, const struct view_reach *asked, struct dossier *dossier,
			 struct comment *ret)
{
	*ret = (struct comment){.format = asked->format, .created_ms = asked->now_ms, .recorded_ms = asked->now_ms};
	if (asked->comment) {
		const struct comment *known =
		    dossier_comment(dossier, ENT_STR(""), ENT_STR(""), sdk_str(asked->comment));
		if (!known->uuid[0] || known->removed || known->incident != dossier->incident.number ||
		    !whom_reads(dossier, view->reader, known))
			return false;
		*ret = *known;
	} else {
		ret->author.organisation =
		    view_is_ours(view) ? organisation_ours(view->suppliers) : view->reader->organisation;
	}
	if (asked->text.p)
		ret->body = asked->text;
	return true;
}

static enum ent_rc no_comment(const struct view *view, struct ent_err *err)
{
	if (db_failed(view->db))
		return sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db));
	return sdk_fail_as(err, ENT_EGONE, "ask.no_comment_of_ours", "there is no comment of ours with this id");
}

static bool is_allowed_whom(const struct view *view, const struct view_reach *asked, struct dossier *dossier,
			    struct audience *ret, enum whom_verdict *ret_verdict, struct ent_err *err)
{
	struct comment answered = {.id = 0};
	struct whom whom = {.author = view->reader, .asked = asked->audience};
	struct ent_str name;

	if (asked->reply_to[0]) {
		whom.answered = &answered;
		if (!comment_by_uuid(view->db, view->arena, sdk_str(asked->reply_to), &answered) ||
		    answered.incident != dossier->incident.number) {
			memcpy(answered.uuid, asked->reply_to, ID_SIZE);
			*ret_verdict = WHOM_UNSEEN;
			(void)sdk_fail_said(err, ENT_EINVAL, whom_say(view->arena, &whom, WHOM_UNSEEN, ENT_STR("")));
			return false;
		}
	}
	*ret_verdict = whom_decide(dossier, &whom, ret, &name);
	if (*ret_verdict == WHOM_FINE)
		return true;
	(void)sdk_fail_said(err, ENT_EINVAL, whom_say(view->arena, &whom, *ret_verdict, name));
	return false;
}

enum ent_rc view_reach(const struct view *view, const struct view_reach *asked, struct ent_str *ret,
		       enum whom_verdict *ret_verdict, struct ent_err *err)
{
	struct dossier dossier;
	struct comment comment;
	struct mentioned mentioned;
	struct reach reach;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	*ret_verdict = WHOM_FINE;
	if (!dossier_load(&dossier, view->db, view->arena, view->suppliers, asked->incident) ||
	    !find_comment(view, asked, &dossier, &comment))
		return no_comment(view, err);
	if (!is_allowed_whom(view, asked, &dossier, &comment.audience, ret_verdict, err))
		return ENT_EINVAL;
	if (!find_mentioned(view, &dossier, &comment, asked->now_ms, &mentioned, err)) {
		*ret_verdict = WHOM_REQUESTER; /* any that is about the words, not the state of things */
		return ENT_EINVAL;
	}
	const struct ent_str readers = reach_readers(&dossier, &comment);
	comment.body = mentions_plain(view->db, view->arena, comment.body, comment.format); /* as tools get it */
	reach_comment(&dossier, &comment, asked->now_ms, &reach);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	print_reach(view, &w, &comment, readers, &reach, &mentioned);
	return json_answer(view->db, view->arena, &buf, ret, err);
}
