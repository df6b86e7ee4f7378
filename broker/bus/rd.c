/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: ours, with their reasons, then those the configuration passes through. And where librdkafka's words go. */
#include "bus/rd.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#define RD_NICE    10 /* below the broker's own threads */
#define RD_STR2(x) #x
#define RD_STR(x)  RD_STR2(x)

struct setting {
	const char *name, *value;
};

static const struct setting common[] = {
    {"client.id", "entente"},
    {"socket.nagle.disable", "true"},
    {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "2000"},
    {"log.connection.close", "false"}, /* brokers close idle connections; that is no news */
    {0},
};

static const struct setting producer[] = {
    {"transactional.id", "entente-relay"},
    {"acks", "all"},
    {"enable.idempotence", "true"},
    {"partitioner", "murmur2_random"}, /* Java's; dead letters go by key */
    {"transaction.timeout.ms", "15000"},
    {"retry.backoff.ms",
     "5"},              /* CONCURRENT_TRANSACTIONS is asked again after this; the default of 100 shows as latency */
    {"linger.ms", "5"}, /* commit flushes: until then a partition's records become one request */
    {"batch.num.messages", "10000"},
    /* A transaction's records of a partition in one batch: while a second one waits for the answer to the first,
     * librdkafka 2.0 asks for it without a pause and keeps a core busy. */
    {"batch.size", "4000000"},
    {"compression.codec", "lz4"},     /* headers repeat: half the bytes for little time */
    {"message.max.bytes", "4128768"}, /* RD_RECORD_MAX - RD_RECORD_OVERHEAD */
    {0},
};

static const struct setting reader[] = {
    {"isolation.level", "read_committed"},
    {"enable.partition.eof", "true"},
    {"auto.offset.reset", "earliest"},
    {"fetch.wait.max.ms", "50"}, /* how long it takes to know that the end is reached */
    {"fetch.error.backoff.ms", "50"},
    {"queued.max.messages.kbytes", "8192"}, /* of each partition */
    {"fetch.message.max.bytes", "4194304"},
    {0},
};

/* Exactly-once rests on these, or another setting names the same thing. */
static const struct setting ours[] = {
    {"bootstrap.servers", "set kafka.brokers"},
    {"metadata.broker.list", "set kafka.brokers"},
    {"transactional.id", "under another name a relay would not fence its predecessor"},
    {"acks", "exactly-once rests on it"},
    {"request.required.acks", "exactly-once rests on it"},
    {"enable.idempotence", "exactly-once rests on it"},
    {"isolation.level", "exactly-once rests on it"},
    {"partitioner", "the store chose the partitions"},
    {"delivery.report.only.error", "commits would take 10 ms longer"},
    {"enable.partition.eof", "the position is read with it"},
    {"test.mock.num.brokers", "leave kafka.brokers empty for the embedded cluster"},
    {0},
};

static void conf_set(rd_kafka_conf_t *conf, const struct setting *setting)
{
	char why[200];

	for (; setting->name; setting++)
		if (rd_kafka_conf_set(conf, setting->name, setting->value, why, sizeof why) != RD_KAFKA_CONF_OK) {
			fprintf(stderr, "entente: librdkafka refuses our own setting: %s\n", why);
			abort(); /* another library than the one this was built for */
		}
}

/* Values of these may be secrets: neither value nor librdkafka's words about it are shown. */
static bool conf_is_secret(const char *name)
{
	return strcasestr(name, "password") || strcasestr(name, "secret") || strcasestr(name, "key") ||
	       strcasestr(name, "pem") || strcasestr(name, "sasl.oauthbearer.config");
}

static enum ent_rc conf_pass(rd_kafka_conf_t *conf, const struct bus_pair *pair, struct ent_err *err)
{
	struct sdk_arena arena;
	char why[200], *name, *value;
	enum ent_rc rc = ENT_OK;
	rd_kafka_conf_res_t res;

	sdk_arena_init(&arena);
	name = sdk_z(&arena.abi, pair->name);
	value = sdk_z(&arena.abi, pair->value);
	for (const struct setting *own = ours; own->name && !rc; own++)
		if (!strcmp(own->name, name))
			rc = sdk_fail(err, ENT_EINVAL, "kafka.%s is not for you to set: %s", name, own->value);
	if (rc)
		goto out;
	res = rd_kafka_conf_set(conf, name, value, why, sizeof why);
	if (res == RD_KAFKA_CONF_UNKNOWN)
		rc = sdk_fail(err, ENT_EINVAL, "kafka.%s: librdkafka knows no such setting", name);
	else if (res != RD_KAFKA_CONF_OK)
		rc = sdk_fail(err, ENT_EINVAL, "kafka.%s: %s", name,
			      conf_is_secret(name) ? "the value is not valid" : why);
out:
	sdk_arena_release(&arena);
	return rc;
}

