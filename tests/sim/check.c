/* SPDX-License-Identifier: Apache-2.0 */
#include "look.h"

#include <stdarg.h>
#include <string.h>

bool look_open(struct look *look, struct sim *sim)
{
	memset(look, 0, sizeof *look);
	look->sim = sim;
	calm_begin(&look->calm, sim, &look->life);
	return sqlite3_open_v2(STORE_PATH, &look->db, SQLITE_OPEN_READWRITE, VFS_NAME) == SQLITE_OK &&
	       sqlite3_exec(look->db, "PRAGMA wal_autocheckpoint=0; SELECT count(*) FROM sqlite_master", NULL, NULL,
			    NULL) == SQLITE_OK;
}

/* Its end writes nothing: the store stays as it was found. */
void look_close(struct look *look)
{
	look->life.dead = true;
	sqlite3_close(look->db);
	calm_end(&look->calm, look->sim);
}

static sqlite3_stmt *ask(struct look *look, const char *fmt, va_list args)
{
	char *sql = sqlite3_vmprintf(fmt, args);
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(look->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		sim_violates(look->sim, "store", "store", "%s: %s", sqlite3_errmsg(look->db), sql);
	sqlite3_free(sql);
	return stmt;
}

sqlite3_stmt *look_ask(struct look *look, const char *fmt, ...)
{
	sqlite3_stmt *stmt;
	va_list args;

	va_start(args, fmt);
	stmt = ask(look, fmt, args);
	va_end(args);
	return stmt;
}

bool look_row(sqlite3_stmt *stmt)
{
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		return true;
	sqlite3_finalize(stmt);
	return false;
}

int64_t look_int(struct look *look, const char *fmt, ...)
{
	sqlite3_stmt *stmt;
	int64_t value = -1;
	va_list args;

	va_start(args, fmt);
	stmt = ask(look, fmt, args);
	va_end(args);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

struct ent_str look_text(sqlite3_stmt *stmt, int column)
{
	const char *p = (const char *)sqlite3_column_text(stmt, column);

	return (struct ent_str){p ? p : "", (size_t)sqlite3_column_bytes(stmt, column)};
}

/* ---- deliveries --------------------------------------------------------------- */

/* How often each delivery of the book stands in a table; what is in no book is a phantom. */
static void count_deliveries(struct look *look, const char *table, int *count)
{
	const struct book *book = &look->sim->book;
	sqlite3_stmt *stmt = look_ask(look, "SELECT supplier, delivery_id FROM %s WHERE supplier LIKE 's_'", table);

	while (look_row(stmt)) {
		int i = 0;

		while (i < book->n_delivery &&
		       !(sdk_eqz(look_text(stmt, 1), book->delivery[i].id) &&
			 sdk_eqz(look_text(stmt, 0), book->supplier[book->delivery[i].supplier].name)))
			i++;
		if (i < book->n_delivery)
			count[i]++;
		else
			sim_violates(look->sim, "I1", look_text(stmt, 1).p,
				     "delivery %s is in the store and nobody sent it", look_text(stmt, 1).p);
	}
}

static void check_delivery(struct sim *sim, const struct message *delivery, int n, int n_dead)
{
	if (n == 0 && delivery->acked && delivery->first_us <= sim->forgotten_us + 1000)
		return;
	if (delivery->acked && n != 1)
		sim_violates(sim, "I1", delivery->id, "delivery %s was answered 2xx and is %d times in the store",
			     delivery->id, n);
	if (n > 0 && (delivery->kind == DELIVERY_FORGED || delivery->n_invoked == 0))
		sim_violates(sim, "I1", delivery->id, "delivery %s was never taken and is in the store", delivery->id);
	if (n == 1 && n_dead != (delivery->kind == DELIVERY_POISON))
		sim_violates(sim, "I1", delivery->id, "delivery %s is %d times a dead letter", delivery->id, n_dead);
}

static void check_deliveries(struct look *look)
{
	int inbox[BOOK_DELIVERIES] = {0}, dead[BOOK_DELIVERIES] = {0};

	count_deliveries(look, "inbox", inbox);
	count_deliveries(look, "dead_letter", dead);
	for (int i = 0; i < look->sim->book.n_delivery; i++)
		check_delivery(look->sim, &look->sim->book.delivery[i], inbox[i], dead[i]);
}

static void check_intact(struct look *look)
{
	sqlite3_stmt *stmt = look_ask(look, "PRAGMA integrity_check");

	while (look_row(stmt))
		if (!sdk_eqz(look_text(stmt, 0), "ok"))
			sim_violates(look->sim, "store", "store", "integrity_check: %s", look_text(stmt, 0).p);
}

void check_readable(struct sim *sim)
{
	struct look look;

	if (!look_open(&look, sim))
		sim_violates(sim, "I8", "start", "after a start the store cannot be read: %s", sqlite3_errmsg(look.db));
	else
		check_deliveries(&look);
	look_close(&look);
}

void check_all(struct sim *sim)
{
	struct look look;

	if (!look_open(&look, sim)) {
		sim_violates(sim, "store", "store", "the store cannot be read: %s", sqlite3_errmsg(look.db));
	} else {
		check_intact(&look);
		check_stream(&look);
		if (sim->plan.part[PART_CLIENTS]) {
			check_deliveries(&look);
			check_state(&look);
		}
		if (sim->plan.part[PART_TOOLS]) {
			eyes_open(sim);
			check_tools(sim);
			eyes_close(sim);
		}
		check_rebuild(&look);
		sim->n_merge = look_int(&look, "SELECT count(*) FROM event WHERE kind = 'incident.merged'");
		sim->n_late = look_int(&look, "SELECT count(*) FROM event WHERE kind = 'ticket.late'");
		sim->n_dead = look_int(&look, "SELECT count(*) FROM dead_letter");
	}
	look_close(&look);
}
