/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jira Cloud webhooks, and those of Jira Data Center where they differ. Status names are
 * each customer's own: what a name does not tell, its statusCategory and the resolution do.
 */
#ifndef JIRA_H
#define JIRA_H

#include "sdk/webhook.h"

struct jira_settings {
	struct ent_str number_field, number_label_prefix;
};

extern const struct ent_map_row jira_status[], jira_priority[];

/* Rich text (ADF, a JSON tree) or wiki markup (a string) as plain text; absent when null. */
struct ent_str jira_text(struct ent_arena *arena, const struct sdk_json *node);
struct ent_person jira_person(const struct sdk_json *node);
/* What the webhook's issue says, as far as it says it: a comment's issue is a stub. */
void jira_issue(const struct jira_settings *settings, const struct sdk_json *issue, struct ent_change *change,
		struct ent_arena *arena);

#endif
