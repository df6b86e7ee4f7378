/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest connector: copy this folder to begin your own. Its tool sends
 *	{"id": "7", "title": "Printer on fire", "status": "open", "comment": "Still burning"}
 * with X-Null-Signature: sha256=<hex HMAC-SHA256 of the body> and X-Null-Delivery: <id>.
 */
#include "sdk/webhook.h"

struct null_settings {
	struct ent_str id_prefix;
};

static const struct ent_setting null_setting[] = {
    {"id_prefix", ENT_SETTING_STR, "", offsetof(struct null_settings, id_prefix), "put before each ticket id"},
    {0},
};

/* The tool's words. A word that stands here neither nor in the supplier's map is kept and flagged. */
static const struct ent_map_row null_status[] = {
    {"open", "in_progress"},
    {"waiting", "pending"},
    {"done", "resolved"},
    {0},
};

static enum ent_rc null_verify(const struct ent_self *self, const struct ent_webhook *webhook,
			       const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
			       struct ent_str *ret_delivery, struct ent_err *err)
{
	enum ent_rc rc = sdk_verify_hex(webhook, "X-Null-Signature", "sha256=", secret, n_secret, err);

	(void)self, (void)now_ms, (void)arena;
	if (rc == ENT_OK)
		*ret_delivery = sdk_header(webhook->header, webhook->n_header, "X-Null-Delivery");
	return rc;
}

static enum ent_rc null_decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
			       struct ent_changes *ret, struct ent_err *err)
{
	const struct null_settings *settings = self->settings;
	const struct sdk_json *root;
	struct sdk_changes list;
	struct ent_change *change;
	struct ent_str id;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	if (rc == ENT_OK)
		rc = sdk_id_at(root, "id", &id, err);
	if (rc != ENT_OK)
		return rc;
	if (settings->id_prefix.n + id.n > ENT_ID_MAX)
		return sdk_fail(err, ENT_EINVAL, "id is too long with the prefix before it");
	id = sdk_format(arena, "%.*s%.*s", ENT_F(settings->id_prefix), ENT_F(id));

	sdk_changes_init(&list, arena);
	change = sdk_changes_add(&list, ENT_TICKET_CHANGED);
	change->ticket.id = id;
	sdk_set_at(&change->ticket, ENT_TITLE, root, "title");
	sdk_set_at(&change->ticket, ENT_STATUS, root, "status"); /* the native word: the map does the rest */

	if (sdk_word_at(root, "comment").p) {
		change = sdk_changes_add(&list, ENT_COMMENT_ADDED);
		change->ticket.id = id;
		change->comment.body = sdk_word_at(root, "comment"); /* the tool gives it no id: the broker makes one */
	}
	return sdk_changes_take(&list, ret, err);
}

static const struct ent_connector null_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "null",
    .version = ENTENTE_VERSION,
    .summary = "the model for new connectors: one JSON object a webhook",
    .setting = null_setting,
    .settings_size = sizeof(struct null_settings),
    .status = null_status,
    .verify = null_verify,
    .decode = null_decode,
};

ENT_EXPORT(null_connector)
