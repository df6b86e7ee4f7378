/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/bus_read.h"
#include "bus/record.h"
#include "cli/boot.h"
#include "cli/command.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "store/rebuild.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "usage: entente rebuild [--config FILE]\n\n"
    "Fills the empty data_dir of the configuration from the stream on Kafka (kafka.brokers): incidents,\n"
    "tickets, threads, shares, join requests and people come out as they were; `entente fsck --digest`\n"
    "compares. Raw arrivals, dead letters, tokens, who may come in, the audit log, deliveries under way or parked,\n"
    "published maps and how far tools were read are\n"
    "not on the stream and do not come back: afterwards `entente backfill SUPPLIER --since` reads the gap and\n"
    "`entente drift` lists what is missing there. The old broker must not run any more.\n"
    "It fails when anything is missing that the stream must hold.\n\n"
    "  --config FILE  the configuration; else ENTENTE_CONFIG\n\n"
    "example:\n  entente rebuild --config /etc/entente/entente.yaml\n";

#define SEQ_MAX ((int64_t)1 << 36) /* 8 GiB of marks */

struct work {
	struct rebuild *rebuild;
	struct ent_err err;
	enum ent_rc rc;
	int64_t n;
	int64_t last_seq; /* by the progress record */
	uint8_t *seen;    /* a bit for each number up to it */
	bool events_trimmed, dead_trimmed;
};

static struct ent_str header_text(const struct bus_record *record, const char *name)
{
	return sdk_header(record->header, record->n_header, name);
}

/* A record of another shape has words that mean something else here. */
static enum ent_rc shape_see(struct work *work, const struct bus_record *record)
{
	struct ent_str shape = header_text(record, RECORD_SHAPE);

	if (sdk_eqz(shape, STORE_SHAPE_TEXT))
		return ENT_OK;
	return sdk_fail(&work->err, ENT_EINVAL,
			"partition %d, offset %" PRId64 ": the stream has shape %.*s, this program reads "
			"shape " STORE_SHAPE_TEXT
			". Only the program that wrote it can rebuild its store; a new broker "
			"needs new topics",
			record->partition, record->offset, ENT_F(shape.n ? shape : ENT_STR("1")));
}

static enum ent_rc sequence_see(struct work *work, int64_t seq)
{
	if (seq > work->last_seq)
		return sdk_fail(&work->err, ENT_EINVAL,
				"the stream has number %" PRId64 ", its progress record tells of %" PRId64
				" only: does a broker still run on it? End that first",
				seq, work->last_seq);
	work->seen[(seq - 1) / 8] |= (uint8_t)(1 << ((seq - 1) % 8));
	return ENT_OK;
}

static bool record_rebuild(void *to, const struct bus_record *record)
{
	struct work *work = to;
	struct rebuild_record in = {.seq = record->seq,
				    .partition = record->partition,
				    .type = record->type,
				    .json = record->value,
				    .time_ms = record->time_ms,
				    .traceparent = header_text(record, "ce_traceparent")};

	if (!sdk_to_int(header_text(record, "ce_sequence"), &in.sequence) ||
	    !sdk_time_parse(header_text(record, "ce_recordedtime"), 0, &in.recorded_ms) || in.seq <= 0)
		work->rc = sdk_fail(&work->err, ENT_EINVAL,
				    "partition %d, offset %" PRId64 ": not a record that Entente wrote",
				    record->partition, record->offset);
	else
		work->rc = shape_see(work, record);
	if (work->rc == ENT_OK)
		work->rc = sequence_see(work, in.seq);
	if (work->rc == ENT_OK)
		work->rc = rebuild_add(work->rebuild, &in, &work->err);
	if (work->rc == ENT_OK && ++work->n % 50000 == 0)
		fprintf(stderr, "%" PRId64 " events read\n", work->n);
	return work->rc == ENT_OK;
}

/* Dead letters stay away; their numbers must be accounted for. A supplier's word cannot look like a stand-in: only
 * an event has a subject. */
static bool take_dead(void *to, const struct bus_record *record)
{
	struct work *work = to;

	if (record->seq <= 0)
		work->rc =
		    sdk_fail(&work->err, ENT_EINVAL,
			     TOPIC_DEADLETTER " holds at partition %d, offset %" PRId64 " what Entente did not write",
			     record->partition, record->offset);
	else if (record->subject.n &&
		 sdk_eqz(header_text(record, "__connect.errors.exception.message"), RECORD_TOO_LARGE))
		work->rc = sdk_fail(&work->err, ENT_EINVAL,
				    "event %" PRId64
				    " of incident %.*s was too large for Kafka, and only the old store has it: "
				    "bring that back",
				    record->seq, (int)record->subject.n, record->subject.p);
	else
		work->rc = sequence_see(work, record->seq);
	return work->rc == ENT_OK;
}

static bool add_person(void *to, const struct bus_record *record)
{
	struct work *work = to;

	work->rc = rebuild_person(work->rebuild, record->key, record->value, &work->err);
	return work->rc == ENT_OK;
}

/* Every number up to the position is an event or a dead letter. A number that retention took looks like a lost one,
 * so then it is said, and rebuild_finish() judges each incident's sequence. */
static enum ent_rc rebuild_count(const struct work *work, struct ent_err *err)
{
	int64_t missing = 0, first = 0;

