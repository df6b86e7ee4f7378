/* SPDX-License-Identifier: Apache-2.0 */
/* The way out to a supplier's tool: where it is, what may be reached, whose word counts, how much at once. */
#include "config/config_link.h"

#include "sdk/webhook.h"

#include <string.h>
#include <unistd.h>

#include "config/config_amount.h"
#include "config/config_auth.h"
#include "core/range.h"
#include "core/url.h"

static void found_tell(struct supplier_reader *r, const struct config_node *node, struct ent_str text,
		       const char *allowed)
{
	struct ent_str found = config_found(r->reader, text);

	config_problem(r->reader, node->line, node->name, "found %.*s, allowed: %s", ENT_F(found), allowed);
}

static void base_url_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str url, found;
	struct ent_err err;

	if (!node->yaml || !config_text(r->reader, node, &url))
		return;
	while (url.n > 0 && url.p[url.n - 1] == '/')
		url.n--;
	if (url_vet_base(url, r->supplier->link.plain_http, &err) == ENT_OK) {
		r->supplier->link.url = sdk_dup(r->arena, url);
		return;
	}
	/* what stands before an @ may be a password */
	found = memchr(url.p, '@', url.n) ? ENT_STR("a URL") : config_found(r->reader, url);
	config_problem(
	    r->reader, node->line, node->name, "found %.*s: %s; allowed: https://host/path%s", ENT_F(found), err.msg,
	    sdk_starts(url, "http://") && !r->supplier->link.plain_http ? ", or http: with `plain_http: true`" : "");
}

static void account_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str account;

	if (!node->yaml || !config_text(r->reader, node, &account))
		return;
	account = sdk_trim(account);
	if (account.n == 0 || account.n > ENT_ID_MAX)
		config_problem(r->reader, node->line, node->name, "has %zu bytes, allowed: 1 to %d", account.n,
			       ENT_ID_MAX);
	else
		r->supplier->account = sdk_dup(r->arena, account);
}

static void comments_as_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word;

	r->supplier->comments_as = ENT_INTERNAL;
	if (!node->yaml || !config_text(r->reader, node, &word))
		return;
	if (sdk_eqz(word, "public"))
		r->supplier->comments_as = ENT_PUBLIC;
	else if (!sdk_eqz(word, "internal"))
		found_tell(r, node, word, "internal (for its own people), public (its requesters read it, too)");
}

static void language_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str word;

	if (!node->yaml || !config_text(r->reader, node, &word))
		return;
	if (sdk_eqz(word, "fr"))
		r->supplier->language = ENT_FRENCH;
	else if (!sdk_eqz(word, "en"))
		found_tell(r, node, word, "fr, en");
}

/* ---- policy ------------------------------------------------------------------------------ */

static const char *next_policy(const void *of, size_t i)
{
	(void)of;
	return i <= POLICY_THEIRS ? policy_name((enum policy)i) : NULL;
}

static void policy_read(struct supplier_reader *r, const struct config_node *node)
{
	const struct config_key *key = config_keys_supplier()[KEY_POLICY].member;
	struct config_node found[ENT_N_ATTR] = {{0}};

	if (!node->yaml)
		return;
	config_keys_sort(r->reader, node, key, "policy", found);
	for (size_t i = 0; key[i].name; i++) {
		struct ent_str word, near, what;
		enum ent_attr attr;

		if (!found[i].yaml || !config_text(r->reader, &found[i], &word) ||
		    (sdk_attr(sdk_str(key[i].name), &attr) && policy_by_name(word, &r->supplier->policy[attr])))
			continue;
		near = config_nearest(r->reader, word, next_policy, NULL);
		what = config_found(r->reader, word);
		config_problem(r->reader, found[i].line, found[i].name,
			       "found %.*s%.*s%s allowed: holder, newest, ours, theirs", ENT_F(what), ENT_F(near),
			       near.n ? "" : ",");
	}
}

/* ---- connections --------------------------------------------------------------------------- */

