/* SPDX-License-Identifier: Apache-2.0 */
/* Link's own state, for the files of link alone. The step's thread reads and writes all of it, but for the mailbox,
 * where other threads leave their notes. */
#ifndef LINK_INSIDE_H
#define LINK_INSIDE_H

#include "base/mailbox.h"
#include "link/link.h"
#include "link/pace.h"

struct flight;
struct lane;
struct roster;

struct link {
	struct link_world world;
	struct slot *slot; /* notes which answer is being read, in case that it ends the process; NULL: nobody asks */
	struct link_options options;
	struct pace pace;

	struct mailbox mailbox; /* jobs that the writer answered; the roster of a reload */

	struct roster *roster;
	struct lane **lane;
	size_t n_lane;
	uint64_t last_transfer;
	int64_t now_us, now_ms; /* read from the clock once a turn */
	int64_t submit_us;      /* when jobs that found no room are handed over again; NEVER_US: there are none */
	int64_t look_us;        /* the next look into the store without a hint */
	int64_t listen_us;      /* the next look for suppliers that fell silent */
	int64_t asked_us;       /* when the lanes were told to look last */
	bool look_again;        /* a hint came too soon after the last look */
	bool is_draining;
	bool is_readable; /* the store can be read; else nothing new is begun */
	struct recovery {
		bool is_done;
		struct flight *flights; /* their results are with the writer */
		size_t n, n_taken;
		int64_t not_before_us;
	} recovery;
	int64_t strand_us; /* when to look for deliveries to suppliers that the configuration does not have any more */
};

#endif