	for (int64_t seq = 1; seq <= work->last_seq; seq++)
		if (!(work->seen[(seq - 1) / 8] >> ((seq - 1) % 8) & 1)) {
			first = first ? first : seq;
			missing++;
		}
	if (missing && !work->events_trimmed && !work->dead_trimmed)
		return sdk_fail(err, ENT_EINVAL,
				"number %" PRId64 " is on the stream neither as an event nor as a dead letter (%" PRId64
				" of %" PRId64 " are missing), although nothing was deleted from it",
				first, missing, work->last_seq);
	if (missing)
		fprintf(stderr,
			"%" PRId64 " of %" PRId64 " numbers are no longer on the stream, the first is %" PRId64
			": records were deleted "
			"from %s. Whole incidents that ended before that do not come back\n",
			missing, work->last_seq, first, work->events_trimmed ? TOPIC_EVENTS : TOPIC_DEADLETTER);
	return ENT_OK;
}

static enum ent_rc read_all(struct work *work, const struct bus_options *options, struct ent_err *err)
{
	bool compacted; /* what is gone of the people was replaced by later records */
	enum ent_rc rc;

	if (work->last_seq > SEQ_MAX)
		return sdk_fail(err, ENT_EINVAL, "the progress record tells of %" PRId64 " events; that cannot be",
				work->last_seq);
	const size_t size = (size_t)work->last_seq / 8 + 1;
	work->seen = memset(sdk_xalloc(size), 0, size);
	rc = bus_read_whole(options, KAFKA_PEOPLE, add_person, work, &compacted, err);
	if (rc == ENT_OK && work->rc == ENT_OK)
		rc = bus_read_whole(options, KAFKA_EVENTS, record_rebuild, work, &work->events_trimmed, err);
	if (rc == ENT_OK && work->rc == ENT_OK) {
		rc = bus_read_whole(options, KAFKA_DEADLETTER, take_dead, work, &work->dead_trimmed, err);
		if (rc == ENT_EGONE)
			rc = ENT_OK; /* then its numbers are missing, if there were any */
	}
	if (work->rc != ENT_OK) {
		*err = work->err;
		rc = work->rc;
	}
	if (rc == ENT_OK)
		rc = rebuild_count(work, err);
	free(work->seen);
	work->seen = NULL;
	return rc;
}

/* The store under construction and SQLite's files beside it. */
static void remove_part(const char *part)
{
	static const char *const suffix[] = {"", "-wal", "-shm"};
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++)
		(void)unlink(sdk_z(&arena.abi, sdk_format(&arena.abi, "%s%s", part, suffix[i]))); /* may not be there */
	sdk_arena_release(&arena);
}

static enum ent_rc rebuild_fill(struct boot *boot, const struct bus_options *options, const struct position *position,
				int64_t *ret_events, struct ent_err *err)
{
	struct work work = {.rc = ENT_OK, .last_seq = position->seq};
	struct store_meta meta = {.partitions = options->partitions};
	const char *path = sdk_z(&boot->config->arena.abi, boot_path(boot, BOOT_STORE));
	const char *part = sdk_z(&boot->config->arena.abi, boot_path(boot, BOOT_STORE ".part"));

	if (access(path, F_OK) == 0)
		return sdk_fail(err, ENT_EINVAL, "%s exists; rebuild fills an empty data_dir only", path);
	remove_part(part); /* of a rebuild that was interrupted */
	memcpy(meta.store_id, position->store_id, sizeof meta.store_id);
	memcpy(meta.people_key, position->people_key, sizeof meta.people_key);
	enum ent_rc rc = rebuild_open(part, NULL, &meta, clock_system(), chance_system(), &work.rebuild, err);
	if (rc == ENT_OK)
		rc = read_all(&work, options, err);
	if (rc == ENT_OK)
		rc = rebuild_finish(work.rebuild, ret_events, err);
	if (rc == ENT_OK)
		rebuild_reserve(work.rebuild, position->seq);
	rebuild_close(work.rebuild);
	if (rc != ENT_OK)
		remove_part(part);
	else if (rename(part, path) != 0)
		rc = sdk_fail(err, ENT_EINVAL, "%s cannot be renamed: %s", part, strerror(errno));
	return rc;
}

static int rebuild_command(int argc, char **argv)
{
	const char *config;
	struct boot boot;
	struct bus_options options;
	struct position position;
	struct ent_err err;
	int64_t events = 0;
	int status = boot_arguments(argc, argv, help, &config);

	if (status >= 0)
		return status;
	umask(077); /* as in serve */
	enum ent_rc rc = boot_load(&boot, config, false, &err);
	if (rc == ENT_OK)
		rc = boot_lock(&boot, &err);
	if (rc == ENT_OK) {
		boot_bus_options(&boot, NULL, &options);
		if (!options.brokers.n)
			rc = sdk_fail(&err, ENT_EINVAL,
				      "kafka.brokers is not set; the embedded Kafka forgets the stream at exit");
	}
	if (rc == ENT_OK)
		rc = bus_read_position(&options, &position, &err);
	if (rc == ENT_OK)
		rc = rebuild_fill(&boot, &options, &position, &events, &err);
	if (rc == ENT_OK)
		printf("%" PRId64 " events folded into %.*s\n", events, (int)boot.config->data_dir.n,
		       boot.config->data_dir.p);
	else
		fprintf(stderr, "entente rebuild: %s\n", err.msg);
	boot_release(&boot);
	return rc == ENT_OK ? 0 : 1;
}

const struct command command_rebuild = {
    .name = "rebuild", .summary = "fill an empty store from the stream on Kafka", .run = rebuild_command};
