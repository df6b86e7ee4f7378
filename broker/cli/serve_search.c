/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/serve_search.h"

enum ent_rc serve_search(struct boot *boot, struct metrics *metrics, struct search **ret, struct ent_err *err)
{
	struct config *config = boot->config;
	struct ent_arena *arena = &config->arena.abi;
	const char *path = sdk_z(arena, boot_path(boot, SEARCH_FILE)),
		   *store_path = sdk_z(arena, boot_path(boot, BOOT_STORE));

	if (!sdk_eqz(config->search, "on"))
		return ENT_OK;
	return search_start(path, store_path, config->suppliers, metrics, &boot->log, ret, err);
}
