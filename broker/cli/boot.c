/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/maps.h"
#include "store/supplier_rows.h"

static int64_t log_now(void *clock)
{
	struct clock *system = clock;
	return system->now_ms(system);
}

static void set_up_log(struct boot *boot)
{
	static const char *const level[] = {"debug", "info", "warn", "error"};
	bool is_terminal = isatty(STDERR_FILENO) == 1;
	struct ent_str format = boot->config->log.format;

	boot->log = (struct log){.fd = STDERR_FILENO, .level = LOG_INFO, .now_ms = log_now, .clock = clock_system()};
	for (int i = 0; i < 4; i++)
		if (sdk_eqz(boot->config->log.level, level[i]))
			boot->log.level = (enum log_level)i;
	boot->log.format = sdk_eqz(format, "json") || (!sdk_eqz(format, "text") && !is_terminal) ? LOG_JSON : LOG_TEXT;
	boot->log.color = is_terminal;
}

enum ent_rc boot_load(struct boot *boot, const char *config_path, bool with_suppliers, struct ent_err *err)
{
	*boot = (struct boot){.lock = -1};
	config_path = config_where(config_path);
	/* Once without suppliers: it says where the connectors are. */
	enum ent_rc rc = config_load(config_path, NULL, &boot->config, err);
	if (rc != ENT_OK)
		return rc;
	set_up_log(boot);
	if (!with_suppliers)
		return ENT_OK;
	char *folder = sdk_z(&boot->config->arena.abi, boot->config->connector_dir);
	rc = plugins_load(folder, &boot->plugins, err);
	if (rc != ENT_OK)
		return rc;
	struct config *config;
	rc = config_load(config_path, boot->plugins, &config, err);
	if (rc != ENT_OK)
		return rc;
	config_free(boot->config);
	boot->config = config;
	return ENT_OK;
}

enum ent_rc boot_reload(const struct boot *boot, const char *config_path, struct config **ret, struct ent_err *err)
{
	enum ent_rc rc = config_load(config_where(config_path), boot->plugins, ret, err);

	if (rc != ENT_OK || sdk_eq((*ret)->organisation, boot->config->organisation))
		return rc;
	config_free(*ret);
	*ret = NULL;
	return sdk_fail(err, ENT_EINVAL,
			"organisation: our own name is fixed once the store is made: set it back to %.*s",
			ENT_F(boot->config->organisation));
}

static void map_overlay(struct boot *boot, struct db *db, struct supplier_set *set, struct supplier *supplier)
{
	struct ent_arena *arena = &set->arena.abi;
	struct map_row_version row;
	struct maps maps;
	struct ent_err err;

	if (!map_active(db, arena, supplier->name, &row))
		return;
	/* it was good when it was published, by the connector of then */
	if (maps_parse(arena, sdk_dup(arena, row.json), supplier->connector, &maps, &err) != ENT_OK) {
		log_write(&boot->log, LOG_ERROR, "map.refused", LOG_STR("supplier", supplier->name),
			  LOG_INT("version", row.version), LOG_Z("why", err.msg),
			  LOG_Z("next", "the configuration's map is in force; publish a corrected map"), LOG_END);
		return;
	}
	supplier->maps = maps;
	supplier->map_version = row.version;
}

enum ent_rc boot_maps(struct boot *boot, struct supplier_set *set, struct ent_err *err)
{
	struct store_meta meta;
	struct sdk_arena arena;
	struct db *db = NULL;
	enum ent_rc rc;

	sdk_arena_init(&arena);
	rc = store_open_read(sdk_z(&arena.abi, boot_path(boot, BOOT_STORE)), NULL, &db, &meta, err);
	sdk_arena_release(&arena);
	if (rc != ENT_OK)
		return rc;
	for (size_t i = 0; i < set->n; i++)
		map_overlay(boot, db, set, &set->at[i]);
	if (db_failed(db))
		rc = sdk_fail(err, ENT_EINVAL, "the published maps cannot be read: %s", db_error(db));
	db_close(db);
	return rc;
}

