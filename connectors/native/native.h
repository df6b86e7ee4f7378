/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entente's own events, both ways: CloudEvents 1.0 over HTTP, signed as Standard Webhooks.
 * For suppliers who can send and take what we ask for; connectors/README.md describes it for
 * them. Three parts: the table and what comes in (native.c), what an event means (changes.c),
 * what goes out (out.c).
 */
#ifndef NATIVE_H
#define NATIVE_H

#include "sdk/webhook.h"

struct native_settings {
	struct ent_str events, tickets, changes, probe; /* paths under the supplier's url; empty: not offered */
};

/* The envelope of one event, whichever of the two modes it came in. */
struct native_event {
	struct ent_str type;
	int64_t time_ms; /* 0: not told */
	const struct sdk_json *data;
};

/* A CloudEvent of the structured mode. */
enum ent_rc native_event_read(const struct sdk_json *root, struct native_event *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* data -> changes, added to the list. Paths in errors are those inside `data`. */
enum ent_rc native_changes(const struct native_event *event, struct sdk_changes *list, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A ticket as an answer tells it: `data` of a ticket.changed without its envelope. */
/* Would a fetch of the ticket tell the same? False for comments, attachments, and a ticket that goes on as another. */
bool native_is_state(struct ent_str type);
enum ent_rc native_ticket(const struct sdk_json *data, struct sdk_changes *list, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ---- out.c ------------------------------------------------------------------------ */

enum ent_rc native_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err);
enum ent_rc native_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err);
enum ent_repeat native_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s);

#endif
