/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the stream on Kafka, as any consumer could. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/boot.h"
#include "cli/command.h"
#include "cli/tail_line.h"
#include "core/event.h"

#define PARTITIONS_MAX 4096
#define LINE_MAX_BYTES (8u << 20)
#define IDLE_MANY      10 /* calls of idle(), 200 ms each, between two looks at kafka.address */

static const char help[] =
    "Usage: entente tail [--config FILE | --brokers LIST] [--from beginning|now] [--incident ID] [--json] "
    "[--no-follow]\n"
    "Prints the event stream as it comes from Kafka (read_committed), one line an event. Names of people come from\n"
    "entente.people.v1; events hold none.\n"
    "\n"
    "  --config FILE    kafka.* settings from there, or from the file that ENTENTE_CONFIG names; without\n"
    "                   kafka.brokers the broker's embedded Kafka, found by DATA_DIR/kafka.address\n"
    "  --brokers LIST   host:port, comma separated\n"
    "  --from WHERE     beginning: all that Kafka holds; now: only what comes (default; with --no-follow: beginning)\n"
    "  --incident ID    only this incident: ENT-000042, 42, or its uuid\n"
    "  --json           CloudEvents in structured mode, one a line\n"
    "  --no-follow      end at the end\n"
    "  --help           this text\n"
    "\n"
    "Examples: entente tail\n"
    "          entente tail --brokers kafka1:9092 --from beginning --incident ENT-000042\n"
    "          entente tail --no-follow --json | jq -r .type | sort | uniq -c\n";

struct tail {
	struct boot boot;
	struct bus_options options;
	const char *address_path; /* of the embedded Kafka, NULL: brokers are given */
	char address[256], address_now[256];
	struct ent_str incident; /* uuid or "ENT-000042"; absent: all */
	bool json, follow, color, address_changed;
	int from, n_idle;
	int64_t last_seq[PARTITIONS_MAX]; /* shown, by partition: an embedded Kafka that starts again is filled again */
	struct sdk_arena arena;
	struct sdk_buf line;
	struct tail_names names;
};

static bool is_asked_for(const struct tail *tail, const struct bus_record *record, const struct sdk_json *data)
{
	return !tail->incident.p || sdk_eq(tail->incident, record->key) ||
	       sdk_eq(tail->incident, sdk_json_text_at(data, "incident.number"));
}

static bool record_print(void *to, const struct bus_record *record)
{
	struct tail *tail = to;
	const struct sdk_json *data = NULL;
	struct ent_err err;

	if (record->partition < PARTITIONS_MAX && record->seq > 0) {
		if (record->seq <= tail->last_seq[record->partition])
			return true;
		tail->last_seq[record->partition] = record->seq;
	}
	tail->n_idle = 0;
	sdk_buf_clear(&tail->line);
	if (sdk_json_parse(&tail->arena.abi, record->value, &data, &err))
		data = NULL; /* told by its type alone */
	if (is_asked_for(tail, record, data)) {
		if (tail->json)
			(void)tail_line_json(record, data, &tail->line);
		else
			tail_line_words(&tail->arena.abi, &tail->names, record, data, tail->color, &tail->line);
	}
	sdk_arena_release(&tail->arena);
	if (!tail->line.failed && tail->line.n)
		fwrite(tail->line.p, 1, tail->line.n, stdout);
	return !ferror(stdout);
}

/* The address stands on the first line. False: there is none. */
static bool address_read(const struct tail *tail, char ret[256])
{
	int fd = open(tail->address_path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, 255);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	ret[n] = '\0';
	ret[strcspn(ret, "\r\n")] = '\0';
	return ret[0] != '\0';
}

static bool tail_idle(void *to)
{
	struct tail *tail = to;

	fflush(stdout);
	if (tail->address_path && ++tail->n_idle % IDLE_MANY == 0)
		tail->address_changed =
		    address_read(tail, tail->address_now) && strcmp(tail->address, tail->address_now) != 0;
	return !tail->address_changed && !ferror(stdout);
}

static int tail_fail(const struct ent_err *err)
{
	fprintf(stderr, "entente tail: %s\n", err->msg);
	return 1;
}

