/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subcommands: one file each, cmd_NAME.c. argv[0] is the subcommand's name. Return
 * value is the exit status: 0 well, 1 it did not work, 2 wrong use.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct command {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
};
/* Ends with {0}. */
const struct command *command_table(void);

int cmd_serve(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_tail(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_incident(int argc, char **argv);
int cmd_share(int argc, char **argv);
int cmd_unshare(int argc, char **argv);
int cmd_comment(int argc, char **argv);
int cmd_delivery(int argc, char **argv);
int cmd_drift(int argc, char **argv);
int cmd_supplier(int argc, char **argv);
int cmd_backfill(int argc, char **argv);
int cmd_map(int argc, char **argv);
int cmd_deadletter(int argc, char **argv);
int cmd_token(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_fsck(int argc, char **argv);
int cmd_try(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
