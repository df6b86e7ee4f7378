/* SPDX-License-Identifier: Apache-2.0 */
/* One supplier, looked at before a start: what it may say to us, and what we can say to it. */
#include <string.h>

#include "cli/check_supplier.h"
#include "sdk/webhook.h"

#define SECRET_LEAST 16 /* bytes; a shorter one can be guessed from a recorded webhook */

/* ---- the way in ---------------------------------------------------------------------------- */

static void secrets_check(struct check *check, const struct supplier *supplier, const struct config_note *note,
			  const char *name)
{
	if (supplier->no_hooks && !supplier_can(supplier, ENT_POLL))
		check_say(check, RESULT_WARN, name,
			  "nothing is heard from it: it sends no webhooks (no secret), and its tool is not polled");
	else if (supplier->no_hooks)
		check_say(check, RESULT_OK, name, "sends no webhooks: /hooks/%.*s is closed, it is asked every %lld s",
			  ENT_F(supplier->name), (long long)(supplier->link.poll_ms + 999) / 1000);
	else if (supplier->n_secret == 0)
		check_say(check, RESULT_WARN, name,
			  "unsigned: whoever reaches /hooks/%.*s can write tickets in its name", ENT_F(supplier->name));
	for (size_t i = 0; i < supplier->n_secret; i++) {
		struct ent_str reference = note->secret[i];
		size_t n = secret_bytes(&supplier->secret[i]).n;

		if (n < SECRET_LEAST)
			check_say(check, RESULT_WARN, name,
				  "secret %.*s has %zu bytes: take %d or more, made by chance", ENT_F(reference), n,
				  SECRET_LEAST);
		else
			check_say(check, RESULT_OK, name, "secret %.*s can be read", ENT_F(reference));
	}
}

static void joins_check(struct check *check, const struct supplier *supplier, const char *name)
{
	if (supplier->joins == JOINS_ANYONE)
		check_say(check, RESULT_WARN, name,
			  "joins: anyone: a supplier that guesses an incident's number reads what is said there from "
			  "then on. "
			  "With joins: ask you decide about each");
}

/* Tools that can send no header call an address with the secret in it; a connector that takes that takes it alone. */
static void path_check(struct check *check, const struct supplier *supplier, const struct ent_self *self,
		       struct ent_arena *arena, const char *name)
{
	struct ent_webhook webhook = {.body = ENT_STR("{}")};
	struct ent_str secret, delivery = ENT_ABSENT;
	struct ent_err err;

	if (supplier->n_secret == 0)
		return;
	webhook.path_secret = secret = secret_bytes(&supplier->secret[0]);
	if (supplier->connector->verify(self, &webhook, &secret, 1, 0, arena, &delivery, &err) == ENT_OK)
		check_say(check, RESULT_WARN, name,
			  "its secret stands in the address /hooks/%.*s/SECRET: proxies on the way write it into their "
			  "logs. Prefer a header, where its tool can send one",
			  ENT_F(supplier->name));
}

static void map_say(struct check *check, const struct supplier *supplier, enum ent_attr attr, const char *name)
{
	const struct map *map = &supplier->maps.of[attr];
	const struct ent_map_row *dflt = supplier->connector->map[attr];
	const char *what = sdk_attr_name(attr);
	struct ent_err err;

	bool is_empty = map->n_in == 0 && (!dflt || !dflt->native);

	if (is_empty && attr_rule(attr) == ATTR_OPTIONAL)
		return;
	if (is_empty)
		check_say(check, RESULT_WARN, name, "map.%s is empty: every %s is kept as it is, and flagged", what,
			  what);
	else if (map_check(map, dflt, attr, &err) != ENT_OK)
		check_say(check, RESULT_FAIL, name, "map: %s; say in %s_out which word goes out", err.msg, what);
	else
		check_say(check, RESULT_OK, name, "map.%s: every %s we send is read back as the same one", what, what);
}

