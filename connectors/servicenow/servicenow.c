/* SPDX-License-Identifier: Apache-2.0 */
#include "servicenow.h"

#include "sdk/ask.h"
#include "sdk/crypto.h"

static const struct ent_setting servicenow_setting[] = {
    {"table", ENT_SETTING_STR, "incident", offsetof(struct servicenow_settings, table),
     "records of other tables are not about tickets"},
    {"number_field", ENT_SETTING_STR, "correlation_id", offsetof(struct servicenow_settings, number_field),
     "field that holds our incident number; empty: none"},
    {"key_field", ENT_SETTING_STR, "", offsetof(struct servicenow_settings, key_field),
     "field with a key that several suppliers share; empty: none"},
    {"unassigned_is_acknowledged", ENT_SETTING_BOOL, "false",
     offsetof(struct servicenow_settings, unassigned_is_acknowledged),
     "In Progress without an assignee is only acknowledged. Not together with a url, unless whoever changes the state "
     "there assigns it, too"},
    {"journal", ENT_SETTING_BOOL, "true", offsetof(struct servicenow_settings, journal),
     "our user may read sys_journal_field: comments are polled, and found again after a lost answer"},
    {"caller", ENT_SETTING_STR, "", offsetof(struct servicenow_settings, caller),
     "caller_id (sys_id) of the incidents we open; empty: none"},
    {"assignment_group", ENT_SETTING_STR, "", offsetof(struct servicenow_settings, assignment_group),
     "group (sys_id) that gets the incidents we open; empty: their rules decide"},
    {"close_code", ENT_SETTING_STR, "Solution provided", offsetof(struct servicenow_settings, close_code),
     "close_code when we resolve or close"},
    {"close_notes", ENT_SETTING_STR, "Resolved together with the other suppliers.",
     offsetof(struct servicenow_settings, close_notes), "close_notes when we resolve or close"},
    {"hold_reason", ENT_SETTING_STR, "4", offsetof(struct servicenow_settings, hold_reason),
     "hold_reason of a plain On Hold; 4: awaiting vendor"},
    {0},
};

/* Two states mean different things by a second field, which stands after the slash. */
static const struct ent_map_row servicenow_status[] = {
    {"1", "new"},
    {"2/unassigned", "acknowledged"},
    {"2", "in_progress"},
    {"3/1", "pending"}, /* hold_reason 1: awaiting caller */
    {"3", "held"},
    {"6", "resolved"},
    {"7", "closed"},
    {"8", "cancelled"},
    {0},
};
static const struct ent_map_row servicenow_priority[] = {
    {"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}, {0},
};
static const struct ent_map_row servicenow_three[] = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {0}}; /* impact, urgency */

static enum ent_rc servicenow_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				     struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	static const char *const place[] = {"record", "result", "current"};
	const struct servicenow_settings *settings = self->settings;
	const struct sdk_json *root, *record = NULL;
	struct sdk_changes list;
	struct ent_str verb, table;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	table = sdk_cut(sdk_json_text_at(root, "event"), '.', &verb);
	if (table.n > 0 && !sdk_eq(table, settings->table))
		return sdk_changes_take(&list, ret, err); /* "ping", "problem.updated" */
	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]) && !record; i++)
		record = sdk_json_at(root, place[i]);
	if (!record)
		record = root;
	if (sdk_json_kind(record) == SDK_JSON_ARRAY) {
		for (record = sdk_json_first(record); record && rc == ENT_OK; record = sdk_json_next(record))
			rc = servicenow_record(settings, &list, record, record, sdk_eqz(verb, "deleted"), err);
	} else {
		rc = servicenow_record(settings, &list, record, root, sdk_eqz(verb, "deleted"), err);
	}
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

/* sha256=hex from a script that computes it, base64 from GlideCertificateEncryption. */
static enum ent_rc servicenow_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				     const struct ent_str *secret, size_t n_secret, int64_t now_ms,
				     struct ent_arena *arena, struct ent_str *ret_delivery, struct ent_err *err)
{
	struct ent_str given = sdk_header(webhook->header, webhook->n_header, "X-Entente-Signature");
	struct ent_str delivery = sdk_header(webhook->header, webhook->n_header, "X-Entente-Delivery");
	bool is_hex = sdk_starts(given, "sha256=");

	(void)self, (void)now_ms, (void)arena;
	if (n_secret > 0 && (is_hex || !given.p)) {
		enum ent_rc rc = sdk_verify_hex(webhook, "X-Entente-Signature", "sha256=", secret, n_secret, err);

		if (rc != ENT_OK)
			return rc;
	} else if (n_secret > 0 && !sdk_signed_base64(SDK_SHA256, given, secret, n_secret, &webhook->body, 1)) {
		return sdk_fail_as(err, ENT_EAUTH, "servicenow.signature",
				   "header X-Entente-Signature matches none of the supplier's secrets");
	}
	*ret_delivery = delivery;
	return ENT_OK;
}

static const struct ent_connector servicenow_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "servicenow",
    .version = ENTENTE_VERSION,
    .summary = "ServiceNow: incidents sent by a business rule in the shape of the Table API; written by that API",
    .ops = SDK_OPS_ALL,
    .setting = servicenow_setting,
    .settings_size = sizeof(struct servicenow_settings),
    .map[ENT_STATUS] = servicenow_status,
    .map[ENT_PRIORITY] = servicenow_priority,
    .map[ENT_IMPACT] = servicenow_three,
    .map[ENT_URGENCY] = servicenow_three,
    .derived = 1u << ENT_PRIORITY,
    .derived_from = 1u << ENT_IMPACT | 1u << ENT_URGENCY,
    .verify = servicenow_verify,
    .decode = servicenow_decode,
    .build = servicenow_build,
    .parse = servicenow_parse,
    .repeat = servicenow_repeat,
    .cannot = servicenow_cannot,
    .limits = {ENT_CHARACTERS, 160, 32000},
};

ENT_EXPORT(servicenow_connector)
