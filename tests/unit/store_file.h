/* SPDX-License-Identifier: Apache-2.0 */
/* The writer over a real file, stepped one delivery at a time, and what its reader is shown. */
#ifndef UNIT_STORE_FILE_H
#define UNIT_STORE_FILE_H

#include "core/arrival.h"
#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "store/outbox.h"
#include "view/view_find.h"
#include "view/view_incident.h"
#include "store/writer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char dir[64], path[96], again[96];
	struct clock clock;
	int64_t now_ms;
	struct chance chance;
	uint64_t seed;
	struct metrics metrics;
	struct store_meta meta;
	struct writer *writer;
	struct db *read;
	struct sdk_arena arena;
};

static inline struct fixture *of_clock(struct clock *clock)
{
	return (struct fixture *)((char *)clock - offsetof(struct fixture, clock));
}

static inline int64_t now_ms(struct clock *clock)
{
	return of_clock(clock)->now_ms;
}

static inline int64_t mono_us(struct clock *clock)
{
	return of_clock(clock)->now_ms * 1000;
}

static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline void uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct fixture *fixture = (struct fixture *)((char *)chance - offsetof(struct fixture, chance));
	snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012" PRIx64, (unsigned)next_random(&fixture->seed),
		 next_random(&fixture->seed) & 0xffffffffffff);
}

static inline void bytes(struct chance *chance, void *ret, size_t n)
{
	(void)chance;
	memset(ret, 7, n);
}

static inline int set_up(void **state)
{
	static const struct writer_options options = {.queue_max = 10000, .batch_max = 500, .wal_pages = 200};
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct ent_err err;
	struct db *db = NULL;

	snprintf(fixture->dir, sizeof fixture->dir, "/tmp/entente-store-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	snprintf(fixture->path, sizeof fixture->path, "%s/entente.db", fixture->dir);
	snprintf(fixture->again, sizeof fixture->again, "%s/again.db", fixture->dir);
	fixture->clock = (struct clock){now_ms, mono_us};
	fixture->now_ms = 1700000000000;
	fixture->chance = (struct chance){uuid, bytes};
	fixture->seed = 88172645463325252u;
	sdk_arena_init(&fixture->arena);
	if (store_open(fixture->path, NULL, 6, &fixture->clock, &fixture->chance, &db, &fixture->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	fixture->writer =
	    writer_new(db, &fixture->meta, &fixture->clock, &fixture->chance, &fixture->metrics, &options, NULL, NULL);
	if (store_open_read(fixture->path, NULL, &fixture->read, &fixture->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	*state = fixture;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];

	db_close(fixture->read);
	writer_free(fixture->writer);
	sdk_arena_release(&fixture->arena);
	snprintf(command, sizeof command, "rm -rf '%s'", fixture->dir);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static inline void nothing(struct job *job)
{
	(void)job;
}

/* One delivery of one change, stepped through the writer. */
static inline enum job_outcome deliver(struct fixture *fixture, const char *supplier, const char *id, const char *body,
				       const struct ent_change *change)
{
	struct job *job = SDK_NEW(&fixture->arena.abi, struct job);
	unsigned char hash[SDK_HASH_MAX];
	struct ent_err err;

	job->kind = JOB_ARRIVAL;
	job->answer = nothing;
	job->arrival = (struct arrival){.supplier = sdk_str(supplier),
					.delivery_id = sdk_str(id),
					.received_ms = fixture->now_ms++,
					.header_json = ENT_STR("{}"),
					.body = sdk_str(body)};
	sdk_digest(SDK_SHA256, &job->arrival.body, 1, hash);
	memcpy(job->arrival.body_hash, hash, 32);
	job->arrival.dead = change == NULL;
	job->arrival.reason = SDK_SENTENCE("test.said", "not understood");
	job->arrival.changes = (struct ent_changes){change, change != NULL};
	assert_true(writer_submit(fixture->writer, job));
	if (writer_step(fixture->writer, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return job->outcome;
}

static inline struct ent_change ticket(const char *id, const char *status, int64_t version, const char *key)
{
	struct ent_change change = {.kind = ENT_TICKET_CHANGED, .stamp.version = version, .ticket.id = sdk_str(id)};
	sdk_set(&change.ticket, ENT_STATUS, sdk_str(status));
	sdk_set_native(&change.ticket, ENT_STATUS, sdk_str(status));
	sdk_set(&change.ticket, ENT_TITLE, sdk_str(id));
	change.correlation.key = sdk_str(key);
	return change;
}

static inline struct ent_str show(struct fixture *fixture, const char *word, struct incident *ret)
{
	struct view view = {.db = fixture->read, .arena = &fixture->arena.abi, .reader = &reader_ours};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (view_find(&view, sdk_str(word), ret, &err) != ENT_OK || view_incident(&view, ret, &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return json;
}

#endif
