/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/try_show.h"

#include <stdio.h>

#include "cli/table.h"

static struct ent_str said_cell(struct ent_arena *arena, const struct sdk_json *node, const char *path)
{
	return table_cell(arena, sdk_json_at(node, path));
}

/* ---- call and answer ------------------------------------------------------------------- */

static void show_message(struct ent_arena *arena, const struct sdk_json *message)
{
	struct ent_str body = sdk_json_text_at(message, "body"), all = sdk_json_text_at(message, "body_bytes");
	const struct sdk_json *headers = sdk_json_at(message, "headers");

	for (const struct sdk_json *at = sdk_json_first(headers); at; at = sdk_json_next(at))
		printf("   %.*s: %.*s\n", ENT_F(said_cell(arena, at, "name")), ENT_F(said_cell(arena, at, "value")));
	while (body.n && body.p[body.n - 1] == '\n')
		body.n--;
	if (!body.n)
		return;
	putchar('\n');
	table_lines(arena, "   ", body);
	if (all.n)
		printf("   ... (%.*s bytes in all)\n", ENT_F(all));
}

static void show_call(struct ent_arena *arena, const struct sdk_json *call, unsigned n)
{
	printf("\n%u. %.*s", n, ENT_F(said_cell(arena, call, "op")));
	if (!sdk_json_is(call, "op", "token"))
		printf(", phase %.*s", ENT_F(sdk_json_text_at(call, "phase")));
	if (!sdk_json_at(call, "method")) {
		puts(": no call");
		return;
	}
	printf("\n   %.*s %.*s\n", ENT_F(said_cell(arena, call, "method")), ENT_F(said_cell(arena, call, "url")));
	show_message(arena, call);
}

static void show_answer(struct ent_arena *arena, const struct sdk_json *answer)
{
	if (!answer)
		return;
	if (sdk_json_is(answer, "status", "0"))
		puts("\n   no complete answer came");
	else
		printf("\n   answer: HTTP %.*s\n", ENT_F(said_cell(arena, answer, "status")));
	show_message(arena, answer);
}

/* ---- changes --------------------------------------------------------------------------- */

/* "Ines (u17)", or only one of both. */
static void show_name(struct ent_arena *arena, const char *before, const struct sdk_json *who, const char *other)
{
	struct ent_str id = sdk_json_text_at(who, "id"), name = sdk_json_text_at(who, other);

	if (!who)
		return;
	printf("%s%.*s", before, ENT_F(table_safe(arena, name.n ? name : id, false)));
	if (name.n && id.n)
		printf(" (%.*s)", ENT_F(table_safe(arena, id, false)));
}

static void show_attributes(struct ent_arena *arena, const struct sdk_json *list)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		struct ent_str native = sdk_json_text_at(at, "native");

		printf("      %-14.*s %.*s", ENT_F(said_cell(arena, at, "attribute")),
		       ENT_F(said_cell(arena, at, "text")));
		if (native.n)
			printf(" (their word: %.*s)", ENT_F(table_safe(arena, native, false)));
		puts(sdk_json_bool(sdk_json_at(at, "unmapped"), false)
			 ? ": this word is not in the map; add it under map"
			 : "");
	}
}

static void show_correlation(struct ent_arena *arena, const struct sdk_json *correlation)
{
	static const char *const name[][2] = {{"number", "our number"}, {"key", "shared key"}};
	const struct sdk_json *references = sdk_json_at(correlation, "references");

	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		if (sdk_json_at(correlation, name[i][0]))
			printf("      %-14s %.*s\n", name[i][1], ENT_F(said_cell(arena, correlation, name[i][0])));
	for (const struct sdk_json *at = sdk_json_first(references); at; at = sdk_json_next(at))
		printf("      %-14s %.*s %.*s\n", "refers to", ENT_F(said_cell(arena, at, "supplier")),
		       ENT_F(said_cell(arena, at, "id")));
}

