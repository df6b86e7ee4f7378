/* SPDX-License-Identifier: Apache-2.0 */
/* The index of words, as `serve` starts it. */
#ifndef CLI_SERVE_SEARCH_H
#define CLI_SERVE_SEARCH_H

#include "cli/boot.h"
#include "search/search.h"

/* *ret stays NULL with `search: off`. */
enum ent_rc serve_search(struct boot *boot, struct metrics *metrics, struct search **ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
