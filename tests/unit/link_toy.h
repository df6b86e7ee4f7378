/* SPDX-License-Identifier: Apache-2.0 */
/* The connector of link's tests, what its tool says, and the transfers that bring it: see link_world.h. */
#ifndef UNIT_LINK_TOY_H
#define UNIT_LINK_TOY_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "link/link.h"
#include "sdk/ask.h"
#include "sdk/crypto.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

#define BASE "https://tool.example/api"

struct toy {
	struct ent_str repeats; /* "safe", "search", "never" */
	bool two;               /* a comment takes two requests */
	unsigned lag_s;         /* of "search" */
};

static inline enum ent_rc toy_request(struct ent_request *ret, const char *method, struct ent_str path,
				      struct ent_str body)
{
	*ret = (struct ent_request){.method = method, .path = path, .body = body};
	return ENT_OK;
}

static inline enum ent_rc toy_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				    struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	(void)self;
	switch (op->kind) {
	case ENT_CREATE_TICKET:
		if (call->look && call->phase == 0)
			return toy_request(ret, "GET", sdk_format(arena, "/search/%.*s", ENT_F(op->key)), ENT_ABSENT);
		return toy_request(ret, "POST", ENT_STR("/create"), op->ticket.at[ENT_TITLE].text);
	case ENT_UPDATE_TICKET:
		if (call->phase == 0)
			return toy_request(ret, "GET", sdk_format(arena, "/read/%.*s", ENT_F(op->ticket.id)),
					   ENT_ABSENT);
		return toy_request(
		    ret, "PUT", sdk_format(arena, "/write/%.*s", ENT_F(op->ticket.id)),
		    sdk_format(arena, "%.*s %.*s", ENT_F(op->ticket.at[ENT_STATUS].native), ENT_F(call->memo)));
	case ENT_ADD_COMMENT:
		if (memmem(op->comment.body.p, op->comment.body.n, "unbuildable", 11))
			return sdk_fail(err, ENT_EINVAL, "the toy cannot build that");
		if (memmem(op->comment.body.p, op->comment.body.n, "shown here", 10) &&
		    op->comment.visibility != ENT_PUBLIC)
			return sdk_fail(err, ENT_EUNSUPPORTED, "the toy keeps nothing internal");
		if (call->look && call->phase == 0)
			return toy_request(ret, "GET", sdk_format(arena, "/search/%.*s", ENT_F(op->key)), ENT_ABSENT);
		if (call->phase == 2)
			return toy_request(ret, "PUT", sdk_format(arena, "/show/%.*s", ENT_F(call->memo)),
					   ENT_STR("show"));
		return toy_request(ret, "POST", ENT_STR("/comment"),
				   op->limits.text > 0 ? sdk_op_text(op, SDK_PLAIN, arena) : op->comment.body);
	case ENT_EDIT_COMMENT:
		return toy_request(ret, "PUT", sdk_format(arena, "/comment/%.*s", ENT_F(op->comment.id)),
				   sdk_op_text(op, SDK_PLAIN, arena));
	case ENT_REMOVE_COMMENT:
		return toy_request(ret, "DELETE", sdk_format(arena, "/comment/%.*s", ENT_F(op->comment.id)),
				   ENT_ABSENT);
	case ENT_FETCH_TICKET:
		return toy_request(ret, "GET", sdk_format(arena, "/ticket/%.*s", ENT_F(op->ticket.id)), ENT_ABSENT);
	case ENT_POLL:
		if (!call->memo.n)
			return toy_request(ret, "GET", sdk_format(arena, "/poll?since=%" PRId64, op->since_ms),
					   ENT_ABSENT);
		return toy_request(ret, "GET", sdk_format(arena, "/poll?%.*s", ENT_F(call->memo)), ENT_ABSENT);
	case ENT_PROBE:
		return toy_request(ret, "GET", ENT_STR("/whoami"), ENT_ABSENT);
	case ENT_LOGIN:
		return toy_request(ret, "POST", ENT_STR("/login"), ENT_STR("user=&password="));
	}
	return ENT_EINVAL;
}

