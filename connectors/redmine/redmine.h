/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redmine through its REST API, which has traps:
 *
 * - PUT answers 204 to what it does not do, and never tells a note's id: every write is read back.
 * - `private_notes` of a user without that right is passed over, and the note is public: the right is checked before.
 * - A wrong key reads public projects as a stranger, with 200: each poll first asks for what strangers get 401 for.
 * - Lists hide closed issues unless asked, and know no notes: what changed is listed, then each issue is read.
 * - Stamps are of whole seconds, so an issue is read again until its second is over.
 * - Words have different ids in each installation: they are looked up by name.
 */
#ifndef REDMINE_H
#define REDMINE_H

#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

struct redmine_settings {
	struct ent_str project;
	int64_t tracker, number_field;
	struct ent_str formatting; /* textile, markdown or none */
};
enum sdk_dialect redmine_dialect(const struct redmine_settings *settings);

/* ---- issue.c ---- */

/* An issue as the API shows it, and with journals who changed it last. */
enum ent_rc redmine_issue_add(const struct redmine_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *issue, struct ent_err *err) __attribute__((warn_unused_result));
/* Its notes and files since then, beside the change added last. */
enum ent_rc redmine_notes_add(const struct redmine_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *issue, int64_t since_ms, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The answer to GET of redmine_issue_path(id). ENT_EGONE: not there, or not for our user to see. */
enum ent_rc redmine_issue_read(const struct ent_response *response, struct ent_str id, struct ent_arena *arena,
			       const struct sdk_json **ret, struct ent_err *err) __attribute__((warn_unused_result));
struct ent_str redmine_issue_path(struct ent_arena *arena, struct ent_str id);

/* ---- write.c: what the ops share ---- */

/* {"issue": {...}}: begin, members through ask.w, send. */
void redmine_ask_begin(struct sdk_ask *ask);
enum ent_rc redmine_ask_send(struct sdk_ask *ask, const char *method, struct ent_str path, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* The issue alone as the result's changes. */
enum ent_rc redmine_tell(const struct redmine_settings *settings, const struct sdk_json *issue, struct ent_arena *arena,
			 struct ent_result *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* The answer to a PUT of an issue, which is 204 whatever was done. */
enum ent_rc redmine_written(const struct ent_response *response, struct ent_arena *arena, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The id of the word called `name` in a list of {id, name}; absent: none is called so. Digits stand for themselves. */
struct ent_str redmine_word_id(const struct sdk_json *list, struct ent_str name);
#define REDMINE_PRIORITIES "/enumerations/issue_priorities.json"
/* The id in the answer to REDMINE_PRIORITIES. ENT_EINVAL: none is called so. */
enum ent_rc redmine_priority_id(const struct ent_response *response, struct ent_str name, struct ent_arena *arena,
				struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* ---- create.c, write.c, comment.c, note.c, poll.c: build() and parse() of the ops ---- */

typedef enum ent_rc redmine_build(const struct redmine_settings *, const struct ent_call *, struct ent_arena *,
				  struct ent_request *ret, struct ent_err *);
typedef enum ent_rc redmine_parse(const struct redmine_settings *, const struct ent_call *, const struct ent_response *,
				  struct ent_arena *, struct ent_result *ret, struct ent_err *);
redmine_build redmine_probe_build, redmine_create_build, redmine_update_build, redmine_comment_build,
    redmine_note_build, redmine_fetch_build, redmine_poll_build;
redmine_parse redmine_probe_parse, redmine_create_parse, redmine_update_parse, redmine_comment_parse,
    redmine_note_parse, redmine_fetch_parse, redmine_poll_parse;

#endif
