/* SPDX-License-Identifier: Apache-2.0 */
#include "rt.h"

static const struct ent_setting rt_setting[] = {
    {"queue", ENT_SETTING_STR, "General", offsetof(struct rt_settings, queue),
     "tickets are created in this queue, and only those in it are read"},
    {"number_field", ENT_SETTING_STR, "", offsetof(struct rt_settings, number_field),
     "custom field that holds our incident number; empty: it stands in brackets at the end of the subject"},
    {"requestor", ENT_SETTING_STR, "", offsetof(struct rt_settings, requestor),
     "mail address of the requestor of tickets we create; empty: our user"},
    {0},
};

/* The default lifecycle; a deleted ticket is removed. */
static const struct ent_map_row rt_status[] = {
    {"new", "new"},           {"open", "in_progress"},   {"stalled", "pending"},
    {"resolved", "resolved"}, {"rejected", "cancelled"}, {0},
};
/* The way out; what comes in is any number, see ticket.c. */
static const struct ent_map_row rt_priority[] = {
    {"100", "1"}, {"75", "2"}, {"50", "3"}, {"25", "4"}, {"0", "5"}, {0},
};

static const struct ent_sentence rt_cannot[] = {
    {"cannot.rt.no_webhooks", "RT has no webhooks: what happens there is heard at the next poll."},
    {"cannot.rt.begins", "A new ticket begins as new: its status follows as an update."},
    {"cannot.rt.keeps",
     "Words of a comment that is edited or removed after it was brought stay as they were: RT keeps what was said."},
    {"cannot.rt.opens",
     "A public reply opens a ticket that is new or done; we set the status back, and RT may send mail about it."},
    {0},
};

/* RT signs nothing itself; a scrip that posts a ticket may, as connectors/rt/README.md shows. */
static enum ent_rc rt_verify(const struct ent_self *self, const struct ent_webhook *webhook,
			     const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
			     struct ent_str *ret_delivery, struct ent_err *err)
{
	(void)self, (void)now_ms, (void)arena;
	*ret_delivery = ENT_ABSENT;
	return sdk_verify_hex(webhook, "X-Entente-Signature", "sha256=", secret, n_secret, err);
}

/* A ticket as REST2 shows it. Comments come by polling alone. */
static enum ent_rc rt_decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
			     struct ent_changes *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct sdk_changes list;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	if (rc == ENT_OK && (!sdk_word_at(root, "Status").p || !sdk_json_at(root, "Subject")))
		return sdk_fail_as(err, ENT_EINVAL, "rt.no_ticket",
				   "this is no ticket as REST2 shows it: Status or Subject is missing");
	sdk_changes_init(&list, arena);
	if (rc == ENT_OK)
		rc = rt_ticket_add(self->settings, &list, root, ENT_ABSENT, ENT_ABSENT, err);
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

static rt_build *const builds[] = {
    [ENT_CREATE_TICKET] = rt_create_build,
    [ENT_UPDATE_TICKET] = rt_update_build,
    [ENT_ADD_COMMENT] = rt_comment_build,
    [ENT_FETCH_TICKET] = rt_fetch_build,
    [ENT_POLL] = rt_poll_build,
    [ENT_PROBE] = rt_probe_build,
};
static rt_parse *const parses[] = {
    [ENT_CREATE_TICKET] = rt_create_parse,
    [ENT_UPDATE_TICKET] = rt_update_parse,
    [ENT_ADD_COMMENT] = rt_comment_parse,
    [ENT_FETCH_TICKET] = rt_fetch_parse,
    [ENT_POLL] = rt_poll_parse,
    [ENT_PROBE] = rt_probe_parse,
};

static enum ent_rc rt_op_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			       struct ent_request *ret, struct ent_err *err)
{
	return builds[call->op.kind](self->settings, call, arena, ret, err);
}

static enum ent_rc rt_op_parse(const struct ent_self *self, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	return parses[call->op.kind](self->settings, call, response, arena, ret, err);
}

static const struct ent_connector rt_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "rt",
    .version = ENTENTE_VERSION,
    .summary = "Request Tracker 5, both ways through REST2, by polling",
    .ops = SDK_OPS_ALL,
    .setting = rt_setting,
    .settings_size = sizeof(struct rt_settings),
    .map[ENT_STATUS] = rt_status,
    .map[ENT_PRIORITY] = rt_priority,
    .verify = rt_verify,
    .decode = rt_decode,
    .build = rt_op_build,
    .parse = rt_op_parse,
    .repeat = sdk_repeat_by_search,
    .cannot = rt_cannot,
    .limits = {ENT_CHARACTERS, 200, 0},
};

ENT_EXPORT(rt_connector)