/* ---- the way out --------------------------------------------------------------------------- */

static void can_say(struct check *check, const struct supplier *supplier, const char *name)
{
	static const struct {
		enum ent_op_kind op;
		const char *words;
	} can[] = {{ENT_CREATE_TICKET, "opens tickets"}, {ENT_UPDATE_TICKET, "changes tickets"},
		   {ENT_ADD_COMMENT, "comments"},        {ENT_EDIT_COMMENT, "edits its comments"},
		   {ENT_REMOVE_COMMENT, "removes them"}, {ENT_FETCH_TICKET, "reads tickets"},
		   {ENT_POLL, "asks what is new"}};
	struct sdk_buf words;
	bool writes = false;

	sdk_buf_init(&words, 1024);
	for (size_t i = 0; i < sizeof can / sizeof *can; i++) {
		if (!supplier_can(supplier, can[i].op))
			continue;
		writes |= can[i].op <= ENT_REMOVE_COMMENT;
		sdk_buf_format(&words, "%s%s", words.n ? ", " : "", can[i].words);
	}
	if (words.n == 0)
		check_say(check, RESULT_WARN, name, "url has no use: connector %s only listens",
			  supplier->connector->name);
	else
		check_say(check, RESULT_OK, name, "way out: connector %s %.*s", supplier->connector->name,
			  ENT_F(words));
	sdk_buf_release(&words);
	for (const struct ent_sentence *cannot = supplier->connector->cannot; cannot && cannot->code; cannot++)
		check_say(check, RESULT_OK, name, "its tool cannot do all: %s", cannot->text);
	if (supplier->cannot_poll.code.n)
		check_say(check, supplier->no_hooks ? RESULT_WARN : RESULT_OK, name, "its tool cannot be polled: %.*s",
			  ENT_F(supplier->cannot_poll.text));
	if (writes && !supplier->account.p)
		check_say(check, RESULT_WARN, name,
			  "account is missing: what we write there is known again by id and words, not by its author; "
			  "set it to our user in its tool");
}

/* A value without a word there is parked when it is to be told. */
static void words_out_say(struct check *check, const struct supplier *supplier, const char *name)
{
	struct sdk_buf mute;

	if (!supplier_can(supplier, ENT_UPDATE_TICKET) || supplier->policy[ENT_STATUS] == POLICY_THEIRS)
		return;
	sdk_buf_init(&mute, 1024);
	for (unsigned i = ENT_STATUS_UNKNOWN + 1; i < ENT_N_STATUS; i++) {
		const char *status = sdk_status_name((enum ent_status)i);

		/* a hand-over is a supplier's word, nobody is told it */
		if (i != ENT_TRANSFERRED &&
		    !map_out(&supplier->maps.of[ENT_STATUS], supplier->connector->map[ENT_STATUS], sdk_str(status)).p)
			sdk_buf_format(&mute, "%s%s", mute.n ? ", " : "", status);
	}
	if (mute.n > 0)
		check_say(check, RESULT_WARN, name,
			  "its tool has no word for %.*s: updates to it will be parked. Add one under map.status_out",
			  ENT_F(mute));
	else
		check_say(check, RESULT_OK, name, "its tool has a word for every status");
	sdk_buf_release(&mute);
}

static void reach_say(struct check *check, const struct supplier *supplier, bool shows_who, const char *name)
{
	const struct supplier_link *link = &supplier->link;

	if (link->auth == AUTH_NONE && !shows_who)
		check_say(check, RESULT_WARN, name, "no auth: its tool is asked without logging in");
	if (sdk_starts(link->url, "http://") || sdk_starts(link->token_url, "http://"))
		check_say(check, RESULT_WARN, name,
			  "http: whoever is on the way reads the credential and can change what is said");
	for (size_t i = 0; i < link->n_allow; i++)
		if (sdk_eqz(link->allow[i], "0.0.0.0/0") || sdk_eqz(link->allow[i], "::/0"))
			check_say(check, RESULT_WARN, name, "allow has %.*s: this machine itself may be connected to",
				  ENT_F(link->allow[i]));
	if (link->paused)
		check_say(check, RESULT_WARN, name, "paused: nothing is sent to it and nothing asked");
}

