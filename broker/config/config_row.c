/* SPDX-License-Identifier: Apache-2.0 */
/* Every setting but the suppliers', and how its value is read and written. */
#include "config/config_row.h"

#include <arpa/inet.h>
#include <string.h>

#include "config/config_amount.h"
#include "core/audience.h"
#include "core/organisation.h"
#include "core/origin.h"
#include "core/range.h"

#define ROW(name, type, member, dflt, sample, unit, min, max, words, help)                                             \
	{                                                                                                              \
		name, type, offsetof(struct config, member), dflt, sample, unit, min, max, words, help, false          \
	}
#define TEXT(name, member, dflt, words, help)   ROW(name, CONFIG_TEXT, member, dflt, NULL, NULL, 0, 0, words, help)
#define INT(name, member, dflt, min, max, help) ROW(name, CONFIG_INT, member, dflt, NULL, NULL, min, max, NULL, help)
#define BYTES(name, member, dflt, min, max, help)                                                                      \
	ROW(name, CONFIG_BYTES, member, dflt, NULL, NULL, min, max, NULL, help)
#define TIME(name, member, dflt, unit, min, max, help)                                                                 \
	ROW(name, CONFIG_TIME, member, dflt, NULL, unit, min, max, NULL, help)

#define KIB 1024ll
#define MIB (1024 * KIB)

