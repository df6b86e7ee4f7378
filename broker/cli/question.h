/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that ask a running broker. Each is a row of a table, *_table.c: what it is called, what
 * its arguments and options are, what it asks the API, and how the answer is printed. A new
 * command that only reads is a row and nothing more.
 */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "cli/client_words.h"
#include "cli/table.h"

#define QUESTION_WORDS_MAX 4

struct question_call;
/* One thing that a command can be asked for. Lists of names are separated by blanks. */
struct question {
	const char *verb;  /* "list"; NULL: the command has only one meaning */
	const char *words; /* the arguments behind the verb; "text?": may be left out; NULL: there are none */
	const char *needs; /* options that must be given; without them the row does not apply */
	const char *never; /* options with which it does not apply */

	/* One request, and how its answer is printed. {name} in the path is an argument or option, percent-encoded. */
	const char *method, *path;
	const char *query; /* arguments and options that are filters: "state", or "text=q" where the API says q */
	const char *body;  /* arguments and options that are members of its JSON, as with query; NULL: no body */
	const struct table_column *column; /* of the rows in `items` */
	const char *empty;                 /* what is said when there is none */
	const char *more;                  /* the option that takes `next`; NULL: it is not said */
	bool all_pages;                    /* ask for each page, and print the rows of all in one answer */
	client_show *show;                 /* instead of columns; neither: the JSON as it stands */

	int (*run)(const struct question_call *call);  /* instead of all that; returns the exit status */
	int (*then)(const struct question_call *call); /* after it went well; returns the exit status */
};

struct command;
/* A command line that fits a row. */
struct question_call {
	const struct command *command;
	const struct question *row;
	struct ent_arena *arena;
	struct client_args client;
	const char *word[QUESTION_WORDS_MAX];
	size_t n_word;
	const char *name[CLIENT_WORDS_MAX], *option[CLIENT_WORDS_MAX]; /* option: NULL: not given; a flag: "" */
	size_t n_option;
};

/* Reads the command line and does what the row says. argv[0] is the command's name. Returns the exit status. */
int question_run(const struct command *command, int argc, char **argv);
/* An argument's or option's value by its name; NULL: it was not given. A flag that was given is "". */
const char *question_value(const struct question_call *call, const char *name);
/* The row's path with its arguments in it. */
struct ent_str question_path(const struct question_call *call, const char *path);

#endif
