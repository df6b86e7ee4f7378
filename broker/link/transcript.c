/* SPDX-License-Identifier: Apache-2.0 */
#include "link/transcript.h"

#include "link/flight.h"
#include "link/lane.h"
#include "link/slots.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

enum { PART_MAX = 2048, PATH_MAX_N = 1024, JSON_MAX = 64 << 10, CODE_MAX = 47, PARAMS_MAX = 4000 };

/* Without any secret of the supplier. It lives as long as the round trip. */
static struct ent_str hide_all(struct flight *flight, struct ent_str text)
{
	struct lane *lane = flight->lane;

	text = slots_hide(&flight->sent_auth, &flight->sent_session, flight->supplier, &flight->trip.abi, text);
	return slots_hide(&lane->auth, &lane->session, flight->supplier, &flight->trip.abi, text);
}

/* Secrets are hidden before the text is cut: half a secret would not be found any more. */
struct ent_str transcript_part(struct flight *flight, struct ent_str text, size_t max)
{
	struct ent_str clean = hide_all(flight, text);

	if (sdk_is_utf8(clean))
		return sdk_dup(&flight->arena.abi, sdk_head(clean, max));
	clean.n = clean.n < max ? clean.n : max;
	char *line = sdk_z(&flight->arena.abi, clean);
	for (size_t i = 0; i < clean.n; i++)
		line[i] = (char)((unsigned char)line[i] >= 0x80 ? '?' : line[i]);
	return (struct ent_str){line, clean.n};
}

/* The params are JSON, and their values are cut: where a secret is hidden in the text, half of it may stand in them.
 * Where they cannot be kept as they are, the sentence is a text alone. */
struct ent_said transcript_said(struct flight *flight, struct ent_said said)
{
	struct ent_arena *arena = &flight->arena.abi;
	struct ent_str text = transcript_part(flight, sdk_or_empty(said.text), PART_MAX);
	const struct sdk_json *params = NULL;
	struct ent_err unread;

	if (hide_all(flight, sdk_or_empty(said.text)).p != sdk_or_empty(said.text).p || said.code.n == 0 ||
	    said.code.n > CODE_MAX || !sdk_is_utf8(said.code) || said.params.n > PARAMS_MAX ||
	    hide_all(flight, sdk_or_empty(said.params)).p != said.params.p ||
	    sdk_json_parse(arena, said.params, &params, &unread) != ENT_OK || sdk_json_kind(params) != SDK_JSON_OBJECT)
		return (struct ent_said){ENT_STR(SDK_SAID_PLAIN), ENT_ABSENT, text};
	return (struct ent_said){sdk_dup(arena, said.code), sdk_json_print(arena, params), text};
}

/* The request as its connector built it: *** stands where a secret goes. */
void transcript_asked(struct flight *flight, const struct ent_request *request)
{
	struct ent_arena *arena = &flight->trip.abi;
	struct ent_str path, body = sdk_or_empty(request->body);

	path = slots_show(request, ENT_IN_PATH, 0, request->path, arena);
	body = slots_show(request, ENT_IN_BODY, 0, body, arena);
	flight->transcript = (struct transcript){.method = sdk_z(&flight->arena.abi, sdk_str(request->method)),
						 .path = transcript_part(flight, path, PATH_MAX_N),
						 .request = transcript_part(flight, body, PART_MAX)};
}

void transcript_answered(struct flight *flight, const struct ent_response *response)
{
	flight->transcript.status = response->status;
	flight->transcript.answer = transcript_part(flight, sdk_or_empty(response->body), PART_MAX);
}

struct ent_str transcript_json(struct flight *flight)
{
	const struct transcript *transcript = &flight->transcript;
	struct ent_str json;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!transcript->method)
		return ENT_ABSENT;
	sdk_buf_init(&buf, JSON_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "method", transcript->method);
	sdk_jsonw_kstr(&w, "path", transcript->path);
	sdk_jsonw_kstr(&w, "request", transcript->request);
	if (transcript->status) {
		sdk_jsonw_kint(&w, "status", transcript->status);
		sdk_jsonw_kstr(&w, "answer", transcript->answer);
	}
	sdk_jsonw_close(&w, '}');
	json = buf.failed ? ENT_ABSENT : sdk_dup(&flight->arena.abi, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}

void transcript_letter(struct flight *flight)
{
	struct arrival *arrival = &flight->job.arrival;
	struct ent_str *const all[] = {&arrival->header_json, &arrival->body};

	if (!arrival->dead && !arrival->is_cut)
		return;
	arrival->reason = transcript_said(flight, arrival->reason);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		*all[i] = hide_all(flight, sdk_or_empty(*all[i]));
	arrival->exchange = transcript_json(flight);
}

void transcript_clean(const struct flight *flight, struct ent_err *err)
{
	slots_clean(&flight->sent_auth, &flight->sent_session, flight->supplier, err);
	slots_clean(&flight->lane->auth, &flight->lane->session, flight->supplier, err);
	if (sdk_is_utf8(sdk_str(err->msg)))
		return;
	for (char *p = err->msg; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
}
