/* SPDX-License-Identifier: Apache-2.0 */
/* entente check: everything that can be known before a start, a line each, changing nothing. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/bus_check.h"
#include "bus/bus_read.h"
#include "cli/check_supplier.h"
#include "cli/command.h"
#include "core/origin.h"
#include "store/deliveries.h"

#define REPORT_MAX (4u << 20)
#define LAG_MS     60000 /* a topic that is further behind is worth a word */

static const char help[] = "Usage: entente check [--config FILE] [--no-kafka] [--json]\n"
			   "\n"
			   "Looks at everything `entente serve` needs, without starting or changing anything:\n"
			   "configuration, connectors, suppliers with their secrets and maps, folder, store,\n"
			   "Kafka and its topics. Ends with 1 when something would stop the start.\n"
			   "\n"
			   "  --config FILE   the configuration; else ENTENTE_CONFIG, else the defaults\n"
			   "  --no-kafka      leave Kafka alone\n"
			   "  --json          {\"ok\", \"checks\": [{\"name\", \"result\", \"text\"}]}\n"
			   "  --help          this text\n"
			   "\n"
			   "Examples: entente check --config /etc/entente/entente.yaml\n"
			   "          entente check --config entente.yaml --no-kafka --json\n";

/* ---- configuration and connectors ------------------------------------------------ */

static void problems_say(struct check *check, const struct sdk_buf *report)
{
	struct ent_str rest = sdk_buf_view(report);

	while (rest.n > 0) {
		struct ent_str line = sdk_cut(rest, '\n', &rest);

		check_say(check, RESULT_FAIL, "configuration", "%.*s", (int)line.n, line.p);
	}
}

/* False: what follows has nothing to look at. */
static bool config_check(struct check *check, const char *path)
{
	struct sdk_buf report;
	struct config *config = NULL;
	struct ent_err err;
	bool well;

	sdk_buf_init(&report, REPORT_MAX);
	well = config_load_report(path, NULL, &report, &check->boot.config, &err) == ENT_OK;
	if (well) {
		config = check->boot.config;
		well = plugins_load(sdk_z(&config->arena.abi, config->connector_dir), &check->boot.plugins, &err) ==
		       ENT_OK;
		if (!well)
			check_say(check, RESULT_FAIL, "connectors", "%s", err.msg);
	}
	if (well && path) {
		well = config_load_report(path, check->boot.plugins, &report, &config, &err) == ENT_OK;
		if (well) {
			config_free(check->boot.config);
			check->boot.config = config;
		}
	}
	problems_say(check, &report);
	sdk_buf_release(&report);
	if (well)
		check_say(check, RESULT_OK, "configuration", "%s, %zu supplier%s%s%.*s",
			  path ? path : "none, the defaults", config->suppliers->n,
			  config->suppliers->n == 1 ? "" : "s", config->organisations.n ? "; besides them: " : "",
			  ENT_F(config->organisations));
	return well;
}

static void connectors_check(struct check *check)
{
	const struct plugins *plugins = check->boot.plugins;
	struct ent_str folder = check->boot.config->connector_dir;
	struct sdk_buf names;

	sdk_buf_init(&names, 32 * 1024);
	for (size_t i = 0; i < plugins_count(plugins); i++)
		sdk_buf_format(&names, "%s%s %s", i ? ", " : "", plugins_at(plugins, i)->name,
			       plugins_at(plugins, i)->version);
	if (plugins_count(plugins) == 0)
		check_say(check, RESULT_WARN, "connectors", "none in %.*s: set connector_dir", (int)folder.n, folder.p);
	else
		check_say(check, RESULT_OK, "connectors", "%.*s (%.*s)", (int)names.n, names.p, (int)folder.n,
			  folder.p);
	sdk_buf_release(&names);
}

/* ---- this machine ---------------------------------------------------------------------- */