/* Builds each op with example values and looks at the requests. True: one of them shows its tool who we are, by a
 * login, a credential or a signature of the connector. */
static bool slots_check(struct check *check, const struct supplier *supplier, const struct ent_self *self,
			struct ent_arena *arena, const char *name)
{
	bool said = false, shows_who = supplier->link.n_named > 0;

	for (int kind = 0; kind < ENT_N_OP; kind++) {
		struct ent_call call = {.op = {.kind = (enum ent_op_kind)kind}, .attempt = 1};
		struct ent_request request = {0};
		struct ent_err err;

		if (!supplier_can(supplier, call.op.kind))
			continue;
		call.op.key = ENT_STR("0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a");
		call.op.number = ENT_STR("ENT-000042");
		call.op.ticket.id = call.op.kind == ENT_CREATE_TICKET ? ENT_ABSENT : ENT_STR("1");
		call.op.comment.body = ENT_STR("a");
		if (supplier->connector->build(self, &call, arena, &request, &err) != ENT_OK)
			continue;
		shows_who |= call.op.kind == ENT_LOGIN || request.n_slot > 0;
		shows_who |= request.sign && supplier->n_secret > 0;
		for (size_t i = 0; i < request.n_slot; i++)
			said |= request.slot[i].place == ENT_IN_PATH;
	}
	if (said)
		check_say(
		    check, RESULT_WARN, name,
		    "the path of a request contains a secret: proxies on the way write it into their logs. If its "
		    "tool allows it, use a header or `auth` instead");
	return shows_who;
}

static void out_check(struct check *check, const struct supplier *supplier, bool shows_who, const char *name)
{
	if (supplier->link.url.n == 0) {
		check_say(check, supplier->link.auth == AUTH_NONE ? RESULT_OK : RESULT_WARN, name,
			  "no way out%s: its tool is not written to",
			  supplier->link.auth == AUTH_NONE ? "" : ", although auth is there (url is missing)");
		return;
	}
	can_say(check, supplier, name);
	words_out_say(check, supplier, name);
	reach_say(check, supplier, shows_who, name);
}

/* ---- both -------------------------------------------------------------------------------------- */

void check_supplier(struct check *check, size_t i)
{
	const struct supplier *supplier = &check->boot.config->suppliers->at[i];
	const struct ent_connector *connector = supplier->connector;
	struct sdk_arena arena;
	struct ent_err err;
	const char *name;
	bool shows_who = false;
	void *state = NULL;

	sdk_arena_init(&arena);
	name = sdk_z(&arena.abi, sdk_format(&arena.abi, "supplier %.*s", ENT_F(supplier->name)));
	if (connector->open && connector->open(supplier->settings, &state, &err) != ENT_OK) {
		check_say(check, RESULT_FAIL, name, "connector %s: %s", connector->name, err.msg);
	} else {
		struct ent_self self = {supplier->settings, state};

		check_say(check, RESULT_OK, name, "connector %s opens", connector->name);
		path_check(check, supplier, &self, &arena.abi, name);
		joins_check(check, supplier, name);
		shows_who = slots_check(check, supplier, &self, &arena.abi, name);
		if (connector->close)
			connector->close(state);
	}
	secrets_check(check, supplier, &check->boot.config->note[i], name);
	for (unsigned k = 0; k < ENT_N_ATTR; k++)
		if (attr_in(ATTR_MAPPEDS, k))
			map_say(check, supplier, (enum ent_attr)k, name);
	out_check(check, supplier, shows_who, name);
	sdk_arena_release(&arena);
}
