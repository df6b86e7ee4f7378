/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/crypto.h"

#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define BLOCK_MAX 128 /* bytes: SHA-512's input block */

static const EVP_MD *hash_md(enum sdk_hash hash)
{
	switch (hash) {
	case SDK_SHA1:
		return EVP_sha1();
	case SDK_SHA256:
		return EVP_sha256();
	case SDK_SHA512:
		return EVP_sha512();
	}
	assert(false && "unknown hash");
	return NULL;
}

/* One hash over a first block and the parts; md belongs to OpenSSL. ctx is reused, and OpenSSL looks the algorithm up
 * at its first use only. */
static size_t digest_parts(EVP_MD_CTX *ctx, const EVP_MD *md, struct ent_str first, const struct ent_str *part,
			   size_t n_part, unsigned char ret[SDK_HASH_MAX])
{
	unsigned size = 0;
	int ok = EVP_DigestInit_ex(ctx, EVP_MD_CTX_get0_md(ctx) ? NULL : md, NULL);

	ok &= EVP_DigestUpdate(ctx, first.p, first.n);
	for (size_t i = 0; i < n_part; i++)
		ok &= EVP_DigestUpdate(ctx, part[i].p, part[i].n);
	ok &= EVP_DigestFinal_ex(ctx, ret, &size);
	assert(ok); /* only memory or a crippled OpenSSL make it fail: no answer is better than a wrong one */
	return size;
}

size_t sdk_digest(enum sdk_hash hash, const struct ent_str *part, size_t n_part, unsigned char ret[SDK_HASH_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert(ctx);
	size_t n = digest_parts(ctx, hash_md(hash), ENT_STR(""), part, n_part, ret);
	EVP_MD_CTX_free(ctx);
	return n;
}

void sdk_digest_init(struct sdk_digest *digest)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);

	assert(ok);
	digest->context = ctx;
}

void sdk_digest_add(struct sdk_digest *digest, const void *p, size_t n)
{
	int ok = EVP_DigestUpdate(digest->context, p, n);

	assert(ok);
}

void sdk_digest_end(struct sdk_digest *digest, unsigned char ret[32])
{
	int ok = EVP_DigestFinal_ex(digest->context, ret, NULL);

	assert(ok);
	EVP_MD_CTX_free(digest->context);
	digest->context = NULL;
}

/* RFC 2104 over EVP digests: HMAC() takes one part only, and EVP_MAC costs more to set up
 * than the hash of a webhook. */
