/* SPDX-License-Identifier: Apache-2.0 */
/* The connector's table: settings, and the four steps put together. See generic.h. */
#include "generic.h"

#include "sdk/dialect.h"

#include <stdlib.h>

#include "sdk/ask.h"

static const struct ent_setting generic_setting[] = {
    {"decode", ENT_SETTING_STR, NULL, offsetof(struct generic_settings, decode),
     "jq program: {\"headers\": {\"x-name\": \"value\"}, \"body\": ...} in, one object for each change out: "
     "{\"ticket\": {\"id\", "
     "\"key\", \"title\", \"status\", ...}, \"version\", \"time\", \"actor\", \"correlation\", \"comment\", "
     "\"attachment\", "
     "\"removed\"}"},
    {"body_format", ENT_SETTING_STR, "json", offsetof(struct generic_settings, body_format),
     "how to read the body: json, form (an object of its fields) or text"},
    {"form_field", ENT_SETTING_STR, "", offsetof(struct generic_settings, form_field),
     "with body_format form: the field that holds JSON and is the body, e.g. payload"},
    {"signature_scheme", ENT_SETTING_STR, "hmac-sha256-hex", offsetof(struct generic_settings, signature_scheme),
     "hmac-sha256-hex, hmac-sha256-base64, hmac-sha1-hex, hmac-sha512-hex (of the body); token (the header is the "
     "secret), "
     "bearer, basic (the secret is user:password), standard-webhooks, path (it stands in the address: "
     "/hooks/NAME/SECRET; proxies write that into their logs)"},
    {"signature_header", ENT_SETTING_STR, "", offsetof(struct generic_settings, signature_header),
     "the header of the signature; empty: X-Signature, X-Token, Authorization or webhook-signature, as the scheme has "
     "it"},
    {"signature_prefix", ENT_SETTING_STR, "", offsetof(struct generic_settings, signature_prefix),
     "what stands before the signature in its header, e.g. sha256="},
    {"delivery_header", ENT_SETTING_STR, "", offsetof(struct generic_settings, delivery_header),
     "the header with the tool's id of a delivery, the same when it is sent again; without one the body decides"},
    {"delivery", ENT_SETTING_STR, "", offsetof(struct generic_settings, delivery),
     "instead of delivery_header: a jq program over the same input that gives that id"},
    {"build", ENT_SETTING_STR, "", offsetof(struct generic_settings, build),
     "the way out, jq: {\"op\": \"create_ticket\" | \"update_ticket\" | \"add_comment\" | \"edit_comment\" | "
     "\"remove_comment\" | \"fetch_ticket\" | \"poll\", \"key\", \"number\", \"marker\", \"ticket\", \"comment\", "
     "\"phase\", \"look\", \"memo\", "
     "\"poll\"} in, {\"method\", \"path\", \"headers\", \"body\" | \"form\" | \"text\", \"read\"} out; no "
     "output: unsupported"},
    {"parse", ENT_SETTING_STR, "", offsetof(struct generic_settings, parse),
     "with build, jq: {\"call\", \"status\", \"headers\", \"body\"} in, {\"result\": \"ok\" | \"more\" | \"later\" | "
     "\"refused\" | \"gone\" | \"conflict\" | \"unsupported\" | \"invalid\", \"message\", \"phase\", \"memo\", "
     "\"remote_id\", \"remote_key\", \"retry_after\", \"changes\", \"page\", \"ask\", \"more\"} out"},
    {"probe", ENT_SETTING_STR, "", offsetof(struct generic_settings, probe),
     "who are we? A jq program that gives the request for {\"op\": \"probe\"}, as {\"method\": \"GET\", \"path\": "
     "\"/me\"}; asked with the answer {\"status\", \"headers\", \"body\"} it may give {\"result\": \"refused\"}; "
     "empty: "
     "the tool cannot be asked"},
    {"common", ENT_SETTING_STR, "", offsetof(struct generic_settings, common),
     "jq definitions (def name: ...;) that stand before each of the programs"},
    {"params", ENT_SETTING_STR, "", offsetof(struct generic_settings, params),
     "a JSON object that every program sees as $params: what differs from one of your suppliers to the next"},
    {"zone", ENT_SETTING_STR, "", offsetof(struct generic_settings, zone),
     "where the tool's clock hangs when its times have no zone, e.g. Europe/Paris or UTC; empty: a time without a zone "
     "is "
     "refused"},
    {"login", ENT_SETTING_STR, "", offsetof(struct generic_settings, login),
     "jq: the request that begins a session, as build gives one, with {\"secret\": \"NAME\"} where a credential goes; "
     "asked when a request holds {\"session\": \"NAME\"}, and again after a 401"},
    {"login_parse", ENT_SETTING_STR, "", offsetof(struct generic_settings, login_parse),
     "with login, jq: as parse, with \"cookies\" beside the headers, in; {\"session\": {\"NAME\": value}, \"lasts\": "
     "seconds} out, or \"result\", \"phase\" and \"memo\" as of parse"},
    {"statuses", ENT_SETTING_STR, "http", offsetof(struct generic_settings, statuses),
     "http: parse gets successes, other statuses mean what they do everywhere; own: parse gets every answer, and one "
     "that it "
     "gives no output for means what it does everywhere"},
    {"repeat_create", ENT_SETTING_STR, "never", offsetof(struct generic_settings, repeat_create),
     "when the answer to a create was lost: never (a person decides), search (build is asked with look), safe (the "
     "tool "
     "takes `key` once)"},
    {"repeat_comment", ENT_SETTING_STR, "never", offsetof(struct generic_settings, repeat_comment),
     "the same for a comment"},
    {"comment_changes", ENT_SETTING_STR, "none", offsetof(struct generic_settings, comment_changes),
     "which changes to a comment that stands in the tool build can ask for: none, edit (edit_comment), remove "
     "(remove_comment) or both"},
    {"search_lag_s", ENT_SETTING_INT, "60", offsetof(struct generic_settings, search_lag_s),
     "with search: how many seconds after a write what build asks for may not show it; 0: it reads the database and no "
     "index"},
    {"poll_overlap_s", ENT_SETTING_INT, "20", offsetof(struct generic_settings, poll_overlap_s),
     "how many seconds later than its time a change may appear in the tool's list"},
    {"poll_grain_s", ENT_SETTING_INT, "1", offsetof(struct generic_settings, poll_grain_s),
     "how many seconds fine the tool's times are, in what it writes and in what it is asked: 1, 60, 86400"},
    {"dialect", ENT_SETTING_STR, "none", offsetof(struct generic_settings, dialect),
     "the markup of its texts, so that what people wrote elsewhere acts nowhere there: none, markdown, jira, textile, "
     "redmine_markdown, servicenow, zendesk or html"},
    {0},
};

