/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/try_ask.h"

#include <string.h>

#include "sdk/time.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"

/* Examples for options that were left out. They say that they are examples: a person may read them in the tool. */
#define EXAMPLE_ID      "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define EXAMPLE_TICKET  "1"
#define EXAMPLE_COMMENT "1"
#define EXAMPLE_NUMBER  "ENT-000042"
#define EXAMPLE_TITLE   "A test by Entente: please ignore"
#define EXAMPLE_TEXT    "A test of the connection. Please ignore it."

enum { DAY_MS = 86400000, HEADERS_MAX = 100, PAGES_MAX = 1000 };

/* kind: of decode, none is asked. */
static const struct {
	const char *name;
	enum ent_op_kind kind;
} ops[TRY_N_OP] = {[TRY_POLL] = {"poll", ENT_POLL},
		   [TRY_FETCH] = {"fetch", ENT_FETCH_TICKET},
		   [TRY_CREATE] = {"create", ENT_CREATE_TICKET},
		   [TRY_UPDATE] = {"update", ENT_UPDATE_TICKET},
		   [TRY_COMMENT] = {"comment", ENT_ADD_COMMENT},
		   [TRY_EDIT] = {"edit", ENT_EDIT_COMMENT},
		   [TRY_REMOVE] = {"remove", ENT_REMOVE_COMMENT},
		   [TRY_LOOK] = {"look", ENT_ADD_COMMENT},
		   [TRY_PROBE] = {"probe", ENT_PROBE},
		   [TRY_LOGIN] = {"login", ENT_LOGIN},
		   [TRY_DECODE] = {"decode", ENT_CREATE_TICKET}};

const char *try_op_name(enum try_op op)
{
	return ops[op].name;
}

const char *try_op_of(enum ent_op_kind kind)
{
	int op = 0;

	while (ops[op].kind != kind)
		op++;
	return ops[op].name;
}

bool try_op_by_name(const char *name, enum try_op *ret)
{
	for (int i = 0; i < TRY_N_OP; i++)
		if (!strcmp(name, ops[i].name)) {
			*ret = (enum try_op)i;
			return true;
		}
	return false;
}

/* ---- the words ---------------------------------------------------------------------------- */

static bool needs_ticket(const struct try_words *words, enum try_op op)
{
	return op == TRY_FETCH || op == TRY_UPDATE || op == TRY_COMMENT || op == TRY_EDIT || op == TRY_REMOVE ||
	       (op == TRY_LOOK && !(words->of && !strcmp(words->of, "create")));
}

static enum ent_rc number_check(const char *word, const char *option, int64_t most, struct ent_err *err)
{
	int64_t n;

	if (!word || (sdk_to_int(sdk_str(word), &n) && n >= 0 && n <= most))
		return ENT_OK;
	return sdk_fail(err, ENT_EINVAL, "--%s takes a number from 0 to %lld, not \"%s\"", option, (long long)most,
			word);
}

static const char *option_word(const struct try_words *words, enum ent_attr attr)
{
	const char *const word[ENT_N_ATTR] = {
	    [ENT_PRIORITY] = words->priority, [ENT_IMPACT] = words->impact, [ENT_URGENCY] = words->urgency};

	return word[attr];
}

static enum ent_rc levels_check(const struct try_words *words, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	for (unsigned i = 0; i < ENT_N_ATTR && rc == ENT_OK; i++)
		rc = number_check(option_word(words, (enum ent_attr)i), sdk_attr_name((enum ent_attr)i),
				  sdk_attr_steps((enum ent_attr)i), err);
	return rc;
}

enum ent_rc try_words_check(const struct try_words *words, enum try_op *ret, struct ent_err *err)
{
	int64_t unused;
	enum ent_rc rc;

