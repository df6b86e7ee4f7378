/* SPDX-License-Identifier: Apache-2.0 */
#include "face/live_people.h"

#include "base/text_hash.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/presence.h"
#include "view/view_find.h"
#include "view/view_user.h"

enum { STATE_WORD_MAX = 16 };

/* ---- the route ------------------------------------------------------------------------------ */

struct presence_body {
	struct ent_str state;
};

static const struct presence_word {
	const char *word;
	enum presence_state state;
} words[] = {{"viewing", PRESENCE_VIEWS}, {"writing", PRESENCE_WRITES}, {"left", PRESENCE_LEFT}};

void live_people_post(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"state", BODY_TEXT, true, 1, STATE_WORD_MAX, offsetof(struct presence_body, state)}, {0}};
	struct presence_body body = {ENT_ABSENT};
	struct incident incident;

	if (!ask_incident(x, &incident) || !ask_person(x) || !body_read(x, fields, &body))
		return;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!sdk_eqz(body.state, words[i].word))
			continue;
		presence_tell(x->home->face->presence, sdk_str(incident.uuid), &x->reader,
			      view_user_own_name(ask_view(x)), words[i].state, x->home->now_us);
		answer_body(x, 204, NULL, ENT_STR(""));
		return;
	}
	answer_problem(x, PROBLEM_CONTENT, "presence.state", "\"state\" has to be viewing, writing or left.");
}

/* ---- streams --------------------------------------------------------------------------------- */

static void print_people(struct sdk_buf *out, const struct live_incident *incident,
			 const struct presence_person *person, size_t n)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct sdk_jsonw w;

	sdk_jsonw_init(&w, out);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "incident", incident_number(incident->number, number));
	sdk_jsonw_kstr(&w, "incident_id", incident->uuid);
	sdk_jsonw_key(&w, "people");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < n; i++) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kz(&w, "ref", person[i].ref);
		sdk_jsonw_kz(&w, "name", person[i].name);
		sdk_jsonw_kz(&w, "organisation", person[i].organisation);
		sdk_jsonw_kz(&w, "state", person[i].writes ? "writing" : "viewing");
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
}

/* An organisation whose share has ended hears no more of it. */
static bool still_sees(const struct view *view, struct ent_str uuid)
{
	struct incident incident;
	struct ent_err err;

	return view_find(view, uuid, &incident, &err) == ENT_OK && sdk_eqz(uuid, incident.uuid);
}

/* Nobody was there, and nobody is: nothing is said. */
static void fill_incident(struct desk *desk, const struct view *view, struct live_incident *incident,
			  struct sdk_buf *out)
{
	struct presence_person person[PRESENCE_TOLD];
	size_t n = presence_of(desk->face->presence, incident->uuid, view->reader, person);
	struct sdk_buf json;

	sdk_buf_init(&json, (size_t)1 << 20);
	print_people(&json, incident, person, n);
	uint64_t now = n ? text_hash(TEXT_HASH, sdk_buf_view(&json)) : 0;
	if (now != incident->told && !json.failed && still_sees(view, incident->uuid)) {
		incident->told = now;
		sdk_buf_z(out, "event: presence\ndata: ");
		sdk_buf_str(out, sdk_buf_view(&json));
		sdk_buf_z(out, "\n\n");
	}
	sdk_buf_release(&json);
}

bool live_people_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out)
{
	size_t n_before = out->n;
	struct sdk_arena arena;
	struct view view = {desk->db, &arena.abi, &stream->tape->reader, desk->roster->set};

	if (out->n >= desk->face->limits.stream_buffer) /* its client is slow */
		return false;
	for (size_t i = 0; i < stream->n_incident; i++) {
		struct live_incident *incident = &stream->incident[i];
		unsigned changed = presence_changed(desk->face->presence, incident->uuid);

		if (changed == incident->changed)
			continue;
		incident->changed = changed;
		sdk_arena_init(&arena);
		fill_incident(desk, &view, incident, out);
		sdk_arena_release(&arena);
	}
	if (out->n == n_before)
		return false;
	stream->sent_us = desk->now_us;
	return true;
}
