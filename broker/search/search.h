/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that keeps the index up with the store, and what others are told of it. It never holds up a commit of the
 * store: it reads what is committed, with a handle of its own, and its thread goes last.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "base/log.h"
#include "base/metric.h"
#include "search/index.h"

#define SEARCH_FILE "search.sqlite"

struct search;

/* Starts the thread. A file that cannot be made is told by search_ready(); the broker works without it. */
enum ent_rc search_start(const char *path, const char *store_path, struct supplier_set *suppliers,
			 struct metrics *metrics, struct log *log, struct search **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
void search_stop(struct search *search); /* takes NULL */

/* Any thread; each takes NULL: */
void search_wake(struct search *search); /* there are new events */
void search_reload(struct search *search, struct supplier_set *suppliers);
/* Everything is thrown away and filled anew. */
void search_rebuild(struct search *search);
/* True, and a text worth knowing when it is behind. It is only an index: never false. */
bool search_ready(struct search *search, struct ent_err *ret_why);

/* A handle to read with, for one thread; the caller closes it. *generation: of the file; when the search's is another
 * one, the handle reads a file that was thrown away. */
enum ent_rc search_open(struct search *search, struct db **ret, unsigned *generation, struct ent_err *err)
    __attribute__((warn_unused_result));
unsigned search_generation(struct search *search);
/* A handle of this generation cannot be read: search_rebuild(), where no other reader found so before. */
void search_lost(struct search *search, unsigned generation);

#endif
