/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: one YAML file, every setting a row of one table (config_row.c):
 * name, type, unit, default, range, help. Parser, `entente config --help`, the sample
 * file and the manual's table come from it. Errors name the line, the setting, what
 * was found, what is allowed, and the nearest known name.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "core/supplier.h"
#include "core/way_in.h"
#include "config/plugins.h"

#define CONFIG_SIZE_MAX (4u << 20) /* bytes of the file */

struct config_pair {
	struct ent_str name, value; /* a value given as env: or file: is already read; it is wiped with the config */
	struct ent_str reference;   /* that env: or file:, absent when the value stands in the file */
	int line;
};

/* The part of a supplier that only the file knows, beside suppliers->at[i]. */
struct config_note {
	struct ent_str secret[SUPPLIER_SECRET_MAX]; /* references */
	struct ent_str credential;                  /* the same, of auth; absent: none */
	struct ent_str named[SUPPLIER_NAMED_MAX];   /* the same, of each of `credentials` */
	const struct config_pair *setting;          /* as written, without those left to their default */
	size_t n_setting;
	int line;
};

struct config {
	struct sdk_arena arena;
	struct ent_str path; /* of the file; absent: defaults only */

	struct ent_str data_dir;      /* store, tokens, embedded Kafka's address */
	struct ent_str connector_dir; /* ':'-separated; never empty: the default is where this program's own are */
	struct ent_str source;        /* CloudEvents source, "/entente" */
	struct ent_str organisation;  /* our own; also suppliers->ours */
	int64_t undo_ms;              /* what a person writes for others is held so long */
	struct ent_str organisations; /* those named beside the suppliers'; comma separated, also suppliers->named */

	struct ent_str presence;     /* organisations that let others see who has an incident open; comma separated */
	struct ent_str requester_at; /* a supplier; also suppliers->requester_at; empty: nowhere */
	int64_t handover_lapses_ms;  /* also suppliers->handover_lapses_ms */
	int64_t silence_after_ms;    /* also suppliers->silence_after_ms */
	struct ent_str public_url;   /* our own address as people's browsers see it; empty: not set */

	struct {
		struct ent_str listen, proxies;
		int64_t port, threads, read_threads, read_ms, body_max, header_max, connections_max,
		    connections_per_ip_max, idle_s, request_s, sse_max;
	} http;
	struct {
		int64_t idle_s, absolute_s;
	} sessions;
	struct {
		int64_t size_max, staged_max, total_max, check_ms;
		struct ent_str check; /* a program and its arguments, with spaces between; empty: none */
	} attachments;
	struct {
		struct ent_str brokers; /* empty: embedded */
		int64_t partitions;     /* of entente.events.v1 */
		int64_t replication;    /* of topics that Entente makes */
		int64_t retention_days; /* of events; -1 for ever */
		int64_t batch_max, pause_us;
		const struct config_pair *pass; /* any other kafka.* setting, for librdkafka */
		size_t n_pass;
	} kafka;
	struct {
		int64_t queue_max, batch_max, wal_pages, raw_days; /* raw_days: how long raw arrivals are kept */
	} store;
	struct ent_str search; /* on off */
	struct {
		struct ent_str level, format; /* debug info warn error; json text auto */
	} log;

	struct supplier_set *suppliers; /* one reference, owned by the config; never NULL */
	const struct config_note *note; /* one for each of suppliers->at */

	struct way_in *way;         /* how people come in, of each organisation with a provider */
	struct ent_str *way_secret; /* references, one for each; absent: none */
	size_t n_way;
};

/* The file that a command reads: the one given with --config, else the one that ENTENTE_CONFIG names; NULL: neither. */
const char *config_where(const char *given);
/* path NULL: defaults, no suppliers. plugins NULL: suppliers are not looked at. Environment variables are only read
 * for "env:" secrets: ENTENTE_CONFIG counts only for commands that call config_where(). On failure *ret is untouched.
 */
enum ent_rc config_load(const char *path, const struct plugins *plugins, struct config **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The same, and every problem of the file on a line of its own in *report, not only the first. */
enum ent_rc config_load_report(const char *path, const struct plugins *plugins, struct sdk_buf *report,
			       struct config **ret, struct ent_err *err) __attribute__((warn_unused_result));
void config_free(struct config *config); /* takes NULL */

#endif
