/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes: who may call what, with which arguments. One place denies by default. */
#ifndef FACE_ROUTE_H
#define FACE_ROUTE_H

#include "face/exchange.h"

struct route {
	const char *method, *pattern;
	bool open;                   /* no token needed */
	bool json;                   /* takes a JSON body */
	const char *const *argument; /* names the query may hold, ends with NULL; NULL: none */
	void (*serve)(struct exchange *x);
};

/* The head is read. Finds the route and asks for the token. False: answered already. */
bool route_admit(struct exchange *x);
/* The body is there too. */
void route_serve(struct exchange *x);

/* The routes, by file. */
void hook_post(struct exchange *x);
void import_post(struct exchange *x);
void incident_list(struct exchange *x);
void incident_get(struct exchange *x);
void incident_history(struct exchange *x);
void incident_patch(struct exchange *x);
void share_post(struct exchange *x);
void share_delete(struct exchange *x);
void comment_post(struct exchange *x);
void delivery_list(struct exchange *x);
void delivery_get(struct exchange *x);
void delivery_retry(struct exchange *x);
void delivery_edit(struct exchange *x);
void delivery_ignore(struct exchange *x);
void delivery_repair_post(struct exchange *x);
void supplier_list(struct exchange *x);
void supplier_get(struct exchange *x);
void backfill_post(struct exchange *x);
void poll_post(struct exchange *x);
void backfill_delete(struct exchange *x);
void drift_list(struct exchange *x);
void map_list(struct exchange *x);
void map_post(struct exchange *x);
void map_activate(struct exchange *x);
void map_try(struct exchange *x);
void deadletter_list(struct exchange *x);
void deadletter_get(struct exchange *x);
void deadletter_raw(struct exchange *x);
void deadletter_replay(struct exchange *x);
void deadletter_replay_many(struct exchange *x);
void deadletter_ignore(struct exchange *x);
void live_get(struct exchange *x);
void token_list(struct exchange *x);
void token_post(struct exchange *x);
void token_delete(struct exchange *x);
void health_get(struct exchange *x);
void ready_get(struct exchange *x);
void metrics_get(struct exchange *x);

#endif