	if (!words->op || !try_op_by_name(words->op, ret))
		return sdk_fail(err, ENT_EINVAL,
				"--op takes one of poll, fetch, create, update, comment, edit, remove, look, probe, "
				"login, decode");
	if (words->live && (words->n_answer || *ret == TRY_DECODE))
		return sdk_fail(err, ENT_EINVAL, "--live asks the tool itself: leave %s out",
				*ret == TRY_DECODE ? "it" : "--answer");
	if (*ret == TRY_DECODE && words->n_answer != 1)
		return sdk_fail(err, ENT_EINVAL,
				"decode reads one webhook: --answer FILE, or --answer - for standard "
				"input");
	if (words->live && needs_ticket(words, *ret) && !words->ticket)
		return sdk_fail(err, ENT_EINVAL, "--live asks for a real ticket: say which one with --ticket ID");
	if (words->live && (*ret == TRY_EDIT || *ret == TRY_REMOVE) && !words->comment)
		return sdk_fail(err, ENT_EINVAL, "--live asks for a real comment: say which one with --comment ID");
	if (words->of && strcmp(words->of, "create") != 0 && strcmp(words->of, "comment") != 0)
		return sdk_fail(err, ENT_EINVAL, "--of takes create or comment, not \"%s\"", words->of);
	if (words->from && !sdk_time_parse(sdk_str(words->from), 0, &unused))
		return sdk_fail(err, ENT_EINVAL, "--from takes a time such as 2026-11-22T00:00:00Z, not \"%s\"",
				words->from);
	if (words->status && sdk_status(sdk_str(words->status)) == ENT_STATUS_UNKNOWN)
		return sdk_fail(err, ENT_EINVAL,
				"--status takes one of Entente's words, such as in_progress or resolved, not "
				"\"%s\"",
				words->status);
	if (words->number && !incident_number_parse(sdk_str(words->number), &unused))
		return sdk_fail(err, ENT_EINVAL, "--number takes an incident's number, such as ENT-000042, not \"%s\"",
				words->number);
	if (words->id && !sdk_is_uuid(sdk_str(words->id)))
		return sdk_fail(err, ENT_EINVAL, "--id takes a UUID, such as " EXAMPLE_ID);
	rc = levels_check(words, err);
	if (rc == ENT_OK)
		rc = number_check(words->phase, "phase", UINT32_MAX, err);
	return rc == ENT_OK ? number_check(words->pages, "pages", PAGES_MAX, err) : rc;
}

/* ---- the call ------------------------------------------------------------------------------- */

static const char *or_example(const char *word, const char *example)
{
	return word ? word : example;
}

static int64_t number_or(const char *word, int64_t dflt)
{
	(void)(word && sdk_to_int(sdk_str(word), &dflt)); /* words_check() refused anything else */
	return dflt;
}

static enum ent_op_kind kind_of(const struct try_words *words, enum try_op op)
{
	return op == TRY_LOOK && words->of && !strcmp(words->of, "create") ? ENT_CREATE_TICKET : ops[op].kind;
}

/* The status is among them where nothing else is said. */
static void values_take(const struct try_words *words, enum ent_op_kind kind, struct delivery *delivery)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		const char *word = option_word(words, (enum ent_attr)i);

		delivery->values.at[i] = word ? attr_value((enum ent_attr)i, sdk_str(word)) : 0;
		set |= (uint32_t)(word != NULL) << i;
	}
	if (words->status || set == 0)
		set |= 1u << ENT_STATUS;
	if (kind == ENT_UPDATE_TICKET)
		delivery->set = set;
	if (kind == ENT_UPDATE_TICKET || words->status)
		delivery->values.at[ENT_STATUS] = sdk_status(sdk_str(or_example(words->status, "in_progress")));
}