static inline void toy_ticket(struct sdk_changes *list, struct ent_str id, struct ent_str status)
{
	struct ent_change *change = sdk_changes_add(list, ENT_TICKET_CHANGED);

	change->ticket.id = id;
	sdk_set_native(&change->ticket, ENT_STATUS, status);
	sdk_set(&change->ticket, ENT_TITLE, ENT_STR("toy"));
}

static inline enum ent_rc toy_page(struct ent_str rest, int64_t now_ms, struct ent_arena *arena, struct ent_result *ret,
				   struct ent_err *err)
{
	struct ent_aside *aside = SDK_NEW_N(arena, struct ent_aside, 300);
	struct sdk_changes list;
	struct ent_str word;
	int64_t many;

	ret->memo = sdk_cut(rest, ' ', &rest);
	word = sdk_cut(rest, ' ', &rest);
	ret->aside = aside;
	sdk_changes_init(&list, arena);
	while (rest.p) {
		struct ent_str one = sdk_cut(rest, ' ', &rest), kind, id, status;
		kind = sdk_cut(one, ':', &one);
		id = sdk_cut(one, ':', &status);
		if (sdk_eqz(kind, "note"))
			ret->note = sdk_say(arena, "test.said", "{said=%.*s}", ENT_F(id));
		else if (sdk_eqz(kind, "asides") && sdk_to_int(id, &many))
			while (many-- > 0)
				aside[ret->n_aside++] = (struct ent_aside){.ticket = sdk_int(arena, many)};
		else if (sdk_eqz(kind, "again") && sdk_to_int(status, &many))
			aside[ret->n_aside++] = (struct ent_aside){.ticket = id,
								   .reason = SDK_SENTENCE("test.said", "HTTP-500"),
								   .tries = (unsigned)many,
								   .since_ms = 1,
								   .next_ms = now_ms + 100000};
		else if (sdk_eqz(kind, "aside"))
			aside[ret->n_aside++] = (struct ent_aside){
			    .ticket = id,
			    .reason = sdk_say(arena, "test.said", "{said=%.*s}", ENT_F(sdk_or_empty(status))),
			    .tries = 4,
			    .since_ms = now_ms,
			    .next_ms = 2};
		else
			toy_ticket(&list, id, status);
	}
	if (sdk_changes_take(&list, &ret->changes, err) != ENT_OK)
		return ENT_EINVAL;
	ret->phase = sdk_eqz(word, "more");
	return sdk_eqz(word, "more") ? ENT_MORE : ENT_OK;
}

/* "T7 B1": the ticket T7 is there, and names acme's B1. */
static inline enum ent_rc toy_naming(struct ent_str rest, struct ent_arena *arena, struct ent_result *ret,
				     struct ent_err *err)
{
	struct ent_reference *named = SDK_NEW(arena, struct ent_reference);
	struct sdk_changes list;

	ret->remote_id = sdk_cut(rest, ' ', &named->id);
	named->supplier = ENT_STR("acme");
	sdk_changes_init(&list, arena);
	toy_ticket(&list, ret->remote_id, ENT_STR("Open"));
	if (sdk_changes_take(&list, &ret->changes, err) != ENT_OK)
		return ENT_EINVAL;
	struct ent_change *change = SDK_NEW(arena, struct ent_change);
	*change = ret->changes.at[0];
	change->correlation = (struct ent_correlation){.reference = named, .n_reference = 1};
	ret->changes.at = change;
	return ENT_OK;
}