static int tail_run(struct tail *tail)
{
	struct ent_err err;
	enum ent_rc rc;

	do {
		if (tail->address_path) {
			if (!address_read(tail, tail->address)) {
				(void)sdk_fail(&err, ENT_EINVAL,
					       "no broker with an embedded Kafka runs here (%s is missing): start "
					       "`entente serve`, or name "
					       "--brokers or --config",
					       tail->address_path);
				return tail_fail(&err);
			}
			tail->options.brokers = sdk_str(tail->address);
		}
		if (tail->address_changed)
			tail->from = 0; /* a new one, filled from the store; record_print() leaves out what was shown */
		tail->address_changed = false;
		rc = bus_read(&tail->options, tail->from, tail->follow, record_print, tail_idle, tail, &err);
		fflush(stdout);
	} while (!rc && tail->address_changed);
	if (rc)
		return tail_fail(&err);
	return ferror(stdout) ? 1 : 0;
}

/* "42" and "ENT-42" become "ENT-000042"; anything else is a uuid, and compared as it is. */
static struct ent_str incident_word(struct tail *tail, const char *word)
{
	char number[INCIDENT_NUMBER_SIZE];
	int64_t n;

	if (sdk_to_int(sdk_str(word), &n) || incident_number_parse(sdk_str(word), &n))
		return sdk_dup(&tail->boot.config->arena.abi, incident_number(n, number));
	return sdk_str(word);
}

struct given {
	const char *config, *brokers, *from, *incident;
};

/* -1: go on; else the exit status. */
static int tail_arguments(int argc, char **argv, struct tail *tail, struct given *given)
{
	static const struct option option[] = {
	    {"config", required_argument, NULL, 'c'}, {"brokers", required_argument, NULL, 'b'},
	    {"from", required_argument, NULL, 'f'},   {"incident", required_argument, NULL, 'i'},
	    {"json", no_argument, NULL, 'j'},         {"no-follow", no_argument, NULL, 'n'},
	    {"help", no_argument, NULL, 'h'},         {0}};
	int c;

	tail->follow = true;
	while ((c = getopt_long(argc, argv, "c:h", option, NULL)) != -1) {
		const char **text = c == 'c'   ? &given->config
				    : c == 'b' ? &given->brokers
				    : c == 'f' ? &given->from
					       : &given->incident;

		if (c == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (c == '?') {
			fputs(help, stderr);
			return 2;
		}
		tail->json |= c == 'j';
		tail->follow &= c != 'n';
		if (optarg && c != 'j' && c != 'n')
			*text = optarg;
	}
	if (optind < argc ||
	    (given->from && strcmp(given->from, "beginning") != 0 && strcmp(given->from, "now") != 0)) {
		fprintf(stderr, "entente tail: %s\n",
			optind < argc ? "one argument too many" : "--from is beginning or now");
		return 2;
	}
	if (!given->from)
		tail->from = tail->follow;
	else
		tail->from = !strcmp(given->from, "now");
	return -1;
}

static int tail_command(int argc, char **argv)
{
	struct tail *tail = sdk_xalloc(sizeof *tail);
	struct given given = {0};
	struct ent_err err;
	int status;

	memset(tail, 0, sizeof *tail);
	tail->boot.lock = -1;
	status = tail_arguments(argc, argv, tail, &given);
	if (status >= 0)
		goto out;
	status = 1;
	if (boot_load(&tail->boot, given.config, false, &err)) {
		(void)tail_fail(&err);
		goto release;
	}
	boot_bus_options(&tail->boot, NULL, &tail->options);
	if (given.brokers)
		tail->options.brokers = sdk_str(given.brokers);
	if (tail->options.brokers.n == 0)
		tail->address_path = sdk_z(&tail->boot.config->arena.abi, boot_path(&tail->boot, BOOT_ADDRESS));
	if (given.incident)
		tail->incident = incident_word(tail, given.incident);
	tail->color = isatty(STDOUT_FILENO) == 1 && !getenv("NO_COLOR");
	if (isatty(STDOUT_FILENO) == 1)
		setvbuf(stdout, NULL, _IOLBF, 0);
	sdk_arena_init(&tail->arena);
	tail_names_init(&tail->names, &tail->options);
	sdk_buf_init(&tail->line, LINE_MAX_BYTES);
	status = tail_run(tail);
	sdk_buf_release(&tail->line);
	tail_names_release(&tail->names);
release:
	boot_release(&tail->boot);
out:
	free(tail);
	return status;
}

const struct command command_tail = {
    .name = "tail", .summary = "follow the event stream from Kafka", .run = tail_command};
