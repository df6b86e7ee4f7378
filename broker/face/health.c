/* SPDX-License-Identifier: Apache-2.0 */
/* For load balancers, for people at night, for Prometheus. */
#include "face/health.h"

#include "face/answer.h"
#include "face/ask.h"
#include "view/view_supplier.h"

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
	if (*why != '\0')
		sdk_jsonw_kz(w, ready ? "note" : "why", why);
	sdk_jsonw_close(w, '}');
}

void health_ready(struct exchange *x)
{
	struct face *face = x->desk->face;
	bool readable = !db_failed(x->desk->db) && atomic_load(&face->n_unreadable) == 0,
	     draining = atomic_load(&face->draining), all = readable && !draining;
	struct sdk_jsonw w = answer_json(x);

	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "parts");
	sdk_jsonw_open(&w, '[');
	print_part(&w, "http", !draining, draining ? "the broker is being stopped" : "");
	print_part(&w, "store_reader", readable, readable ? "" : "the store cannot be read");
	for (int i = 0; face->world.readiness != NULL; i++) {
		bool ready = true;
		struct ent_err why = {0};
		const char *part = face->world.readiness(face->world.of, i, &ready, &why);

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

/* ---- metrics ------------------------------------------------------------------------- */

static void gauge_head(struct sdk_buf *buf, const char *name, const char *help)
{
	sdk_buf_format(buf, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* Names are [a-z0-9-] and states words of ours: neither needs an escape. */
static void gauge_states(struct sdk_buf *buf, const struct supplier_set *set, const struct supplier_now *now)
{
	static const enum supplier_health state[] = {SUPPLIER_HEALTHY, SUPPLIER_SLOW, SUPPLIER_FAILING, SUPPLIER_PAUSED,
						     SUPPLIER_REFUSED};

	gauge_head(buf, "entente_supplier_state", "1 for the state that the supplier's tool is in.");
	for (size_t i = 0; i < set->n; i++) {
		for (size_t k = 0; k < sizeof state / sizeof *state; k++) {
			const char *name = supplier_health_name(state[k]);

			sdk_buf_format(buf, "entente_supplier_state{supplier=\"%.*s\",state=\"%s\"} %d\n",
				       ENT_F(set->at[i].name), name, sdk_eqz(now[i].state, name));
		}
	}
	gauge_head(buf, "entente_supplier_quiet", "1 while a supplier that used to talk says nothing.");
	for (size_t i = 0; i < set->n; i++)
		sdk_buf_format(buf, "entente_supplier_quiet{supplier=\"%.*s\"} %d\n", ENT_F(set->at[i].name),
			       now[i].quiet_since_ms != 0);
}

static void gauge_open(struct sdk_buf *buf, const struct supplier_set *set, const struct supplier_open *open)
{
	gauge_head(buf, "entente_supplier_deliveries", "Deliveries that are not done and not cancelled.");
	for (size_t i = 0; i < set->n; i++)
		for (size_t state = 0; state < SUPPLIER_N_OPEN; state++)
			sdk_buf_format(buf, "entente_supplier_deliveries{supplier=\"%.*s\",state=\"%s\"} %lld\n",
				       ENT_F(set->at[i].name), delivery_state_name((enum delivery_state)state),
				       (long long)open[i].n[state]);
}

static void gauge_aside(struct sdk_buf *buf, struct db *db, const struct supplier_set *set)
{
	gauge_head(buf, "entente_supplier_tickets_put_aside", "Tickets that could not be read and were passed over.");
	for (size_t i = 0; i < set->n; i++)
		sdk_buf_format(buf, "entente_supplier_tickets_put_aside{supplier=\"%.*s\"} %lld\n",
			       ENT_F(set->at[i].name), (long long)aside_count(db, set->at[i].name));
}

void health_metrics(struct exchange *x)
{
	const struct supplier_set *set = x->roster->set;
	struct supplier_now *now = SDK_NEW_N(&x->arena.abi, struct supplier_now, set->n + 1);
	struct sdk_buf *buf = &x->desk->scratch;

	sdk_buf_clear(buf);
	metric_print(x->desk->face->world.metrics, buf);
	for (size_t i = 0; i < set->n; i++)
		now[i] = view_supplier_now(ask_view(x), &set->at[i]);
	gauge_states(buf, set, now);
	gauge_open(buf, set, view_supplier_open(ask_view(x), set));
	gauge_aside(buf, x->desk->db, set);
	answer_done(x, 200);
	x->answer.type = "text/plain; version=0.0.4; charset=utf-8";
}