size_t sdk_hmac(enum sdk_hash hash, struct ent_str secret, const struct ent_str *part, size_t n_part,
		unsigned char ret[SDK_HASH_MAX])
{
	const EVP_MD *md = hash_md(hash);
	size_t block = (size_t)EVP_MD_get_block_size(md), n;
	unsigned char pad[BLOCK_MAX] = {0}, inner[SDK_HASH_MAX];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert(ctx && block <= sizeof pad);
	if (secret.n > block)
		digest_parts(ctx, md, secret, NULL, 0, pad);
	else if (secret.n > 0)
		memcpy(pad, secret.p, secret.n);
	for (size_t i = 0; i < block; i++)
		pad[i] ^= 0x36;
	n = digest_parts(ctx, md, (struct ent_str){(const char *)pad, block}, part, n_part, inner);
	for (size_t i = 0; i < block; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	n = digest_parts(ctx, md, (struct ent_str){(const char *)pad, block}, &(struct ent_str){(const char *)inner, n},
			 1, ret);
	OPENSSL_cleanse(pad, sizeof pad);
	OPENSSL_cleanse(inner, sizeof inner);
	EVP_MD_CTX_free(ctx);
	return n;
}

/* ---- hex ------------------------------------------------------------------ */

struct ent_str sdk_hex(struct ent_arena *arena, const unsigned char *p, size_t n)
{
	const char *digit = "0123456789abcdef";
	char *out = sdk_alloc(arena, n * 2 + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	return (struct ent_str){out, n * 2};
}

/* hex.n is even and ret has room for half of it. */
static bool hex_decode(struct ent_str hex, unsigned char *ret)
{
	for (size_t i = 0; i < hex.n; i += 2) {
		int high = sdk_hex_value(hex.p[i]), low = sdk_hex_value(hex.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[i / 2] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* ---- base64 --------------------------------------------------------------- */

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Four characters of `digit` for each three bytes, with padding, into ret, which has room for (n + 2) / 3 * 4. */
static size_t base64_by(const char *digit, const unsigned char *p, size_t n, char *ret)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i += 3, out += 4) {
		size_t left = n - i;
		uint32_t w =
		    (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
		ret[out] = digit[w >> 18];
		ret[out + 1] = digit[w >> 12 & 63];
		ret[out + 2] = left > 1 ? digit[w >> 6 & 63] : '=';
		ret[out + 3] = left > 2 ? digit[w & 63] : '=';
	}
	return out;
}

static size_t base64_encode(const unsigned char *p, size_t n, char *ret)
{
	return base64_by(LETTERS_AND_DIGITS "+/", p, n, ret);
}

size_t sdk_base64url(const unsigned char *p, size_t n, char *ret)
{
	size_t with_padding = base64_by(LETTERS_AND_DIGITS "-_", p, n, ret);

	return with_padding - (3 - n % 3) % 3;
}

struct ent_str sdk_base64(struct ent_arena *arena, const unsigned char *p, size_t n)
{
	char *out = sdk_alloc(arena, (n + 2) / 3 * 4 + 1);

	return (struct ent_str){out, base64_encode(p, n, out)};
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* One text for one value: no white space, padding where it must stand, unused bits zero. */
bool sdk_unbase64(struct ent_arena *arena, struct ent_str text, struct ent_str *ret)
{
	size_t pad = 0, n = 0;
	unsigned char *out;
	uint32_t word = 0;

	if (text.n % 4 != 0)
		return false;
	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	out = sdk_alloc(arena, text.n / 4 * 3 + 1);
	for (size_t i = 0; i < text.n; i++) {
		int bits = i < text.n - pad ? base64_value(text.p[i]) : 0;
		if (bits < 0)
			return false;
		word = word << 6 | (uint32_t)bits;
		if (i % 4 != 3)
			continue;
		out[n++] = (unsigned char)(word >> 16);
		out[n++] = (unsigned char)(word >> 8);
		out[n++] = (unsigned char)word;
		word = 0;
	}
	for (size_t i = 0; i < pad; i++)
		if (out[--n] != 0)
			return false;
	*ret = (struct ent_str){(char *)out, n};
	return true;
}

/* ---- comparing ------------------------------------------------------------ */

bool sdk_same(struct ent_str a, struct ent_str b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

/* An empty secret would let anyone sign: it matches nothing. */
static bool any_hmac(enum sdk_hash hash, struct ent_str mac, const struct ent_str *secret, size_t n_secret,
		     const struct ent_str *part, size_t n_part)
{
	unsigned char want[SDK_HASH_MAX];
	bool found = false;

	for (size_t i = 0; i < n_secret; i++) {
		if (secret[i].n == 0)
			continue;
		size_t n = sdk_hmac(hash, secret[i], part, n_part, want);
		found |= sdk_same(mac, (struct ent_str){(const char *)want, n});
	}
	return found;
}

bool sdk_signed_hex(enum sdk_hash hash, struct ent_str value, const char *prefix, const struct ent_str *secret,
		    size_t n_secret, const struct ent_str *part, size_t n_part)
{
	size_t skip = strlen(prefix), size = (size_t)EVP_MD_get_size(hash_md(hash));
	unsigned char mac[SDK_HASH_MAX];

	if (!sdk_starts(value, prefix) || value.n - skip != size * 2)
		return false;
	if (!hex_decode((struct ent_str){value.p + skip, size * 2}, mac))
		return false;
	return any_hmac(hash, (struct ent_str){(const char *)mac, size}, secret, n_secret, part, n_part);
}

bool sdk_signed_base64(enum sdk_hash hash, struct ent_str value, const struct ent_str *secret, size_t n_secret,
		       const struct ent_str *part, size_t n_part)
{
	unsigned char want[SDK_HASH_MAX];
	char text[(SDK_HASH_MAX + 2) / 3 * 4];
	bool found = false;

	for (size_t i = 0; i < n_secret; i++) {
		if (secret[i].n == 0)
			continue;
		size_t n = base64_encode(want, sdk_hmac(hash, secret[i], part, n_part, want), text);
		found |= sdk_same(value, (struct ent_str){text, n});
	}
	return found;
}
