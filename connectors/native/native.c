/* SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/time.h"

/* A supplier that adapts to us speaks the canonical words; its own words need a map. */
static const struct ent_map_row native_status[] = {
    {"new", "new"},
    {"acknowledged", "acknowledged"},
    {"in_progress", "in_progress"},
    {"pending", "pending"},
    {"held", "held"},
    {"transferred", "transferred"},
    {"resolved", "resolved"},
    {"closed", "closed"},
    {"cancelled", "cancelled"},
    {"rejected", "rejected"},
    {0},
};
static const struct ent_map_row native_priority[] = {
    {"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}, {0},
};
static const struct ent_map_row native_three[] = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {0}};

static const struct ent_setting native_setting[] = {
    {"events", ENT_SETTING_STR, "/events", offsetof(struct native_settings, events),
     "path under url that takes our events; empty: none"},
    {"tickets", ENT_SETTING_STR, "", offsetof(struct native_settings, tickets),
     "path under url where a ticket can be read, /tickets for GET /tickets/4711; empty: they cannot be read"},
    {"changes", ENT_SETTING_STR, "", offsetof(struct native_settings, changes),
     "path under url that tells what changed, /changes for GET /changes?since=...; empty: it cannot be polled"},
    {"probe", ENT_SETTING_STR, "", offsetof(struct native_settings, probe),
     "path under url that answers GET with 2xx when our credentials are right, else with 401 or 403; empty: none"},
    {0},
};

/* Media type without parameters, as a claim about the header. */
static bool is_media_type(struct ent_str header, const char *type)
{
	struct ent_str rest;

	return sdk_ieqz(sdk_trim(sdk_cut(header, ';', &rest)), type);
}

enum ent_rc native_event_read(const struct sdk_json *root, struct native_event *ret, struct ent_err *err)
{
	struct ent_str content = sdk_json_text_at(root, "datacontenttype");

	if (!sdk_json_is(root, "specversion", "1.0"))
		return sdk_fail_as(err, ENT_EINVAL, "native.specversion",
				   "specversion is not \"1.0\": this is no CloudEvent we know");
	if (!sdk_word_at(root, "type").p || !sdk_word_at(root, "id").p || !sdk_word_at(root, "source").p)
		return sdk_fail_as(err, ENT_EINVAL, "native.members", "a CloudEvent needs type, id and source");
	if (sdk_json_at(root, "data_base64"))
		return sdk_fail_as(err, ENT_EINVAL, "native.data_base64", "data_base64: data must be JSON");
	if (content.p && !is_media_type(content, "application/json"))
		return sdk_fail_as(err, ENT_EINVAL, "native.data_type", "datacontenttype is not application/json");
	ret->type = sdk_json_text_at(root, "type");
	ret->time_ms = sdk_time_at(root, "time");
	ret->data = sdk_json_at(root, "data");
	return ENT_OK;
}

static enum ent_rc binary_read(const struct ent_webhook *webhook, const struct sdk_json *root, struct native_event *ret,
			       struct ent_err *err)
{
	struct ent_str version = sdk_header(webhook->header, webhook->n_header, "ce-specversion");
	struct ent_str id = sdk_header(webhook->header, webhook->n_header, "ce-id");
	struct ent_str source = sdk_header(webhook->header, webhook->n_header, "ce-source");
	struct ent_str time = sdk_header(webhook->header, webhook->n_header, "ce-time");

	ret->type = sdk_header(webhook->header, webhook->n_header, "ce-type");
	if (!sdk_eqz(version, "1.0"))
		return sdk_fail_as(err, ENT_EINVAL, "native.header_specversion",
				   "header ce-specversion is not 1.0: this is no CloudEvent we know");
	if (ret->type.n == 0 || id.n == 0 || source.n == 0)
		return sdk_fail_as(err, ENT_EINVAL, "native.headers",
				   "a CloudEvent needs the headers ce-type, ce-id and ce-source");
	if (!sdk_time_parse(time, 0, &ret->time_ms))
		ret->time_ms = 0;
	ret->data = root;
	return ENT_OK;
}

static enum ent_rc native_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				 const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
				 struct ent_str *ret_delivery, struct ent_err *err)
{
	enum ent_rc rc = sdk_verify_standard(webhook, "webhook-signature", secret, n_secret, now_ms, arena, err);

	(void)self;
	if (rc == ENT_OK)
		*ret_delivery = sdk_header(webhook->header, webhook->n_header, "webhook-id");
	return rc;
}

static enum ent_rc native_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				 struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	struct ent_str content = sdk_header(webhook->header, webhook->n_header, "content-type");
	bool has_type = sdk_header(webhook->header, webhook->n_header, "ce-type").p != NULL;
	struct native_event event = {0};
	const struct sdk_json *root;
	struct sdk_changes list;
	enum ent_rc rc;

	(void)self;
	if (is_media_type(content, "application/cloudevents-batch+json"))
		return sdk_fail_as(err, ENT_EINVAL, "native.batch",
				   "content-type: a batch; send one event in a request");
	rc = sdk_body_object(arena, webhook->body, &root, err);
	if (rc != ENT_OK)
		return rc;
	/* An imported delivery may have lost its headers: then only the structured mode can be meant. */
	if (is_media_type(content, "application/cloudevents+json") || (!has_type && !content.p))
		rc = native_event_read(root, &event, err);
	else
		rc = binary_read(webhook, root, &event, err);
	sdk_changes_init(&list, arena);
	if (rc == ENT_OK)
		rc = native_changes(&event, &list, err);
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

static enum ent_rc native_open(const void *of, void **ret_state, struct ent_err *err)
{
	const struct native_settings *settings = of;
	const struct ent_str path[] = {settings->events, settings->tickets, settings->changes, settings->probe};

	(void)ret_state;
	for (size_t i = 0; i < sizeof path / sizeof *path; i++)
		if (path[i].n > 0 && (path[i].p[0] != '/' || memchr(path[i].p, '?', path[i].n)))
			return sdk_fail_as(err, ENT_EINVAL, "native.path",
					   "{setting=%s}: a path under the supplier's url, such as /events, or empty",
					   native_setting[i].name);
	return ENT_OK;
}

static const struct ent_sentence native_cannot[] = {
    {"cannot.native.receiver",
     "What the receiver does with an event is its own business: only its answer and its own events tell."},
    {0},
};

static const struct ent_connector native_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "native",
    .version = ENTENTE_VERSION,
    .summary = "Entente's own events, both ways: CloudEvents 1.0, signed as Standard Webhooks",
    .ops = SDK_OPS_ALL | SDK_OPS_COMMENT,
    .setting = native_setting,
    .settings_size = sizeof(struct native_settings),
    .map[ENT_STATUS] = native_status,
    .map[ENT_PRIORITY] = native_priority,
    .map[ENT_IMPACT] = native_three,
    .map[ENT_URGENCY] = native_three,
    .open = native_open,
    .verify = native_verify,
    .decode = native_decode,
    .build = native_build,
    .parse = native_parse,
    .repeat = native_repeat,
    .cannot = native_cannot,
};

ENT_EXPORT(native_connector)
