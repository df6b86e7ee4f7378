/* SPDX-License-Identifier: Apache-2.0 */
/* A face without sockets before a store in a folder of its own: requests are made by hand, and its writer steps when
 * the test says so. */
#ifndef UNIT_FACE_WORLD_H
#define UNIT_FACE_WORLD_H

#include "face/answer.h"
#include "face/auth.h"
#include "face/live.h"
#include "face/reading.h"
#include "face/route.h"
#include "sdk/crypto.h"
#include "store/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BODY "{\"id\":\"7\",\"title\":\"Printer on fire\",\"status\":\"open\"}"

struct world {
	char dir[64], path[96];
	struct metrics metrics;
	struct log log;
	struct store_meta meta;
	struct writer *writer;
	struct supplier_set *suppliers;
	struct face face;
	struct desk desk, reader;
	struct exchange *read; /* handed to the reader */
	int wakes, reloads;
	char token[AUTH_TOKEN_SIZE];
	char authorization[AUTH_TOKEN_SIZE + 16];
	struct exchange x;
	struct sdk_buf out;
	const struct reader *as; /* as who the token reads; NULL: our people */
};

static inline int64_t log_now(void *clock)
{
	return ((struct clock *)clock)->now_ms(clock);
}

static inline void count_wake(void *of)
{
	((struct world *)of)->wakes++;
}

/* orion signs, telnord does not, west is only asked. */
static inline struct supplier_set *suppliers(void)
{
	static const char *const name[] = {"orion", "telnord", "west"};
	struct supplier_set *set = supplier_set_new(3);
	struct ent_err err;

	for (size_t i = 0; i < 3; i++) {
		struct supplier *supplier = &set->at[i];

		supplier->name = supplier->title = sdk_str(name[i]);
		supplier->connector = entente_connector(ENT_ABI);
		supplier->settings = sdk_alloc(&set->arena.abi, supplier->connector->settings_size);
		*(struct ent_str *)supplier->settings = ENT_STR(""); /* id_prefix, its only setting */
	}
	setenv("FACE_TEST_SECRET", "orion-secret-canary", 1);
	assert_int_equal(secret_load(ENT_STR("env:FACE_TEST_SECRET"), &set->at[0].secret[0], &err), ENT_OK);
	set->at[0].n_secret = 1;
	set->at[2].no_hooks = true;
	return set;
}

static inline void no_answer(struct job *job)
{
	(void)job;
}

static inline void writer_open(struct world *world)
{
	static const struct writer_options options = {.queue_max = 4, .batch_max = 500, .wal_pages = 200};
	struct job token = {.kind = JOB_TOKEN_ADD, .answer = no_answer, .token.name = ENT_STR("ada")};
	struct db *db = NULL;
	struct ent_err err;

	if (store_open(world->path, NULL, 6, clock_system(), chance_system(), &db, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	world->writer =
	    writer_new(db, &world->meta, clock_system(), chance_system(), &world->metrics, &options, NULL, NULL);
	auth_token_make(chance_system(), world->token, token.token.hash);
	snprintf(world->authorization, sizeof world->authorization, "Bearer %s", world->token);
	assert_true(writer_submit(world->writer, &token));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	assert_int_equal(token.outcome, JOB_ACCEPTED);
}

static inline int set_up(void **state)
{
	struct world *world = sdk_xalloc(sizeof *world);
	struct face_options options = {.limits = {LIMITS_FIXED, .body_max = 1 << 20, .streams_max = 1},
				       .source = ENT_STR("/entente/test")};
	struct ent_err err;

	memset(world, 0, sizeof *world);
	snprintf(world->dir, sizeof world->dir, "/tmp/entente-face-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	snprintf(world->path, sizeof world->path, "%s/entente.db", world->dir);
	world->log = (struct log){2, LOG_ERROR, LOG_JSON, false, log_now, clock_system()};
	writer_open(world);
	options.store_path = sdk_str(world->path);
	face_open(&world->face, &options,
		  &(struct face_world){.writer = world->writer,
				       .clock = clock_system(),
				       .chance = chance_system(),
				       .metrics = &world->metrics,
				       .log = &world->log});
	assert_int_equal(desk_open(&world->desk, &world->face, "test", count_wake, world, &err), ENT_OK);
	assert_int_equal(desk_open(&world->reader, &world->face, "reader", NULL, NULL, &err), ENT_OK);
	world->suppliers = suppliers();
	assert_int_equal(roster_open(world->suppliers, true, &world->desk.roster, &err), ENT_OK);
	world->desk.packer = packer_new();
	exchange_open(&world->x, &world->desk);
	sdk_buf_init(&world->out, 1 << 20);
	*state = world;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *world = *state;
	char command[128];

	exchange_reset(&world->x);
	sdk_buf_release(&world->out);
	desk_close(&world->desk);
	desk_close(&world->reader);
	face_close(&world->face);
	writer_close(world->writer);
	writer_free(world->writer);
	supplier_set_unref(world->suppliers);
	snprintf(command, sizeof command, "rm -r %s", world->dir);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

/* ---- one request ------------------------------------------------------------------ */

/* Headers: name, value, ... NULL. True: it is answered already. */
static inline bool send_with(struct world *world, const char *method, const char *target, const char *body,
			     const char *const *header)
{
	struct exchange *x = &world->x;
	size_t n = 0;

	exchange_reset(x);
	desk_sample(&world->desk);
	exchange_begin(x);
	x->request = (struct request){.method = sdk_str(method), .target = sdk_str(target)};
	x->request.header = SDK_NEW_N(&x->arena.abi, struct ent_header, 8);
	for (; header[n] != NULL; n += 2)
		x->request.header[n / 2] = (struct ent_header){sdk_str(header[n]), sdk_str(header[n + 1])};
	x->request.n_header = n / 2;
	x->body = sdk_str(body);
	x->request.length = (int64_t)x->body.n;
	if (route_admit(x)) {
		if (world->as)
			x->reader = *world->as;
		route_serve(x);
	}
	return x->n_waiting == 0;
}

/* By the holder of the token, with JSON. */
static inline bool send(struct world *world, const char *method, const char *target, const char *body)
{
	return send_with(
	    world, method, target, body,
	    (const char *[]){"Authorization", world->authorization, "Content-Type", "application/json", NULL});
}

/* What came back to the desk. */
static inline void take_mail(struct world *world)
{
	for (struct note *note = mailbox_take(&world->desk.mailbox).note, *next; note != NULL; note = next) {
		next = note->next;
		assert_ptr_equal(note->of, &world->x);
		assert_true(exchange_came_back(note->of));
	}
}

static inline void commit(struct world *world)
{
	struct ent_err err;

	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	take_mail(world);
	atomic_store(&world->face.last_seq, writer_last_seq(world->writer));
}

/* The answer's bytes, as they would go out. */
static const char *answered(struct world *world)
{
	assert_int_equal(world->x.n_waiting, 0);
	assert_int_not_equal(world->x.answer.status, 0);
	sdk_buf_clear(&world->out);
	answer_print(&world->x, false, &world->out);
	sdk_buf_add(&world->out, "", 1);
	return world->out.p;
}

static inline void expect(struct world *world, int status, const char *part)
{
	const char *bytes = answered(world);
	char line[32];

	snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
	if (strncmp(bytes, line, strlen(line)) != 0 || strstr(bytes, part) == NULL)
		fail_msg("wanted %d with %s, got:\n%s", status, part, bytes);
}

#endif
