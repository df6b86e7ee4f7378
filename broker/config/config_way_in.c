/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config_way_in.h"

#include <unistd.h>

#include "base/jws.h"
#include "config/config_secret.h"
#include "core/organisation.h"
#include "core/range.h"
#include "core/url.h"
#include "sdk/webhook.h"

#define ALLOW_MAX    64
#define TIMEOUT_MS   5000
#define CONNECT_MS   3000
#define ANSWER_BYTES (256 << 10)

enum {
	WAY_ORGANISATION,
	WAY_ISSUER,
	WAY_CLIENT_ID,
	WAY_SECRET,
	WAY_ALGORITHMS,
	WAY_REQUIRED,
	WAY_CA_FILE,
	WAY_PLAIN_HTTP,
	WAY_ALLOW,
	WAY_N
};

/* In the order of the enum. */
static const struct config_key way_keys[] = {
    {.name = "organisation",
     .form = "text",
     .help = "The organisation whose people come from this provider.",
     .required = true},
    {.name = "issuer",
     .form = "URL",
     .help = "The provider's issuer, exactly as it names itself. Its description is at "
	     "ISSUER/.well-known/openid-configuration.",
     .required = true},
    {.name = "client_id",
     .form = "text",
     .help = "How the provider calls us. Give it as redirect address: PUBLIC_URL/sign-in/ORGANISATION/answer.",
     .required = true},
    {.name = "client_secret",
     .form = "reference",
     .help = "The secret that the provider gave us: env:NAME or file:/path, never the secret itself. Without it we "
	     "are a public client; PKCE is used in any case."},
    {.name = "algorithms",
     .form = "list of RS256, PS256, ES256",
     .help = "How its tokens may be signed. Nothing else is accepted, whatever a token says. Default: [RS256]."},
    {.name = "required",
     .form = "true or false",
     .help = "Its people come in by the provider only; their passwords are not taken. Default: false."},
    {.name = "ca_file",
     .form = "path",
     .help = "Certificates (PEM) that signed the provider's certificate, instead of the system's."},
    {.name = "plain_http",
     .form = "true or false",
     .help = "Accept http: in its addresses. Everybody on the way can then sign in as anybody. Default: false."},
    {.name = "allow",
     .form = "list of ranges",
     .help = "Private and other special addresses that the provider may have, e.g. [10.1.0.0/16]. The broker connects "
	     "to no other special address."},
    {0},
};
_Static_assert(sizeof way_keys / sizeof *way_keys == WAY_N + 1, "a key for each");

const struct config_key *config_keys_way_in(void)
{
	return way_keys;
}

struct way_reader {
	struct config_reader *reader;
	struct ent_arena *arena;
	struct way_in *way;
	struct ent_str *reference;
};

static void issuer_read(struct way_reader *r, const struct config_node *node)
{
	struct ent_str url = config_line(r->reader, r->arena, node);
	struct ent_err err;

	if (!url.p)
		return;
	r->way->issuer = url;
	if (url_vet_base(url, r->way->link.plain_http, &err) != ENT_OK)
		config_problem(r->reader, node->line, node->name, "%s", err.msg);
}

static void way_secret_read(struct way_reader *r, const struct config_node *node)
{
	struct ent_str reference;
	struct ent_err err;

	if (!node->yaml || !config_secret_reference(r->reader, node, &reference))
		return;
	if (secret_load(reference, &r->way->secret, &err) != ENT_OK)
		config_problem(r->reader, node->line, node->name, "%s", err.msg);
	else
		*r->reference = sdk_dup(r->arena, reference);
}

static void algorithms_read(struct way_reader *r, const struct config_node *node)
{
	const struct config_node *item = NULL;
	enum jws_algorithm algorithm;
	struct ent_str word;
	size_t n;

	r->way->algorithms = 1u << JWS_RS256;
	if (!node->yaml)
		return;
	n = config_items(r->reader, node, &item);
	r->way->algorithms = 0;
	for (size_t i = 0; i < n; i++) {
		if (!config_text(r->reader, &item[i], &word))
			continue;
		if (jws_by_name(word, &algorithm))
			r->way->algorithms |= 1u << algorithm;
		else
			config_problem(r->reader, item[i].line, item[i].name,
				       "found %.*s, allowed: RS256, PS256, ES256",
				       ENT_F(config_found(r->reader, word)));
	}
	if (n == 0)
		config_problem(r->reader, node->line, node->name, "is empty; allowed: RS256, PS256, ES256");
}

