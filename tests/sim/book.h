/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The suppliers' own books: their tickets, what each delivery says, and what became
 * of it as seen from outside (invoke, then ok, refused, busy or unknown). The checker
 * holds the broker to this and to nothing the broker says of itself.
 */
#ifndef SIM_BOOK_H
#define SIM_BOOK_H

#include "core/supplier.h"
#include "plan.h"

#define BOOK_SUPPLIERS  4
#define BOOK_TICKETS    8
#define BOOK_COMMENTS   64
#define BOOK_DELIVERIES 64
#define BOOK_ATTRS      5 /* of book_attr[] */

extern const enum ent_attr book_attr[BOOK_ATTRS];

enum stamp_mode { STAMP_VERSION, STAMP_TIME, STAMP_COARSE, STAMP_N };

struct book_supplier {
	char name[16];
	char secret[64];    /* as configured: "whsec_..." */
	struct ent_str key; /* the bytes it signs with */
	enum stamp_mode stamps;
	bool is_whole;   /* each delivery tells the whole ticket, not only what changed */
	int64_t skew_ms; /* its clock */
};

struct book_ticket {
	int supplier;
	char id[16];
	int group; /* tickets of one group are to end in one incident, as far as somebody says so */
	int64_t version, time_ms;
	struct ent_str now[BOOK_ATTRS]; /* newest values */
};

enum statement_kind { SAYS_TICKET, SAYS_COMMENT, SAYS_COMMENT_REMOVED };

/* What a delivery says. */
struct statement {
	enum statement_kind kind;
	int ticket;
	struct ent_stamp stamp; /* as told: 0 where the supplier does not tell */
	uint32_t has;           /* 1u << index in book_attr */
	struct ent_str value[BOOK_ATTRS];
	int comment, revision; /* index of the canary */
	bool says_key;         /* the group's key */
	int refers_to;         /* a ticket of another supplier; -1: none */
};

enum delivery_kind { DELIVERY_GOOD, DELIVERY_POISON, DELIVERY_FORGED };

struct message {
	enum delivery_kind kind;
	int supplier;
	char id[48];
	struct statement says; /* DELIVERY_GOOD */
	struct ent_str type;   /* binary mode: ce-type; absent: structured */
	struct ent_str body;

	int n_invoked, n_flying, n_unknown;
	bool acked; /* answered 2xx at least once */
	bool given_up;
	int64_t first_us; /* first sent */
};

struct book {
	struct sdk_arena arena;
	struct rng rng;
	struct book_supplier supplier[BOOK_SUPPLIERS];
	int n_supplier;
	struct book_ticket ticket[BOOK_TICKETS];
	int n_ticket, n_comment;
	bool is_tangled; /* else each group is tied together in one way only */
	int comment_ticket[BOOK_COMMENTS], comment_revision[BOOK_COMMENTS];
	bool comment_removed[BOOK_COMMENTS];
	struct message *delivery;
	int n_delivery;
};

/* An empty book whose arena is open. */
void book_write(struct book *book, const struct plan *plan, uint64_t seed);
void book_release(struct book *book);
/* The broker's suppliers for them, in a set from that position on. */
void book_configure(const struct book *book, struct supplier_set *set, int from);

/* wire.c: the bytes of a statement, and the headers of one attempt at now_ms, signed. */
void wire_body(struct book *book, struct message *delivery, bool is_binary);
void wire_request(const struct book *book, const struct message *delivery, int64_t now_ms, struct ent_arena *arena,
		  struct ent_webhook *ret);

#endif
