/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stddef.h>

const struct command *command_table(void)
{
	static const struct command table[] = {
	    {"serve", "run the broker", cmd_serve},
	    {"check", "verify configuration, connectors, maps, Kafka and store without starting", cmd_check},
	    {"config", "explain the settings, print a sample or what is in force", cmd_config},
	    {"tail", "follow the event stream from Kafka", cmd_tail},
	    {"import", "send a file of arrivals to a running broker", cmd_import},
	    {"incident", "list and show incidents, set their status", cmd_incident},
	    {"share", "share an incident with a supplier, or hand it the ball", cmd_share},
	    {"unshare", "take a share back", cmd_unshare},
	    {"comment", "write into an incident's thread", cmd_comment},
	    {"delivery", "what is on its way to suppliers' tools: list, show, retry, edit, ignore, repair",
	     cmd_delivery},
	    {"drift", "list where tools do not say what they should", cmd_drift},
	    {"supplier", "how suppliers' tools do, and what to do", cmd_supplier},
	    {"try", "run one op of a supplier's connector and show it; nothing is stored", cmd_try},
	    {"backfill", "read from a supplier's tool what changed since a time", cmd_backfill},
	    {"map", "show, try, publish and roll back a supplier's map", cmd_map},
	    {"deadletter", "list, show, replay or ignore what could not be handled", cmd_deadletter},
	    {"token", "list, add and remove bearer tokens", cmd_token},
	    {"rebuild", "fill an empty store from the stream on Kafka", cmd_rebuild},
	    {"backup", "copy the store while the broker runs", cmd_backup},
	    {"fsck", "check a store, or print its digest", cmd_fsck},
	    {"version", "print the version", cmd_version},
	    {NULL, NULL, NULL},
	};
	return table;
}
