/* SPDX-License-Identifier: Apache-2.0 */
/* How we log in at a supplier's tool: each kind with the members it needs, and no others. */
#include "config/config_auth.h"

#include <string.h>

#include "config/config_secret.h"
#include "core/url.h"
#include "sdk/http.h"

enum { AT_KIND, AT_USER, AT_CREDENTIAL, AT_HEADER, AT_SCHEME, AT_TOKEN_URL, AT_SCOPE, AT_N };
static const char *const at_name[] = {"kind", "user", "credential", "header", "scheme", "token_url", "scope"};

static const struct {
	const char *word;
	enum auth_kind kind;
	bool needs[AT_N], takes[AT_N];
} kinds[] = {
    {"basic", AUTH_BASIC, {[AT_USER] = true, [AT_CREDENTIAL] = true}, {0}},
    {"bearer", AUTH_BEARER, {[AT_CREDENTIAL] = true}, {0}},
    {"header", AUTH_HEADER, {[AT_HEADER] = true, [AT_CREDENTIAL] = true}, {[AT_SCHEME] = true}},
    {"oauth2", AUTH_OAUTH2, {[AT_USER] = true, [AT_CREDENTIAL] = true, [AT_TOKEN_URL] = true}, {[AT_SCOPE] = true}},
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static const char *next_kind(const void *of, size_t i)
{
	(void)of;
	return i < N_KINDS ? kinds[i].word : NULL;
}

/* N_KINDS: none, the problem is kept. */
static size_t kind_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word, near, found;

	if (!config_text(r->reader, node, &word))
		return N_KINDS;
	for (size_t i = 0; i < N_KINDS; i++)
		if (sdk_eqz(word, kinds[i].word))
			return i;
	near = config_nearest(r->reader, word, next_kind, NULL);
	found = config_found(r->reader, word);
	config_problem(r->reader, node->line, node->name, "found %.*s%.*s%s allowed: basic, bearer, header, oauth2",
		       ENT_F(found), ENT_F(near), near.n ? "" : ",");
	return N_KINDS;
}

/* ---- texts that end up in a header ----------------------------------------------------- */

/* A header that HTTP itself sets cannot hold a credential. */
static bool is_http_own(struct ent_str name)
{
	return sdk_http_is_framing(name) || sdk_ieqz(name, "content-type");
}

static bool is_header_name(struct ent_str text)
{
	return sdk_is_token(text) && text.n <= 100;
}

static struct ent_str header_word_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str text = config_line(r->reader, r->arena, node), found;

	if (!text.p || (is_header_name(text) && !is_http_own(text)))
		return text;
	found = config_found(r->reader, text);
	config_problem(r->reader, node->line, node->name, "found %.*s, which %s", ENT_F(found),
		       is_header_name(text) ? "is a header that HTTP itself sets"
					    : "is no name of a header and no word of one");
	return ENT_ABSENT;
}

static void credential_read(struct supplier_reader *r, const struct config_node *node, struct secret *credential,
			    struct ent_str *ret_reference)
{
	struct ent_str reference;
	struct ent_err err;

	if (!node->yaml || !config_secret_reference(r->reader, node, &reference))
		return;
	if (secret_load(reference, credential, &err) != ENT_OK) {
		config_problem(r->reader, node->line, node->name, "%s", err.msg);
		return;
	}
	*ret_reference = sdk_dup(r->keep, reference);
	if (sdk_has_control(secret_bytes(credential)))
		config_problem(r->reader, node->line, node->name,
			       "%.*s has more than one line or a control character, which no header can carry",
			       ENT_F(reference));
}

static bool is_credential_name(struct ent_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') ||
		      name.p[i] == '_'))
			return false;
	return name.n > 0 && name.n <= 64;
}

void config_auth_credentials(struct supplier_reader *r, const struct config_node *node)
{
	struct supplier_link *link = &r->supplier->link;
	const struct config_member *member = NULL;
	size_t n;

	if (!node->yaml)
		return;
	n = config_members(r->reader, node, &member);
	if (n > SUPPLIER_NAMED_MAX) {
		config_problem(r->reader, node->line, node->name, "has %zu secrets, allowed: up to %d", n,
			       SUPPLIER_NAMED_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct named_secret *named = &link->named[link->n_named];

		if (!is_credential_name(member[i].key)) {
			config_problem(r->reader, member[i].value.line, member[i].value.name,
				       "is no name for a credential: 1 to 64 of a-z, 0-9 and _");
			continue;
		}
		credential_read(r, &member[i].value, &named->secret, &r->note->named[link->n_named]);
		if (!named->secret.bytes)
			continue;
		if (!sdk_is_utf8(secret_bytes(&named->secret)))
			config_problem(r->reader, member[i].value.line, member[i].value.name, "is no UTF-8 text");
		named->name = sdk_dup(r->arena, member[i].key);
		link->n_named++;
	}
}

static void token_url_read(struct supplier_reader *r, const struct config_node *node, bool plain_http)
{
	struct ent_str url = config_line(r->reader, r->arena, node);
	struct ent_err err;

	if (!url.p)
		return;
	if (url_vet(url, plain_http, &err) == ENT_OK)
		r->supplier->link.token_url = url;
	else
		config_problem(r->reader, node->line, node->name, "%s", err.msg);
}

/* ---- all of it ---------------------------------------------------------------------------- */

void config_auth_read(struct supplier_reader *r, const struct config_node *node, bool plain_http)
{
	const struct config_key *keys = config_keys_supplier()[KEY_AUTH].member;
	struct supplier_link *link = &r->supplier->link;
	struct config_node found[AT_N] = {{0}};
	size_t kind = N_KINDS;

	if (!node->yaml)
		return;
	config_keys_sort(r->reader, node, keys, "auth", found);
	if (found[AT_KIND].yaml)
		kind = kind_read(r, &found[AT_KIND]);
	else
		config_problem(r->reader, node->line, node->name,
			       "kind is missing; allowed: basic, bearer, header, oauth2");
	for (int i = AT_USER; i < AT_N && kind < N_KINDS; i++) {
		if (kinds[kind].needs[i] && !found[i].yaml)
			config_problem(r->reader, node->line, node->name, "%s is missing, which %s needs. %s",
				       at_name[i], kinds[kind].word, keys[i].help);
		if (found[i].yaml && !kinds[kind].needs[i] && !kinds[kind].takes[i])
			config_problem(r->reader, found[i].line, found[i].name, "has no use with kind %s; remove it",
				       kinds[kind].word);
	}
	if (kind < N_KINDS)
		link->auth = kinds[kind].kind;
	link->user = config_line(r->reader, r->arena, &found[AT_USER]);
	if (link->auth == AUTH_BASIC && link->user.p && memchr(link->user.p, ':', link->user.n))
		config_problem(r->reader, found[AT_USER].line, found[AT_USER].name,
			       "has a colon, which basic cannot carry");
	credential_read(r, &found[AT_CREDENTIAL], &link->credential, &r->note->credential);
	link->header = header_word_read(r, &found[AT_HEADER]);
	link->scheme = header_word_read(r, &found[AT_SCHEME]);
	token_url_read(r, &found[AT_TOKEN_URL], plain_http);
	link->scope = config_line(r->reader, r->arena, &found[AT_SCOPE]);
}
