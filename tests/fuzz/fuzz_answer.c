/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of one connector: whatever a tool answers and whatever stands in a memo or a
 * text, build() and parse() keep what the contract promises. First byte: the op; second:
 * phase, look and status; up to a line break the memo; the rest is the answer and the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/dialog.h"

#define SETTINGS_SIZE 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void defaults_fill(const struct ent_connector *connector, char *settings)
{
	for (const struct ent_setting *row = connector->setting; row && row->name; row++) {
		struct ent_str value = sdk_str(row->dflt ? row->dflt : "7");
		int64_t i = 0;
		bool b = sdk_eqz(value, "true");

		if (row->type == ENT_SETTING_STR)
			memcpy(settings + row->offset, &value, sizeof value);
		else if (row->type == ENT_SETTING_BOOL)
			memcpy(settings + row->offset, &b, sizeof b);
		else if (sdk_to_int(value, &i))
			memcpy(settings + row->offset, &i, sizeof i);
	}
}

static void call_fill(struct ent_call *call, uint8_t kind, uint8_t bits, struct ent_str text)
{
	struct ent_op *op = &call->op;

	op->kind = (enum ent_op_kind)(kind % ENT_N_OP);
	op->key = ENT_STR("0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a");
	op->number = ENT_STR("ENT-000042");
	op->marker = ENT_STR("[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]");
	op->since_ms = 1795320000000;
	if (op->kind != ENT_CREATE_TICKET && op->kind < ENT_POLL)
		op->ticket.id = ENT_STR("17");
	if (op->kind == ENT_CREATE_TICKET || op->kind == ENT_UPDATE_TICKET) {
		sdk_set(&op->ticket, ENT_TITLE, text);
		sdk_set(&op->ticket, ENT_DESCRIPTION, text);
		sdk_set_person(&op->ticket, ENT_STATUS, ENT_STR("done"), ENT_STR("resolved"));
		sdk_set_person(&op->ticket, ENT_PRIORITY, ENT_STR("2"), ENT_STR("2"));
	}
	if (op->kind == ENT_ADD_COMMENT) {
		op->comment.body = text;
		op->comment.visibility = kind & 0x80 ? ENT_PUBLIC : ENT_INTERNAL;
	}
	call->phase = bits & 7;
	call->look = bits & 8;
	call->attempt = 1;
	call->now_ms = 1795321125000;
}

static void complain(const char *fault, const struct ent_err *err)
{
	if (!fault)
		return;
	fprintf(stderr, "%s (%s)\n", fault, err->msg);
	abort();
}

static void step(const struct ent_connector *connector, const struct ent_call *call, int status, struct ent_str body)
{
	static const struct ent_header header[] = {
	    {{"Date", 4}, {"Sun, 22 Nov 2026 04:18:45 GMT", 29}},
	    {{"ETag", 4}, {"\"7\"", 3}},
	    {{"Location", 8}, {"https://desk.example/tickets/17", 31}},
	    {{"Link", 4}, {"<https://desk.example/t?page=2>; rel=\"next\"", 43}},
	};
	union {
		char bytes[SETTINGS_SIZE];
		int64_t aligned;
	} settings = {{0}};
	struct ent_self self = {settings.bytes, NULL};
	struct ent_response response = {status, header, sizeof header / sizeof *header, body};
	struct ent_request request = {0};
	struct ent_result result = {0};
	struct ent_err err = {""}, refused = {""};
	struct sdk_arena arena;
	enum ent_rc rc;

	sdk_arena_init(&arena);
	defaults_fill(connector, settings.bytes);
	if (connector->open && connector->open(self.settings, &self.state, &err) != ENT_OK)
		abort();
	/* a memo is only what parse() gave: one that was not is refused or leads nowhere, and breaks nothing */
	if (connector->build(&self, call, &arena.abi, &request, &refused) == ENT_OK && call->memo.n == 0)
		complain(request_fault(&arena.abi, &request), &refused);
	rc = connector->parse(&self, call, &response, &arena.abi, &result, &err);
	if (call->memo.n == 0)
		complain(result_fault(&arena.abi, call, rc, &result, &err), &err);
	if (connector->close)
		connector->close(self.state);
	sdk_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int status[] = {200, 201, 204, 400, 404, 409, 200, 503};
	const struct ent_connector *connector = entente_connector(ENT_ABI);
	struct ent_call call = {0};
	struct ent_str rest, memo, text;

	if (size < 3 || connector->settings_size > SETTINGS_SIZE)
		return 0;
	rest = (struct ent_str){(const char *)data + 2, size - 2};
	memo = sdk_cut(rest, '\n', &rest);
	/* words of people are UTF-8 without NUL: all came through the gate of JSON */
	text = sdk_is_utf8(rest) && !memchr(rest.n > 0 ? rest.p : "x", '\0', rest.n > 0 ? rest.n : 1)
		   ? sdk_or_empty(rest)
		   : ENT_STR("text");
	call_fill(&call, data[0], data[1], text);
	call.memo = memo.n > 0 && sdk_is_utf8(memo) ? memo : ENT_ABSENT;
	step(connector, &call, status[data[1] >> 4 & 7], sdk_or_empty(rest));
	return 0;
}
