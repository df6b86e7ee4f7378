/* SPDX-License-Identifier: Apache-2.0 */
/* The checker's own eyes on the store: plain SQL on a handle of its own, nothing of the broker's code. */
#ifndef SIM_LOOK_H
#define SIM_LOOK_H

#include "sim.h"

struct look {
	struct sim *sim;
	sqlite3 *db;
	struct life life;
	struct calm calm;
};

/* No fault strikes while the checker looks. False: there is no store that can be read. */
bool look_open(struct look *look, struct sim *sim);
void look_close(struct look *look);

/* sqlite3_mprintf's own formats (%Q). */
sqlite3_stmt *look_ask(struct look *look, const char *fmt, ...);
bool look_row(sqlite3_stmt *stmt);                         /* false: no more; the statement is freed */
int64_t look_int(struct look *look, const char *fmt, ...); /* one number; -1: no row */
struct ent_str look_text(sqlite3_stmt *stmt, int column);  /* until the next row */

/* check_stream.c, check_state.c */
void check_stream(struct look *look);
void check_state(struct look *look);
void check_rebuild(struct look *look);
void check_readers(struct look *look, const char *again); /* again: the rebuilt store */

#endif
