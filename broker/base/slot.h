/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input that a thread has in hand when the process dies. A connector's code, or a jq program, may end the process
 * on one arrival; whoever sent it sends it again, and the next process would end the same way, for ever. So a thread
 * writes into a file of its own what it is about to read (no sync: the system keeps the page when a process dies), and
 * the next start counts the deaths of each input. An input that ended SLOT_DEATHS processes is quarantined.
 */
#ifndef BASE_SLOT_H
#define BASE_SLOT_H

#include "base/log.h"
#include "sdk/crypto.h"

#define SLOT_DEATHS 3
#define SLOT_REASON                                                                                                    \
	"reading this ended the broker three times, so it is not read any more: mend the connector or its program, "   \
	"send HUP, then replay it"

struct slots; /* of a process; any thread */
struct slot;  /* of a thread */

struct slot_id {
	unsigned char hash[32];
};
/* The id of what is about to be read, in parts: the same parts in another process give the same id. */
struct slot_id slot_id(const struct ent_str *part, size_t n);

/* Makes the folder, and counts what the last process left in its slots. Before any thread. */
enum ent_rc slots_open(const char *folder, struct log *log, struct slots **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
void slots_close(struct slots *slots); /* takes NULL; after its slots */
/* Another configuration is in force: each quarantined one is read once more. Takes NULL. */
void slots_forgive(struct slots *slots);

/* name: of the thread, of a few letters. NULL slots give a NULL slot; one that cannot be made, too (it is logged). */
struct slot *slot_new(struct slots *slots, const char *name);
void slot_free(struct slot *slot); /* takes NULL */
/* False: it is quarantined, do not read it. asked: a person asked for it, so it is read all the same. NULL: true. */
bool slot_enter(struct slot *slot, const struct slot_id *id, bool asked) __attribute__((warn_unused_result));
void slot_leave(struct slot *slot); /* it was read: earlier deaths were none of its. Takes NULL */

#endif