static void generic_close(void *of)
{
	struct generic_state *state = of;

	if (!state)
		return;
	plain_free(state->plain);
	program_free(state->decode);
	program_free(state->delivery);
	program_free(state->build);
	program_free(state->parse);
	program_free(state->probe);
	program_free(state->login);
	program_free(state->login_parse);
	zone_close(state->zone);
	free(state);
}

static enum ent_rc words_read(const struct generic_settings *settings, struct generic_state *state, struct ent_err *err)
{
	struct ent_str word = settings->signature_scheme;

	if (sdk_eqz(word, "none"))
		return sdk_fail_as(
		    err, ENT_EINVAL, "generic.scheme_unsigned",
		    "signature_scheme: a supplier that signs nothing has `unsigned: true` instead of `secret`");
	if (!scheme_read(word, &state->scheme))
		return sdk_fail_as(
		    err, ENT_EINVAL, "generic.scheme_word",
		    "signature_scheme: found \"{found=%.*s}\", allowed: hmac-sha256-hex, hmac-sha256-base64, "
		    "hmac-sha1-hex, hmac-sha512-hex, token, bearer, basic, standard-webhooks, path",
		    ENT_F(sdk_head(word, 40)));
	word = settings->body_format;
	if (!body_format(word, &state->format))
		return sdk_fail_as(err, ENT_EINVAL, "generic.body_format",
				   "body_format: found \"{found=%.*s}\", allowed: json, form, text",
				   ENT_F(sdk_head(word, 40)));
	if (settings->form_field.n > 0 && state->format != BODY_FORM)
		return sdk_fail_as(err, ENT_EINVAL, "generic.form_field_format", "form_field needs body_format: form");
	if (settings->delivery.n > 0 && settings->delivery_header.n > 0)
		return sdk_fail_as(err, ENT_EINVAL, "generic.delivery_twice",
				   "delivery and delivery_header say the same thing: remove one");
	return ENT_OK;
}

