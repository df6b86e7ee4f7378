/* SPDX-License-Identifier: Apache-2.0 */
/* Relaxed atomics: each number is true by itself; a scrape is no snapshot over all of them. */
#include "base/metric.h"

#define BUCKET_FIRST_US 100 /* upper bound of the first bucket; each next one doubles it */

static const struct {
	enum metric_kind kind;
	const char *name, *help;
} value_facts[METRIC_N] = {
#define X(id, kind, name, help) [id] = {METRIC_##kind, name, help},
    METRIC_TABLE(X)
#undef X
};

static const struct {
	const char *name, *help;
} histogram_facts[METRIC_HISTOGRAM_N] = {
#define X(id, name, help) [id] = {name, help},
    METRIC_HISTOGRAM_TABLE(X)
#undef X
};

void metric_add(struct metrics *metrics, enum metric metric, int64_t n)
{
	atomic_fetch_add_explicit(&metrics->value[metric], n, memory_order_relaxed);
}

void metric_set(struct metrics *metrics, enum metric metric, int64_t value)
{
	atomic_store_explicit(&metrics->value[metric], value, memory_order_relaxed);
}

int64_t metric_get(struct metrics *metrics, enum metric metric)
{
	return atomic_load_explicit(&metrics->value[metric], memory_order_relaxed);
}

void metric_observe(struct metrics *metrics, enum metric_histogram histogram, int64_t us)
{
	int64_t bound = BUCKET_FIRST_US;
	size_t i = 0;

	if (us < 0)
		us = 0;
	for (; i < METRIC_BUCKETS && us > bound; i++)
		bound *= 2;
	atomic_fetch_add_explicit(&metrics->histogram[histogram].bucket[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->histogram[histogram].sum_us, us, memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->histogram[histogram].count, 1, memory_order_relaxed);
}

/* n units, each 1/scale of a base unit, as a decimal without trailing zeros: 1500 of 1/1000 s is "1.5". */
static void print_scaled(struct sdk_buf *buf, int64_t n, int64_t scale)
{
	int64_t whole = n / scale, part = n % scale;

	if (n < 0) {
		sdk_buf_z(buf, "-");
		whole = -whole;
		part = -part;
	}
	sdk_buf_int(buf, whole);
	if (part == 0)
		return;
	sdk_buf_z(buf, ".");
	for (scale /= 10; part > 0; scale /= 10) {
		sdk_buf_int(buf, part / scale);
		part %= scale;
	}
}

static void family_head(struct sdk_buf *buf, const char *name, const char *help, const char *type)
{
	sdk_buf_format(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_histogram(struct metrics *metrics, enum metric_histogram histogram, struct sdk_buf *buf)
{
	const char *name = histogram_facts[histogram].name;
	int64_t below = 0, bound = BUCKET_FIRST_US;

	family_head(buf, name, histogram_facts[histogram].help, "histogram");
	for (size_t i = 0; i <= METRIC_BUCKETS; i++, bound *= 2) {
		below += atomic_load_explicit(&metrics->histogram[histogram].bucket[i], memory_order_relaxed);
		sdk_buf_format(buf, "%s_bucket{le=\"", name);
		if (i < METRIC_BUCKETS)
			print_scaled(buf, bound, 1000000);
		else
			sdk_buf_z(buf, "+Inf");
		sdk_buf_format(buf, "\"} %lld\n", (long long)below);
	}
	sdk_buf_format(buf, "%s_sum ", name);
	print_scaled(buf, atomic_load_explicit(&metrics->histogram[histogram].sum_us, memory_order_relaxed), 1000000);
	/* The buckets' own total: the counter may be a step ahead of them, and the two must agree. */
	sdk_buf_format(buf, "\n%s_count %lld\n", name, (long long)below);
}

void metric_print(struct metrics *metrics, struct sdk_buf *buf)
{
	for (size_t i = 0; i < METRIC_N; i++) {
		bool counter = value_facts[i].kind == METRIC_COUNTER;

		family_head(buf, value_facts[i].name, value_facts[i].help, counter ? "counter" : "gauge");
		sdk_buf_format(buf, "%s ", value_facts[i].name);
		print_scaled(buf, metric_get(metrics, (enum metric)i),
			     value_facts[i].kind == METRIC_GAUGE_MS ? 1000 : 1);
		sdk_buf_z(buf, "\n");
	}
	for (size_t i = 0; i < METRIC_HISTOGRAM_N; i++)
		print_histogram(metrics, (enum metric_histogram)i, buf);
}