static const struct config_row rows[] = {
    ROW("data_dir", CONFIG_TEXT, data_dir, "entente-data", "/var/lib/entente", NULL, 0, 0, NULL,
	"Folder of the store and of the embedded Kafka's address. Created when missing; only its owner can read it."),
    TEXT("connector_dir", connector_dir, "", NULL,
	 "Folders with connectors (*.so), separated by ':'. Empty: those installed with this program."),
    TEXT("source", source, "/entente", NULL,
	 "The CloudEvents source of every event: the name of this broker. Do not change it later."),

    TEXT("organisation", organisation, ORGANISATION_OURS, NULL,
	 "Name of our own organisation: a-z 0-9 and -. It stands in events. Fixed once the store is made."),

    TEXT(
	"organisations", organisations, "", NULL,
	"Organisations that take part and have no tool here: names, as a list or with commas between. An incident can "
	"be shared with "
	"them, comments can be for them, and one can hold the ball. Nothing is delivered: tell their people yourself."),

    TEXT("requester_at", requester_at, "", NULL,
	 "The supplier in whose tool the requester has a ticket: plain words for the requester go there as a public "
	 "comment. Empty: nobody outside reads them."),
    TIME("handover_lapses", handover_lapses_ms, "24h", "ms", 60000, 2592000000,
	 "A proposed hand-over that nobody accepts or declines ends after this time; the holder keeps the incident."),
    TIME("silence_after", silence_after_ms, "4h", "ms", 60000, 2592000000,
	 "Without a word of its holder for this time an incident stands higher in the list of work, the holder's and "
	 "ours. A comment is a word, and so is a change of the status; a promise of news counts until its time."),
    TEXT("public_url", public_url, "", NULL,
	 "Address of this broker as people's browsers see it, https://host with nothing behind it; http: only of a "
	 "loopback address. Links and cookies come from it. Empty: http://127.0.0.1 and the port while the broker "
	 "listens on a loopback address; else nobody can sign in."),

    TEXT("presence", presence, "", NULL,
	 "Organisations whose people and those of the others here see that somebody has an incident open: names, as a "
	 "list or with commas between. Without this people see only their own organisation's. That somebody writes is "
	 "shown to the own organisation alone."),
    {"undo", CONFIG_TIME, offsetof(struct config, undo_ms), "10s", NULL, "ms", 1000, 60000, NULL,
     "What a person writes for others is held for this time, and can be undone: only the person's own organisation "
     "reads it. 0: it is sent at once. What machines write is never held.",
     true},

    TEXT(
	"search", search, "on", "on off",
	"Whether the broker keeps an index of words beside the store, data_dir/search.sqlite, for searches. It is made "
	"from the store and can be deleted."),

    TEXT("http.listen", http.listen, "127.0.0.1", NULL,
	 "IPv4 or IPv6 address to listen on. The broker speaks no TLS: put a reverse proxy in front."),
    INT("http.port", http.port, "8480", 0, 65535, "TCP port; 0 takes any free one and says which."),
    INT("http.threads", http.threads, "2", 1, 64, "Threads that take requests."),
    INT("http.read_threads", http.read_threads, "2", 1, 64,
	"Threads that read the store for lists, searches and threads, so that no webhook waits for them."),
    TIME("http.read", http.read_ms, "10s", "ms", 1, 600000,
	 "A read that takes longer is stopped and answered 503. Ask again with a narrower filter."),
    BYTES("http.body_max", http.body_max, "1MiB", 1 * KIB, 64 * MIB,
	  "Largest body of a request; a larger one is answered 413."),
    BYTES("http.header_max", http.header_max, "32KiB", 4 * KIB, 1 * MIB,
	  "Largest head of a request; a larger one is answered 431."),
    INT("http.connections_max", http.connections_max, "1024", 1, 65536,
	"Connections at the same time; one more is answered 503."),
    INT("http.connections_per_ip_max", http.connections_per_ip_max, "256", 0, 65536,
	"The same for one address; 0 is no limit. Behind a proxy all connections come from one."),
    TEXT("http.proxies", http.proxies, "", NULL,
	 "Ranges of your reverse proxies, as a list or with commas between, e.g. [10.1.0.7/32]. Only their "
	 "X-Forwarded-For is believed. Who signs in with wrong passwords is held back by address."),
    TIME("http.idle", http.idle_s, "60s", "s", 1, 3600, "A connection that sends nothing for this time is closed."),
    TIME("http.request", http.request_s, "30s", "s", 1, 3600,
	 "First to last byte of a request; a slower one is answered 408."),
    INT("http.sse_max", http.sse_max, "64", 0, 10000, "Live event streams (/v1/live) at the same time."),

    TIME("sessions.idle", sessions.idle_s, "12h", "s", 60, 2592000,
	 "A person who does nothing for this time has to sign in again."),
    TIME("sessions.absolute", sessions.absolute_s, "7d", "s", 60, 7776000,
	 "The same for everybody so long after signing in, whatever they did."),

    BYTES("attachments.size_max", attachments.size_max, "25MiB", 1 * KIB, 1024 * MIB,
	  "Largest file that somebody uploads; a larger one is answered 413."),
    BYTES("attachments.staged_max", attachments.staged_max, "100MiB", 1 * KIB, 10240 * MIB,
	  "Bytes that one person may have uploaded and not yet sent with a comment. They go after a day."),
    BYTES("attachments.total_max", attachments.total_max, "10GiB", 1 * MIB, 1048576 * MIB,
	  "Bytes of all files, in data_dir/files. Beyond it uploads are answered 503, and nothing else is."),
    TEXT("attachments.check", attachments.check, "", NULL,
	 "A program that looks at each upload before anybody gets it: its path and arguments with spaces between, no "
	 "shell; the file's path comes last. It ends with 0: clean; with 1: refused. Anything else, and one that takes "
	 "longer than attachments.check_time: the file stays with its uploader and is looked at again. Empty: none."),
    TIME("attachments.check_time", attachments.check_ms, "30s", "ms", 100, 600000,
	 "attachments.check is ended after this time."),

    TEXT("kafka.brokers", kafka.brokers, "", NULL,
	 "host:port, several with commas. Empty: an embedded Kafka for evaluation, whose events are lost when the "
	 "broker ends."),
    INT("kafka.partitions", kafka.partitions, "4", 1, 1000,
	"Partitions of entente.events.v1. Fixed once the store is made."),
    INT("kafka.replication", kafka.replication, "1", 1, 10,
	"Copies of each topic that Entente makes: 3 on a cluster of three or more."),
    ROW("kafka.retention", CONFIG_TIME, kafka.retention_days, "forever", NULL, "d", 1, 36500, "forever",
	"How long Kafka keeps events. `entente rebuild` can restore only what Kafka still has."),
    INT("kafka.batch_max", kafka.batch_max, "4000", 1, 100000, "Most events in one Kafka transaction."),
    TIME("kafka.pause", kafka.pause_us, "3ms", "us", 0, 1000000,
	 "Shortest pause between two transactions; the broker lengthens it under load and for a slow Kafka."),

    INT("store.queue_max", store.queue_max, "8192", 16, 1000000,
	"Changes waiting for the writer; one more is answered 503."),
    INT("store.batch_max", store.batch_max, "512", 1, 100000, "Most changes in one commit."),
    INT("store.wal_pages", store.wal_pages, "2000", 100, 1000000,
	"Checkpoint when SQLite's write-ahead log has more pages (8 KiB each)."),
    TIME("store.raw", store.raw_days, "30d", "d", 1, 3650,
	 "How long raw arrivals are kept, compressed. A webhook that comes a second time is recognised for as long."),

    TEXT("log.level", log.level, "info", "debug info warn error", "The least important lines that are written."),
    TEXT("log.format", log.format, "auto", "json text auto", "auto: text on a terminal, else one JSON object a line."),
    {0},
};

