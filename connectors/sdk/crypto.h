/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes and signatures (OpenSSL) and the comparison that leaks no time. */
#ifndef SDK_CRYPTO_H
#define SDK_CRYPTO_H

#include "sdk/str.h"

enum sdk_hash { SDK_SHA1, SDK_SHA256, SDK_SHA512 };
#define SDK_HASH_MAX 64

/* Over the parts one after the other. Returns the hash's size in bytes. */
size_t sdk_hmac(enum sdk_hash hash, struct ent_str secret, const struct ent_str *part, size_t n_part,
		unsigned char ret[SDK_HASH_MAX]);
size_t sdk_digest(enum sdk_hash hash, const struct ent_str *part, size_t n_part, unsigned char ret[SDK_HASH_MAX]);

/* SHA-256 of what does not lie in memory at once. sdk_digest_end() releases it and gives 32 bytes. */
struct sdk_digest {
	void *context;
};
void sdk_digest_init(struct sdk_digest *digest);
void sdk_digest_add(struct sdk_digest *digest, const void *p, size_t n);
void sdk_digest_end(struct sdk_digest *digest, unsigned char ret[32]);

struct ent_str sdk_hex(struct ent_arena *arena, const unsigned char *p, size_t n); /* lower case */
struct ent_str sdk_base64(struct ent_arena *arena, const unsigned char *p, size_t n);
/* For URLs, without padding: its length. ret has room for (n + 2) / 3 * 4. */
size_t sdk_base64url(const unsigned char *p, size_t n, char *ret);
bool sdk_unbase64(struct ent_arena *arena, struct ent_str text, struct ent_str *ret); /* strict, with padding */

bool sdk_same(struct ent_str a, struct ent_str b); /* constant time for equal lengths */

/* Header `value` is `prefix` + hex(HMAC(secret_i, body)) for one of the secrets. */
bool sdk_signed_hex(enum sdk_hash hash, struct ent_str value, const char *prefix, const struct ent_str *secret,
		    size_t n_secret, const struct ent_str *part, size_t n_part);
/* The same with base64 and no prefix. */
bool sdk_signed_base64(enum sdk_hash hash, struct ent_str value, const struct ent_str *secret, size_t n_secret,
		       const struct ent_str *part, size_t n_part);

#endif
