/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jq program in a broker: no environment, no clock, no files, no other inputs, and
 * an end. A count of steps ends it: jq's debug callback is the only place
 * where its interpreter asks us; prelude.c gives that callback another name and writes
 * the loops that jq brings again with it. Not bounded: what one program
 * does with each element of a large body (two nested .[] over it are its square), and
 * the memory it takes. The same input takes the same steps, on every machine.
 */
#include <jq.h>
#include <stdlib.h>
#include <string.h>

#include "generic.h"

#define SOURCE_MAX (64u * 1024u)
#define OUTPUT_MAX (8 * 1024 * 1024) /* bytes of one output as JSON */

#define RESERVED  "_entente_" /* who defines the step again has a program without an end */
#define RETRY_MAX 1000000UL   /* of one search in one text, some 20 ms */

/* libjq brings Oniguruma, but not its header; a libjq built without regular expressions has neither of these. */
extern int onig_set_retry_limit_in_match(unsigned long n) __attribute__((weak));
extern int onig_set_retry_limit_in_search(unsigned long n) __attribute__((weak));

struct program {
	jq_state *jq;
	const char *name; /* of the setting */
	long steps;       /* left in this run */
	bool exhausted;
	struct ent_err *err; /* while it is compiled: the first words of jq */
	long n_common;       /* lines of `common`, which stand before its own */
	const struct zone *zone;
	jv asked;     /* of a function of ours: [.., name, argument] until it is answered */
	bool has_cut; /* a regular expression read a part of a text only */
	bool hides;   /* jq's error text about a run is not shown */
};

/* An array that begins as prelude.c writes it: a question of a function of ours, answered by answer_give(). */
static void question_keep(struct program *program, jv input)
{
	jv mark = jv_array_get(jv_copy(input), 0);
	bool ours = jv_get_kind(mark) == JV_KIND_STRING && strcmp(jv_string_value(mark), RESERVED) == 0;
	jv name = ours ? jv_array_get(jv_copy(input), 1) : jv_null();

	jv_free(mark);
	if (ours && jv_get_kind(name) == JV_KIND_NULL) {
		program->has_cut = true;
		jv_free(input);
	} else if (ours) {
		jv_free(program->asked);
		program->asked = input;
	} else {
		jv_free(input);
	}
	jv_free(name);
}

static jv answer_give(jq_state *jq, void *of)
{
	struct program *program = of;
	jv asked = program->asked, name;

	(void)jq;
	program->asked = jv_null();
	if (jv_get_kind(asked) != JV_KIND_ARRAY) {
		jv_free(asked);
		return jv_invalid_with_msg(jv_string("nothing was asked"));
	}
	name = jv_array_get(jv_copy(asked), 1);
	return own_call(program->zone, name, jv_array_get(asked, 2));
}

static void step_taken(void *of, jv input)
{
	struct program *program = of;

	if (jv_get_kind(input) == JV_KIND_ARRAY && jv_array_length(jv_copy(input)) == 3)
		question_keep(program, input);
	else
		jv_free(input);
	if (program->exhausted || --program->steps > 0)
		return;
	program->exhausted = true;
	jq_halt(program->jq, jv_invalid(), jv_invalid());
}

/* "... at <top-level>, line 3:" counts the prelude's line. */
static void words_keep(void *of, jv message)
{
	struct program *program = of;
	jv text = jq_format_error(message);
	const char *words = jv_string_value(text), *mark = strstr(words, ", line ");
	struct ent_str first, rest;
	char *end = NULL;
	long line = mark ? strtol(mark + 7, &end, 10) : 0;

	if (strncmp(words, "jq: error: ", 11) == 0)
		words += 11;
	first = sdk_cut(sdk_str(words), '\n', &rest);
	if (program->err && program->err->msg[0] == '\0') {
		const char *at = strstr(words, " at <top-level>");
		size_t n = at && at < first.p + first.n ? (size_t)(at - words) : first.n;

		bool is_common = line > 1 && line - 1 <= program->n_common;

		if (line > 1)
			(void)sdk_fail_as(program->err, ENT_EINVAL, "generic.compile_line",
					  "{program=%s}: line {line=%ld}: {said=%.*s}",
					  is_common ? "common" : program->name,
					  is_common ? line - 1 : line - 1 - program->n_common, (int)n, words);
		else
			(void)sdk_fail_as(program->err, ENT_EINVAL, "generic.compile", "{program=%s}: {said=%.*s}",
					  program->name, (int)n, words);
	}
	jv_free(text);
}

