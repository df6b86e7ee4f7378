/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes: who may call what, with which arguments. One place denies by default. */
#ifndef FACE_ROUTE_H
#define FACE_ROUTE_H

#include "face/exchange.h"

struct route {
	const char *method, *pattern;
	enum verb verb;              /* what one needs to call it; NONE: nobody may; ANYBODY: no token needed */
	bool json;                   /* takes a JSON body */
	const char *const *argument; /* names the query may hold, ends with NULL; NULL: none */
	void (*serve)(struct exchange *x);
};

/* The head is read. Finds the route and asks for the token. False: answered already. */
bool route_admit(struct exchange *x);
/* Its body may be larger than others': it goes into a file as it comes. */
bool route_takes_file(const struct request *request);
/* After it was admitted. False: answered. */
bool route_begin(struct exchange *x);
/* The body is there too. */
void route_serve(struct exchange *x);

#endif
