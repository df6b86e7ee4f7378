/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ServiceNow has no webhooks of its own: a business rule sends a record in the shape of
 * the Table API, where every value is a string, "" is null, and a reference is "" or
 * {"link", "value"} or {"display_value", "value"}. connectors/README.md has the rule.
 */
#ifndef SERVICENOW_H
#define SERVICENOW_H

#include "sdk/dialect.h"
#include "sdk/webhook.h"

struct servicenow_settings {
	struct ent_str table, number_field, key_field;
	bool unassigned_is_acknowledged, journal;
	struct ent_str caller, assignment_group, close_code, close_notes, hold_reason;
};

/* One record's changes. Journal entries and attachments stand in the record, or beside it in the root. */
enum ent_rc servicenow_record(const struct servicenow_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *record, const struct sdk_json *root, bool is_removal,
			      struct ent_err *err) __attribute__((warn_unused_result));

/* One row of sys_journal_field as a comment of that record. */
enum ent_rc servicenow_journal_row(struct sdk_changes *list, struct ent_str id, const struct sdk_json *row,
				   struct ent_err *err) __attribute__((warn_unused_result));

/* out.c */
extern const struct ent_sentence servicenow_cannot[];
enum ent_repeat servicenow_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s);
enum ent_rc servicenow_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err);
enum ent_rc servicenow_parse(const struct ent_self *self, const struct ent_call *call,
			     const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err);

#endif