/* The nearest folder above that exists, in which data_dir would be made. */
static void parent_check(struct check *check, const char *path)
{
	struct sdk_arena arena;
	struct stat st;
	char *up;

	sdk_arena_init(&arena);
	up = sdk_z(&arena.abi, path[0] == '/' ? sdk_str(path) : sdk_format(&arena.abi, "./%s", path));
	for (char *slash; stat(up, &st) != 0 && (slash = strrchr(up, '/'));)
		*(slash == up ? slash + 1 : slash) = '\0';
	if (!S_ISDIR(st.st_mode))
		check_say(check, RESULT_FAIL, "data_dir", "%s is no folder: %s cannot be made in it", up, path);
	else if (access(up, W_OK | X_OK) != 0)
		check_say(check, RESULT_FAIL, "data_dir", "%s is not there and cannot be made in %s: %s", path, up,
			  strerror(errno));
	else
		check_say(check, RESULT_OK, "data_dir", "%s will be made", path);
	sdk_arena_release(&arena);
}

static void folder_check(struct check *check)
{
	struct config *config = check->boot.config;
	const char *path = sdk_z(&config->arena.abi, config->data_dir);
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT)
		parent_check(check, path);
	else if (stat(path, &st) != 0)
		check_say(check, RESULT_FAIL, "data_dir", "%s: %s", path, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		check_say(check, RESULT_FAIL, "data_dir", "%s is no folder", path);
	else if (access(path, R_OK | W_OK | X_OK) != 0)
		check_say(check, RESULT_FAIL, "data_dir", "%s: %s; it must belong to the user that runs the broker",
			  path, strerror(errno));
	else if (st.st_mode & S_IRWXO)
		check_say(check, RESULT_WARN, "data_dir",
			  "%s is open to everyone on this machine (mode %04o): chmod o-rwx it", path,
			  (unsigned)(st.st_mode & 07777));
	else
		check_say(check, RESULT_OK, "data_dir", "%s can be written", path);
}

/* Warns about deliveries left to suppliers that the configuration does not have. */
static void stranded_say(struct check *check, struct db *db)
{
	enum { GONE_MAX = 64 };
	struct stranded *gone = SDK_NEW_N(&check->boot.config->arena.abi, struct stranded, GONE_MAX);
	size_t n = delivery_stranded(db, &check->boot.config->arena.abi, check->boot.config->suppliers, gone, GONE_MAX);

	for (size_t i = 0; i < n; i++)
		check_say(check, RESULT_WARN, "store",
			  "%.*s is not in the configuration. At the start %lld deliveries to it will be parked; %lld "
			  "are parked "
			  "or unknown already. To deliver them, put it back. To see them: entente delivery list "
			  "--supplier %.*s",
			  ENT_F(gone[i].supplier), (long long)gone[i].n_pending, (long long)gone[i].n_still,
			  ENT_F(gone[i].supplier));
}

/* Fills ret_meta and says true when there is a store that can be read. */
static bool check_store_file(struct check *check, struct store_meta *ret_meta)
{
	struct config *config = check->boot.config;
	const char *path = sdk_z(&config->arena.abi, boot_path(&check->boot, BOOT_STORE));
	struct db *db = NULL;
	struct stat st;
	struct ent_err err;

	if (stat(path, &st) != 0 && errno == ENOTDIR)
		return false; /* told as data_dir */
	if (stat(path, &st) != 0 && errno == ENOENT) {
		check_say(check, RESULT_OK, "store", "%s will be made", path);
		return false;
	}
	if (store_open_read(path, NULL, &db, ret_meta, &err) != ENT_OK) {
		check_say(check, RESULT_FAIL, "store", "%s", err.msg);
		return false;
	}
	stranded_say(check, db);
	db_close(db);
	if (ret_meta->partitions != config->kafka.partitions)
		check_say(check, RESULT_WARN, "store",
			  "%s was made with %d partitions and keeps them; kafka.partitions says %lld", path,
			  (int)ret_meta->partitions, (long long)config->kafka.partitions);
	else
		check_say(check, RESULT_OK, "store", "%s, version %d", path, STORE_VERSION);
	return true;
}

