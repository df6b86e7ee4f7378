/* SPDX-License-Identifier: Apache-2.0 */
/* The thread around link's step, for `entente serve`. It sleeps in the transfers, where answers, hints and reloads wake
 * it. */
#ifndef LINK_LINK_THREAD_H
#define LINK_LINK_THREAD_H

#include "link/link.h"

struct link_thread;

/* transfers, wake and of of the world are the thread's own. */
enum ent_rc link_thread_start(const struct link_world *world, const struct link_options *options,
			      struct supplier_set *suppliers, struct link_thread **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
struct link *link_thread_link(struct link_thread *thread);
/* Starts nothing new and waits for what is under way; what still flies when the deadline passes is given up. The writer
 * must still answer. Takes NULL. */
void link_thread_end(struct link_thread *thread, int deadline_ms);
void link_thread_stop(
    struct link_thread *thread); /* after link_thread_end() and after the writer's thread; takes NULL */

#endif