struct ent_str boot_path(const struct boot *boot, const char *name)
{
	struct ent_str dir = boot->config->data_dir;
	return sdk_format(&boot->config->arena.abi, "%.*s/%s", (int)dir.n, dir.p, name);
}

enum ent_rc boot_store(struct boot *boot, const char *config_path, const char *given, const char **ret,
		       struct ent_err *err)
{
	enum ent_rc rc = given ? ENT_OK : boot_load(boot, config_path, false, err);

	if (rc != ENT_OK)
		return rc;
	*ret = given ? given : sdk_z(&boot->config->arena.abi, boot_path(boot, BOOT_STORE));
	if (access(*ret, F_OK) == 0 || errno != ENOENT)
		return ENT_OK; /* any other fault is reported when it is opened */
	if (given)
		return sdk_fail(err, ENT_EINVAL, "no store at %s", given);
	if (boot->config->path.n == 0)
		return sdk_fail(err, ENT_EINVAL, "no store at %s: give --config FILE or --store FILE", *ret);
	return sdk_fail(err, ENT_EINVAL,
			"no store at %s, in data_dir of %.*s: a broker creates it at its first start. If the store is "
			"elsewhere, give --store FILE",
			*ret, ENT_F(boot->config->path));
}

enum ent_rc boot_lock(struct boot *boot, struct ent_err *err)
{
	const char *dir = sdk_z(&boot->config->arena.abi, boot->config->data_dir);
	const char *path = sdk_z(&boot->config->arena.abi, boot_path(boot, "lock"));

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return sdk_fail(err, ENT_EINVAL, "data_dir %s cannot be made: %s", dir, strerror(errno));
	boot->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (boot->lock < 0)
		return sdk_fail(err, ENT_EINVAL, "%s cannot be opened: %s", path, strerror(errno));
	if (flock(boot->lock, LOCK_EX | LOCK_NB) != 0)
		return sdk_fail(err, ENT_EINVAL, "another broker works in %s; end it, or name another data_dir", dir);
	return ENT_OK;
}

void boot_release(struct boot *boot)
{
	config_free(boot->config);
	plugins_unload(boot->plugins);
	if (boot->lock >= 0)
		close(boot->lock);
}

void boot_bus_options(const struct boot *boot, const struct store_meta *meta, struct bus_options *ret)
{
	struct config *config = boot->config;
	struct bus_pair *pass = SDK_NEW_N(&config->arena.abi, struct bus_pair, config->kafka.n_pass + 1);

	for (size_t i = 0; i < config->kafka.n_pass; i++)
		pass[i] = (struct bus_pair){config->kafka.pass[i].name, config->kafka.pass[i].value};
	*ret = (struct bus_options){
	    .brokers = config->kafka.brokers,
	    .partitions = meta ? meta->partitions : (int32_t)config->kafka.partitions,
	    .replication = (int32_t)config->kafka.replication,
	    .retention_ms = config->kafka.retention_days < 0 ? -1 : config->kafka.retention_days * 86400000,
	    .pass = pass,
	    .n_pass = config->kafka.n_pass,
	    .relay = {.batch_max = config->kafka.batch_max,
		      .bytes_max = 16 << 20,
		      .pause_us = config->kafka.pause_us,
		      .idle_ms = 3600000,
		      .source = config->source},
	    .store_path = boot_path(boot, BOOT_STORE),
	};
}

int boot_arguments(int argc, char **argv, const char *help, const char **ret_config)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int option;

	*ret_config = NULL;
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option != 'c') {
			fputs(help, stderr);
			return 2;
		}
		*ret_config = optarg;
	}
	if (optind < argc) {
		fprintf(stderr, "entente %s: '%s' is one argument too many\n", argv[0], argv[optind]);
		return 2;
	}
	return -1;
}

void boot_keep_memory(void)
{
	enum { KEPT = 4 << 20, AT_ONCE = 256 << 10, ALONE = 1 << 20 };

	(void)mallopt(M_TRIM_THRESHOLD, KEPT);
	(void)mallopt(M_TOP_PAD, AT_ONCE);
	(void)mallopt(M_MMAP_THRESHOLD, ALONE);
}