static void change_show(struct ent_arena *arena, const struct sdk_json *change)
{
	const struct sdk_json *comment = sdk_json_at(change, "comment");

	printf("   %.*s", ENT_F(said_cell(arena, change, "kind")));
	show_name(arena, ": ticket ", sdk_json_at(change, "ticket"), "key");
	show_name(arena, " goes on as ", sdk_json_at(change, "continues_as"), "key");
	if (sdk_json_at(change, "time"))
		printf(", at %.*s", ENT_F(said_cell(arena, change, "time")));
	if (sdk_json_at(change, "version"))
		printf(", version %.*s", ENT_F(said_cell(arena, change, "version")));
	show_name(arena, ", by ", sdk_json_at(change, "actor"), "name");
	putchar('\n');
	show_attributes(arena, sdk_json_at(change, "attributes"));
	show_correlation(arena, sdk_json_at(change, "correlation"));
	if (comment) {
		printf("      comment %.*s", ENT_F(said_cell(arena, comment, "id")));
		if (sdk_json_at(comment, "visibility"))
			printf(", %.*s", ENT_F(said_cell(arena, comment, "visibility")));
		show_name(arena, ", by ", sdk_json_at(comment, "author"), "name");
		putchar('\n');
		if (sdk_json_at(comment, "body"))
			table_lines(arena, "      | ", sdk_json_text_at(comment, "body"));
	}
	if (sdk_json_at(change, "attachment")) {
		show_name(arena, "      attachment ", sdk_json_at(change, "attachment"), "name");
		putchar('\n');
	}
}

/* ---- what it means ---------------------------------------------------------------------- */

static void tries_aside_show(struct ent_arena *arena, const struct sdk_json *list)
{
	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at))
		printf("   put aside: ticket %.*s: %.*s\n", ENT_F(said_cell(arena, at, "ticket")),
		       ENT_F(said_cell(arena, at, "reason")));
}

/* reads: a poll or a webhook; no changes are worth a line there. */
static void show_result(struct ent_arena *arena, const struct sdk_json *result, bool reads)
{
	static const char *const member[] = {"signature", "remote_id",     "remote_key", "phase",  "memo",
					     "cursor",    "retry_after_s", "note",       "lasts_s"};
	const struct sdk_json *changes = sdk_json_at(result, "changes"), *session = sdk_json_at(result, "session");

	if (!result)
		return;
	printf("\n   this means: %.*s", ENT_F(said_cell(arena, result, "says")));
	if (sdk_json_at(result, "why"))
		printf(": %.*s", ENT_F(said_cell(arena, result, "why")));
	putchar('\n');
	for (size_t i = 0; i < sizeof member / sizeof *member; i++)
		if (sdk_json_at(result, member[i]))
			printf("   %-13s %.*s\n", member[i], ENT_F(said_cell(arena, result, member[i])));
	if (sdk_json_at(result, "logged_out"))
		puts("   our session is over: we would log in again and ask once more");
	for (const struct sdk_json *at = sdk_json_first(session); at; at = sdk_json_next(at))
		printf("   session value  %.*s = ***\n", ENT_F(table_cell(arena, at)));
	tries_aside_show(arena, sdk_json_at(result, "aside"));
	if (sdk_json_at(result, "cut"))
		printf("   %.*s\n", ENT_F(said_cell(arena, result, "cut")));
	if (sdk_json_at(result, "dead"))
		printf("   the broker cannot read it: %.*s\n", ENT_F(said_cell(arena, result, "dead")));
	for (const struct sdk_json *at = sdk_json_first(changes); at; at = sdk_json_next(at))
		change_show(arena, at);
	if (reads && changes && !sdk_json_count(changes))
		puts("   no changes");
}

void try_show(struct ent_arena *arena, const struct sdk_json *said)
{
	const struct sdk_json *steps = sdk_json_at(said, "steps");
	unsigned n = 0;

	printf("%.*s (connector %.*s), %.*s\n", ENT_F(said_cell(arena, said, "supplier")),
	       ENT_F(said_cell(arena, said, "connector")), ENT_F(said_cell(arena, said, "op")));
	for (const struct sdk_json *at = sdk_json_first(steps); at; at = sdk_json_next(at)) {
		if (sdk_json_at(at, "too_large"))
			puts("\n(this step is too large to be shown)");
		if (sdk_json_at(at, "call"))
			show_call(arena, sdk_json_at(at, "call"), ++n);
		show_answer(arena, sdk_json_at(at, "answer"));
		show_result(arena, sdk_json_at(at, "result"),
			    !sdk_json_at(at, "call") || sdk_json_is(at, "call.op", "poll"));
	}
	if (sdk_json_at(said, "outcome"))
		printf("\n%.*s: %.*s\n", ENT_F(said_cell(arena, said, "outcome")),
		       ENT_F(said_cell(arena, said, "words")));
	else if (sdk_json_at(said, "words"))
		printf("\n%.*s\n", ENT_F(said_cell(arena, said, "words")));
	if (sdk_json_at(said, "next"))
		printf("%.*s\n", ENT_F(said_cell(arena, said, "next")));
}
