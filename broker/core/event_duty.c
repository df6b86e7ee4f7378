/* SPDX-License-Identifier: Apache-2.0 */
#include "core/event_duty.h"

#include "sdk/time.h"
#include "sdk/webhook.h"

#include <string.h>

bool event_duty_is(const struct event *event)
{
	return event->kind == EVENT_INCIDENT_TAKEN || event->kind == EVENT_INCIDENT_SNOOZED;
}

void event_duty_print(struct sdk_jsonw *w, const struct event *event)
{
	char time[SDK_TIME_SIZE];

	sdk_jsonw_key(w, "duty");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "organisation", event->duty.organisation);
	sdk_jsonw_kstr(w, "person", event->duty.person);
	if (event->kind == EVENT_INCIDENT_TAKEN) {
		sdk_jsonw_kz(w, "of", event->duty.of[0] ? event->duty.of : "incident");
		sdk_jsonw_kbool(w, "taken", event->duty.taken);
	} else if (event->duty.until_ms) {
		sdk_jsonw_kstr(w, "until", sdk_time_format(event->duty.until_ms, time));
	}
	sdk_jsonw_close(w, '}');
}

bool event_duty_read(const struct sdk_json *node, struct event *ret)
{
	const struct ent_str of = sdk_json_text_at(node, "duty.of"), until = sdk_json_text_at(node, "duty.until");

	ret->duty.organisation = sdk_or_empty(sdk_json_text_at(node, "duty.organisation"));
	ret->duty.person = sdk_or_empty(sdk_json_text_at(node, "duty.person"));
	ret->duty.taken = sdk_json_bool(sdk_json_at(node, "duty.taken"), false);
	if (of.n == ID_SIZE - 1)
		memcpy(ret->duty.of, of.p, of.n);
	else if (ret->kind == EVENT_INCIDENT_TAKEN && !sdk_eqz(of, "incident"))
		return false;
	return ret->duty.organisation.n && ret->duty.person.n &&
	       (!until.p || sdk_time_parse(until, 0, &ret->duty.until_ms));
}
