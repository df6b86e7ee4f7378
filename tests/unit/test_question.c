/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands that ask a broker: a row names only what its command knows, and the help names every option. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

/* The next name of a list that blanks separate, without what follows one of `ends`. */
static bool name_cut(struct ent_str *rest, const char *ends, struct ent_str *ret)
{
	while (rest->n > 0) {
		*ret = sdk_cut(*rest, ' ', rest);
		for (size_t i = 0; i < ret->n; i++)
			if (strchr(ends, ret->p[i]))
				ret->n = i;
		if (ret->n > 0)
			return true;
	}
	return false;
}

static bool is_in(const char *list, const char *ends, struct ent_str name)
{
	struct ent_str rest = sdk_str(list), one;

	while (name_cut(&rest, ends, &one))
		if (sdk_eq(one, name))
			return true;
	return false;
}

static bool is_known(const struct command *command, const struct question *row, struct ent_str name)
{
	return is_in(row->words, "?", name) || is_in(command->options, "=", name);
}

static int unknown_names(const struct command *command, const struct question *row, const char *list)
{
	struct ent_str rest = sdk_str(list), name;
	int n = 0;

	while (name_cut(&rest, "=", &name))
		if (!is_known(command, row, name)) {
			print_error("%s %s: no argument or option is called %.*s\n", command->name,
				    row->verb ? row->verb : "", ENT_F(name));
			n++;
		}
	return n;
}

/* {name} in a path. */
static int unknown_parts(const struct command *command, const struct question *row)
{
	struct ent_str rest = sdk_str(row->path), name;
	int n = 0;

	for (sdk_cut(rest, '{', &rest); rest.p; sdk_cut(rest, '{', &rest)) {
		name = sdk_cut(rest, '}', &rest);
		if (is_in(row->words, "?", name))
			continue;
		print_error("%s %s: the path has {%.*s}, which is no argument\n", command->name,
			    row->verb ? row->verb : "", ENT_F(name));
		n++;
	}
	return n;
}

static int row_faults(const struct command *command, const struct question *row)
{
	int n = unknown_names(command, row, row->needs) + unknown_names(command, row, row->never) +
		unknown_names(command, row, row->query) + unknown_names(command, row, row->body) +
		unknown_names(command, row, row->more) + unknown_parts(command, row);

	/* it is one request or a function, and a table says what stands there when it has no row */
	n += (row->path != NULL) == (row->run != NULL);
	n += (row->path != NULL) != (row->method != NULL);
	n += (row->column != NULL) != (row->empty != NULL) || (row->column && row->show);
	return n;
}

static void rows_know_their_names(void **state)
{
	size_t n_row = 0;
	int n = 0;

	(void)state;
	for (const struct command *const *at = command_table(); *at; at++)
		for (const struct question *row = (*at)->question; row && (row->path || row->run); row++, n_row++)
			n += row_faults(*at, row);
	assert_int_equal(n, 0);
	assert_true(n_row > 30);
}

