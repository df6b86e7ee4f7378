/* SPDX-License-Identifier: Apache-2.0 */
/* How one round trip ended, and what that means by itself: was the request lost, did the tool say no, how long does it
 * want us to wait, what does it say of the supplier? Pure; what is done about it is decided by the kind of work. */
#ifndef LINK_ENDING_H
#define LINK_ENDING_H

#include "link/transfers.h"

struct ending {
	enum ent_rc rc;  /* parse()'s; or why the request was not sent, or not answered */
	bool is_built;   /* false: build() said so, or the request could not be made ready; nothing was sent */
	bool is_lost;    /* a write was sent, and nobody knows whether it was done */
	bool is_refused; /* EAUTH, and the supplier lets nobody in */
	int status;      /* 0: no answer */
	int64_t wait_ms; /* how long the tool asks us to wait; 0: it does not */
	struct ent_result result;
	struct ent_err err;
	struct ent_str body; /* of the answer */
};

/* The transfer ended without an answer. writes: the request may have changed something. */
void ending_unanswered(struct ending *ending, const struct transfer_end *end, bool writes);

/* For whom is the pause that the tool asks for? */
enum ending_pause {
	PAUSE_OURS,     /* for this work alone */
	PAUSE_SUPPLIER, /* for all requests to the supplier: wait_ms */
	PAUSE_UNSAID    /* for all of them, and the tool does not say how long */
};
/* Sets wait_ms from Retry-After and the connector's result. */
enum ending_pause ending_pause(struct ending *ending, const struct ent_response *response, int64_t now_ms);

/* What does it say of the supplier as a whole? */
enum ending_verdict { VERDICT_NONE, VERDICT_WELL, VERDICT_FAILED, VERDICT_REFUSED };
/* asks_who: the request only asks who we are, so that only a success says that the supplier does well. */
enum ending_verdict ending_verdict(const struct ending *ending, enum transfer_outcome outcome, bool asks_who);

bool ending_is_no(const struct ending *ending); /* the tool itself said no; it is not our side that failed */
/* A write that was answered with a success or a redirect: the tool may have done it whatever the connector says. */
bool ending_wrote(const struct ending *ending, bool writes);
/* A write that was answered, and not refused, but nobody can read the answer: the tool may have done it. */
bool ending_is_unread(const struct ending *ending, bool writes);

#endif