const struct config_row *config_rows(void)
{
	return rows;
}

/* ---- texts ---------------------------------------------------------------------- */

static const char *next_word(const void *of, size_t i)
{
	const struct ent_str *word = of; /* ends with an absent one; each is NUL-terminated */

	return word[i].p;
}

static bool word_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
		      struct ent_str text)
{
	struct ent_str word[17] = {{0}}, rest = sdk_str(row->words), near;

	for (size_t n = 0; rest.p && n < 16; n++) {
		word[n] = sdk_cut(rest, ' ', &rest);
		if (sdk_eq(word[n], text))
			return true;
		word[n].p = sdk_z(&reader->arena.abi, word[n]);
	}
	near = config_nearest(reader, text, next_word, word);
	return config_amount_refuse(reader, row, node, text, sdk_z(&reader->arena.abi, near));
}

static bool is_address(struct config_reader *reader, struct ent_str text)
{
	unsigned char ip[sizeof(struct in6_addr)];
	const char *z = sdk_z(&reader->arena.abi, text);

	return inet_pton(AF_INET, z, ip) == 1 || inet_pton(AF_INET6, z, ip) == 1;
}

bool config_row_organisation(struct config_reader *reader, const struct config_node *node, struct ent_str name)
{
	if (organisation_is_name(name) && !audience_is_word(name))
		return true;
	config_problem(reader, node->line, node->name,
		       "found %.*s, allowed: 1 to %d of a-z, 0-9 and -, not - first, and none of internal, everyone, "
		       "requester",
		       ENT_F(config_found(reader, name)), SUPPLIER_NAME_MAX);
	return false;
}

static bool public_url_vet(struct config_reader *reader, const struct config_node *node, struct ent_str text)
{
	bool is_plain;

	if (text.n == 0 || origin_is_public(text, &is_plain))
		return true;
	config_problem(reader, node->line, node->name,
		       "found %.*s, allowed: https://host or https://host:port with nothing behind it, not even a "
		       "slash; http: only of a loopback address",
		       ENT_F(config_found(reader, text)));
	return false;
}

static bool text_vet(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
		     struct ent_str text)
{
	struct ent_str found = config_found(reader, text);

	if (row->words)
		return word_read(reader, row, node, text);
	if (row->offset == offsetof(struct config, http.listen) && !is_address(reader, text)) {
		config_problem(reader, node->line, node->name,
			       "found %.*s, allowed: an IPv4 or IPv6 address, e.g. 127.0.0.1 or ::1", (int)found.n,
			       found.p);
		return false;
	}
	if (row->offset == offsetof(struct config, organisation))
		return config_row_organisation(reader, node, text);
	if (row->offset == offsetof(struct config, public_url))
		return public_url_vet(reader, node, text);
	if (text.n == 0 && row->dflt[0]) {
		config_problem(reader, node->line, node->name, "may not be empty");
		return false;
	}
	if (text.n > 4096) {
		config_problem(reader, node->line, node->name, "has more than 4096 bytes");
		return false;
	}
	return true;
}

/* ---- rows ----------------------------------------------------------------------- */

static struct ent_str *row_text(const struct config_row *row, struct config *config)
{
	return (struct ent_str *)(void *)((char *)config + row->offset);
}

static int64_t *row_amount(const struct config_row *row, struct config *config)
{
	return (int64_t *)(void *)((char *)config + row->offset);
}

