/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stddef.h>

const struct command *const *command_table(void)
{
	static const struct command *const table[] = {&command_serve,
						      &command_check,
						      &command_config,
						      &command_tail,
						      &command_import,
						      &command_incident,
						      &command_share,
						      &command_unshare,
						      &command_comment,
						      &command_draft,
						      &command_attachment,
						      &command_ask,
						      &command_handover,
						      &command_promise,
						      &command_assist,
						      &command_tell,
						      &command_work,
						      &command_inbox,
						      &command_delivery,
						      &command_join,
						      &command_drift,
						      &command_search,
						      &command_supplier,
						      &command_try,
						      &command_backfill,
						      &command_map,
						      &command_deadletter,
						      &command_org,
						      &command_user,
						      &command_session,
						      &command_token,
						      &command_audit,
						      &command_rebuild,
						      &command_backup,
						      &command_fsck,
						      &command_version,
						      NULL};

	return table;
}

int command_run(const struct command *command, int argc, char **argv)
{
	return command->run ? command->run(argc, argv) : question_run(command, argc, argv);
}