/* "--name" and no letter behind it. */
static bool help_names(const char *help, struct ent_str name)
{
	char option[64];
	int size = snprintf(option, sizeof option, "--%.*s", ENT_F(name));

	for (const char *at = help; (at = strstr(at, option)); at++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz-", at[size]))
			return true;
	return false;
}

static void help_names_every_option_and_verb(void **state)
{
	(void)state;
	for (const struct command *const *at = command_table(); *at; at++) {
		struct ent_str rest = sdk_str((*at)->options), name;
		char verb[64];

		assert_true(((*at)->run != NULL) != ((*at)->question != NULL));
		while (name_cut(&rest, "=", &name))
			if (!help_names((*at)->help, name))
				fail_msg("entente %s: the help does not name --%.*s", (*at)->name, ENT_F(name));
		for (const struct question *row = (*at)->question; row && (row->path || row->run); row++) {
			(void)snprintf(verb, sizeof verb, "entente %s%s%s", (*at)->name, row->verb ? " " : "",
				       row->verb ? row->verb : "");
			if (!strstr((*at)->help, verb))
				fail_msg("%s: the help does not name it", verb);
		}
	}
}

/* A row of its own: what fits it and what does not, before anything is asked. */
static char said[256];
static int row_say(const struct question_call *call)
{
	(void)snprintf(said, sizeof said, "%s %s|%s|%s|%.*s", call->row->verb, question_value(call, "id"),
		       question_value(call, "text") ? question_value(call, "text") : "-",
		       question_value(call, "all") ? "all" : "-", ENT_F(question_path(call, "/v1/{id}/x")));
	return 7;
}

static int typed(const char *line)
{
	static const struct question row[] = {{.verb = "edit", .words = "id text?", .run = row_say},
					      {.verb = "all", .needs = "all", .words = "id", .run = row_say},
					      {.verb = "one", .never = "all", .words = "id", .run = row_say},
					      {0}};
	static const struct command command = {
	    .name = "letter", .help = "usage\n", .options = "all kind=", .question = row};
	char text[128], *argv[8];
	int argc = 0, status;

	(void)snprintf(text, sizeof text, "%s", line);
	for (char *rest = text, *word; (word = strsep(&rest, " "));)
		argv[argc++] = word;
	argv[argc] = NULL;
	optind = 0; /* getopt begins anew */
	said[0] = '\0';
	status = question_run(&command, argc, argv);
	return status;
}

static void a_row_fits_by_verb_arguments_and_options(void **state)
{
	(void)state;
	assert_int_equal(typed("letter edit 7"), 7);
	assert_string_equal(said, "edit 7|-|-|/v1/7/x");
	assert_int_equal(typed("letter edit a/b text --all"), 7);
	assert_string_equal(said, "edit a/b|text|all|/v1/a%2Fb/x");
	assert_int_equal(typed("letter all 7 --all"), 7);
	assert_int_equal(typed("letter one 7 --kind x"), 7);
	assert_int_equal(typed("letter one 7 --all"), 2); /* never */
	assert_int_equal(typed("letter all 7"), 2);       /* needs */
	assert_int_equal(typed("letter edit"), 2);
	assert_int_equal(typed("letter edit 1 2 3"), 2);
	assert_int_equal(typed("letter burn 7"), 2);
	assert_int_equal(typed("letter"), 2);
	assert_int_equal(typed("letter edit 7 --colour"), 2);
	assert_string_equal(said, "");
}

#define TYPED_MAX 120

/* Typed with all its options at once, and --help last: an option that is not known is refused before the help. */
static void each_option_can_be_typed(void **state)
{
	(void)state;
	for (const struct command *const *at = command_table(); *at; at++) {
		struct ent_str rest = sdk_str((*at)->options), name;
		static char option[TYPED_MAX][64];
		char *argv[TYPED_MAX] = {option[0]};
		int argc = 1;

		snprintf(option[0], sizeof option[0], "%s", (*at)->name);
		while ((*at)->question && name_cut(&rest, "", &name)) {
			bool takes_value = name.p[name.n - 1] == '=';
			assert_true(argc < TYPED_MAX - 1);
			snprintf(option[argc], sizeof option[argc], "--%.*s%s", ENT_F(name), takes_value ? "x" : "");
			argv[argc] = option[argc];
			argc++;
		}
		if (argc == 1)
			continue;
		snprintf(option[argc], sizeof option[argc], "--help");
		argv[argc] = option[argc];
		optind = 0; /* getopt begins anew */
		if (question_run(*at, argc + 1, argv) != 0)
			fail_msg("entente %s does not take each of its options", (*at)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_know_their_names), cmocka_unit_test(help_names_every_option_and_verb),
	    cmocka_unit_test(a_row_fits_by_verb_arguments_and_options), cmocka_unit_test(each_option_can_be_typed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
