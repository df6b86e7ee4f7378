/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/serve_files.h"

#include "cli/entrance_say.h"

enum ent_rc serve_files(const struct boot *boot, struct writer *writer, struct log *log, struct files **ret,
			struct keeping **ret_keeping, struct ent_err *err)
{
	struct config *config = boot->config;
	const struct ent_str path = boot_path(boot, BOOT_STORE);
	const struct keeping_options options = {files_folder(&config->arena.abi, path), path, config->attachments.check,
						(int)config->attachments.check_ms};
	enum ent_rc rc = files_open(options.folder, ret, err);

	return rc == ENT_OK ? keeping_start(&options, *ret, writer, clock_system(), log, ret_keeping, err) : rc;
}

struct edge_options serve_edge_options(const struct boot *boot)
{
	const struct config *config = boot->config;

	return (struct edge_options){.listen = config->http.listen,
				     .port = (int)config->http.port,
				     .threads = (int)config->http.threads,
				     .read_threads = (int)config->http.read_threads,
				     .read_ms = (int)config->http.read_ms,
				     .body_max = (size_t)config->http.body_max,
				     .header_max = (size_t)config->http.header_max,
				     .connections_max = (int)config->http.connections_max,
				     .connections_per_ip_max = (int)config->http.connections_per_ip_max,
				     .idle_s = (int)config->http.idle_s,
				     .request_s = (int)config->http.request_s,
				     .sse_max = (int)config->http.sse_max,
				     .undo_ms = (int)config->undo_ms,
				     .upload_max = (size_t)config->attachments.size_max,
				     .staged_max = config->attachments.staged_max,
				     .files_max = config->attachments.total_max,
				     .upload_checks = config->attachments.check.n > 0,
				     .store_path = boot_path(boot, BOOT_STORE),
				     .source = config->source,
				     .ways = entrance_ways(config)};
}