static enum ent_rc words_out_read(const struct generic_settings *settings, struct generic_state *state,
				  struct ent_err *err)
{
	enum sdk_dialect dialect;

	state->own_statuses = sdk_eqz(settings->statuses, "own");
	if (!state->own_statuses && !sdk_eqz(settings->statuses, "http"))
		return sdk_fail_as(err, ENT_EINVAL, "generic.statuses", "statuses: allowed: http, own");
	if (!repeat_read(settings->repeat_create, &state->repeat_create) ||
	    !repeat_read(settings->repeat_comment, &state->repeat_comment))
		return sdk_fail_as(err, ENT_EINVAL, "generic.repeat",
				   "repeat_create, repeat_comment: allowed: never, search, safe");
	if (settings->poll_overlap_s < 1 || settings->poll_overlap_s > 3600 || settings->poll_grain_s < 1 ||
	    settings->poll_grain_s > 86400)
		return sdk_fail_as(err, ENT_EINVAL, "generic.poll_seconds",
				   "poll_overlap_s: 1 to 3600; poll_grain_s: 1 to 86400");
	if (settings->search_lag_s < 0 || settings->search_lag_s > 3600)
		return sdk_fail_as(err, ENT_EINVAL, "generic.search_lag", "search_lag_s: 0 to 3600");
	if (!sdk_dialect_by_name(settings->dialect, &dialect))
		return sdk_fail_as(err, ENT_EINVAL, "generic.dialect",
				   "dialect: found \"{found=%.*s}\", allowed: none, markdown, jira, textile, "
				   "redmine_markdown, servicenow, zendesk, html",
				   ENT_F(sdk_head(settings->dialect, 40)));
	if (!comment_changes_read(settings->comment_changes, &state->comment_changes))
		return sdk_fail_as(err, ENT_EINVAL, "generic.comment_changes",
				   "comment_changes: found \"{found=%.*s}\", allowed: none, edit, remove, both",
				   ENT_F(sdk_head(settings->comment_changes, 40)));
	if (!settings->build.n != !settings->parse.n)
		return sdk_fail_as(err, ENT_EINVAL, "generic.build_and_parse",
				   "build and parse belong together, one is missing");
	if (!settings->login.n != !settings->login_parse.n)
		return sdk_fail_as(err, ENT_EINVAL, "generic.login_and_parse",
				   "login and login_parse belong together, one is missing");
	return ENT_OK;
}

/* On one line: the lines of the programs are counted. */
static enum ent_rc params_read(const struct generic_settings *settings, struct ent_arena *arena, struct ent_str *ret,
			       struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct ent_err why = {0};

	if (settings->params.n == 0)
		return ENT_OK;
	if (sdk_json_parse(arena, settings->params, &root, &why) != ENT_OK || sdk_json_kind(root) != SDK_JSON_OBJECT)
		return why.msg[0]
			   ? sdk_fail_as(err, ENT_EINVAL, "generic.params_no_json",
					 "params is no JSON object: {why=%p}", SDK_WHY(&why))
			   : sdk_fail_as(err, ENT_EINVAL, "generic.params_no_object", "params is no JSON object");
	*ret = sdk_json_print(arena, root);
	return ENT_OK;
}

