/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zendesk sends tickets in two shapes: events it defines (ids are strings, words upper
 * case, "detail" is the ticket), and bodies an admin writes into a trigger, for which
 * connectors/README.md gives a template in the shape of the REST API.
 */
#ifndef ZENDESK_H
#define ZENDESK_H

#include "sdk/dialect.h"
#include "sdk/webhook.h"

struct zendesk_settings {
	int64_t tolerance_s;
	bool unassigned_is_acknowledged;
	struct ent_str requester_email;
};

/* An id; nobody is null, "" or "0". */
struct ent_str zendesk_id_at(const struct sdk_json *node, const char *path);
/* Reads a ticket of either shape. */
void zendesk_ticket(const struct zendesk_settings *settings, struct ent_ticket *ticket, const struct sdk_json *node,
		    struct ent_arena *arena);
/* Reads what the event itself says changed, where its ticket does not say it. type: "ticket.status_changed". */
void zendesk_event(struct ent_ticket *ticket, struct ent_str type, const struct sdk_json *event,
		   struct ent_arena *arena);

/* Closed because it went into another one: nobody said that the work is over, so that is not told. */
void zendesk_went_in(struct ent_ticket *ticket, const struct sdk_json *node);

/* A comment of either shape, with its attachments. */
enum ent_rc zendesk_comment(struct sdk_changes *list, const struct ent_change *head, enum ent_change_kind kind,
			    const struct sdk_json *comment, struct ent_err *err) __attribute__((warn_unused_result));

/* out.c */
extern const struct ent_sentence zendesk_cannot[];
enum ent_rc zendesk_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err);
enum ent_rc zendesk_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			  struct ent_arena *arena, struct ent_result *ret, struct ent_err *err);

/* redact.c */
#define ZENDESK_TICKETS "/api/v2/tickets"
/* The newest hundred comments of a ticket; after: the cursor of the next ones, absent for the first. */
void zendesk_ask_comments(struct ent_request *ret, struct ent_arena *arena, struct ent_str ticket,
			  struct ent_str after);
enum ent_rc zendesk_redact_build(const struct ent_call *call, struct ent_arena *arena, struct ent_request *ret,
				 struct ent_err *err);
enum ent_rc zendesk_redact_parse(const struct ent_call *call, const struct ent_response *response,
				 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err);

#endif
