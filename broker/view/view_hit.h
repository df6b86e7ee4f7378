/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The things that a search finds, one at a time: read from the store by whoever asks, so that the index need not be
 * believed. The index is filled by the same functions, with each organisation as the reader.
 */
#ifndef VIEW_HIT_H
#define VIEW_HIT_H

#include "view/view_json.h"

/* In the order in which equal ones are told. Part of the index's row numbers: changing it needs another version there.
 */
enum hit_kind { HIT_INCIDENT, HIT_TICKET, HIT_PERSON, HIT_COMMENT, HIT_N };

struct hit {
	enum hit_kind kind;
	int64_t id; /* row of its table; of a person none */
	/* all but a person: the incident that it is in */
	int64_t incident;
	struct ent_str incident_uuid, title;
	enum ent_status status;
	struct ent_str service, site;         /* incident */
	struct ent_str supplier, ticket, key; /* ticket: external id, and what people call it; comment: supplier */
	struct ent_str uuid, text, author;    /* comment. ticket: text: its description; ticket_title: its title */
	struct ent_str ticket_title;
	int64_t created_ms;                     /* comment */
	struct ent_str ref, organisation, name; /* person */
};

/* False: there is no such thing for this reader. A comment that was removed is none, nor an incident that was absorbed.
 */
bool view_hit(const struct view *view, enum hit_kind kind, int64_t id, struct hit *ret);
/* A person, not a machine, whose name is known. Others than ours: of their own organisation. */
bool view_hit_person(const struct view *view, struct ent_str ref, struct hit *ret);
/* For the index: the name of this person was forgotten. */
bool view_hit_is_erased(struct db *db, struct ent_str ref);
/* Another organisation takes part in an incident of the reader's. Ours: each does. */
bool view_hit_beside(const struct view *view, struct ent_str organisation);

/* ---- for the index alone: whoever may read ---- */

/* Rows of an incident after `after`, in order: how many, at most max. kind: HIT_TICKET, HIT_COMMENT. */
size_t view_hit_rows(struct db *db, enum hit_kind kind, int64_t incident, int64_t after, int64_t *ret, size_t max);
int64_t view_hit_comment(struct db *db, struct ent_str uuid);                           /* 0: none */
int64_t view_hit_ticket(struct db *db, struct ent_str supplier, struct ent_str ticket); /* 0: none */
/* Incidents that live, in order of their numbers. */
size_t view_hit_incidents(struct db *db, int64_t after, int64_t *ret, size_t max);
/* The incidents of the events after a seq, of at most max events; some may stand twice. How many. */
size_t view_hit_touched(struct db *db, int64_t after, int64_t *ret, size_t max);
/* Appends all that decides who may read what of an incident; two texts that are equal decide alike. suppliers: those
 * that take part, at most max; how many. */
size_t view_hit_part(struct db *db, struct ent_arena *arena, int64_t incident, struct sdk_buf *text,
		     struct ent_str *suppliers, size_t max);

#endif
