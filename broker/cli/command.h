/* SPDX-License-Identifier: Apache-2.0 */
/* Subcommands: what main() finds by its first argument. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/question.h"

struct command {
	const char *name, *summary;
	/* argv[0] is the name. Returns the exit status: 0 well, 1 it did not work, 2 wrong use. NULL: the command asks
	 * a running broker, as its rows say. */
	int (*run)(int argc, char **argv);

	const char *help;
	const char *options;             /* "supplier= all": one with a value and one without */
	const struct question *question; /* ends with {0} */
	/* Says on standard error why no row fits, before the help is printed; may be NULL. argv: the arguments. */
	void (*refuse)(const struct question_call *call, int argc, char **argv);
};
/* Every command, in the order of the help; ends with NULL. */
const struct command *const *command_table(void);
int command_run(const struct command *command, int argc, char **argv);

/* Those with code of their own, each in cmd_NAME.c. */
extern const struct command command_serve, command_check, command_config, command_tail, command_import, command_try,
    command_rebuild, command_backup, command_fsck, command_version;
/* Those that ask a running broker, each a table of its own noun. incident_table.c: */
extern const struct command command_incident, command_share, command_unshare, command_comment, command_search;
extern const struct command command_attachment; /* attachment_table.c */
/* act_table.c: */
extern const struct command command_ask, command_handover, command_promise, command_assist, command_tell;
/* work_table.c: */
extern const struct command command_work;
/* inbox_table.c: */
extern const struct command command_inbox;
/* draft_table.c: */
extern const struct command command_draft;
/* delivery_table.c: */
extern const struct command command_delivery, command_join, command_drift;
/* supplier_table.c: */
extern const struct command command_supplier, command_backfill, command_map, command_deadletter;
/* people_table.c: */
extern const struct command command_org, command_user, command_session, command_token, command_audit;

#endif
