/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world for link: the real writer and store on a file, a clock that stands, transfers whose answers the test gives,
 * and a connector ("toy") whose tool speaks in one line:
 *
 *   op            requests                                     the answer's body
 *   CREATE        POST /create                                 ok ID
 *   UPDATE        GET /read, then PUT /write                   more 1 etag; ok | is STATUS
 *   ADD_COMMENT   POST /comment (settings two: then PUT /show) ok ID | more 1 ID
 *     looking     GET /search, a CREATE too                    found ID | none
 *   FETCH         GET /ticket/ID                               is STATUS
 *   POLL          GET /poll?MEMO (at first ?since=MS)          page MEMO more|end [ticket:ID:STATUS ...]
 *                                                              also aside:ID:REASON, asides:HOW-MANY, note:WORD
 *   PROBE         GET /whoami (toy_probed_connector)           ok
 *                                                              at ID: fails at this ticket
 *   any           also: moved NEW-ID, no gone conflict unsupported invalid html
 */
#ifndef UNIT_LINK_WORLD_H
#define UNIT_LINK_WORLD_H

#include "link_toy.h"

/* ---- the world ----------------------------------------------------------------------------- */

struct world {
	char dir[64], path[96], secret_path[96];
	struct clock clock;
	int64_t us;
	struct chance chance;
	uint64_t seed;
	struct metrics metrics;
	struct store_meta meta;
	struct writer *writer;
	struct db *db; /* reading */
	struct fake_transfers fake;
	struct link *link;
	struct link_options options;
	struct supplier_set *set;
	struct sdk_arena arena;
	int n_turn; /* turns that did something, since the clock moved */
};

#define START_MS INT64_C(1700000000000)

static inline struct world *of_clock(struct clock *clock)
{
	return (struct world *)((char *)clock - offsetof(struct world, clock));
}

static inline int64_t world_now_ms(struct clock *clock)
{
	return START_MS + of_clock(clock)->us / 1000;
}

static inline int64_t world_mono_us(struct clock *clock)
{
	return of_clock(clock)->us;
}

static inline uint64_t world_random(struct world *world)
{
	world->seed ^= world->seed << 13;
	world->seed ^= world->seed >> 7;
	world->seed ^= world->seed << 17;
	return world->seed;
}

static inline void world_uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct world *world = (struct world *)((char *)chance - offsetof(struct world, chance));
	snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012" PRIx64, (unsigned)world_random(world),
		 world_random(world) & 0xffffffffffff);
}

static inline void world_bytes(struct chance *chance, void *ret, size_t n)
{
	struct world *world = (struct world *)((char *)chance - offsetof(struct world, chance));
	for (size_t i = 0; i < n; i++)
		((unsigned char *)ret)[i] = (unsigned char)(world_random(world) >> 17);
}

/* One of the set: a tool of the toy's kind at BASE/name. */
static inline struct supplier *toy_supplier(struct world *world, struct supplier_set *set, size_t i, const char *name,
					    const char *repeats)
{
	struct supplier *supplier = &set->at[i];
	struct toy *toy = SDK_NEW(&set->arena.abi, struct toy);

	(void)world;
	toy->repeats = sdk_str(repeats);
	supplier->name = supplier->title = sdk_str(name);
	supplier->connector = &toy_connector;
	supplier->settings = toy;
	supplier->public_everyone = true;
	supplier->joins = JOINS_ANYONE;
	supplier->link = (struct supplier_link){.url = sdk_format(&set->arena.abi, BASE "/%s", name),
						.timeout_ms = 30000,
						.connect_ms = 5000,
						.answer_max = 1 << 20,
						.rate_per_min = 6000,
						.at_once = 4,
						.search_lag_ms = -1,
						.silence_ms = -1};
	return supplier;
}

/* What serve does: a commit is a hint. */
static inline void world_wake(void *of)
{
	struct world *world = of;
	if (world->link)
		link_wake(world->link);
}

