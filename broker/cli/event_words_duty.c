/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words_duty.h"

/* Who did it is not told to other organisations than ours, and it may have been the broker: an account has ended. */
static void put_given_back(struct event_line *line, const char *what)
{
	const struct sdk_json *actor = sdk_json_at(line->data, "actor");

	if (actor) {
		event_line_value(line, actor);
		event_line_z(line, " gave back ");
	}
	event_line_z(line, what);
	if (!sdk_eq(sdk_json_text_at(actor, "ref"), sdk_json_text_at(line->data, "duty.person"))) {
		event_line_z(line, " that ");
		event_line_person(line, "duty.person");
		event_line_z(line, " had taken");
	}
	event_line_z(line, actor ? "" : " was given back");
}

void event_words_duty_taken(struct event_line *line)
{
	bool is_ask = !sdk_json_is(sdk_json_at(line->data, "duty"), "of", "incident");
	const char *what = is_ask ? "an ask" : "the incident";

	if (!sdk_json_bool(sdk_json_at(line->data, "duty.taken"), false)) {
		put_given_back(line, what);
		return;
	}
	event_line_person(line, "duty.person");
	event_line_z(line, " took ");
	event_line_z(line, what);
}

void event_words_duty_snoozed(struct event_line *line)
{
	bool is_off = event_line_has(line, "duty.until");

	event_line_person(line, "duty.person");
	event_line_z(line, is_off ? " put it off until " : " put it back in the list of work");
	if (is_off)
		event_line_at(line, "duty.until");
}
