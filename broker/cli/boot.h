/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that serve, rebuild and fsck share before their own work: configuration, connectors, data_dir, log. */
#ifndef CLI_BOOT_H
#define CLI_BOOT_H

#include "base/log.h"
#include "bus/bus.h"
#include "config/config.h"

struct boot {
	struct plugins *plugins;
	struct config *config;
	struct log log;
	int lock; /* fd of DATA_DIR/lock, -1: not taken */
};

/* config_path NULL: ENTENTE_CONFIG, see config_where(). with_suppliers false: connectors are not loaded. */
enum ent_rc boot_load(struct boot *boot, const char *config_path, bool with_suppliers, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The configuration once more, for a reload; the caller frees it. */
enum ent_rc boot_reload(const struct boot *boot, const char *config_path, struct config **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* The maps that were published stand in for the configuration's, in a set that nobody else has seen yet; the store
 * must be there. */
enum ent_rc boot_maps(struct boot *boot, struct supplier_set *set, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Makes data_dir and takes its lock: one broker per store. */
enum ent_rc boot_lock(struct boot *boot, struct ent_err *err) __attribute__((warn_unused_result));
void boot_release(struct boot *boot);

/* The store that a command works on: `given`; if NULL, the store of the configuration, which is loaded for it. The file
 * must exist. *ret lives as long as boot and `given`. */
enum ent_rc boot_store(struct boot *boot, const char *config_path, const char *given, const char **ret,
		       struct ent_err *err) __attribute__((warn_unused_result));

/* DATA_DIR/name in the configuration's arena. */
struct ent_str boot_path(const struct boot *boot, const char *name);
#define BOOT_STORE   "entente.db"
#define BOOT_SLOTS   "slots"
#define BOOT_ADDRESS "kafka.address"
void boot_bus_options(const struct boot *boot, const struct store_meta *meta, struct bus_options *ret);

/* A webhook takes and gives back the same tens of KB. Each thread keeps them, where the library would give them back to
 * the system and fetch them again each time. Before the first thread. */
void boot_keep_memory(void);

/* --config FILE and --help of a command without other options. Returns -1 to go on, else the exit status. */
int boot_arguments(int argc, char **argv, const char *help, const char **ret_config);

#endif
