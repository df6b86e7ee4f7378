/* SPDX-License-Identifier: Apache-2.0 */
#include "link/slots.h"

#include <string.h>

#include "sdk/str.h"
#include "sdk/webhook.h"

enum { NAME_SHOWN_MAX = 64 };

/* ---- secrets in their places -------------------------------------------------------------- */

static struct ent_str secret_find(const struct ent_slot *slot, const struct supplier_link *link,
				  const struct session *session)
{
	if (slot->session)
		return session_value(session, slot->name);
	for (size_t i = 0; i < link->n_named; i++)
		if (sdk_eq(link->named[i].name, slot->name))
			return secret_bytes(&link->named[i].secret);
	return ENT_ABSENT;
}

static void coded_add(struct sdk_buf *to, enum ent_coding coding, struct ent_str secret)
{
	struct sdk_jsonw w;
	size_t from = to->n;

	switch (coding) {
	case ENT_AS_IT_IS:
		sdk_buf_str(to, secret);
		break;
	case ENT_PERCENT:
		sdk_percent_encode(to, secret);
		break;
	case ENT_IN_JSON: /* without the quotes, which the connector wrote */
		sdk_jsonw_init(&w, to);
		sdk_jsonw_str(&w, secret);
		memmove(to->p + from, to->p + from + 1, to->n - from - 2);
		to->n -= 2;
		break;
	}
}

static bool slot_is_here(const struct ent_slot *slot, enum ent_place place, size_t header)
{
	return slot->place == place && (place != ENT_IN_HEADER || slot->header == header);
}

static enum ent_rc slot_refuse(const struct ent_slot *slot, struct ent_err *err)
{
	struct ent_str name = sdk_head(slot->name, NAME_SHOWN_MAX);

	if (slot->session)
		return sdk_fail_as(
		    err, ENT_EAUTH, "session.needed",
		    "the request needs the session's value {name=%.*s}, and there is none: the login has to give it",
		    ENT_F(name));
	return sdk_fail_as(err, ENT_EAUTH, "credential.needed",
			   "the request needs the credential {name=%.*s}, and there is none: add it under the "
			   "supplier's `credentials`",
			   ENT_F(name));
}

/* The text with its secrets. The first pass counts the bytes, so that the memory does not grow and leave a copy behind.
 */
static enum ent_rc text_fill(const struct ent_request *request, enum ent_place place, size_t header,
			     struct ent_str text, const struct supplier_link *link, const struct session *session,
			     struct ent_arena *arena, struct slots_filled *filled, struct ent_str *ret,
			     struct ent_err *err)
{
	struct auth_words coded;
	size_t n = text.n, done = 0, put = 0;
	char *to = NULL;

	*ret = text;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < request->n_slot; i++) {
			const struct ent_slot *slot = &request->slot[i];
			struct ent_str secret;

			if (!slot_is_here(slot, place, header))
				continue;
			secret = secret_find(slot, link, session);
			if (!secret.p)
				return slot_refuse(slot, err);
			if (slot->at < done || slot->at > text.n)
				return sdk_fail_as(err, ENT_EINVAL, "connector.secret_outside",
						   "the connector puts a secret outside of the text");
			auth_words_make(&coded);
			coded_add(&coded.buf, place == ENT_IN_PATH ? ENT_PERCENT : slot->coding, secret);
			if (pass == 0) {
				n += coded.buf.n;
			} else {
				memcpy(to + put, text.p + done, slot->at - done);
				put += slot->at - done;
				memcpy(to + put, coded.buf.p, coded.buf.n);
				put += coded.buf.n;
			}
			done = slot->at;
			auth_words_release(&coded);
		}
		if (n == text.n) /* no slot here */
			return ENT_OK;
		if (pass == 0)
			to = sdk_alloc(arena, n);
		else
			memcpy(to + put, text.p ? text.p + done : "", text.n - done);
		done = 0;
	}
	*ret = filled->wipe[filled->n_wipe++] = (struct ent_str){to, n};
	return ENT_OK;
}

enum ent_rc slots_fill(const struct ent_request *request, const struct supplier_link *link,
		       const struct session *session, struct ent_arena *arena, struct slots_filled *ret,
		       struct ent_err *err)
{
	struct slots_filled filled = {.request = *request};
	enum ent_rc rc;