static inline void world_start(struct world *world)
{
	static const struct writer_options options = {.queue_max = 1000, .batch_max = 100, .wal_pages = 200};
	struct store_meta again;
	struct db *db = NULL, *read = NULL;
	struct ent_err err;

	if (store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &world->meta, &err) != ENT_OK ||
	    store_open_read(world->path, NULL, &world->db, &again, &err) != ENT_OK ||
	    store_open_read(world->path, NULL, &read, &again, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	world->writer =
	    writer_new(db, &world->meta, &world->clock, &world->chance, &world->metrics, &options, world_wake, world);
	world->link = link_new(&(struct link_world){.writer = world->writer,
						    .read = read,
						    .clock = &world->clock,
						    .chance = &world->chance,
						    .transfers = &world->fake.transfers,
						    .metrics = &world->metrics},
			       &world->options, world->set);
}

/* The power goes: what is on the disk at this instant is all that the next life has. */
static inline void world_die(struct world *world)
{
	char command[800];
	struct ent_err err;

	snprintf(command, sizeof command, "cp '%s' '%s/next' && cp '%s-wal' '%s/next-wal'", world->path, world->dir,
		 world->path, world->dir);
	assert_int_equal(system(command), 0);
	while (writer_step(world->writer, &err) == ENT_OK)
		;
	link_free(world->link);
	world->link = NULL;
	writer_free(world->writer);
	db_close(world->db);
	snprintf(command, sizeof command,
		 "rm -f '%s' '%s-wal' '%s-shm' && mv '%s/next' '%s' && mv '%s/next-wal' '%s-wal'", world->path,
		 world->path, world->path, world->dir, world->path, world->dir, world->path);
	assert_int_equal(system(command), 0);
	world->fake.n = 0;
}

static inline struct world *world_new(struct supplier_set *set)
{
	struct world *world = calloc(1, sizeof *world);

	snprintf(world->dir, sizeof world->dir, "/tmp/entente-link-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	snprintf(world->path, sizeof world->path, "%s/entente.db", world->dir);
	world->clock = (struct clock){world_now_ms, world_mono_us};
	world->chance = (struct chance){world_uuid, world_bytes};
	world->seed = 88172645463325252u;
	world->us = 1000000;
	world->fake.transfers = (struct transfers){fake_start, fake_next, fake_drop};
	world->fake.us = &world->us;
	world->options = link_options_default;
	world->set = set;
	sdk_arena_init(&world->arena);
	return world;
}

static inline void world_free(struct world *world)
{
	char command[128];

	link_free(world->link);
	assert_int_equal(0, db_failed(world->db));
	writer_free(world->writer);
	db_close(world->db);
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
	snprintf(command, sizeof command, "rm -rf '%s'", world->dir);
	assert_int_equal(system(command), 0);
	free(world);
}

/* Until nobody has anything to do at this instant. */
static inline void settle(struct world *world)
{
	struct ent_err err;
	bool did = true;
	enum ent_rc rc;

	world->n_turn = 0;
	while (did) {
		did = link_step(world->link);
		while ((rc = writer_step(world->writer, &err)) == ENT_OK)
			did = true;
		if (rc != ENT_MORE)
			fail_msg("%s", err.msg);
		assert_in_range(world->n_turn++, 0, 400);
	}
	assert_false(db_failed(world->db));
	/* No busy loop: at rest it wants to be called at a later time only. */
	if (link_next_us(world->link) <= world->us)
		fail_msg("link wants a turn at once and does nothing in it");
}

/* Time passes, from one thing to do to the next. */
static inline void pass_ms(struct world *world, int64_t ms)
{
	int64_t until_us = world->us + ms * 1000;

	settle(world);
	while (world->us < until_us) {
		int64_t next_us = link_next_us(world->link);
		assert_true(next_us > world->us);
		world->us = next_us < until_us ? next_us : until_us;
		settle(world);
	}
}

/* ---- asking and answering --------------------------------------------------------------------- */

/* The oldest open request that begins with `line` after BASE; NULL: none. */
static inline struct sent *sent_find(struct world *world, const char *method, const char *path)
{
	char line[TEXT_MAX];
	int n = snprintf(line, sizeof line, "%s " BASE "%s", method, path);

	for (size_t i = 0; i < world->fake.n; i++)
		if (world->fake.sent[i].is_open && strncmp(world->fake.sent[i].line, line, (size_t)n) == 0)
			return &world->fake.sent[i];
	return NULL;
}

static inline size_t n_open(struct world *world)
{
	size_t n = 0;

	for (size_t i = 0; i < world->fake.n; i++)
		n += world->fake.sent[i].is_open;
	return n;
}

static inline size_t n_sent(struct world *world, const char *method, const char *path)
{
	char line[TEXT_MAX];
	int n = snprintf(line, sizeof line, "%s " BASE "%s", method, path);
	size_t count = 0;

	for (size_t i = 0; i < world->fake.n; i++)
		count += strncmp(world->fake.sent[i].line, line, (size_t)n) == 0;
	return count;
}

static inline struct sent *expect(struct world *world, const char *method, const char *path)
{
	struct sent *sent = sent_find(world, method, path);

	if (!sent) {
		for (size_t i = 0; i < world->fake.n; i++)
			print_message("%s %s%s\n", world->fake.sent[i].is_open ? "open" : "over",
				      world->fake.sent[i].line, "");
		fail_msg("no open request %s %s", method, path);
	}
	return sent;
}

static inline void give(struct sent *sent, enum transfer_outcome outcome, int status, const char *answer)
{
	sent->is_answered = true;
	sent->outcome = outcome;
	sent->status = status;
	snprintf(sent->answer, sizeof sent->answer, "%s", answer);
}

/* Expects it, answers it, and lets the world come to rest. */
static inline void answer(struct world *world, const char *method, const char *path, int status, const char *body)
{
	give(expect(world, method, path), TRANSFER_ANSWERED, status, body);
	settle(world);
}

static inline void lose(struct world *world, const char *method, const char *path)
{
	give(expect(world, method, path), TRANSFER_LOST, 0, "timed out");
	settle(world);
}

static inline void nothing(struct job *job)
{
	(void)job;
}

static inline struct job *job_run(struct world *world, struct job *job)
{
	job->answer = nothing;
	job->suppliers = world->set;
	assert_true(writer_submit(world->writer, job));
	pass_ms(world, 10); /* hints are taken together for a few */
	return job;
}

static inline struct job *job_new(struct world *world, enum job_kind kind)
{
	struct job *job = SDK_NEW(&world->arena.abi, struct job);

	job->kind = kind;
	job->ask.author = (struct ent_person){ENT_STR("ana"), ENT_STR("Ana")};
	return job;
}

/* A ticket of a supplier as its webhook would tell it; number: of our incident, 0: a new one. Gives the incident. */
static inline int64_t ticket_comes(struct world *world, const char *supplier, const char *id, const char *status,
				   int64_t number)
{
	struct job *job = job_new(world, JOB_ARRIVAL);
	struct ent_change *change = SDK_NEW(&world->arena.abi, struct ent_change);
	struct arrival *arrival = &job->arrival;
	unsigned char hash[SDK_HASH_MAX];
	char text[INCIDENT_NUMBER_SIZE];

	change->kind = ENT_TICKET_CHANGED;
	change->stamp.time_ms = world_now_ms(&world->clock);
	change->ticket.id = sdk_str(id);
	sdk_set(&change->ticket, ENT_TITLE, ENT_STR("The line is down"));
	sdk_set_native(&change->ticket, ENT_STATUS, sdk_str(status));
	if (number)
		change->correlation.number = sdk_dup(&world->arena.abi, incident_number(number, text));
	*arrival = (struct arrival){
	    .supplier = sdk_dup(&world->arena.abi, sdk_str(supplier)),
	    .delivery_id = sdk_format(&world->arena.abi, "%s-%s-%" PRId64, supplier, id, (int64_t)world->us++),
	    .received_ms = world_now_ms(&world->clock),
	    .header_json = ENT_STR("{}")};
	arrival->body = arrival->delivery_id;
	sdk_digest(SDK_SHA256, &arrival->body, 1, hash);
	memcpy(arrival->body_hash, hash, 32);
	arrival_take(world->set, supplier_by_name(world->set, arrival->supplier), (struct ent_changes){change, 1},
		     &world->arena.abi, arrival);
	assert_false(arrival->dead);
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	struct db_stmt *stmt = db_use(world->db, "SELECT number FROM incident WHERE uuid = $1");
	db_bind_str(stmt, 1, sdk_str(job->incident_uuid));
	int64_t found = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	assert_true(found > 0);
	return found;
}

/* A public comment in a supplier's tool, said or edited there; the job is not handed over yet. */
static inline struct job *comment_there(struct world *world, const char *supplier, const char *ticket, const char *id,
					const char *body)
{
	struct job *job = job_new(world, JOB_ARRIVAL);
	struct ent_change *change = SDK_NEW(&world->arena.abi, struct ent_change);
	unsigned char hash[SDK_HASH_MAX];

	change->kind = ENT_COMMENT_ADDED;
	change->stamp.time_ms = world_now_ms(&world->clock);
	change->ticket.id = sdk_str(ticket);
	change->comment = (struct ent_comment){.id = sdk_str(id),
					       .author = {ENT_STR("u1"), ENT_STR("David")},
					       .body = sdk_str(body),
					       .visibility = ENT_PUBLIC};
	job->arrival = (struct arrival){.supplier = sdk_str(supplier),
					.delivery_id = sdk_format(&world->arena.abi, "%s-%s-%s", supplier, id, body),
					.received_ms = world_now_ms(&world->clock),
					.header_json = ENT_STR("{}")};
	job->arrival.body = job->arrival.delivery_id;
	sdk_digest(SDK_SHA256, &job->arrival.body, 1, hash);
	memcpy(job->arrival.body_hash, hash, 32);
	arrival_take(world->set, supplier_by_name(world->set, job->arrival.supplier), (struct ent_changes){change, 1},
		     &world->arena.abi, &job->arrival);
	assert_false(job->arrival.dead);
	job->arrival.delivery_id = sdk_content_id(&world->arena.abi, &job->arrival.delivery_id, 1);
	job->answer = nothing;
	job->suppliers = world->set;
	return job;
}

static inline void comment(struct world *world, int64_t incident, const char *text)
{
	struct job *job = job_new(world, JOB_COMMENT);

	job->ask.incident = incident;
	job->ask.text = sdk_dup(&world->arena.abi, sdk_str(text));
	job->ask.audience.everyone = true;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
}

static inline void share(struct world *world, int64_t incident, const char *supplier)
{
	struct job *job = job_new(world, JOB_SHARE);

	job->ask.incident = incident;
	job->ask.supplier = sdk_str(supplier);
	job->ask.brief.what = ENT_STR("the line is down");
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
}

static inline int64_t n_state_event(struct world *world, const char *name)
{
	struct db_stmt *stmt = db_use(world->db, "SELECT sequence FROM supplier_state WHERE supplier = $1");
	db_bind_str(stmt, 1, sdk_str(name));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return n;
}

/* What became of deliveries, "state cause phase look" of the row-th (from 1), in order of their ids. */
static inline const char *delivery_is(struct world *world, int64_t row)
{
	struct db_stmt *stmt =
	    db_use(world->db, "SELECT state, cause, phase, look FROM delivery ORDER BY id LIMIT 1 OFFSET $1");
	db_bind_int(stmt, 1, row - 1);
	assert_true(db_row(stmt));
	struct ent_str cause = db_str(stmt, 1);
	const char *is = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "%.*s%s%.*s phase %d look %d",
							     ENT_F(db_str(stmt, 0)), cause.n ? " " : "", ENT_F(cause),
							     (int)db_int(stmt, 2), (int)db_int(stmt, 3)));
	db_done(stmt);
	return is;
}

