/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira Cloud webhooks, and those of Jira Data Center where they differ. Status names are
 * each customer's own: what a name does not tell, its statusCategory and the resolution do.
 */
#ifndef JIRA_H
#define JIRA_H

#include "sdk/cursor.h"
#include "sdk/dialect.h"
#include "sdk/prose.h"
#include "sdk/webhook.h"

struct jira_settings {
	struct ent_str number_field, number_label_prefix, impact_field, urgency_field;
	bool data_center, service_desk;
	struct ent_str project, issue_type, resolution;
};

extern const struct ent_map_row jira_status[], jira_priority[];

/* Rich text (ADF, a JSON tree) or wiki markup (a string) as plain text; absent when null. */
struct ent_str jira_text(struct ent_arena *arena, const struct sdk_json *node);
struct ent_str jira_wiki(struct ent_arena *arena, struct ent_str text);
void jira_adf_write(struct prose *p, const struct sdk_json *node); /* one node of a document, with what is in it */
/* The same, with what we wrote there ourselves as it was before it was escaped. */
struct ent_str jira_said(struct ent_arena *arena, const struct sdk_json *node);
struct ent_person jira_person(const struct sdk_json *node);
/* Reads the webhook's issue as far as it is told: a comment's issue is a stub. */
void jira_issue(const struct jira_settings *settings, const struct sdk_json *issue, struct ent_change *change,
		struct ent_arena *arena);

/* Neither id nor words: a template that nobody filled in. The rest of the webhook is told all the same. */
bool jira_comment_is_empty(const struct sdk_json *comment);
/* A comment of the REST API or of a webhook. */
enum ent_rc jira_comment(struct ent_change *change, const struct sdk_json *comment, struct ent_arena *arena,
			 struct ent_err *err) __attribute__((warn_unused_result));

/* out.c. The steps of an update: read the issue, write its values, list the transitions, set what ranks it, move it,
 * read it back. */
enum { JIRA_WRITE = 1, JIRA_TRANSITIONS, JIRA_RANK, JIRA_MOVE, JIRA_READ };
enum { JIRA_PAGE = 100 /* issues of a page */, JIRA_LOOKED = 100 /* comments of an issue that a repeat looks at */ };
extern const struct ent_sentence jira_cannot[];
extern const struct sdk_cursor_rule jira_poll_rule;
enum ent_repeat jira_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s);
enum ent_rc jira_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
		       struct ent_request *ret, struct ent_err *err);
/* answer.c */
enum ent_rc jira_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
		       struct ent_arena *arena, struct ent_result *ret, struct ent_err *err);

#endif