	*ret = filled;
	if (request->n_slot == 0)
		return ENT_OK;
	if (request->n_slot > ENT_SLOTS_MAX || request->sign)
		return sdk_fail_as(err, ENT_EINVAL, "connector.secrets_many",
				   "the connector asks for more than {most=%d} secrets, or to sign them",
				   ENT_SLOTS_MAX);
	filled.header = SDK_NEW_N(arena, struct ent_header, request->n_header + 1);
	filled.wipe = SDK_NEW_N(arena, struct ent_str, ENT_SLOTS_MAX + 2);
	rc =
	    text_fill(request, ENT_IN_PATH, 0, request->path, link, session, arena, &filled, &filled.request.path, err);
	if (rc == ENT_OK)
		rc = text_fill(request, ENT_IN_BODY, 0, request->body, link, session, arena, &filled,
			       &filled.request.body, err);
	for (size_t i = 0; i < request->n_header && rc == ENT_OK; i++) {
		filled.header[i].name = request->header[i].name;
		rc = text_fill(request, ENT_IN_HEADER, i, request->header[i].value, link, session, arena, &filled,
			       &filled.header[i].value, err);
	}
	filled.request.header = filled.header;
	*ret = filled;
	if (rc != ENT_OK)
		slots_wipe(ret);
	return rc;
}

void slots_wipe(struct slots_filled *filled)
{
	for (size_t i = 0; i < filled->n_wipe; i++)
		explicit_bzero((char *)(uintptr_t)filled->wipe[i].p, filled->wipe[i].n);
	filled->n_wipe = 0;
}

struct ent_str slots_show(const struct ent_request *request, enum ent_place place, size_t header, struct ent_str text,
			  struct ent_arena *arena)
{
	struct ent_str shown = ENT_STR("");
	size_t done = 0;

	for (size_t i = 0; i < request->n_slot; i++) {
		const struct ent_slot *slot = &request->slot[i];

		if (!slot_is_here(slot, place, header) || slot->at < done || slot->at > text.n)
			continue;
		shown = sdk_format(arena, "%.*s%.*s***", ENT_F(shown), (int)(slot->at - done), text.p + done);
		done = slot->at;
	}
	if (shown.n == 0)
		return text;
	return sdk_format(arena, "%.*s%.*s", ENT_F(shown), (int)(text.n - done), text.p + done);
}

/* ---- hiding them -------------------------------------------------------------------- */

/* "sid=word; more=word", "Bearer word": a tool may repeat only the word, without the part before it. */
static struct ent_str value_hide(const struct session_value *value, struct ent_arena *arena, struct ent_str text)
{
	struct ent_str rest = {value->text, value->n_text};

	text = auth_hide_secret(arena, text, rest);
	while (rest.n > 0) {
		struct ent_str word, part = sdk_trim(sdk_cut(rest, ';', &rest));
		struct ent_str head = sdk_cut(part, '=', &word);

		if (!word.p)
			head = sdk_cut(part, ' ', &word);
		if (head.n > 0 && word.n > 0)
			text = auth_hide_secret(arena, text, word);
	}
	return text;
}

struct ent_str slots_hide(const struct auth *auth, const struct session *session, const struct supplier *supplier,
			  struct ent_arena *arena, struct ent_str text)
{
	const struct supplier_link *link = &supplier->link;

	text = auth_hide(auth, supplier, arena, text);
	for (size_t i = 0; i < session->n; i++)
		text = value_hide(&session->value[i], arena, text);
	for (size_t i = 0; i < session->n_before; i++)
		text = value_hide(&session->before[i], arena, text);
	for (size_t i = 0; i < link->n_named; i++)
		text = auth_hide_secret(arena, text, secret_bytes(&link->named[i].secret));
	return text;
}

void slots_clean(const struct auth *auth, const struct session *session, const struct supplier *supplier,
		 struct ent_err *err)
{
	struct sdk_arena arena;
	bool hides;

	err->msg[sizeof err->msg - 1] = '\0';
	if (!err->msg[0])
		return;
	sdk_arena_init(&arena);
	err->params[sizeof err->params - 1] = err->code[sizeof err->code - 1] = '\0';
	hides =
	    slots_hide(auth, session, supplier, &arena.abi, sdk_str(err->msg)).p != err->msg ||
	    (err->params[0] && slots_hide(auth, session, supplier, &arena.abi, sdk_str(err->params)).p != err->params);
	sdk_arena_release(&arena);
	if (hides)
		(void)sdk_fail_as(err, ENT_OK, "connector.secret_in_words",
				  "the tool's message contains a secret of ours, so it is not kept");
}
