/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives one connector any bytes as answer, webhook and memo, and checks that build(), parse() and decode() keep the
 * contract. For fuzz_answer.c (libFuzzer) and for tests/unit/test_answers.c (a fixed set under ASan).
 */
#ifndef FUZZ_ANSWER_H
#define FUZZ_ANSWER_H

#include <string.h>

#include "cases/dialog.h"

#define ANSWERER_SETTINGS_SIZE 4096
#define ANSWERER_TRIPS         3 /* all with the same answer; each goes on with the phase and memo of the one before */

struct answerer {
	const struct ent_connector *connector;
	union {
		char bytes[ANSWERER_SETTINGS_SIZE];
		int64_t aligned;
	} settings;
	struct ent_self self;
};

/* For generic: programs that return the answer's own JSON, so that the fuzzer writes the output of the programs. */
static inline struct ent_str setting_value(const struct ent_setting *row, bool is_generic)
{
	static const char *const echo[][2] = {
	    {"decode", ".body"},
	    {"build", ".memo.request? // {method: \"GET\", path: \"/x\"}"},
	    {"parse", ".body"},
	    {"probe", ".body? // {method: \"GET\", path: \"/me\"}"},
	    {"login", ".memo.request? // {method: \"POST\", path: \"/login\"}"},
	    {"login_parse", ".body"},
	    {"statuses", "own"},
	    {"repeat_create", "search"},
	    {"repeat_comment", "search"},
	    {"zone", "Europe/Paris"},
	};

	for (size_t i = 0; is_generic && i < sizeof echo / sizeof *echo; i++)
		if (strcmp(echo[i][0], row->name) == 0)
			return sdk_str(echo[i][1]);
	return sdk_str(row->dflt ? row->dflt : "7");
}

/* NULL, or why its settings are refused. */
static inline const char *answerer_open(struct answerer *answerer, const struct ent_connector *connector,
					struct ent_err *err)
{
	bool is_generic = strcmp(connector->name, "generic") == 0;

	*answerer = (struct answerer){.connector = connector};
	answerer->self.settings = answerer->settings.bytes;
	if (connector->settings_size > ANSWERER_SETTINGS_SIZE)
		return "its settings are larger than this test takes";
	for (const struct ent_setting *row = connector->setting; row && row->name; row++) {
		struct ent_str value = setting_value(row, is_generic);
		char *at = answerer->settings.bytes + row->offset;
		int64_t i = 0;
		bool b = sdk_eqz(value, "true");

		if (row->type == ENT_SETTING_STR)
			memcpy(at, &value, sizeof value);
		else if (row->type == ENT_SETTING_BOOL)
			memcpy(at, &b, sizeof b);
		else if (sdk_to_int(value, &i))
			memcpy(at, &i, sizeof i);
	}
	if (connector->open && connector->open(answerer->self.settings, &answerer->self.state, err) != ENT_OK)
		return "it refuses its settings";
	return NULL;
}

static inline void answerer_close(struct answerer *answerer)
{
	if (answerer->connector->close)
		answerer->connector->close(answerer->self.state);
}

static inline void call_fill(struct ent_call *call, uint8_t kind, uint8_t bits, struct ent_str text)
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
	call->look = (bits & 8) && (op->kind == ENT_CREATE_TICKET || op->kind == ENT_ADD_COMMENT);
	call->attempt = 1;
	call->now_ms = 1795321125000;
}

/* People's texts are UTF-8 without NUL: all came through the JSON parser. */
static inline struct ent_str words_of(struct ent_str bytes)
{
	bool is_text = sdk_is_utf8(bytes) && !memchr(bytes.n > 0 ? bytes.p : "x", '\0', bytes.n > 0 ? bytes.n : 1);

	return is_text ? sdk_or_empty(bytes) : ENT_STR("text");
}

/* The trips of one call. NULL, or the promise that was broken. A real memo always comes from parse(); one that does not
 * must be refused or ignored. */
static inline const char *answerer_ask(struct answerer *answerer, struct ent_call *call, int status,
				       struct ent_str body, struct ent_err *err)
{
	static const struct ent_header header[] = {
	    {{"Date", 4}, {"Sun, 22 Nov 2026 04:18:45 GMT", 29}},
	    {{"ETag", 4}, {"\"7\"", 3}},
	    {{"Location", 8}, {"https://desk.example/tickets/17", 31}},
	    {{"Link", 4}, {"<https://desk.example/t?page=2>; rel=\"next\"", 43}},
	};
	const struct ent_connector *connector = answerer->connector;
	struct ent_response response = {status, header, sizeof header / sizeof *header, body};
	bool is_ours = call->memo.n == 0;
	const char *fault = NULL;
	struct sdk_arena arena;
	enum ent_rc rc = ENT_MORE;

	if (!(connector->ops & 1u << call->op.kind)) /* the broker never sends this op */
		return NULL;
	sdk_arena_init(&arena);
	for (int i = 0; i < ANSWERER_TRIPS && rc >= ENT_OK && !fault; i++) {
		struct ent_request request = {0};
		struct ent_result result = {0};

		*err = (struct ent_err){0};
		if (connector->build(&answerer->self, call, &arena.abi, &request, err) == ENT_OK && is_ours)
			fault = request_fault(&arena.abi, &request);
		*err = (struct ent_err){0};
		rc = connector->parse(&answerer->self, call, &response, &arena.abi, &result, err);
		if (!fault && is_ours)
			fault = result_fault(&arena.abi, call, rc, &result, err);
		call->phase = rc == ENT_MORE ? result.phase : 0;
		call->memo = result.memo;
	}
	sdk_arena_release(&arena);
	return fault;
}

static inline const char *answerer_hear(struct answerer *answerer, struct ent_str body, struct ent_err *err)
{
	static const struct ent_header header[] = {{{"X-GitHub-Event", 14}, {"issues", 6}}};
	const struct ent_webhook webhook = {header, 1, body, ENT_ABSENT};
	struct ent_changes changes = {NULL, 0};
	const char *fault = NULL;
	struct sdk_arena arena;

	*err = (struct ent_err){0};
	sdk_arena_init(&arena);
	if (answerer->connector->decode(&answerer->self, &webhook, &arena.abi, &changes, err) == ENT_OK)
		fault = changes_fault(&arena.abi, &changes);
	else if (!err->msg[0])
		fault = "a webhook is refused without a reason";
	sdk_arena_release(&arena);
	return fault;
}

#endif