static bool begins_with_word(struct ent_str source, const char *word)
{
	size_t n = strlen(word);
	struct ent_str text = sdk_trim(source);

	return sdk_starts(text, word) && text.n > n && strchr(" \t\n\"{", text.p[n]);
}

static enum ent_rc source_vet(const char *name, struct ent_str source, struct ent_err *err)
{
	if (source.n > SOURCE_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "generic.program_large",
				   "{program=%s}: the program has more than {most=%u} bytes", name, SOURCE_MAX);
	if (sdk_trim(source).n == 0)
		return sdk_fail_as(err, ENT_EINVAL, "generic.program_empty", "{program=%s}: the program is empty",
				   name);
	if (begins_with_word(source, "import") || begins_with_word(source, "include") ||
	    begins_with_word(source, "module"))
		return sdk_fail_as(
		    err, ENT_EINVAL, "generic.program_modules",
		    "{program=%s}: modules (import, include) cannot be used; write the program in one piece", name);
	if (memmem(source.p, source.n, RESERVED, sizeof RESERVED - 1))
		return sdk_fail_as(err, ENT_EINVAL, "generic.name_reserved",
				   "{program=%s}: names with {reserved=%s} are the broker's own", name, RESERVED);
	return ENT_OK;
}

static void limits_set(void)
{
	if (onig_set_retry_limit_in_match) /* of the process, and the same for each program */
		(void)onig_set_retry_limit_in_match(RETRY_MAX);
	if (onig_set_retry_limit_in_search)
		(void)onig_set_retry_limit_in_search(RETRY_MAX);
}

/* prelude, then `common`, then the program: the lines of the last two are counted from 2. */
static struct ent_str whole_make(struct ent_arena *arena, const struct program_world *world, struct ent_str source)
{
	struct ent_str common = program_counted(arena, world->common), counted = program_counted(arena, source);
	struct ent_str params = world->params.n > 0 ? world->params : ENT_STR("{}");
	struct sdk_buf buf;
	struct ent_str whole;

	/* the line break ends a comment that the source may end with */
	sdk_buf_init(&buf, 16 * SOURCE_MAX);
	sdk_buf_format(&buf, "%s", program_prelude);
	buf.n--; /* its line break */
	sdk_buf_format(&buf, "%.*s as $params |\n", ENT_F(params));
	if (world->common.n > 0)
		sdk_buf_format(&buf, "%.*s\n", ENT_F(common));
	sdk_buf_format(&buf, "%.*s\n)", ENT_F(counted));
	whole = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return whole;
}