/* "FILE:LINE: " when the words begin with the name of a setting that librdkafka got from the file. */
static struct ent_str pass_place(struct check *check, const char *words)
{
	struct config *config = check->boot.config;
	struct ent_arena *arena = &config->arena.abi;

	for (size_t i = 0; i < config->kafka.n_pass; i++) {
		const struct config_pair *pair = &config->kafka.pass[i];
		struct ent_str name = sdk_format(arena, "kafka.%.*s", (int)pair->name.n, pair->name.p);

		if (sdk_starts(sdk_str(words), sdk_z(arena, name)) && strchr(": ", words[name.n]))
			return sdk_format(arena, "%.*s:%d: ", (int)config->path.n, config->path.p, pair->line);
	}
	return ENT_STR("");
}

static void lag_say(struct check *check, struct db *db, const char *topic, int64_t told)
{
	struct clock *clock = clock_system();
	int64_t oldest_ms = outbox_oldest_ms(db, told), late_ms = clock->now_ms(clock) - oldest_ms;

	if (oldest_ms && late_ms > LAG_MS)
		check_say(check, RESULT_WARN, "kafka",
			  "%s is %lld s behind the store (%lld events); /metrics of the broker says whether it catches "
			  "up",
			  topic, (long long)(late_ms / 1000), (long long)(outbox_last_seq(db) - told));
}

/* Is a topic more than a minute behind a store that has been served already? Only its own stream is looked at. */
static void lag_check(struct check *check, const struct bus_options *options, const struct store_meta *meta)
{
	struct position position;
	struct store_meta seen;
	struct db *db = NULL;
	struct ent_err err;

	if (bus_read_position(options, &position, &err) != ENT_OK || strcmp(position.store_id, meta->store_id) != 0 ||
	    store_open_read(sdk_z(&check->boot.config->arena.abi, options->store_path), NULL, &db, &seen, &err) !=
		ENT_OK)
		return; /* nothing was told yet, or what hinders it is told elsewhere */
	lag_say(check, db, TOPIC_EVENTS, position.seq);
	lag_say(check, db, TOPIC_INCIDENTS, position.snapshots);
	db_close(db);
}

static void kafka_check(struct check *check, const struct store_meta *meta)
{
	struct bus_options options;
	struct sdk_buf report;
	struct ent_str rest;
	struct ent_err err;
	enum ent_rc rc;

	boot_bus_options(&check->boot, meta, &options);
	sdk_buf_init(&report, REPORT_MAX);
	rc = bus_check(&options, &report, &err);
	rest = sdk_buf_view(&report);
	while (rest.n > 0) {
		struct ent_str line = sdk_cut(rest, '\n', &rest);

		check_say(check, options.brokers.n == 0 ? RESULT_WARN : RESULT_OK, "kafka", "%.*s", (int)line.n,
			  line.p);
	}
	if (rc != ENT_OK) {
		struct ent_str place = pass_place(check, err.msg);

		check_say(check, RESULT_FAIL, "kafka", "%.*s%s", (int)place.n, place.p, err.msg);
	} else if (options.brokers.n > 0) {
		check_say(check, RESULT_OK, "kafka", "%.*s can be reached", (int)options.brokers.n, options.brokers.p);
		if (meta)
			lag_check(check, &options, meta);
	}
	sdk_buf_release(&report);
}

static void listen_check(struct check *check)
{
	struct ent_str listen = check->boot.config->http.listen;

	if (sdk_starts(listen, "127.") || sdk_eqz(listen, "::1"))
		return;
	check_say(check, RESULT_WARN, "http",
		  "%.*s can be reached from other machines without TLS: put a reverse proxy in front", (int)listen.n,
		  listen.p);
}

/* ---- all of it --------------------------------------------------------------------------- */