/* As the broker makes a delivery of a comment. */
static enum ent_rc delivery_make(const struct try_words *words, enum ent_op_kind kind, const struct supplier_set *set,
				 const struct supplier *supplier, struct ent_arena *arena, struct ent_op *ret,
				 struct ent_err *err)
{
	struct delivery *delivery = SDK_NEW(arena, struct delivery);
	int64_t now_ms = clock_system()->now_ms(clock_system());
	struct comment said = {.author.name = sdk_str(or_example(words->author, "Ada Example")),
			       .body = sdk_str(or_example(words->text, EXAMPLE_TEXT)),
			       .created_ms = now_ms};
	enum delivery_cause cause;

	*delivery = (struct delivery){.supplier = supplier->name, .op = kind, .made_ms = now_ms};
	if (words->id || !words->live)
		(void)memcpy(delivery->key, sdk_z(arena, sdk_lower(arena, sdk_str(or_example(words->id, EXAMPLE_ID)))),
			     ID_SIZE);
	else
		chance_system()->uuid(chance_system(), delivery->key);
	(void)incident_number_parse(sdk_str(or_example(words->number, EXAMPLE_NUMBER)), &delivery->incident);
	if (kind != ENT_CREATE_TICKET) {
		delivery->ticket = sdk_str(or_example(words->ticket, EXAMPLE_TICKET));
		delivery->ticket_key =
		    sdk_str(or_example(words->ticket_key, or_example(words->ticket, EXAMPLE_TICKET)));
	}
	values_take(words, kind, delivery);
	if (kind == ENT_CREATE_TICKET) {
		delivery->title = sdk_str(or_example(words->title, EXAMPLE_TITLE));
		delivery->text = said.body;
	}
	memcpy(said.uuid, EXAMPLE_ID, sizeof said.uuid);
	if (kind == ENT_ADD_COMMENT || delivery_changes_comment(kind))
		memcpy(delivery->comment, said.uuid, sizeof delivery->comment);
	if (delivery_changes_comment(kind)) { /* the comment stands there with the marker that it went with */
		delivery->stands_as = sdk_str(or_example(words->comment, EXAMPLE_COMMENT));
		memcpy(delivery->first_key, delivery->key, sizeof delivery->first_key);
	}
	return delivery_op(delivery, supplier, set, delivery->comment[0] ? &said : NULL, arena, ret, &cause, err);
}

enum ent_repeat try_repeat(const struct supplier *supplier, const struct ent_self *self, enum ent_op_kind kind)
{
	unsigned lag_s = 0;

	if (supplier->connector->repeat)
		return supplier->connector->repeat(self, kind, &lag_s);
	return kind == ENT_CREATE_TICKET || kind == ENT_ADD_COMMENT ? ENT_REPEAT_NEVER : ENT_REPEAT_SAFE;
}

static enum ent_rc can_ask(const struct supplier *supplier, const struct ent_self *self, enum try_op op,
			   enum ent_op_kind kind, struct ent_err *err)
{
	enum ent_repeat how;

	if (!supplier->link.url.n)
		return sdk_fail(err, ENT_EUNSUPPORTED,
				"supplier %.*s has no url: we only listen to it. Add url, or try --op decode",
				ENT_F(supplier->name));
	if (!supplier_can(supplier, kind) && !(kind == ENT_POLL && supplier->cannot_poll.code.n)) /* build() says why */
		return sdk_fail(err, ENT_EUNSUPPORTED, "connector %s does not know this op: %s",
				supplier->connector->name, try_op_name(op));
	how = op == TRY_LOOK ? try_repeat(supplier, self, kind) : ENT_REPEAT_SEARCH;
	if (how != ENT_REPEAT_SEARCH)
		return sdk_fail(err, ENT_EUNSUPPORTED, "this supplier is not searched before a repeat: %s",
				how == ENT_REPEAT_SAFE ? "sending it again does no harm there"
						       : "a person is asked whether it was done");
	return ENT_OK;
}

enum ent_rc try_call(const struct try_words *words, enum try_op op, const struct supplier_set *set,
		     const struct supplier *supplier, const struct ent_self *self, struct ent_arena *arena,
		     struct ent_call *ret, struct ent_err *err)
{
	enum ent_op_kind kind = kind_of(words, op);
	enum ent_rc rc = can_ask(supplier, self, op, kind, err);