static void way_ca_read(struct way_reader *r, const struct config_node *node)
{
	struct ent_str path = config_line(r->reader, r->arena, node);

	if (!path.p)
		return;
	r->way->link.ca_file = path;
	if (path.p[0] != '/' || access(sdk_z(r->arena, path), R_OK) != 0)
		config_problem(r->reader, node->line, node->name, "%.*s cannot be read; allowed: an absolute path",
			       ENT_F(config_found(r->reader, path)));
}

static void way_allow_read(struct way_reader *r, const struct config_node *node)
{
	const struct config_node *item = NULL;
	size_t n = node->yaml ? config_items(r->reader, node, &item) : 0;
	struct ent_str *allow = SDK_NEW_N(r->arena, struct ent_str, ALLOW_MAX), text;

	for (size_t i = 0; i < n && i < ALLOW_MAX; i++) {
		if (!config_text(r->reader, &item[i], &text))
			continue;
		if (range_is_cidr(text))
			allow[r->way->link.n_allow++] = sdk_dup(r->arena, text);
		else
			config_problem(r->reader, item[i].line, item[i].name,
				       "found %.*s, allowed: a range with its length, e.g. 10.1.0.0/16",
				       ENT_F(config_found(r->reader, text)));
	}
	if (n > ALLOW_MAX)
		config_problem(r->reader, node->line, node->name, "has %zu ranges, allowed: up to %d", n, ALLOW_MAX);
	r->way->link.allow = allow;
}

static void way_read(struct way_reader *r, const struct config_node *item)
{
	struct config_node found[WAY_N] = {{0}};

	config_keys_sort(r->reader, item, way_keys, "sign_in", found);
	for (size_t k = 0; k < WAY_N; k++)
		if (way_keys[k].required && !found[k].yaml)
			config_problem(r->reader, item->line, item->name, "%s is missing. %s", way_keys[k].name,
				       way_keys[k].help);
	if (found[WAY_PLAIN_HTTP].yaml)
		(void)config_bool(r->reader, &found[WAY_PLAIN_HTTP], &r->way->link.plain_http); /* a problem is kept */
	if (found[WAY_REQUIRED].yaml)
		(void)config_bool(r->reader, &found[WAY_REQUIRED], &r->way->required);
	r->way->organisation = sdk_or_empty(config_line(r->reader, r->arena, &found[WAY_ORGANISATION]));
	issuer_read(r, &found[WAY_ISSUER]);
	r->way->client_id = sdk_or_empty(config_line(r->reader, r->arena, &found[WAY_CLIENT_ID]));
	way_secret_read(r, &found[WAY_SECRET]);
	algorithms_read(r, &found[WAY_ALGORITHMS]);
	way_ca_read(r, &found[WAY_CA_FILE]);
	way_allow_read(r, &found[WAY_ALLOW]);
	r->way->link.timeout_ms = TIMEOUT_MS;
	r->way->link.connect_ms = CONNECT_MS;
	r->way->link.answer_max = ANSWER_BYTES;
}

void config_ways_in_read(struct config_reader *reader, const struct config_node *list, struct config *config)
{
	const struct config_node *item = NULL;
	size_t n = config_items(reader, list, &item);

	if (n > WAY_IN_MAX) {
		config_problem(reader, list->line, list->name, "has %zu organisations, allowed: up to %d", n,
			       WAY_IN_MAX);
		n = 0;
	}
	config->way = SDK_NEW_N(&config->arena.abi, struct way_in, n + 1);
	config->way_secret = SDK_NEW_N(&config->arena.abi, struct ent_str, n + 1);
	config->n_way = n;
	for (size_t i = 0; i < n; i++) {
		struct way_reader r = {reader, &config->arena.abi, &config->way[i], &config->way_secret[i]};

		way_read(&r, &item[i]);
	}
}

void config_ways_in_check(struct config_reader *reader, struct config *config)
{
	const struct ways_in ways = {.at = config->way, .n = config->n_way};

	for (size_t i = 0; i < config->n_way; i++) {
		struct ent_str name = config->way[i].organisation;

		if (name.n == 0)
			continue;
		if (!organisation_is_known(config->suppliers, name))
			config_problem(reader, 0, sdk_format(&reader->arena.abi, "sign_in[%zu].organisation", i + 1),
				       "found %.*s, which is no organisation here: ours, a supplier's, or one that "
				       "`organisations` names",
				       ENT_F(config_found(reader, name)));
		else if (way_in_of(&ways, name) != &config->way[i])
			config_problem(reader, 0, sdk_format(&reader->arena.abi, "sign_in[%zu].organisation", i + 1),
				       "%.*s stands twice", ENT_F(name));
	}
}