static enum ent_rc programs_compile(const struct generic_settings *settings, struct generic_state *state,
				    struct ent_err *err)
{
	const struct {
		const char *name;
		struct ent_str source;
		struct program **ret;
		bool hides;
	} program[] = {
	    {"decode", settings->decode, &state->decode, false},
	    {"delivery", settings->delivery, &state->delivery, false},
	    {"build", settings->build, &state->build, false},
	    {"parse", settings->parse, &state->parse, false},
	    {"probe", settings->probe, &state->probe, false},
	    {"login", settings->login, &state->login, true},
	    {"login_parse", settings->login_parse, &state->login_parse, true},
	};
	struct program_world world = {settings->common, ENT_ABSENT, state->zone, false};
	struct sdk_arena arena;
	enum ent_rc rc;

	sdk_arena_init(&arena);
	rc = params_read(settings, &arena.abi, &world.params, err);

	for (size_t i = 0; i < sizeof program / sizeof *program && rc == ENT_OK; i++) {
		world.hides = program[i].hides;
		if (program[i].source.n > 0 || i == 0) /* decode must be given */
			rc = program_compile(program[i].name, &world, program[i].source, program[i].ret, err);
	}
	sdk_arena_release(&arena);
	return rc;
}

static enum ent_rc generic_open(const void *of, void **ret_state, struct ent_err *err)
{
	const struct generic_settings *settings = of;
	struct generic_state *state = sdk_xalloc(sizeof *state);
	enum ent_rc rc;

	*state = (struct generic_state){0};
	rc = words_read(settings, state, err);
	if (rc == ENT_OK)
		rc = words_out_read(settings, state, err);
	if (rc == ENT_OK && settings->zone.n > 0)
		rc = zone_open(settings->zone, &state->zone, err);
	if (rc == ENT_OK)
		rc = programs_compile(settings, state, err);
	if (rc == ENT_OK)
		state->plain = plain_compile(settings->decode);
	if (rc != ENT_OK) {
		generic_close(state);
		return rc;
	}
	*ret_state = state;
	return ENT_OK;
}

/* ---- verify ------------------------------------------------------------------------ */

struct delivery {
	struct ent_arena *arena;
	struct ent_str id;
};

static enum ent_rc delivery_take(void *to, struct ent_str json, struct ent_err *err)
{
	struct delivery *delivery = to;
	const struct sdk_json *node = NULL;
	enum ent_rc rc = sdk_json_parse(delivery->arena, sdk_json_mend(delivery->arena, json), &node, err);
	struct ent_str text = sdk_json_text(node);

	/* A number is printed as it stood, what is longer than an id may be is none. */
	if (rc == ENT_OK && text.n > 0 && text.n <= ENT_ID_MAX && sdk_json_kind(node) != SDK_JSON_BOOL)
		delivery->id = text;
	return rc;
}

/* Whatever goes wrong here goes wrong in decode() too, which keeps the payload and says so;
 * until then the body tells this delivery from others. */
static struct ent_str delivery_id(const struct ent_self *self, const struct ent_webhook *webhook,
				  struct ent_arena *arena)
{
	const struct generic_settings *settings = self->settings;
	const struct generic_state *state = self->state;
	struct delivery delivery = {arena, ENT_ABSENT};
	struct ent_err err;
	jv input;

