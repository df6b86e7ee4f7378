/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded cluster: librdkafka's mock, on a free port of 127.0.0.1. For evaluation, not for keeping:
 *
 *  - it is memory of this process and gone when it ends; the relay then finds no position and fills a new one
 *    from the store, so nothing is lost, but offsets start again;
 *  - each partition keeps its last 5 MiB (about 5,000 to 20,000 events as they are compressed), the oldest
 *    go first; the store keeps all;
 *  - it isolates nothing: it knows no aborted transactions, no fencing, no markers, no groups' rights, and
 *    read_committed reads the same as read_uncommitted; exactly-once is a claim about Apache Kafka only;
 *  - it listens on loopback only, without TLS or passwords, compacts nothing, and takes no admin requests.
 */
#include "bus/embedded.h"

#include <stdlib.h>

#include "bus/rd_topics.h"

#include <librdkafka/rdkafka_mock.h> /* after rdkafka.h */

struct embedded {
	rd_kafka_t *handle;
	rd_kafka_mock_cluster_t *cluster;
	struct rd_notes notes;
};

enum ent_rc embedded_new(int32_t partitions, struct log *log, struct embedded **ret, struct ent_err *err)
{
	struct bus_options options = {.brokers = ENT_STR("127.0.0.1:1")}; /* the handle only carries the cluster */
	struct embedded *embedded = sdk_xalloc(sizeof *embedded);
	struct rd_topic topic[KAFKA_N_TOPIC];
	enum ent_rc rc;

	*embedded = (struct embedded){.notes = {.log = log}};
	rc = rd_reader(&options, &embedded->notes, &embedded->handle, err);
	if (rc) {
		free(embedded);
		return rc;
	}
	embedded->cluster = rd_kafka_mock_cluster_new(embedded->handle, 1);
	rd_topics_init(topic);
	for (int i = 0; i < KAFKA_N_TOPIC && embedded->cluster && !rc; i++)
		if (rd_kafka_mock_topic_create(embedded->cluster, topic[i].name,
					       topic[i].is_partitioned ? partitions : 1, 1))
			rc = sdk_fail(err, ENT_EINVAL, "the embedded Kafka cannot make topic %s", topic[i].name);
	if (!embedded->cluster)
		rc = sdk_fail(err, ENT_EINVAL, "the embedded Kafka cannot listen on 127.0.0.1");
	if (rc) {
		embedded_free(embedded);
		return rc;
	}
	*ret = embedded;
	return ENT_OK;
}

const char *embedded_address(const struct embedded *embedded)
{
	return rd_kafka_mock_cluster_bootstraps(embedded->cluster);
}

void embedded_free(struct embedded *embedded)
{
	if (!embedded)
		return;
	if (embedded->cluster)
		rd_kafka_mock_cluster_destroy(embedded->cluster);
	rd_kafka_destroy(embedded->handle);
	free(embedded);
}
