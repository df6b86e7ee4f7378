/* SPDX-License-Identifier: Apache-2.0 */
/* The stream alone, folded into an empty store, gives the same incidents, tickets and threads. */
#include <string.h>

#include "look.h"
#include "sdk/time.h"
#include "store/fsck.h"
#include "store/rebuild.h"

#define AGAIN_PATH "again.db"

static struct ent_str header(const struct kafka_record *record, const char *name)
{
	for (size_t i = 0; i < record->n_header; i++)
		if (!strcmp(record->header[i].name, name))
			return record->header[i].value;
	return ENT_ABSENT;
}

static enum ent_rc add(struct rebuild *rebuild, const struct kafka_record *from, int32_t partition, struct ent_err *err)
{
	struct rebuild_record record = {.partition = partition,
					.type = header(from, "ce_type"),
					.json = from->value,
					.traceparent = header(from, "traceparent")};

	if (!sdk_to_int(header(from, "ce_storeseq"), &record.seq) ||
	    !sdk_to_int(header(from, "ce_sequence"), &record.sequence) ||
	    !sdk_time_parse(header(from, "ce_time"), 0, &record.time_ms) ||
	    !sdk_time_parse(header(from, "ce_recordedtime"), 0, &record.recorded_ms))
		return sdk_fail(err, ENT_EINVAL, "a record without its headers");
	return rebuild_add(rebuild, &record, err);
}

static enum ent_rc fill(struct sim *sim, struct rebuild *rebuild, struct ent_err *err)
{
	struct consumer people = {&sim->cluster, KAFKA_PEOPLE, 0, 0};
	const struct kafka_record *person;
	int64_t n;

	while ((person = consumer_next(&people, NULL))) {
		enum ent_rc rc = rebuild_person(rebuild, person->key, person->value, err);

		if (rc != ENT_OK)
			return rc;
	}
	/* The last partition first: any order of partitions is to do. */
	for (int32_t p = sim->plan.partitions - 1; p >= 0; p--) {
		struct consumer consumer = {&sim->cluster, KAFKA_EVENTS, p, 0};
		const struct kafka_record *record;

		while ((record = consumer_next(&consumer, NULL))) {
			enum ent_rc rc = add(rebuild, record, p, err);

			if (rc != ENT_OK)
				return rc;
		}
	}
	return rebuild_finish(rebuild, &n, err);
}

static enum ent_rc digest_of(const char *path, char ret[65], struct ent_err *err)
{
	struct db *db = NULL;
	enum ent_rc rc = db_open(path, DB_READ, VFS_NAME, &db, err);

	if (rc == ENT_OK)
		rc = store_digest(db, ret, err);
	db_close(db);
	return rc;
}

static void check_fsck(struct sim *sim)
{
	struct ent_err err = {0};
	struct db *db = NULL;
	struct sdk_buf report;
	int64_t findings = 0;
	enum ent_rc rc = db_open(STORE_PATH, DB_READ, VFS_NAME, &db, &err);

	sdk_buf_init(&report, 1 << 16);
	if (rc == ENT_OK)
		rc = store_check(db, &report, &findings, &err);
	if (rc != ENT_OK || findings)
		sim_violates(sim, "fsck", "store", "fsck: %s %.*s", err.msg, (int)report.n, report.p);
	sdk_buf_release(&report);
	db_close(db);
}

void check_rebuild(struct look *look)
{
	struct sim *sim = look->sim;
	struct store_meta meta;
	struct rebuild *rebuild = NULL;
	struct db *db = NULL;
	char stored[65] = "", again[65] = "";
	struct ent_err err = {0};
	enum ent_rc rc;

	if (sim->seed % 8 || sim->violation.invariant[0])
		return; /* it costs as much as all the rest: every eighth seed */
	check_fsck(sim);
	rc = store_open_read(STORE_PATH, VFS_NAME, &db, &meta, &err);
	db_close(db);
	if (rc == ENT_OK)
		rc = rebuild_open(AGAIN_PATH, VFS_NAME, &meta, &sim->world.clock, &sim->world.chance, &rebuild, &err);
	if (rc == ENT_OK)
		rc = fill(sim, rebuild, &err);
	rebuild_close(rebuild);
	if (rc == ENT_OK)
		rc = digest_of(STORE_PATH, stored, &err);
	if (rc == ENT_OK)
		rc = digest_of(AGAIN_PATH, again, &err);
	if (rc != ENT_OK)
		sim_violates(sim, "rebuild", "rebuild", "rebuild: %s", err.msg);
	else if (strcmp(stored, again))
		sim_violates(sim, "rebuild", "rebuild", "the store rebuilt from the stream differs");
	else
		check_readers(look, AGAIN_PATH);
}
