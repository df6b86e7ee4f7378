/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connector with one fault each, to see that the harness finds it: FAULT is the number of one, 0 is without any.
 * Its tool takes POST /notes and answers {"id"}; check_harness says which words each fault must bring.
 */
#include "sdk/ask.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

#define IMPURE        1
#define METHOD        2
#define PATH_BLANK    3
#define PATH_RELATIVE 4
#define HEADER_BREAK  5
#define HEADER_OURS   6
#define NO_TYPE       7
#define BAD_JSON      8
#define GET_BODY      9
#define ERR_ON_OK     10
#define NO_REASON     11
#define MORE_NO_PHASE 12
#define NO_REMOTE_ID  13
#define STATUS_BLIND  14 /* takes every status for success */
#define DAMAGE        15 /* answers a body that is cut with success and a ticket without id */
#define BAD_CHANGE    16
#define NO_SENTENCE   17

static enum ent_rc fault_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
				struct ent_str *ret_delivery, struct ent_err *err)
{
	(void)self, (void)webhook, (void)secret, (void)n_secret, (void)now_ms, (void)arena, (void)err;
	*ret_delivery = ENT_ABSENT;
	return ENT_OK;
}

static enum ent_rc fault_decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
				struct ent_changes *ret, struct ent_err *err)
{
	(void)self, (void)webhook, (void)arena, (void)err;
	*ret = (struct ent_changes){NULL, 0};
	return ENT_OK;
}

/* What a connector must not have: something that lives on. */
struct fault_state {
	unsigned n;
};

static enum ent_rc fault_open(const void *settings, void **ret_state, struct ent_err *err)
{
	static struct fault_state state;

	(void)settings, (void)err;
	state.n = 0;
	*ret_state = &state;
	return ENT_OK;
}

static enum ent_rc fault_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			       struct ent_request *ret, struct ent_err *err)
{
	struct fault_state *state = self->state;
	struct ent_header *header = SDK_NEW(arena, struct ent_header);
	struct ent_str path = ENT_STR("/notes");
	struct sdk_ask ask;
	enum ent_rc rc;

	state->n++;
	if (FAULT == IMPURE)
		path = sdk_format(arena, "/notes/%u", state->n);
	if (FAULT == PATH_BLANK)
		path = sdk_format(arena, "/notes/%.*s", ENT_F(call->op.comment.body));
	if (FAULT == PATH_RELATIVE)
		path = ENT_STR("notes");
	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "text", call->op.comment.body);
	rc = sdk_ask_send(&ask, FAULT == METHOD ? "post" : FAULT == GET_BODY ? "GET" : "POST", path, arena, ret, err);
	*header = (struct ent_header){ENT_STR("X-Text"), FAULT == HEADER_BREAK ? call->op.comment.body : ENT_STR("x")};
	if (FAULT == HEADER_OURS)
		header->name = ENT_STR("authorization");
	ret->header = header;
	ret->n_header = 1;
	if (FAULT == NO_TYPE)
		ret->content_type = ENT_ABSENT;
	if (FAULT == BAD_JSON)
		ret->body = ENT_STR("{\"text\":\"\n\"}");
	return rc;
}

static enum ent_rc fault_parse(const struct ent_self *self, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct sdk_changes list;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	(void)self, (void)call;
	if (FAULT == STATUS_BLIND && rc != ENT_OK) {
		*err = (struct ent_err){0};
		return ENT_OK;
	}
	if (FAULT == NO_REASON && rc != ENT_OK) {
		*err = (struct ent_err){0};
		return rc;
	}
	sdk_changes_init(&list, arena);
	if (FAULT == BAD_CHANGE || (FAULT == DAMAGE && rc != ENT_OK))
		(void)sdk_changes_add(&list, ENT_TICKET_CHANGED);
	if (FAULT == DAMAGE && rc != ENT_OK)
		*err = (struct ent_err){0};
	else if (rc != ENT_OK)
		return rc;
	if (FAULT == ERR_ON_OK)
		(void)sdk_fail(err, ENT_OK, "all is well");
	ret->remote_id = FAULT == NO_REMOTE_ID ? ENT_ABSENT : ENT_STR("1");
	if (sdk_changes_take(&list, &ret->changes, err) != ENT_OK)
		return ENT_EINVAL;
	return FAULT == MORE_NO_PHASE ? ENT_MORE : ENT_OK;
}

static const struct ent_sentence fault_cannot[] = {
    {"cannot.faulty", FAULT == NO_SENTENCE ? "notes" : "It knows notes alone."}, {0}};

static const struct ent_connector fault_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "faulty",
    .version = "1",
    .summary = "for the test of the harness",
    .ops = 1u << ENT_ADD_COMMENT | 1u << ENT_CREATE_TICKET,
    .open = fault_open,
    .verify = fault_verify,
    .decode = fault_decode,
    .build = fault_build,
    .parse = fault_parse,
    .cannot = fault_cannot,
};

ENT_EXPORT(fault_connector)
