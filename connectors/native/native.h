/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entente's own webhook: CloudEvents 1.0 over HTTP, signed as Standard Webhooks. For
 * suppliers who can send what we ask for; connectors/README.md describes it for them.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include "sdk/webhook.h"

/* The envelope of one event, whichever of the two modes it came in. */
struct native_event {
	struct ent_str type;
	int64_t time_ms; /* 0: not told */
	const struct sdk_json *data;
};

/* data -> changes. Paths in errors are those inside `data`. */
enum ent_rc native_changes(const struct native_event *event, struct ent_arena *arena, struct ent_changes *ret,
			   struct ent_err *err) __attribute__((warn_unused_result));

#endif
