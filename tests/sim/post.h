/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests over HTTP: of clients, of tools that send webhooks, of people with us. Their bytes go through edge's reader
 * and face's routes to the writer, and the answer's bytes come back, unless they are lost. There are no sockets: a
 * connection is one request.
 */
#ifndef SIM_POST_H
#define SIM_POST_H

#include "face/exchange.h"

enum sender { SENDER_CLIENT, SENDER_TOOL, SENDER_PERSON };
enum post_state { POST_WAITS, POST_FLIES, POST_BACK }; /* to be sent; the broker has it; its answer is on its way */

struct sim;
struct post {
	struct exchange x; /* first: notes point here */
	struct post *next;
	struct sim *sim;
	struct sdk_arena arena; /* of what follows */
	enum sender sender;
	enum post_state state;
	const char *method;
	struct ent_str target, fields, body; /* fields: header lines, each with its CR LF */
	int64_t due_us;                      /* waits: when it is sent; back: when its sender sees the answer */
	bool lost;                           /* the answer */
	int status;
	struct ent_str answer; /* its body */

	int delivery;     /* a client's */
	int tool, change; /* a webhook's */
	int canary;       /* -1: none; else it takes readers from that one */
	int said;         /* -1: none; else the canary that this comment is */
};

/* Waits, last of all. */
struct post *post_new(struct sim *sim, enum sender sender, const char *method, struct ent_str target);
/* Now; the broker is up. */
void post_go(struct sim *sim, struct post *post);

/* Of tools and people: clients say themselves when they send. */
bool post_is_due(const struct sim *sim);
void post_send(struct sim *sim);
bool post_has_answer(const struct sim *sim);
void post_take(struct sim *sim); /* the sender sees it, or sees that none comes */
int64_t post_next_us(const struct sim *sim);
bool post_is_settled(const struct sim *sim); /* nobody waits for anything */

void post_mail(struct sim *sim);    /* what came back to the desk */
void post_dropped(struct sim *sim); /* the process ends: nothing is under way there any more */
void post_release(struct sim *sim);

#endif