static inline enum ent_rc toy_word(const struct ent_call *call, struct ent_str word, struct ent_str rest,
				   struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	int64_t phase;

	if (sdk_eqz(word, "more") && sdk_to_int(sdk_cut(rest, ' ', &rest), &phase)) {
		ret->phase = (unsigned)phase;
		ret->memo = rest;
		return ENT_MORE;
	}
	if (sdk_eqz(word, "none")) {
		ret->phase = 1;
		return ENT_MORE;
	}
	if (sdk_eqz(word, "is")) {
		struct sdk_changes list;
		sdk_changes_init(&list, arena);
		toy_ticket(&list, call->op.ticket.id, rest);
		return sdk_changes_take(&list, &ret->changes, err);
	}
	if (sdk_eqz(word, "page"))
		return toy_page(rest, call->now_ms, arena, ret, err);
	if (sdk_eqz(word, "names"))
		return toy_naming(rest, arena, ret, err);
	if (sdk_eqz(word, "no")) {
		ret->said_no = true;
		return sdk_fail(err, ENT_EINVAL, "no");
	}
	if (sdk_eqz(word, "at")) {
		ret->remote_id = rest;
		return sdk_fail(err, ENT_ERETRY, "its comments cannot be read");
	}
	if (sdk_eqz(word, "gone"))
		return sdk_fail(err, ENT_EGONE, "no such ticket");
	if (sdk_eqz(word, "moved")) {
		struct sdk_changes list;
		sdk_changes_init(&list, arena);
		struct ent_change *change = sdk_changes_add(&list, ENT_TICKET_CONTINUES);
		change->ticket.id = call->op.ticket.id;
		change->continues_as.id = rest;
		if (sdk_changes_take(&list, &ret->changes, err) != ENT_OK)
			return ENT_EINVAL;
		return sdk_fail(err, ENT_EGONE, "it is %.*s now", ENT_F(rest));
	}
	if (sdk_eqz(word, "conflict"))
		return sdk_fail(err, ENT_ECONFLICT, "somebody was faster");
	if (sdk_eqz(word, "unsupported"))
		return sdk_fail(err, ENT_EUNSUPPORTED, "no such thing here");
	if (sdk_eqz(word, "html"))
		return sdk_fail(err, ENT_ERETRY, "a page of HTML");
	if (!sdk_eqz(word, "ok") && !sdk_eqz(word, "found"))
		return sdk_fail(err, ENT_EINVAL, "the tool says %.*s", ENT_F(word));
	ret->remote_id = rest;
	return ENT_OK;
}

static inline enum ent_rc toy_parse(const struct ent_self *self, const struct ent_call *call,
				    const struct ent_response *response, struct ent_arena *arena,
				    struct ent_result *ret, struct ent_err *err)
{
	struct ent_str rest, word = sdk_cut(response->body, ' ', &rest);
	enum ent_rc rc = sdk_http_status(response, arena, err);
	(void)self;

	return rc != ENT_OK ? rc : toy_word(call, word, rest, arena, ret, err);
}

static inline enum ent_repeat toy_repeat(const struct ent_self *self, enum ent_op_kind op, unsigned *ret_lag_s)
{
	const struct toy *toy = self->settings;

	*ret_lag_s = toy->lag_s;
	if (op == ENT_UPDATE_TICKET || delivery_changes_comment(op) || sdk_eqz(toy->repeats, "safe"))
		return ENT_REPEAT_SAFE;
	return sdk_eqz(toy->repeats, "search") ? ENT_REPEAT_SEARCH : ENT_REPEAT_NEVER;
}

static inline enum ent_rc toy_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				     const struct ent_str *secret, size_t n_secret, int64_t now_ms,
				     struct ent_arena *arena, struct ent_str *ret, struct ent_err *err)
{
	(void)self, (void)webhook, (void)secret, (void)n_secret, (void)now_ms, (void)arena, (void)ret;
	return sdk_fail(err, ENT_EAUTH, "the toy takes no webhooks");
}

static inline enum ent_rc toy_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				     struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	(void)self, (void)webhook, (void)arena, (void)ret;
	return sdk_fail(err, ENT_EINVAL, "the toy takes no webhooks");
}

static inline enum ent_rc toy_open(const void *settings, void **ret_state, struct ent_err *err)
{
	const struct toy *toy = settings;

	if (sdk_eqz(toy->repeats, "broken"))
		return sdk_fail(err, ENT_EINVAL, "broken");
	*ret_state = NULL;
	return ENT_OK;
}

static inline void toy_close(void *state)
{
	(void)state;
}

static const struct ent_map_row toy_status[] = {{"Open", "new"},        {"Working", "in_progress"},
						{"Waiting", "pending"}, {"Fixed", "resolved"},
						{"Done", "closed"},     {NULL, NULL}};
