/* SPDX-License-Identifier: Apache-2.0 */
/* The result of a try, as JSON. *** stands in each place where the connector puts a secret. Secrets in any other place
 * are hidden in the finished text. All values of a login's answer count as secrets: only its shape is shown. */
#include "cli/try_say.h"

#include "core/url.h"
#include "sdk/acts.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "sdk/writer.h"

enum { SAY_MAX = 64 << 20, STEP_MAX = 8 << 20, BODY_MAX = 16 << 10 };

/* ---- texts ------------------------------------------------------------------------------- */

/* The first bytes of a body; if it is longer, also its size. */
static void body_say(struct sdk_jsonw *w, struct ent_str body, struct ent_arena *arena)
{
	struct ent_str head = body;

	if (!sdk_is_utf8(body)) {
		sdk_jsonw_kstr(w, "body", sdk_format(arena, "(%zu bytes, not text)", body.n));
		return;
	}
	head = sdk_head(body, BODY_MAX);
	sdk_jsonw_kstr(w, "body", sdk_without_nul(arena, sdk_or_empty(head)));
	if (head.n < body.n)
		sdk_jsonw_kint(w, "body_bytes", (int64_t)body.n);
}

static void header_say(struct sdk_jsonw *w, struct ent_str name, struct ent_str value)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "name", sdk_is_utf8(name) ? name : ENT_STR("?"));
	sdk_jsonw_kstr(w, "value", sdk_is_utf8(value) ? sdk_or_empty(value) : ENT_STR("(no text)"));
	sdk_jsonw_close(w, '}');
}

static void member_time(struct sdk_jsonw *w, const char *key, int64_t ms)
{
	char text[SDK_TIME_SIZE];

	if (ms)
		sdk_jsonw_kstr(w, key, sdk_time_format(ms, text));
}

/* ---- the call ---------------------------------------------------------------------------- */

static const char *op_word(const struct trial_step *step)
{
	return step->is_token ? "token" : delivery_op_name(step->op);
}

static void request_say(struct sdk_jsonw *w, const struct trial_step *step, struct ent_str base,
			struct ent_arena *arena)
{
	const struct ent_request *request = step->request;
	struct ent_str path = slots_show(request, ENT_IN_PATH, 0, request->path, arena), url = path;
	struct ent_err unused;

	if (url_join(arena, base, path, &url, &unused) != ENT_OK)
		url = path;
	sdk_jsonw_kz(w, "method", request->method);
	sdk_jsonw_kstr(w, "url", sdk_is_utf8(url) ? url : ENT_STR("(no text)"));
	sdk_jsonw_key(w, "headers");
	sdk_jsonw_open(w, '[');
	if (request->content_type.n)
		header_say(w, ENT_STR("Content-Type"), request->content_type);
	for (size_t i = 0; i < request->n_header; i++)
		header_say(w, request->header[i].name,
			   slots_show(request, ENT_IN_HEADER, i, request->header[i].value, arena));
	if (step->asking && step->asking->who.name.p)
		header_say(w, step->asking->who.name, ENT_STR("***"));
	if (step->asking && step->asking->signature.name.p)
		header_say(w, step->asking->signature.name, ENT_STR("***"));
	sdk_jsonw_close(w, ']');
	body_say(w, slots_show(request, ENT_IN_BODY, 0, sdk_or_empty(request->body), arena), arena);
	sdk_jsonw_kbool(w, "writes", step->writes);
}

static void call_say(struct sdk_jsonw *w, const struct trial_step *step, const struct supplier_link *link,
		     struct ent_arena *arena)
{
	sdk_jsonw_key(w, "call");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "op", op_word(step));
	sdk_jsonw_kint(w, "phase", step->phase);
	if (step->is_token) {
		sdk_jsonw_kz(w, "method", "POST");
		sdk_jsonw_kstr(w, "url", link->token_url);
	} else if (step->request && step->request->method) {
		request_say(w, step, link->url, arena);
	}
	sdk_jsonw_kbool(w, "sent", step->is_sent);
	sdk_jsonw_close(w, '}');
}

/* ---- the answer -------------------------------------------------------------------------- */

static bool hides_header(struct ent_str name, bool is_login)
{
	static const char *const plain[] = {"content-type", "content-length", "date", "server", "retry-after"};

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (sdk_ieqz(name, plain[i]))
			return false;
	return is_login || sdk_ieqz(name, "set-cookie") || sdk_ieqz(name, "set-cookie2");
}

