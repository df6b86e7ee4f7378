/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub issues as tickets. An issue knows open and closed; what lies between is told by
 * labels ("status:pending", "priority:high"). Pull requests share the events and are skipped.
 */
#ifndef GITHUB_H
#define GITHUB_H

#include "sdk/dialect.h"
#include "sdk/webhook.h"

struct github_settings {
	struct ent_str status_label_prefix, priority_label_prefix, number_label_prefix, repository;
};

/* Reads an issue of the API or of a webhook; id, key, stamp and actor are the caller's. */
void github_issue(const struct github_settings *settings, struct ent_change *change, const struct sdk_json *issue,
		  struct ent_arena *arena);
enum ent_rc github_comment(struct ent_change *change, const struct sdk_json *comment, struct ent_arena *arena,
			   struct ent_err *err) __attribute__((warn_unused_result));

/* moved.c */
#define GITHUB_MOVED 3 /* the phase that asks which issue stands where we were sent; memo: its address */
bool github_is_moved(const struct ent_response *response);
enum ent_rc github_ask_moved(const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret);
/* Another issue than the one that was asked for is what that goes on as: ENT_EGONE, with changes. */
enum ent_rc github_follow(const struct github_settings *settings, const struct ent_call *call,
			  const struct sdk_json *issue, struct ent_arena *arena, struct ent_result *ret,
			  struct ent_err *err) __attribute__((warn_unused_result));

/* change.c */
#define GITHUB_ANEW 4                       /* the phase that writes where the repository is now; memo: its address */
bool github_changes(enum ent_op_kind kind); /* a comment that stands there */
enum ent_rc github_no_internal(struct ent_err *err);
enum ent_rc github_change_build(const struct ent_call *call, struct ent_str repository, struct ent_arena *arena,
				struct ent_request *ret, struct ent_err *err) __attribute__((warn_unused_result));
enum ent_rc github_change_parse(const struct ent_call *call, const struct ent_response *response,
				struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* out.c */
/* An issue of the API as a change. */
enum ent_rc github_tell(const struct github_settings *settings, const struct sdk_json *issue, struct sdk_changes *list,
			struct ent_err *err) __attribute__((warn_unused_result));
extern const struct ent_sentence github_cannot[];
enum ent_repeat github_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s);
enum ent_rc github_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err);
enum ent_rc github_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err);

#endif