	*ret = (struct ent_call){.op = {.kind = kind},
				 .phase = (unsigned)number_or(words->phase, 0),
				 .attempt = 1,
				 .look = op == TRY_LOOK,
				 .memo = sdk_str(words->cursor)};
	if (rc != ENT_OK)
		return rc;
	if (kind == ENT_CREATE_TICKET || kind == ENT_UPDATE_TICKET || kind == ENT_ADD_COMMENT ||
	    delivery_changes_comment(kind))
		return delivery_make(words, kind, set, supplier, arena, &ret->op, err);
	if (kind == ENT_FETCH_TICKET) {
		ret->op.ticket.id = sdk_str(or_example(words->ticket, EXAMPLE_TICKET));
		ret->op.ticket.key = sdk_str(or_example(words->ticket_key, or_example(words->ticket, EXAMPLE_TICKET)));
	}
	if (kind == ENT_POLL) {
		ret->op.since_ms = clock_system()->now_ms(clock_system()) - DAY_MS;
		if (words->from)
			(void)!sdk_time_parse(sdk_str(words->from), 0, &ret->op.since_ms);
	}
	return ENT_OK;
}

/* ---- a message from a file -------------------------------------------------------------------- */

static struct ent_str line_cut(struct ent_str *text)
{
	struct ent_str line = sdk_cut(*text, '\n', text);

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* "HTTP/1.1 200 OK" or "POST /hooks/x HTTP/1.1". */
static bool first_line(struct ent_str line, bool is_request, int *ret_status)
{
	struct ent_str rest, word = sdk_cut(line, ' ', &rest), last;
	int64_t status;

	if (is_request) {
		(void)sdk_cut(rest, ' ', &last);
		return sdk_is_token(word) && sdk_starts(last, "HTTP/");
	}
	if (!sdk_starts(word, "HTTP/") || !sdk_to_int(sdk_cut(rest, ' ', &last), &status) || status < 100 ||
	    status > 599)
		return false;
	*ret_status = (int)status;
	return true;
}

enum ent_rc try_message_read(struct ent_arena *arena, struct ent_str text, bool is_request, struct try_message *ret,
			     struct ent_err *err)
{
	struct ent_str rest = text, line = line_cut(&rest), value;

	*ret = (struct try_message){.status = is_request ? 0 : 200, .body = text};
	if (!first_line(line, is_request, &ret->status)) {
		if (is_request && sdk_starts(text, "HTTP/"))
			return sdk_fail(err, ENT_EINVAL,
					"this is an answer; a webhook begins with POST /... HTTP/1.1, or is the body "
					"alone");
		if (sdk_starts(text, "HTTP/"))
			return sdk_fail(err, ENT_EINVAL, "the first line is not a status line such as HTTP/1.1 200 OK");
		return ENT_OK;
	}
	ret->has_head = true;
	ret->header = SDK_NEW_N(arena, struct ent_header, HEADERS_MAX);
	while (rest.p && (line = line_cut(&rest)).n > 0) {
		struct ent_str name = sdk_cut(line, ':', &value);

		if (!value.p || !sdk_is_token(name) || ret->n_header == HEADERS_MAX)
			return sdk_fail(err, ENT_EINVAL,
					"line %zu after the first is not a header (\"Name: value\"); an empty line "
					"ends the headers",
					ret->n_header + 1);
		ret->header[ret->n_header++] = (struct ent_header){name, sdk_trim(value)};
	}
	ret->body = rest.p ? rest : ENT_STR("");
	/* `curl -i` also prints interim answers, such as 100 */
	if (!is_request && (ret->status < 200 || sdk_starts(ret->body, "HTTP/")))
		return try_message_read(arena, ret->body, false, ret, err);
	return ENT_OK;
}
