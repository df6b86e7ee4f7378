/* SPDX-License-Identifier: Apache-2.0 */
/* serve's files that people upload, and its HTTP, as the configuration says. */
#ifndef CLI_SERVE_FILES_H
#define CLI_SERVE_FILES_H

#include "cli/boot.h"
#include "edge/edge.h"
#include "link/keeping.h"

/* The folder beside the store, and the thread that keeps it. */
enum ent_rc serve_files(const struct boot *boot, struct writer *writer, struct log *log, struct files **ret,
			struct keeping **ret_keeping, struct ent_err *err) __attribute__((warn_unused_result));
struct edge_options serve_edge_options(const struct boot *boot);

#endif
