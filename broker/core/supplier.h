/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A supplier: an organisation and the tool it works in, as the configuration
 * says. A set is immutable once built and shared by reference count, so that a
 * reload swaps the whole set and nobody sees half of one.
 */
#ifndef CORE_SUPPLIER_H
#define CORE_SUPPLIER_H

#include <stdatomic.h>
#include "base/secret.h"
#include "core/audience.h"
#include "core/map.h"
#include "entente/connector.h"

#define SUPPLIER_NAME_MAX   64 /* [a-z0-9][a-z0-9-]*: stands in URLs and events */
#define SUPPLIER_SECRET_MAX 2

/* Whose word counts where a ticket and the incident say different things; per supplier and attribute. Those that are
 * carried have a policy: see attr.h. Other attributes are told when a ticket is created and then belong to their tool.
 */
enum policy {
	POLICY_HOLDER, /* the default. The ball holder's word counts; anybody's that opens again what was resolved */
	POLICY_NEWEST, /* this supplier's word counts like anybody's: the last one stands */
	POLICY_OURS,   /* its word never counts: the incident's is written back */
	POLICY_THEIRS  /* its word always counts, and we never write it */
};
const char *policy_name(enum policy policy); /* "holder" */
bool policy_by_name(struct ent_str name, enum policy *ret);

/* The readers of what its tool calls public. */
enum public_reader {
	PUBLIC_UNKNOWN,   /* the default, the narrowest of both ways: only what is for the requester goes out as public,
			   * and what comes in as public is not said to be read by the requester */
	PUBLIC_REQUESTER, /* whom the incident is about */
	PUBLIC_SERVICE_DESK /* our service desk: in that tool we are the requester */
};

const char *public_reader_name(enum public_reader reader); /* "unknown" */
bool public_reader_by_name(struct ent_str name, enum public_reader *ret);

/* Which incidents a supplier's ticket gets into by naming them (our number, a shared key, another supplier's ticket)
 * where they are not shared with it. */
enum joins {
	JOINS_ASK, /* the default. It opens an incident of its own, and we are asked whether the two belong together */
	JOINS_SHARED, /* none, and nobody is asked */
	JOINS_ANYONE  /* each that it names */
};
const char *joins_name(enum joins joins); /* "ask" */
bool joins_by_name(struct ent_str name, enum joins *ret);

enum auth_kind {
	AUTH_NONE,
	AUTH_BASIC,  /* user and credential */
	AUTH_BEARER, /* Authorization: Bearer credential */
	AUTH_HEADER, /* header: credential, e.g. X-Redmine-API-Key; `scheme` before it when not empty: "token 1-14-..."
		      */
	AUTH_OAUTH2  /* client credentials at token_url: user is the client id, credential its secret */
};

#define SUPPLIER_NAMED_MAX 8
/* A secret that the connector's requests name: see ent_slot. */
struct named_secret {
	struct ent_str name;
	struct secret secret;
};

/* How we reach its tool. */
struct supplier_link {
	struct ent_str url; /* base, "https://host[:port][/path]" without a trailing slash; absent: we only listen */
	enum auth_kind auth;
	struct ent_str user, header, scheme, token_url, scope;
	struct secret credential;
	struct named_secret named[SUPPLIER_NAMED_MAX]; /* `credentials` */
	size_t n_named;
	struct ent_str ca_file;      /* absent: the system's */
	bool plain_http;             /* `http:` is taken; else only https */
	const struct ent_str *allow; /* CIDRs of special ranges it may connect to, "127.0.0.0/8" */
	size_t n_allow;
	int64_t timeout_ms, connect_ms; /* of one round trip */
	int64_t answer_max;             /* decoded bytes of one answer */
	int64_t rate_per_min,
	    at_once;               /* requests; at_once: also over all its tickets. One at a time per ticket always */
	int64_t poll_ms, sweep_ms; /* 0: never */
	int64_t search_lag_ms;     /* how long after a write its search may not show it; -1: as its connector says */
	int64_t silence_ms; /* alarm when nothing was heard for so long; 0: learned from what is usual; -1: never */
	bool paused;        /* maintenance: nothing is sent or asked */
};

struct supplier {
	struct ent_str name, title;  /* title: what people read, e.g. "Orion Infogérance" */
	struct ent_str organisation; /* whose tool it is, see organisation_of(); absent: of its own name */
	const struct ent_connector *connector;
	void *settings;              /* connector->settings_size bytes */
	struct ent_said cannot_poll; /* why the connector cannot poll with these settings; no code: it can */
	struct secret secret[SUPPLIER_SECRET_MAX];
	size_t n_secret;     /* 0: `unsigned: true` stands in the configuration, or no_hooks */
	bool no_hooks;       /* it is only asked: its webhooks are refused */
	struct maps maps;    /* the supplier's rows; the connector's table comes after */
	int64_t map_version; /* of the published map that stands in for the configuration's; 0: none */
	enum joins joins;
	struct ent_str account; /* id or name of our user in its tool: its words are our own; absent: unknown */
	enum ent_visibility comments_as; /* how a delivered comment stands in its tool */
	int64_t title_max, text_max;     /* its tool takes no more, in the connector's unit; 0: as the connector says */
	enum ent_language language;      /* of our sentences in texts for it */
	enum policy policy[ENT_N_ATTR];
	struct supplier_link link;
	bool drops_private; /* a comment that its tool calls private is not kept */
	enum public_reader public_reader;
	bool public_everyone; /* a comment that its tool calls public is for everyone; else for ours and its own */
	size_t index;         /* position in its set */
};

struct supplier_set {
	atomic_uint references;
	struct supplier *at;
	size_t n;
	struct ent_str ours;  /* our organisation's name; absent: see organisation_ours() */
	struct ent_str named; /* organisations that the configuration names beside: comma separated, may be absent */
	struct ent_str requester_at; /* the supplier in whose tool the requester has a ticket; absent: nowhere */
	int64_t handover_lapses_ms;  /* a hand-over that nobody answered ends after so long; 0: never */
	int64_t silence_after_ms;    /* the holder of an incident is silent after so long without a word; 0: never */
	struct sdk_arena arena;      /* everything above lives here, secrets excepted */
};

/* n zeroed suppliers to fill in before anyone else sees the set; one reference, the caller's. */
struct supplier_set *supplier_set_new(size_t n);
struct supplier_set *supplier_set_ref(struct supplier_set *set);
void supplier_set_unref(struct supplier_set *set); /* the last one wipes secrets and frees; takes NULL */
const struct supplier *supplier_by_name(const struct supplier_set *set, struct ent_str name);
/* By name, or by title (case folded ASCII): what a payload may call a supplier. */
const struct supplier *supplier_by_any(const struct supplier_set *set, struct ent_str word);

/* Can this op be sent to it: has it a url, is it not only listened to, and does the connector build the op? For
 * ENT_POLL the settings must also allow it. */
bool supplier_can(const struct supplier *supplier, enum ent_op_kind op);
/* Can something be brought to it, not only asked of it? */
bool supplier_takes_words(const struct supplier *supplier);

#endif
