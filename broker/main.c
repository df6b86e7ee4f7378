/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments -> one subcommand. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static void commands_print(FILE *to)
{
	fprintf(to, "usage: entente COMMAND [OPTIONS]\n\n");
	for (const struct command *const *at = command_table(); *at; at++)
		fprintf(to, "  %-12s %s\n", (*at)->name, (*at)->summary);
	fprintf(to, "\n`entente COMMAND --help` explains each one.\n");
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		commands_print(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		commands_print(stdout);
		return 0;
	}
	const char *word = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
	for (const struct command *const *at = command_table(); *at; at++)
		if (strcmp((*at)->name, word) == 0)
			return command_run(*at, argc - 1, argv + 1);
	fprintf(stderr, "entente: there is no command '%s'; `entente --help` lists them\n", argv[1]);
	return 2;
}
