/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may read a comment. The most dangerous field: the default (0) is the narrowest.
 * The supplier a comment came from always knows its own comment.
 */
#ifndef CORE_AUDIENCE_H
#define CORE_AUDIENCE_H

#include "sdk/str.h"

enum audience_kind {
	AUDIENCE_INTERNAL,  /* us only */
	AUDIENCE_SUPPLIERS, /* us and the suppliers named */
	AUDIENCE_EVERYONE,  /* us and every supplier that shares the incident */
	AUDIENCE_REQUESTER  /* everyone, and the requester too */
};

struct audience {
	enum audience_kind kind;
	struct ent_str suppliers; /* AUDIENCE_SUPPLIERS: names, comma separated, sorted, no spaces */
};

const char *audience_name(enum audience_kind kind); /* "internal", "suppliers", "everyone", "requester" */
bool audience_kind(struct ent_str name, enum audience_kind *ret);
/* May this supplier read it? `shares`: it takes part in the incident. Any doubt is no. */
bool audience_allows(const struct audience *audience, struct ent_str supplier, bool shares);

/* A comment made before a supplier took part is not for it, even if the comment arrives late. */
enum when_said {
	SAID_SINCE,
	SAID_JUST_BEFORE, /* by less than a tool's clock may be behind: it may have been made since */
	SAID_BEFORE
};
/* said_ms: when it was made, by its tool's clock. since_ms: since when the supplier reads, by ours; 0: the whole
 * thread. */
enum when_said audience_said(int64_t said_ms, int64_t since_ms);

#endif