static inline const char *reason_of(struct world *world, int64_t id)
{
	struct db_stmt *stmt =
	    db_use(world->db, "SELECT json_extract(reason, '$.text') FROM delivery WHERE reason <> '' AND id = $1");
	db_bind_int(stmt, 1, id);
	const char *reason = db_row(stmt) ? sdk_z(&world->arena.abi, sdk_or_empty(db_str(stmt, 0))) : "";
	db_done(stmt);
	return reason;
}

static inline int64_t n_delivery(struct world *world, const char *state)
{
	struct db_stmt *stmt = db_use(world->db, "SELECT count(*) FROM delivery WHERE state = $1");
	db_bind_str(stmt, 1, sdk_str(state));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : -1;
	db_done(stmt);
	return n;
}

static inline const char *supplier_is(struct world *world, const char *name)
{
	struct db_stmt *stmt =
	    db_use(world->db, "SELECT state, quiet_since_ms FROM supplier_state WHERE supplier = $1");
	db_bind_str(stmt, 1, sdk_str(name));
	const char *is = "unknown";
	if (db_row(stmt))
		is = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "%.*s%s", ENT_F(db_str(stmt, 0)),
							 db_int(stmt, 1) ? " quiet" : ""));
	db_done(stmt);
	return is;
}

#endif
