/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a supplier: how far its tool is read, how it does, its published maps. Failures stick in db. */
#ifndef STORE_SUPPLIER_ROWS_H
#define STORE_SUPPLIER_ROWS_H

#include "core/supplier.h"
#include "store/db.h"

enum cursor_stream { CURSOR_POLL, CURSOR_BACKFILL, CURSOR_SWEEP, CURSOR_N };
const char *cursor_stream_name(enum cursor_stream stream); /* "poll" */

struct cursor {
	struct ent_str supplier;
	enum cursor_stream stream;
	struct ent_str connector; /* whose memo it is; empty: nobody's yet */
	struct ent_str page;      /* POLL, BACKFILL: id of the last page that was taken; empty: none was */
	struct ent_str memo;      /* POLL, BACKFILL: the connector's. SWEEP: external id of the last ticket asked for */
	unsigned phase;
	int64_t since_ms, made_ms, moved_ms, pages, changes;
	int64_t told_ms;      /* of the last page that told something; 0: none yet */
	int64_t asked_ms;     /* when a person asked for a page at once; 0: nobody did */
	struct ent_said note; /* what the connector said last about a page, for people */
	int64_t note_ms;      /* when */
	struct ent_str state; /* "running", "done", "stopped" */
};
bool cursor_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, enum cursor_stream stream,
		 struct cursor *ret);
void cursor_save(struct db *db, const struct cursor *cursor);
/* Stores where the cursor begins, if there is no cursor yet. */
void cursor_begin(struct db *db, const struct cursor *cursor);
/* Open tickets of a supplier, and those that changed since, after external id `after`, in its order. Returns how many
 * of max. */
size_t sweep_list(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct ent_str after,
		  int64_t since_ms, struct ent_reference *ret, size_t max);

enum supplier_health { SUPPLIER_HEALTHY, SUPPLIER_SLOW, SUPPLIER_FAILING, SUPPLIER_PAUSED, SUPPLIER_REFUSED };
const char *supplier_health_name(enum supplier_health health); /* "healthy" */
bool supplier_health_by_name(struct ent_str name, enum supplier_health *ret);

struct supplier_state {
	struct ent_str supplier;
	enum supplier_health state;
	int64_t since_ms;
	struct ent_said why, next;
	int64_t quiet_since_ms, gap_ms;
	int64_t heard_ms; /* from the table supplier; not written here */
};
bool supplier_state_load(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct supplier_state *ret);
/* Its number in this store, made when it has none; its events are of incident minus that. */
int64_t supplier_row(struct db *db, struct ent_str supplier, int64_t now_ms);
int64_t supplier_sequence(struct db *db, struct ent_str supplier);                             /* of its last event */
void supplier_state_save(struct db *db, const struct supplier_state *state, int64_t sequence); /* its row is there */
/* n words of it came, the last at heard_ms; before the table supplier knows of them. False: nothing was learned. */
bool supplier_gap_save(struct db *db, struct ent_str supplier, int64_t heard_ms, int64_t n);

struct map_row_version {
	int64_t version, made_ms;
	struct ent_str author, json;
	bool active;
};
/* The active one; false: the configuration's counts. Its json is read by maps_parse() of core/maps.h. */
bool map_active(struct db *db, struct ent_arena *arena, struct ent_str supplier, struct map_row_version *ret);
int64_t map_publish(struct db *db, struct ent_str supplier, struct ent_str json, struct ent_str author, int64_t now_ms);
/* version 0: the configuration's. False: there is no such version. */
bool map_roll_back(struct db *db, struct ent_str supplier, int64_t version);

#endif