static long lines_of(struct ent_str text)
{
	long n = text.n > 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

enum ent_rc program_compile(const char *name, const struct program_world *world, struct ent_str source,
			    struct program **ret, struct ent_err *err)
{
	struct program *program;
	struct sdk_arena arena;
	struct ent_err words = {0};
	enum ent_rc rc = source_vet(name, source, err);

	if (rc == ENT_OK && world->common.n > 0)
		rc = source_vet("common", world->common, err);
	if (rc != ENT_OK)
		return rc;
	limits_set();
	sdk_arena_init(&arena);
	program = sdk_xalloc(sizeof *program);
	*program = (struct program){.jq = jq_init(),
				    .name = name,
				    .err = &words,
				    .n_common = lines_of(world->common),
				    .zone = world->zone,
				    .hides = world->hides,
				    .asked = jv_null()};
	if (!program->jq)
		abort(); /* out of memory, the only reason there is */
	jq_set_error_cb(program->jq, words_keep, program);
	jq_set_debug_cb(program->jq, step_taken, program);
	jq_set_input_cb(program->jq, answer_give, program);
	if (!jq_compile(program->jq, sdk_z(&arena.abi, whole_make(&arena.abi, world, source))))
		rc = words.msg[0]
			 ? sdk_fail_said(err, ENT_EINVAL, sdk_said(&words))
			 : sdk_fail_as(err, ENT_EINVAL, "generic.no_compile", "the jq program cannot be compiled");
	program->err = NULL;
	sdk_arena_release(&arena);
	if (rc != ENT_OK) {
		program_free(program);
		return rc;
	}
	*ret = program;
	return ENT_OK;
}

bool program_has_cut(const struct program *program)
{
	return program->has_cut;
}

void program_free(struct program *program)
{
	if (!program)
		return;
	jq_teardown(&program->jq);
	jv_free(program->asked);
	free(program);
}

/* jq's own words are about types; a program's error() speaks for itself. */
static enum ent_rc jq_refuse(const struct program *program, const char *words, struct ent_err *err)
{
	struct ent_str said = sdk_head(sdk_str(words), 140);

	if (strncmp(words, "Cannot ", 7) == 0 || strstr(words, " cannot be "))
		return sdk_fail_as(
		    err, ENT_EINVAL, "generic.jq_type",
		    "{program=%s}: jq: {said=%.*s} (the payload is not as the program expects: .a? and // help)",
		    program->name, ENT_F(said));
	return sdk_fail_as(err, ENT_EINVAL, "generic.jq", "{program=%s}: jq: {said=%.*s}", program->name, ENT_F(said));
}

/* Why the run ended, from jq's last value, which is consumed. */
static enum ent_rc end_read(struct program *program, jv last, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;
	jv message, text;

	if (program->exhausted) {
		rc = sdk_fail_as(err, ENT_EINVAL, "generic.program_steps",
				 "{program=%s}: the program took more than {most=%d} steps and was ended",
				 program->name, PROGRAM_STEPS_MAX);
	} else if (jv_invalid_has_msg(jv_copy(last)) && program->hides) {
		rc = sdk_fail_as(
		    err, ENT_EINVAL, "generic.program_failed",
		    "{program=%s}: the program failed; jq's error text is not shown, because it may quote a secret",
		    program->name);
	} else if (jv_invalid_has_msg(jv_copy(last))) {
		message = jv_invalid_get_msg(jv_copy(last));
		text = jv_get_kind(message) == JV_KIND_STRING ? jv_copy(message) : jv_dump_string(jv_copy(message), 0);
		rc = jq_refuse(program, jv_string_value(text), err);
		jv_free(text);
		jv_free(message);
	}
	jv_free(last);
	return rc;
}

static enum ent_rc output_give(struct program *program, jv output,
			       enum ent_rc (*take)(void *to, struct ent_str json, struct ent_err *err), void *to,
			       struct ent_err *err)
{
	jv text = jv_dump_string(output, 0);
	int n = jv_string_length_bytes(jv_copy(text));
	enum ent_rc rc;

	if (n > OUTPUT_MAX)
		rc = sdk_fail_as(err, ENT_EINVAL, "generic.output_large",
				 "{program=%s}: an output has more than {most=%d} bytes", program->name, OUTPUT_MAX);
	else
		rc = take(to, (struct ent_str){jv_string_value(text), (size_t)n}, err);
	jv_free(text);
	return rc;
}

enum ent_rc program_run(struct program *program, jv input, size_t n_max,
			enum ent_rc (*take)(void *to, struct ent_str json, struct ent_err *err), void *to,
			struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;
	size_t n = 0;
	jv value;

	program->steps = PROGRAM_STEPS_MAX;
	program->exhausted = false;
	program->has_cut = false;
	jv_free(program->asked);
	program->asked = jv_null();
	jq_start(program->jq, input, 0);
	while (rc == ENT_OK && n < n_max) {
		value = jq_next(program->jq);
		if (!jv_is_valid(value))
			return end_read(program, value, err);
		if (++n > PROGRAM_OUTPUTS_MAX) {
			jv_free(value);
			return sdk_fail_as(err, ENT_EINVAL, "generic.outputs_many",
					   "{program=%s}: more than {most=%d} outputs", program->name,
					   PROGRAM_OUTPUTS_MAX);
		}
		rc = output_give(program, value, take, to, err);
	}
	return rc;
}
