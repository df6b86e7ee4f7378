/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A read_committed consumer that notes when each event came: it looks for "#N#" in the
 * value (the load generator puts its sequence there) and prints "N microseconds" for the
 * first time it sees each, on the wall clock. Ends when nothing came for --idle seconds,
 * or after --count numbers.
 */
#include <ctype.h>
#include <getopt.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static rd_kafka_t *consumer(const char *brokers)
{
	static const char *const setting[][2] = {
	    {"isolation.level", "read_committed"}, {"group.id", "lag"},
	    {"enable.auto.commit", "false"},       {"fetch.wait.max.ms", "100"},
	    {"socket.nagle.disable", "true"},      {"auto.offset.reset", "latest"}};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[512];

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
	for (size_t i = 0; i < sizeof setting / sizeof *setting; i++) {
		if (rd_kafka_conf_set(conf, setting[i][0], setting[i][1], why, sizeof why) != RD_KAFKA_CONF_OK)
			break;
	}
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
	if (!rk) {
		fprintf(stderr, "lag: %s\n", why);
		exit(2);
	}
	rd_kafka_poll_set_consumer(rk);
	return rk;
}

/* All partitions, from their present end. */
static void assign_end(rd_kafka_t *rk, const char *name)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);

	if (rd_kafka_metadata(rk, 0, topic, &metadata, 10000) || metadata->topic_cnt != 1 ||
	    metadata->topics[0].partition_cnt == 0) {
		fprintf(stderr, "lag: topic %s is not there\n", name);
		exit(2);
	}
	for (int i = 0; i < metadata->topics[0].partition_cnt; i++) {
		int64_t low, high;
		int partition = metadata->topics[0].partitions[i].id;
		rd_kafka_query_watermark_offsets(rk, name, partition, &low, &high, 10000);
		rd_kafka_topic_partition_list_add(list, name, partition)->offset = high;
	}
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(topic);
}

struct watch {
	int64_t first, count, n, heard_us;
	bool *seen;
};

/* Every number between two '#': a change tells the title before it, too. */
static void note_numbers(struct watch *watch, const char *p, size_t n)
{
	const char *end = p + n;

	for (const char *at = memchr(p, '#', n); at; at = memchr(at + 1, '#', (size_t)(end - at - 1))) {
		const char *q = at + 1;
		int64_t number = 0;
		while (q < end && isdigit((unsigned char)*q))
			number = number * 10 + (*q++ - '0');
		number -= watch->first;
		if (q == end || q == at + 1 || *q != '#' || number < 0 || number >= watch->count || watch->seen[number])
			continue;
		watch->seen[number] = true;
		watch->heard_us = now_us();
		watch->n++;
		printf("%lld %lld\n", (long long)(number + watch->first), (long long)watch->heard_us);
	}
}

int main(int argc, char **argv)
{
	static const struct option option[] = {{"brokers", 1, 0, 'b'}, {"topic", 1, 0, 't'}, {"count", 1, 0, 'n'},
					       {"first", 1, 0, 'f'},   {"idle", 1, 0, 'i'},  {0}};
	const char *brokers = NULL, *topic = NULL;
	struct watch watch = {0};
	int64_t idle_us = 10000000;
	int c;

	while ((c = getopt_long(argc, argv, "", option, NULL)) != -1) {
		switch (c) {
		case 'b':
			brokers = optarg;
			break;
		case 't':
			topic = optarg;
			break;
		case 'n':
			watch.count = atoll(optarg);
			break;
		case 'f':
			watch.first = atoll(optarg);
			break;
		case 'i':
			idle_us = atoll(optarg) * 1000000;
			break;
		default:
			return 2;
		}
	}
	if (!brokers || !topic || watch.count < 1)
		return 2;
	rd_kafka_t *rk = consumer(brokers);
	watch.seen = calloc((size_t)watch.count, sizeof *watch.seen);
	if (!watch.seen)
		return 2;
	assign_end(rk, topic);
	rd_kafka_message_t *warm = rd_kafka_consumer_poll(rk, 500); /* the first fetch is under way */
	if (warm)
		rd_kafka_message_destroy(warm);
	fprintf(stderr, "ready\n");
	watch.heard_us = now_us();
	while (watch.n < watch.count && now_us() - watch.heard_us < idle_us) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 100);
		if (!message)
			continue;
		if (!message->err)
			note_numbers(&watch, message->payload, message->len);
		rd_kafka_message_destroy(message);
	}
	free(watch.seen);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return watch.n == watch.count ? 0 : 1;
}
