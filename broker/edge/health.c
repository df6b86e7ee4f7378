/* SPDX-License-Identifier: Apache-2.0 */
/* For load balancers, people at night, and Prometheus. */
#include "edge/route.h"
#include "edge/worker.h"

void health_get(struct exchange *x)
{
	struct sdk_jsonw w = answer_json(x);

	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "status", "alive");
	sdk_jsonw_kz(&w, "version", ENTENTE_VERSION);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

static void print_part(struct sdk_jsonw *w, const char *part, bool ready, const char *why)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "part", part);
	sdk_jsonw_kbool(w, "ready", ready);
	if (!ready)
		sdk_jsonw_kz(w, "why", why);
	sdk_jsonw_close(w, '}');
}

void ready_get(struct exchange *x)
{
	struct edge *edge = x->worker->edge;
	bool readable = !db_failed(x->worker->db), draining = atomic_load(&edge->draining), all = readable && !draining;
	struct sdk_jsonw w = answer_json(x);

	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "parts");
	sdk_jsonw_open(&w, '[');
	print_part(&w, "http", !draining, "the broker is being stopped");
	print_part(&w, "store_reader", readable, "the store cannot be read");
	for (int i = 0; edge->world.readiness != NULL; i++) {
		bool ready = true;
		struct ent_err why = {""};
		const char *part = edge->world.readiness(edge->world.of, i, &ready, &why);

		if (part == NULL)
			break;
		print_part(&w, part, ready, why.msg);
		all &= ready;
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kbool(&w, "ready", all);
	sdk_jsonw_close(&w, '}');
	answer_done(x, all ? 200 : 503);
	if (!all)
		x->answer.fields = ENT_STR("Retry-After: 5\r\n");
}

void metrics_get(struct exchange *x)
{
	sdk_buf_clear(&x->worker->scratch);
	metric_print(x->worker->edge->world.metrics, &x->worker->scratch);
	answer_done(x, 200);
	x->answer.type = "text/plain; version=0.0.4; charset=utf-8";
}
