/* SPDX-License-Identifier: Apache-2.0 */
#include "base/password.h"

#include <sodium.h>
#include <string.h>

#define OPERATIONS 2u
#define MEMORY     ((size_t)32 << 20)

/* The hash of random bytes that nobody kept, with the amounts above: a test compares them. */
static const char nobody[] =
    "$argon2id$v=19$m=32768,t=2,p=1$6A0qUJZ7a4rtn5/C90iLSg$fPY1SThfgqF7ZTE55WGmkPuvvL6C5szVShRjqaDbTTo";

_Static_assert(PASSWORD_SIZE == crypto_pwhash_argon2id_STRBYTES, "the size of libsodium's hashes");

static bool is_one_character(struct ent_str text)
{
	for (size_t i = 1; i < text.n; i++)
		if (text.p[i] != text.p[0])
			return false;
	return true;
}

enum password_flaw password_vet(struct ent_str password, struct ent_str name, struct ent_str mail)
{
	size_t characters = 0;

	for (size_t i = 0; i < password.n; i++)
		characters += ((unsigned char)password.p[i] & 0xC0) != 0x80;
	if (password.n > PASSWORD_MAX)
		return PASSWORD_LONG;
	if (!sdk_is_utf8(password) || characters < PASSWORD_MIN)
		return PASSWORD_SHORT;
	if (is_one_character(password) || sdk_ieq(password, name) || sdk_ieq(password, mail))
		return PASSWORD_GUESSED;
	return PASSWORD_FINE;
}

bool password_hash(struct ent_str password, char ret[PASSWORD_SIZE])
{
	return sodium_init() >= 0 && crypto_pwhash_str_alg(ret, password.p, password.n, OPERATIONS, MEMORY,
							   crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_check(struct ent_str stored, struct ent_str password)
{
	bool is_somebody = stored.n > 0 && stored.n < PASSWORD_SIZE;
	char z[PASSWORD_SIZE] = "";
	bool same;

	if (is_somebody)
		memcpy(z, stored.p, stored.n);
	else
		memcpy(z, nobody, sizeof nobody);
	same = sodium_init() >= 0 && crypto_pwhash_str_verify(z, password.p ? password.p : "", password.n) == 0;
	return same && is_somebody;
}
