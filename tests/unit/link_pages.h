/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier that is only read, for the tests of pages, back-fills, sweeps and tokens. */
#ifndef UNIT_LINK_PAGES_H
#define UNIT_LINK_PAGES_H

#include "link_world.h"

static inline struct world *polled(void (*tune)(struct supplier *), struct supplier **ret)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	*ret = toy_supplier(world, set, 1, "orion", "search");
	tune(*ret);
	world_start(world);
	settle(world);
	return world;
}

static inline void tune_poll(struct supplier *supplier)
{
	supplier->link.poll_ms = 60000;
}

static inline void tune_sweep(struct supplier *supplier)
{
	supplier->link.sweep_ms = 3600000;
}

static inline void tune_nothing(struct supplier *supplier)
{
	(void)supplier;
}

static inline int64_t n_ticket(struct world *world)
{
	return db_ask(world->db, "SELECT count(*) FROM ticket WHERE supplier = 'orion' AND removed = 0");
}

static inline const char *cursor_is(struct world *world, const char *stream)
{
	struct db_stmt *stmt =
	    db_use(world->db,
		   "SELECT memo, phase, pages, changes, state FROM cursor WHERE supplier = 'orion' AND stream = $1");
	const char *is = "none";

	db_bind_str(stmt, 1, sdk_str(stream));
	if (db_row(stmt))
		is = sdk_z(&world->arena.abi,
			   sdk_format(&world->arena.abi, "%.*s phase %d pages %d changes %d %.*s",
				      ENT_F(db_str(stmt, 0)), (int)db_int(stmt, 1), (int)db_int(stmt, 2),
				      (int)db_int(stmt, 3), ENT_F(db_str(stmt, 4))));
	db_done(stmt);
	return is;
}

static inline struct secret secret_of(const char *z)
{
	char path[] = "/tmp/entente-secret-XXXXXX", reference[64];
	struct secret secret = {0};
	struct ent_err err;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, z, strlen(z)), strlen(z));
	close(fd);
	snprintf(reference, sizeof reference, "file:%s", path);
	if (secret_load(sdk_str(reference), &secret, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	unlink(path);
	return secret;
}

#endif
