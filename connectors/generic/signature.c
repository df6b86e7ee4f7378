/* SPDX-License-Identifier: Apache-2.0 */
/* Proof of the sender: the ways of the tools, one table. */
#include <string.h>

#include "generic.h"
#include "sdk/crypto.h"

static const struct {
	const char *name, *header, *prefix; /* what signature_header and signature_prefix are when they are empty */
} schemes[] = {
    [SCHEME_SHA256_HEX] = {"hmac-sha256-hex", "X-Signature", ""},
    [SCHEME_SHA256_BASE64] = {"hmac-sha256-base64", "X-Signature", ""},
    [SCHEME_SHA1_HEX] = {"hmac-sha1-hex", "X-Signature", ""},
    [SCHEME_SHA512_HEX] = {"hmac-sha512-hex", "X-Signature", ""},
    [SCHEME_TOKEN] = {"token", "X-Token", ""},
    [SCHEME_BEARER] = {"bearer", "Authorization", "Bearer "},
    [SCHEME_BASIC] = {"basic", "Authorization", "Basic "},
    [SCHEME_STANDARD] = {"standard-webhooks", "webhook-signature", ""},
    [SCHEME_PATH] = {"path", "", ""},
};

bool scheme_read(struct ent_str word, enum scheme *ret)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (!sdk_eqz(word, schemes[i].name))
			continue;
		*ret = (enum scheme)i;
		return true;
	}
	return false;
}

struct ent_str scheme_header(const struct generic_settings *settings, enum scheme scheme)
{
	return settings->signature_header.n > 0 ? settings->signature_header : sdk_str(schemes[scheme].header);
}

/* The header's value without the prefix; absent when it does not begin with it. */
static struct ent_str after_prefix(struct ent_str given, struct ent_str prefix)
{
	if (given.n < prefix.n || memcmp(given.p, prefix.n ? prefix.p : "", prefix.n) != 0)
		return ENT_ABSENT;
	return (struct ent_str){given.p + prefix.n, given.n - prefix.n};
}

static bool is_secret(struct ent_str given, const struct ent_str *secret, size_t n_secret)
{
	bool same = false;

	for (size_t i = 0; i < n_secret; i++)
		same |= secret[i].n > 0 && sdk_same(given, secret[i]);
	return same;
}

static bool matches(enum scheme scheme, struct ent_str given, const struct ent_str *body, const struct ent_str *secret,
		    size_t n_secret, struct ent_arena *arena)
{
	struct ent_str plain;

	switch (scheme) {
	case SCHEME_SHA256_HEX:
		return sdk_signed_hex(SDK_SHA256, given, "", secret, n_secret, body, 1);
	case SCHEME_SHA1_HEX:
		return sdk_signed_hex(SDK_SHA1, given, "", secret, n_secret, body, 1);
	case SCHEME_SHA512_HEX:
		return sdk_signed_hex(SDK_SHA512, given, "", secret, n_secret, body, 1);
	case SCHEME_SHA256_BASE64:
		return sdk_signed_base64(SDK_SHA256, given, secret, n_secret, body, 1);
	case SCHEME_TOKEN:
	case SCHEME_BEARER:
		return is_secret(given, secret, n_secret);
	case SCHEME_BASIC:
		return sdk_unbase64(arena, given, &plain) && is_secret(plain, secret, n_secret);
	case SCHEME_STANDARD: /* not one header over the body: sdk_verify_standard() */
	case SCHEME_PATH:     /* no header at all */
		break;
	}
	return false;
}

enum ent_rc scheme_verify(const struct generic_settings *settings, enum scheme scheme,
			  const struct ent_webhook *webhook, const struct ent_str *secret, size_t n_secret,
			  int64_t now_ms, struct ent_arena *arena, struct ent_err *err)
{
	struct ent_str header = scheme_header(settings, scheme), given;
	struct ent_str prefix =
	    settings->signature_prefix.n > 0 ? settings->signature_prefix : sdk_str(schemes[scheme].prefix);

	if (n_secret == 0)
		return ENT_OK;
	if (scheme == SCHEME_STANDARD)
		return sdk_verify_standard(webhook, sdk_z(arena, header), secret, n_secret, now_ms, arena, err);
	if (scheme == SCHEME_PATH)
		return webhook->path_secret.n > 0 && is_secret(webhook->path_secret, secret, n_secret)
			   ? ENT_OK
			   : sdk_fail_as(err, ENT_EAUTH, "generic.path_secret",
					 "the address ends in none of the supplier's secrets: /hooks/NAME/SECRET");
	given = sdk_header(webhook->header, webhook->n_header, sdk_z(arena, header));
	if (!given.p)
		return sdk_fail_as(err, ENT_EAUTH, "signature.header",
				   "header {header=%.*s} is missing or stands twice", ENT_F(header));
	given = after_prefix(given, prefix);
	if (!given.p || !matches(scheme, given, &webhook->body, secret, n_secret, arena))
		return sdk_fail_as(err, ENT_EAUTH, "signature.wrong",
				   "header {header=%.*s} matches none of the supplier's secrets", ENT_F(header));
	return ENT_OK;
}