	if (settings->delivery_header.n > 0)
		return sdk_header(webhook->header, webhook->n_header, sdk_z(arena, settings->delivery_header));
	if (!state->delivery)
		return state->scheme == SCHEME_STANDARD ? sdk_header(webhook->header, webhook->n_header, "webhook-id")
							: ENT_ABSENT;
	if (input_make(settings, state->format, webhook, arena, &input, &err) != ENT_OK)
		return ENT_ABSENT;
	if (program_run(state->delivery, input, 1, delivery_take, &delivery, &err) != ENT_OK)
		return ENT_ABSENT;
	return delivery.id;
}

static enum ent_rc generic_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				  const struct ent_str *secret, size_t n_secret, int64_t now_ms,
				  struct ent_arena *arena, struct ent_str *ret_delivery, struct ent_err *err)
{
	const struct generic_state *state = self->state;
	enum ent_rc rc = scheme_verify(self->settings, state->scheme, webhook, secret, n_secret, now_ms, arena, err);

	if (rc == ENT_OK)
		*ret_delivery = delivery_id(self, webhook, arena);
	return rc;
}

/* ---- decode ------------------------------------------------------------------------- */

struct decoded {
	struct sdk_changes list;
	const struct zone *zone;
};

static enum ent_rc output_take(void *to, struct ent_str json, struct ent_err *err)
{
	struct decoded *decoded = to;

	/* what is read is borrowed from the text, which jq frees */
	return output_read(&decoded->list, decoded->zone, sdk_dup(decoded->list.arena, json), err);
}

/* A program that only copies needs no jq. Whatever goes wrong here is said in jq's words: false. */
static bool decode_plain(const struct ent_self *self, const struct ent_webhook *webhook, struct decoded *decoded)
{
	enum { PLAIN_BODY_MAX = 1 << 18 }; /* bytes; what is copied several times stays below jq's limit of an output */
	const struct generic_state *state = self->state;
	struct ent_arena *arena = decoded->list.arena;
	struct ent_str json = body_json(self->settings, state->format, webhook->body, arena);
	const struct sdk_json *body, *output;
	struct ent_err err;

	if (!state->plain || !json.p || json.n > PLAIN_BODY_MAX ||
	    sdk_json_parse(arena, sdk_json_mend(arena, json), &body, NULL) != ENT_OK)
		return false;
	return plain_run(state->plain, body, arena, &output) && sdk_json_kind(output) == SDK_JSON_OBJECT &&
	       change_read(&decoded->list, decoded->zone, output, &err) == ENT_OK;
}

static enum ent_rc generic_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				  struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	const struct generic_state *state = self->state;
	struct decoded decoded = {.zone = state->zone};
	enum ent_rc rc = ENT_OK;
	jv input;

	sdk_changes_init(&decoded.list, arena);
	if (!decode_plain(self, webhook, &decoded)) {
		sdk_changes_init(&decoded.list, arena);
		rc = input_make(self->settings, state->format, webhook, arena, &input, err);
		if (rc == ENT_OK)
			rc = program_run(state->decode, input, SIZE_MAX, output_take, &decoded, err);
	}
	if (rc == ENT_OK)
		rc = sdk_changes_take(&decoded.list, ret, err);
	if (rc == ENT_OK)
		*ret = said_read(self->settings, *ret, arena);
	return rc;
}

static const struct ent_sentence generic_cannot[] = {
    {"cannot.generic.gives_nothing",
     "What its programs give nothing for is not carried: build without an output for an op."},
    {0},
};

static const struct ent_connector generic_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "generic",
    .version = ENTENTE_VERSION,
    .summary = "Any tool with webhooks or an HTTP API, described by jq programs and maps in the supplier's settings",
    .ops = SDK_OPS_ALL | SDK_OPS_COMMENT | 1u << ENT_LOGIN,
    .setting = generic_setting,
    .settings_size = sizeof(struct generic_settings),
    .open = generic_open,
    .close = generic_close,
    .verify = generic_verify,
    .decode = generic_decode,
    .build = generic_build,
    .parse = generic_parse,
    .repeat = generic_repeat,
    .cannot = generic_cannot,
};

ENT_EXPORT(generic_connector)
