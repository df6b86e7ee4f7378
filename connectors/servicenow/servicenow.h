/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ServiceNow has no webhooks of its own: a business rule sends a record in the shape of
 * the Table API, where every value is a string, "" is null, and a reference is "" or
 * {"link", "value"} or {"display_value", "value"}. connectors/README.md has the rule.
 */
#ifndef SERVICENOW_H
#define SERVICENOW_H

#include "sdk/webhook.h"

struct servicenow_settings {
	struct ent_str table, number_field, key_field;
};

/* One record's changes. Journal entries and attachments stand in the record, or beside it in the root. */
enum ent_rc servicenow_record(const struct servicenow_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *record, const struct sdk_json *root, bool is_removal,
			      struct ent_err *err) __attribute__((warn_unused_result));

#endif
