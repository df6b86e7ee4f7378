/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zendesk sends tickets in two shapes: events it defines (ids are strings, words upper
 * case, "detail" is the ticket), and bodies an admin writes into a trigger, for which
 * connectors/README.md gives a template in the shape of the REST API.
 */
#ifndef ZENDESK_H
#define ZENDESK_H

#include "sdk/webhook.h"

/* An id; nobody is null, "" or "0". */
struct ent_str zendesk_id_at(const struct sdk_json *node, const char *path);
/* What a ticket of either shape says. */
void zendesk_ticket(struct ent_ticket *ticket, const struct sdk_json *node, struct ent_arena *arena);
/* What the event itself says changed, where its ticket does not say it. type: "ticket.status_changed". */
void zendesk_event(struct ent_ticket *ticket, struct ent_str type, const struct sdk_json *event,
		   struct ent_arena *arena);

#endif