static void log_cb(const rd_kafka_t *rk, int level, const char *facility, const char *words)
{
	const struct rd_notes *notes = rd_kafka_opaque(rk);
	enum log_level to = level <= 2 ? LOG_ERROR : level <= 4 ? LOG_WARN : LOG_DEBUG;

	if (!notes || !notes->log)
		return;
	/* Producer settings on a reader, and what the relay tells itself when it cannot go on. */
	if (!strcmp(facility, "CONFWARN") || !strcmp(facility, "FAIL") || !strcmp(facility, "ERROR"))
		to = LOG_DEBUG;
	log_write(notes->log, to, "kafka.client", LOG_Z("facility", facility), LOG_Z("text", words), LOG_END);
}

static void error_cb(rd_kafka_t *rk, int error, const char *reason, void *opaque)
{
	struct rd_notes *notes = opaque;
	struct ent_err cut;
	const char *detail =
	    strstr(reason, " (after "); /* how long and how often: differs each time, tells nobody anything */

	(void)rk;
	if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && notes->last[0])
		return; /* says less than the one before */
	(void)sdk_fail(&cut, ENT_OK, "%.*s", detail && detail - reason < 180 ? (int)(detail - reason) : 180, reason);
	memcpy(notes->last, cut.msg, sizeof notes->last);
	notes->last[sizeof notes->last - 1] = '\0';
}

enum ent_rc rd_conf(const struct bus_options *options, enum rd_role role, struct rd_notes *notes, rd_kafka_conf_t **ret,
		    struct ent_err *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	struct sdk_arena arena;
	char why[200];
	enum ent_rc rc = ENT_OK;

	_Static_assert(RD_RECORD_MAX - RD_RECORD_OVERHEAD == 4128768, "message.max.bytes of the producer");
	conf_set(conf, common);
	conf_set(conf, role == RD_PRODUCER ? producer : reader);
	sdk_arena_init(&arena);
	if (rd_kafka_conf_set(conf, "bootstrap.servers", sdk_z(&arena.abi, options->brokers), why, sizeof why) !=
	    RD_KAFKA_CONF_OK)
		rc = sdk_fail(err, ENT_EINVAL, "kafka.brokers: %s", why);
	sdk_arena_release(&arena);
	for (size_t i = 0; i < options->n_pass && !rc; i++)
		rc = conf_pass(conf, &options->pass[i], err);
	if (rc) {
		rd_kafka_conf_destroy(conf);
		return rc;
	}
	rd_kafka_conf_set_opaque(conf, notes);
	rd_kafka_conf_set_log_cb(conf, log_cb);
	rd_kafka_conf_set_error_cb(conf, error_cb);
	*ret = conf;
	return ENT_OK;
}

struct opening {
	rd_kafka_type_t type;
	rd_kafka_conf_t *conf;
	rd_kafka_t *rk;
	char why[200];
};

/* librdkafka's threads inherit the priority of the thread that makes the handle. With all cores busy they would take
 * the processor from the writer each time that a record comes back. */
static void *open_behind(void *arg)
{
	struct opening *opening = arg;

	errno = 0;
	int nice = getpriority(PRIO_PROCESS, 0); /* of this thread, on Linux */
	if (errno == 0)
		(void)setpriority(PRIO_PROCESS, 0, nice + RD_NICE);
	opening->rk = rd_kafka_new(opening->type, opening->conf, opening->why, sizeof opening->why);
	return NULL;
}

enum ent_rc rd_open(enum rd_role role, rd_kafka_conf_t *conf, rd_kafka_t **ret, struct ent_err *err)
{
	struct opening opening = {.type = role == RD_PRODUCER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, .conf = conf};
	pthread_t thread;

	if (role == RD_PRODUCER && pthread_create(&thread, NULL, open_behind, &opening) == 0)
		pthread_join(thread, NULL);
	else
		opening.rk = rd_kafka_new(opening.type, conf, opening.why, sizeof opening.why);
	if (!opening.rk) {
		rd_kafka_conf_destroy(conf);
		return sdk_fail(err, ENT_EINVAL, "kafka settings: %s", opening.why);
	}
	*ret = opening.rk;
	return ENT_OK;
}

enum ent_rc rd_reader(const struct bus_options *options, struct rd_notes *notes, rd_kafka_t **ret, struct ent_err *err)
{
	rd_kafka_conf_t *conf;
	enum ent_rc rc = rd_conf(options, RD_READER, notes, &conf, err);

	return rc ? rc : rd_open(RD_READER, conf, ret, err);
}

enum ent_rc rd_fail(rd_kafka_t *rk, const struct rd_notes *notes, rd_kafka_resp_err_t error, const char *doing,
		    struct ent_err *err)
{
	rd_kafka_poll(rk, 0); /* brings error_cb */
	if (notes->last[0])
		return sdk_fail(err, ENT_ERETRY, "%s: %s (%s)", doing, rd_kafka_err2str(error), notes->last);
	return sdk_fail(err, ENT_ERETRY, "%s: %s", doing, rd_kafka_err2str(error));
}
