/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers come out as Prometheus reads them: base units, cumulative buckets, a total that agrees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/metric.h"

static struct metrics metrics_zero(void)
{
	struct metrics metrics;

	memset(&metrics, 0, sizeof metrics);
	return metrics;
}

static const char *printed(struct metrics *metrics, struct sdk_buf *buf)
{
	sdk_buf_init(buf, 1024 * 1024);
	metric_print(metrics, buf);
	sdk_buf_add(buf, "", 1);
	assert_false(buf->failed);
	return buf->p;
}

static void values_in_base_units(void **state)
{
	struct metrics metrics = metrics_zero();
	struct sdk_buf buf;
	const char *text;

	(void)state;
	metric_add(&metrics, METRIC_EVENTS_STORED, 41);
	metric_add(&metrics, METRIC_EVENTS_STORED, 1);
	metric_set(&metrics, METRIC_RELAY_BACKLOG_MS, 1500);
	metric_set(&metrics, METRIC_WRITER_QUEUE, -3);
	text = printed(&metrics, &buf);
	assert_non_null(strstr(text, "\n# TYPE entente_events_stored_total counter\nentente_events_stored_total 42\n"));
	assert_non_null(
	    strstr(text, "\n# TYPE entente_relay_backlog_seconds gauge\nentente_relay_backlog_seconds 1.5\n"));
	assert_non_null(strstr(text, "\nentente_writer_queue_jobs -3\n"));
	assert_int_equal(metric_get(&metrics, METRIC_EVENTS_STORED), 42);
	sdk_buf_release(&buf);
}

static void buckets_are_cumulative(void **state)
{
	struct metrics metrics = metrics_zero();
	struct sdk_buf buf;
	const char *text;

	(void)state;
	metric_observe(&metrics, METRIC_HOOK_US, 100); /* on the border: inside */
	metric_observe(&metrics, METRIC_HOOK_US, 101);
	metric_observe(&metrics, METRIC_HOOK_US, 60000000); /* past all of them */
	text = printed(&metrics, &buf);
	assert_non_null(strstr(text, "entente_hook_duration_seconds_bucket{le=\"0.0001\"} 1\n"));
	assert_non_null(strstr(text, "entente_hook_duration_seconds_bucket{le=\"0.0002\"} 2\n"));
	assert_non_null(strstr(text, "entente_hook_duration_seconds_bucket{le=\"3.2768\"} 2\n"));
	assert_non_null(strstr(text, "entente_hook_duration_seconds_bucket{le=\"+Inf\"} 3\n"));
	assert_non_null(strstr(text, "entente_hook_duration_seconds_sum 60.000201\n"));
	assert_non_null(strstr(text, "entente_hook_duration_seconds_count 3\n"));
	sdk_buf_release(&buf);
}

/* Someone else's judgement, where it is installed. */
static void promtool_agrees(void **state)
{
	struct metrics metrics = metrics_zero();
	struct sdk_buf buf;
	FILE *tool;

	(void)state;
	if (access("/usr/bin/promtool", X_OK) != 0)
		skip();
	metric_observe(&metrics, METRIC_WRITER_COMMIT_US, 1234);
	printed(&metrics, &buf);
	tool = popen("/usr/bin/promtool check metrics", "w");
	assert_non_null(tool);
	assert_int_equal(fwrite(buf.p, 1, buf.n - 1, tool), buf.n - 1);
	assert_int_equal(pclose(tool), 0);
	sdk_buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_in_base_units),
	    cmocka_unit_test(buckets_are_cumulative),
	    cmocka_unit_test(promtool_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
