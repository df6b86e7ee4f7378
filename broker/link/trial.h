/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries one op of a supplier's connector: no store, no schedule, nothing is kept. The calls are built as link builds
 * them. Their answers come from memory, from the tool itself, or not at all. The caller is told the result of each call
 * when it ends.
 */
#ifndef LINK_TRIAL_H
#define LINK_TRIAL_H

#include "base/world.h"
#include "link/asking.h"

/* One round trip. Borrowed until tell() returns. */
struct trial_step {
	enum ent_op_kind op; /* LOGIN: on the way to another op, too */
	bool is_token;       /* it asks token_url for an OAuth2 token; nothing of its answer may be shown */
	unsigned phase;
	const struct ent_request *request; /* as built; NULL: it could not be built, or it is for the token */
	const struct asking *asking;       /* as sent, with its secrets: only names of its headers may be shown */
	bool writes, is_sent;
	const struct ent_response *response; /* NULL: no answer */
	enum ent_rc rc; /* parse()'s; without an answer: why there is none, or ENT_OK when nothing was sent */
	struct ent_err err;
	const struct ent_result *result; /* parse()'s; NULL: parse() was not called */
};

/* How it ended, after the last step. */
enum trial_stop {
	TRIAL_SHOWN,       /* a call was shown and not sent: there is no (further) answer for it */
	TRIAL_NOTHING,     /* build() says that there is nothing to ask: done */
	TRIAL_ENDED,       /* with an answer, or without one; see rc */
	TRIAL_PAUSED,      /* there is more to read, and trips_max calls were made */
	TRIAL_WOULD_WRITE, /* a look found nothing: the broker would write now */
	TRIAL_HELD,        /* the person said no to the write */
	TRIAL_NO_LOGIN     /* the login on the way there failed */
};
struct trial_end {
	enum trial_stop stop;
	enum ent_rc rc;
	struct ent_err err;
	bool is_built, writes, is_lost, said_no;
	bool has_id; /* the answer says what was made, or tells of a ticket */
	int status;  /* 0: no answer */
};

struct trial {
	const struct supplier *supplier;
	struct ent_self self;
	struct clock *clock;
	struct transfers *transfers;                      /* NULL: nothing is sent */
	void (*wait)(struct transfers *, int timeout_ms); /* with transfers: as transfers_curl_wait() */
	const struct ent_response *answer;                /* without transfers: the answers, in order */
	size_t n_answer;
	unsigned trips_max; /* calls at most, without those for logins and tokens */
	/* Called before each request that writes is sent, except for a login's. */
	bool (*may_write)(void *of, const struct trial_step *step);
	void (*tell)(void *of, const struct trial_step *step);
	void *of;

	/* used by trial.c; zero before */
	struct auth auth;
	struct session session;
	struct sdk_arena arena, trip;
	size_t n_answered;
	unsigned n_login;
	uint64_t n_transfer;
	struct ent_str login_memo; /* of the login under way: it may hold secrets, and its next call carries them */
	bool was_let_in;
	unsigned n_passed; /* pages with rows that were passed over */
};
/* call: its op, phase, memo and look; phase and memo move on. */
void trial_run(struct trial *trial, struct ent_call *call, struct trial_end *ret);
void trial_release(struct trial *trial); /* wipes what logins gave */
/* The text without any secret of the supplier, its token and its session. */
struct ent_str trial_hide(const struct trial *trial, struct ent_arena *arena, struct ent_str text);

#endif
