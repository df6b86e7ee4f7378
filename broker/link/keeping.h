/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of the files: it lets attachments.check look at uploads, and steps the keeper. It changes the store only
 * by jobs, and nobody waits for it. */
#ifndef LINK_KEEPING_H
#define LINK_KEEPING_H

#include "base/log.h"
#include "store/keeper.h"
#include "store/writer.h"

struct keeping_options {
	struct ent_str folder, store_path;
	struct ent_str check; /* program and arguments; empty: none */
	int check_ms;
};

struct keeping;

/* The options' texts are copied. files, writer, clock and log live longer. */
enum ent_rc keeping_start(const struct keeping_options *options, struct files *files, struct writer *writer,
			  struct clock *clock, struct log *log, struct keeping **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* An upload that is being checked is checked again after the next start. Takes NULL. While the writer still answers. */
void keeping_stop(struct keeping *keeping);

#endif