static const struct ent_connector toy_connector = {
    .abi = ENT_ABI,
    .size = sizeof toy_connector,
    .name = "toy",
    .version = "1",
    .summary = "a tool that speaks in one line",
    .ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT | SDK_OPS_COMMENT |
	   1u << ENT_FETCH_TICKET | 1u << ENT_POLL,
    .settings_size = sizeof(struct toy),
    .map[ENT_STATUS] = toy_status,
    .open = toy_open,
    .close = toy_close,
    .verify = toy_verify,
    .decode = toy_decode,
    .build = toy_build,
    .parse = toy_parse,
    .repeat = toy_repeat,
};

/* The same, and it can be asked who we are. */
static const struct ent_connector toy_probed_connector = {
    .abi = ENT_ABI,
    .size = sizeof toy_probed_connector,
    .name = "toy",
    .version = "1",
    .summary = "a tool that speaks in one line",
    .ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT | SDK_OPS_COMMENT |
	   1u << ENT_FETCH_TICKET | 1u << ENT_POLL | 1u << ENT_PROBE,
    .settings_size = sizeof(struct toy),
    .map[ENT_STATUS] = toy_status,
    .open = toy_open,
    .close = toy_close,
    .verify = toy_verify,
    .decode = toy_decode,
    .build = toy_build,
    .parse = toy_parse,
    .repeat = toy_repeat,
};

/* ---- transfers whose answers the test gives -------------------------------------------- */

enum { SENT_MAX = 256, TEXT_MAX = 1200 };

struct sent {
	uint64_t id;
	char supplier[32], line[TEXT_MAX], body[TEXT_MAX], authorization[TEXT_MAX];
	int64_t at_us;
	bool is_open, is_answered;
	enum transfer_outcome outcome;
	int status;
	char answer[TEXT_MAX], retry_after[64];
	int64_t took_us;
};

struct fake_transfers {
	struct transfers transfers;
	const int64_t *us;
	struct sent sent[SENT_MAX];
	size_t n;
	struct ent_header header[2];
	int n_drop;
};

static inline void text_keep(char *to, struct ent_str s)
{
	snprintf(to, TEXT_MAX, "%.*s", ENT_F(s));
}

static inline void fake_start(struct transfers *of, const struct transfer *transfer)
{
	struct fake_transfers *fake = (struct fake_transfers *)of;
	struct sent *sent = &fake->sent[fake->n++];

	assert_in_range(fake->n, 1, SENT_MAX);
	*sent = (struct sent){.id = transfer->id, .at_us = *fake->us, .is_open = true, .took_us = 5000};
	snprintf(sent->supplier, sizeof sent->supplier, "%.*s", ENT_F(transfer->supplier));
	snprintf(sent->line, sizeof sent->line, "%s %.*s", transfer->method, ENT_F(transfer->url));
	text_keep(sent->body, transfer->body);
	for (size_t i = 0; i < transfer->n_header; i++)
		if (sdk_ieqz(transfer->header[i].name, "authorization") || sdk_ieqz(transfer->header[i].name, "x-key"))
			text_keep(sent->authorization, transfer->header[i].value);
}

static inline bool fake_next(struct transfers *of, struct transfer_end *ret)
{
	struct fake_transfers *fake = (struct fake_transfers *)of;

	for (size_t i = 0; i < fake->n; i++) {
		struct sent *sent = &fake->sent[i];
		if (!sent->is_open || !sent->is_answered)
			continue;
		sent->is_open = false;
		fake->header[0] = (struct ent_header){ENT_STR("Retry-After"), sdk_str(sent->retry_after)};
		*ret = (struct transfer_end){
		    .id = sent->id,
		    .outcome = sent->outcome,
		    .took_us = sent->took_us,
		    .response = {sent->status, fake->header, sent->retry_after[0] != '\0', sdk_str(sent->answer)}};
		if (sent->outcome != TRANSFER_ANSWERED)
			(void)sdk_fail(&ret->why, ENT_ERETRY, "%s", sent->answer);
		return true;
	}
	return false;
}

static inline void fake_drop(struct transfers *of, struct ent_str supplier)
{
	struct fake_transfers *fake = (struct fake_transfers *)of;

	(void)supplier;
	fake->n_drop++;
}

#endif