/* JSON with its texts as ***. */
static void shape_say(struct sdk_jsonw *w, const struct sdk_json *node)
{
	bool is_object = sdk_json_kind(node) == SDK_JSON_OBJECT;

	if (sdk_json_kind(node) == SDK_JSON_STRING) {
		sdk_jsonw_str(w, ENT_STR("***"));
		return;
	}
	if (!is_object && sdk_json_kind(node) != SDK_JSON_ARRAY) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		sdk_jsonw_raw(w, sdk_json_print(&arena.abi, node));
		sdk_arena_release(&arena);
		return;
	}
	sdk_jsonw_open(w, is_object ? '{' : '[');
	for (const struct sdk_json *at = sdk_json_first(node); at; at = sdk_json_next(at)) {
		if (is_object)
			sdk_jsonw_key_str(w, sdk_json_key(at));
		shape_say(w, at);
	}
	sdk_jsonw_close(w, is_object ? '}' : ']');
}

static void secret_body_say(struct sdk_jsonw *w, struct ent_str body, struct ent_arena *arena)
{
	const struct sdk_json *root;
	struct ent_err unread;
	struct sdk_buf buf;
	struct sdk_jsonw shape;

	if (sdk_json_parse(arena, body, &root, &unread) != ENT_OK) {
		sdk_jsonw_kstr(
		    w, "body",
		    sdk_format(arena, "(%zu bytes, not shown: the answer to a login may hold secrets)", body.n));
		return;
	}
	sdk_buf_init(&buf, STEP_MAX);
	sdk_jsonw_init(&shape, &buf);
	shape_say(&shape, root);
	sdk_jsonw_kstr(w, "body", buf.failed ? ENT_STR("***") : sdk_dup(arena, sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

static void answer_say(struct sdk_jsonw *w, const struct trial_step *step, struct ent_arena *arena)
{
	const struct ent_response *response = step->response;
	bool is_login = step->is_token || step->op == ENT_LOGIN;

	if (!response)
		return;
	sdk_jsonw_key(w, "answer");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kint(w, "status", response->status);
	sdk_jsonw_key(w, "headers");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < response->n_header; i++)
		header_say(w, response->header[i].name,
			   hides_header(response->header[i].name, is_login) ? ENT_STR("***")
									    : response->header[i].value);
	sdk_jsonw_close(w, ']');
	if (is_login && response->body.n)
		secret_body_say(w, response->body, arena);
	else
		body_say(w, response->body, arena);
	sdk_jsonw_close(w, '}');
}

/* ---- changes ----------------------------------------------------------------------------- */

static const char *const change_word[] = {
    [ENT_TICKET_CHANGED] = "ticket_changed",
    [ENT_TICKET_REMOVED] = "ticket_removed",
    [ENT_COMMENT_ADDED] = "comment_added",
    [ENT_COMMENT_REMOVED] = "comment_removed",
    [ENT_ATTACHMENT_ADDED] = "attachment_added",
    [ENT_TICKET_CONTINUES] = "ticket_continues",
    [ENT_ACT] = "act",
};

static void name_say(struct sdk_jsonw *w, const char *member, struct ent_str id, const char *other,
		     struct ent_str value)
{
	if (!id.n && !value.n)
		return;
	sdk_jsonw_key(w, member);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_some(w, "id", id);
	sdk_jsonw_kstr_some(w, other, value);
	sdk_jsonw_close(w, '}');
}

static void attributes_say(struct sdk_jsonw *w, const struct ent_ticket *ticket)
{
	if (!ticket->has)
		return;
	sdk_jsonw_key(w, "attributes");
	sdk_jsonw_open(w, '[');
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		const struct ent_value *value = &ticket->at[i];
		bool is_mapped = attr_in(ATTR_MAPPEDS, i);

		if (!(ticket->has & 1u << i))
			continue;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kz(w, "attribute", sdk_attr_name((enum ent_attr)i));
		sdk_jsonw_kstr(w, "text", sdk_or_empty(value->text));
		sdk_jsonw_kstr_some(w, "native", value->native);
		if (is_mapped && value->native.n && !value->text.n)
			sdk_jsonw_kbool(w, "unmapped", true);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void correlation_say(struct sdk_jsonw *w, const struct ent_correlation *correlation)
{
	if (!correlation->number.n && !correlation->key.n && !correlation->n_reference)
		return;
	sdk_jsonw_key(w, "correlation");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_some(w, "number", correlation->number);
	sdk_jsonw_kstr_some(w, "key", correlation->key);
	sdk_jsonw_key(w, "references");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < correlation->n_reference; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", correlation->reference[i].supplier);
		sdk_jsonw_kstr(w, "id", correlation->reference[i].id);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	sdk_jsonw_close(w, '}');
}

static void comment_say(struct sdk_jsonw *w, const struct ent_comment *comment, bool is_added)
{
	sdk_jsonw_key(w, "comment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_some(w, "id", comment->id);
	if (is_added) {
		name_say(w, "author", comment->author.id, "name", comment->author.name);
		sdk_jsonw_kz(w, "visibility", comment->visibility == ENT_PUBLIC ? "public" : "internal");
		member_time(w, "created", comment->created_ms);
		sdk_jsonw_kstr(w, "body", sdk_or_empty(comment->body));
	}
	sdk_jsonw_close(w, '}');
}

static void attachment_say(struct sdk_jsonw *w, const struct ent_attachment *attachment)
{
	sdk_jsonw_key(w, "attachment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr_some(w, "id", attachment->id);
	sdk_jsonw_kstr_some(w, "name", attachment->name);
	sdk_jsonw_kstr_some(w, "media_type", attachment->media_type);
	sdk_jsonw_kstr_some(w, "url", attachment->url);
	if (attachment->size >= 0)
		sdk_jsonw_kint(w, "size", attachment->size);
	sdk_jsonw_close(w, '}');
}

static void change_say(struct sdk_jsonw *w, const struct ent_change *change)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "kind", change_word[change->kind]);
	name_say(w, "ticket", change->ticket.id, "key", change->ticket.key);
	member_time(w, "time", change->stamp.time_ms);
	if (change->stamp.version > 0)
		sdk_jsonw_kint(w, "version", change->stamp.version);
	name_say(w, "actor", change->actor.id, "name", change->actor.name);
	correlation_say(w, &change->correlation);
	attributes_say(w, &change->ticket);
	if (change->kind == ENT_ACT) {
		sdk_jsonw_key(w, sdk_act_noun(change->act.kind));
		sdk_write_act(w, &change->act, true);
	}
	if (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED ||
	    (change->kind == ENT_ACT && change->comment.body.p))
		comment_say(w, &change->comment, change->kind != ENT_COMMENT_REMOVED);
	if (change->kind == ENT_ATTACHMENT_ADDED)
		attachment_say(w, &change->attachment);
	if (change->kind == ENT_TICKET_CONTINUES)
		name_say(w, "continues_as", change->continues_as.id, "key", change->continues_as.key);
	sdk_jsonw_close(w, '}');
}

/* As the broker would read them: with words mapped, or all refused with a reason. */
static void arrival_say(struct try_say *say, struct sdk_jsonw *w, const struct arrival *arrival)
{
	if (arrival->dead) {
		say->is_dead = true;
		sdk_jsonw_kstr(w, "dead", sdk_is_utf8(arrival->reason.text) ? arrival->reason.text : ENT_STR("?"));
		return;
	}
	if (arrival->is_cut)
		sdk_jsonw_kstr(w, "cut", arrival->reason.text);
	sdk_jsonw_key(w, "changes");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < arrival->changes.n; i++)
		change_say(w, &arrival->changes.at[i]);
	sdk_jsonw_close(w, ']');
}

/* ---- what parse says --------------------------------------------------------------------- */

static const char *rc_word(enum ent_rc rc)
{
	switch (rc) {
	case ENT_OK:
		return "ok";
	case ENT_MORE:
		return "more";
	case ENT_EINVAL:
		return "invalid";
	case ENT_ERETRY:
		return "later";
	case ENT_EAUTH:
		return "refused";
	case ENT_EGONE:
		return "gone";
	case ENT_EUNSUPPORTED:
		return "unsupported";
	case ENT_ECONFLICT:
		return "conflict";
	case ENT_ETOOLONG:
		return "too_long";
	}
	return "unknown";
}

static void aside_say(struct sdk_jsonw *w, const struct ent_result *result)
{
	if (!result->n_aside)
		return;
	sdk_jsonw_key(w, "aside");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < result->n_aside; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr_some(w, "ticket", result->aside[i].ticket);
		sdk_jsonw_kstr_some(w, "key", result->aside[i].key);
		sdk_jsonw_kstr_some(w, "reason", result->aside[i].reason.text);
		member_time(w, "next", result->aside[i].next_ms);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

static void session_say(struct sdk_jsonw *w, const struct ent_result *result)
{
	sdk_jsonw_key(w, "session");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < result->n_session; i++)
		sdk_jsonw_str(w, result->session[i].name);
	sdk_jsonw_close(w, ']');
	if (result->session_s)
		sdk_jsonw_kint(w, "lasts_s", result->session_s);
}

static void told_say(struct try_say *say, struct sdk_jsonw *w, const struct trial_step *step, struct ent_arena *arena)
{
	const struct ent_result *result = step->result;
	struct arrival arrival = {.received_ms = say->trial->clock->now_ms(say->trial->clock)};

	sdk_jsonw_kstr_some(w, "remote_id", result->remote_id);
	sdk_jsonw_kstr_some(w, "remote_key", result->remote_key);
	if (step->rc == ENT_MORE)
		sdk_jsonw_kint(w, "phase", result->phase);
	if (step->rc >= ENT_OK && sdk_is_utf8(result->memo))
		sdk_jsonw_kstr_opt(w, step->op == ENT_POLL ? "cursor" : "memo",
				   step->op == ENT_LOGIN && result->memo.p ? ENT_STR("***") : result->memo);
	if (result->retry_after_s)
		sdk_jsonw_kint(w, "retry_after_s", result->retry_after_s);
	if (result->logged_out)
		sdk_jsonw_kbool(w, "logged_out", true);
	sdk_jsonw_kstr_some(w, "note", result->note.text);
	aside_say(w, result);
	if (step->op == ENT_LOGIN) {
		session_say(w, result);
		return;
	}
	if (step->rc < ENT_OK && step->rc != ENT_EGONE) /* EGONE may name the ticket that it goes on as */
		return;
	arrival_take(say->set, say->supplier, result->changes, arena, &arrival);
	arrival_say(say, w, &arrival);
	if (step->op == ENT_UPDATE_TICKET && step->rc == ENT_OK && say->op)
		(void)!delivery_read_back(say->op, &arrival.changes, &say->not_done);
}

static void result_say(struct try_say *say, struct sdk_jsonw *w, const struct trial_step *step, struct ent_arena *arena)
{
	bool is_asked = step->response || step->rc != ENT_OK;

	if (!is_asked)
		return;
	sdk_jsonw_key(w, "result");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "says", rc_word(step->rc));
	if (step->rc < ENT_OK)
		sdk_jsonw_kz(w, "why", sdk_is_utf8(sdk_str(step->err.msg)) ? step->err.msg : "?");
	if (step->result)
		told_say(say, w, step, arena);
	sdk_jsonw_close(w, '}');
}

/* ---- the object -------------------------------------------------------------------------- */

void try_say_begin(struct try_say *say, const struct supplier_set *set, const struct trial *trial, const char *op,
		   const char *how)
{
	const struct supplier *supplier = trial->supplier;

	*say = (struct try_say){.set = set, .supplier = supplier, .trial = trial};
	sdk_buf_init(&say->out, SAY_MAX);
	sdk_jsonw_init(&say->w, &say->out);
	sdk_jsonw_open(&say->w, '{');
	sdk_jsonw_kstr(&say->w, "supplier", supplier->name);
	sdk_jsonw_kz(&say->w, "connector", supplier->connector->name);
	sdk_jsonw_kz(&say->w, "op", op);
	sdk_jsonw_kz(&say->w, "how", how);
	sdk_jsonw_key(&say->w, "steps");
	sdk_jsonw_open(&say->w, '[');
}

/* Each step is written into a text of its own, so that its secrets are hidden before it is added to the others. */
static void step_take(struct try_say *say, struct sdk_buf *buf)
{
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	sdk_jsonw_raw(&say->w, buf->failed ? ENT_STR("{\"too_large\":true}")
					   : trial_hide(say->trial, &arena.abi, sdk_buf_view(buf)));
	sdk_arena_release(&arena);
	sdk_buf_release(buf);
}

void try_say_step(void *of, const struct trial_step *step)
{
	struct try_say *say = of;
	struct sdk_arena arena;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_arena_init(&arena);
	sdk_buf_init(&buf, STEP_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	call_say(&w, step, &say->supplier->link, &arena.abi);
	answer_say(&w, step, &arena.abi);
	result_say(say, &w, step, &arena.abi);
	sdk_jsonw_close(&w, '}');
	step_take(say, &buf);
	sdk_arena_release(&arena);
}

void try_say_webhook(struct try_say *say, const struct arrival *arrival, const char *signature)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, STEP_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "result");
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "says", arrival->dead ? "invalid" : "ok");
	if (signature)
		sdk_jsonw_kz(&w, "signature", signature);
	arrival_say(say, &w, arrival);
	sdk_jsonw_close(&w, '}');
	sdk_jsonw_close(&w, '}');
	step_take(say, &buf);
}

void try_say_end(struct try_say *say, struct ent_str outcome, struct ent_str words, struct ent_str next)
{
	sdk_jsonw_close(&say->w, ']');
	sdk_jsonw_kstr_some(&say->w, "outcome", outcome);
	sdk_jsonw_kstr_some(&say->w, "words", words);
	sdk_jsonw_kstr_some(&say->w, "next", next);
	sdk_jsonw_close(&say->w, '}');
}
