/* SPDX-License-Identifier: Apache-2.0 */
/* People edit and remove what they said; the broker follows in the tools that have it. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDIT "edit-" /* "edit-3.": which words of a canary these are; none: the first */

void words_draw(struct sim *sim)
{
	rng_init(&sim->wording, sim->seed, "words", 0);
	sim->rewords = rng_below(&sim->wording, 3) > 0;
}

/* ---- at the tools ------------------------------------------------------------------------- */

/* Not where it stands under another id by now: edited, it could not be known again. */
static bool can_change(struct sim *sim, const struct canary *canary)
{
	return canary->tool >= 0 && !(sim->tool[canary->tool].renumbers && sim->tool[canary->tool].n_moved > 0) &&
	       !canary->is_narrowed && !sim->tool[canary->tool].ticket[canary->ticket].hidden &&
	       move_is_known(sim, &sim->tool[canary->tool], canary->ticket);
}

static void person_takes_away(struct sim *sim, int i, struct tool *tool)
{
	struct canary *canary = &sim->canary[i];

	tool->comment[canary->comment].is_removed = true;
	canary->is_narrowed = canary->is_removed = true;
	trace_line(&sim->world, "person removes canary-%d.", i);
	tool_touch_narrowing(sim, tool, i);
}

bool person_rewords(struct sim *sim)
{
	if (!sim->rewords || sim->n_canary == 0 || rng_below(&sim->wording, 4))
		return false;
	int i = (int)rng_below(&sim->wording, (uint64_t)sim->n_canary);
	struct canary *canary = &sim->canary[i];
	if (!can_change(sim, canary))
		return false;
	struct tool *tool = &sim->tool[canary->tool];
	if (tool->n_change + 8 > CHANGES)
		return false;
	if (rng_below(&sim->wording, 4) == 0) {
		person_takes_away(sim, i, tool);
		return true;
	}
	struct tool_comment *comment = &tool->comment[canary->comment];
	comment->body = sdk_format(&sim->arena.abi, "canary-%d. somebody  says *more* " EDIT "%d.", i, ++sim->n_edit);
	trace_line(&sim->world, "person rewords canary-%d.: %.*s", i, ENT_F(comment->body));
	tool_touch(sim, tool, canary->ticket, canary->comment, false);
	return true;
}

struct ent_response words_serve(struct sim *sim, struct tool *tool, const char *method, int ticket, int id,
				const struct sdk_json *node)
{
	struct ent_response gone = {.status = 404, .body = ENT_STR("{\"message\":\"no such comment\"}")};
	struct tool_comment *comment = NULL;

	for (int i = 0; i < tool->n_comment && !comment; i++)
		if (tool->comment[i].ticket == ticket && tool->comment[i].id == id && !tool->comment[i].is_removed)
			comment = &tool->comment[i];
	if (!comment)
		return gone;
	if (!comment->ours)
		sim_violates(sim, "I4", tool->name, "we change a comment of %s that is not ours", tool->name);
	if (tool->ticket[ticket].locked)
		return (struct ent_response){.status = tool->locks_with, .body = ENT_STR("{\"message\":\"locked\"}")};
	if (tool->n_change == CHANGES) {
		sim_violates(sim, "I7", tool->name, "%s was changed %d times: it does not end", tool->name, CHANGES);
		return (struct ent_response){.status = 422, .body = ENT_STR("{}")};
	}
	if (strcmp(method, "DELETE") == 0)
		comment->is_removed = true;
	else
		comment->body = tool_keep(sim, tool, sdk_json_text_at(node, "body"));
	tool_touch(sim, tool, ticket, (int)(comment - tool->comment), true);
	return (struct ent_response){.status = 200, .body = ENT_STR("{}")};
}

/* ---- at the end ------------------------------------------------------------------------------ */

static int words_of(struct ent_str text)
{
	const char *found = text.n ? memmem(text.p, text.n, EDIT, sizeof EDIT - 1) : NULL;

	return found ? atoi(found + sizeof EDIT - 1) : 0;
}

static const struct tool_comment *copy_of(const struct tool *tool, int canary)
{
	for (int i = 0; i < tool->n_comment; i++)
		if (tool->comment[i].ours && tool->comment[i].canary == canary)
			return &tool->comment[i];
	return NULL;
}

/* Each copy says what its comment says, and what was taken back stands nowhere; but where a person has to look, or
 * wanted it there though it was said before the share. */
void check_words(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT d.supplier, d.id, c.body, c.removed = 1 OR c.everyone = 0 AND ',' || c.organisations || ',' NOT "
	    "LIKE '%,' || d.supplier || ',%', EXISTS (SELECT 1 FROM delivery "
	    "AS r WHERE r.comment = d.comment AND r.supplier = d.supplier AND r.op = 'remove_comment' AND r.state = "
	    "'done'), json_extract(e.json, '$.comment.body') FROM delivery AS d JOIN comment AS c ON c.uuid = "
	    "d.comment "
	    "JOIN share AS s ON s.incident = d.incident AND s.supplier = d.supplier AND s.withdrawn_ms = 0 JOIN event "
	    "AS "
	    "e ON e.kind = 'comment.added' AND json_extract(e.json, '$.comment.id') = c.uuid WHERE d.op = "
	    "'add_comment' "
	    "AND d.state = 'done' AND d.anyway = 0 AND NOT EXISTS (SELECT 1 FROM delivery AS f WHERE f.comment = "
	    "d.comment AND "
	    "f.supplier "
	    "= d.supplier AND f.op IN ('edit_comment', 'remove_comment') AND f.state <> 'done' AND f.cause <> "
	    "'superseded') AND NOT EXISTS (SELECT 1 FROM event AS u WHERE u.supplier = d.supplier AND u.kind IN "
	    "('incident.unshared', 'ticket.removed', 'ticket.continued') AND u.incident IN (d.incident, d.marked))");

	while (db_row(stmt)) {
		const struct tool *tool = tool_of(sim, db_str(stmt, 0));
		struct ent_str first = db_str(stmt, 5);
		const char *at = first.n ? memmem(first.p, first.n, "canary-", 7) : NULL;
		const struct tool_comment *copy = at ? copy_of(tool, atoi(at + 7)) : NULL;
		bool is_back = db_int(stmt, 3) != 0, is_removed = db_int(stmt, 4) != 0;
		if (!copy)
			continue;
		if (is_removed ? !copy->is_removed : is_back)
			sim_violates(sim, "words", tool->name,
				     "canary-%d. was taken back and stands in %s (delivery %lld)", copy->canary,
				     tool->name, (long long)db_int(stmt, 1));
		else if (!is_removed && words_of(copy->body) != words_of(db_str(stmt, 2)))
			sim_violates(sim, "words", tool->name, "canary-%d. is in words %d in %s, and in %d with us",
				     copy->canary, words_of(copy->body), tool->name, words_of(db_str(stmt, 2)));
	}
}