static void ca_file_read(struct supplier_reader *r, const struct config_node *node)
{
	struct ent_str path, found;

	if (!node->yaml || !config_text(r->reader, node, &path))
		return;
	found = config_found(r->reader, path);
	if (path.n == 0 || path.p[0] != '/' || path.n > 4095)
		config_problem(r->reader, node->line, node->name, "found %.*s, allowed: an absolute path",
			       ENT_F(found));
	else if (access(sdk_z(r->arena, path), R_OK) != 0)
		config_problem(r->reader, node->line, node->name, "%.*s cannot be read", ENT_F(found));
	else
		r->supplier->link.ca_file = sdk_dup(r->arena, path);
}

static void allow_read(struct supplier_reader *r, const struct config_node *node)
{
	const struct config_node *item = NULL;
	struct supplier_link *link = &r->supplier->link;
	struct ent_str *allow;
	size_t n;

	if (!node->yaml)
		return;
	n = config_items(r->reader, node, &item);
	if (n > CONFIG_ALLOW_MAX) {
		config_problem(r->reader, node->line, node->name, "has %zu ranges, allowed: up to %d", n,
			       CONFIG_ALLOW_MAX);
		return;
	}
	allow = SDK_NEW_N(r->arena, struct ent_str, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct ent_str text;

		if (!config_text(r->reader, &item[i], &text))
			continue;
		if (range_is_cidr(text))
			allow[link->n_allow++] = sdk_dup(r->arena, text);
		else
			found_tell(r, &item[i], text,
				   "a range with its length and nothing beyond it, e.g. 10.1.0.0/16, 127.0.0.1/32 or "
				   "fd00::/8");
	}
	link->allow = allow;
}

/* A time, size or number: as the row says, or its default. */
static void amount_read(struct supplier_reader *r, const struct config_key *key, const struct config_node *node)
{
	int64_t *at = (int64_t *)(void *)((char *)r->supplier + key->row->offset);
	struct config_node nowhere = {NULL, ENT_ABSENT, r->line};
	struct ent_str text;

	(void)config_amount_read(r->reader, key->row, &nowhere, sdk_str(key->row->dflt),
				 at); /* a test reads every default */
	if (node->yaml && config_text(r->reader, node, &text))
		(void)config_amount_read(r->reader, key->row, node, text, at); /* a problem is kept */
}

/* ---- all of it ---------------------------------------------------------------------------- */

void config_link_read(struct supplier_reader *r, const struct config_node found[KEY_N])
{
	const struct config_key *keys = config_keys_supplier();
	struct supplier_link *link = &r->supplier->link;

	if (found[KEY_PLAIN_HTTP].yaml)
		(void)config_bool(r->reader, &found[KEY_PLAIN_HTTP], &link->plain_http); /* a problem is kept */
	if (found[KEY_PAUSED].yaml)
		(void)config_bool(r->reader, &found[KEY_PAUSED], &link->paused);
	base_url_read(r, &found[KEY_URL]);
	config_auth_read(r, &found[KEY_AUTH], link->plain_http);
	config_auth_credentials(r, &found[KEY_CREDENTIALS]);
	account_read(r, &found[KEY_ACCOUNT]);
	comments_as_read(r, &found[KEY_COMMENTS_AS]);
	if (r->supplier->comments_as == ENT_PUBLIC && r->supplier->public_reader != PUBLIC_SERVICE_DESK)
		config_problem(
		    r->reader, found[KEY_COMMENTS_AS].line, found[KEY_COMMENTS_AS].name,
		    "public needs public_is_read_by: service_desk: a comment that is not for the requester may "
		    "stand there as public only if our own service desk is who reads it");
	language_read(r, &found[KEY_LANGUAGE]);
	policy_read(r, &found[KEY_POLICY]);
	ca_file_read(r, &found[KEY_CA_FILE]);
	allow_read(r, &found[KEY_ALLOW]);
	for (size_t k = 0; k < KEY_N; k++)
		if (keys[k].row)
			amount_read(r, &keys[k], &found[k]);
}
