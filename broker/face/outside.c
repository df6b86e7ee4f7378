/* SPDX-License-Identifier: Apache-2.0 */
#include "face/outside.h"

#include "sdk/jsonw.h"
#include "view/view_mention.h"

enum { ACTS_MAX = 1 << 20 };

/* missing: members of the body that a person has to write. may: the reader has that right; else our people have it. */
static void outside_share(const struct view *view, struct sdk_jsonw *w, const struct ask *ask)
{
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_kz(w, "act", "share");
	sdk_jsonw_kz(w, "organisation", ask->outside_of);
	sdk_jsonw_kz(w, "method", "POST");
	sdk_jsonw_kstr(
	    w, "path",
	    sdk_format(view->arena, "/v1/incidents/%.*s/shares", ENT_F(incident_number(ask->incident, number))));
	sdk_jsonw_key(w, "body");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "supplier", ask->outside_of);
	sdk_jsonw_kz(w, "role", "shadow");
	sdk_jsonw_close(w, '}');
	sdk_jsonw_key(w, "missing");
	sdk_jsonw_open(w, '[');
	sdk_jsonw_str(w, ENT_STR("brief"));
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kbool(w, "may", reader_may(view->reader, VERB_SHARE));
}

/* {"act": "audience", "organisation"}: it takes part, and the words are not for it. */
static void outside_audience(struct sdk_jsonw *w, const struct ask *ask)
{
	sdk_jsonw_kz(w, "act", "audience");
	sdk_jsonw_kz(w, "organisation", ask->outside_of);
}

struct ent_str outside_acts(const struct view *view, const struct ask *ask)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, ACTS_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '[');
	sdk_jsonw_open(&w, '{');
	if (ask->outside_shares)
		outside_audience(&w, ask);
	else
		outside_share(view, &w, ask);
	sdk_jsonw_close(&w, '}');
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "act", "plain");
	sdk_jsonw_kz(&w, "ref", ask->outside);
	sdk_jsonw_kstr(
	    &w, "body",
	    view_mention_without(view, sdk_str(ask->outside), ask->text, ask->format, sdk_str(ask->comment_uuid)));
	sdk_jsonw_close(&w, '}');
	sdk_jsonw_close(&w, ']');
	const struct ent_str acts = buf.failed ? ENT_ABSENT : sdk_dup(view->arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return acts;
}
