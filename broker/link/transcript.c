/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked last and what came back, for people who look why something stands still: no secret, and the first
 * bytes of each alone. */
#include "link/flight.h"

#include "sdk/json.h"
#include "sdk/webhook.h"

enum { PART_MAX = 2048, PATH_MAX_N = 1024, JSON_MAX = 64 << 10 };

/* Without any secret of the supplier; of this round trip. */
static struct ent_str hidden(struct flight *flight, struct ent_str text)
{
	struct ent_arena *arena = &flight->trip.abi;

	text = auth_hide(&flight->lane->auth, flight->supplier, arena, text);
	return slots_hide(&flight->lane->session, &flight->supplier->link, arena, text);
}

/* Hidden first, cut then: a secret that the cut parts would not be found any more. It outlives the round trip. */
static struct ent_str part(struct flight *flight, struct ent_str text, size_t max)
{
	struct ent_str clean = hidden(flight, text);

	if (sdk_is_utf8(clean))
		return sdk_dup(&flight->arena.abi, sdk_head(clean, max));
	clean.n = clean.n < max ? clean.n : max;
	char *line = sdk_z(&flight->arena.abi, clean);
	for (size_t i = 0; i < clean.n; i++)
		line[i] = (char)((unsigned char)line[i] >= 0x80 ? '?' : line[i]);
	return (struct ent_str){line, clean.n};
}

/* The request as its connector built it: where a secret goes stands ***. */
void exchange_asked(struct flight *flight, const struct ent_request *request)
{
	struct ent_arena *arena = &flight->trip.abi;
	struct ent_str path, body = sdk_or_empty(request->body);

	path = slots_show(request, ENT_IN_PATH, 0, request->path, arena);
	body = slots_show(request, ENT_IN_BODY, 0, body, arena);
	flight->exchange = (struct exchange){.method = sdk_z(&flight->arena.abi, sdk_str(request->method)),
					     .path = part(flight, path, PATH_MAX_N),
					     .request = part(flight, body, PART_MAX)};
}

void exchange_answered(struct flight *flight, const struct ent_response *response)
{
	flight->exchange.status = response->status;
	flight->exchange.answer = part(flight, sdk_or_empty(response->body), PART_MAX);
}

struct ent_str exchange_json(struct flight *flight)
{
	const struct exchange *exchange = &flight->exchange;
	struct ent_str json;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!exchange->method)
		return ENT_ABSENT;
	sdk_buf_init(&buf, JSON_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "method", exchange->method);
	sdk_jsonw_kstr(&w, "path", exchange->path);
	sdk_jsonw_kstr(&w, "request", exchange->request);
	if (exchange->status) {
		sdk_jsonw_kint(&w, "status", exchange->status);
		sdk_jsonw_kstr(&w, "answer", exchange->answer);
	}
	sdk_jsonw_close(&w, '}');
	json = buf.failed ? ENT_ABSENT : sdk_dup(&flight->arena.abi, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}

void exchange_letter(struct flight *flight)
{
	struct arrival *arrival = &flight->job.arrival;
	struct ent_str *const all[] = {&arrival->reason, &arrival->header_json, &arrival->body};

	if (!arrival->dead && !arrival->is_cut)
		return;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		*all[i] = hidden(flight, sdk_or_empty(*all[i]));
	arrival->exchange = exchange_json(flight);
}

void trouble_note(struct flight *flight, const struct ending *ending)
{
	struct ent_str ticket = flight->call.op.ticket.id;

	if (flight->call.op.kind == ENT_POLL && ending->rc < ENT_OK)
		ticket = ending->result.remote_id;
	flight->job.ask.trouble = (struct trouble){.at_ms = flight->link->now_ms,
						   .ticket = part(flight, sdk_or_empty(ticket), ENT_ID_MAX),
						   .why = part(flight, sdk_str(ending->err.msg), PART_MAX),
						   .exchange = exchange_json(flight)};
}

void trouble_tell(struct flight *flight, const struct ending *ending, void (*answered)(struct flight *))
{
	trouble_note(flight, ending);
	flight->job.ask.cursor = flight->cursor;
	flight->job.ask.cursor.supplier = flight->lane->name;
	flight->job.ask.cursor.stream = (enum cursor_stream)(stream_of(flight) - flight->lane->stream);
	flight_tell(flight, JOB_TROUBLE, answered);
}
