/* SPDX-License-Identifier: Apache-2.0 */
#include "face/entrance.h"

#include <stdlib.h>
#include <string.h>

#include "core/origin.h"
#include "core/range.h"
#include "sdk/crypto.h"

/* Wrong passwords: ten at once, then one a minute for one account; from one address thirty, then one each ten s. */
enum { ACCOUNT_AT_ONCE = 10, ACCOUNT_EVERY_MS = 60000, ADDRESS_AT_ONCE = 30, ADDRESS_EVERY_MS = 10000 };

/* ---- life -------------------------------------------------------------------------- */

struct entrance *entrance_new(const struct ways_in *ways, struct chance *chance, way_ask_fn *ask,
			      const atomic_bool *stop)
{
	struct entrance *entrance = sdk_xalloc(sizeof *entrance);

	memset(entrance, 0, sizeof *entrance);
	entrance->ways = *ways;
	entrance->ask = ask;
	entrance->stop = stop;
	entrance->lock = lock_new();
	entrance->accounts.at_once = ACCOUNT_AT_ONCE;
	entrance->accounts.every_ms = ACCOUNT_EVERY_MS;
	entrance->addresses.at_once = ADDRESS_AT_ONCE;
	entrance->addresses.every_ms = ADDRESS_EVERY_MS;
	sdk_arena_init(&entrance->arena);
	entrance->known = SDK_NEW_N(&entrance->arena.abi, struct provider_known, ways->n + 1);
	chance->bytes(chance, entrance->key, sizeof entrance->key);
	if (!entrance_at(entrance, ways->public_url))
		entrance->ways.public_url = ENT_STR("");
	return entrance;
}

void entrance_free(struct entrance *entrance)
{
	if (!entrance)
		return;
	for (size_t i = 0; i < entrance->ways.n; i++) {
		free(entrance->known[i].description);
		free(entrance->known[i].keys);
	}
	lock_free(entrance->lock);
	explicit_bzero(entrance->key, sizeof entrance->key);
	sdk_arena_release(&entrance->arena);
	free(entrance);
}

bool entrance_at(struct entrance *entrance, struct ent_str public_url)
{
	bool is_plain;

	if (!public_url.n || !origin_is_public(public_url, &is_plain))
		return false;
	entrance->ways.public_url = sdk_dup(&entrance->arena.abi, public_url);
	entrance->is_plain = is_plain;
	return true;
}

/* ---- cookies ------------------------------------------------------------------------- */

const char *entrance_cookie(const struct entrance *entrance, enum entrance_cookie cookie)
{
	static const char *const name[][2] = {
	    [COOKIE_SESSION] = {"__Host-entente", "entente_session"},
	    [COOKIE_FLIGHT] = {"__Host-entente_flight", "entente_flight"},
	    [COOKIE_CLAIM] = {"__Host-entente_claim", "entente_claim"},
	};

	return name[cookie][entrance->is_plain];
}

struct ent_str entrance_set_cookie(const struct entrance *entrance, struct ent_arena *arena,
				   enum entrance_cookie cookie, struct ent_str value, int64_t seconds)
{
	return sdk_format(arena, "Set-Cookie: %s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s\r\n",
			  entrance_cookie(entrance, cookie), ENT_F(value), (long long)(value.n ? seconds : 0),
			  entrance->is_plain ? "" : "; Secure");
}

/* ---- tries ----------------------------------------------------------------------------- */

static uint64_t who_of(const struct entrance *entrance, const char *use, struct ent_str a, struct ent_str b)
{
	const struct ent_str part[] = {sdk_str(use), a, ENT_STR("\n"), b};
	unsigned char hash[SDK_HASH_MAX];
	uint64_t ret;

	(void)sdk_hmac(SDK_SHA256, (struct ent_str){(const char *)entrance->key, sizeof entrance->key}, part,
		       sizeof part / sizeof *part, hash);
	memcpy(&ret, hash, sizeof ret);
	return ret;
}

static uint64_t who_at(const struct entrance *entrance, struct ent_str peer)
{
	unsigned char customer[16] = {0};

	(void)range_customer(peer, customer); /* no address: all of them are one */
	return who_of(entrance, "address\n", (struct ent_str){(const char *)customer, sizeof customer}, ENT_STR(""));
}

int64_t entrance_try(struct entrance *entrance, struct ent_str organisation, struct ent_str mail, struct ent_str peer,
		     int64_t now_ms)
{
	uint64_t address = who_at(entrance, peer), account = who_of(entrance, "account\n", organisation, mail);
	int64_t wait_ms;

	lock_take(entrance->lock);
	wait_ms = attempts_take(&entrance->addresses, address, now_ms);
	if (wait_ms == 0 && mail.p) {
		wait_ms = attempts_take(&entrance->accounts, account, now_ms);
		if (wait_ms > 0)
			attempts_give_back(&entrance->addresses, address, now_ms);
	}
	lock_leave(entrance->lock);
	return wait_ms;
}

void entrance_was_right(struct entrance *entrance, struct ent_str organisation, struct ent_str mail,
			struct ent_str peer, int64_t now_ms)
{
	uint64_t address = who_at(entrance, peer), account = who_of(entrance, "account\n", organisation, mail);

	lock_take(entrance->lock);
	attempts_give_back(&entrance->addresses, address, now_ms);
	if (mail.p)
		attempts_give_back(&entrance->accounts, account, now_ms);
	lock_leave(entrance->lock);
}
