/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All workers share this about coming in: our own address and the cookies' names, how often somebody may try, and what
 * is known of each provider. All of it is in memory: a restart forgets tries and sign-ins under way, never a session.
 */
#ifndef FACE_ENTRANCE_H
#define FACE_ENTRANCE_H

#include "base/lock.h"
#include "base/world.h"
#include "core/attempts.h"
#include "core/oidc.h"
#include "core/way_in.h"

enum entrance_cookie {
	COOKIE_SESSION, /* who is signed in */
	COOKIE_FLIGHT,  /* a sign-in with a provider that is under way in this browser */
	COOKIE_CLAIM    /* an invitation whose button was pressed, on its way to the provider */
};

/* A provider's own words about itself. Under the entrance's lock. */
struct provider_known {
	char *description, *keys; /* JSON; NULL: not known */
	int64_t described_ms, failed_ms, keys_ms, keys_tried_ms;
};

struct entrance {
	struct ways_in ways; /* public_url, "" : nobody can come in */
	bool is_plain;       /* http on a loopback address: cookies without prefix and Secure */
	unsigned char key[OIDC_KEY_SIZE];
	way_ask_fn *ask; /* NULL: no provider can be asked */
	const atomic_bool *stop;
	struct lock *lock;
	struct attempts accounts, addresses; /* under lock */
	struct provider_known *known;        /* one for each of ways.at; under lock */
	struct sdk_arena arena;
};

/* ways: what it points to outlives the entrance; the struct is copied. */
struct entrance *entrance_new(const struct ways_in *ways, struct chance *chance, way_ask_fn *ask,
			      const atomic_bool *stop);
void entrance_free(struct entrance *entrance); /* takes NULL */
/* Before any thread: our own address. False: it may not be one. */
bool entrance_at(struct entrance *entrance, struct ent_str public_url);

const char *entrance_cookie(const struct entrance *entrance, enum entrance_cookie cookie); /* its name */
/* The header line that sets it, for so many seconds; value empty: removes it. */
struct ent_str entrance_set_cookie(const struct entrance *entrance, struct ent_arena *arena,
				   enum entrance_cookie cookie, struct ent_str value, int64_t seconds);

/* 0: somebody at this address may try to be that person (mail absent: a provider's answer). Else the milliseconds to
 * wait. */
int64_t entrance_try(struct entrance *entrance, struct ent_str organisation, struct ent_str mail, struct ent_str peer,
		     int64_t now_ms);
/* It was that person. */
void entrance_was_right(struct entrance *entrance, struct ent_str organisation, struct ent_str mail,
			struct ent_str peer, int64_t now_ms);

#endif
