/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/boot.h"
#include "cli/command.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "store/rebuild.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "usage: entente rebuild [--config FILE]\n\n"
    "Fills the empty data_dir of the configuration from the stream on Kafka (kafka.brokers): incidents,\n"
    "tickets and threads come out as they were; `entente fsck --digest` compares. Raw deliveries, dead\n"
    "letters and tokens are not on the stream and do not come back. The old broker must not run any more.\n\n"
    "example:\n  entente rebuild --config /etc/entente/entente.yaml\n";

struct work {
	struct rebuild *rebuild;
	struct ent_err err;
	enum ent_rc rc;
	int64_t n;
};

static struct ent_str header(const struct bus_record *record, const char *name)
{
	return sdk_header(record->header, record->n_header, name);
}

static bool take(void *to, const struct bus_record *record)
{
	struct work *work = to;
	struct rebuild_record in = {.seq = record->seq,
				    .partition = record->partition,
				    .type = record->type,
				    .json = record->value,
				    .time_ms = record->time_ms,
				    .traceparent = header(record, "ce_traceparent")};

	if (!sdk_to_int(header(record, "ce_sequence"), &in.sequence) ||
	    !sdk_time_parse(header(record, "ce_recordedtime"), 0, &in.recorded_ms) || in.seq <= 0)
		work->rc = sdk_fail(&work->err, ENT_EINVAL,
				    "partition %d, offset %" PRId64 ": not a record that Entente wrote", record->partition,
				    record->offset);
	else
		work->rc = rebuild_add(work->rebuild, &in, &work->err);
	if (work->rc == ENT_OK && ++work->n % 50000 == 0)
		fprintf(stderr, "%" PRId64 " events read\n", work->n);
	return work->rc == ENT_OK;
}

static bool go_on(void *to)
{
	(void)to;
	return true;
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

static enum ent_rc fill(struct boot *boot, const struct bus_options *options, const struct position *position,
			int64_t *ret_events, struct ent_err *err)
{
	struct work work = {.rc = ENT_OK};
	const char *path = sdk_z(&boot->config->arena.abi, boot_path(boot, BOOT_STORE));
	const char *part = sdk_z(&boot->config->arena.abi, boot_path(boot, BOOT_STORE ".part"));

	if (access(path, F_OK) == 0)
		return sdk_fail(err, ENT_EINVAL, "%s exists; rebuild fills an empty data_dir only", path);
	remove_part(part); /* of a rebuild that was interrupted */
	enum ent_rc rc = rebuild_open(part, NULL, position->store_id, options->partitions, clock_system(), chance_system(),
				      &work.rebuild, err);
	if (rc == ENT_OK)
		rc = bus_read(options, 0, false, take, go_on, &work, err);
	if (work.rc != ENT_OK) {
		*err = work.err;
		rc = work.rc;
	}
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

int cmd_rebuild(int argc, char **argv)
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
			rc = sdk_fail(&err, ENT_EINVAL, "kafka.brokers is not set; the embedded Kafka forgets the stream at exit");
	}
	if (rc == ENT_OK)
		rc = bus_position(&options, &position, &err);
	if (rc == ENT_OK)
		rc = fill(&boot, &options, &position, &events, &err);
	if (rc == ENT_OK)
		printf("%" PRId64 " events folded into %.*s\n", events, (int)boot.config->data_dir.n, boot.config->data_dir.p);
	else
		fprintf(stderr, "entente rebuild: %s\n", err.msg);
	boot_release(&boot);
	return rc == ENT_OK ? 0 : 1;
}
