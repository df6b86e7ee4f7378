/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_bare.h"

static const char *const bare[EVENT_N] = {
    [EVENT_INCIDENT_DESCRIBED] = "described anew",
    [EVENT_INCIDENT_SHARED] = "shared with you",
    [EVENT_INCIDENT_UNSHARED] = "not shared with you any more",
    [EVENT_TICKET_LINKED] = "your ticket joined",
    [EVENT_TICKET_CHANGED] = "your ticket changed",
    [EVENT_TICKET_REMOVED] = "your ticket was removed",
    [EVENT_TICKET_CONTINUED] = "your ticket goes on as another one",
    [EVENT_ATTACHMENT_ADDED] = "an attachment was added",
    [EVENT_DELIVERY_DONE] = "a delivery to your tool is done",
};

/* Each event that our people are told names its incident. */
const char *event_bare_words(enum event_kind kind, const struct sdk_json *data)
{
	return data && !sdk_json_at(data, "incident") ? bare[kind] : NULL;
}