/* Can people sign in, and only over connections that nobody else reads? */
static void ways_in_check(struct check *check)
{
	const struct config *config = check->boot.config;

	if (config->public_url.n)
		check_say(check, RESULT_OK, "sign_in", "people come in at %.*s/sign-in", ENT_F(config->public_url));
	else if (origin_is_loopback(config->http.listen))
		check_say(check, RESULT_OK, "sign_in", "people of this machine come in at %.*s:%lld/sign-in",
			  ENT_F(config->http.listen), (long long)config->http.port);
	else
		check_say(
		    check, RESULT_WARN, "sign_in",
		    "public_url is not set and the broker does not listen on a loopback address: nobody can sign in. "
		    "Set public_url to the address that browsers use, https://...");
	for (size_t i = 0; i < config->n_way; i++) {
		const struct way_in *way = &config->way[i];

		check_say(check, way->link.plain_http ? RESULT_WARN : RESULT_OK, "sign_in",
			  "people of %.*s come from %.*s%s%s", ENT_F(way->organisation), ENT_F(way->issuer),
			  way->required ? ", in no other way" : ", or with a password",
			  way->link.plain_http ? "; plain_http: whoever is on the way can sign in as anybody" : "");
	}
}

static void check_run(struct check *check, const char *path)
{
	struct store_meta meta;
	bool has_store;

	if (!config_check(check, path))
		return;
	connectors_check(check);
	for (size_t i = 0; i < check->boot.config->suppliers->n; i++)
		check_supplier(check, i);
	ways_in_check(check);
	listen_check(check);
	folder_check(check);
	has_store = check_store_file(check, &meta);
	if (check->kafka)
		kafka_check(check, has_store ? &meta : NULL);
}

static void check_finish(struct check *check)
{
	if (check->json) {
		sdk_jsonw_close(&check->w, ']');
		sdk_jsonw_kbool(&check->w, "ok", check->n_fail == 0);
		sdk_jsonw_close(&check->w, '}');
		sdk_buf_z(&check->out, "\n");
	} else if (check->n_fail > 0) {
		sdk_buf_format(&check->out, "%zu of these would stop the start.\n", check->n_fail);
	} else {
		sdk_buf_format(&check->out, "Ready to start%s.\n", check->n_warn ? ", see the warnings" : "");
	}
	(void)fwrite(check->out.p, 1, check->out.n, stdout); /* the exit status says the same */
}

static bool check_options(int argc, char **argv, struct check *check, const char **path, int *ret_status)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"no-kafka", no_argument, NULL, 'k'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};

	optind = 1;
	for (int option; (option = getopt_long(argc, argv, "hc:", options, NULL)) != -1;) {
		if (option == 'h' || option == '?') {
			fputs(help, option == 'h' ? stdout : stderr);
			*ret_status = option == 'h' ? 0 : 2;
			return false;
		}
		if (option == 'c')
			*path = optarg;
		check->kafka &= option != 'k';
		check->json |= option == 'j';
	}
	if (optind == argc)
		return true;
	fprintf(stderr, "entente check: what is \"%s\"?\n%s", argv[optind], help);
	*ret_status = 2;
	return false;
}

static int check_command(int argc, char **argv)
{
	struct check check = {.kafka = true};
	const char *path = NULL;
	int status = 0;

	if (!check_options(argc, argv, &check, &path, &status))
		return status;
	sdk_buf_init(&check.out, REPORT_MAX);
	if (check.json) {
		sdk_jsonw_init(&check.w, &check.out);
		sdk_jsonw_open(&check.w, '{');
		sdk_jsonw_key(&check.w, "checks");
		sdk_jsonw_open(&check.w, '[');
	}
	check_run(&check, config_where(path));
	check_finish(&check);
	sdk_buf_release(&check.out);
	config_free(check.boot.config);
	plugins_unload(check.boot.plugins);
	return check.n_fail ? 1 : 0;
}

const struct command command_check = {.name = "check",
				      .summary =
					  "verify configuration, connectors, maps, Kafka and store without starting",
				      .run = check_command};