/* A list, or one text with commas between the names. */
static bool names_read(struct config_reader *reader, const struct config_node *node, struct ent_str *ret)
{
	const struct config_node *item = NULL;
	struct ent_str text = ENT_STR(""), one;

	if (!node->yaml || node->yaml->type != YAML_SEQUENCE_NODE)
		return config_text(reader, node, ret);
	for (size_t i = 0, n = config_items(reader, node, &item); i < n; i++) {
		if (!config_text(reader, &item[i], &one))
			return false;
		text = sdk_format(&reader->arena.abi, "%.*s%s%.*s", ENT_F(text), i ? "," : "", ENT_F(one));
	}
	*ret = text;
	return true;
}

/* Names of organisations, with commas between. */
static bool organisations_read(struct config_reader *reader, const struct config_node *node, struct config *config,
			       struct ent_str *ret)
{
	struct ent_str rest = ENT_ABSENT, list = ENT_STR("");
	bool ok = names_read(reader, node, &rest);

	while (ok && rest.n) {
		struct ent_str name = sdk_trim(sdk_cut(rest, ',', &rest));

		ok = config_row_organisation(reader, node, name);
		list = sdk_join(&reader->arena.abi, list, ",", name);
	}
	*ret = ok ? sdk_dup(&config->arena.abi, list) : ENT_STR("");
	return ok;
}

static bool proxies_read(struct config_reader *reader, const struct config_node *node, struct config *config)
{
	struct ent_str list = ENT_STR(""), rest;

	if (!names_read(reader, node, &list))
		return false;
	for (rest = list; rest.n;) {
		struct ent_str range = sdk_trim(sdk_cut(rest, ',', &rest));

		if (range_is_cidr(range))
			continue;
		config_problem(reader, node->line, node->name,
			       "found %.*s, allowed: ranges with their length, e.g. 10.1.0.7/32 or fd00::/8",
			       ENT_F(config_found(reader, range)));
		return false;
	}
	config->http.proxies = sdk_dup(&config->arena.abi, list);
	return true;
}

bool config_row_read(struct config_reader *reader, const struct config_row *row, const struct config_node *node,
		     struct config *config)
{
	struct ent_str text;

	if (row->offset == offsetof(struct config, organisations) || row->offset == offsetof(struct config, presence))
		return organisations_read(reader, node, config, row_text(row, config));
	if (row->offset == offsetof(struct config, http.proxies))
		return proxies_read(reader, node, config);
	if (!config_text(reader, node, &text))
		return false;
	if (row->type != CONFIG_TEXT)
		return config_amount_read(reader, row, node, text, row_amount(row, config));
	if (!text_vet(reader, row, node, text))
		return false;
	*row_text(row, config) = sdk_dup(&config->arena.abi, text);
	return true;
}

void config_row_default(const struct config_row *row, struct config *config)
{
	struct config_node nowhere = {NULL, ENT_ABSENT, 0};
	struct config_reader reader = {.path = "(default)"};

	if (row->type == CONFIG_TEXT) {
		*row_text(row, config) = sdk_str(row->dflt);
		return;
	}
	sdk_arena_init(&reader.arena);
	sdk_buf_init(&reader.problems, 4096);
	(void)config_amount_read(&reader, row, &nowhere, sdk_str(row->dflt),
				 row_amount(row, config)); /* a test reads every default */
	config_reader_close(&reader);
}

void config_row_text(struct ent_str text, struct sdk_buf *buf)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";
	bool quote = text.n == 0 || text.p[0] == '-' || text.p[0] == '.' || sdk_eqz(text, "null");

	for (size_t i = 0; i < text.n && !quote; i++)
		quote = !memchr(plain, text.p[i], sizeof plain - 1);
	if (!quote) {
		sdk_buf_str(buf, text);
		return;
	}
	sdk_buf_z(buf, "\"");
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F)
			sdk_buf_format(buf, "\\x%02x", (unsigned)(unsigned char)text.p[i]);
		else
			sdk_buf_format(buf, "%s%c", text.p[i] == '"' || text.p[i] == '\\' ? "\\" : "", text.p[i]);
	}
	sdk_buf_z(buf, "\"");
}

void config_row_print(const struct config_row *row, const struct config *config, struct sdk_buf *buf)
{
	const char *at = (const char *)config + row->offset;

	if (row->type == CONFIG_TEXT)
		config_row_text(*(const struct ent_str *)(const void *)at, buf);
	else
		config_amount_print(row, *(const int64_t *)(const void *)at, buf);
}
