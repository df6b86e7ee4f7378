/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/address.h"

#include <string.h>

#include "core/mention.h"
#include "sdk/webhook.h"
#include "sdk/uuid.h"

enum { NAME_MAX_BYTES = 200, PAGES_MAX = 20, TEXT_MAX = 4 << 20 };

/* ---- in words -------------------------------------------------------------------------------- */

static bool begins_address(struct ent_str text, size_t at)
{
	return at == 0 || strchr(" \t\n(>*_\"'", text.p[at - 1]) != NULL;
}

/* The one who is named behind the @ at `at`. *ret_n: bytes of both. False: nobody is. */
static bool addressed_at(struct ent_str text, size_t at, struct ent_str *ret, size_t *ret_n)
{
	const struct ent_str rest = {text.p + at + 1, text.n - at - 1};
	size_t n = 0;

	if (rest.n && rest.p[0] == '(') {
		const char *end = memchr(rest.p, ')', rest.n < NAME_MAX_BYTES ? rest.n : NAME_MAX_BYTES);

		*ret = end ? sdk_trim((struct ent_str){rest.p + 1, (size_t)(end - rest.p) - 1}) : ENT_STR("");
		*ret_n = end ? (size_t)(end - rest.p) + 2 : 0;
		return ret->n > 0 && !memchr(ret->p, '\n', ret->n);
	}
	while (n < rest.n && (unsigned char)rest.p[n] > ' ' && !strchr(",;:!?()<>\"'", rest.p[n]))
		n++;
	while (n > 0 && rest.p[n - 1] == '.')
		n--;
	*ret = (struct ent_str){rest.p, n};
	*ret_n = n + 1;
	const char *host = n ? memchr(rest.p, '@', n) : NULL;
	return sdk_is_uuid(*ret) || (host && host > rest.p && host < rest.p + n - 1);
}

bool address_words(struct ent_arena *arena, struct ent_str text, address_find *find, void *of, struct ent_str *ret,
		   struct ent_err *err)
{
	struct ent_str who, ref;
	size_t from = 0, n;
	struct sdk_buf buf;
	bool found = true;

	sdk_buf_init(&buf, TEXT_MAX);
	for (size_t i = 0; i < text.n && found; i++) {
		if (text.p[i] != '@' || !begins_address(text, i) || !addressed_at(text, i, &who, &n))
			continue;
		ref = who;
		found = sdk_is_uuid(who) || find(of, who, &ref, err);
		sdk_buf_str(&buf, (struct ent_str){text.p + from, i - from});
		sdk_buf_z(&buf, MENTION_OPENER);
		sdk_buf_str(&buf, ref);
		sdk_buf_z(&buf, ">");
		from = i + n;
		i = from - 1;
	}
	sdk_buf_str(&buf, (struct ent_str){text.p + from, text.n - from});
	*ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return found;
}

/* ---- by the broker ------------------------------------------------------------------------------ */

static bool is_called(struct ent_arena *arena, const struct sdk_json *user, struct ent_str who)
{
	return sdk_eq(sdk_lower(arena, sdk_json_text_at(user, "name")), who) ||
	       sdk_eq(sdk_lower(arena, sdk_or_empty(sdk_json_text_at(user, "mail"))), who);
}

/* Looks through all people whom the broker lists. */
static bool find_listed(void *of, struct ent_str who, struct ent_str *ret, struct ent_err *err)
{
	const struct question_call *call = of;
	const struct ent_str lower = sdk_lower(call->arena, who);
	struct ent_str refs = ENT_ABSENT, cursor = ENT_ABSENT, json;
	int n = 0;
	bool doubt;

	for (int page = 0; page == 0 || (cursor.n && page < PAGES_MAX); page++) {
		struct ent_str path = client_query(call->arena, ENT_STR("/v1/users?limit=200"), "cursor", cursor);

		if (client_ask(&call->client, call->arena, "GET", path, ENT_ABSENT, &json, &doubt))
			return sdk_fail(err, ENT_EINVAL, "who is there could not be read"), false;
		const struct sdk_json *list = client_parse(call->arena, json);
		cursor = sdk_json_text_at(list, "next");
		for (const struct sdk_json *user = sdk_json_first(sdk_json_at(list, "items")); user;
		     user = sdk_json_next(user)) {
			if (!is_called(call->arena, user, lower))
				continue;
			*ret = sdk_json_text_at(user, "ref");
			refs = sdk_join(call->arena, refs, ", ",
					sdk_format(call->arena, "@%.*s (%.*s)", ENT_F(*ret),
						   ENT_F(sdk_json_text_at(user, "organisation"))));
			n++;
		}
	}
	if (n == 1)
		return true;
	if (n == 0)
		(void)sdk_fail(err, ENT_EINVAL,
			       "nobody whom you may mention is called %.*s; `entente user list` shows who is there",
			       ENT_F(who));
	else
		(void)sdk_fail(err, ENT_EINVAL, "%d people are called %.*s; write one of %.*s", n, ENT_F(who),
			       ENT_F(refs));
	return false;
}

bool address_ask(const struct question_call *call, struct ent_str text, struct ent_str *ret, struct ent_err *err)
{
	struct question_call asked = *call;

	return address_words(call->arena, text, find_listed, &asked, ret, err);
}

/* ---- shown ---------------------------------------------------------------------------------------- */

static struct ent_str name_told(void *of, const char *ref)
{
	for (const struct sdk_json *one = sdk_json_first(of); one; one = sdk_json_next(one))
		if (sdk_eqz(sdk_json_text_at(one, "ref"), ref))
			return sdk_json_text_at(one, "name");
	return ENT_ABSENT;
}

struct ent_str address_shown(struct ent_arena *arena, const struct sdk_json *comment)
{
	const struct ent_str body = sdk_json_text_at(comment, "body");
	const bool is_markdown = sdk_json_is(comment, "format", "markdown");
	const struct sdk_json *mentions = sdk_json_at(comment, "mentions");

	if (!mentions)
		return body;
	return mention_plain(arena, body, is_markdown ? ENT_MARKDOWN : ENT_TEXT, name_told,
			     (void *)(uintptr_t)mentions);
}
