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
	    {"incident", "list and show incidents", cmd_incident},
	    {"deadletter", "list, show, replay or ignore what could not be handled", cmd_deadletter},
	    {"token", "list, add and remove bearer tokens", cmd_token},
	    {"rebuild", "fill an empty store from the stream on Kafka", cmd_rebuild},
	    {"fsck", "check a store, or print its digest", cmd_fsck},
	    {"version", "print the version", cmd_version},
	    {NULL, NULL, NULL},
	};
	return table;
}
